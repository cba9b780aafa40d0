import type { Check, Level } from "./check.ts";
import type { CheckResult, Outcome, Report } from "./report.ts";

export const LEVELS: readonly Level[] = ["must", "should", "client", "option"];
const OUTCOMES: readonly (Outcome | "expected")[] = ["passed", "failed", "blocked", "skipped", "expected"];

/** What makes a run fail. */
export interface Verdict {
  /** Levels whose failures count. */
  readonly failOn: readonly Level[];
  /** Clients that are played: what they need counts, whatever the level. */
  readonly clients: readonly string[];
}

export function counts({ outcome, expected, level, clients }: CheckResult, verdict: Verdict): boolean {
  if (outcome !== "failed" || expected !== undefined) return false;
  return verdict.failOn.includes(level) || clients.some((client) => verdict.clients.includes(client));
}

export function summarise(results: readonly CheckResult[]): Report["summary"] {
  const summary = Object.fromEntries(
    LEVELS.map((level) => [level, Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]))]),
  ) as Record<Level, Record<Outcome | "expected", number>>;
  for (const { level, outcome, expected } of results)
    summary[level][outcome === "failed" && expected !== undefined ? "expected" : outcome]++;
  return summary;
}

/** Checks whose id or section fits one of the patterns: `filter/*`, `*conflict*`, `RFC 7644 §3.5.2`, `P-3.3-05`. */
export function selected(checks: readonly Check[], patterns: readonly string[]): readonly Check[] {
  if (patterns.length === 0) return checks;
  const tests = patterns.map((pattern) => new RegExp(`^${globOf(pattern)}$`, "i"));
  return checks.filter(({ id, section, requirements, clients = [] }) =>
    [
      id,
      id.split("/")[0] ?? "",
      section,
      section.replace(/^.*§/, "§"),
      section.replace(/^.*§/, ""),
      ...requirements,
      ...clients,
    ].some((name) => tests.some((one) => one.test(name))),
  );
}

function globOf(pattern: string): string {
  return pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
}
