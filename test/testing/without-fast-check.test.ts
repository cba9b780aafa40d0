import { expect, test, vi } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { pickSeed } from "../support/size.ts";
import { failureOf, withoutEqual } from "./planted.ts";

vi.mock("fast-check", () => {
  throw Object.assign(new Error("Cannot find package 'fast-check'"), { code: "ERR_MODULE_NOT_FOUND" });
});

const seed = pickSeed();

test.each([
  "queries by index page",
  "queries by cursor",
])("where fast-check is not installed, wrong answers to %s are found, and the message says how to have them shrunk", async (title) => {
  const failure = await failureOf(title, withoutEqual, { seed, runs: 5000 });
  expect(failure).toMatch(/but for filter .* ge [-\d.e]+.*, over \d+ \w+.*, it/);
  expect(failure).toContain(`Where fast-check is installed, the kit shrinks the counter-example (seed ${seed})`);
  expect(failure).not.toContain("path");
});

test("the seed gives the same again, and a sound adapter passes", async () => {
  // Parts of ids may be in it, which are new each time.
  const shape = (text: string | undefined) => text?.replace(/"[^"]*"/g, "text");
  const [once, again] = [
    await failureOf("queries by index page", withoutEqual, { seed: 1, runs: 5000 }),
    await failureOf("queries by index page", withoutEqual, { seed: 1, runs: 5000 }),
  ];
  expect(shape(again)).toBe(shape(once));
  expect(await failureOf("queries by index page", memoryStorage, { seed })).toBeUndefined();
});
