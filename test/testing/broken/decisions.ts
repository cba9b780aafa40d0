import type { StorageAdapter } from "../../../src/storage/adapter.ts";
import { memoryStorage } from "../../../src/storage/memory/index.ts";
import { withoutTransactions } from "../../support/without-transactions.ts";
import { type Broken, memoryWith } from "./adapters.ts";

/** Memory that has no transactions, with some functions of its own. */
function plainWith(change: (plain: StorageAdapter) => Partial<StorageAdapter>): () => StorageAdapter {
  return () => {
    const plain = withoutTransactions(memoryStorage());
    return { ...plain, ...change(plain) };
  };
}

/** Adapters over which a host's `decide` cannot be relied on. */
export const BROKEN_FOR_DECISIONS: readonly Broken[] = [
  {
    fault: "keeps a change that is vetoed after its write",
    caughtBy: "decisions: a veto leaves nothing of the change",
    make: memoryWith((memory) => ({ transaction: (work) => work(memory) })),
  },
  {
    fault: "keeps a delta that is vetoed after its write",
    caughtBy: "decisions: of a delta decide is told",
    make: memoryWith((memory) => ({
      async transaction(work, context) {
        const done: (() => Promise<unknown> | undefined)[] = [];
        const noting = (inner: StorageAdapter): StorageAdapter => ({
          ...inner,
          async applyDelta(request, at) {
            done.push(() => memory.applyDelta?.(request, at));
            return inner.applyDelta?.(request, at);
          },
        });
        try {
          return await (memory.transaction?.((inner) => work(noting(inner)), context) ?? work(memory));
        } catch (error) {
          for (const again of done) await again();
          throw error;
        }
      },
    })),
  },
  {
    fault: "tells decide that nobody joined and nobody left",
    caughtBy: "decisions: of a delta decide is told",
    make: memoryWith((memory) => ({
      transaction: (work) =>
        work({
          ...memory,
          applyDelta: async (request, context) => {
            const done = await memory.applyDelta?.(request, context);
            return typeof done === "object" ? { ...done, added: [], removed: [] } : done;
          },
        }),
    })),
  },
  {
    fault: "reads outside of the transaction that it writes in",
    caughtBy: "decisions: what decide reads and counts in a transaction",
    make: memoryWith((memory) => ({
      transaction: (work, context) =>
        memory.transaction?.(
          (inner) =>
            work({ ...inner, get: async () => undefined, query: async () => ({ resources: [], totalResults: 0 }) }),
          context,
        ) ?? work(memory),
    })),
  },
  {
    fault: "writes over what came between a decision and its write",
    caughtBy: "decisions: a change is bound to the state that was decided on",
    make: plainWith(({ replace }) => ({
      replace: ({ ifVersion: _, ...request }, context) => replace(request, context),
    })),
  },
];
