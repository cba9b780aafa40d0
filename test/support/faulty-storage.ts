import type { StorageAdapter } from "../../src/index.ts";
import { OF_A_TEST } from "./able.ts";

/** What goes wrong, and at which call of storage (counted from 1). */
export interface Fault {
  readonly at: number;
  /** `"before"`: the call has no effect. `"after"`: it has, but nobody is told. */
  readonly when: "before" | "after";
  /** The calls that follow fail as well, as when the process or the database is gone. */
  readonly isCrash: boolean;
}

/** Storage that fails once, or from one call on; `calls` says how many there were. */
export interface FaultyStorage {
  readonly storage: StorageAdapter;
  readonly calls: () => number;
}

/** Wraps an adapter, the one within its transactions included. */
export function faultyStorage(adapter: StorageAdapter, fault?: Fault): FaultyStorage {
  let calls = 0;
  const call = async <T>(done: () => Promise<T>): Promise<T> => {
    const position = ++calls;
    const isHit = position === fault?.at;
    if ((isHit && fault?.when === "before") || (fault?.isCrash && position > fault.at))
      throw new Error(`storage failed at call ${position}`);
    const result = await done();
    if (isHit) throw new Error(`storage failed behind call ${position}`);
    return result;
  };
  const wrap = (inner: StorageAdapter): StorageAdapter => {
    const { applyDelta, transaction } = inner;
    return {
      ...OF_A_TEST,
      get: (request, context) => call(() => inner.get(request, context)),
      query: (request, context) => inner.query(request, context),
      create: (request, context) => call(() => inner.create(request, context)),
      replace: (request, context) => call(() => inner.replace(request, context)),
      delete: (request, context) => call(() => inner.delete(request, context)),
      ...(applyDelta && { applyDelta: (request, context) => call(() => applyDelta.call(inner, request, context)) }),
      ...(transaction && {
        transaction: (work, context) => transaction.call(inner, (one) => work(wrap(one)), context) as never,
      }),
    };
  };
  return { storage: wrap(adapter), calls: () => calls };
}
