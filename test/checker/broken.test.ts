import { beforeAll, describe, expect, test } from "vitest";
import type { Check } from "../../src/checker/check.ts";
import { checks } from "../../src/checker/checks/index.ts";
import type { CheckResult, Report } from "../../src/checker/report.ts";
import { runChecks } from "../../src/checker/run-checks.ts";
import { pickSize } from "../support/size.ts";
import { BASE_URL, type Defect, serverWith, TOKEN } from "./broken/defect.ts";
import { DEFECTS } from "./broken/index.ts";

/** Defects of several sections that meet every check every day; all of them in the thorough run, which takes long. */
const SAMPLE = [
  "discovery/config-without-patch",
  "create/conflict-without-type",
  "etag/stale-as-409",
  "filter/sw-as-co",
  "patch/reordered",
  "group/wrong-ref",
];
const SIZE = pickSize("of the broken servers meet every check", {
  everyday: SAMPLE.length,
  thorough: DEFECTS.length,
});
const sampled = DEFECTS.filter(({ id }) => SIZE >= DEFECTS.length || SAMPLE.includes(id));

/** Runs checks on a server with a defect, without a socket. */
function check(defect: Partial<Defect>, those: readonly Check[]): Promise<Report> {
  return runChecks({
    baseUrl: BASE_URL,
    checks: those,
    fetch: serverWith(defect),
    authorize: async () => ({ authorization: `Bearer ${TOKEN}` }),
    secrets: new Set([TOKEN]),
  });
}

const named = (ids: readonly string[]): readonly Check[] => checks.filter(({ id }) => ids.includes(id));
const failed = ({ results }: Report): readonly CheckResult[] => results.filter(({ outcome }) => outcome === "failed");
const idsOf = (results: readonly CheckResult[]): readonly string[] => results.map(({ id }) => id);

/** What is said of a defect where nothing else may fail. */
const isAllowed = ({ caughtBy, alsoIn = [] }: Defect, id: string): boolean =>
  [...caughtBy, ...alsoIn].some((name) => (name.endsWith("/") ? id.startsWith(name) : id === name));

const table: (readonly [defect: string, caughtBy: string])[] = [];
let good: Report;

beforeAll(async () => {
  good = await check({}, checks);
}, 300_000);

describe("of the servers that are broken on purpose", () => {
  test("there are 80 and more, each broken in a way of its own, and each for a check that there is", () => {
    expect(DEFECTS.length).toBeGreaterThanOrEqual(80);
    expect(new Set(DEFECTS.map(({ title }) => title)).size).toBe(DEFECTS.length);
    const known = checks.map(({ id }) => id);
    for (const { id, caughtBy } of DEFECTS) {
      expect(caughtBy, id).not.toEqual([]);
      expect(known).toEqual(expect.arrayContaining([...caughtBy]));
    }
  });

  test("the server that they are made of is none", () => {
    const wrong = good.results.filter(({ outcome }) => outcome === "failed" || outcome === "blocked");
    expect(wrong.map(({ id, reason, failure }) => `${id}: ${failure?.seen ?? reason}`)).toEqual([]);
    expect(good.leftOver).toEqual([]);
  });

  test.each(DEFECTS)("one that $title [$id]", async (defect) => {
    const report = await check(defect, named(defect.caughtBy));
    expect(idsOf(failed(report))).toEqual(expect.arrayContaining([...defect.caughtBy]));
    for (const { id } of failed(report)) table.push([defect.title, id]);
  });

  test.each(sampled)(
    "one that $title is found wrong in nothing else [$id]",
    async (defect) => {
      const report = await check(defect, checks);
      const musts = failed(report).filter(({ level }) => level === "must");
      expect(idsOf(musts).filter((id) => !isAllowed(defect, id))).toEqual([]);
      // A list without an end, for example, is left after some pages.
      expect(report.requests).toBeLessThan(good.requests * 1.5);
    },
    300_000,
  );

  test("the table says which check has found which", () => {
    console.log(table.map(([title, id]) => `a server that ${title}: ${id}`).join("\n"));
    expect(table.length).toBeGreaterThanOrEqual(DEFECTS.length);
  });
});
