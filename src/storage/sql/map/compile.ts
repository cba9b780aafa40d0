import { type Attribute, type AttributePath, leafOf, pathOf } from "../../../schema/attribute.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
import { identifier } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { type Column, columnOf } from "./column.ts";
import type { IdForm, IdType } from "./id.ts";
import type { MappedCollection, MappedElement, MappedId, MappedTenant, TableMapping } from "./mapping.ts";

/** An attribute, or a part of one, that has a column. */
export interface PathColumn extends Column {
  readonly path: AttributePath;
}

/** An element of a multi-valued attribute that has columns. */
export interface Slot {
  readonly attribute: Attribute;
  readonly columns: readonly Column[];
  /** The column of `value`: the element is there where it is not NULL. */
  readonly value: Column;
  /** What the other sub-attributes are, those included that a client may leave out. */
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly assumed: Readonly<Record<string, unknown>>;
}

/** A join table. */
export interface JoinTable {
  readonly attribute: Attribute;
  readonly table: Fragment;
  readonly tableName: string;
  readonly holder: string;
  readonly value: string;
  readonly tenant: string | undefined;
  /** Name of the resource type that `value` names. */
  readonly target: string;
  readonly columns: readonly Column[];
  readonly forgotten: ReadonlySet<string>;
  /** The table as scimkit's statements see it: with the columns holder, value, tenant and those of `columns` by their aliases. */
  readonly view: Fragment;
}

/** A resource type in its table. */
export interface MappedType {
  readonly name: string;
  readonly resourceType: ResourceType;
  readonly mapping: TableMapping;
  readonly table: Fragment;
  readonly id: IdForm & { readonly column: string; readonly isGenerated: boolean };
  readonly tenant: { readonly column: string; readonly type: IdType } | undefined;
  readonly columns: readonly PathColumn[];
  readonly secrets: readonly PathColumn[];
  readonly slots: readonly Slot[];
  readonly joins: readonly JoinTable[];
  /** All columns that hold values, each once. */
  readonly stored: readonly Column[];
  /** Columns by the names of scimkit's statements, without the table's alias. */
  readonly selected: Fragment;
  /** The same for a row `r` of `view`. */
  readonly selectedOfRow: Fragment;
  /** The table as scimkit's statements see it. */
  readonly view: Fragment;
}

/**
 * Compiles a mapping.
 * @throws {TypeError} for a path that the resource type does not have, and for attributes that have no place.
 */
