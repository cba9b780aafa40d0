import { doInSlices, TimeSlice } from "../../time-slice.ts";
import type { Context } from "../adapter.ts";
import type { Wanted } from "./indexes.ts";
import { createTenant, type Shared, type Tenant } from "./tenant.ts";
import { Types } from "./types.ts";

/** Makes an empty storage. */
export function createStore(): Shared {
  return { tenants: new Map(), globals: new Map(), types: new Types() };
}

/** The tenant of a context: one that is empty, and nobody's yet, where there is none. */
export function tenantOf(store: Shared, { tenant = "" }: Context): Tenant {
  return store.tenants.get(tenant) ?? createTenant(store);
}

/**
 * Does something in a tenant, in one turn of the event loop, as soon as the indexes are made that it wants. A tenant is kept from its
 * first resource on.
 */
export async function inTenant<T>(
  store: Shared,
  context: Context,
  wants: (tenant: Tenant) => Wanted,
  act: (tenant: Tenant) => T | Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (;;) {
    const tenant = tenantOf(store, context);
    const unready = wants(tenant).find(({ filling }) => filling !== undefined);
    if (unready?.filling === undefined) {
      const done = act(tenant);
      if (tenant.byId.size > 0) store.tenants.set(context.tenant ?? "", tenant);
      return done;
    }
    await doInSlices(unready.filling, new TimeSlice(), signal);
  }
}
