import type { Context, StorageAdapter } from "../../src/index.ts";
import { type MemoryStorage, memoryStorage } from "../../src/storage/memory/index.ts";
import { OF_A_TEST } from "./able.ts";

/** A write, to be done again. */
type Write = (storage: MemoryStorage) => Promise<unknown>;

export interface TransactionalOptions {
  /** How often each transaction is run and taken back before it counts, as a database does that asks for a retry. */
  readonly retries?: number;
}

/**
 * Memory with transactions: what is taken back is gone because the memory is made anew from the writes that count. Slow, and
 * right beyond doubt. Transactions run one after the other.
 */
export function transactionalStorage({ retries = 0 }: TransactionalOptions = {}): StorageAdapter {
  let memory = memoryStorage();
  let log: Write[] = [];
  const write = async <R extends object, T>(
    request: R,
    done: (storage: MemoryStorage, request: R) => Promise<T>,
  ): Promise<T> => {
    const result = await done(memory, request);
    // What has been written is written, even if the client has left by now.
    log.push((storage) => done(storage, { ...request, signal: undefined }));
    return result;
  };
  const calls: Omit<StorageAdapter, "transaction"> = {
    ...OF_A_TEST,
    get: (request, context) => memory.get(request, context),
    query: (request, context) => memory.query(request, context),
    create: (request, context) => write(request, (storage, one) => storage.create(one, context)),
    replace: (request, context) => write(request, (storage, one) => storage.replace(one, context)),
    delete: (request, context) => write(request, (storage, one) => storage.delete(one, context)),
    applyDelta: (request, context) =>
      write(request, async (storage, one) => (await storage.applyDelta?.(one, context)) ?? undefined),
  };
  const takeBack = async (to: readonly Write[]): Promise<void> => {
    log = [...to];
    memory = memoryStorage();
    for (const done of log) await done(memory);
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...calls,
    transaction<T>(work: (storage: StorageAdapter) => Promise<T>, _context: Context): Promise<T> {
      const run = async (): Promise<T> => {
        const before = [...log];
        try {
          for (let retry = 0; retry < retries; retry++) {
            await work(calls);
            await takeBack(before);
          }
          return await work(calls);
        } catch (error) {
          await takeBack(before);
          throw error;
        }
      };
      const result = last.then(run);
      last = result.catch(() => undefined);
      return result;
    },
  };
}
