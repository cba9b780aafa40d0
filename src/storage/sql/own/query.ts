import type { Filter } from "../../../filter/ast.ts";
import { attributesIn } from "../../../filter/paths.ts";
import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
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
import { isUnique } from "../../unique.ts";
import { isAsWell } from "../as-well.ts";
import { refuseCostly } from "../cost.ts";
import type { Session } from "../database.ts";
import { type Fragment, raw, short, sql, TRUE } from "../dialect/fragment.ts";
import { compileFilter } from "../filter.ts";
import { queryPage, type Source } from "../page.ts";
import type { OwnScope } from "./elements.ts";
import type { Indexes } from "./index-plan.ts";
import { lookUp, lookUpOf } from "./look-up.ts";
import { ownPlaces } from "./places.ts";
import { resourceOf, type SelectedRow } from "./resource.ts";
import { apartColumns, apartOf, baseColumns, isFew } from "./select.ts";
import { resolve } from "./settle.ts";
import { ownSort } from "./sort.ts";
import { type Start, startOf } from "./start.ts";
import { largeOf, type StreamOf } from "./stream.ts";
import type { Tables } from "./tables.ts";

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
  readonly apart: readonly Attribute[];
  readonly streamOf: StreamOf | undefined;
}

/** Answers a query by one statement; what SQL cannot express of it is looked at row by row within `maxScanned`. */
export async function query(
  session: Session,
  tables: Tables,
  request: QueryRequest,
  context: Context,
  { indexes, maxScanned }: QueryOptions,
  streamOf?: StreamOf,
): Promise<QueryResult> {
  request.signal?.throwIfAborted();
  const { resourceType } = request;
  const scope: OwnScope = { dialect: session.dialect, tables, tenant: context.tenant ?? "", resourceType, indexes };
  const own: OwnQuery = { session, scope, request, apart: apartOf(resourceType, request.select), streamOf };
  const found = await find(own, maxScanned);
  return { ...found, resources: await resolve(session, scope, found.resources) };
}

async function find(own: OwnQuery, maxScanned: number): Promise<QueryResult> {
  const { session, scope, request, streamOf } = own;
  const { resourceType, filter, page } = request;
  const isOne = filter !== undefined && isWhole(page);
  const wanted = isOne ? lookUpOf(filter, resourceType) : undefined;
  if (wanted !== undefined)
    return resultOf(own, await lookUp(session, scope, wanted, own.apart, streamOf !== undefined));
  const { source, isExact, all } = sourceOf(own);
  if (all !== undefined) await refuseCostly(session, request, all);
  if (!isExact) return queryByScan(scanRows(own, source), request, { maxScanned });
  if (isOne && findsOne(filter, resourceType)) return queryOne(own, source);
  return queryPage<SelectedRow>(session, source, page, (row) => assemble(own, row));
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
  const { session, apart, streamOf } = own;
  const statement = sql`SELECT ${columns}${more} FROM ${from} WHERE ${condition}`;
  return resultOf(own, await session.run<SelectedRow>(short(statement, isFew(apart, streamOf !== undefined))));
}

/**
 * Where the answer is taken from. Where it is not exact, its condition lets through what matches and maybe more, and it
 * has no order.
 */
function sourceOf({ scope, request, apart, streamOf }: OwnQuery): {
  readonly source: Source;
  readonly isExact: boolean;
  /** The rows that the filter is compared with, where these may be many: what follows FROM. */
  readonly all: Fragment | undefined;
} {
  const { dialect, tables } = scope;
  const { filter, sort } = request;
  const found = filter && startOf(scope, filter);
  const start = found ?? startAtType(scope, filter);
  const compiled = start.rest && compileFilter(start.rest, ownPlaces(scope, found !== undefined));
  const order = sort && ownSort(scope, sort);
  const rest = compiled?.condition ?? TRUE;
  const condition = sql`${start.condition} AND ${found === undefined ? rest : isAsWell(rest)}`;
  const source: Source = {
    from: start.from,
    condition,
    id: raw("r.id"),
    sort: order,
    columns: sql`r.tenant, r.type, ${baseColumns(dialect)}`,
    more: apartColumns(scope, apart, streamOf !== undefined),
    again: sql`${tables.resource} r ON r.tenant = p.tenant AND r.id = p.id`,
    known: raw(", r.tenant"),
  };
  const all = start.isOne ? undefined : sql`${start.from} WHERE ${start.condition}`;
  const { length } = condition.parameters;
  const isSorted = sort === undefined || order !== undefined;
  if (compiled?.isExact !== false && isSorted && length * 2 < dialect.mostParameters)
    return { source, isExact: true, all };
  // What a statement cannot hold at all is left to the scan.
  const held = length < dialect.mostParameters ? condition : start.condition;
  return { source: { ...source, condition: held, sort: undefined }, isExact: false, all };
}

/** All rows of the type. */
function startAtType({ tables, tenant, resourceType }: OwnScope, rest: Start["rest"]): Start {
  return {
    from: sql`${tables.resource} r`,
    condition: sql`r.tenant = ${tenant} AND r.type = ${resourceType.name}`,
    rest,
    isOne: false,
  };
}

/** Whether a filter asks for one resource: by its id, or by a unique value. */
function findsOne(filter: Filter<AttributePath>, resourceType: ResourceType): boolean {
  if (filter.type === "and") return filter.filters.some((part) => findsOne(part, resourceType));
  if (filter.type !== "compare" || filter.operator !== "eq" || filter.value === null) return false;
  const { path } = filter;
  return !path.attribute.multiValued && (isId(path) || isUnique(resourceType, path));
}

/** Whether a page holds all of one resource. */
function isWhole(page: Page): boolean {
  return page.count > 0 && (isCursorPage(page) ? page.cursor === undefined : page.startIndex === 1);
}

/** How many rows of a scan are in memory at a time. */
const CHUNK = 1000;

/** All rows of a source in the order of ids, with what is selected of them and what the filter and the sort look at. */
async function* scanRows({ session, scope, request }: OwnQuery, source: Source): AsyncGenerator<StoredResource> {
  const { resourceType } = scope;
  const { filter, sort, select } = request;
  const needed = attributesIn(filter, sort?.path);
  const apart = apartOf(resourceType, {
    includes: (attribute) => needed.has(attribute) || select.includes(attribute),
  });
  const wide: Source = { ...source, more: apartColumns(scope, apart) };
  for (let cursor: string | undefined; ; ) {
    const page = await queryPage<SelectedRow>(session, wide, { cursor, count: CHUNK }, (row) =>
      resourceOf(resourceType, row, apart),
    );
    yield* page.resources;
    cursor = page.nextCursor;
    if (cursor === undefined) return;
  }
}
