import type { Counts, ExportedResource, Upkeep, UpkeepOptions } from "../upkeep.ts";
import { KINDS, type Row, resourceAt, uniqueAt } from "./row.ts";
import { attempt, Session } from "./session.ts";
import { PLAN } from "./steps.ts";
import type { AtomicDocuments } from "./store.ts";

/** What of a tenant goes with its resources, or after them. */
const OTHERS = [KINDS.links, KINDS.unique, KINDS.filed, KINDS.ledger, PLAN];

/** Deletes all that a tenant has, by batches. */
export async function deleteTenant(
  store: AtomicDocuments,
  tenant: string,
  { batchSize = 500, onProgress, signal }: UpkeepOptions = {},
): Promise<Counts> {
  const counts: Record<string, number> = {};
  const rows = await new Session(store).list<Row>({ tenant, kind: KINDS.resource });
  for (let from = 0; from < rows.length; from += batchSize) {
    signal?.throwIfAborted();
    const batch = rows.slice(from, from + batchSize);
    const types = await attempt(store, (session) =>
      removeRows(
        session,
        tenant,
        batch.map(([id]) => id),
      ),
    );
    for (const type of types) counts[type] = (counts[type] ?? 0) + 1;
    for (const resourceType of new Set(types))
      onProgress?.({ tenant: tenant === "" ? undefined : tenant, resourceType, done: counts[resourceType] ?? 0 });
  }
  for (const kind of OTHERS) await removeAll(store, { tenant, kind }, batchSize);
  return counts;
}

/** Removes rows with what is unique of them over all tenants, and gives their types. */
async function removeRows(session: Session, tenant: string, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await session.get<Row>(ids.map((id) => resourceAt(tenant, id)));
  const there = rows.filter((row) => row !== undefined);
  const global = there.flatMap(({ unique }) => unique.filter(({ isGlobal }) => isGlobal));
  const places = global.map((place) => uniqueAt(tenant, place));
  await session.get(places);
  for (const place of places) session.put(place, undefined);
  for (const [index, id] of ids.entries())
    if (rows[index] !== undefined) session.put(resourceAt(tenant, id), undefined);
  return there.map(({ type }) => type);
}

async function removeAll(
  store: AtomicDocuments,
  place: { readonly tenant: string; readonly kind: string },
  batchSize: number,
): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(place)) keys.push(key);
  for (let from = 0; from < keys.length; from += batchSize)
    await attempt(store, async (session) => {
      const batch = keys.slice(from, from + batchSize).map((key) => ({ ...place, key }));
      const found = await session.get(batch);
      for (const [index, at] of batch.entries()) if (found[index] !== undefined) session.put(at, undefined);
    });
}

/** All that a tenant has, in the order of types and ids. */
export async function* exportTenant(
  store: AtomicDocuments,
  tenant: string,
  { after }: NonNullable<Parameters<Upkeep["exportTenant"]>[1]> = {},
): AsyncGenerator<ExportedResource, void> {
  const rows = (await new Session(store).list<Row>({ tenant, kind: KINDS.resource })).map(([, row]) => row);
  const sorted = rows.sort(
    (left, right) => compare(left.type, right.type) || compare(left.resource.id, right.resource.id),
  );
  for (const { type: resourceType, resource, secrets } of sorted) {
    const isBefore =
      after !== undefined && (compare(resourceType, after.resourceType) || compare(resource.id, after.id)) <= 0;
    if (!isBefore) yield { resourceType, resource, ...(Object.keys(secrets).length === 0 ? {} : { secrets }) };
  }
}

function compare(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
