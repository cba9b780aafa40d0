import type { Context, StorageAdapter } from "./adapter.ts";

/** What one request has asked of storage so far. */
export interface StorageMeter {
  calls: number;
  /** Rows that queries looked at, as far as adapters tell. */
  scanned: number;
}

/**
 * The adapter as one request uses it: every call carries the signal and is counted, and none begins once the client has
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
  const { capabilities, applyDelta, transaction, handle, outbox, ledger } = adapter;
  return {
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(handle === undefined ? {} : { handle }),
    ...(outbox === undefined ? {} : { outbox }),
    ...(ledger === undefined ? {} : { ledger }),
    get: async (request, context) => adapter.get(begin(request), context),
    query: async (request, context) => {
      const found = await adapter.query(begin(request), context);
      meter.scanned += found.scanned ?? 0;
      return found;
    },
    create: async (request, context) => adapter.create(begin(request), context),
    replace: async (request, context) => adapter.replace(begin(request), context),
    delete: async (request, context) => adapter.delete(begin(request), context),
    ...(applyDelta === undefined
      ? {}
      : { applyDelta: async (request, context) => applyDelta.call(adapter, begin(request), context) }),
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
