import type { Check, Level } from "./check.ts";
import { type Cleanup, createCleanup } from "./cleanup.ts";
import { type Clock, systemClock } from "./clock.ts";
import { isGood, summaryOf } from "./counts.ts";
import { discover } from "./discover.ts";
import type { Exchange } from "./exchange.ts";
import { createLedger } from "./ledger.ts";
import { createMask } from "./mask.ts";
import { createNames, domainOf, newRun } from "./names.ts";
import { findFullness } from "./prelude.ts";
import type { CheckResult, Report } from "./report.ts";
import { runCheck } from "./run-check.ts";
import type { Session } from "./session.ts";
import { createWire, type Wire } from "./wire.ts";

export interface RunOptions {
  readonly baseUrl: string;
  readonly checks: readonly Check[];
  readonly fetch: typeof fetch;
  readonly authorize?: () => Promise<Readonly<Record<string, string>>>;
  /** Never written down; it may grow. */
  readonly secrets?: ReadonlySet<string>;
  readonly template?: Record<string, unknown> | undefined;
  readonly groupTemplate?: Record<string, unknown> | undefined;
  readonly isReadOnly?: boolean;
  /** In milliseconds: for each request (default 30,000), and for each check (default 300,000). */
  readonly timeout?: number;
  readonly checkTimeout?: number;
  readonly rate?: number | undefined;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly profile?: string;
  /** Levels whose failures make the verdict. Default `must`. */
  readonly decides?: readonly Level[];
  /** Those that are played, for the report. */
  readonly clients?: readonly string[];
  readonly version?: string;
  /** Default: of chance. */
  readonly run?: string;
  readonly onStart?: (check: Check, index: number) => void;
  readonly onResult?: (result: CheckResult, index: number) => void;
  /** Each request of the run, those of discovery and cleaning up without a check. Secrets are masked. */
  readonly onExchange?: (one: { readonly check?: string | undefined; readonly exchange: Exchange }) => void;
}

/** So many checks in a row without an answer, and the server is gone. */
const MOST_UNANSWERED = 3;

/** Tries one check after the other, removes what they made, and tells what came of it. */
export async function runChecks(options: RunOptions): Promise<Report> {
  const { checks, clock = systemClock, isReadOnly = false, signal } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const startedAt = clock.now();
  const begun = performance.now();
  const wire = wireOf(options, baseUrl, clock);
  const stopping = new AbortController();
  const stop = signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]);
  const names = createNames(options.run ?? newRun(), domainOf(options.template) ?? "example.com");
  const ledger = createLedger(baseUrl, names.run);
  const cleanup = createCleanup(ledger, names.run, wire.send);
  const { facts, remarks } = await discover(baseUrl, (path) =>
    wire.send({ method: "GET", path, signal: stop, until: stop }),
  );
  const { template, groupTemplate } = options;
  const begin = { facts, wire, ledger, names, template, groupTemplate, isReadOnly, stop };
  const prelude = await findFullness(begin);
  const session: Session = { ...begin, fullness: prelude.fullness };
  const results = await tryAll(options, checks, session, cleanup, () => stopping.abort());
  const leftOver = isReadOnly ? [] : await cleanup.atTheEnd();
  const { decides = ["must"] } = options;
  return {
    version: 1,
    tool: { name: "scimkit", version: options.version ?? "0.0.0" },
    target: baseUrl,
    startedAt: new Date(startedAt).toISOString(),
    ms: Math.round(performance.now() - begun),
    requests: wire.requests,
    isStopped: stop.aborted,
    isReadOnly,
    profile: options.profile ?? "rfc",
    clients: options.clients ?? [],
    run: names.run,
    decides,
    summary: summaryOf(results),
    isGood: isGood({ results, decides }),
    results,
    leftOver,
    remarks: [...remarks, ...prelude.remarks, ...paceRemarks(wire), ...(stopping.signal.aborted ? [GONE] : [])],
  };
}

const GONE = `The server stopped answering: ${MOST_UNANSWERED} checks in a row had no answer, and the rest were not tried.`;

function wireOf(options: RunOptions, baseUrl: string, clock: Clock): Wire {
  const {
    fetch,
    onExchange,
    authorize = async () => ({}),
    timeout = 30_000,
    rate,
    secrets = new Set<string>(),
  } = options;
  return createWire({ baseUrl, fetch, authorize, timeout, rate, clock, mask: createMask(secrets), onExchange });
}

async function tryAll(
  options: RunOptions,
  checks: readonly Check[],
  session: Session,
  cleanup: Cleanup,
  giveUp: () => void,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  let unanswered = 0;
  for (const [index, check] of checks.entries()) {
    if (session.stop.aborted) break;
    options.onStart?.(check, index);
    const { result, isUnanswered } = await runCheck(check, session, options.checkTimeout ?? 300_000);
    if (!session.isReadOnly) await cleanup.afterCheck();
    results.push(result);
    options.onResult?.(result, index);
    unanswered = isUnanswered ? unanswered + 1 : 0;
    if (unanswered >= MOST_UNANSWERED && !(await isAlive(session))) giveUp();
  }
  return results;
}

/** Some checks may well be left without an answer: by a body that is too large, or a server that breaks off instead of refusing. */
async function isAlive({ wire, stop }: Session): Promise<boolean> {
  const { answer } = await wire.send({ method: "GET", path: "/ServiceProviderConfig", signal: stop, until: stop });
  return answer !== undefined;
}

function paceRemarks({ waited }: Wire): readonly string[] {
  return waited === 0 ? [] : [`The server asked to wait (429 or 503): ${Math.round(waited / 1000)} seconds in all.`];
}
