import { type Steps, TimeSlice } from "../../time-slice.ts";
import type { GetRequest, QueryRequest, QueryResult, StoredResource } from "../adapter.ts";
import { checkComparisons } from "../cost.ts";
import { scanInSteps } from "../scan.ts";
import { candidates } from "./lookup.ts";
import { pageOf } from "./page.ts";
import { resourceOf, streamedResourceOf, viewFor } from "./resource.ts";
import type { Row } from "./row.ts";
import { State } from "./state.ts";
import { rowsOfType, type Tenant } from "./tenant.ts";

/** Reads one resource. */
export function getResource(tenant: Tenant, request: GetRequest, isLent: boolean): StoredResource | undefined {
  const { resourceType, id, select, stream } = request;
  const row = rowsOfType(tenant, resourceType).get(id);
  const make = stream === true ? streamedResourceOf : resourceOf;
  return row && make(new State(tenant), row, resourceType, select, isLent);
}

/**
 * Answers a query from one state of the tenant. A short one takes one turn of the event loop; a long one lets others go on in
 * between, who may write, and still answers from the state that it began with.
 */
export async function queryResources(tenant: Tenant, request: QueryRequest, isLent: boolean): Promise<QueryResult> {
  request.signal?.throwIfAborted();
  const state = new State(tenant);
  const slice = new TimeSlice();
  const isAll = request.filter === undefined && request.sort === undefined;
  const steps = isAll ? pageOfAll(state, request, isLent) : pageOfMatches(state, request, isLent);
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      if (!slice.isOver) continue;
      state.hold();
      await slice.next(request.signal);
    }
  } finally {
    state.release();
  }
}

/** All rows of a type, in the order of creation. */
function* pageOfAll(state: State, request: QueryRequest, isLent: boolean): Steps<QueryResult> {
  const rows = rowsOfType(state.tenant, request.resourceType);
  const totalResults = rows.size;
  const { rows: found, ...cursors } = pageOf(rows, request.page);
  return { resources: yield* resourcesOf(state, found, request, isLent), totalResults, ...cursors };
}

/** Only the resources of the page are copied: what is looked at for the filter and the sort is not. */
function* pageOfMatches(state: State, request: QueryRequest, isLent: boolean): Steps<QueryResult> {
  const { resourceType, filter, sort } = request;
  const rows = candidates(state.tenant, resourceType, filter);
  checkComparisons(request, rows.length);
  const look = viewFor(state, resourceType, filter, sort?.path);
  const found = yield* scanInSteps(rows, request, look);
  return { ...found, resources: yield* resourcesOf(state, found.resources, request, isLent) };
}

function* resourcesOf(
  state: State,
  rows: readonly Row[],
  { resourceType, select }: QueryRequest,
  isLent: boolean,
): Steps<readonly StoredResource[]> {
  const resources: StoredResource[] = [];
  for (const row of rows) {
    resources.push(resourceOf(state, row, resourceType, select, isLent));
    yield;
  }
  return resources;
}
