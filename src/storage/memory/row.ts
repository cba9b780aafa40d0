import { type Attribute, type AttributePath, leafOf } from "../../schema/attribute.ts";
import { fitAttribute } from "../../schema/fit.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { shapeOf } from "../../schema/shape.ts";
import { copyValue, isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../../schema/value.ts";
import type { NewResource, StoredMeta, StoredResource } from "../adapter.ts";
import { getOrCreate } from "../get-or-create.ts";
import { attributeAt } from "./types.ts";

/**
 * Elements of a collection by the comparison key of their `value`, in the order they were added. Changed in place by
 * `changeElement` alone.
 */
export class Elements extends Map<unknown, ResourceObject> {
  /** The collection, as the write declared it that filed the elements. */
  readonly attribute: Attribute;
  /** By what keys they were filed. */
  readonly #keys: string;

  constructor(resourceType: CompiledResourceType, attribute: Attribute) {
    super();
    this.attribute = attribute;
    this.#keys = keysOf(resourceType, attribute);
  }

  /** Whether a resource type has this collection too, with elements of the same kinds, and would have filed them as they are. */
  isOf(resourceType: CompiledResourceType, attribute: Attribute): boolean {
    return attribute.collection && keysOf(resourceType, attribute) === this.#keys;
  }

  /** The key of an element; one without a `value` is its own. */
  keyOf(element: unknown): unknown {
    const value = isObject(element) ? element.value : undefined;
    return value === undefined ? element : (this.keyOfValue(value) ?? element);
  }

  /** The key of the element whose `value` this is; undefined where no element can have it. */
  keyOfValue(value: unknown): unknown {
    const identity = this.attribute.sub("value");
    const fits = identity === undefined ? undefined : fitAttribute(identity, value);
    return fits === undefined ? undefined : identity?.key(fits);
  }
}

/** What the keys of the elements of a collection depend on, and their kinds. */
function keysOf(resourceType: CompiledResourceType, attribute: Attribute): string {
  return getOrCreate(KEYS, attribute, () => {
    const { attributes } = shapeOf(resourceType);
    return [attribute, ...attribute.subAttributes].map(({ path }) => `${path} ${attributes[path]?.key}`).join("\n");
  });
}

const KEYS = new WeakMap<Attribute, string>();

/**
 * What a write gives a resource. Releases of a server, or tenants, whose resource types are not the same share a storage: each
 * writes as its own types have it, and whoever reads makes of it what theirs say (`schema/fit.ts`).
 */
export interface Content {
  /** That of the write, or one that is compiled alike. */
  readonly resourceType: CompiledResourceType;
  /** Whether all values are as this resource type has them, so that a reader whose it is need not look twice. */
  readonly isFit: boolean;
  /** All but the collections and computed attributes, and what no schema names. Never changed in place: a reader may hold on to it. */
  readonly document: StoredResource;
  /**
   * By attribute path; also those that the resource type does not know, of another release. A change of one element costs the same
   * whatever the number of the others.
   */
  readonly collections: ReadonlyMap<string, Elements>;
}

/** One resource in memory. */
export interface Row {
  readonly id: string;
  /** Position in the order of creation over all types of the tenant. */
  readonly order: number;
  version: number;
  /** Given another one by `changeContent` and `rewrite` alone. */
  content: Content;
  /** What is kept of writeOnly attributes, by path. */
  readonly secrets: Map<string, unknown>;
}

/**
 * Attributes that no document holds: collections, what is computed when selected, and secrets, should one stray there.
 */
export function attributesApart(resourceType: CompiledResourceType): readonly Attribute[] {
  return getOrCreate(APART, resourceType, () =>
    resourceType.attributes.filter((attribute) => attribute.collection || !attribute.isStored),
  );
}

const APART = new WeakMap<CompiledResourceType, readonly Attribute[]>();

/** Takes a resource apart for storing; nothing of the caller's objects is kept. */
export function contentOf(resourceType: CompiledResourceType, resource: NewResource, version: number): Content {
  const document: Record<string, unknown> = { ...resource };
  const collections = new Map<string, Elements>();
  for (const attribute of attributesApart(resourceType)) {
    const value = readAttribute(document, attribute);
    if (value === undefined) continue;
    if (attribute.isStored) {
      // What is no list stays as it is, until somebody writes another value over it.
      if (!Array.isArray(value)) continue;
      collections.set(attribute.path, elementsByKey(resourceType, attribute, value, copyValue));
    }
    writeAttribute(document, attribute, undefined);
  }
  const copy = { ...copyValue(document), meta: metaOf(resource.meta, version) } as unknown as StoredResource;
  return { resourceType, isFit: isFitting(resourceType, copy, collections), document: copy, collections };
}

/** The first of several elements with one `value` counts. */
function elementsByKey(
  resourceType: CompiledResourceType,
  attribute: Attribute,
  elements: Iterable<unknown>,
  take: (element: ResourceObject) => ResourceObject,
): Elements {
  const found = new Elements(resourceType, attribute);
  for (const element of elements) {
    const key = found.keyOf(element);
    if (!found.has(key)) found.set(key, take(element as ResourceObject));
  }
  return found;
}

/** What the server writes itself, which is the same under every schema. */
const SERVERS: ReadonlySet<string> = new Set(["schemas", "id", "meta"]);

/** Whether all values are where and as the resource type has them. */
function isFitting(
  resourceType: CompiledResourceType,
  document: StoredResource,
  collections: ReadonlyMap<string, Elements>,
): boolean {
  return resourceType.attributes.every((attribute) => {
    if (SERVERS.has(attribute.path)) return true;
    const value = readAttribute(document, attribute);
    if (value !== undefined) return !attribute.collection && fitAttribute(attribute, value) === value;
    const elements = collections.get(attribute.path);
    if (elements === undefined) return true;
    if (!elements.isOf(resourceType, attribute)) return false;
    const list = [...elements.values()];
    return fitAttribute(attribute, list) === list;
  });
}

/**
 * What a write leaves as it is: collections that it does not touch, wherever they lie, and those that its resource type does not know.
 * They are not copied.
 */
export function withKept(before: Content, next: Content, untouched: readonly Attribute[]): Content {
  if (before.collections.size === 0 && untouched.length === 0) return next;
  const { resourceType } = next;
  const collections = new Map(next.collections);
  const document: Record<string, unknown> = { ...next.document };
  for (const { path } of untouched) collections.delete(path);
  for (const [path, elements] of before.collections)
    if (attributeAt(resourceType, path) === undefined || untouched.some((one) => one.path === path))
      collections.set(path, elements);
  for (const attribute of untouched) {
    const value = before.collections.has(attribute.path) ? undefined : readAttribute(before.document, attribute);
    writeAttribute(document, attribute, value);
  }
  const isFit = next.isFit && (untouched.length === 0 || (before.isFit && before.resourceType === resourceType));
  return { resourceType, isFit, document: document as unknown as StoredResource, collections };
}

/** A content with each value where a resource type has it: the very content where it is so. */
export function placedBy(resourceType: CompiledResourceType, content: Content): Content {
  if (content.isFit && content.resourceType === resourceType) return content;
  const document: Record<string, unknown> = { ...content.document };
  const collections = new Map(content.collections);
  for (const [path, elements] of content.collections) {
    const attribute = attributeAt(resourceType, path);
    if (attribute === undefined || elements.isOf(resourceType, attribute)) continue;
    collections.delete(path);
    writeAttribute(document, attribute, [...elements.values()]);
  }
  for (const attribute of resourceType.attributes) {
    const elements = attribute.collection ? readAttribute(document, attribute) : undefined;
    if (!Array.isArray(elements)) continue;
    const filed = elementsByKey(resourceType, attribute, elements, (element) => element);
    // Two elements that are one by the keys of today stay what they are, until somebody writes the collection.
    if (filed.size < elements.length) continue;
    collections.set(attribute.path, filed);
    writeAttribute(document, attribute, undefined);
  }
  const placed = document as unknown as StoredResource;
  return { resourceType, isFit: isFitting(resourceType, placed, collections), document: placed, collections };
}

/** A content with the elements of a collection that it may not have had. */
export function withElements(content: Content, elements: Elements): Content {
  const { resourceType } = content;
  const { path } = elements.attribute;
  if (content.collections.get(path) === elements) return content;
  const known = attributeAt(resourceType, path);
  const isFit = content.isFit && (known === undefined || elements.isOf(resourceType, known));
  return { ...content, isFit, collections: new Map(content.collections).set(path, elements) };
}

/** What storage keeps as `meta`. */
export function metaOf(meta: Omit<StoredMeta, "version">, version: number): StoredMeta {
  return { ...meta, version: String(version) };
}

/** Whether two contents say the same: `meta` does not count, nor does the order of a collection. */
export function isSameContent(left: Content, right: Content): boolean {
  if (!isSame({ ...left.document, meta: undefined }, { ...right.document, meta: undefined })) return false;
  for (const path of new Set([...left.collections.keys(), ...right.collections.keys()])) {
    const [old, now] = [left.collections.get(path), right.collections.get(path)];
    if (old === now) continue;
    if ((old?.size ?? 0) !== (now?.size ?? 0)) return false;
    for (const [key, element] of now ?? []) if (!isSame(old?.get(key), element)) return false;
  }
  return true;
}

/** The comparison keys of the values that a path names, in the document or in a collection. */
export function* keysIn(content: Content, path: AttributePath): Generator<unknown> {
  const leaf = leafOf(path);
  for (const value of valuesIn(content, path)) yield leaf.key(value);
}

/** The single values that a path names, as its attribute is declared. */
export function* valuesIn({ document, collections }: Content, path: AttributePath): Generator<unknown> {
  const { attribute } = path;
  const elements = collections.get(attribute.path);
  yield* valuesOfStored(elements === undefined ? readAttribute(document, attribute) : [...elements.values()], path);
}

/** The same, given what is stored of the attribute. */
export function* valuesOfStored(stored: unknown, { attribute, sub }: AttributePath): Generator<unknown> {
  for (const value of listOf(fitAttribute(attribute, stored)))
    yield* sub === undefined ? [value] : isObject(value) ? listOf(value[sub.name]) : [];
}

/** One value or several, as a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
