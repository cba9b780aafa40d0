import type { Level } from "./check.ts";
import type { Exchange } from "./exchange.ts";

/** `failed` counts; `blocked`: what it needs has failed before; `skipped`: it does not apply to this server or this run. */
export type Outcome = "passed" | "failed" | "blocked" | "skipped";

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
  readonly failure?: {
    readonly seen: string;
    readonly right: string;
    readonly suffers: string;
    /** What shows it, the telling one last. Credentials are masked, long bodies cut. */
    readonly exchanges: readonly Exchange[];
  };
  /** Where `--expected-failures` names it: a failure that does not count until then. */
  readonly expected?: { readonly reason: string; readonly until: string };
}

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
  readonly summary: Readonly<Record<Level, Readonly<Record<Outcome | "expected", number>>>>;
  /** Whether nothing failed that counts: the exit status. */
  readonly isGood: boolean;
  readonly results: readonly CheckResult[];
  /** What the run made and could not remove. */
  readonly leftOver: readonly { readonly path: string; readonly name: string; readonly reason: string }[];
  /** Remarks on the whole run: documents that are missing, limits that were met. */
  readonly remarks: readonly string[];
}
