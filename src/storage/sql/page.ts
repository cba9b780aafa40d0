import { invalidCursor } from "../../error.ts";
import {
  type CursorPage,
  type IndexPage,
  isCursorPage,
  type Page,
  type QueryResult,
  type StoredResource,
} from "../adapter.ts";
import { type Position, readPosition, writePosition } from "../keyset.ts";
import type { Session } from "./database.ts";
import { balanced, type Fragment, join, raw, sql, TRUE } from "./dialect/fragment.ts";
import { isStorable } from "./key.ts";

/** What pages are taken from: the rows `r` of one type that match a filter, in an order. */
export interface Source {
  /** What follows FROM: the table with the alias `r`. */
  readonly from: Fragment;
  readonly condition: Fragment;
  /** The id of `r`, which breaks ties in the order of code points. */
  readonly id: Fragment;
  /** The sort key of `r`; undefined without a sort. */
  readonly sort: SortKey | undefined;
  /** Columns of `r` that the result needs. */
  readonly columns: Fragment;
  /** Columns that are computed for the rows of the page alone: each begins with a comma, and uses `columns` of `r`. */
  readonly more: Fragment;
  /** Finds the row `r` of a page's row `p` again: what follows JOIN. */
  readonly again: Fragment;
}

export interface SortKey {
  /** Text in the order of code points; NULL where a resource has no value. */
  readonly key: Fragment;
  readonly descending: boolean;
  /** The beginning of the key, where an index holds no more of it, and how the same is cut from another key. */
  readonly prefix?: { readonly text: Fragment; cut(key: string): string } | undefined;
}

/** From which position on a page is found by walking an index alone, and its rows are read afterwards. */
const DEEP = 200;

/** A row of a page, or none and the total alone. */
interface PageRow {
  readonly id: string | null;
  readonly total: number | string | null;
}

/** Answers a query with a page of what a source gives. */
export function queryPage<R extends { readonly id: string }>(
  session: Session,
  source: Source,
  page: Page,
  resourceOf: (row: R) => StoredResource,
): Promise<QueryResult> {
  return isCursorPage(page)
    ? cursorPage(session, source, page, resourceOf)
    : indexPage(session, source, page, resourceOf);
}

/** Page and total by one statement, so that they are of one state; rows are counted only where the page does not tell [C14]. */
async function indexPage<R extends { readonly id: string }>(
  session: Session,
  source: Source,
  { startIndex, count }: IndexPage,
  resourceOf: (row: R) => StoredResource,
): Promise<QueryResult> {
  const all = sql`(SELECT count(*) FROM ${source.from} WHERE ${source.condition})`;
  if (count === 0) {
    const [row] = await session.run<{ total: number | string }>(sql`SELECT ${all} AS total`);
    return { resources: [], totalResults: Number(row?.total ?? 0) };
  }
  const offset = startIndex - 1;
  const start = sql`CAST(${offset} AS BIGINT)`;
  const inPage = raw("(SELECT count(*) FROM page)");
  // A page that is not full is the last one, and counts what is before it.
  const total = sql`CASE WHEN ${inPage} < CAST(${count} AS BIGINT) AND (${start} = 0 OR ${inPage} > 0) THEN ${start} + ${inPage} ELSE ${all} END`;
  const keys = sortColumns(source);
  const selected = offset < DEEP ? source.columns : sql`${source.id} AS id`;
  const page = sql`SELECT ${selected}${keys} FROM ${source.from} WHERE ${source.condition} ORDER BY ${orderOf(source, source.id, false)} LIMIT ${count} OFFSET ${offset}`;
  const [columns, rows] =
    offset < DEEP
      ? [raw("r.*"), raw("page r ON (1 = 1)")]
      : [source.columns, sql`page p ON (1 = 1) LEFT JOIN ${source.again}`];
  const order = orderAgain(source, offset < DEEP ? "r" : "p", false);
  const found = await session.run<R & PageRow>(
    sql`WITH page AS MATERIALIZED (${page}) SELECT ${columns}${source.more}, ${total} AS total FROM (SELECT 1 AS one) o LEFT JOIN ${rows} ORDER BY ${order}`,
  );
  return {
    resources: found.filter(({ id }) => id !== null).map(resourceOf),
    totalResults: Number(found[0]?.total ?? 0),
  };
}

