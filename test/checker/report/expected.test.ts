import { describe, expect, test } from "vitest";
import { compareReports, toComparison } from "../../../src/checker/report/compare.ts";
import { applyExpected, readExpectedFailures } from "../../../src/checker/report/expected.ts";
import { toHtml } from "../../../src/checker/report/html/page.ts";
import { reportOf, result } from "./sample.ts";

const failing = reportOf([result("a/passes", "passed"), result("b/fails", "failed"), result("c/blocked", "blocked")]);
const day = (text: string): Date => new Date(`${text}T12:00:00Z`);

describe("expected failures", () => {
  test("are read, a line each, with a day and a reason", () => {
    expect(
      readExpectedFailures("# known\n\n b/fails  2027-03-31\tTicket 4711:  no index \r\na/passes 2027-01-01 x\n"),
    ).toEqual([
      { id: "b/fails", until: "2027-03-31", reason: "Ticket 4711: no index" },
      { id: "a/passes", until: "2027-01-01", reason: "x" },
    ]);
    expect(readExpectedFailures("")).toEqual([]);
  });

  test.each([
    ["a/b", "Line 1 of the expected failures needs a day behind a/b until which it is excused, e.g. 2027-03-31."],
    ["a/b Ticket 4711", "needs a day behind a/b"],
    ["a/b 2027-02-31 why", "needs a day behind a/b"],
    ["\na/b 2027-03-31", "Line 2 of the expected failures needs a reason behind the day of a/b."],
    ["a/b 2027-03-31 x\na/b 2027-03-31 y", "Line 2 of the expected failures names a/b again."],
  ])("are refused as %j", (text, message) => {
    expect(() => readExpectedFailures(text)).toThrow(message);
  });

  test("do not count up to the end of their day, and count again behind it", () => {
    const expected = readExpectedFailures("b/fails 2027-03-31 Ticket 4711");
    const excused = applyExpected(failing, expected, new Date("2027-03-31T23:59:59Z"));
    expect([failing.isGood, excused.isGood]).toEqual([false, true]);
    expect(excused.summary.must).toEqual({ passed: 1, failed: 0, blocked: 1, skipped: 0, expected: 1 });
    expect(excused.results[1]?.expected).toEqual({ reason: "Ticket 4711", until: "2027-03-31", isExpired: false });
    const expired = applyExpected(failing, expected, new Date("2027-04-01T00:00:00Z"));
    expect(expired.isGood).toBe(false);
    expect(expired.summary.must).toMatchObject({ failed: 1, expected: 0 });
    expect(expired.results[1]?.expected?.isExpired).toBe(true);
  });

  test("that did not come are told, whether their check passes, was blocked or is unknown", () => {
    const expected = readExpectedFailures(
      "a/passes 2027-03-31 x\nc/blocked 2027-03-31 x\nd/unknown 2027-03-31 x\nb/fails 2027-03-31 x",
    );
    const { unusedExpectations, results } = applyExpected(failing, expected, day("2027-01-01"));
    expect(unusedExpectations?.map(({ id }) => id)).toEqual(["a/passes", "c/blocked", "d/unknown"]);
    expect(results.filter(({ expected: one }) => one !== undefined).map(({ id }) => id)).toEqual(["b/fails"]);
  });
});

describe("two reports", () => {
  const old = reportOf([
    result("stays", "passed"),
    result("breaks", "passed"),
    result("mends", "failed"),
    result("goes", "passed"),
    result("hides", "failed"),
    result("appears", "skipped"),
    result("expires", "failed", { expected: { reason: "x", until: "2026-01-01", isExpired: false } }),
    result("still", "failed"),
  ]);
  const now = reportOf([
    result("stays", "passed"),
    result("breaks", "failed"),
    result("mends", "passed"),
    result("hides", "blocked"),
    result("appears", "failed"),
    result("expires", "failed", { expected: { reason: "x", until: "2026-01-01", isExpired: true } }),
    result("still", "failed"),
    result("comes", "failed"),
  ]);
  const { since, ...lists } = compareReports(old, now);

  test("are compared check by check", () => {
    expect(
      Object.fromEntries(Object.entries(lists).map(([name, results]) => [name, results.map(({ id }) => id)])),
    ).toEqual({
      newlyFailing: ["breaks", "appears", "expires"],
      mended: ["mends"],
      noLongerTried: ["hides"],
      added: ["comes"],
      gone: ["goes"],
    });
    expect(since).toBe(old.startedAt);
  });

  test("are told apart in words", () => {
    const text = toComparison(compareReports(old, now));
    expect(text).toMatch(/^Since the run of 27 November 2026, 22:47 UTC:\n✗ 3 checks newly failing\n {2}breaks MUST: /);
    expect(text).toContain("✓ 1 check mended\n  mends");
    expect(toComparison(compareReports(old, old))).toContain("nothing has changed");
  });

  test("mark in the page what fails newly and what is mended", () => {
    const page = toHtml(now, { previous: old });
    expect(page).toContain(
      "3 checks newly failing, 1 check mended, 1 check no longer tried, 1 check new, 1 check gone.",
    );
    // In the list of failures, and at the check.
    expect(page.split('class="tag new"')).toHaveLength(3 * 2 + 1);
    expect(page.split('class="tag mended"')).toHaveLength(1 + 1);
    expect(toHtml(now)).not.toContain('class="tag new"');
  });
});
