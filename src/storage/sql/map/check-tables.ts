import { nearestHint } from "../../../schema/nearest-name.ts";
import { isUniqueOverTenants } from "../../unique.ts";
import type { Database } from "../database.ts";
import type { CatalogColumn, CatalogForeignKey, CatalogIndexColumn, TableName } from "../dialect/catalog-words.ts";
import { sql } from "../dialect/fragment.ts";
import { type Expected, expectedOf, expectedOfJoin, timesOf } from "./check-columns.ts";
import type { MappedType } from "./compile.ts";
import { tablesOf } from "./in-tables.ts";
import type { JoinTable } from "./join-table.ts";
import type { MappedCollection } from "./mapping.ts";
import { uniqueColumns } from "./row.ts";
import { type Mappings, targetOf } from "./scope.ts";
import { sqlName } from "./table.ts";

/** What does not fit between the mappings and the tables, each in a sentence that says what to change. */
export async function problemsOfTables(database: Database, mappings: Mappings): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const type of mappings.all) {
    for (const inTable of tablesOf(type)) problems.push(...(await problemsOfType(database, mappings, inTable)));
    for (const join of type.joins) problems.push(...(await problemsOfJoin(database, mappings, type, join)));
  }
  return problems;
}

/** What the catalogue says of a table; undefined where there is none. */
interface Known {
  readonly table: string;
  readonly columns: readonly CatalogColumn[];
  /** Columns of each unique index; undefined where the table is a view, which has none. */
  readonly uniques: readonly (readonly string[])[] | undefined;
  readonly foreignKeys: readonly CatalogForeignKey[];
  readonly missingPrivileges: readonly string[];
}

export async function look(
  database: Database,
  name: TableName,
  wanted: readonly string[],
  withPartial = false,
): Promise<Known | undefined> {
  const { dialect } = database;
  const columns = await database.run<CatalogColumn>(dialect.columnsOfTable(name));
  if (columns.length === 0) return undefined;
  const indexed = await database.run<CatalogIndexColumn>(dialect.uniqueIndexes(name, withPartial));
  const privileges =
    dialect.missingPrivileges === undefined
      ? []
      : await database.run<{ name: string }>(dialect.missingPrivileges(name, wanted));
  return {
    table: name.table,
    columns,
    uniques: indexed.some(({ column }) => column === null)
      ? undefined
      : [...Map.groupBy(indexed, (index) => index.name).values()].map((index) =>
          index.map(({ column }) => lower(column)),
        ),
    foreignKeys: await database.run<CatalogForeignKey>(dialect.foreignKeys(name)),
    missingPrivileges: privileges.map((row) => row.name),
  };
}

/** What is the same of all tables: whether there is one, whether it may be used, and what its columns are. */
export function problemsOfColumns(
  known: Known | undefined,
  name: TableName,
  expected: readonly Expected[],
): readonly string[] {
  const full = name.schema === undefined ? name.table : `${name.schema}.${name.table}`;
  if (known === undefined) return [`${full}: there is no such table: make it, or name another one as table or schema.`];
  const columnOf = (wanted: string) => known.columns.find((column) => lower(column.name) === lower(wanted));
  const isNamed = (column: CatalogColumn): boolean => expected.some((one) => lower(one.column) === lower(column.name));
  const names = known.columns.filter((column) => !isNamed(column)).map((column) => column.name);
  const misfits = expected.flatMap(({ column, misfit }) => {
    const found = columnOf(column);
    if (found === undefined)
      return `${full}.${column}: there is no such column.${nearestHint(names, column)} Add it, or change the mapping.`;
    const problem = misfit?.(found);
    return problem === undefined ? [] : `${full}.${column} ${problem}`;
  });
  const unfilled = known.columns
    .filter((column) => Number(column.is_filled) === 1 && Number(column.has_default) === 0 && !isNamed(column))
    .map(
      (column) =>
        `${full}.${column.name} is NOT NULL and nothing fills it: name it in defaults, give it a DEFAULT, allow NULL, or map an attribute to it.`,
    );
  const { missingPrivileges } = known;
  const grants =
    missingPrivileges.length === 0
      ? []
      : [
          `${full}: this database user may not ${missingPrivileges.join(", ")}: GRANT ${missingPrivileges.join(", ")} ON ${full}.`,
        ];
  return [...grants, ...misfits, ...unfilled];
}

async function problemsOfType(database: Database, mappings: Mappings, type: MappedType): Promise<readonly string[]> {
  const { mapping } = type;
  // Of rows that are kept with their names an index over the others is as good.
  const withPartial = type.deleted?.isAlways === true;
  const wanted = ["SELECT", "INSERT", "UPDATE", ...(type.role === "user" ? [] : ["DELETE"])];
  const known = await look(database, mapping, wanted, withPartial);
  const problems = problemsOfColumns(known, mapping, expectedOf(database.dialect, type));
  if (known === undefined) return problems;
  const isReadable = problems.length === 0;
  return [
    ...problems,
    ...problemsOfUniques(known, type),
    ...problemsOfReferences(known, mappings, type),
    ...(isReadable && type.role !== "user" ? await problemsOfVersions(database, type) : []),
    ...(await problemsOfZones(database, known, type)),
  ];
}

/** Rows without a version can not be changed, because no condition holds of it. */
async function problemsOfVersions(database: Database, type: MappedType): Promise<readonly string[]> {
  const version = sqlName(type.mapping.version);
  const rows = await database.run(sql`SELECT 1 FROM ${type.table} WHERE ${version} IS NULL LIMIT 1`);
  const { table } = type.mapping;
  return rows.length === 0
    ? []
    : [
        `${table}.${type.mapping.version} is NULL in some rows: set it to 1 there, and make the column NOT NULL DEFAULT 1.`,
      ];
}

