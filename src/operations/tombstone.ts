import type { Call } from "../call/call.ts";
import { fitResource } from "../schema/fit.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import { type Context, keepsDeleted, type StoredResource } from "../storage/adapter.ts";
import { type LedgerEntry, ledgerKey } from "../storage/ledger.ts";
import { withoutMarks } from "../storage/reference.ts";

/** By id, what is known of who was deleted. */
const TOMBSTONE = "tombstone";
/** By externalId, the id of who had it. */
const RETURNING = "returning";

/** Who was deleted, as far as that is remembered. */
export interface Tombstone {
  readonly id: string;
  /** The last version. */
  readonly version: string;
  readonly created: string;
  readonly externalId: string | undefined;
  /** What it was, without collections and secrets; undefined where only the id is remembered. */
  readonly resource: ResourceObject | undefined;
}

/** Whether deleted resources of a type leave anything behind. */
export function isRemembered<C extends Context>(resourceType: CompiledResourceType, call: Call<C>): boolean {
  const { remember, delete: how } = call.engine.lifecycle;
  return (remember !== undefined || how === "deactivate") && call.storageOf(resourceType).ledger !== undefined;
}

/** Whether storage is to keep the row of what is deleted. */
export function isKept<C extends Context>(resourceType: CompiledResourceType, { engine }: Call<C>): boolean {
  const { capabilities = {} } = engine.adapterOf(resourceType);
  return engine.lifecycle.delete === "deactivate" && keepsDeleted(capabilities, resourceType.name);
}

/** Remembers who is deleted. Of a storage with transactions it is to be called within the one that deletes. */
export async function bury<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  deleted: StoredResource,
): Promise<void> {
  const { remember, delete: how } = call.engine.lifecycle;
  const until =
    remember === undefined ? undefined : new Date(call.engine.now().getTime() + remember * 1000).toISOString();
  const { id, meta } = deleted;
  const tombstone = {
    id,
    version: meta.version,
    created: meta.created,
    externalId: externalIdOf(deleted),
    resource: how === "deactivate" ? contentOf(resourceType, deleted) : undefined,
  };
  await write(call, resourceType, tombstone, until);
}

async function write<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  tombstone: Tombstone,
  until: string | undefined,
): Promise<void> {
  const { id, externalId } = tombstone;
  const value = Object.fromEntries(Object.entries({ ...tombstone, until }).filter(([, one]) => one !== undefined));
  const end = until === undefined ? {} : { until };
  const entries: LedgerEntry[] = [{ kind: TOMBSTONE, key: await ledgerKey(resourceType.name, id), value, ...end }];
  const key = await returningKey(resourceType, externalId);
  if (key !== undefined) entries.push({ kind: RETURNING, key, value: { id }, ...end });
  await call.storageOf(resourceType).ledger?.write(entries, call.context);
}

/** Who was deleted and had an externalId. */
export async function findTombstone<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  externalId: unknown,
): Promise<Tombstone | undefined> {
  const { ledger } = call.storageOf(resourceType);
  const key = ledger && (await returningKey(resourceType, externalId));
  if (ledger === undefined || key === undefined) return undefined;
  const [entry] = await ledger.read(RETURNING, [key], call.context);
  return typeof entry?.value.id === "string" ? readTombstone(call, resourceType, entry.value.id) : undefined;
}

/** Who was deleted and had an id. */
export async function readTombstone<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  id: string,
): Promise<Tombstone | undefined> {
  const { ledger } = call.storageOf(resourceType);
  const [entry] = (await ledger?.read(TOMBSTONE, [await ledgerKey(resourceType.name, id)], call.context)) ?? [];
  if (entry === undefined || isOverFor(call, entry)) return undefined;
  const { version, created, externalId, resource } = entry.value;
  if (typeof version !== "string" || typeof created !== "string") return undefined;
  return {
    id,
    version,
    created,
    externalId: typeof externalId === "string" ? externalId : undefined,
    // What was kept may be of a release whose attributes were declared otherwise.
    resource: isObject(resource) ? fitContent(resourceType, id, resource) : undefined,
  };
}

/** By the clock of the service, which may be ahead of storage's. */
function isOverFor<C extends Context>({ engine }: Call<C>, { until }: LedgerEntry): boolean {
  return until !== undefined && Date.parse(until) <= engine.now().getTime();
}

/**
 * Takes a tombstone away for who comes back: of two who come back at once, one gets it. Gives what puts it back where nobody came back;
 * undefined where somebody else has taken it.
 */
export async function exhume<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  { id, externalId }: Tombstone,
): Promise<(() => Promise<void>) | undefined> {
  const { ledger } = call.storageOf(resourceType);
  if (ledger === undefined) return undefined;
  const key = await ledgerKey(resourceType.name, id);
  const [entry] = await ledger.read(TOMBSTONE, [key], call.context);
  if (entry === undefined || (await ledger.remove(TOMBSTONE, [key], call.context)) === 0) return undefined;
  const name = await returningKey(resourceType, externalId);
  const names = name === undefined ? [] : await ledger.read(RETURNING, [name], call.context);
  const own = names.filter(({ value }) => value.id === id);
  if (name !== undefined && own.length > 0) await ledger.remove(RETURNING, [name], call.context);
  return () => ledger.write([entry, ...own], call.context);
}

async function returningKey(resourceType: CompiledResourceType, externalId: unknown): Promise<string | undefined> {
  const attribute = resourceType.attribute("externalId");
  if (attribute === undefined || typeof externalId !== "string") return undefined;
  return ledgerKey(resourceType.name, String(attribute.key(externalId)));
}

function externalIdOf({ externalId }: ResourceObject): string | undefined {
  return typeof externalId === "string" ? externalId : undefined;
}

/** What a resource is by itself: without collections, secrets and what is computed. */
export function contentOf(resourceType: CompiledResourceType, resource: ResourceObject): ResourceObject {
  const content: Record<string, unknown> = {};
  const plain = withoutMarks(resourceType, resource);
  for (const attribute of resourceType.content) {
    const isOwn = attribute.isStored && attribute.inverseOf === undefined && !attribute.collection;
    const value = isOwn ? readAttribute(plain, attribute) : undefined;
    if (value !== undefined) writeAttribute(content, attribute, value);
  }
  return content;
}

function fitContent(resourceType: CompiledResourceType, id: string, resource: ResourceObject): ResourceObject {
  const meta = { resourceType: resourceType.name, created: "", lastModified: "", version: "" };
  return contentOf(
    resourceType,
    fitResource(resourceType, { ...resource, schemas: [resourceType.urn], id, meta }).resource,
  );
}
