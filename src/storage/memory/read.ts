import type { GetRequest, QueryRequest, QueryResult, StoredResource } from "../adapter.ts";
import { queryRows } from "../scan.ts";
import { candidates } from "./lookup.ts";
import { pageOf } from "./page.ts";
import { neededBy, resourceOf, streamedResourceOf, view } from "./resource.ts";
import type { Row } from "./row.ts";
import { rowsOfType, type Tenant } from "./tenant.ts";

/** Reads one resource. */
export function getResource(tenant: Tenant, request: GetRequest): StoredResource | undefined {
  const { resourceType, id, select, stream } = request;
  const row = rowsOfType(tenant, resourceType).get(id);
  return row && (stream === true ? streamedResourceOf : resourceOf)(tenant, row, resourceType, select);
}

/** Answers a query, in one turn of the event loop. */
export function queryResources(tenant: Tenant, request: QueryRequest): QueryResult {
  request.signal?.throwIfAborted();
  return request.filter === undefined && request.sort === undefined
    ? pageOfAll(tenant, request)
    : pageOfMatches(tenant, request);
}

/** All rows of a type, in the order of creation. */
function pageOfAll(tenant: Tenant, { resourceType, page, select }: QueryRequest): QueryResult {
  const rows = rowsOfType(tenant, resourceType);
  const { rows: found, ...cursors } = pageOf(rows, page);
  const resources = found.map((row) => resourceOf(tenant, row, resourceType, select));
  return { resources, totalResults: rows.size, ...cursors };
}

/** Only the resources of the page are copied: what is looked at for the filter and the sort is not. */
function pageOfMatches(tenant: Tenant, request: QueryRequest): QueryResult {
  const { resourceType, filter, sort, select } = request;
  const rows = rowsOfType(tenant, resourceType);
  const needed = neededBy(resourceType, filter, sort?.path);
  const viewed = function* () {
    for (const row of candidates(tenant, resourceType, filter) ?? rows.values()) yield view(tenant, row, needed);
  };
  const found = queryRows(viewed(), request);
  const resources = found.resources.map(({ id }) => resourceOf(tenant, rows.get(id) as Row, resourceType, select));
  return { ...found, resources };
}
