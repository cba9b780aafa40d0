import { isGood, summaryOf } from "../counts.ts";
import type { CheckResult, ExpectedFailure, Report } from "../report.ts";
import { InputError } from "./json.ts";

/**
 * Reads a list of failures that are known: a line each, with the check, the last day on which it is excused (UTC), and why. Lines that are
 * empty or begin with `#` are for people.
 *
 * ```
 * create/conflict  2027-03-31  Ticket 4711: the database has no unique index yet
 * ```
 */
export function readExpectedFailures(text: string): readonly ExpectedFailure[] {
  const found = new Map<string, ExpectedFailure>();
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const wrong = (what: string): InputError => new InputError(`Line ${at + 1} of the expected failures ${what}.`);
    const [id = "", until = "", ...words] = line.split(/\s+/);
    if (!isDay(until)) throw wrong(`needs a day behind ${id} until which it is excused, e.g. 2027-03-31`);
    if (words.length === 0) throw wrong(`needs a reason behind the day of ${id}`);
    if (found.has(id)) throw wrong(`names ${id} again`);
    found.set(id, { id, until, reason: words.join(" ") });
  }
  return [...found.values()];
}

/** The report, with the failures excused that are expected and whose day is not over; counts and verdict follow. */
export function applyExpected(report: Report, expected: readonly ExpectedFailure[], now: Date): Report {
  const today = now.toISOString().slice(0, 10);
  const byId = new Map(expected.map((one) => [one.id, one]));
  const results = report.results.map((result): CheckResult => {
    const known = byId.get(result.id);
    if (result.outcome !== "failed" || known === undefined) return result;
    const { reason, until } = known;
    return { ...result, expected: { reason, until, isExpired: until < today } };
  });
  const failed = new Set(results.filter(({ outcome }) => outcome === "failed").map(({ id }) => id));
  return {
    ...report,
    results,
    summary: summaryOf(results),
    isGood: isGood({ results, decides: report.decides }),
    unusedExpectations: expected.filter(({ id }) => !failed.has(id)),
  };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