/** Times that depend on a session's zone come twice on a day of the year, and not at all on another one. */
async function problemsOfZones(database: Database, known: Known, type: MappedType): Promise<readonly string[]> {
  const { zonedTimes } = database.dialect;
  if (zonedTimes === undefined) return [];
  const names = new Set(timesOf(type).map(lower));
  const zoned = known.columns.filter((column) => names.has(lower(column.name)) && zonedTimes.type.test(column.type));
  if (zoned.length === 0) return [];
  const [session] = await database.run<{ zone: string }>(zonedTimes.zone);
  if (session === undefined) return [];
  return zoned.map(
    ({ name, type: declared }) =>
      `${known.table}.${name} is ${declared}, which is read in the session's zone, ${session.zone}: SET time_zone = '+00:00' on each connection, or make it datetime(6).`,
  );
}

/** Whether a unique index has no columns but these, and the first. */
function isKept({ uniques }: Known, [column, ...others]: readonly (string | undefined)[]): boolean {
  const allowed = new Set([column, ...others].map((name) => lower(name ?? null)));
  return (
    uniques === undefined ||
    uniques.some((index) => index.includes(lower(column ?? null)) && index.every((name) => allowed.has(name)))
  );
}

/** Unique attributes are kept so by a constraint over their keys; so are ids. */
function problemsOfUniques(known: Known, type: MappedType): readonly string[] {
  const tenant = type.tenant?.column;
  const keyed = uniqueColumns(type).flatMap(({ key, path, attribute }) =>
    key === undefined
      ? []
      : [{ path: path.text, column: key.name, within: isUniqueOverTenants(attribute) ? undefined : tenant }],
  );
  const all = [...keyed, { path: "id", column: type.id.column, within: tenant }];
  return all
    .filter(({ column, within }) => !isKept(known, within === undefined ? [column] : [column, within]))
    .map(({ path, column, within }) => {
      const columns = within === undefined ? column : `${within}, ${column}`;
      return `${known.table}.${column}: ${path} is unique, and no unique index keeps it so: CREATE UNIQUE INDEX ON ${known.table} (${columns}).`;
    });
}

/** A foreign key must lead to where the mapping says that references lead to. */
function problemsOfReferences(known: Known, mappings: Mappings, type: MappedType): readonly string[] {
  return type.resourceType.references.flatMap(({ attribute, resourceTypes }) => {
    const column = type.columns.find(({ path }) => path.attribute === attribute && path.sub?.name === "value");
    const targets = resourceTypes.flatMap((name) => namesOf(mappings.find(name)));
    return column === undefined ? [] : misledKeys(known, column.name, targets);
  });
}

/** The tables that a foreign key to a type may lead to. */
function namesOf(type: MappedType | undefined): readonly string[] {
  return type === undefined ? [] : tablesOf(type).map(({ mapping }) => mapping.table);
}

export function misledKeys(
  { table, foreignKeys }: Known,
  column: string,
  targets: readonly string[],
): readonly string[] {
  const keys = foreignKeys.filter((key) => lower(key.column) === lower(column));
  if (
    targets.length === 0 ||
    keys.length === 0 ||
    keys.some(({ target }) => targets.some((one) => lower(one) === lower(target)))
  )
    return [];
  const leads = keys.map(({ target }) => target).join(", ");
  return [
    `${table}.${column} has a foreign key to ${leads}, and the mapping says that it names rows of ${targets.join(" or ")}: change one of them.`,
  ];
}

async function problemsOfJoin(
  database: Database,
  mappings: Mappings,
  type: MappedType,
  join: JoinTable,
): Promise<readonly string[]> {
  const name: TableName = nameOf(type, join);
  const target = targetOf({ mappings }, join);
  const known = await look(database, name, ["SELECT", "INSERT", "DELETE"]);
  const problems = problemsOfColumns(known, name, expectedOfJoin(database.dialect, type, join, target));
  if (known === undefined) return problems;
  const pair = [join.holder, join.value];
  const narrow = (known.uniques ?? []).find((index) => {
    const others = index.filter((column) => column !== lower(join.tenant ?? null));
    return others.length === 1 && pair.some((column) => lower(column) === others[0]);
  });
  const isPairKept =
    isKept(known, [join.holder, join.value, join.tenant]) && isKept(known, [join.value, join.holder, join.tenant]);
  return [
    ...problems,
    ...misledKeys(known, join.holder, namesOf(type)),
    ...misledKeys(known, join.value, namesOf(target)),
    ...(narrow === undefined
      ? []
      : [
          `${name.table}: a unique index over ${narrow.join(", ")} alone lets it stand in one row: further ones would be lost.`,
        ]),
    ...(isPairKept
      ? []
      : [
          `${name.table}: no unique index keeps (${pair.join(", ")}) single: CREATE UNIQUE INDEX ON ${name.table} (${[...(join.tenant === undefined ? [] : [join.tenant]), ...pair].join(", ")}).`,
        ]),
  ];
}

export function nameOf({ mapping }: MappedType, { tableName: table, attribute, target }: JoinTable): TableName {
  const given = mapping.collections?.[attribute.path];
  const list = Array.isArray(given) ? (given as readonly MappedCollection[]) : [given as MappedCollection];
  return { table, schema: list.find((one) => one.resourceType === target)?.schema };
}

/** Names of SQLite have no case, and no two columns of a PostgreSQL table should differ in it alone. */
export function lower(name: string | null): string {
  return (name ?? "").toLowerCase();
}
