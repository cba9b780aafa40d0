import type { Fragment } from "./fragment.ts";

/** A table, and the schema that it is in. */
export interface TableName {
  readonly table: string;
  readonly schema?: string | undefined;
}

/** A column as the database's catalogue has it. */
export interface CatalogColumn {
  readonly name: string;
  /** Its type, as a CAST has it. */
  readonly type: string;
  /** 1 where it must have a value. */
  readonly is_filled: number;
  /** 1 where a row that does not name it gets a value all the same. */
  readonly has_default: number;
  /** How many characters it holds; null for as many as there are. */
  readonly longest: number | null;
  /** What its texts are compared by, where the database has more than one order and `misfitOf` wants to know. */
  readonly collation?: string | null;
}

/** What a column of an application's table is for. */
export type ColumnUse = "id" | "key" | "time" | "rest";

/** A column of a unique index: all with one `name` are the whole of it. Of a view, `column` is null. */
export interface CatalogIndexColumn {
  readonly name: string;
  readonly column: string | null;
}

/** A column of a foreign key, and the table that it leads to. */
export interface CatalogForeignKey {
  readonly column: string;
  readonly target: string;
}

/** A table, an index or a trigger as the database's catalogue has it. */
export interface CatalogThing {
  readonly name: string;
  readonly kind: "table" | "index" | "trigger";
  /** The table that it is of; of a table its own name. */
  readonly owner: string;
  /** What an index goes by, where that is not what it goes by if nothing is said. */
  readonly method: string | null;
  /** The statement that made it, where the database keeps it as it was. */
  readonly definition: string | null;
  /** 0 where the making of it was broken off. */
  readonly is_valid: number;
}

/** How a dialect tells what tables there are. */
export interface CatalogWords {
  /** Gives a `CatalogThing` for each table, index and trigger whose name begins so, in one schema. */
  thingsNamed(beginning: string, schema: string | undefined): Fragment;
  /** Gives a `CatalogColumn` for each column; none where there is no table. */
  columnsOfTable(table: TableName): Fragment;
  /** Gives a `CatalogIndexColumn` for each column of each unique index without a condition, or with one as well. */
  uniqueIndexes(table: TableName, withPartial?: boolean): Fragment;
  /** Gives the `name` and the `place`, from 1 on, of each column of each index, unique or not. */
  indexColumns(table: TableName): Fragment;
  /** Gives a `CatalogForeignKey` for each column of each foreign key. */
  foreignKeys(table: TableName): Fragment;
  /** Gives the `name` of each privilege among those asked for that is missing. Default: there are none to miss. */
  readonly missingPrivileges?: (table: TableName, wanted: readonly string[]) => Fragment;
  /** What kind of values a column of a type holds; undefined for what is not known, or any. */
  kindOf(type: string): ColumnKind | undefined;
  /**
   * Whether a column refuses what a CAST to its type refuses. Default false: types are advice, and a column that has
   * firm ones says itself which it is.
   */
  readonly hasCastsThatRefuse?: boolean;
  /** Whether a column refuses what is not of its type, whatever a CAST does. Default: where CASTs refuse it. */
  readonly hasFirmTypes?: boolean;
  /** Why a column does not fit what it is for, as the end of a sentence that begins with its name. Default: its kind tells. */
  readonly misfitOf?: (column: CatalogColumn, use: ColumnUse) => string | undefined;
  /**
   * Types of times that depend on the session's zone, and a query that gives that zone where it is not UTC. Default: none do, or drivers
   * see to it.
   */
  readonly zonedTimes?: { readonly type: RegExp; readonly zone: Fragment };
}

/** What a column holds. */
export type ColumnKind = "text" | "integer" | "number" | "boolean" | "uuid" | "json" | "time";
