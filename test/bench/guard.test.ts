import { describe, expect, test } from "vitest";
import { judge, lineOf, SLACK } from "../../bench/harness/guard.ts";

const recorded = { node: "v24", ratios: { "filter parse": 2, "PATCH active": 10 } };

/** Gives for each row what it is measured at, one after the other; the last of them for ever. */
function measuring(ratios: Readonly<Record<string, readonly number[]>>): (name: string) => number {
  const asked: Record<string, number> = {};
  return (name) => {
    const all = ratios[name] ?? [];
    const at = asked[name] ?? 0;
    asked[name] = at + 1;
    return all[Math.min(at, all.length - 1)] as number;
  };
}

const behind = async (ratios: Readonly<Record<string, readonly number[]>>): Promise<readonly string[]> =>
  (await judge(Object.keys(ratios), recorded, measuring(ratios)))
    .filter(({ isBehind }) => isBehind)
    .map(({ name }) => name);

describe("the guard of CI", () => {
  test("passes rows that are as recorded, faster, or slower by less than its slack", async () => {
    expect(await behind({ "filter parse": [2 * SLACK], "PATCH active": [1] })).toEqual([]);
  });

  test("fails a row that is slower than that each time", async () => {
    expect(await behind({ "filter parse": [2 * SLACK + 0.1], "PATCH active": [10] })).toEqual(["filter parse"]);
  });

  test("measures a slow row twice more, and takes the best", async () => {
    expect(await behind({ "filter parse": [9, 9, 2], "PATCH active": [10] })).toEqual([]);
    expect(await behind({ "filter parse": [9, 9, 9, 2], "PATCH active": [10] })).toEqual(["filter parse"]);
  });

  test("fails a row that was never recorded, and one that is recorded and gone", async () => {
    expect(await behind({ "filter parse": [2], "PATCH active": [10], POST: [1] })).toEqual(["POST"]);
    expect(await behind({ "filter parse": [2] })).toEqual(["PATCH active"]);
  });

  test("fails a row of which nothing was measured", async () => {
    expect(await behind({ "filter parse": [Number.NaN], "PATCH active": [10] })).toEqual(["filter parse"]);
  });

  test("says what was recorded and what was measured", async () => {
    const [verdict] = await judge(["filter parse"], recorded, () => 5);
    expect(verdict && lineOf(verdict)).toMatch(/^BEHIND {2}filter parse +× 5\.00 of the limit, recorded × 2\.00$/);
  });
});
