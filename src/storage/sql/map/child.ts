import type { Attribute } from "../../../schema/attribute.ts";
import { identifier, literal } from "../dialect/dialect.ts";
import { type Fragment, join as joined, raw, sql } from "../dialect/fragment.ts";
import { type Column, columnOf } from "./column.ts";
import type { Compiling } from "./compiling.ts";
import type { MappedChild, MappedDictionary } from "./mapped-child.ts";
import type { MappedColumn } from "./mapped-column.ts";
import { didYouMean } from "./nearest.ts";
import { type Aliased, tableName } from "./table.ts";

/** The table that says what an element is. */
export interface Dictionary {
  readonly given: MappedDictionary;
  readonly table: Fragment;
  readonly columns: readonly Column[];
  /** The columns that an element is looked up by: the first that it has something for. */
  readonly known: readonly Column[];
}

/** A table of elements of a multi-valued attribute. */
export interface ChildTable {
  readonly attribute: Attribute;
  readonly given: MappedChild;
  readonly table: Fragment;
  readonly tableName: string;
  readonly holder: string;
  readonly tenant: string | undefined;
  /** The columns of the table itself that hold parts. */
  readonly columns: readonly Column[];
  readonly dictionary: Dictionary | undefined;
  /** What is read of an element: the columns of the table, and those of the dictionary. */
  readonly shown: readonly Column[];
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly forgotten: ReadonlySet<string>;
  /** Whether no element that fits the attribute lies elsewhere. */
  readonly isWhole: boolean;
  /**
   * The rows as scimkit's statements see them, those of the dictionary beside them: with the columns holder, tenant, those of `shown` by
   * their aliases, and `own`, `place` and `entry` where there are an id, an order and a dictionary.
   */
  readonly view: Fragment;
}

/** The child tables of a mapping. */
export function compileChildren(compiling: Compiling): readonly ChildTable[] {
  const { resourceType, mapping, fail } = compiling;
  const isReference = (one: Attribute): boolean =>
    one.collection || resourceType.references.some(({ attribute }) => attribute === one);
  const isList = (one: Attribute): boolean =>
    one.multiValued && one.isStored && resourceType.content.includes(one) && !isReference(one);
  return Object.entries(mapping.children ?? {}).flatMap(([text, given]) => {
    const attribute = resourceType.resolve(text)?.attribute;
    if (attribute?.path === text && isReference(attribute))
      return fail(`children names ${text}, which is a list of references: its tables are named in collections.`);
    if (attribute === undefined || attribute.path !== text || !isList(attribute))
      return fail(
        `children names ${text}, which is no multi-valued attribute that clients write.${didYouMean(resourceType, text, isList)}`,
      );
    const list = Array.isArray(given) ? (given as readonly MappedChild[]) : [given as MappedChild];
    return list.map((child) => compileChild(compiling, attribute, child));
  });
}

function compileChild(compiling: Compiling, attribute: Attribute, given: MappedChild): ChildTable {
  const { fail } = compiling;
  let aliases = 0;
  const nextAlias = (): string => `c${aliases++}`;
  const columns = columnsIn(compiling, attribute, given.columns, nextAlias);
  const dictionary = given.dictionary && compileDictionary(compiling, attribute, given.dictionary, nextAlias);
  const shown = [...columns, ...(dictionary?.columns ?? [])];
  const { fixed = {}, forgotten = [] } = given;
  for (const name of [...Object.keys(fixed), ...forgotten])
    if (attribute.sub(name)?.name !== name) fail(`children names ${attribute.path}.${name}, which is no attribute.`);
  const parts = [...shown.map((column) => partName(attribute, column)), ...Object.keys(fixed), ...forgotten];
  const twice = parts.find((name, index) => parts.indexOf(name) !== index);
  if (twice !== undefined) fail(`${attribute.path}.${twice} has two places in ${given.table}.`);
  refuseTakenNames(compiling, attribute, given, columns);
  const lost = lostParts(attribute, parts);
  if (lost.length > 0 && compiling.mapping.rest === undefined)
    fail(
      `${lost.join(", ")} would be lost: name a column of ${given.table} for it, list it in forgotten, or name a JSON column as rest.`,
    );
  const table = tableName(given);
  return {
    attribute,
    given,
    table,
    tableName: given.table,
    holder: given.holder,
    tenant: given.tenant,
    columns,
    dictionary,
    shown,
    fixed,
    forgotten: new Set(forgotten),
    isWhole: lost.length === 0 && Object.keys(fixed).length === 0,
    view: viewOfChild(table, given, columns, dictionary),
  };
}

/** The part of an element that a column holds; of a list of single values it is the element. */
export function partName(attribute: Attribute, column: Column): string {
  return column.attribute === attribute ? "value" : column.attribute.name;
}

function columnsIn(
  { fail }: Compiling,
  attribute: Attribute,
  given: Readonly<Record<string, string | MappedColumn>> | undefined,
  nextAlias: () => string,
): readonly Column[] {
  return Object.entries(given ?? {}).map(([text, column]) => {
    const isSimple = attribute.type !== "complex";
    const part = isSimple && text === "value" ? attribute : attribute.sub(text);
    if (part === undefined || (part !== attribute && part.name !== text))
      return fail(
        `children names ${attribute.path}.${text}, which is no attribute.${isSimple ? " The column of its values is that of value." : ""}`,
      );
    const compiled = columnOf(column, part, nextAlias());
    const isMany = part !== attribute && (part.multiValued || part.type === "complex");
    if (isMany && !compiled.isConverted) fail(`${part.path} is no single value; give its column read and write.`);
    return compiled;
  });
}

