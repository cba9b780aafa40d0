import { invalidValue } from "../../../error.ts";
import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import { schemasOf } from "../../../schema/canonical.ts";
import { fitAttribute } from "../../../schema/fit.ts";
import { isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { NewResource, StoredMeta, StoredResource } from "../../adapter.ts";
import { isUnique } from "../../unique.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { keyText } from "../key.ts";
import type { ChildTable } from "./child.ts";
import { type ChildElements, fillChildren } from "./child-elements.ts";
import { type Column, driverValue, timeOf, timeText } from "./column.ts";
import type { MappedType } from "./compile.ts";
import { printId } from "./id.ts";
import type { PathColumn } from "./path-column.ts";
import type { Slot } from "./slot.ts";

/** A row as scimkit's statements give it. */
export interface MappedRow {
  readonly id: unknown;
  readonly version: unknown;
  readonly created: unknown;
  readonly modified: unknown;
  readonly rest?: unknown;
  readonly [alias: string]: unknown;
}

/** Where a row has no time at all. */
const NO_TIME = "1970-01-01T00:00:00Z";

/** Puts a resource together from its row; collections and computed attributes are the caller's to add. */
export function resourceOf(type: MappedType, row: MappedRow): StoredResource {
  const { resourceType } = type;
  const resource = restOf(row.rest);
  for (const { path, alias, read } of type.columns) {
    const value = read(row[alias]);
    if (value === undefined) continue;
    if (path.sub === undefined) writeAttribute(resource, path.attribute, value);
    else {
      const whole = objectOf(path.attribute, readAttribute(resource, path.attribute));
      writeAttribute(resource, path.attribute, { ...whole, [path.sub.name]: value });
    }
  }
  for (const attribute of new Set(type.slots.map((slot) => slot.attribute))) {
    const more = readAttribute(resource, attribute);
    const elements = type.slots
      .filter((slot) => slot.attribute === attribute)
      .flatMap((slot) => elementOf(slot, row) ?? []);
    if (elements.length > 0) writeAttribute(resource, attribute, [...elements, ...listOf(more)]);
  }
  const schemas = schemasOf(resourceType, resource);
  return { ...resource, schemas, id: printId(type.id, row.id), meta: metaOf(type, row) };
}

/** Rows that other parts of the application made may lack a time. */
export function metaOf({ name }: MappedType, row: MappedRow): StoredMeta {
  const created = timeText(row.created) ?? timeText(row.modified) ?? NO_TIME;
  const lastModified = timeText(row.modified) ?? created;
  return { resourceType: name, created, lastModified, version: String(row.version) };
}

/** A value as the object that its attribute is declared to be; undefined where it is none. */
function objectOf(attribute: Attribute, value: unknown): ResourceObject | undefined {
  const whole = isObject(value) ? value : fitAttribute(attribute, value);
  return isObject(whole) ? whole : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** What the column for the rest has, as it lies there. */
export function restOf(rest: unknown): Record<string, unknown> {
  const value: unknown = typeof rest === "string" && rest !== "" ? JSON.parse(rest) : rest;
  return isObject(value) ? { ...value } : {};
}

function elementOf(slot: Slot, row: MappedRow): ResourceObject | undefined {
  if (row[slot.value.alias] === null || row[slot.value.alias] === undefined) return undefined;
  const element: Record<string, unknown> = { ...slot.fixed };
  for (const { attribute, alias, read } of slot.columns) {
    const value = read(row[alias]);
    if (value !== undefined) element[attribute.name] = value;
  }
  return element;
}

/** A resource taken apart for its table. */
export interface TakenApart {
  /** Attribute values by column. */
  readonly values: ReadonlyMap<Column, unknown>;
  /** What has no column; undefined where there is none of it. */
  readonly rest: ResourceObject | undefined;
  /** Elements that have rows of their own. */
  readonly children: ChildElements;
}

/**
 * Takes a resource apart.
 * @throws {ScimError} 400 invalidValue for an element that has no place.
 */
export function takeApart(type: MappedType, given: NewResource | StoredResource): TakenApart {
  const resource = withDistinctElements(type, inShape(type, given));
  const { id: _, meta: __, schemas: ___, ...rest }: Record<string, unknown> = { ...resource };
  const values = new Map<Column, unknown>();
  for (const column of type.columns) values.set(column, formOf(column, valueFor(resource, column.path)));
  for (const column of type.columns) removeFrom(rest, column);
  for (const attribute of type.resourceType.attributes) {
    const isJoined =
      type.joins.some((join) => join.attribute === attribute) && Array.isArray(readAttribute(rest, attribute));
    if (!attribute.isStored || isJoined) writeAttribute(rest, attribute, undefined);
  }
  for (const attribute of new Set(type.slots.map((slot) => slot.attribute)))
    writeAttribute(rest, attribute, fillSlots(type, attribute, readAttribute(rest, attribute), values));
  const children = new Map<ChildTable, readonly unknown[]>();
  for (const attribute of new Set(type.children.map((child) => child.attribute)))
    writeAttribute(rest, attribute, fillChildren(type, attribute, readAttribute(rest, attribute), children));
  return { values, rest: Object.keys(rest).length === 0 ? undefined : rest, children };
}

/** A resource whose attributes with places of their own have the shapes that can be taken apart, as far as they fit at all. */
function inShape({ columns, slots, joins, children, resourceType }: MappedType, given: NewResource | StoredResource) {
  const placed = new Set([
    ...columns.flatMap(({ path }) => (path.sub === undefined ? [] : path.attribute)),
    ...[...slots, ...joins, ...children, ...resourceType.references].map(({ attribute }) => attribute),
  ]);
  const resource: Record<string, unknown> = { ...given };
  for (const attribute of placed) {
    const value = readAttribute(given, attribute);
    if (value === undefined || (attribute.multiValued ? isList(value) : isObject(value))) continue;
    writeAttribute(resource, attribute, fitAttribute(attribute, value) ?? value);
  }
  return resource as typeof given;
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

/** What a column is to have; what does not fit the attribute is left as it is. */
function valueFor(resource: ResourceObject, { attribute, sub }: AttributePath): unknown {
  const value = readAttribute(resource, attribute);
  const stored = sub === undefined ? value : objectOf(attribute, value)?.[sub.name];
  const leaf = sub ?? attribute;
  return leaf.type === "complex" || leaf.multiValued ? stored : (fitAttribute(leaf, stored) ?? stored);
}

/**
 * A resource whose collections without a table hold each `value` once, the first of those with one, in an order that
 * another order alone does not change [S-2.4-09 G-9].
 */
function withDistinctElements({ resourceType, joins }: MappedType, given: NewResource | StoredResource) {
  const resource: Record<string, unknown> = { ...given };
  for (const attribute of resourceType.attributes) {
    const value = attribute.sub("value");
    const elements = readAttribute(given, attribute);
    const isApart = !attribute.collection || joins.some((join) => join.attribute === attribute);
    if (isApart || value === undefined || !Array.isArray(elements)) continue;
    const byKey = new Map<string, unknown>();
    for (const element of elements) {
      const key = keyOfElement(value, element);
      if (!byKey.has(key)) byKey.set(key, element);
    }
    const inOrder = [...byKey].sort(([left], [right]) => (left < right ? -1 : 1));
    writeAttribute(
      resource,
      attribute,
      inOrder.map(([, element]) => element),
    );
  }
  return resource as typeof given;
}

function keyOfElement(value: Attribute, element: unknown): string {
  if (!isObject(element)) return JSON.stringify(element);
  return keyText(value.key(fitAttribute(value, element.value) ?? ""));
}

function removeFrom(rest: Record<string, unknown>, { path: { attribute, sub } }: PathColumn): void {
  if (sub === undefined) return writeAttribute(rest, attribute, undefined);
  const whole = readAttribute(rest, attribute);
  if (!isObject(whole)) return;
  const { [sub.name]: _, ...others } = whole;
  writeAttribute(rest, attribute, Object.keys(others).length === 0 ? undefined : others);
}

/** Puts elements into their columns, and gives those that are left over. */
function fillSlots(
  { slots, mapping }: MappedType,
  attribute: Attribute,
  value: unknown,
  values: Map<Column, unknown>,
): unknown {
  if (value !== undefined && !Array.isArray(value)) {
    for (const column of slots.flatMap((slot) => (slot.attribute === attribute ? slot.columns : [])))
      values.set(column, undefined);
    return value;
  }
  const elements = [...((value ?? []) as readonly ResourceObject[])];
  for (const slot of slots) {
    if (slot.attribute !== attribute) continue;
    const place = elements.findIndex((element) => fits(slot, element, elements));
    const [element] = place === -1 ? [] : elements.splice(place, 1);
    for (const column of slot.columns) values.set(column, formOf(column, element?.[column.attribute.name]));
  }
  if (elements.length === 0) return undefined;
  if (mapping.rest !== undefined) return elements;
  const kinds = slots.filter((slot) => slot.attribute === attribute).map(({ fixed }) => JSON.stringify(fixed));
  const stored = `it stores one of each of: ${kinds.join(", ")}.`;
  throw invalidValue(`${attribute.path} holds an element that this directory cannot store; ${stored}`);
}

function fits(slot: Slot, element: unknown, all: readonly unknown[]): boolean {
  if (!isObject(element) || element.value === undefined) return false;
  const isAnyPrimary = all.some((one) => isObject(one) && one.primary === true);
  const isKept = Object.keys(element).every(
    (name) =>
      name === "$ref" ||
      element[name] === undefined ||
      Object.hasOwn(slot.fixed, name) ||
      slot.columns.some((column) => column.attribute.name === name),
  );
  return (
    isKept &&
    Object.entries(slot.fixed).every(
      ([name, value]) =>
        isSame(element[name], value) ||
        (element[name] === undefined && Object.hasOwn(slot.assumed, name) && !(name === "primary" && isAnyPrimary)),
    )
  );
}

/** A value in the form in which its column keeps it. */
function formOf(column: Column, value: unknown): unknown {
  if (column.isNormalised !== true || typeof value !== "string") return value;
  const written = column.write(value);
  return isSameKey(column, value, written) ? written : value;
}

function isSameKey({ attribute }: Column, value: string, written: unknown): written is string {
  return typeof written === "string" && attribute.key(written) === attribute.key(value);
}

/**
 * What is unique is compared by what lies in the column: were that another value than the client's, two of one name could be made.
 * @throws {ScimError} 400 invalidValue
 */
function refuseOtherForm(column: Column, value: unknown): void {
  if (column.isNormalised !== true || typeof value !== "string" || isSameKey(column, value, column.write(value)))
    return;
  const { path } = column.attribute;
  throw invalidValue(
    `${path} is kept here in a form that would make it another value; send it in the form that is kept.`,
  );
}

/** What a write puts into columns: `[column, value]`, keys included. */
export function assignments(
  dialect: Dialect,
  column: Column,
  value: unknown,
): readonly (readonly [column: string, value: unknown])[] {
  if (column.isFollower === true) return [];
  refuseOtherForm(column, value);
  const written = [column.name, writtenTo(dialect, column, value)] as const;
  if (column.key === undefined) return [written];
  const key = value === undefined ? null : keyText(column.attribute.key(value));
  return [written, [column.key.name, key]];
}

function writtenTo(dialect: Dialect, { attribute, isConverted, write }: Column, value: unknown): unknown {
  const written = driverValue(dialect, write(value));
  const isTime = attribute.type === "dateTime" && !isConverted && typeof written === "string";
  return isTime ? timeOf(dialect, written) : written;
}

/** Whether a column of a new row is named: without a value for it the table's own default holds. */
export function isWritten(column: Column, value: unknown): boolean {
  if (value !== undefined) return true;
  const written = column.write(undefined);
  return written !== undefined && (written !== null || column.isConverted);
}

/** The columns of unique attributes. */
export function uniqueColumns({ resourceType, columns }: MappedType): readonly PathColumn[] {
  return columns.filter(({ path }) => isUnique(resourceType, path));
}
