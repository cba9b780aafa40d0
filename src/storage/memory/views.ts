import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { type Steps, TimeSlice } from "../../time-slice.ts";
import type { Context, QueryRequest, StorageAdapter } from "../adapter.ts";
import { checkComparisons } from "../cost.ts";
import { scanInSteps } from "../scan.ts";
import { copied, copiedPage, type Viewed, type ViewedPage, type Views } from "../view.ts";
import { lookUpsFor, referencesFor, type Wanted } from "./indexes.ts";
import { candidates } from "./lookup.ts";
import { pageOf } from "./page.ts";
import { streamedResourceOf, viewerOf, viewFor } from "./resource.ts";
import type { Row } from "./row.ts";
import { State } from "./state.ts";
import { tenantOf } from "./store.ts";
import { rowsOfType, type Shared, type Tenant } from "./tenant.ts";
import { othersEnd } from "./under-way.ts";

/** Of how many rows at most a filter is asked in the turn in which the request comes. */
const FEW = 16;

/** How many resources a page has at most that is put together in that turn: some milliseconds of work, where nobody has read them before. */
const MOST = 1000;

/**
 * Reads in the very turn in which they are asked for. What there is to wait for, and what takes its time, is done by the
 * adapter that the storage lends by.
 */
export function memoryViews(store: Shared, { get, query }: Pick<StorageAdapter, "get" | "query">): Views {
  return {
    get(request, context) {
      const { resourceType, id, select } = request;
      const tenant = readyTenant(store, context, (one) => referencesFor(one, resourceType));
      if (tenant === undefined) return get(request, context).then(copied);
      const row = rowsOfType(tenant, resourceType).get(id);
      if (row === undefined) return undefined;
      const state = new State(tenant);
      const viewed = viewerOf(state, resourceType, select)(row);
      return viewed ?? copied(streamedResourceOf(state, row, resourceType, select, true));
    },
    query(request, context) {
      const { resourceType, filter } = request;
      const tenant = readyTenant(
        store,
        context,
        (one) => referencesFor(one, resourceType),
        (one) => lookUpsFor(one, resourceType, filter),
      );
      return (tenant && viewedPage(tenant, request)) ?? query(request, context).then(copiedPage);
    },
  };
}

/** The tenant of a context; undefined where something has to be waited for. */
function readyTenant(
  store: Shared,
  context: Context,
  ...wants: readonly ((tenant: Tenant) => Wanted)[]
): Tenant | undefined {
  if (othersEnd(store) !== undefined) return undefined;
  const tenant = tenantOf(store, context);
  for (const want of wants) for (const { filling } of want(tenant)) if (filling !== undefined) return undefined;
  return tenant;
}

/** A page that is there at once; undefined for one that takes its time, or of which something has to be copied. */
function viewedPage(tenant: Tenant, request: QueryRequest): ViewedPage | undefined {
  const { resourceType, filter, sort, page, signal } = request;
  signal?.throwIfAborted();
  const state = new State(tenant);
  if (filter === undefined && sort === undefined) {
    const rows = rowsOfType(tenant, resourceType);
    const { rows: found, ...cursors } = pageOf(rows, page);
    const resources = viewsOfRows(state, found, request);
    return resources && { resources, totalResults: rows.size, ...cursors };
  }
  const rows = candidates(tenant, resourceType, filter);
  if (rows.length > FEW) return undefined;
  checkComparisons(request, rows.length);
  const found = withinSlice(scanInSteps(rows, request, viewFor(state, resourceType, filter, sort?.path)));
  const resources = found && viewsOfRows(state, found.resources, request);
  return found && resources && { ...found, resources };
}

/** All of the work where it takes no more than a slice; else nothing: few rows may have many elements, each with many comparisons. */
function withinSlice<T>(steps: Steps<T>): T | undefined {
  const slice = new TimeSlice();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (slice.isOver) return undefined;
  }
}

function viewsOfRows(
  state: State,
  rows: readonly Row[],
  { resourceType, select }: { readonly resourceType: CompiledResourceType } & Pick<QueryRequest, "select">,
): readonly Viewed[] | undefined {
  if (rows.length > MOST) return undefined;
  const view = viewerOf(state, resourceType, select);
  const slice = new TimeSlice();
  const resources: Viewed[] = [];
  for (const row of rows) {
    const resource = view(row);
    if (resource === undefined) return undefined;
    resources.push(resource);
    // What is computed of each may be any number of values.
    if (resources.length % FEW === 0 && slice.isOver) return undefined;
  }
  return resources;
}
