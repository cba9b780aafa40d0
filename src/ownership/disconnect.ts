import type { Call } from "../call/call.ts";
import { FORMER, formerKey, MANAGED, managedKey } from "../call/ownership.ts";
import { isScimError } from "../error.ts";
import { checkNames, type Known } from "../schema/known-names.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, StorageAdapter } from "../storage/adapter.ts";
import type { LedgerEntry } from "../storage/ledger.ts";
import type { ManagedResource } from "./managed.ts";

/** What becomes of the resources of a provider that is let go; see `Ownership.disconnect`. */
export type DisconnectPolicy = "keep" | "convert" | "remove";

/** Options of `disconnect`. */
export interface DisconnectOptions {
  /** The provider that is let go, as `ownership.owner` names it. Default: all of the tenant. */
  readonly owner?: string | undefined;
  /** How many resources are done at a time. Default 100. */
  readonly batchSize?: number | undefined;
  /** Told after each batch how many are done. What it throws ends the work. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Aborted: the work ends with its reason after the batch under way. */
  readonly signal?: AbortSignal | undefined;
}

/** What `disconnect` did. */
export interface Disconnected {
  /** Resources that were kept, converted or removed; those that were kept before are not counted again. */
  readonly done: number;
  /** Resources that could not be removed, because `decide` refused it, and why. They stay managed. The first 100. */
  readonly refused: readonly { readonly resourceType: string; readonly id: string; readonly reason: string }[];
}

/** The members of `DisconnectOptions`: by a misspelt `owner` all of the tenant would be let go. */
const OPTIONS: Known<DisconnectOptions> = { owner: true, batchSize: true, onProgress: true, signal: true };
const MOST_REFUSED = 100;

/** Lets a provider go, type by type and batch by batch. What is done is no longer listed as connected, so that it goes on by itself. */
export async function disconnect<C extends Context>(
  call: Call<C>,
  policy: DisconnectPolicy,
  options: DisconnectOptions,
  listOf: (type: CompiledResourceType) => AsyncIterable<ManagedResource>,
): Promise<Disconnected> {
  checkNames("disconnect", options, OPTIONS);
  const { batchSize = 100, onProgress } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new TypeError("disconnect: batchSize must be a whole number above 0.");
  const work: Work<C> = { call, policy, refused: [], done: 0 };
  // Those that refer to others go first: groups before their members.
  for (const type of call.engine.resourceTypes.toReversed())
    for await (const batch of batchesOf(listOf(type), batchSize, policy)) {
      await doBatch(work, type, batch);
      onProgress?.(work.done);
    }
  return { done: work.done, refused: work.refused };
}

/** The work under way. */
interface Work<C extends Context> {
  readonly call: Call<C>;
  readonly policy: DisconnectPolicy;
  readonly refused: Disconnected["refused"][number][];
  done: number;
}

async function* batchesOf(
  all: AsyncIterable<ManagedResource>,
  size: number,
  policy: DisconnectPolicy,
): AsyncGenerator<readonly ManagedResource[], void> {
  let batch: ManagedResource[] = [];
  for await (const managed of all) {
    if (policy === "keep" && managed.disconnected !== undefined) continue;
    if (batch.push(managed) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** What is remembered comes first: who dies in between finds it all when he begins again. */
async function doBatch<C extends Context>(
  work: Work<C>,
  type: CompiledResourceType,
  batch: readonly ManagedResource[],
): Promise<void> {
  const { call, policy } = work;
  const { ledger } = call.storageOf(type);
  const former = await formerOf(type, batch, call);
  if (former.length > 0) await ledger?.write(former, call.context);
  if (policy === "remove") return removeBatch(work, type, batch);
  work.done += await letGo(call, policy, type, batch);
}

/** Gives how many were let go: not those that somebody has deleted, or another provider has written, since they were listed. */
async function letGo<C extends Context>(
  call: Call<C>,
  policy: "keep" | "convert",
  type: CompiledResourceType,
  batch: readonly ManagedResource[],
): Promise<number> {
  const { context, engine } = call;
  const storage = call.storageOf(type);
  const mark = markedAt(engine.now().toISOString());
  const work = async ({ ledger }: StorageAdapter<C>): Promise<number> => {
    const entries = (await ledger?.read(MANAGED, batch.map(keyOf), context)) ?? [];
    const owned = new Map(entries.map(({ key, value }) => [key, value]));
    const listed = batch.filter((managed) => {
      const value = owned.get(keyOf(managed));
      return value?.owner === managed.owner && value.since === managed.since;
    });
    if (listed.length === 0) return 0;
    if (policy === "keep") await ledger?.write(listed.map(mark), context);
    else await ledger?.remove(MANAGED, listed.map(keyOf), context);
    return listed.length;
  };
  return storage.transaction === undefined ? work(storage) : storage.transaction(work, context);
}

async function removeBatch<C extends Context>(
  work: Work<C>,
  type: CompiledResourceType,
  batch: readonly ManagedResource[],
): Promise<void> {
  for (const { id } of batch) {
    const reason = await remove(type, id, work.call);
    if (reason === undefined) work.done++;
    else if (work.refused.length < MOST_REFUSED) work.refused.push({ resourceType: type.name, id, reason });
  }
}

function keyOf({ resourceType, id }: ManagedResource): string {
  return managedKey(resourceType, id);
}

function markedAt(disconnected: string): (managed: ManagedResource) => LedgerEntry {
  return (managed) => {
    const { owner, since } = managed;
    return { kind: MANAGED, key: keyOf(managed), value: { owner, since, disconnected } };
  };
}

/** Which ids have which externalIds, as entries of the ledger. */
async function formerOf<C extends Context>(
  type: CompiledResourceType,
  batch: readonly ManagedResource[],
  { storageOf, context, signal }: Call<C>,
): Promise<readonly LedgerEntry[]> {
  const select = { includes: ({ path }: { readonly path: string }) => path === "externalId" };
  const found = await Promise.all(
    batch.map(({ id }) => storageOf(type).get({ resourceType: type, id, select, signal }, context)),
  );
  const entries: LedgerEntry[] = [];
  for (const resource of found) {
    if (typeof resource?.externalId !== "string") continue;
    entries.push({ kind: FORMER, key: await formerKey(type.name, resource.externalId), value: { id: resource.id } });
  }
  return entries;
}

/** Deletes a resource as a request does; why it was refused, or undefined where it is gone. */
async function remove<C extends Context>(
  resourceType: CompiledResourceType,
  id: string,
  call: Call<C>,
): Promise<string | undefined> {
  try {
    await call.run({ type: "delete", resourceType, id, ifMatch: undefined }, call);
    return undefined;
  } catch (error) {
    if (!isScimError(error) || error.status >= 500) throw error;
    if (error.status !== 404) return error.detail;
    // It was gone already, by another way than a request.
    await call.storageOf(resourceType).ledger?.remove(MANAGED, [managedKey(resourceType.name, id)], call.context);
    return undefined;
  }
}
