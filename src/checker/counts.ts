import type { Level } from "./check.ts";
import type { CheckResult, Counts, Report } from "./report.ts";

/** In the order in which reports show them. */
export const LEVELS: readonly Level[] = ["must", "should", "client", "option"];

/** Whether a check failed and nobody excuses it. */
export function isCounted({ outcome, expected }: CheckResult): boolean {
  return outcome === "failed" && (expected === undefined || expected.isExpired);
}

/** How many of the results came out how, by level. */
export function summaryOf(results: readonly CheckResult[]): Report["summary"] {
  const of = (level: Level): Counts => countsOf(results.filter((result) => result.level === level));
  return { must: of("must"), should: of("should"), client: of("client"), option: of("option") };
}

/** How many of the results came out how. */
export function countsOf(results: readonly CheckResult[]): Counts {
  const counts = { passed: 0, failed: 0, blocked: 0, skipped: 0, expected: 0 };
  for (const result of results)
    counts[result.outcome === "failed" && !isCounted(result) ? "expected" : result.outcome]++;
  return counts;
}

/** The verdict: something passed, and nothing failed that decides. A server that answers nothing has failed nothing either. */
export function isGood({ results, decides }: Pick<Report, "results" | "decides">): boolean {
  const isBad = (result: CheckResult): boolean => isCounted(result) && decides.includes(result.level);
  return results.some(({ outcome }) => outcome === "passed") && !results.some(isBad);
}
