import type { Level } from "./check.ts";
import type { Exchange } from "./exchange.ts";

/** `failed` counts; `blocked`: what it needs has failed before; `skipped`: it does not apply to this server or this run. */
export type Outcome = "passed" | "failed" | "blocked" | "skipped";

/** What a failed check has seen. */
export interface Failure {
  readonly seen: string;
  readonly right: string;
  readonly suffers: string;
  /** What shows it, the telling one last. Credentials are masked, long bodies cut. */
  readonly exchanges: readonly Exchange[];
}

/** A failure that is known, and does not count until a day. */
export interface ExpectedFailure {
  /** The check's. */
  readonly id: string;
  readonly reason: string;
  /** The last day on which it is excused, in UTC: `2027-03-31`. */
  readonly until: string;
}

/** What came of one check. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly requirements: readonly string[];
  readonly section: string;
  readonly clients: readonly string[];
  readonly outcome: Outcome;
  readonly ms: number;
  readonly requests: number;
  /** Why it is skipped or blocked. */
  readonly reason?: string;
  readonly notes?: readonly string[];
  /** There where it failed, and nowhere else. */
  readonly failure?: Failure;
  /** Where it failed and `--expected-failures` names it. Once the day is over the failure counts again, and `isExpired` says why. */
  readonly expected?: { readonly reason: string; readonly until: string; readonly isExpired: boolean };
}

/** How many checks of a level came out how. A failure that is excused is counted as `expected` and not as `failed`. */
export type Counts = Readonly<Record<Outcome | "expected", number>>;

/** What a run of the checker found. Its JSON Schema is docs/checker-report.schema.json; `version` counts breaking changes. */
export interface Report {
  readonly version: 1;
  readonly tool: { readonly name: "scimkit"; readonly version: string };
  readonly target: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly ms: number;
  readonly requests: number;
  /** Whether it was stopped before it had tried everything. */
  readonly isStopped: boolean;
  readonly isReadOnly: boolean;
  readonly profile: string;
  /** Clients that were played. */
  readonly clients: readonly string[];
  /** Digits that are in the names of everything that the run made. */
  readonly run: string;
  /** Levels whose failures make the verdict. */
  readonly decides: readonly Level[];
  readonly summary: Readonly<Record<Level, Counts>>;
  /** The verdict, and so the exit status: see `isGood` of counts.ts. */
  readonly isGood: boolean;
  readonly results: readonly CheckResult[];
  /** What the run made and could not remove. */
  readonly leftOver: readonly { readonly path: string; readonly name: string; readonly reason: string }[];
  /** Remarks on the whole run: documents that are missing, limits that were met. */
  readonly remarks: readonly string[];
  /** Expected failures that did not come: their checks pass by now, were not run or have another name. Absent without a list. */
  readonly unusedExpectations?: readonly ExpectedFailure[];
}
