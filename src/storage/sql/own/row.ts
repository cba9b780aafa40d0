import { invalidValue } from "../../../error.ts";
import { type Attribute, leafOf } from "../../../schema/attribute.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, valueAt, writeAttribute } from "../../../schema/value.ts";
import type { NewResource, StoredMeta, StoredResource } from "../../adapter.ts";
import { inverseElement } from "../../inverse.ts";
import { findReference } from "../../reference.ts";
import { uniqueName } from "../../unique.ts";
import { escapeKey, keyText, LONGEST_KEY } from "../key.ts";
import { uniqueScope } from "./places.ts";

/** One value that must be unique. */
export interface UniqueRow {
  readonly scope: string;
  readonly attribute: string;
  readonly key: string;
  /** The path that a client knows the attribute by. */
  readonly path: string;
}

/** One element of a collection, or one reference that the document holds (then without `element`). */
export interface ElementRow {
  readonly attribute: string;
  readonly key: string;
  /** The id that the element names; null where its `value` is no reference. */
  readonly value: string | null;
  /** The element without what the other columns hold, as JSON; null for a reference that the document holds. */
  readonly element: string | null;
  readonly keys: string | null;
}

/** A resource taken apart for its tables. */
export interface Row {
  readonly document: string;
  readonly keys: string;
  /** The key of `meta.lastModified`, which has a column of its own. */
  readonly modifiedKey: string;
  readonly uniques: readonly UniqueRow[];
  /** By attribute and key. */
  readonly elements: ReadonlyMap<string, ElementRow>;
}

/** Attributes that are not in a document: collections, what is computed when selected, and secrets, should one stray there. */
export function isApart(attribute: Attribute): boolean {
  return attribute.collection || isUnstored(attribute);
}

function isUnstored(attribute: Attribute): boolean {
  return attribute.inverseOf !== undefined || attribute.mutability === "writeOnly";
}

/**
 * Takes a resource apart. Collections in `except` are left out.
 * @throws {ScimError} 400 invalidValue for a value that is too long for the index that it must be in.
 */
export function rowOf(
  resourceType: ResourceType,
  resource: NewResource | StoredResource,
  tenant: string,
  except: readonly Attribute[] = [],
): Row {
  const { id: _, meta, ...document }: Record<string, unknown> = { ...resource };
  const elements = new Map<string, ElementRow>();
  const keys: Record<string, unknown> = { "meta.created": dateKey(resourceType, "created", resource.meta) };
  for (const attribute of resourceType.attributes) {
    if (attribute.name === "id" || attribute.name === "meta") continue;
    const value = readAttribute(document, attribute);
    if (value === undefined) continue;
    if (isApart(attribute)) {
      writeAttribute(document, attribute, undefined);
      if (!isUnstored(attribute) && !except.includes(attribute))
        for (const row of collectionRows(resourceType, attribute, value)) addRow(elements, row);
    } else {
      addKeys(keys, attribute, value);
      if (isReference(resourceType, attribute))
        for (const row of referenceRows(attribute, value)) addRow(elements, row);
    }
  }
  return {
    document: JSON.stringify(document),
    keys: JSON.stringify(keys),
    modifiedKey: modifiedKey(resourceType, resource.meta.lastModified),
    uniques: uniquesOf(resourceType, resource, tenant, except),
    elements,
  };
}

function dateKey(resourceType: ResourceType, name: "created" | "lastModified", meta: NewResource["meta"]): string {
  const attribute = resourceType.attribute("meta")?.sub(name);
  return attribute === undefined ? meta[name] : keyText(attribute.key(meta[name]));
}

/** The key of `meta.lastModified`, which has a column of its own. */
export function modifiedKey(resourceType: ResourceType, at: string): string {
  return dateKey(resourceType, "lastModified", { resourceType: "", created: at, lastModified: at });
}

function addRow(rows: Map<string, ElementRow>, row: ElementRow): void {
  const name = rowName(row.attribute, row.key);
  // The first of several elements with one `value` counts.
  if (!rows.has(name)) rows.set(name, row);
}

/** What tells the rows of one resource apart. */
export function rowName(attribute: string, key: string): string {
  return `${attribute} ${key}`;
}

function isReference(resourceType: ResourceType, attribute: Attribute): boolean {
  return findReference(resourceType, attribute) !== undefined;
}

/** The keys of an attribute: of single values by path, of several as an array of strings or of objects. */
function addKeys(keys: Record<string, unknown>, attribute: Attribute, value: unknown): void {
  if (attribute.multiValued) {
    keys[attribute.path] = (value as readonly unknown[]).map((element) =>
      attribute.type === "complex" ? partKeys(attribute, element as ResourceObject) : keyText(attribute.key(element)),
    );
  } else if (attribute.type === "complex") {
    for (const [name, key] of Object.entries(partKeys(attribute, value as ResourceObject)))
      keys[`${attribute.path}.${name}`] = key;
  } else {
    keys[attribute.path] = keyText(attribute.key(value));
  }
}

function partKeys(attribute: Attribute, element: ResourceObject, except?: string): Record<string, unknown> {
  const keys: Record<string, unknown> = {};
  for (const sub of attribute.subAttributes) {
    const value = element[sub.name];
    if (value === undefined || sub.name === except) continue;
    keys[sub.name] = Array.isArray(value) ? value.map((part) => keyText(sub.key(part))) : keyText(sub.key(value));
  }
  return keys;
}

