import { type Attribute, type AttributePath, leafOf } from "../../schema/attribute.ts";
import { fitAttribute } from "../../schema/fit.ts";
import { KEPT_NAME } from "../../schema/kept.ts";
import { isInstant } from "../../schema/latest.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { shapeOf } from "../../schema/shape.ts";
import { copyValue, isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../../schema/value.ts";
import type { NewResource, StoredMeta, StoredResource } from "../adapter.ts";
import { getOrCreate } from "../get-or-create.ts";
import { noteFitting } from "../lend.ts";
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
  /** Whether the document has no names but those that this resource type has. */
  readonly isKnown: boolean;
  /**
   * All but the collections and computed attributes, and what no schema names. Never changed in place: a reader may hold on to it. Given one
   * that says the same in another order by `plain.ts` alone.
   */
  document: StoredResource;
  /**
   * By attribute path; also those that the resource type does not know, of another release. A change of one element costs the same
   * whatever the number of the others.
   */
  readonly collections: ReadonlyMap<string, Elements>;
  /** The document, where its first reader found it to be plain (`plain.ts`), or else false; undefined before anybody has read it. */
  plain?: StoredResource | false | undefined;
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

/** How a resource is taken that is to be stored. */
export interface Taking {
  /** What there was of it: values that are the very ones of before are neither copied nor looked at again. */
  readonly before?: Content | undefined;
  /** Whose the values are: those of a caller who may change them afterwards are copied. */
  readonly isOwn?: boolean | undefined;
}

/** Takes a resource apart for storing; nothing of a caller's own objects is kept. */
export function contentOf(
  resourceType: CompiledResourceType,
  resource: NewResource,
  version: number,
  { before, isOwn = false }: Taking = {},
): Content {
  const document: Record<string, unknown> = { ...resource };
  const collections = takeCollections(resourceType, document, isOwn ? same : copyValue);
  document.meta = metaOf(resource.meta, version);
  // What was lent has it, and would keep the resource type of a request for ever.
  if (isOwn) noteFitting(document as unknown as StoredResource, undefined);
  const known =
    before?.isFit === true && before.isKnown && before.resourceType === resourceType ? before.document : undefined;
  const { isFit, isKnown } = takeMembers(resourceType, document, known, isOwn);
  return {
    resourceType,
    isFit: isFit && areFitting(resourceType, collections),
    isKnown: isKnown && isInstant(resource.meta.created) && isInstant(resource.meta.lastModified),
    document: document as unknown as StoredResource,
    collections,
  };
}

/** Takes out of a document what no document holds; gives the collections among it. */
function takeCollections(
  resourceType: CompiledResourceType,
  document: Record<string, unknown>,
  take: (element: ResourceObject) => ResourceObject,
): ReadonlyMap<string, Elements> {
  let collections: Map<string, Elements> | undefined;
  for (const attribute of attributesApart(resourceType)) {
    const value = readAttribute(document, attribute);
    if (value === undefined) continue;
    if (attribute.isStored) {
      // What is no list stays as it is, until somebody writes another value over it.
      if (!Array.isArray(value)) continue;
      collections ??= new Map();
      collections.set(attribute.path, elementsByKey(resourceType, attribute, value, take));
    }
    writeAttribute(document, attribute, undefined);
  }
  return collections ?? NO_COLLECTIONS;
}

const NO_COLLECTIONS: ReadonlyMap<string, Elements> = new Map<string, Elements>();

/** The resource type that all of a content is as it has it, so that a reader whose it is need not look; undefined where none is. */
export function fittingType({ isFit, isKnown, resourceType }: Content): CompiledResourceType | undefined {
  return isFit && isKnown ? resourceType : undefined;
}

function same<T>(value: T): T {
  return value;
}

/**
 * Puts copies in the place of the members of a document that is to be stored, where they are not the storage's own already, and says how
 * they fit. One pass over what is there, because it is what a write costs: most of it are members that the write has left alone.
 */
function takeMembers(
  resourceType: CompiledResourceType,
  document: Record<string, unknown>,
  known: StoredResource | undefined,
  isOwn: boolean,
): Pick<Content, "isFit" | "isKnown"> {
  let isFit = true;
  let isKnown = true;
  for (const name of Object.keys(document)) {
    const value = document[name];
    if (name === "meta" || value === undefined || (known !== undefined && known[name] === value)) continue;
    // What nobody declared is as the client's host parsed it.
    if (typeof value === "object" && (!isOwn || name === KEPT_NAME)) document[name] = copyValue(value);
    if (SERVERS.has(name)) continue;
    const fit = fitOf(resourceType, name, document[name]);
    if (fit === "unknown") isKnown = false;
    else if (fit === "unfit") isFit = false;
  }
  return { isFit, isKnown };
}

/** How a member of a document fits its attribute, or those in the container of an extension. */
function fitOf(resourceType: CompiledResourceType, name: string, value: unknown): "fit" | "unfit" | "unknown" {
  const attribute = resourceType.attribute(name);
  // Of what nobody declared, a schema may have declared something since.
  if (attribute !== undefined)
    return attribute.name === name && attribute !== resourceType.kept ? fitOfValue(attribute, value) : "unknown";
  const extension = resourceType.extension(name);
  if (extension?.urn !== name || !isObject(value)) return "unknown";
  let isKnown = true;
  for (const part of Object.keys(value)) {
    const inner = extension.attribute(part);
    if (inner?.name !== part) isKnown = false;
    else if (fitOfValue(inner, value[part]) === "unfit") return "unfit";
  }
  return isKnown ? "fit" : "unknown";
}

function fitOfValue(attribute: Attribute, value: unknown): "fit" | "unfit" {
  if (value === undefined || (typeof value === "string" && attribute.type === "string" && !attribute.multiValued))
    return "fit";
  return !attribute.collection && fitAttribute(attribute, value) === value ? "fit" : "unfit";
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

/** Whether all values of a document are where and as the resource type has them. */
function fittingOf(resourceType: CompiledResourceType, document: StoredResource): Pick<Content, "isFit" | "isKnown"> {
  const fits = Object.keys(document)
    .filter((name) => !SERVERS.has(name))
    .map((name) => fitOf(resourceType, name, document[name]));
  return { isFit: !fits.includes("unfit"), isKnown: !fits.includes("unknown") };
}

/** The same of collections. */
function areFitting(resourceType: CompiledResourceType, collections: ReadonlyMap<string, Elements>): boolean {
  for (const [path, elements] of collections) {
    const attribute = attributeAt(resourceType, path);
    if (attribute === undefined) continue;
    if (!elements.isOf(resourceType, attribute)) return false;
    const list = [...elements.values()];
    if (fitAttribute(attribute, list) !== list) return false;
  }
  return true;
}

/**
 * What a write leaves as it is: collections that it does not touch, wherever they lie, and those that its resource type does not know.
 * They are not copied.
 */
export function withKept(before: Content, next: Content, untouched: readonly Attribute[]): Content {
  if (before.collections.size === 0 && untouched.length === 0) return next;
  const { resourceType, isKnown } = next;
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
  return { resourceType, isFit, isKnown, document: document as unknown as StoredResource, collections };
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
  const { isFit, isKnown } = fittingOf(resourceType, placed);
  return {
    resourceType,
    isFit: isFit && areFitting(resourceType, collections),
    isKnown,
    document: placed,
    collections,
  };
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
  if (!isSameBesides("meta", left.document, right.document)) return false;
  if (left.collections.size === 0 && right.collections.size === 0) return true;
  const paths = new Set([...left.collections.keys(), ...right.collections.keys()]);
  return [...paths].every((path) => areSame(left.collections.get(path), right.collections.get(path)));
}

function areSame(old: Elements | undefined, now: Elements | undefined): boolean {
  if (old === now) return true;
  if ((old?.size ?? 0) !== (now?.size ?? 0)) return false;
  for (const [key, element] of now ?? []) if (!isSame(old?.get(key), element)) return false;
  return true;
}

function isSameBesides(besides: string, left: ResourceObject, right: ResourceObject): boolean {
  for (const name of Object.keys(left)) if (name !== besides && !isSame(left[name], right[name])) return false;
  for (const name of Object.keys(right))
    if (name !== besides && right[name] !== undefined && left[name] === undefined) return false;
  return true;
}

/** The comparison keys of the values that a path names, in the document or in a collection. */
export function keysIn(content: Content, path: AttributePath): readonly unknown[] {
  const leaf = leafOf(path);
  return valuesIn(content, path).map((value) => leaf.key(value));
}

/** The single values that a path names, as its attribute is declared. */
export function valuesIn({ document, collections }: Content, path: AttributePath): readonly unknown[] {
  const { attribute } = path;
  const elements = collections.get(attribute.path);
  return valuesOfStored(elements === undefined ? readAttribute(document, attribute) : [...elements.values()], path);
}

/** The same, given what is stored of the attribute. */
export function valuesOfStored(stored: unknown, { attribute, sub }: AttributePath): readonly unknown[] {
  const values = listOf(fitAttribute(attribute, stored));
  if (sub === undefined || values.length === 0) return values;
  return values.flatMap((value) => (isObject(value) ? listOf(value[sub.name]) : []));
}

/** Whether two contents have the very same value of an attribute: then there is nothing to compare, nor to file anew. */
export function hasSameValue(before: Content, after: Content, attribute: Attribute): boolean {
  return (
    before.resourceType === after.resourceType &&
    before.collections.get(attribute.path) === after.collections.get(attribute.path) &&
    readAttribute(before.document, attribute) === readAttribute(after.document, attribute)
  );
}

/** One value or several, as a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? NOTHING : [value];
}

const NOTHING: readonly unknown[] = [];
