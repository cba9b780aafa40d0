import { describe, expect, test } from "vitest";
import { failureOf, withoutEqual } from "./planted.ts";

const PAGINGS = [
  ["index", "queries by index page"],
  ["cursor", "queries by cursor"],
] as const;
const seed = Number(process.env.SEED ?? Date.now() ^ (Math.random() * 0x1_0000_0000)) | 0;
console.log(`shrinking: seed ${seed}`);

describe.each(PAGINGS)("where fast-check is installed, a wrong answer by %s", (paging, title) => {
  test("is shrunk to one comparison over one resource", async () => {
    const failure = await failureOf(title, withoutEqual, { seed, runs: 5000 });
    expect(failure).toMatch(
      new RegExp(
        `for filter (?:\\S+ ge [-\\d.e]+|\\S+\\[\\S+ ge [-\\d.e]+\\]), without sort, ${paging} pages of 1000, over 1 Asset, its`,
      ),
    );
  });

  test("is found again by its seed and path", async () => {
    const failure = await failureOf(title, withoutEqual, { seed, runs: 5000 });
    const [, path] = / at path "([^"]+)" \(seed -?\d+\)$/.exec(failure ?? "") ?? [];
    const again = await failureOf(title, withoutEqual, { seed, path: path ?? "", runs: 1 });
    expect(withoutIds(again)).toBe(withoutIds(failure));
  });
});

/** Ids are new each time. */
function withoutIds(text: string | undefined): string | undefined {
  return text?.replace(/[\da-f]{8}-[\da-f-]{27}/g, "id");
}

test("a path that leads into one comparison changes nothing for the other", async () => {
  expect(await failureOf("queries by cursor", withoutEqual, { seed, path: "index:0", runs: 5000 })).toContain(
    'path "cursor:',
  );
});
