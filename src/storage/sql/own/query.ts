import type { Filter } from "../../../filter/ast.ts";
import { attributesIn } from "../../../filter/paths.ts";
import type { AttributePath } from "../../../schema/attribute.ts";
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
import type { Session } from "../database.ts";
import { type Fragment, raw, sql, TRUE } from "../dialect/fragment.ts";
import { compileFilter } from "../filter.ts";
import { queryPage, type Source } from "../page.ts";
import type { OwnScope } from "./elements.ts";
import type { Indexes } from "./index-plan.ts";
import { lookUp, lookUpOf } from "./look-up.ts";
import { ownPlaces } from "./places.ts";
import { resourceOf, type SelectedRow } from "./row.ts";
import { apartColumns, apartOf, BASE_COLUMNS } from "./select.ts";
import { ownSort } from "./sort.ts";
import { largeOf, type StreamOf } from "./stream.ts";
import type { Tables } from "./tables.ts";

/** What queries depend on besides the request. */
export interface QueryOptions {
  readonly indexes: Indexes;
  /** Most rows that are looked at where SQL cannot express all of a query. */
  readonly maxScanned: number;
}

/** Answers a query by one statement; what SQL cannot express of it is looked at row by row within `maxScanned`. */
export async function query(
  session: Session,
  tables: Tables,
  request: QueryRequest,
  context: Context,
  options: QueryOptions,
  streamOf?: StreamOf,
): Promise<QueryResult> {
  request.signal?.throwIfAborted();
  const { resourceType, filter, sort, select } = request;
  const tenant = context.tenant ?? "";
  const { indexes, maxScanned } = options;
  const scope: OwnScope = { dialect: session.dialect, tables, tenant, resourceType, indexes };
  const apart = apartOf(resourceType, select);
  const present = (row: SelectedRow): StoredResource => resourceOf(resourceType, row, apart, largeOf(streamOf));
  const wanted = filter && isWhole(request.page) ? lookUpOf(filter, resourceType) : undefined;
  if (wanted !== undefined) {
    const rows = await lookUp(session, scope, wanted, apart, streamOf !== undefined);
    return { resources: rows.map(present), totalResults: rows.length };
  }
  const compiled = filter === undefined ? undefined : compileFilter(filter, ownPlaces(scope));
  const order = sort && ownSort(scope, sort);
  const condition = sql`${ownCondition(scope)} AND ${compiled?.condition ?? TRUE}`;
  const source: Source = {
    from: sql`${tables.resource} r`,
    condition,
    id: raw("r.id"),
    sort: order,
    columns: sql`r.tenant, r.type, ${BASE_COLUMNS}`,
    more: apartColumns(scope, apart, streamOf !== undefined),
    again: sql`${tables.resource} r ON r.tenant = ${tenant} AND r.id = p.id`,
  };
  const isExpressed =
    compiled?.isExact !== false &&
    (sort === undefined || order !== undefined) &&
    condition.parameters.length * 2 < session.dialect.mostParameters;
  if (isExpressed && filter !== undefined && findsOne(filter, resourceType) && isWhole(request.page)) {
    // One at most: nothing to sort, to page or to count.
    const rows = await session.run<SelectedRow>(
      sql`SELECT ${source.columns}${source.more} FROM ${source.from} WHERE ${condition}`,
    );
    return { resources: rows.map(present), totalResults: rows.length };
  }
  if (isExpressed) return queryPage<SelectedRow>(session, source, request.page, present);
  // The condition lets through what matches and maybe more; what it cannot hold at all is left to the scan.
  const { condition: weaker } =
    condition.parameters.length < session.dialect.mostParameters ? source : { condition: ownCondition(scope) };
  const all = rowsOf(session, scope, { ...source, condition: weaker, sort: undefined }, request);
  return queryByScan(all, request, { maxScanned });
}

function ownCondition({ tenant, resourceType }: OwnScope): Fragment {
  return sql`r.tenant = ${tenant} AND r.type = ${resourceType.name}`;
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
async function* rowsOf(
  session: Session,
  scope: OwnScope,
  source: Source,
  { filter, sort, select }: QueryRequest,
): AsyncGenerator<StoredResource> {
  const { resourceType } = scope;
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
