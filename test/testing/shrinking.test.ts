import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { failureOf, withoutEqual } from "./planted.ts";

const PAGINGS = [
  ["index", "queries by index page"],
  ["cursor", "queries by cursor"],
] as const;
/** Always the same: where shrinking ends, and how long it takes to get there, depends on where it begins. */
const SEED = 7;

describe.each(PAGINGS)("where fast-check is installed, a wrong answer by %s", (paging, title) => {
  // The kit shrinks for a few seconds. Here the clock stands, so that it comes to the end, however slow the machine is.
  beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterAll(() => void vi.useRealTimers());

  let shrunk: Promise<string | undefined> | undefined;
  const failureOnce = () => {
    shrunk ??= failureOf(title, withoutEqual, { seed: SEED, runs: 5000 });
    return shrunk;
  };

  test("is shrunk to one comparison over one resource", async () => {
    expect(await failureOnce()).toMatch(
      new RegExp(
        `for filter (?:\\S+ ge [-\\d.e]+|\\S+\\[\\S+ ge [-\\d.e]+\\]), without sort, ${paging} pages of 1000, over 1 Asset, its`,
      ),
    );
  });

  test("is found again by its seed and path", async () => {
    const failure = await failureOnce();
    const [, path] = / at path "([^"]+)" \(seed -?\d+\)/.exec(failure ?? "") ?? [];
    const again = await failureOf(title, withoutEqual, { seed: SEED, path: path ?? "", runs: 1 });
    expect(withoutIds(again)).toBe(withoutIds(failure));
  });
});

/** Ids are new each time. */
function withoutIds(text: string | undefined): string | undefined {
  return text?.replace(/[\da-f]{8}-[\da-f-]{27}/g, "id");
}

test("a path that leads into one comparison changes nothing for the other", async () => {
  expect(await failureOf("queries by cursor", withoutEqual, { seed: SEED, path: "index:0", runs: 5000 })).toContain(
    'path "cursor:',
  );
});