export function compileMapping(resourceType: ResourceType, mapping: TableMapping): MappedType {
  const { name } = resourceType;
  let aliases = 0;
  const alias = (): string => `c${aliases++}`;
  const fail = (problem: string): never => {
    throw new TypeError(`mapTable: ${name}: ${problem}`);
  };
  const all = Object.entries(mapping.columns).map(([text, given]): PathColumn => {
    const path = pathIn(resourceType, text);
    if (path === undefined)
      return fail(`columns names ${text}, which is no attribute.${didYouMean(resourceType, text)}`);
    if (path.attribute.name === "id" || path.attribute.name === "meta" || path.attribute.name === "schemas")
      return fail(`columns must not name ${text}; it has an option of its own, or is not stored.`);
    const column = columnOf(given, leafOf(path), alias());
    const isSingle = !path.attribute.multiValued && !leafOf(path).multiValued && leafOf(path).type !== "complex";
    if (!isSingle && !column.isConverted)
      return fail(`${text} is no single value; give its column read and write, or use elements or rest.`);
    if (path.sub !== undefined && path.attribute.multiValued)
      return fail(`${text} is part of each of several elements; use elements.`);
    if (path.attribute.inverseOf !== undefined) return fail(`${text} is computed, and has no column.`);
    return { ...column, path };
  });
  const [secrets, columns] = split(all, ({ attribute }) => attribute.mutability === "writeOnly");
  const slots = Object.entries(mapping.elements ?? {}).flatMap(([text, elements]) => {
    const attribute = resourceType.resolve(text)?.attribute;
    if (attribute === undefined || attribute.path !== text || attribute.type !== "complex" || !attribute.multiValued)
      return fail(
        `elements names ${text}, which is no multi-valued complex attribute.${didYouMean(resourceType, text)}`,
      );
    return elements.map((element) => slotOf(attribute, element, alias, fail));
  });
  const joins = Object.entries(mapping.collections ?? {}).flatMap(([text, given]) => {
    const reference = resourceType.references.find(({ attribute }) => attribute.path === text);
    if (reference === undefined || !reference.attribute.multiValued)
      return fail(`collections names ${text}, which is no list of references.${didYouMean(resourceType, text)}`);
    return (Array.isArray(given) ? (given as readonly MappedCollection[]) : [given as MappedCollection]).map((join) => {
      if (!reference.resourceTypes.includes(join.resourceType))
        return fail(`${text} cannot refer to ${join.resourceType}, only to ${reference.resourceTypes.join(", ")}.`);
      return joinOf(reference.attribute, join, fail);
    });
  });
  const targets = joins.map(({ attribute, target }) => `${attribute.path} ${target}`);
  if (new Set(targets).size < targets.length) fail("two join tables hold the same kind of elements.");
  const stored = [...columns, ...slots.flatMap((slot) => slot.columns)];
  const names = [...stored, ...secrets].flatMap(({ name: column, key }) => [column, ...(key ? [key.name] : [])]);
  const twice = names.find((column, index) => names.indexOf(column) !== index);
  if (twice !== undefined) fail(`the column ${twice} is named twice.`);
  refuseUnmapped(resourceType, mapping, { columns: all, slots, joins }, fail);
  refuseUnfitUniques(resourceType, columns, fail);

  const id = idOf(mapping.id);
  const tenant = mapping.tenant === undefined ? undefined : tenantOf(mapping.tenant);
  const table = raw(tableName(mapping));
  const view: (readonly [column: string, alias: string])[] = [
    [id.column, "id"],
    ...(tenant === undefined ? [] : [[tenant.column, "tenant"] as const]),
    [mapping.version, "version"],
    [mapping.created, "created"],
    [mapping.lastModified, "modified"],
    ...stored.flatMap(({ name: column, alias: as, key }) => [
      [column, as] as const,
      ...(key === undefined ? [] : [[key.name, key.alias] as const]),
    ]),
    ...(mapping.rest === undefined ? [] : [[mapping.rest, "rest"] as const]),
  ];
  return {
    name,
    resourceType,
    mapping,
    table,
    id,
    tenant,
    columns,
    secrets,
    slots,
    joins,
    stored,
    selected: raw(view.map(([column, as]) => `${identifier(column)} AS ${as}`).join(", ")),
    selectedOfRow: raw(view.map(([, as]) => `r.${as}`).join(", ")),
    view: sql`(SELECT ${raw(view.map(([column, as]) => `t.${identifier(column)} AS ${as}`).join(", "))} FROM ${table} t)`,
  };
}

/** A path of the resource type, written as the schema writes it. */
function pathIn(resourceType: ResourceType, text: string): AttributePath | undefined {
  const path = resourceType.resolve(text);
  return path?.text === text ? path : undefined;
}

function split<T>(all: readonly T[], isFirst: (each: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((each) => !isFirst(each))];
}

function idOf(given: string | MappedId): MappedType["id"] {
  const {
    column,
    type = "text",
    generated = type === "integer",
    prefix = "",
  }: MappedId = typeof given === "string" ? { column: given } : given;
  return { column, type, prefix, isGenerated: generated };
}

function tenantOf(given: string | MappedTenant): NonNullable<MappedType["tenant"]> {
  const { column, type = "text" }: MappedTenant = typeof given === "string" ? { column: given } : given;
  return { column, type };
}

function tableName({ schema, table }: { readonly schema?: string; readonly table: string }): string {
  return schema === undefined ? identifier(table) : `${identifier(schema)}.${identifier(table)}`;
}

type Fail = (problem: string) => never;

function slotOf(attribute: Attribute, element: MappedElement, alias: () => string, fail: Fail): Slot {
  const sub = (text: string): Attribute => {
    const found = attribute.sub(text);
    return found?.name === text ? found : fail(`elements names ${attribute.path}.${text}, which is no attribute.`);
  };
  const columns = Object.entries(element.columns).map(([text, given]) => columnOf(given, sub(text), alias()));
  const value = columns.find((column) => column.attribute.name === "value");
  if (value === undefined) return fail(`an element of ${attribute.path} needs a column for value.`);
  const { assumed = {} } = element;
  const fixed = { ...assumed, ...element.fixed };
  for (const text of Object.keys(fixed)) {
    sub(text);
    if (Object.hasOwn(element.columns, text)) fail(`${attribute.path}.${text} is fixed and has a column.`);
  }
  return { attribute, columns, value, fixed, assumed };
}

