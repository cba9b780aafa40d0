import { invalidValue } from "../../../error.ts";
import { type Attribute, type AttributePath, leafOf } from "../../../schema/attribute.ts";
import { fitAttribute } from "../../../schema/fit.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
import { shapeOf } from "../../../schema/shape.ts";
import { isObject, type ResourceObject, readAttribute, valueWithin, writeAttribute } from "../../../schema/value.ts";
import { doAll, type Steps } from "../../../time-slice.ts";
import type { NewResource, StoredResource } from "../../adapter.ts";
import { findReference } from "../../reference.ts";
import { isUniqueOverTenants, uniqueName } from "../../unique.ts";
import { escapeKey, keyText, LONGEST_KEY } from "../key.ts";
import { addKeys, dateKey, modifiedKey, partKeys } from "./keys.ts";
import { MARK } from "./shapes.ts";

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

/**
 * Attributes that are not in a document: collections, what is computed when selected, and secrets, should one stray
 * there.
 */
export function isApart(attribute: Attribute): boolean {
  return attribute.collection || !attribute.isStored;
}

/**
 * Takes a resource apart. Collections in `except` are left out.
 * @throws {ScimError} 400 invalidValue for a value that is too long for the index that it must be in.
 */
export function rowOf(...given: Parameters<typeof rowSteps>): Row {
  return doAll(rowSteps(...given));
}

/** The same, element by element. `isStored`: what is there already may be longer than what may come; it has no unique row then. */
export function* rowSteps(
  resourceType: ResourceType,
  resource: NewResource | StoredResource,
  tenant: string,
  except: readonly Attribute[] = [],
  isStored = false,
): Steps<Row> {
  const { id: _, meta, ...document }: Record<string, unknown> = { ...resource };
  const elements = new Map<string, ElementRow>();
  const keys: Record<string, unknown> = {
    [MARK]: shapeOf(resourceType).fingerprint,
    "meta.created": dateKey(resourceType, "created", resource.meta),
  };
  for (const attribute of resourceType.attributes) {
    if (attribute.path === "id" || attribute.path === "meta") continue;
    const stored = readAttribute(document, attribute);
    if (stored === undefined) continue;
    const value = fitAttribute(attribute, stored);
    if (isApart(attribute)) writeAttribute(document, attribute, undefined);
    if (value === undefined) continue;
    if (!isApart(attribute)) addKeys(keys, attribute, value);
    if (!(attribute.collection && except.includes(attribute))) yield* addRows(elements, resourceType, attribute, value);
  }
  return {
    document: JSON.stringify(document),
    keys: JSON.stringify(keys),
    modifiedKey: modifiedKey(resourceType, resource.meta.lastModified),
    uniques: uniquesOf(resourceType, resource, tenant, except, isStored),
    elements,
  };
}

/** Adds the rows of an attribute: of a collection one an element, of another attribute one a reference. */
function* addRows(
  rows: Map<string, ElementRow>,
  resourceType: ResourceType,
  attribute: Attribute,
  value: unknown,
): Steps<void> {
  if (!attribute.isStored) return;
  const elements = Array.isArray(value) ? value : [value];
  const made = attribute.collection
    ? collectionRows(resourceType, attribute, elements)
    : isReference(resourceType, attribute)
      ? referenceRows(attribute, elements)
      : [];
  for (const row of made) {
    const name = rowName(row.attribute, row.key);
    // The first of several elements with one `value` counts.
    if (!rows.has(name)) rows.set(name, row);
    yield;
  }
}

/** What tells the rows of one resource apart. */
export function rowName(attribute: string, key: string): string {
  return `${attribute} ${key}`;
}

function isReference(resourceType: ResourceType, attribute: Attribute): boolean {
  return findReference(resourceType, attribute) !== undefined;
}

function* collectionRows(
  resourceType: ResourceType,
  attribute: Attribute,
  elements: readonly unknown[],
): Generator<ElementRow> {
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
    key: value === undefined ? newNamelessKey() : elementKey(attribute, value, where),
    value: isId ? value : null,
    element: JSON.stringify(kept),
    keys: Object.keys(keys).length === 0 ? null : JSON.stringify(keys),
  };
}

/** Elements without a `value` are each their own. */
function newNamelessKey(): string {
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

function* referenceRows(attribute: Attribute, elements: readonly unknown[]): Generator<ElementRow> {
  for (const element of elements) {
    const id = isObject(element) ? element.value : undefined;
    if (typeof id !== "string") continue;
    if (id.length > LONGEST_KEY)
      throw invalidValue(`${attribute.path}.value must not be longer than ${LONGEST_KEY} characters.`);
    // Of a single reference it is the comparison key too, by which filters find what leads nowhere.
    const key = attribute.multiValued ? id : keyText((attribute.sub("value") ?? attribute).key(id));
    yield { attribute: attribute.path, key: escapeKey(key), value: id, element: null, keys: null };
  }
}

function uniquesOf(
  resourceType: ResourceType,
  resource: ResourceObject,
  tenant: string,
  except: readonly Attribute[],
  isStored: boolean,
): UniqueRow[] {
  const rows = new Map<string, UniqueRow>();
  for (const path of resourceType.unique) {
    if (except.includes(path.attribute) || !path.attribute.isStored) continue;
    const value = valueWithin(fitAttribute(path.attribute, readAttribute(resource, path.attribute)), path);
    for (const single of value === undefined ? [] : [value].flat()) {
      const row = uniqueRow(resourceType, path, single, tenant);
      if (!isLong(row, isStored)) rows.set(rowName(row.attribute, row.key), row);
    }
  }
  return [...rows.values()];
}

/** @throws {ScimError} 400 invalidValue for what is too long for the index, unless it is stored already. */
function isLong({ key, path }: UniqueRow, isStored: boolean): boolean {
  if (key.length <= LONGEST_KEY) return false;
  if (!isStored) throw invalidValue(`${path} must not be longer than ${LONGEST_KEY} characters, because it is unique.`);
  return true;
}

function uniqueRow(resourceType: ResourceType, path: AttributePath, value: unknown, tenant: string): UniqueRow {
  const leaf = leafOf(path);
  const key = keyText(leaf.key(value));
  return { scope: uniqueScope(leaf, tenant), attribute: uniqueName(resourceType, path), key, path: path.text };
}

/** Within which values of an attribute are unique: the tenant, or all of them. */
export function uniqueScope(attribute: Attribute, tenant: string): string {
  return isUniqueOverTenants(attribute) ? "*" : `=${tenant}`;
}
