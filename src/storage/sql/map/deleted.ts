import { literal } from "../dialect/dialect.ts";
import { type Fragment, raw, sql, TRUE } from "../dialect/fragment.ts";
import { sqlName } from "./table.ts";

/** A constant that a column tells something by. */
export type ColumnConstant = string | number | boolean;

/** The column by which a row is known as deleted. */
export interface MappedDeleted {
  readonly column: string;
  /**
   * What the column gets: a constant (`true`, `"deleted"`), by which a deleted row is known then, or what a function makes of the time, in
   * ISO 8601. Default: the time; a row is deleted where the column is not NULL, nor `otherwise`.
   */
  readonly write?: ColumnConstant | ((at: string) => unknown);
  /**
   * What the column has while the row is there: what a new row gets, and one that comes back. Default NULL; where `write` is a boolean, the
   * other one.
   */
  readonly otherwise?: ColumnConstant;
  /**
   * `true`: a create with a unique value of a deleted row takes this row again, under its id: it gets what the client asserts, and neither
   * memberships nor hashes of before; the event is `restored`. Of several rows it is the one that was deleted last. Default `false`: it is
   * a new row, or 409 where the table's own index does not let the value be there twice.
   */
  readonly restore?: boolean;
}

/** The same, as statements ask for it. */
export interface Deleted {
  readonly column: string;
  /** Whether every delete keeps the row; else one that asks for it. */
  readonly isAlways: boolean;
  readonly canRestore: boolean;
  /** Whether the column holds a time and is NULL otherwise. */
  readonly isTime: boolean;
  /** What the column gets by a deletion. */
  write(at: string): unknown;
  /** What it has while the row is there. */
  readonly otherwise: ColumnConstant | null;
  /** Condition on the column, under its name in a statement: the row is there. */
  isThere(column: Fragment): Fragment;
}

/** What a mapping says of deleted rows; undefined where there are none. */
export function deletedOf(given: string | MappedDeleted | undefined): Deleted | undefined {
  if (given === undefined) return undefined;
  const {
    column,
    write,
    otherwise,
    restore = false,
  }: MappedDeleted = typeof given === "string" ? { column: given } : given;
  const isConstant = write !== undefined && typeof write !== "function";
  const there = otherwise ?? (typeof write === "boolean" ? !write : null);
  return {
    column,
    isAlways: typeof given !== "string",
    canRestore: restore,
    isTime: write === undefined && there === null,
    write: typeof write === "function" ? write : (at) => write ?? at,
    otherwise: there,
    isThere(name) {
      if (isConstant) return sql`(${name} IS NULL OR ${name} <> ${constant(write)})`;
      return there === null ? sql`(${name} IS NULL)` : sql`(${name} IS NULL OR ${name} = ${constant(there)})`;
    },
  };
}

/** Condition on rows of a table, which has no alias: they are not deleted. */
export function isThereIn(deleted: Deleted | undefined): Fragment {
  return deleted === undefined ? TRUE : deleted.isThere(sqlName(deleted.column));
}

/** A constant as the text of a statement: what is said of every row is no parameter of each. */
function constant(value: ColumnConstant): Fragment {
  return typeof value === "string" ? literal(value) : raw(String(value).toUpperCase());
}
