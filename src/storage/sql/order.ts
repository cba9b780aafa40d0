import type { SortPlace } from "../../filter/order.ts";
import { type Fragment, join, raw, sql, TRUE } from "./dialect/fragment.ts";

/** What rows are sorted by. */
export interface SortKey {
  /** Text in the order of code points; NULL where a resource has no value. */
  readonly key: Fragment;
  readonly descending: boolean;
  /** Whether the database has no `NULLS LAST` and `NULLS FIRST`. Default false. */
  readonly lacksNullsOrder?: boolean | undefined;
  /** The beginning of the key, where an index holds no more of it, and how the same is cut from another key. */
  readonly prefix?: { readonly text: Fragment; cut(key: string): string } | undefined;
}

/** Rows that have an order. */
export interface Ordered {
  /** The id of a row, which breaks ties in the order of code points. */
  readonly id: Fragment;
  /** Undefined without a sort. */
  readonly sort: SortKey | undefined;
}

/**
 * The conditions of what lies behind a place in the direction of the walk, each of which an index answers by itself, in
 * their order. `inclusive` holds the place itself too.
 */
export function segmentsOf(
  { sort, id }: Ordered,
  place: SortPlace | undefined,
  backwards: boolean,
  inclusive: boolean,
): readonly Fragment[] {
  const beyond = raw(`${backwards ? "<" : ">"}${inclusive ? "=" : ""}`);
  if (sort === undefined) return [place === undefined ? TRUE : sql`${id} ${beyond} ${place.id}`];
  const { key, prefix } = sort;
  const inOrder = prefix?.text ?? key;
  const isMissing = sql`${inOrder} IS NULL`;
  const isThere = sql`${inOrder} IS NOT NULL`;
  // Missing values are last when ascending and first when descending; walking backwards turns both.
  const isUp = sort.descending === backwards;
  if (place === undefined) return isUp ? [isThere, isMissing] : [isMissing, isThere];
  if (place.key === undefined) {
    const rest = sql`(${isMissing} AND ${id} ${beyond} ${place.id})`;
    return isUp ? [rest] : [rest, isThere];
  }
  const value = String(place.key);
  const cut = prefix?.cut(value);
  const inIndex = (comparison: string): Fragment =>
    prefix === undefined ? sql`` : sql`${prefix.text} ${raw(comparison)} ${cut} AND `;
  const ties = sql`(${inIndex("=")}${key} = ${value} AND ${id} ${beyond} ${place.id})`;
  return isUp
    ? [ties, sql`(${inIndex(">=")}${key} > ${value})`, isMissing]
    : [ties, sql`(${inIndex("<=")}${key} < ${value})`];
}

/** The sort key as columns of a page; each begins with a comma. */
export function sortColumns({ sort }: Pick<Ordered, "sort">): Fragment {
  if (sort === undefined) return sql``;
  const prefix = sort.prefix === undefined ? sql`` : sql`, ${sort.prefix.text} AS sort_prefix`;
  return sql`, ${sort.key} AS sort_key${prefix}`;
}

/** What follows ORDER BY. `id` breaks ties. `isSegment`: the rows are those of one segment. */
export function orderOf({ sort, id }: Ordered, backwards: boolean, isSegment = false): Fragment {
  const direction = raw(backwards ? " DESC" : "");
  if (sort === undefined) return sql`${id}${direction}`;
  const isUp = sort.descending === backwards;
  const keys = [...(sort.prefix === undefined ? [] : [sort.prefix.text]), sort.key];
  const terms = keys.flatMap((key) => {
    if (sort.lacksNullsOrder !== true) return sql`${key}${raw(isUp ? " ASC NULLS LAST" : " DESC NULLS FIRST")}`;
    const inOrder = sql`${key}${raw(isUp ? "" : " DESC")}`;
    // Where all of them have a key, or none has, the index is in the order of the keys.
    return isSegment ? inOrder : [sql`(${key} IS NULL)${raw(isUp ? "" : " DESC")}`, inOrder];
  });
  return sql`${join(terms, ", ")}, ${id}${direction}`;
}

/** The same over the columns of a page. */
export function orderAgain({ sort }: Pick<Ordered, "sort">, alias: string, backwards: boolean): Fragment {
  const column = (name: string): Fragment => raw(`${alias}.${name}`);
  const again = sort && {
    ...sort,
    key: column("sort_key"),
    prefix: sort.prefix && { ...sort.prefix, text: column("sort_prefix") },
  };
  return orderOf({ id: column("id"), sort: again }, backwards);
}
