import { invalidValue } from "../../../error.ts";
import { type Attribute, type AttributePath, leafOf } from "../../../schema/attribute.ts";
import { fitAttribute } from "../../../schema/fit.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { shapeOf, uniqueName } from "../../../schema/shape.ts";
import { isObject, type ResourceObject, readAttribute, valueWithin, writeAttribute } from "../../../schema/value.ts";
import { doAll, type Steps } from "../../../time-slice.ts";
import type { NewResource, StoredResource } from "../../adapter.ts";
import { findReference } from "../../reference.ts";
import { isUniqueOverTenants } from "../../unique.ts";
import { escapeKey, keyText, LONGEST_KEY } from "../key.ts";
import { addKeys, dateKey, modifiedKey, partKeys } from "./keys.ts";
import { MARK } from "./shapes.ts";

/** What tells the rows of unique values apart. */
export interface UniqueKey {
  readonly scope: string;
  readonly attribute: string;
  readonly key: string;
}

/** The same as text. */
export function uniqueKey({ scope, attribute, key }: UniqueKey): string {
  return JSON.stringify([scope, attribute, key]);
}

/** One value that must be unique. */
export interface UniqueRow extends UniqueKey {
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
  /** What the document says. */
  readonly content: ResourceObject;
  readonly document: string;
  readonly keys: string;
  /** The key of `meta.lastModified`, which has a column of its own. */
  readonly modifiedKey: string;
  readonly uniques: readonly UniqueRow[];
  /** By attribute and key. */
  readonly elements: ReadonlyMap<string, ElementRow>;
  /** Values that are too long for the index that they should be in, and so are in none. */
  readonly long: LongValues;
}

/** Values that no index can hold, by what tells them apart. */
export interface LongValues {
  /** What a client is told who sends one. */
  readonly details: ReadonlyMap<string, string>;
  /** Whether a row of an element is without its key for it, so that look-ups among elements miss the resource. */
  readonly hidesElement: boolean;
}

/** @throws {ScimError} 400 invalidValue for a value that is too long, unless it was there before. */
export function refuseLong({ long }: Pick<Row, "long">, before?: Pick<Row, "long">): void {
  for (const [name, detail] of long.details) if (before?.long.details.has(name) !== true) throw invalidValue(detail);
}

/**
 * Attributes that are not in a document: collections, what is computed when selected, and secrets, should one stray
 * there.
 */
export function isApart(attribute: Attribute): boolean {
  return attribute.collection || !attribute.isStored;
}

/** Takes a resource apart. Collections in `except` are left out. */
export function rowOf(...given: Parameters<typeof rowSteps>): Row {
  return doAll(rowSteps(...given));
}

/** The same, element by element. */
export function* rowSteps(
  resourceType: CompiledResourceType,
  resource: NewResource | StoredResource,
  tenant: string,
  except: readonly Attribute[] = [],
): Steps<Row> {
  const { id: _, meta, ...document }: Record<string, unknown> = resource;
  const elements = new Map<string, ElementRow>();
  const long: Long = { details: new Map(), hidesElement: false };
  const keyed: Keyed[] = [];
  for (const attribute of resourceType.attributes) {
    if (attribute.path === "id" || attribute.path === "meta") continue;
    const stored = readAttribute(document, attribute);
    if (stored === undefined) continue;
    const value = fitAttribute(attribute, stored);
    if (isApart(attribute)) writeAttribute(document, attribute, undefined);
    if (value === undefined) continue;
    if (!isApart(attribute)) keyed.push([attribute, value]);
    if (!(attribute.collection && except.includes(attribute)))
      yield* addRows({ elements, long }, resourceType, attribute, value);
  }
  const uniques = uniquesOf(resourceType, resource, tenant, except, long);
  return new RowOf({ resourceType, meta: resource.meta, keyed }, { content: document, uniques, elements, long });
}

/** An attribute of the document with its value, of which keys are made. */
type Keyed = readonly [attribute: Attribute, value: unknown];

/** What keys are made of. */
interface Keyable {
  readonly resourceType: CompiledResourceType;
  readonly meta: NewResource["meta"];
  readonly keyed: readonly Keyed[];
}

/** Texts are made when they are asked for: of the state before a write nobody asks. */
class RowOf implements Row {
  readonly content: ResourceObject;
  readonly uniques: readonly UniqueRow[];
  readonly elements: ReadonlyMap<string, ElementRow>;
  readonly long: LongValues;
  readonly #keyable: Keyable;
  #document: string | undefined;
  #keys: string | undefined;
  #modifiedKey: string | undefined;

  constructor(keyable: Keyable, { content, uniques, elements, long }: Omit<Row, "document" | "keys" | "modifiedKey">) {
    this.content = content;
    this.uniques = uniques;
    this.elements = elements;
    this.long = long;
    this.#keyable = keyable;
  }

  get document(): string {
    this.#document ??= JSON.stringify(this.content);
    return this.#document;
  }

  get keys(): string {
    this.#keys ??= keysText(this.#keyable);
    return this.#keys;
  }

  get modifiedKey(): string {
    const { resourceType, meta } = this.#keyable;
    this.#modifiedKey ??= modifiedKey(resourceType, meta.lastModified);
    return this.#modifiedKey;
  }
}

function keysText({ resourceType, meta, keyed }: Keyable): string {
  const keys: Record<string, unknown> = {
    [MARK]: shapeOf(resourceType).fingerprint,
    "meta.created": dateKey(resourceType, "created", meta),
  };
  for (const [attribute, value] of keyed) addKeys(keys, attribute, value);
  return JSON.stringify(keys);
}