/** A page behind or before a position, found by the index that the order has, at any depth alike [C13]. */
async function cursorPage<R extends { readonly id: string }>(
  session: Session,
  source: Source,
  { cursor, count }: CursorPage,
  resourceOf: (row: R) => StoredResource,
): Promise<QueryResult> {
  const position = cursor === undefined ? undefined : positionOf(cursor);
  const backwards = position?.backwards ?? false;
  const keys = sortColumns(source);
  // One more than the page, to know whether another one follows.
  const segments = segmentsOf(source, position?.place, backwards, false).map(
    (condition, index) =>
      sql`SELECT * FROM (SELECT ${source.id} AS id, ${raw(String(index))} AS segment${keys} FROM ${source.from} WHERE ${source.condition} AND ${condition} ORDER BY ${orderOf(source, source.id, backwards)} LIMIT ${count + 1}) ${raw(`s${index}`)}`,
  );
  const order = sql`p.segment, ${orderAgain(source, "p", backwards)}`;
  const behind =
    position === undefined
      ? raw("0")
      : sql`CASE WHEN ${balanced(
          "OR",
          segmentsOf(source, position.place, !backwards, true).map(
            (condition) => sql`EXISTS (SELECT 1 FROM ${source.from} WHERE ${source.condition} AND ${condition})`,
          ),
        )} THEN 1 ELSE 0 END`;
  const found = await session.run<R & { sort_key?: string | null; behind: number }>(
    sql`WITH page AS MATERIALIZED (SELECT * FROM (${join(segments, " UNION ALL ")}) p ORDER BY ${order} LIMIT ${count + 1}) SELECT ${source.columns}${source.more}${raw(source.sort === undefined ? "" : ", p.sort_key")}, ${behind} AS behind FROM (SELECT 1 AS one) o LEFT JOIN page p ON (1 = 1) LEFT JOIN ${source.again} ORDER BY ${order}`,
  );
  const rows = found.filter(({ id }) => id !== null);
  const isAnyBehind = Number(found[0]?.behind ?? 0) === 1;
  const isAnyAhead = rows.length > count;
  const inPage = rows.slice(0, count);
  if (backwards) inPage.reverse();
  const [isAnyBefore, isAnyAfter] = backwards ? [isAnyAhead, isAnyBehind] : [isAnyBehind, isAnyAhead];
  const [first, last] = [inPage[0], inPage.at(-1)];
  const cursorAt = (row: (typeof rows)[number], before: boolean): string =>
    writePosition({ place: { id: String(row.id), key: row.sort_key ?? undefined }, backwards: before });
  return {
    resources: inPage.map(resourceOf),
    ...(position === undefined && !isAnyAfter ? { totalResults: inPage.length } : {}),
    ...(isAnyAfter && last !== undefined ? { nextCursor: cursorAt(last, false) } : {}),
    ...(isAnyBefore && first !== undefined ? { previousCursor: cursorAt(first, true) } : {}),
  };
}

/** @throws {ScimError} 400 invalidCursor for what no page of ours gave out. */
function positionOf(cursor: string): Position {
  const position = readPosition(cursor);
  const { id, key } = position.place;
  if (!isStorable(id) || (key !== undefined && (typeof key !== "string" || !isStorable(key))))
    throw invalidCursor("The cursor is not one that this server gave out. Start again without a position: cursor=");
  return position;
}

/**
 * The conditions of what lies behind a place in the direction of the walk, each of which an index answers by itself, in their
 * order. `inclusive` holds the place itself too.
 */
function segmentsOf(
  { sort, id }: Source,
  place: Position["place"] | undefined,
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
function sortColumns({ sort }: Source): Fragment {
  if (sort === undefined) return sql``;
  const prefix = sort.prefix === undefined ? sql`` : sql`, ${sort.prefix.text} AS sort_prefix`;
  return sql`, ${sort.key} AS sort_key${prefix}`;
}

function orderOf({ sort }: Source, id: Fragment, backwards: boolean): Fragment {
  const direction = raw(backwards ? " DESC" : "");
  if (sort === undefined) return sql`${id}${direction}`;
  const isUp = sort.descending === backwards;
  const keys = [...(sort.prefix === undefined ? [] : [sort.prefix.text]), sort.key];
  const terms = keys.map((key) => sql`${key}${raw(isUp ? " ASC NULLS LAST" : " DESC NULLS FIRST")}`);
  return sql`${join(terms, ", ")}, ${id}${direction}`;
}

/** The same order over the columns of a page. */
function orderAgain({ sort, ...source }: Source, alias: string, backwards: boolean): Fragment {
  const column = (name: string): Fragment => raw(`${alias}.${name}`);
  const again = sort && {
    ...sort,
    key: column("sort_key"),
    prefix: sort.prefix && { ...sort.prefix, text: column("sort_prefix") },
  };
  return orderOf({ ...source, sort: again }, column("id"), backwards);
}
