import type { Filter } from "../../../filter/ast.ts";
import { attributesIn } from "../../../filter/paths.ts";
import { predicateOf } from "../../../filter/predicate.ts";
import type { AttributePath } from "../../../schema/attribute.ts";
import { fitResource } from "../../../schema/fit.ts";
import {
  type CursorPage,
  isCursorPage,
  type Page,
  type QueryRequest,
  type QueryResult,
  type Sort,
  type StoredResource,
} from "../../adapter.ts";
import { isId } from "../../id.ts";
import { readPosition, unknownCursor } from "../../keyset.ts";
import { queryByScan, scannedTooMany } from "../../scan.ts";
import { isAsWell } from "../as-well.ts";
import { refuseCostly } from "../cost.ts";
import type { Session } from "../database.ts";
import { type Fragment, raw, sql, TRUE } from "../dialect/fragment.ts";
import { compileFilter } from "../filter.ts";
import type { SortKey } from "../order.ts";
import { type FoundPage, queryPage, type Source } from "../page.ts";
import { idText, parseId } from "./id.ts";
import { mappedPlaces, type PlaceScope } from "./places.ts";
import type { MappedRow } from "./row.ts";
import { type MapScope, ownRows } from "./scope.ts";
import { type Selection, selectionOf } from "./select.ts";
import { startOf } from "./start.ts";

/**
 * Answers a query by one statement where the columns tell all of it. What they tell nearly or not at all is looked at
 * again row by row, within `maxScanned`; so are rows whose values are of another shape than is declared.
 */
export async function queryMapped(
  session: Session,
  scope: MapScope,
  request: QueryRequest,
  maxScanned: number,
): Promise<QueryResult> {
  const { filter, sort, page, select } = request;
  const search = searchOf(scope, filter);
  if (search.all !== undefined) await refuseCostly(session, request, search.all);
  const order = sort && sortKey(scope, sort);
  const needed = attributesIn(filter, sort?.path);
  const wide = selectionOf(scope, {
    includes: (attribute) => needed.has(attribute) || select.includes(attribute),
  });
  const isWithinLimits = parametersOf(search) * 2 < scope.dialect.mostParameters;
  if (search.isExact && (sort === undefined || order !== undefined) && isWithinLimits) {
    refuseOtherCursors(scope, page);
    const selection = search.doubt === undefined ? selectionOf(scope, select) : wide;
    const source = { ...sourceOf(scope, search), sort: order, more: selection.more };
    const found = isCursorPage(page)
      ? await walkPage(session, scope, source, { request, page, maxScanned }, selection)
      : await queryPage<MappedRow & { readonly id: string }>(session, source, page, selection.resourceOf);
    if (found.doubtful === undefined || found.doubtful === 0) return found;
  }
  // What a statement cannot hold at all is left to the scan.
  const held = isWithinLimits ? {} : { from: sql`${scope.type.view} r`, condition: ownRows(scope) };
  const scanned: Source = { ...sourceOf(scope, search), ...held, doubt: undefined, more: wide.more };
  return scanFitted(scope, scanRows(session, scope, scanned, wide.resourceOf), request, maxScanned);
}

/** Looks at rows as their type declares them, and gives those found as they are stored. */
async function scanFitted(
  { type }: MapScope,
  rows: AsyncIterable<StoredResource>,
  request: QueryRequest,
  maxScanned: number,
): Promise<QueryResult> {
  const stored = new WeakMap<StoredResource, StoredResource>();
  async function* fitted(): AsyncGenerator<StoredResource> {
    for await (const row of rows) {
      const { resource } = fitResource(type.resourceType, row);
      if (resource !== row) stored.set(resource, row);
      yield resource;
    }
  }
  const result = await queryByScan(fitted(), request, { maxScanned });
  return { ...result, resources: result.resources.map((resource) => stored.get(resource) ?? resource) };
}

/** A page that a cursor leads to, and what it is asked for with. */
interface Walk {
  readonly request: QueryRequest;
  readonly page: CursorPage;
  readonly maxScanned: number;
}

/** A page by cursor: rows that were let through in doubt are looked at, and others are read in their place. */
async function walkPage(
  session: Session,
  { type }: MapScope,
  source: Source,
  { request: { filter }, page, maxScanned }: Walk,
  { resourceOf }: Selection,
): Promise<FoundPage> {
  const matches = filter === undefined ? () => true : predicateOf(filter);
  const backwards = page.cursor !== undefined && readPosition(page.cursor).backwards;
  let found: StoredResource[] = [];
  let first: FoundPage | undefined;
  let { cursor } = page;
  for (let looked = 0; looked <= maxScanned; ) {
    const inDoubt = new Set<StoredResource>();
    const read = await queryPage<MappedRow & { readonly id: string }>(
      session,
      source,
      { cursor, count: page.count - found.length },
      (row) => {
        const resource = resourceOf(row);
        if (Number(row.doubt) === 1) inDoubt.add(resource);
        return resource;
      },
    );
    const kept = read.resources.filter(
      (one) => !inDoubt.has(one) || matches(fitResource(type.resourceType, one).resource),
    );
    found = backwards ? [...kept, ...found] : [...found, ...kept];
    const isWhole = kept.length === read.resources.length;
    if (first === undefined && isWhole) return read;
    first ??= read;
    looked += read.resources.length;
    const next = backwards ? read.previousCursor : read.nextCursor;
    if (found.length === page.count || next === undefined) return pageFrom(found, { first, last: read, backwards });
    cursor = next;
  }
  throw scannedTooMany(maxScanned);
}

