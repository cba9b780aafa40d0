import type { TableName } from "./catalog-words.ts";
import { identifier } from "./names.ts";

/** A column whose comparison key stands in another one. */
export interface KeyedColumn {
  readonly column: string;
  readonly key: string;
  /** Whether a text in ASCII is its own key, or is in lower case; undefined where only scimkit can compute it. */
  readonly isExact: boolean | undefined;
}

/** The table of an application whose rows have versions. */
export interface VersionedTable extends TableName {
  /** The columns that tell which row it is. */
  readonly id: readonly string[];
  readonly version: string;
  readonly lastModified: string;
  readonly keys: readonly KeyedColumn[];
}

/** A table whose rows are parts of rows of another one. */
export interface PartTable extends TableName {
  readonly whole: VersionedTable;
  /** The columns that name the row of the whole, in the order of its `id`; undefined where it is found by `id` alone. */
  readonly holder: readonly string[];
  /** The columns that tell which row of the part it is. */
  readonly id: readonly string[];
}

/** A table that parts of rows name rows of. */
export interface EntryTable extends TableName {
  readonly id: string;
  readonly part: PartTable;
  /** The column of the part that names the entry. */
  readonly column: string;
}

/**
 * The triggers by which rows that others write have the version, the time and the comparison keys that scimkit would have given them.
 * Statements as they are to be run, each by itself.
 */
export interface HostTriggers {
  ofRows(table: VersionedTable): readonly string[];
  ofParts(table: PartTable): readonly string[];
  ofEntries(table: EntryTable): readonly string[];
}

/** The name of a table as SQL. */
export function named({ schema, table }: TableName): string {
  return schema === undefined ? identifier(table) : `${identifier(schema)}.${identifier(table)}`;
}

/** The name of a trigger of a table. */
export function triggerName({ table }: TableName, what: string): string {
  return identifier(`${table}_scim_${what}`);
}

/** Conditions that all hold. */
export function all(conditions: readonly string[]): string {
  return conditions.join(" AND ");
}

/** Condition: a row of the whole, under an alias, is the one that a row of the part names. */
export function isHolder({ whole, holder }: PartTable, alias: string, part: string): string {
  return all(
    holder.map((column, index) => `${alias}${identifier(whole.id[index] ?? "")} = ${part}.${identifier(column)}`),
  );
}
