import type { Filter } from "../../../filter/ast.ts";
import { attributesIn } from "../../../filter/paths.ts";
import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import { fitResource } from "../../../schema/fit.ts";
import {
  type Context,
  isCursorPage,
  type Page,
  type QueryRequest,
  type QueryResult,
  type StoredResource,
} from "../../adapter.ts";
import { isId } from "../../id.ts";
import { queryByScan } from "../../scan.ts";
import { refuseCostly } from "../cost.ts";
import type { Database, Session } from "../database.ts";
import { type Fragment, raw, short, sql } from "../dialect/fragment.ts";
import { queryPage, type Source } from "../page.ts";
import { isOfSameTenant } from "../tenant.ts";
import { inOneState, withApart } from "./apart-rows.ts";
import type { OwnScope } from "./elements.ts";
import type { Indexes } from "./index-plan.ts";
import { lookUp, lookUpOf } from "./look-up.ts";
import { type Apart, resourceOf, type SelectedRow } from "./resource.ts";
import { keysInCursors, textsInCursors } from "./scan-cursor.ts";
import { searchOf } from "./search.ts";
import { apartColumns, apartOf, baseColumns, isFew } from "./select.ts";
import { resolve } from "./settle.ts";
import type { KnownShapes } from "./shapes.ts";
import { ownSort } from "./sort.ts";
import { largeOf, type StreamOf } from "./stream.ts";
import type { Tables } from "./tables.ts";
import { hasUnvouched, unvouchedBy } from "./unvouched.ts";

/** What queries depend on besides the request. */
export interface QueryOptions {
  readonly indexes: Indexes;
  /** Most rows that are looked at where SQL cannot express all of a query. */
  readonly maxScanned: number;
}

/** A query in the terms of the tables. */
interface OwnQuery {
  readonly session: Session;
  readonly scope: OwnScope;
  readonly request: QueryRequest;
  readonly apart: Apart;
  readonly streamOf: StreamOf | undefined;
}

/** Answers a query by one statement; what SQL cannot express of it is looked at row by row within `maxScanned`. */
export async function query(
  database: Database,
  tables: Tables,
  request: QueryRequest,
  context: Context,
  { indexes, maxScanned }: QueryOptions,
  known: KnownShapes,
  streamOf?: StreamOf,
): Promise<QueryResult> {
  const { resourceType, select, filter, sort } = request;
  const tenant = context.tenant ?? "";
  const scope: OwnScope = { dialect: database.dialect, tables, tenant, resourceType, indexes, known };
  const apart = apartOf(resourceType, select, known);
  const own: OwnQuery = { session: database, scope, request, apart, streamOf };
  const unvouched = unvouchedBy(scope, filter, sort);
  const found =
    unvouched === undefined ? await find(own, maxScanned) : await findAmong(database, own, unvouched, maxScanned);
  return { ...found, resources: await resolve(database, scope, found.resources) };
}

/** Rows that are unvouched are looked at one by one; where there are none, all is as if there could not be. */
async function findAmong(
  database: Database,
  own: OwnQuery,
  unvouched: Fragment,
  maxScanned: number,
): Promise<QueryResult> {
  const found = await database.snapshot(async (session) =>
    (await hasUnvouched(session, own.scope, unvouched)) ? undefined : find({ ...own, session }, maxScanned),
  );
  if (found !== undefined) return found;
  const { source, all } = sourceOf(own, unvouched);
  if (all !== undefined) await refuseCostly(database, own.request, all);
  return scan(own, source, maxScanned);
}

async function find(own: OwnQuery, maxScanned: number): Promise<QueryResult> {
  const { session, scope, request, streamOf } = own;
  const { filter, page } = request;
  const isOne = filter !== undefined && isWhole(page);
  const wanted = isOne ? lookUpOf(filter, scope) : undefined;
  if (wanted !== undefined)
    return resultOf(own, await lookUp(session, scope, wanted, own.apart, streamOf !== undefined));
  const { source, isExact, all } = sourceOf(own);
  if (all !== undefined) await refuseCostly(session, request, all);
  if (!isExact) return scan(own, source, maxScanned);
  if (isOne && findsOne(filter, scope)) return queryOne(own, source);
  return inOneState(session, own.apart, (inner) =>
    queryPage<SelectedRow>(inner, source, page, (row) => assemble(own, row)),
  );
}

function assemble({ scope, apart, streamOf }: OwnQuery, row: SelectedRow): StoredResource {
  return resourceOf(scope.resourceType, row, apart, largeOf(streamOf));
}

/** The answer that holds all there is. */
function resultOf(own: OwnQuery, rows: readonly SelectedRow[]): QueryResult {
  return { resources: rows.map((row) => assemble(own, row)), totalResults: rows.length };
}