/** What is found of `LongValues` while a resource is taken apart. */
interface Long extends LongValues {
  readonly details: Map<string, string>;
  hidesElement: boolean;
}

/** Rows of elements while a resource is taken apart. */
interface Apart {
  readonly elements: Map<string, ElementRow>;
  readonly long: Long;
}

/** Adds the rows of an attribute: of a collection one an element, of another attribute one a reference. */
function* addRows(
  { elements: rows, long }: Apart,
  resourceType: CompiledResourceType,
  attribute: Attribute,
  value: unknown,
): Steps<void> {
  if (!attribute.isStored) return;
  const elements = Array.isArray(value) ? value : [value];
  const note = (key: string, detail: string): void => {
    long.details.set(rowName(attribute.path, key), detail);
    long.hidesElement = true;
  };
  const made = attribute.collection
    ? collectionRows(resourceType, attribute, elements, note)
    : isReference(resourceType, attribute)
      ? referenceRows(attribute, elements, note)
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

function isReference(resourceType: CompiledResourceType, attribute: Attribute): boolean {
  return findReference(resourceType, attribute) !== undefined;
}

function* collectionRows(
  resourceType: CompiledResourceType,
  attribute: Attribute,
  elements: readonly unknown[],
  noteLong: NoteLong,
): Generator<ElementRow> {
  for (let index = 0; index < elements.length; index++)
    yield elementRow(
      resourceType,
      attribute,
      elements[index] as ResourceObject,
      `${attribute.path}[${index}]`,
      noteLong,
    );
}

/** Takes note of a key that is too long for an index. */
type NoteLong = (key: string, detail: string) => void;

function throwLong(_: string, detail: string): never {
  throw invalidValue(detail);
}

/**
 * One element of a collection as its row. `where` names it in errors.
 * @throws {ScimError} 400 invalidValue where no index can hold its `value`, unless `noteLong` takes note of that.
 */
export function elementRow(
  resourceType: CompiledResourceType,
  attribute: Attribute,
  element: ResourceObject,
  where: string,
  noteLong: NoteLong = throwLong,
): ElementRow {
  const { value, ...rest } = element;
  const keys = partKeys(attribute, element, "value");
  const key = value === undefined ? undefined : elementKey(attribute, value, where, noteLong);
  // What has no key of its own is in no index either.
  const isId = key !== undefined && isReference(resourceType, attribute) && typeof value === "string";
  return {
    attribute: attribute.path,
    key: key ?? newNamelessKey(),
    value: isId ? value : null,
    element: JSON.stringify(isId ? rest : element),
    keys: Object.keys(keys).length === 0 ? null : JSON.stringify(keys),
  };
}

/** Elements without a `value`, or with one that no index can hold, are each their own. */
function newNamelessKey(): string {
  return `\u0001${crypto.randomUUID()}`;
}

/** Whether the key of a row is that of an element without a `value`, or with one that no index can hold. */
export function isNameless(key: string): boolean {
  return key.startsWith("\u0001");
}

/** The key of an element's `value`; undefined where no index can hold it. */
function elementKey(attribute: Attribute, value: unknown, where: string, noteLong: NoteLong): string | undefined {
  const key = keyText((attribute.sub("value") ?? attribute).key(value));
  if (key.length <= LONGEST_KEY) return escapeKey(key);
  noteLong(key, `${where}.value must not be longer than ${LONGEST_KEY} characters.`);
  return undefined;
}

function* referenceRows(attribute: Attribute, elements: readonly unknown[], noteLong: NoteLong): Generator<ElementRow> {
  for (const element of elements) {
    const id = isObject(element) ? element.value : undefined;
    if (typeof id !== "string") continue;
    // Of a single reference it is the comparison key too, by which filters find what leads nowhere.
    const key = attribute.multiValued ? id : keyText((attribute.sub("value") ?? attribute).key(id));
    if (id.length > LONGEST_KEY)
      noteLong(key, `${attribute.path}.value must not be longer than ${LONGEST_KEY} characters.`);
    else yield { attribute: attribute.path, key: escapeKey(key), value: id, element: null, keys: null };
  }
}

function uniquesOf(
  resourceType: CompiledResourceType,
  resource: ResourceObject,
  tenant: string,
  except: readonly Attribute[],
  { details }: Long,
): UniqueRow[] {
  const rows = new Map<string, UniqueRow>();
  for (const path of resourceType.unique) {
    if (except.includes(path.attribute) || !path.attribute.isStored) continue;
    const scope = uniqueScope(leafOf(path), tenant);
    const attribute = uniqueName(resourceType, path);
    for (const key of keysAt(path, readAttribute(resource, path.attribute)))
      if (key.length <= LONGEST_KEY) rows.set(rowName(attribute, key), { scope, attribute, key, path: path.text });
      else
        details.set(
          rowName(attribute, key),
          `${path.text} must not be longer than ${LONGEST_KEY} characters, because it is unique.`,
        );
  }
  return [...rows.values()];
}

/** The comparison keys of the values of a path, as they are stored, given the stored value of its attribute. */
export function keysAt(path: AttributePath, stored: unknown): readonly string[] {
  const leaf = leafOf(path);
  const value = valueWithin(fitAttribute(path.attribute, stored), path);
  const singles: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return singles.map((single) => keyText(leaf.key(single)));
}

/** The scope of values that are unique over all tenants. */
export const OVER_TENANTS = "*";

/** Within which values of an attribute are unique: the tenant, or all of them. */
export function uniqueScope(attribute: Attribute, tenant: string): string {
  return isUniqueOverTenants(attribute) ? OVER_TENANTS : `=${tenant}`;
}
