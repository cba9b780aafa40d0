import type { StorageAdapter } from "../../src/index.ts";

/** The adapter as one that has no transactions. */
export function withoutTransactions<S extends StorageAdapter>({ transaction: _, ...storage }: S) {
  return storage;
}
