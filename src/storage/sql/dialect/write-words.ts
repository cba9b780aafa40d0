import { type Fragment, join, raw, sql, TRUE } from "./fragment.ts";

/**
 * How a dialect writes where PostgreSQL and SQLite say `ON CONFLICT`, and where they name the rows of an UPDATE or a DELETE by another
 * row source.
 */
export interface WriteWords {
  /** Default: as PostgreSQL and SQLite do it. */
  readonly writes?: {
    /** Behind INSERT: what is to be done to a row with the same key. */
    onDuplicate(set: Fragment): Fragment;
    /** In there: the value of a column as the row would have it that was to be inserted. */
    coming(column: string): Fragment;
    /** `set`: as `column = value`, of columns that the source does not have unless they are written with their table. */
    update(table: Fragment, set: Fragment, source: Fragment, condition: Fragment): Fragment;
    delete(table: Fragment, source: Fragment, condition: Fragment): Fragment;
  };
}

/** Columns of a table, and what they must be equal to in a row source. */
export type Match = readonly (readonly [column: string, value: Fragment])[];

/** A match of columns with those of the same names. */
export function matchOf(columns: readonly string[], alias = "v"): Match {
  return columns.map((column) => [column, raw(`${alias}.${column}`)]);
}

/** Behind an INSERT of `rows`: what is there with the same key stays as it is. `column`: any of the table. */
export function orKeep({ writes }: WriteWords, table: Fragment, column: string): Fragment {
  return writes === undefined
    ? raw(" ON CONFLICT DO NOTHING")
    : writes.onDuplicate(sql`${table}.${raw(column)} = ${table}.${raw(column)}`);
}

/** Behind an INSERT: of what is there with the same key these columns become what was to be inserted, or something else. */
export function orSet(
  { writes }: WriteWords,
  table: Fragment,
  key: readonly string[],
  columns: readonly (string | readonly [column: string, value: Fragment])[],
): Fragment {
  const set = join(
    columns.map((one) => {
      const [column, value] = typeof one === "string" ? [one, coming({ writes }, one)] : one;
      return sql`${writes === undefined ? raw("") : sql`${table}.`}${raw(column)} = ${value}`;
    }),
    ", ",
  );
  return writes?.onDuplicate(set) ?? sql` ON CONFLICT (${raw(key.join(", "))}) DO UPDATE SET ${set}`;
}

/** The value of a column as the row would have it that was to be inserted. */
export function coming({ writes }: { readonly writes?: WriteWords["writes"] | undefined }, column: string): Fragment {
  return writes?.coming(column) ?? raw(`excluded.${column}`);
}

/**
 * Deletes the rows of a table that a row source names, and that meet a condition besides, which must not name a column that the source
 * has too.
 */
export function deleteMatching(
  { writes }: WriteWords,
  table: Fragment,
  source: Fragment,
  match: Match,
  and: Fragment = TRUE,
): Fragment {
  return writes === undefined
    ? sql`DELETE FROM ${table} WHERE ${isIn(match, source)} AND ${and}`
    : writes.delete(table, source, sql`${isMatch(table, match)} AND ${and}`);
}

/** Sets columns of the rows of a table that a row source names, of which nothing is needed besides. */
export function updateMatching(
  { writes }: WriteWords,
  table: Fragment,
  set: Fragment,
  source: Fragment,
  match: Match,
  and: Fragment = TRUE,
): Fragment {
  return writes === undefined
    ? sql`UPDATE ${table} SET ${set} WHERE ${isIn(match, source)} AND ${and}`
    : writes.update(table, set, source, sql`${isMatch(table, match)} AND ${and}`);
}

/** Sets columns of the rows of a table to what a row source has for them. */
export function updateFrom(
  { writes }: WriteWords,
  table: Fragment,
  set: readonly (readonly [column: string, value: Fragment])[],
  source: Fragment,
  match: Match,
  and: Fragment = TRUE,
): Fragment {
  const terms = (place: Fragment): Fragment =>
    join(
      set.map(([column, value]) => sql`${place}${raw(column)} = ${value}`),
      ", ",
    );
  const condition = sql`${isMatch(table, match)} AND ${and}`;
  return writes === undefined
    ? sql`UPDATE ${table} SET ${terms(raw(""))} FROM ${source} WHERE ${condition}`
    : writes.update(table, terms(sql`${table}.`), source, condition);
}

/** Condition on rows without an alias: a row source names them. */
export function isIn(match: Match, source: Fragment): Fragment {
  const columns = raw(match.map(([column]) => column).join(", "));
  return sql`(${columns}) IN (SELECT ${join(
    match.map(([, value]) => value),
    ", ",
  )} FROM ${source})`;
}

function isMatch(table: Fragment, match: Match): Fragment {
  return join(
    match.map(([column, value]) => sql`${table}.${raw(column)} = ${value}`),
    " AND ",
  );
}
