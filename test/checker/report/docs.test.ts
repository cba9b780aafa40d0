import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LEVEL_WORDS } from "../../../src/checker/report/words.ts";
import { run } from "../../../src/cli/run.ts";

const page = readFileSync(new URL("../../../docs/checker-reports.md", import.meta.url), "utf8");

test("the page on reports names no option that the command lacks", async () => {
  const said: string[] = [];
  const outside = { out: (text: string) => void said.push(text), error: () => {}, isTTY: false, columns: 80, env: {} };
  const rest = { signal: new AbortController().signal, fetch, stdin: async () => "" };
  expect(await run(["check", "--help"], { ...outside, ...rest })).toBe(0);
  // `npx --yes` is of npx.
  const named = new Set([...page.matchAll(/(?<!npx )--([a-z][a-z-]+)/g)].map(([, name]) => name));
  expect(named.size).toBeGreaterThan(10);
  expect([...named].filter((name) => !said.join("").includes(`--${name}`))).toEqual([]);
});

test("the page on reports says of each level what the reports say", () => {
  for (const { label, meaning } of Object.values(LEVEL_WORDS)) expect(page).toContain(`| ${label} | ${meaning} |`);
});
