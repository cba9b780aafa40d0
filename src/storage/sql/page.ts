import type { SortPlace } from "../../filter/order.ts";
import {
  type CursorPage,
  type IndexPage,
  isCursorPage,
  type Page,
  type QueryResult,
  type StoredResource,
} from "../adapter.ts";
import { type Position, readPosition, unknownCursor, writePosition } from "../keyset.ts";
import type { Session } from "./database.ts";
import { cast, concat, type Dialect } from "./dialect/dialect.ts";
import { balance, type Fragment, join, raw, sql } from "./dialect/fragment.ts";
import { isStorable } from "./key.ts";
import { type Ordered, orderAgain, orderOf, segmentsOf, sortColumns } from "./order.ts";

/** What pages are taken from: the rows `r` of one type that match a filter, in an order. */
export interface Source extends Ordered {
  /** What follows FROM: the table with the alias `r`. */
  readonly from: Fragment;
  readonly condition: Fragment;
  /** Columns of `r` that the result needs. */
  readonly columns: Fragment;
  /** Columns that are computed for the rows of the page alone: each begins with a comma, and uses `columns` of `r`. */
  readonly more: Fragment;
  /** What is read of the rows of a page by statements of its own. Default: nothing. */
  readonly fill?: (session: Session, rows: readonly object[]) => Promise<readonly object[]>;
  /** Finds the row `r` of a page's row `p` again: what follows JOIN. It uses `id` and the columns `known`. */
  readonly again: Fragment;
  /** More columns of `r` that a page's row keeps; each begins with a comma. */
  readonly known: Fragment;
  /**
   * Condition on a row `r` that meets the other one: it does so in doubt, and reading it tells. Each row then has a column
   * `doubt`, and the result of an index page how many rows there are of that kind. Default: none does.
   */
  readonly doubt?: Fragment | undefined;
}

/** A page, and of one by index how many of all rows were let through in doubt. */
export type FoundPage = QueryResult & { readonly doubtful?: number };

/** From which position on a page is found by walking an index alone, and its rows are read afterwards. */
const DEEP = 200;

/** A row of a page, or none and the total alone. */
interface PageRow {
  readonly id: string | null;
  readonly total: number | string | null;
}

/** A row of a page that a cursor leads to, or none. */
interface CursorRow {
  readonly sort_key?: string | null;
  /** 1 where there are rows on the other side of the position. */
  readonly behind: number;
}

/** Answers a query with a page of what a source gives. */
export function queryPage<R extends { readonly id: string }>(
  session: Session,
  source: Source,
  page: Page,
  resourceOf: (row: R) => StoredResource,
): Promise<FoundPage> {
  return isCursorPage(page)
    ? cursorPage(session, source, page, resourceOf)
    : indexPage(session, source, page, resourceOf);
}

/**
 * Page and total by one statement, so that they are of one state; rows are counted only where the page does not tell
 * [G-14].
 */
async function indexPage<R extends { readonly id: string }>(
  session: Session,
  source: Source,
  { startIndex, count }: IndexPage,
  resourceOf: (row: R) => StoredResource,
): Promise<FoundPage> {
  const all = sql`(SELECT ${countOf(session.dialect, source.doubt)} FROM ${source.from} WHERE ${source.condition})`;
  if (count === 0) {
    const [row] = await session.run<{ total: number | string }>(sql`SELECT ${all} AS total`);
    return { resources: [], ...totalsOf(row?.total) };
  }
  const offset = startIndex - 1;
  const isDeep = offset >= DEEP;
  const selected = isDeep ? sql`${source.id} AS id${source.known}` : source.columns;
  const page = sql`SELECT ${selected}${sortColumns(source)}${doubtColumn(source)} FROM ${source.from} WHERE ${source.condition}
    ORDER BY ${orderOf(source, false)} LIMIT ${count} OFFSET ${offset}`;
  const [columns, rows] = isDeep
    ? [source.columns, sql`page p ON (1 = 1) LEFT JOIN ${source.again}`]
    : [raw("r.*"), raw("page r ON (1 = 1)")];
  const found = await session.run<R & PageRow>(sql`WITH page AS MATERIALIZED (${page})
    SELECT ${columns}${source.more}, ${totalOf(session, source, all, { startIndex, count })} AS total
    FROM (SELECT 1 AS one) o LEFT JOIN ${rows} ORDER BY ${orderAgain(source, isDeep ? "p" : "r", false)}`);
  const resources = await filled(session, source, found);
  return { resources: resources.map(resourceOf), ...totalsOf(found[0]?.total) };
}

/** The rows of resources among those that were found. */
async function filled<R extends { readonly id: string | null }>(
  session: Session,
  { fill }: Source,
  found: readonly R[],
): Promise<readonly R[]> {
  const rows = found.filter(({ id }) => id !== null);
  return fill === undefined ? rows : ((await fill(session, rows)) as readonly R[]);
}

