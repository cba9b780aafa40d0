import { CheckEnd } from "./check-end.ts";
import type { Exchange } from "./exchange.ts";
import type { ServerFacts } from "./facts.ts";
import type { Fullness } from "./generate.ts";
import type { Ledger } from "./ledger.ts";
import type { Names } from "./names.ts";
import type { Wire } from "./wire.ts";

/** What all checks of a run share. */
export interface Session {
  readonly facts: ServerFacts;
  readonly wire: Wire;
  readonly ledger: Ledger;
  readonly names: Names;
  readonly template: Record<string, unknown> | undefined;
  readonly groupTemplate: Record<string, unknown> | undefined;
  readonly fullness: Fullness;
  readonly isReadOnly: boolean;
  /** Aborted where the run is stopped: no request is begun any more. */
  readonly stop: AbortSignal;
}

/** What one check has done so far. */
export interface Trace {
  /** The check's id. */
  readonly check: string;
  readonly exchanges: Exchange[];
  readonly notes: string[];
  /** Requests that are under way: nothing is removed before they have come to an end. */
  readonly underWay: Set<Promise<unknown>>;
  requests: number;
  /** Whether the last request had no answer. */
  isUnanswered: boolean;
  /** Cuts what is still under way when the run is stopped and it takes too long. */
  readonly cut: AbortController;
  /** Set when the check is over: what it still asks is refused. */
  isOver: boolean;
}

/** More of them are not kept; what shows a failure is most often among the last. */
const KEPT = 60;

export function newTrace(check: string): Trace {
  return {
    check,
    exchanges: [],
    notes: [],
    underWay: new Set(),
    requests: 0,
    isUnanswered: false,
    cut: new AbortController(),
    isOver: false,
  };
}

export function keep(trace: Trace, exchange: Exchange): void {
  trace.exchanges.push(exchange);
  if (trace.exchanges.length > KEPT) trace.exchanges.shift();
}

/** Refuses what may not be asked: of a run that is stopped, of a check that is over, with `--read-only`, of another host. */
export function guard(session: Session, trace: Trace, method: string, path: string): void {
  if (session.stop.aborted) throw new CheckEnd("skipped", "the run was stopped");
  if (trace.isOver) throw new CheckEnd("blocked", "the check is over");
  if (session.isReadOnly && isWrite(method, path))
    throw new CheckEnd("skipped", "it would write, and the run is read-only");
  if (/^https?:\/\//i.test(path) && new URL(path).origin !== new URL(session.facts.baseUrl).origin)
    throw new CheckEnd("blocked", `${path} is on another host than the base URL, and no credentials are sent there`);
}

export function isWrite(method: string, path: string): boolean {
  const isSearch = method === "POST" && /\/\.search$/i.test(path.replace(/\?.*$/, ""));
  return !(["GET", "HEAD", "OPTIONS"].includes(method) || isSearch);
}
