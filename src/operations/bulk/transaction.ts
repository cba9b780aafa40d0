import type { Call } from "../../call/call.ts";
import { NotLookedUp, placeOf } from "../../call/elsewhere.ts";
import { isChange, type ScimEvent } from "../../events/event.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import type { Context, StorageAdapter } from "../../storage/adapter.ts";
import { hasResource } from "../references.ts";

/**
 * Runs work on the given resource types so that it takes effect as a whole or not at all, as far as their adapters have
 * transactions, and tells of it only then. The work may run several times (a database asks for a retry): what a try tells
 * is forgotten with it. When all fails, what was noticed about the request itself is still told, changes are not.
 */
export async function inTransaction<C extends Context, T>(
  call: Call<C>,
  resourceTypes: readonly CompiledResourceType[],
  work: (call: Call<C>) => Promise<T>,
): Promise<T> {
  const { engine } = call;
  const { spent } = call.effort;
  let told: Told[] = [];
  const known = new Map(call.elsewhere?.known);
  let rounds = 0;
  const attempt = (storages: ReadonlyMap<StorageAdapter<C>, StorageAdapter<C>>): Promise<T> => {
    told = [];
    // What the database asks for again costs the client nothing.
    call.effort.backTo(spent);
    return work({
      ...call,
      engine: {
        ...engine,
        emit: (event) => told.push({ isOfChange: isOfChange(event), tell: () => engine.emit(event) }),
      },
      note: (quirk, path) => told.push({ isOfChange: false, tell: () => call.note(quirk, path) }),
      storageOf: (type) => storages.get(engine.adapterOf(type)) ?? call.storageOf(type),
      ...(storages.size === 0 || rounds > MOST_ROUNDS
        ? {}
        : { elsewhere: { isWithin: within(storages, call), known } }),
    });
  };
  const adapters = new Map(resourceTypes.map((type) => [engine.adapterOf(type), call.storageOf(type)]));
  try {
    for (; ; rounds++) {
      const result = await nest([...adapters], new Map(), call.context, attempt).catch(orPlaces(call));
      if (result instanceof NotLookedUp) {
        for (const place of result.places) known.set(placeOf(place), await hasResource(place, call));
        continue;
      }
      for (const { tell } of told) tell();
      return result;
    }
  } catch (error) {
    for (const { isOfChange, tell } of told) if (!isOfChange) tell();
    throw error;
  }
}

/** How often a transaction begins again for what is to be looked up elsewhere: what is written meanwhile may be more each time. */
const MOST_ROUNDS = 10;

/** Whether the adapter of a resource type is that of a transaction, or has none. */
function within<C extends Context>(storages: ReadonlyMap<StorageAdapter<C>, StorageAdapter<C>>, call: Call<C>) {
  return (type: CompiledResourceType): boolean =>
    storages.has(call.engine.adapterOf(type)) ||
    !hasTransactions(type, call) ||
    call.elsewhere?.isWithin(type) === true;
}

/** What is to be looked up before the outermost transaction begins again; other errors stay what they are. */
function orPlaces<C extends Context>({ elsewhere }: Call<C>) {
  return (error: unknown): NotLookedUp => {
    if (error instanceof NotLookedUp && elsewhere === undefined) return error;
    throw error;
  };
}

/** Whether `inTransaction` makes one whole of the writes to a resource type, alone or within a transaction that has begun. */
export function hasTransactions<C extends Context>(resourceType: CompiledResourceType, { engine }: Call<C>): boolean {
  return engine.adapterOf(resourceType).transaction !== undefined;
}

/** Something to be told after the commit. */
interface Told {
  /** It is true only if the change is committed. */
  readonly isOfChange: boolean;
  readonly tell: () => void;
}

function isOfChange<C extends Context>(event: ScimEvent<C>): boolean {
  return isChange(event) || event.type === "secretDropped" || event.type === "missingReference";
}

type Adapters<C extends Context> = readonly (readonly [StorageAdapter<C>, StorageAdapter<C>])[];

/** One transaction within the other, for each adapter that has them. */
async function nest<C extends Context, T>(
  adapters: Adapters<C>,
  storages: ReadonlyMap<StorageAdapter<C>, StorageAdapter<C>>,
  context: C,
  work: (storages: ReadonlyMap<StorageAdapter<C>, StorageAdapter<C>>) => Promise<T>,
): Promise<T> {
  const [first, ...rest] = adapters;
  if (first === undefined) return work(storages);
  const [adapter, storage] = first;
  if (storage.transaction === undefined) return nest(rest, storages, context, work);
  return storage.transaction((inner) => nest(rest, new Map([...storages, [adapter, inner]]), context, work), context);
}
