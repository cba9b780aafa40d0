import { attributesIn } from "../../../filter/paths.ts";
import {
  isCursorPage,
  type Page,
  type QueryRequest,
  type QueryResult,
  type Sort,
  type StoredResource,
} from "../../adapter.ts";
import { isId } from "../../id.ts";
import { readPosition, unknownCursor } from "../../keyset.ts";
import { queryByScan } from "../../scan.ts";
import { isAsWell } from "../as-well.ts";
import { refuseCostly } from "../cost.ts";
import type { Session } from "../database.ts";
import { type Fragment, raw, sql, TRUE } from "../dialect/fragment.ts";
import { compileFilter } from "../filter.ts";
import type { SortKey } from "../order.ts";
import { queryPage, type Source } from "../page.ts";
import { parseId } from "./id.ts";
import { mappedPlaces, type PlaceScope } from "./places.ts";
import type { MappedRow } from "./row.ts";
import { type MapScope, ownRows } from "./scope.ts";
import { selectionOf } from "./select.ts";
import { startOf } from "./start.ts";

/**
 * Answers a query by one statement where the columns tell all of it. What they tell nearly or not at all is looked at
 * again row by row, within `maxScanned`.
 */
export async function queryMapped(
  session: Session,
  scope: MapScope,
  request: QueryRequest,
  maxScanned: number,
): Promise<QueryResult> {
  const { filter, sort, page, select } = request;
  const { type, dialect } = scope;
  let isExact = true;
  const onNearly = (): void => {
    isExact = false;
  };
  const { from, condition: wanted, isExact: isCompiled, all } = searchOf({ ...scope, onNearly }, filter);
  if (all !== undefined) await refuseCostly(session, request, all);
  const order = sort && sortKey(scope, sort);
  const selection = selectionOf(scope, select);
  const hasTenant = type.tenant !== undefined;
  const source: Source = {
    from,
    condition: wanted,
    id: raw("r.id"),
    sort: order,
    columns: type.selectedOfRow,
    more: selection.more,
    again: sql`${type.view} r ON r.id = p.id${raw(hasTenant ? " AND r.tenant = p.tenant" : "")}`,
    known: raw(hasTenant ? ", r.tenant" : ""),
  };
  const isWithinLimits = source.condition.parameters.length * 2 < dialect.mostParameters;
  if (isExact && isCompiled && (sort === undefined || order !== undefined) && isWithinLimits) {
    refuseOtherCursors(scope, page);
    return queryPage<MappedRow & { readonly id: string }>(session, source, page, selection.resourceOf);
  }
  const needed = attributesIn(filter, sort?.path);
  const wide = selectionOf(scope, {
    includes: (attribute) => needed.has(attribute) || select.includes(attribute),
  });
  // What a statement cannot hold at all is left to the scan.
  const held = isWithinLimits ? {} : { from: sql`${type.view} r`, condition: ownRows(scope) };
  const scanned: Source = { ...source, ...held, sort: undefined, more: wide.more };
  return queryByScan(scanRows(session, scope, scanned, wide.resourceOf), request, { maxScanned });
}

/** A filter in the terms of the tables. */
interface Search {
  /** Which rows `r` are looked at: what follows FROM. */
  readonly from: Fragment;
  /** Under which condition. */
  readonly condition: Fragment;
  readonly isExact: boolean;
  /** The rows that the filter is compared with, where these may be many: what follows FROM. */
  readonly all?: Fragment;
}

function searchOf(scope: PlaceScope, filter: QueryRequest["filter"]): Search {
  const whole = { from: sql`${scope.type.view} r`, condition: ownRows(scope) };
  if (filter === undefined) return { ...whole, isExact: true };
  const start = startOf(scope, filter);
  const all = sql`${whole.from} WHERE ${whole.condition}`;
  if (start === undefined) {
    const { condition, isExact } = compileFilter(filter, mappedPlaces(scope));
    return { ...whole, condition: sql`${whole.condition} AND ${condition}`, isExact, all };
  }
  const { from, condition, part } = start;
  const places = mappedPlaces({ ...scope, isStarted: true });
  const first = part === undefined ? TRUE : compileFilter(part, places).condition;
  const rest = compileFilter(filter, places);
  const isMet = part === filter ? rest.condition : sql`${first} AND ${isAsWell(rest.condition)}`;
  const found = part === undefined ? { all: sql`${from} WHERE ${condition}` } : {};
  return { from, condition: sql`${condition} AND ${isMet}`, isExact: rest.isExact, ...found };
}

/** A cursor names an id of the table, or it is none of ours. */
function refuseOtherCursors({ type }: MapScope, page: Page): void {
  if (!isCursorPage(page) || page.cursor === undefined) return;
  if (parseId({ type: type.id.type, prefix: "" }, readPosition(page.cursor).place.id) === undefined)
    throw unknownCursor();
}

/** The order of a query where the table has keys for it. */
function sortKey({ dialect, type }: MapScope, { path, descending }: Sort): SortKey | undefined {
  if (isId(path)) return { key: dialect.ordered(raw("CAST(r.id AS TEXT)")), descending };
  const key = type.columns.find((column) => column.path.text === path.text)?.key;
  return key && { key: dialect.ordered(raw(`r.${key.alias}`)), descending };
}

/** How many rows of a scan are in memory at a time. */
const CHUNK = 1000;

/** All rows of a source, in the order of ids. */
async function* scanRows(
  session: Session,
  scope: MapScope,
  source: Source,
  resourceOf: (row: MappedRow) => StoredResource,
): AsyncGenerator<StoredResource> {
  // Few rows are sorted here: asked for an order, a database may walk the table in it rather than use the filter's
  // indexes.
  const few = await session.run<MappedRow>(
    sql`SELECT ${source.columns}${source.more} FROM ${source.from} WHERE ${source.condition} LIMIT ${raw(String(CHUNK + 1))}`,
  );
  if (few.length <= CHUNK) {
    yield* [...few].sort(byId(scope)).map(resourceOf);
    return;
  }
  for (let cursor: string | undefined; ; ) {
    const page = await queryPage<MappedRow & { readonly id: string }>(
      session,
      source,
      { cursor, count: CHUNK },
      resourceOf,
    );
    yield* page.resources;
    cursor = page.nextCursor;
    if (cursor === undefined) return;
  }
}

function byId({ type }: MapScope): (left: MappedRow, right: MappedRow) => number {
  const read =
    type.id.type === "integer" ? (row: MappedRow) => BigInt(String(row.id)) : (row: MappedRow) => String(row.id);
  return (left, right) => (read(left) < read(right) ? -1 : 1);
}
