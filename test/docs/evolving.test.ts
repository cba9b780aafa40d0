import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { CHANGES } from "../releases/changes.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/evolving.md", import.meta.url)), "utf8");
const rows = [...page.matchAll(/^\| ([A-Z][^|]+) \| ([^|]+) \|/gm)].map(([, name, verdict]) => ({ name, verdict }));
/** Rows that are no change of one schema, and have a test of their own. */
const APART = [
  "An attribute is renamed",
  "A resource type is renamed",
  "A resource type is taken out",
  "The URN of a schema changes",
];

describe("the page on changes of schemas", () => {
  test("has a row for each change that is tried, with its verdict, and no other", () => {
    const tried = CHANGES.map(({ name, verdict }) => ({ name, verdict }));
    expect(rows.filter(({ name }) => name !== "Change" && !APART.includes(name ?? ""))).toEqual(tried);
    expect(rows.flatMap(({ name }) => (APART.includes(name ?? "") ? [name] : []))).toEqual(APART);
  });
});
