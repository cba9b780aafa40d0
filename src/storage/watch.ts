import type { Context, StorageAdapter } from "./adapter.ts";
import { lendingOf } from "./lend.ts";

/** What one request has asked of storage so far. */
export interface StorageMeter {
  calls: number;
  /** Rows that queries looked at, as far as adapters tell. */
  scanned: number;
}

/** Which storage an error came from, for the host. */
const origins = new WeakMap<object, string>();

/** The name of the storage that threw an error; undefined where none did. */
export function storageBehind(error: unknown): string | undefined {
  return typeof error === "object" && error !== null ? origins.get(error) : undefined;
}

/** Does what a storage does, and remembers of an error that it came from there. */
export async function from<T>(name: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (typeof error === "object" && error !== null && !origins.has(error)) origins.set(error, name);
    throw error;
  }
}

/**
 * The adapter as one request of the core uses it: every call carries the signal and is counted, and none begins once the client has
 * gone. A write that has begun is left to the adapter, which finishes or undoes it.
 * @throws the signal's reason, instead of a call
 */
export function watchStorage<C extends Context>(
  adapter: StorageAdapter<C>,
  signal: AbortSignal | undefined,
  meter: StorageMeter,
): StorageAdapter<C> {
  const begin = <R extends { readonly signal?: AbortSignal | undefined }>(request: R): R => {
    signal?.throwIfAborted();
    meter.calls++;
    return request.signal === signal ? request : { ...request, signal };
  };
  const { name, contract, capabilities, applyDelta, transaction, handle, outbox, ledger } = adapter;
  const storage = lendingOf(adapter);
  return {
    name,
    contract,
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(handle === undefined ? {} : { handle }),
    ...(outbox === undefined ? {} : { outbox }),
    ...(ledger === undefined ? {} : { ledger }),
    get: async (request, context) => from(name, () => storage.get(begin(request), context)),
    query: async (request, context) => {
      const found = await from(name, () => storage.query(begin(request), context));
      meter.scanned += found.scanned ?? 0;
      return found;
    },
    create: async (request, context) => from(name, () => storage.create(begin(request), context)),
    replace: async (request, context) => from(name, () => storage.replace(begin(request), context)),
    delete: async (request, context) => from(name, () => adapter.delete(begin(request), context)),
    ...(applyDelta === undefined
      ? {}
      : {
          applyDelta: async (request, context) => from(name, () => applyDelta.call(adapter, begin(request), context)),
        }),
    ...(transaction === undefined
      ? {}
      : {
          transaction: async <T>(work: (storage: StorageAdapter<C>) => Promise<T>, context: C) => {
            signal?.throwIfAborted();
            return transaction.call(
              adapter,
              (inner) => work(watchStorage(inner, signal, meter)),
              context,
            ) as Promise<T>;
          },
        }),
  };
}