/** One at most: nothing to sort, to page or to count. */
async function queryOne(own: OwnQuery, { columns, more, from, condition }: Source): Promise<QueryResult> {
  const { session, scope, apart, streamOf } = own;
  const statement = sql`SELECT ${columns}${more} FROM ${from} WHERE ${condition}`;
  const isStreamed = streamOf !== undefined;
  const found = await inOneState(session, apart, async (inner) => {
    const rows = await inner.run<SelectedRow>(short(statement, isFew(apart, isStreamed)));
    return withApart(inner, scope, apart, isStreamed, rows);
  });
  return resultOf(own, found);
}

/**
 * Where the answer is taken from. Where it is not exact, its condition lets through what matches and maybe more, what is `unvouched`
 * with it, and it has no order.
 */
function sourceOf(
  { scope, request, apart, streamOf }: OwnQuery,
  unvouched?: Fragment,
): {
  readonly source: Source;
  readonly isExact: boolean;
  /** The rows that the filter is compared with, where these may be many: what follows FROM. */
  readonly all: Fragment | undefined;
} {
  const { dialect, tables, tenant } = scope;
  const { filter, sort } = request;
  const { start, condition, isExact } = searchOf(scope, filter, unvouched);
  const order = sort && ownSort(scope, sort);
  const source: Source = {
    from: start.from,
    condition,
    id: raw("r.id"),
    sort: order,
    columns: sql`r.tenant, r.type, ${baseColumns(dialect, streamOf !== undefined)}`,
    more: apartColumns(scope, apart, streamOf !== undefined),
    fill: (session, rows) => withApart(session, scope, apart, streamOf !== undefined, rows as readonly SelectedRow[]),
    again: sql`${tables.resource} r ON ${isOfSameTenant(dialect, tenant, "r", "p")} AND r.id = p.id`,
    known: raw(", r.tenant"),
  };
  const all = start.isOne ? undefined : sql`${start.from} WHERE ${start.condition}`;
  const { length } = condition.parameters;
  const isSorted = sort === undefined || order !== undefined;
  if (unvouched === undefined && isExact && isSorted && length * 2 < dialect.mostParameters)
    return { source, isExact: true, all };
  // What a statement cannot hold at all is left to the scan.
  const held = length < dialect.mostParameters ? condition : start.condition;
  return { source: { ...source, condition: held, sort: undefined }, isExact: false, all };
}

/** Whether a filter asks for one resource: by its id, or by a unique value. */
function findsOne(filter: Filter<AttributePath>, scope: OwnScope): boolean {
  if (filter.type === "and") return filter.filters.some((part) => findsOne(part, scope));
  if (filter.type !== "compare" || filter.operator !== "eq" || filter.value === null) return false;
  return isId(filter.path) || lookUpOf(filter, scope) !== undefined;
}

/** Whether a page holds all of one resource. */
function isWhole(page: Page): boolean {
  return page.count > 0 && (isCursorPage(page) ? page.cursor === undefined : page.startIndex === 1);
}

/** How many rows of a scan are in memory at a time. */
const CHUNK = 1000;

/** Looks at all rows of a source, as the resource type declares what they hold now. */
async function scan(own: OwnQuery, source: Source, maxScanned: number): Promise<QueryResult> {
  const { request, scope } = own;
  const stored = new WeakMap<StoredResource, StoredResource>();
  const fitted = async function* (): AsyncGenerator<StoredResource> {
    for await (const row of scanRows(own, source)) {
      const { resource } = fitResource(scope.resourceType, row);
      if (resource !== row) stored.set(resource, row);
      yield resource;
    }
  };
  const found = await queryByScan(fitted(), keysInCursors(request), { maxScanned });
  const resources = found.resources.map((resource) => stored.get(resource) ?? resource);
  return textsInCursors({ ...found, resources });
}

/** All rows of a source in the order of ids, with what is selected of them and what the filter and the sort look at. */
async function* scanRows({ session, scope, request }: OwnQuery, source: Source): AsyncGenerator<StoredResource> {
  const { resourceType } = scope;
  const { filter, sort, select } = request;
  const needed = attributesIn(filter, sort?.path);
  const wanted = { includes: (attribute: Attribute) => needed.has(attribute) || select.includes(attribute) };
  const apart = apartOf(resourceType, wanted, scope.known);
  const wide: Source = {
    ...source,
    more: apartColumns(scope, apart),
    fill: (session, rows) => withApart(session, scope, apart, false, rows as readonly SelectedRow[]),
  };
  for (let cursor: string | undefined; ; ) {
    const place = { cursor, count: CHUNK };
    const page = await inOneState(session, apart, (inner) =>
      queryPage<SelectedRow>(inner, wide, place, (row) => resourceOf(resourceType, row, apart)),
    );
    yield* page.resources;
    cursor = page.nextCursor;
    if (cursor === undefined) return;
  }
}