function* collectionRows(resourceType: ResourceType, attribute: Attribute, value: unknown): Generator<ElementRow> {
  const elements = Array.isArray(value) ? value : [value];
  for (let index = 0; index < elements.length; index++)
    yield elementRow(resourceType, attribute, elements[index] as ResourceObject, `${attribute.path}[${index}]`);
}

/** One element of a collection as its row. `where` names it in errors. */
export function elementRow(
  resourceType: ResourceType,
  attribute: Attribute,
  element: ResourceObject,
  where: string,
): ElementRow {
  const { value, ...rest } = element;
  const keys = partKeys(attribute, element, "value");
  const isId = isReference(resourceType, attribute) && typeof value === "string";
  const kept = isId ? rest : element;
  return {
    attribute: attribute.path,
    key: value === undefined ? namelessKey() : elementKey(attribute, value, where),
    value: isId ? value : null,
    element: JSON.stringify(kept),
    keys: Object.keys(keys).length === 0 ? null : JSON.stringify(keys),
  };
}

/** Elements without a `value` are each their own. */
function namelessKey(): string {
  return `\u0001${crypto.randomUUID()}`;
}

/** Whether the key of a row is that of an element without a `value`. */
export function isNameless(key: string): boolean {
  return key.startsWith("\u0001");
}

/**
 * The key of an element's `value`.
 * @throws {ScimError} 400 invalidValue where no index can hold it.
 */
export function elementKey(attribute: Attribute, value: unknown, where: string): string {
  const key = keyText((attribute.sub("value") ?? attribute).key(value));
  if (key.length > LONGEST_KEY) throw invalidValue(`${where}.value must not be longer than ${LONGEST_KEY} characters.`);
  return escapeKey(key);
}

function* referenceRows(attribute: Attribute, value: unknown): Generator<ElementRow> {
  const elements = Array.isArray(value) ? value : [value];
  for (const element of elements) {
    const id = isObject(element) ? element.value : undefined;
    if (typeof id !== "string") continue;
    if (id.length > LONGEST_KEY)
      throw invalidValue(`${attribute.path}.value must not be longer than ${LONGEST_KEY} characters.`);
    yield { attribute: attribute.path, key: escapeKey(id), value: id, element: null, keys: null };
  }
}

function uniquesOf(
  resourceType: ResourceType,
  resource: ResourceObject,
  tenant: string,
  except: readonly Attribute[],
): UniqueRow[] {
  const rows = new Map<string, UniqueRow>();
  for (const path of resourceType.unique) {
    if (except.includes(path.attribute) || isUnstored(path.attribute)) continue;
    const leaf = leafOf(path);
    const value = valueAt(resource, path);
    for (const single of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
      const key = keyText(leaf.key(single));
      if (key.length > LONGEST_KEY)
        throw invalidValue(`${path.text} must not be longer than ${LONGEST_KEY} characters, because it is unique.`);
      const attribute = uniqueName(resourceType, path);
      const row = { scope: uniqueScope(leaf, tenant), attribute, key, path: path.text };
      rows.set(rowName(attribute, key), row);
    }
  }
  return [...rows.values()];
}

/** The columns of a resource as they are selected. Documents are text, which drivers hand out as it is. */
export interface SelectedRow {
  readonly id: string;
  readonly version: string;
  readonly created: string;
  readonly modified: string;
  readonly document: string;
  /** Elements of the selected collections and computed attributes, in the order of `apart`, as JSON arrays. */
  readonly [column: `apart${number}`]: string | null;
}

export function metaOf(
  resourceType: ResourceType,
  row: { readonly version: unknown; readonly created: string; readonly modified: string },
): StoredMeta {
  const { version, created, modified } = row;
  return { resourceType: resourceType.name, created, lastModified: modified, version: String(version) };
}

/** Puts a resource together from its row. `large` may give a value of its own for the elements of a collection. */
export function resourceOf(
  resourceType: ResourceType,
  row: SelectedRow,
  apart: readonly Attribute[],
  large?: (id: string, attribute: Attribute, elements: readonly ApartElement[]) => unknown,
): StoredResource {
  const { schemas, ...attributes } = JSON.parse(row.document) as { readonly schemas: readonly string[] };
  const resource: Record<string, unknown> = { schemas, id: row.id, ...attributes, meta: metaOf(resourceType, row) };
  apart.forEach((attribute, index) => {
    const json = row[`apart${index}`];
    const elements = json === null || json === undefined ? [] : (JSON.parse(json) as readonly ApartElement[]);
    if (elements.length === 0) return;
    const isComputed = attribute.inverseOf !== undefined;
    const values = isComputed ? elements.map(([id, name]) => inverseElement(attribute, String(id), name)) : undefined;
    const value = values ?? large?.(row.id, attribute, elements) ?? elements.map(elementOf);
    writeAttribute(resource, attribute, Array.isArray(value) && !attribute.multiValued ? value[0] : value);
  });
  return resource as unknown as StoredResource;
}

/** What is selected of an element: of a collection its id and the rest, of a computed attribute the holder's id and name. */
export type ApartElement = readonly [id: string | null, rest: ResourceObject | string | null];

export function elementOf([id, rest]: ApartElement): ResourceObject {
  const parts = typeof rest === "string" ? (JSON.parse(rest) as ResourceObject) : rest;
  return id === null ? (parts ?? {}) : { value: id, ...parts };
}
