import { getOrCreate } from "../get-or-create.ts";
import type { Dialect } from "./dialect/dialect.ts";
import { emptied, type Fragment, fill, join, raw, sql, TRUE } from "./dialect/fragment.ts";

/** Rows on their way into a table. */
export interface Insertion {
  readonly into: Fragment;
  /** Columns that have the same value in all rows. */
  readonly same: Readonly<Record<string, string>>;
  /** The other columns, whose values are texts, or NULL. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** What becomes of a text on its way into a column. Default: it stays what it is. */
  readonly as?: Readonly<Record<string, (text: Fragment) => Fragment>>;
  /** Condition: nothing is inserted where it does not hold. Default: it does. */
  readonly guard?: Fragment;
  /** What is done with rows that are there already: `orKeep` or `orSet`. Default: the database refuses them. */
  readonly conflict?: Fragment;
}

/** Where this many rows are inserted at most, values are given one by one: to take them out of one JSON text takes longer. */
const FEW_ROWS = 2;

/** Most rows of one statement where each of their values is a parameter. */
const MOST_ROWS = 500;

/**
 * The statements that insert rows: one, out of one parameter; or several, with a parameter for each value, where the dialect wants
 * values. Such a dialect has no writes in a WITH, so that the guard holds wherever it is asked for.
 */
export function insertions(dialect: Dialect, insertion: Insertion): readonly Fragment[] {
  const { rows } = insertion;
  const isFew = rows.length <= FEW_ROWS && dialect.supportsWritesInWith !== true;
  if (dialect.insertsValues !== true && !isFew) return rows.length === 0 ? [] : [selected(dialect, insertion)];
  const most = Math.min(MOST_ROWS, Math.floor(dialect.mostParameters / columnsOf(insertion).length));
  const statements: Fragment[] = [];
  for (let start = 0; start < rows.length; start += most)
    statements.push(valued(insertion, rows.slice(start, start + most)));
  return statements;
}

function columnsOf({ same, columns }: Insertion): readonly string[] {
  return [...Object.keys(same), ...columns];
}

function head(insertion: Insertion): Fragment {
  return sql`INSERT INTO ${insertion.into} (${raw(columnsOf(insertion).join(", "))})`;
}

function tail({ conflict }: Insertion): Fragment {
  return conflict ?? raw("");
}

function selected(dialect: Dialect, insertion: Insertion): Fragment {
  const { same, columns, rows, as = {}, guard = TRUE } = insertion;
  const values = [
    ...Object.values(same).map((value) => sql`${value}`),
    ...columns.map((column) => converted(as, column, raw(`v.${column}`))),
  ];
  return sql`${head(insertion)} SELECT ${join(values, ", ")}
    FROM ${dialect.rows(JSON.stringify(rows), columns, "v")} WHERE ${guard}${tail(insertion)}`;
}

/** Statements of few rows by the table that they are for, and what else they depend on. */
const OF_FEW = new WeakMap<Fragment, Map<string, Fragment>>();

function valued(insertion: Insertion, rows: Insertion["rows"]): Fragment {
  if (rows.length > FEW_ROWS || insertion.conflict !== undefined) return valuedAnew(insertion, rows);
  const { into, same, columns, as = {} } = insertion;
  const ofTable = getOrCreate(OF_FEW, into, (): Map<string, Fragment> => new Map());
  const name = `${rows.length} ${Object.keys(same)} ${columns} ${Object.keys(as)}`;
  const statement = getOrCreate(ofTable, name, () => emptied(valuedAnew(insertion, rows)));
  const shared = Object.values(same);
  const values = rows.flatMap((row) => [...shared, ...columns.map((_, place) => row[place] ?? null)]);
  return fill(statement, values);
}

function valuedAnew(insertion: Insertion, rows: Insertion["rows"]): Fragment {
  const { same, columns, as = {} } = insertion;
  const all = rows.map((row) => {
    const values = [
      ...Object.values(same).map((value) => sql`${value}`),
      ...columns.map((column, place) => converted(as, column, sql`${row[place] ?? null}`)),
    ];
    return sql`(${join(values, ", ")})`;
  });
  return sql`${head(insertion)} VALUES ${join(all, ", ")}${tail(insertion)}`;
}

function converted(as: NonNullable<Insertion["as"]>, column: string, text: Fragment): Fragment {
  return as[column]?.(text) ?? text;
}