/** How many rows there are and, where some may be let through in doubt, how many of these: in one text. */
function countOf(dialect: Dialect, doubt: Fragment | undefined): Fragment {
  if (doubt === undefined) return raw("count(*)");
  return concat(dialect, [raw("count(*)"), raw("' '"), sql`count(CASE WHEN ${doubt} THEN 1 END)`]);
}

function totalsOf(total: number | string | null | undefined): Pick<FoundPage, "totalResults" | "doubtful"> {
  const [totalResults = 0, doubtful] = String(total ?? 0)
    .split(" ")
    .map(Number);
  return { totalResults, ...(doubtful === undefined ? {} : { doubtful }) };
}

/** Whether a row is let through in doubt, as a column of a page that begins with a comma. */
function doubtColumn({ doubt }: Pick<Source, "doubt">): Fragment {
  return doubt === undefined ? sql`` : sql`, CASE WHEN ${doubt} THEN 1 ELSE 0 END AS doubt`;
}

/** How many rows there are in all: a page that is not full is the last one, and counts what is before it. */
function totalOf({ dialect }: Session, { doubt }: Source, all: Fragment, { startIndex, count }: IndexPage): Fragment {
  const offset = startIndex - 1;
  const inPage = raw("(SELECT count(*) FROM page)");
  const isLast = sql`${inPage} < ${cast(dialect, sql`${count}`, "integer")}`;
  const start = cast(dialect, sql`${offset}`, "integer");
  if (doubt === undefined)
    return sql`CASE WHEN ${isLast} AND (${start} = 0 OR ${inPage} > 0) THEN ${start} + ${inPage} ELSE ${all} END`;
  // What is before it may be in doubt.
  const counted = sql`(SELECT ${countOf(dialect, raw("doubt = 1"))} FROM page)`;
  return sql`CASE WHEN ${isLast} AND ${start} = 0 THEN ${counted} ELSE ${all} END`;
}

/** A page behind or before a position, found by the index that the order has, at any depth alike [G-13]. */
async function cursorPage<R extends { readonly id: string }>(
  session: Session,
  source: Source,
  { cursor, count }: CursorPage,
  resourceOf: (row: R) => StoredResource,
): Promise<QueryResult> {
  const position = cursor === undefined ? undefined : positionOf(cursor);
  const backwards = position?.backwards ?? false;
  // One more than the page, to know whether another one follows.
  const page = pageOf(source, position?.place, backwards, count + 1);
  const behind = position === undefined ? raw("0") : behindOf(source, position.place, backwards);
  const sortKey = raw(source.sort === undefined ? "" : ", p.sort_key");
  const doubt = raw(source.doubt === undefined ? "" : ", p.doubt");
  const found = await session.run<R & CursorRow>(sql`WITH page AS MATERIALIZED (${page})
    SELECT ${source.columns}${source.more}${sortKey}${doubt}, ${behind} AS behind
    FROM (SELECT 1 AS one) o LEFT JOIN page p ON (1 = 1) LEFT JOIN ${source.again}
    ORDER BY ${segmentOrder(source, backwards)}`);
  const rows = await filled(session, source, found);
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

/** The first rows behind a place, of as many segments as it takes to fill a page. */
function pageOf(source: Source, place: SortPlace | undefined, backwards: boolean, most: number): Fragment {
  const [keys, doubt] = [sortColumns(source), doubtColumn(source)];
  const segments = segmentsOf(source, place, backwards, false).map(
    (condition, index) => sql`SELECT * FROM (
      SELECT ${source.id} AS id${source.known}, ${raw(String(index))} AS segment${keys}${doubt} FROM ${source.from}
      WHERE ${source.condition} AND ${condition} ORDER BY ${orderOf(source, backwards, true)} LIMIT ${most}
    ) ${raw(`s${index}`)}`,
  );
  return sql`SELECT * FROM (${join(segments, " UNION ALL ")}) p
    ORDER BY ${segmentOrder(source, backwards)} LIMIT ${most}`;
}

function segmentOrder(source: Source, backwards: boolean): Fragment {
  return sql`p.segment, ${orderAgain(source, "p", backwards)}`;
}

/** 1 where there are rows on the other side of a place, or at the place itself. The order says which index to ask. */
function behindOf(source: Source, place: SortPlace, backwards: boolean): Fragment {
  const others = segmentsOf(source, place, !backwards, true).map(
    (condition) => sql`(SELECT 1 FROM ${source.from} WHERE ${source.condition} AND ${condition}
      ORDER BY ${orderOf(source, !backwards, true)} LIMIT 1) IS NOT NULL`,
  );
  return sql`CASE WHEN ${balance("OR", others)} THEN 1 ELSE 0 END`;
}

/** @throws {ScimError} 400 invalidCursor for what no page of ours gave out. */
function positionOf(cursor: string): Position {
  const position = readPosition(cursor);
  const { id, key } = position.place;
  if (!isStorable(id) || (key !== undefined && (typeof key !== "string" || !isStorable(key)))) throw unknownCursor();
  return position;
}
