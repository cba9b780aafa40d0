import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Check } from "../../src/checker/check.ts";
import { checks } from "../../src/checker/checks/index.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const firstOf = (path: string, row: RegExp) => [...read(path).matchAll(row)].map(([, id]) => id);

/** Ids of all that a check can be about, and the level of each requirement. */
const levels = new Map(
  read("docs/requirements.tsv")
    .trim()
    .split("\n")
    .map((row) => row.split("\t").slice(0, 2) as [string, string]),
);
const known = new Set([
  ...levels.keys(),
  ...firstOf("docs/rulings.md", /^### (R-\d+[a-z]?) /gm),
  ...firstOf("docs/quirks.md", /^\| (Q\d+) \|/gm),
]);
const CLIENTS = /^[a-z][a-z0-9-]*$/;
const sectionOf = ({ id }: Check) => id.split("/")[0];

/** Says something, and ends as a sentence does. */
const isSentence = (text: string) => /^\S.{12,}\.$/s.test(text);

describe("each check", () => {
  test.each(checks.map((check) => [check.id, check] as const))("%s says what it tries, and why", (_, check) => {
    expect(check.id).toMatch(/^[a-z][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/);
    expect({ title: check.title, is: isSentence(check.title) }).toEqual({ title: check.title, is: true });
    expect({ suffers: check.suffers, is: isSentence(check.suffers) }).toEqual({ suffers: check.suffers, is: true });
    expect({ misses: check.misses, is: isSentence(check.misses) }).toEqual({ misses: check.misses, is: true });
    expect(check.section).not.toBe("");
    expect(check.requirements.length).toBeGreaterThan(0);
    expect(check.requirements.filter((id) => !known.has(id))).toEqual([]);
    for (const client of check.clients ?? []) expect(client).toMatch(CLIENTS);
  });

  test("has a name of its own", () => {
    const ids = checks.map(({ id }) => id);
    expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([]);
  });

  test("says who needs it, where clients do", () => {
    const nobody = checks.filter(({ level, clients = [] }) => level === "client" && clients.length === 0);
    expect(nobody.map(({ id }) => id)).toEqual([]);
  });

  test("that must hold has a requirement, and not a ruling of ours alone", () => {
    const alone = checks.filter(
      ({ level, requirements }) => level === "must" && !requirements.some((id) => levels.has(id)),
    );
    expect(alone.map(({ id }) => id)).toEqual([]);
  });
});

test("checks of one section stand together, in the order in which they are tried", () => {
  const sections = checks.map(sectionOf).filter((section, place, all) => section !== all[place - 1]);
  expect(sections.filter((section, place) => sections.indexOf(section) !== place)).toEqual([]);
});

test("each refers to other checks by names that there are", () => {
  const ids = checks.map(({ id }) => id);
  const named = checks.flatMap(({ misses }) =>
    [...misses.matchAll(/\b([a-z][a-z-]*\/[a-z0-9-]+[a-z0-9])(?=[ ;,.])/g)].map(([, id]) => id),
  );
  expect(named.filter((id) => !ids.some((one) => one === id || one.startsWith(`${id}-`)))).toEqual([]);
});
