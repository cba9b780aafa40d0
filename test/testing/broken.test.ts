import { describe, expect, test } from "vitest";
import type { StorageAdapter } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type ScoreCard, storageConformance } from "../../src/testing/index.ts";
import { BROKEN as ADAPTERS } from "./broken/adapters.ts";
import { BROKEN_FOR_DECISIONS } from "./broken/decisions.ts";
import { BROKEN_MOVES } from "./broken/moving.ts";
import { BROKEN_OUTBOXES } from "./broken/outbox.ts";
import { BROKEN_ACROSS_RELEASES } from "./broken/releases.ts";
import { BROKEN_RETURNING, keepingMemory } from "./broken/returning.ts";
import { BROKEN_AROUND, ignoringContext } from "./broken/wrappers.ts";

const BROKEN = [
  ...ADAPTERS,
  ...BROKEN_RETURNING,
  ...BROKEN_ACROSS_RELEASES,
  ...BROKEN_OUTBOXES,
  ...BROKEN_FOR_DECISIONS,
  ...BROKEN_AROUND,
  ...BROKEN_MOVES,
];

/** Runs some cases of the kit on an adapter, without a test runner: the shape of `test` is all that it needs. */
async function scoreOf(beginning: string, storage: () => StorageAdapter): Promise<ScoreCard> {
  const registered: (() => Promise<void>)[] = [];
  const suite = storageConformance({
    test: (title, run) => title.startsWith(beginning) && registered.push(run),
    factory: () => ({ storage: storage() }),
  });
  for (const run of registered) await run().catch(() => undefined);
  return suite.scoreCard();
}

describe("the kit catches an adapter that", () => {
  test("there are at least 20 of", () => {
    expect(BROKEN.length).toBeGreaterThanOrEqual(20);
    expect(new Set(BROKEN.map(({ fault }) => fault)).size).toBe(BROKEN.length);
  });

  test.each(BROKEN)("$fault, by the case “$caughtBy”", async ({ caughtBy, make }) => {
    const { failed, chapters } = await scoreOf(caughtBy, make);
    expect(failed).toBeGreaterThan(0);
    const [found] = chapters.flatMap((chapter) => chapter.failed);
    // One sentence: what the adapter must do, and what it did instead.
    expect(found?.because).toMatch(/^[^\n]{10,}, but .+/);
  });

  test.each(BROKEN)("has none of these faults passes the case “$caughtBy”", async ({ caughtBy }) => {
    const { passed, failed, leftOut } = await scoreOf(caughtBy, memoryStorage);
    expect([passed + leftOut > 0, failed]).toEqual([true, 0]);
  });

  test("keeps what is deleted out of sight, and does it right, passes all that is asked of it", async () => {
    const { passed, failed, leftOut } = await scoreOf("returning", () => keepingMemory());
    expect([passed > 10, failed, leftOut]).toEqual([true, 0, 0]);
  });
});

test("an adapter that ignores its context, and claims no tenants, is asked for none", async () => {
  const { passed, failed, leftOut } = await scoreOf("tenants: ", ignoringContext);
  expect([passed, failed, leftOut > 0]).toEqual([0, 0, true]);
});
