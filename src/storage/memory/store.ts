import { doInSlices, type Steps, TimeSlice } from "../../time-slice.ts";
import type { Context } from "../adapter.ts";
import type { Wanted } from "./indexes.ts";
import { MemoryOutbox } from "./outbox.ts";
import { createTenant, type Shared, type Tenant } from "./tenant.ts";
import type { Transaction } from "./transaction.ts";
import { Types } from "./types.ts";
import { othersEnd } from "./under-way.ts";

/** Makes an empty storage. */
export function createStore(): Shared {
  return {
    tenants: new Map(),
    globals: new Map(),
    types: new Types(),
    ledgers: new Map(),
    outbox: new MemoryOutbox(),
    transaction: undefined,
  };
}

/** The tenant of a context: one that is empty, and nobody's yet, where there is none. */
export function tenantOf(store: Shared, { tenant = "" }: Context): Tenant {
  return store.tenants.get(tenant) ?? createTenant(store);
}

/** How a call is made. */
export interface Calling {
  readonly signal?: AbortSignal | undefined;
  /** The transaction that it is part of. */
  readonly within?: Transaction | undefined;
}

/**
 * Does something in a tenant, in one turn of the event loop, as soon as the indexes are made that it wants. A tenant is kept from its
 * first resource on.
 * Whoever is not part of the transaction that is under way waits for its end.
 */
export async function inTenant<T>(
  store: Shared,
  context: Context,
  wants: readonly ((tenant: Tenant) => Wanted)[],
  act: (tenant: Tenant) => T | Promise<T>,
  { signal, within }: Calling = {},
): Promise<T> {
  for (;;) {
    const others = othersEnd(store, within);
    if (others !== undefined) {
      await others;
      signal?.throwIfAborted();
      continue;
    }
    const tenant = tenantOf(store, context);
    const filling = fillingOf(tenant, wants);
    if (filling === undefined) {
      const isNew = tenant.byId.size === 0;
      within?.enter(store, context.tenant ?? "", tenant);
      const done = act(tenant);
      if (isNew && tenant.byId.size > 0) store.tenants.set(context.tenant ?? "", tenant);
      return done;
    }
    await doInSlices(filling, new TimeSlice(), signal);
  }
}

function fillingOf(tenant: Tenant, wants: readonly ((tenant: Tenant) => Wanted)[]): Steps<void> | undefined {
  for (const want of wants) for (const { filling } of want(tenant)) if (filling !== undefined) return filling;
  return undefined;
}