/** A page that was read in parts. */
function pageFrom(
  resources: readonly StoredResource[],
  { first, last, backwards }: { readonly first: FoundPage; readonly last: FoundPage; readonly backwards: boolean },
): FoundPage {
  const [{ previousCursor }, { nextCursor }] = backwards ? [last, first] : [first, last];
  return {
    resources,
    ...(nextCursor === undefined ? {} : { nextCursor }),
    ...(previousCursor === undefined ? {} : { previousCursor }),
  };
}

function sourceOf({ type }: MapScope, { from, condition, doubt }: Search): Source {
  const hasTenant = type.tenant !== undefined;
  return {
    from,
    condition,
    doubt,
    id: raw("r.id"),
    sort: undefined,
    columns: type.selectedOfRow,
    more: raw(""),
    again: sql`${type.view} r ON r.id = p.id${raw(hasTenant ? " AND r.tenant = p.tenant" : "")}`,
    known: raw(hasTenant ? ", r.tenant" : ""),
  };
}

/** A filter in the terms of the tables. */
interface Search {
  /** Which rows `r` are looked at: what follows FROM. */
  readonly from: Fragment;
  /** Under which condition. */
  readonly condition: Fragment;
  readonly isExact: boolean;
  /** Condition on a row that meets the other one: what it holds is of another shape than is declared, so that it may not match. */
  readonly doubt?: Fragment | undefined;
  /** The rows that the filter is compared with, where these may be many: what follows FROM. */
  readonly all?: Fragment;
}

function parametersOf({ condition, doubt }: Search): number {
  return condition.parameters.length + (doubt?.parameters.length ?? 0);
}

function searchOf(given: MapScope, filter: QueryRequest["filter"]): Search {
  const whole = { from: sql`${given.type.view} r`, condition: ownRows(given) };
  if (filter === undefined) return { ...whole, isExact: true };
  let [isNearly, isDoubted] = [false, false];
  const scope: PlaceScope = {
    ...given,
    onNearly: () => {
      isNearly = true;
    },
    onDoubt: () => {
      isDoubted = true;
    },
  };
  const found = conditionOf(scope, filter, whole);
  const isExact = found.isExact && !isNearly;
  if (!isExact || !isDoubted) return { ...found, isExact };
  const sure = compileFilter(filter, mappedPlaces({ ...scope, isStarted: found.isStarted }), false).condition;
  return { ...found, isExact, doubt: sql`(${sure}) IS NOT TRUE` };
}

function conditionOf(
  scope: PlaceScope,
  filter: Filter<AttributePath>,
  whole: Pick<Search, "from" | "condition">,
): Search & { readonly isStarted: boolean } {
  const start = startOf(scope, filter);
  const all = sql`${whole.from} WHERE ${whole.condition}`;
  if (start === undefined) {
    const { condition, isExact } = compileFilter(filter, mappedPlaces(scope));
    return { ...whole, condition: sql`${whole.condition} AND ${condition}`, isExact, all, isStarted: false };
  }
  const { from, condition, part } = start;
  const places = mappedPlaces({ ...scope, isStarted: true });
  const first = part === undefined ? TRUE : compileFilter(part, places).condition;
  const rest = compileFilter(filter, places);
  const isMet = part === filter ? rest.condition : sql`${first} AND ${isAsWell(rest.condition)}`;
  const found = part === undefined ? { all: sql`${from} WHERE ${condition}` } : {};
  return { from, condition: sql`${condition} AND ${isMet}`, isExact: rest.isExact, isStarted: true, ...found };
}

/** A cursor names an id of the table, or it is none of ours. */
function refuseOtherCursors({ type }: MapScope, page: Page): void {
  if (!isCursorPage(page) || page.cursor === undefined) return;
  if (parseId({ type: type.id.type, prefix: "" }, readPosition(page.cursor).place.id) === undefined)
    throw unknownCursor();
}

/** The order of a query where the table has keys for it. */
function sortKey({ dialect, type }: MapScope, { path, descending }: Sort): SortKey | undefined {
  const { lacksNullsOrder } = dialect;
  if (isId(path)) return { key: dialect.ordered(idText(dialect, raw("r.id"))), descending, lacksNullsOrder };
  const key = type.columns.find((column) => column.path.text === path.text)?.key;
  return key && { key: (dialect.keyColumn ?? dialect.ordered)(raw(`r.${key.alias}`)), descending, lacksNullsOrder };
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
