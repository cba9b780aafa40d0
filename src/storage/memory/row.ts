import type { Attribute, AttributePath } from "../../schema/attribute.ts";
import type { ResourceType } from "../../schema/resource-type.ts";
import {
  copyValue,
  isObject,
  isSame,
  type ResourceObject,
  readAttribute,
  valueAt,
  writeAttribute,
} from "../../schema/value.ts";
import type { NewResource, StoredMeta, StoredResource } from "../adapter.ts";
import { getOrCreate } from "../get-or-create.ts";

/**
 * Elements of a collection by the comparison key of their `value`, in the order they were added. Changed in place by
 * `changeElement` alone.
 */
export type Elements = Map<unknown, ResourceObject>;

/** What a write gives a resource. */
export interface Content {
  /** As the write compiled it: servers that share a storage may each have compiled their own. */
  readonly resourceType: ResourceType;
  /** All but the collections and computed attributes. Never changed in place, so that a reader may hold on to it. */
  readonly document: StoredResource;
  /** By attribute path. A change of one element costs the same whatever the number of the others. */
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
export function attributesApart(resourceType: ResourceType): readonly Attribute[] {
  return getOrCreate(APART, resourceType, () =>
    resourceType.attributes.filter((attribute) => attribute.collection || !attribute.isStored),
  );
}

const APART = new WeakMap<ResourceType, readonly Attribute[]>();

/** Takes a resource apart for storing; nothing of the caller's objects is kept. */
export function contentOf(resourceType: ResourceType, resource: NewResource, version: number): Content {
  const document: Record<string, unknown> = { ...resource };
  const collections = new Map<string, Elements>();
  for (const attribute of attributesApart(resourceType)) {
    const elements = readAttribute(document, attribute);
    if (elements === undefined) continue;
    if (Array.isArray(elements) && attribute.isStored) collections.set(attribute.path, byKey(attribute, elements));
    writeAttribute(document, attribute, undefined);
  }
  const copy = { ...copyValue(document), meta: metaOf(resource.meta, version) };
  return { resourceType, document: copy as unknown as StoredResource, collections };
}

/** The first of several elements with one `value` counts. */
function byKey(attribute: Attribute, elements: readonly ResourceObject[]): Elements {
  const found: Elements = new Map();
  const identity = attribute.sub("value");
  for (const element of elements) {
    const key = elementKey(identity, element);
    if (!found.has(key)) found.set(key, copyValue(element));
  }
  return found;
}

/**
 * Under which key a collection holds an element: elements without a `value` are each their own.
 * @param identity the sub-attribute `value`.
 */
export function elementKey(identity: Attribute | undefined, element: ResourceObject): unknown {
  return element.value === undefined ? element : identity?.key(element.value);
}

/** The content without some of its collections, for what is not to look at them. */
export function withoutCollections(content: Content, attributes: readonly Attribute[]): Content {
  if (attributes.length === 0) return content;
  const collections = new Map(content.collections);
  for (const { path } of attributes) collections.delete(path);
  return { ...content, collections };
}

/** The content with some collections of another one, which are not copied. */
export function withCollectionsOf(other: Content, content: Content, attributes: readonly Attribute[]): Content {
  if (attributes.length === 0) return content;
  const collections = new Map(content.collections);
  for (const { path } of attributes) collections.set(path, other.collections.get(path) ?? new Map());
  return { ...content, collections };
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

/** The single values that a path names, in the document or in a collection. */
export function* valuesOf(content: Content, path: AttributePath): Generator<unknown> {
  if (path.attribute.collection) {
    for (const element of content.collections.get(path.attribute.path)?.values() ?? [])
      yield* listOf(path.sub === undefined ? element : element[path.sub.name]);
  } else {
    yield* listOf(valueAt(content.document, path));
  }
}

/**
 * The elements of a complex attribute, in the document or in a collection; one at most where it is not multi-valued.
 */
export function elementsOf(content: Content, attribute: Attribute): Iterable<ResourceObject> {
  if (attribute.collection) return content.collections.get(attribute.path)?.values() ?? [];
  return listOf(readAttribute(content.document, attribute)).filter(isObject);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
