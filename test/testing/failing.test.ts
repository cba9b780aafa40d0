import { expect, onTestFinished, test } from "vitest";
import type { StorageAdapter } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { storageConformance } from "../../src/testing/index.ts";

const fail = async (): Promise<never> => {
  throw new Error("the store is away");
};

/** As long as what has to be asked for takes at least. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Memory that is no sooner than others are: what fails has failed while the rest is waited for. */
function late(storage: StorageAdapter): StorageAdapter {
  return {
    ...storage,
    query: async (...given) => {
      await turn();
      return storage.query(...given);
    },
    transaction: async (work, context) => {
      try {
        return (await storage.transaction?.(work, context)) as Awaited<ReturnType<typeof work>>;
      } finally {
        await turn();
      }
    },
  };
}

/** What always fails in it. */
const FAILING: readonly Partial<StorageAdapter>[] = [{ get: fail }, { create: fail }];

test.each(
  FAILING,
)("no promise of the kit's is left to end the process of an adapter that fails while the kit waits for something else", async (failing) => {
  const left: unknown[] = [];
  const note = (error: unknown) => void left.push(error);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  const cases: (() => Promise<void>)[] = [];
  const { scoreCard } = storageConformance({
    test: (_, run) => cases.push(run),
    factory: () => ({ storage: { ...late(memoryStorage()), ...failing } }),
    runs: 1,
  });
  for (const run of cases) await run().catch(() => undefined);
  // What nobody handles is told when the microtasks are done.
  await turn();
  expect(scoreCard().failed).toBeGreaterThan(0);
  expect(left).toEqual([]);
});
