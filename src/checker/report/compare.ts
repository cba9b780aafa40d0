import { isCounted } from "../counts.ts";
import type { CheckResult, Report } from "../report.ts";
import { paint } from "./paint.ts";
import { visible } from "./visible.ts";
import { wrapped } from "./width.ts";
import { counted, LEVEL_WORDS, moment } from "./words.ts";

/** What changed between two runs. A check is in one list at most. */
export interface Comparison {
  readonly since: string;
  /** Fail now, and did not before: checks that were there and passed, or were excused, blocked or skipped. */
  readonly newlyFailing: readonly CheckResult[];
  /** Failed before and pass now. */
  readonly mended: readonly CheckResult[];
  /** Passed or failed before and were not tried now. */
  readonly noLongerTried: readonly CheckResult[];
  /** Were not in the old report, whatever came of them. */
  readonly added: readonly CheckResult[];
  /** Were in the old report alone. */
  readonly gone: readonly CheckResult[];
}

/** What changed from an old report to a new one. */
export function compareReports(old: Report, now: Report): Comparison {
  const before = new Map(old.results.map((result) => [result.id, result]));
  const after = new Set(now.results.map(({ id }) => id));
  const changed = (is: (was: CheckResult, result: CheckResult) => boolean): readonly CheckResult[] =>
    now.results.filter((result) => {
      const was = before.get(result.id);
      return was !== undefined && is(was, result);
    });
  const isTried = ({ outcome }: CheckResult): boolean => outcome === "passed" || outcome === "failed";
  return {
    since: old.startedAt,
    newlyFailing: changed((was, result) => isCounted(result) && !isCounted(was)),
    mended: changed((was, result) => was.outcome === "failed" && result.outcome === "passed"),
    noLongerTried: changed((was, result) => isTried(was) && !isTried(result)),
    added: now.results.filter(({ id }) => !before.has(id)),
    gone: old.results.filter(({ id }) => !after.has(id)),
  };
}

/** A comparison as text, the bad news first. */
export function toComparison(
  comparison: Comparison,
  { color = false, columns = 80 }: { readonly color?: boolean; readonly columns?: number } = {},
): string {
  const { red, green, bold } = paint(color);
  const line = ({ id, level, title }: CheckResult): string =>
    `  ${wrapped(visible(`${id} ${LEVEL_WORDS[level].label}: ${title}`), Math.max(40, columns) - 2, "    ")}`;
  const list = (title: string, results: readonly CheckResult[]): readonly string[] =>
    results.length === 0 ? [] : [title, ...results.map(line)];
  const { newlyFailing, mended, noLongerTried, added, gone } = comparison;
  const lines = [
    ...list(red(`✗ ${counted(newlyFailing.length, "check")} newly failing`), newlyFailing),
    ...list(green(`✓ ${counted(mended.length, "check")} mended`), mended),
    ...list(`◌ ${counted(noLongerTried.length, "check")} no longer tried`, noLongerTried),
    ...list(`+ ${counted(added.length, "check")} new`, added),
    ...list(`- ${counted(gone.length, "check")} gone`, gone),
  ];
  const since = bold(`Since the run of ${moment(comparison.since)}:`);
  return `${[since, ...(lines.length === 0 ? ["  nothing has changed"] : lines)].join("\n")}\n`;
}
