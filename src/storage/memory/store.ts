import type { Context } from "../adapter.ts";
import { getOrCreate } from "../get-or-create.ts";
import { createTenant, type Globals, type Tenant } from "./tenant.ts";

/** Everything of one storage. */
export interface Store {
  readonly tenants: Map<string, Tenant>;
  readonly globals: Globals;
}

/** Makes an empty storage. */
export function createStore(): Store {
  return { tenants: new Map(), globals: new Map() };
}

/** The tenant of a context, made where there is none yet. */
export function tenantOf({ tenants, globals }: Store, { tenant = "" }: Context): Tenant {
  return getOrCreate(tenants, tenant, () => createTenant(globals));
}