function joinOf(attribute: Attribute, given: MappedCollection, fail: Fail): JoinTable {
  const { columns: named = {}, forgotten = [], tenant } = given;
  const columns = Object.entries(named).map(([text, column], index) => {
    const sub = attribute.sub(text);
    if (sub?.name !== text || text === "value" || text === "type" || text === "$ref")
      return fail(`${attribute.path}.${text} cannot have a column of a join table.`);
    return columnOf(column, sub, `c${index}`);
  });
  const kept = new Set(["value", "$ref", "type", ...Object.keys(named), ...forgotten]);
  const lost = attribute.subAttributes.filter(({ name }) => !kept.has(name)).map(({ path }) => path);
  if (lost.length > 0)
    fail(`${lost.join(", ")} would be lost: name a column of ${given.table} for it, or list it in forgotten.`);
  const table = raw(tableName(given));
  const view: (readonly [string, string])[] = [
    [given.holder, "holder"],
    [given.value, "value"],
    ...(tenant === undefined ? [] : [[tenant, "tenant"] as const]),
    ...columns.map(({ name, alias }) => [name, alias] as const),
  ];
  return {
    attribute,
    table,
    tableName: given.table,
    holder: given.holder,
    value: given.value,
    tenant,
    target: given.resourceType,
    columns,
    forgotten: new Set(forgotten),
    view: sql`(SELECT ${join(
      view.map(([column, as]) => raw(`t.${identifier(column)} AS ${as}`)),
      ", ",
    )} FROM ${table} t)`,
  };
}

/** Every attribute that a client can write has a place, or goes to `rest`. */
function refuseUnmapped(
  resourceType: ResourceType,
  mapping: TableMapping,
  { columns, slots, joins }: { columns: readonly PathColumn[]; slots: readonly Slot[]; joins: readonly JoinTable[] },
  fail: Fail,
): void {
  if (mapping.rest !== undefined) return;
  const has = (path: string): boolean => columns.some((column) => column.path.text === path);
  const lost = resourceType.attributes.flatMap((attribute) => {
    if (["id", "meta", "schemas"].includes(attribute.name) && attribute.extension === undefined) return [];
    if (attribute.mutability === "readOnly" || attribute.mutability === "writeOnly") return [];
    if (has(attribute.path) || joins.some((join) => join.attribute === attribute)) return [];
    if (slots.some((slot) => slot.attribute === attribute)) return [];
    if (attribute.multiValued || attribute.subAttributes.length === 0) return [attribute.path];
    const isKept = (sub: Attribute): boolean => sub.mutability === "readOnly" || sub.name === "$ref" || has(sub.path);
    return attribute.subAttributes.filter((sub) => !isKept(sub)).map(({ path }) => path);
  });
  if (lost.length > 0)
    fail(`these attributes have no column: ${lost.join(", ")}. Map them, or name a JSON column as rest.`);
}

function refuseUnfitUniques(resourceType: ResourceType, columns: readonly PathColumn[], fail: Fail): void {
  for (const path of resourceType.unique) {
    const column = columns.find((candidate) => candidate.path.text === path.text);
    if (column === undefined) fail(`${path.text} is unique, and needs a column.`);
    else if (path.attribute.multiValued) fail(`${path.text} is unique and multi-valued, which a column cannot keep.`);
    else if (column.key === undefined && (column.isConverted || !["string", "boolean"].includes(column.attribute.type)))
      fail(`${path.text} is unique, and its column ${column.name} has converters: name a key column for it.`);
    else if (column.key === undefined && !resourceType.hasStandardKeys)
      fail(`${path.text} is unique, and comparisonKey is your own: name a key column for it.`);
  }
}

/** The attribute whose path is nearest to a text. */
function didYouMean(resourceType: ResourceType, text: string): string {
  const paths = resourceType.attributes.flatMap((attribute) => [
    attribute.path,
    ...attribute.subAttributes.map((sub) => pathOf(attribute, sub).text),
  ]);
  const distances = paths.map((path) => [distance(path.toLowerCase(), text.toLowerCase()), path] as const);
  const [nearest] = distances.sort(([left], [right]) => left - right);
  return nearest === undefined ? "" : ` Did you mean ${nearest[1]}?`;
}

/** How many letters differ, as Levenshtein counts them. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
