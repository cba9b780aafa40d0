import { beforeAll, describe, expect, test } from "vitest";
import type { Check } from "../../src/checker/check.ts";
import { checks } from "../../src/checker/checks/index.ts";
import type { CheckResult, Report } from "../../src/checker/report.ts";
import { runChecks } from "../../src/checker/run-checks.ts";
import { type Random, randomFrom } from "../../src/testing/random.ts";
import { pickSeed, pickSize } from "../support/size.ts";
import { BASE_URL, type Defect, serverWith, TOKEN } from "./broken/defect.ts";
import { DEFECTS } from "./broken/index.ts";

/**
 * Which defects meet every check of a MUST: a sample of chance, or with `SCIMKIT_DEFECTS=all` all of them, which takes a quarter of an hour and
 * is for whoever changes checks. It prints for each what else it fails.
 */
const isAll = process.env.SCIMKIT_DEFECTS === "all";
const SIZE = pickSize("of the broken servers meet every MUST", { everyday: 4, thorough: 6 });
const sampled = isAll ? DEFECTS : drawn(DEFECTS, SIZE, randomFrom(pickSeed()));

function drawn<T>(all: readonly T[], size: number, { below }: Random): readonly T[] {
  const rest = [...all];
  return Array.from({ length: Math.min(size, all.length) }, () => rest.splice(below(rest.length), 1)).flat();
}

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

  test.each(sampled)("one that $title breaks no other MUST [$id]", async (defect) => {
    const report = await check(
      defect,
      checks.filter(({ id, level }) => level === "must" || defect.caughtBy.includes(id)),
    );
    const musts = failed(report).filter(({ level }) => level === "must");
    if (isAll) console.log(`${defect.id}: ${idsOf(musts).join(" ")}`);
    expect(idsOf(musts).filter((id) => !isAllowed(defect, id))).toEqual([]);
    // A list without an end, for example, is left after some pages.
    expect(report.requests).toBeLessThan(good.requests * 2);
  }, 300_000);

  test("the table says which check has found which", () => {
    console.log(table.map(([title, id]) => `a server that ${title}: ${id}`).join("\n"));
    expect(table.length).toBeGreaterThanOrEqual(DEFECTS.length);
  });
});
