import { clientName } from "../clients/names.ts";
import { countsOf, isCounted, LEVELS } from "../counts.ts";
import type { CheckResult, Report } from "../report.ts";
import { bySection, groupName } from "./sections.ts";
import { counted, LEVEL_WORDS, listed } from "./words.ts";

/** What a run found, for who has one minute. */
export interface Verdict {
  /** One line. */
  readonly headline: string;
  /** What works, what does not, and who would suffer: whole sentences. */
  readonly sentences: readonly string[];
}

/** The verdict on a server in words. */
export function verdictOf(report: Report): Verdict {
  const failures = failuresOf(report);
  return {
    headline: headlineOf(report, failures),
    sentences: [
      tally(report, failures),
      works(report),
      breaks(failures),
      ...suffering(failures),
      ...caveats(report),
    ].filter((sentence) => sentence !== ""),
  };
}

/** Failures that nobody excuses, the gravest first. */
export function failuresOf({ results }: Pick<Report, "results">): readonly CheckResult[] {
  return LEVELS.flatMap((level) => results.filter((result) => result.level === level && isCounted(result)));
}

function headlineOf(report: Report, failures: readonly CheckResult[]): string {
  if (!report.results.some(({ outcome }) => outcome === "passed"))
    return failures.length === 0 ? "Nothing could be tried." : "Nothing works.";
  const deciding = failures.filter(({ level }) => report.decides.includes(level)).length;
  if (deciding > 0) return `Failed: ${counted(deciding, "failure")} that ${deciding === 1 ? "counts" : "count"}.`;
  const stopped = report.isStopped ? " so far" : "";
  return failures.length === 0
    ? `Passed${stopped}: no failure.`
    : `Passed${stopped}, with ${counted(failures.length, "remark")}.`;
}

function tally(report: Report, failures: readonly CheckResult[]): string {
  const { passed, failed, expected, blocked, skipped } = countsOf(report.results);
  const ran = passed + failed + expected;
  const levels = LEVELS.map((level) => ({
    count: failures.filter((failure) => failure.level === level).length,
    label: LEVEL_WORDS[level].label,
  })).filter(({ count }) => count > 0);
  const aside = [
    ...(expected > 0 ? [`${counted(expected, "failure is", "failures are")} expected`] : []),
    ...(blocked > 0 ? [`${counted(blocked, "check")} could not begin after an earlier failure`] : []),
    ...(skipped > 0 ? [`${counted(skipped, "check does", "checks do")} not apply to this server or run`] : []),
  ];
  const split = levels.length === 0 ? "" : ` (${levels.map(({ count, label }) => `${count} ${label}`).join(", ")})`;
  const rest = aside.length === 0 ? "" : `; ${listed(aside)}`;
  return `Of ${counted(ran, "check")} that ran, ${passed.toLocaleString("en")} passed and ${failed.toLocaleString("en")} failed${split}${rest}.`;
}

function works({ results }: Report): string {
  const whole = bySection(results).filter(({ results: members }) => {
    const { passed, failed, expected, blocked } = countsOf(members);
    return passed > 0 && failed + expected + blocked === 0;
  });
  const names = [...new Set(whole.map((group) => lowered(groupName(group))))];
  return names.length === 0 ? "" : `Without a failure: ${listed(names, 8)}.`;
}

function breaks(failures: readonly CheckResult[]): string {
  const groups = bySection(failures).map((group) => `${lowered(groupName(group))} (${group.results.length})`);
  return groups.length === 0 ? "" : `Failures are in ${listed(groups, 8)}.`;
}

/** Of the gravest ones, what follows in words of people; clients by name. */
function suffering(failures: readonly CheckResult[]): readonly string[] {
  const clients = [...new Set(failures.flatMap((failure) => failure.clients))].map(clientName);
  const worst = [...new Set(failures.map(({ failure }) => failure?.suffers ?? ""))].filter(Boolean).slice(0, 3);
  return [
    ...(worst.length === 0 ? [] : [`What clients would see: ${worst.map((one) => sentence(one)).join(" ")}`]),
    ...(clients.length === 0 ? [] : [`Affected by name: ${listed(clients, 6)}.`]),
  ];
}

function caveats({ isStopped, isReadOnly, leftOver }: Report): readonly string[] {
  return [
    ...(isStopped ? ["The run was stopped before it had tried everything."] : []),
    ...(isReadOnly ? ["Nothing was written: what needs a write was not tried."] : []),
    ...(leftOver.length === 0
      ? []
      : [
          `${counted(leftOver.length, "resource")} of this run could not be removed and ${leftOver.length === 1 ? "is" : "are"} listed.`,
        ]),
  ];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** For the middle of a sentence; abbreviations stay. */
function lowered(name: string): string {
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
