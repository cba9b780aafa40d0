import { copyValue, writeAttribute } from "../../schema/value.ts";
import { TimeSlice } from "../../time-slice.ts";
import type { StoredResource } from "../adapter.ts";
import { type Counts, contextOf, type ExportedResource, type Upkeep, type UpkeepOptions } from "../upkeep.ts";
import { removeFromGlobals } from "./indexes.ts";
import { placeOf } from "./reference-index.ts";
import type { Row } from "./row.ts";
import type { Rows } from "./rows.ts";
import { tenantOf } from "./store.ts";
import type { Shared, Tenant } from "./tenant.ts";
import { apart } from "./under-way.ts";

/** Deletes all that a tenant has, in one step: readers that have begun keep what they read. */
export function deleteTenant(store: Shared, name: string | undefined, options: UpkeepOptions = {}): Counts {
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  const tenant = tenantOf(store, contextOf(name));
  const counts = countsOf(tenant);
  if (store.globals.size > 0) for (const row of tenant.byId.values()) removeFromGlobals(tenant, row);
  tenant.isGone = true;
  store.tenants.delete(name ?? "");
  store.outbox.deleteTenant(name ?? "");
  store.ledgers.delete(name ?? "");
  for (const [resourceType, done] of Object.entries(counts))
    onProgress?.({ tenant: name === "" ? undefined : name, resourceType, done });
  return counts;
}

/** Gives all that a tenant has to another one that has nothing. */
export function renameTenant(store: Shared, from: string | undefined, to: string | undefined): Counts {
  const [before = "", after = ""] = [from, to];
  if (before === after) throw new Error(`The tenant is ${called(after)} already.`);
  if (tenantOf(store, contextOf(to)).byId.size > 0)
    throw new Error(
      `There are resources of ${called(after)} already: delete them first, or choose a name that nobody has.`,
    );
  store.outbox.renameTenant(before, after);
  const ledger = store.ledgers.get(before);
  store.ledgers.delete(before);
  // What was remembered of a tenant without resources is of one that is gone.
  store.ledgers.delete(after);
  if (ledger !== undefined) store.ledgers.set(after, ledger);
  const tenant = store.tenants.get(before);
  if (tenant === undefined) return {};
  store.tenants.delete(before);
  store.tenants.set(after, tenant);
  return countsOf(tenant);
}

function called(tenant: string): string {
  return tenant === "" ? "no tenant" : JSON.stringify(tenant);
}

/** All that a tenant has; what goes meanwhile is left out, and what a transaction may take back is waited for. */
export async function* exportTenant(
  store: Shared,
  name: string | undefined,
  { after }: NonNullable<Parameters<Upkeep["exportTenant"]>[1]> = {},
): AsyncGenerator<ExportedResource, void> {
  const slice = new TimeSlice();
  const tenant = await apart(store, undefined, () => tenantOf(store, contextOf(name)));
  for (const [resourceType, rows] of [...tenant.rows].sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (after !== undefined && resourceType < after.resourceType) continue;
    yield* exportRows(tenant, rows, resourceType === after?.resourceType ? after.id : "", slice);
  }
}

async function* exportRows(tenant: Tenant, rows: Rows, behind: string, slice: TimeSlice) {
  const { shared } = tenant;
  for (const id of await apart(shared, undefined, () => idsBehind(rows, behind))) {
    const exported = await apart(shared, undefined, () => {
      const row = tenant.isGone ? undefined : rows.get(id);
      return row && exportedOf(row);
    });
    if (exported !== undefined) yield exported;
    if (slice.isOver) await slice.next();
  }
}

function idsBehind(rows: Rows, behind: string): readonly string[] {
  const ids = rows.list().map(({ id }) => id);
  return ids.filter((id) => id > behind).sort();
}

function exportedOf({ content, secrets }: Row): ExportedResource {
  const resource = copyValue(content.document) as StoredResource & Record<string, unknown>;
  for (const [path, elements] of content.collections)
    if (elements.size > 0) writeAttribute(resource, placeOf(path), [...elements.values()].map(copyValue));
  return {
    resourceType: content.resourceType.name,
    resource,
    ...(secrets.size === 0 ? {} : { secrets: Object.fromEntries(secrets) }),
  };
}

function countsOf({ rows }: Tenant): Counts {
  const counts = [...rows].map(([name, { size }]) => [name, size] as const).filter(([, size]) => size > 0);
  return Object.fromEntries(counts.sort(([left], [right]) => (left < right ? -1 : 1)));
}
