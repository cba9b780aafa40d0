import type { Level } from "../check.ts";
import { isCounted } from "../counts.ts";
import type { CheckResult, Outcome } from "../report.ts";

/** Where the tool is at home. */
export const HOMEPAGE = "https://github.com/scimkit/scimkit";

/** What is written for a level, and what it means to who has not read the RFC. */
export const LEVEL_WORDS: Readonly<Record<Level, { readonly label: string; readonly meaning: string }>> = {
  must: { label: "MUST", meaning: "The standard requires it, or the server's own documents promise it." },
  should: { label: "SHOULD", meaning: "The standard recommends it." },
  client: { label: "Client", meaning: "No standard asks for it, but the named clients need it." },
  option: { label: "Option", meaning: "The server may do without it; where it offers it, it has to be right." },
};

/** An outcome as reports show it: failures that are excused are apart. */
export type ShownOutcome = Outcome | "expected";

export const SHOWN_OUTCOMES: readonly ShownOutcome[] = ["failed", "expected", "passed", "blocked", "skipped"];

export function shownOutcome(result: CheckResult): ShownOutcome {
  return result.outcome === "failed" && !isCounted(result) ? "expected" : result.outcome;
}

/** `1 check`, `1,200 checks`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

/** `a, b and c`; of more than `most`, the first ones and how many more. */
export function listed(words: readonly string[], most = Number.POSITIVE_INFINITY): string {
  const shown = words.length > most ? [...words.slice(0, most), `${words.length - most} more`] : words;
  return shown.length < 2 ? (shown[0] ?? "") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** `840 ms`, `12.4 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A time for people, in UTC whatever the machine's zone: `27 November 2026, 22:47 UTC`. */
export function moment(rfc3339: string): string {
  const date = new Date(rfc3339);
  if (Number.isNaN(date.getTime())) return rfc3339;
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return `${day}, ${date.toISOString().slice(11, 16)} UTC`;
}