function compileDictionary(
  compiling: Compiling,
  attribute: Attribute,
  given: MappedDictionary,
  nextAlias: () => string,
): Dictionary {
  const columns = columnsIn(compiling, attribute, given.columns, nextAlias);
  const named = ["value", "display"].flatMap((name) =>
    columns.filter((column) => partName(attribute, column) === name),
  );
  const known = named.length > 0 ? named : columns.slice(0, 1);
  const { name, isConverted } = known[0] ?? compiling.fail(`the dictionary of ${attribute.path} names no column.`);
  if (known.some((column) => column.isConverted) || isConverted)
    compiling.fail(`${attribute.path} is looked up by ${given.table}.${name}, which can have no converters.`);
  return { given, table: tableName(given), columns, known };
}

/** Two values for one column. */
function refuseTakenNames(
  { fail }: Compiling,
  attribute: Attribute,
  { table, holder, tenant, dictionary, constants, id, order, defaults }: MappedChild,
  columns: readonly Column[],
): void {
  const names = [
    holder,
    ...(tenant === undefined ? [] : [tenant]),
    ...(dictionary === undefined ? [] : [dictionary.column]),
    ...(order === undefined ? [] : [order]),
    ...Object.keys(constants ?? {}),
    ...columns.flatMap(({ name, key }) => [name, ...(key === undefined ? [] : [key.name])]),
    ...(id === undefined ? [] : [id]),
  ];
  const twice = names.find((name, index) => names.indexOf(name) < index);
  const filled = Object.keys(defaults ?? {}).find((name) => names.includes(name) && name !== id);
  if (twice !== undefined || filled !== undefined)
    fail(`the column ${twice ?? filled} of ${table} is named twice for ${attribute.path}.`);
  if (columns.length === 0 && dictionary === undefined)
    fail(`${table} keeps nothing of ${attribute.path}: name columns, or a dictionary.`);
}

/** What no client can set cannot be lost. */
function lostParts(attribute: Attribute, kept: readonly string[]): readonly string[] {
  return attribute.subAttributes
    .filter(({ name, mutability }) => !kept.includes(name) && name !== "$ref" && mutability !== "readOnly")
    .map(({ path }) => path);
}

function viewOfChild(
  table: Fragment,
  given: MappedChild,
  columns: readonly Column[],
  dictionary: Dictionary | undefined,
): Fragment {
  const own: readonly (Aliased | undefined)[] = [
    [given.holder, "holder"],
    given.tenant === undefined ? undefined : [given.tenant, "tenant"],
    given.id === undefined ? undefined : [given.id, "own"],
    given.order === undefined ? undefined : [given.order, "place"],
    given.dictionary === undefined ? undefined : [given.dictionary.column, "entry"],
    ...aliasesOf(columns),
  ];
  const selected = [
    ...own.flatMap((one) => (one === undefined ? [] : named("t", one))),
    ...aliasesOf(dictionary?.columns ?? []).map((one) => named("d", one)),
  ];
  const conditions = Object.entries(given.constants ?? {}).map(
    ([column, value]) => sql`t.${raw(identifier(column))} = ${constant(value)}`,
  );
  const isMeant = conditions.length === 0 ? raw("") : sql` WHERE ${joined(conditions, " AND ")}`;
  return sql`(SELECT ${joined(selected, ", ")} FROM ${table} t${besides(given, dictionary)}${isMeant})`;
}

function besides({ tenant }: MappedChild, dictionary: Dictionary | undefined): Fragment {
  if (dictionary === undefined) return raw("");
  const { table, given } = dictionary;
  const isEntry = sql`d.${raw(identifier(given.id))} = t.${raw(identifier(given.column))}`;
  const isOfTenant =
    given.tenant === undefined || tenant === undefined
      ? raw("")
      : sql` AND d.${raw(identifier(given.tenant))} = t.${raw(identifier(tenant))}`;
  return sql` JOIN ${table} d ON ${isEntry}${isOfTenant}`;
}

function aliasesOf(columns: readonly Column[]): readonly Aliased[] {
  return columns.flatMap(({ name, alias, key }): readonly Aliased[] => [
    [name, alias],
    ...(key === undefined ? [] : [[key.name, key.alias] as const]),
  ]);
}

function named(table: string, [column, alias]: Aliased): Fragment {
  return raw(`${table}.${identifier(column)} AS ${alias}`);
}

/** By what rows `m` of the view are put in order. */
export function inOrderOf({ given, shown }: Pick<ChildTable, "given" | "shown">): readonly Fragment[] {
  return [
    ...(given.order === undefined ? [] : ["m.place"]),
    ...(given.id === undefined ? shown.map(({ alias }) => `m.${alias}`) : ["m.own"]),
  ].map(raw);
}

/** A constant of the mapping as SQL: text and no parameter, so that an index with a condition is found. */
export function constant(value: string | number | boolean): Fragment {
  return typeof value === "string" ? literal(value) : raw(String(value).toUpperCase());
}
