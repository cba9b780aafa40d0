import { createWorkbench } from "./bench.ts";
import type { Check } from "./check.ts";
import { CheckEnd } from "./check-end.ts";
import { systemClock } from "./clock.ts";
import type { Exchange } from "./exchange.ts";
import type { CheckResult } from "./report.ts";
import { newTrace, type Session, type Trace } from "./session.ts";

/** As many exchanges before the telling ones show how it came to them. */
const BEFORE = 6;

/** In milliseconds: as long as requests that are under way may take when the run is stopped. */
const LAST_ANSWERS = 10_000;

export interface Tried {
  readonly result: CheckResult;
  readonly isUnanswered: boolean;
}

/** Tries one check; whatever it throws, there is a result. Requests that it left under way are over when this is. */
export async function runCheck(check: Check, session: Session, limit: number): Promise<Tried> {
  const trace = newTrace(check.id);
  const begun = performance.now();
  const end = await endOf(check, session, trace, limit);
  trace.isOver = true;
  await settled(trace, session.stop);
  const result: CheckResult = {
    id: check.id,
    title: check.title,
    level: check.level,
    requirements: check.requirements,
    section: check.section,
    clients: check.clients ?? [],
    outcome: end === undefined ? "passed" : end.outcome,
    ms: Math.round(performance.now() - begun),
    requests: trace.requests,
    ...(trace.notes.length > 0 ? { notes: trace.notes } : {}),
    ...(end === undefined ? {} : detailsOf(check, end, trace)),
  };
  return { result, isUnanswered: end?.outcome === "blocked" && trace.isUnanswered };
}

async function endOf(check: Check, session: Session, trace: Trace, limit: number): Promise<CheckEnd | undefined> {
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckEnd("blocked", `it took longer than ${limit / 1000} seconds`)), limit);
  });
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new CheckEnd("skipped", "the run was stopped"));
    if (session.stop.aborted) stop();
    session.stop.addEventListener("abort", stop, { once: true, signal: over.signal });
  });
  try {
    await Promise.race([check.run(createWorkbench(session, trace)), late, stopped]);
    return undefined;
  } catch (error) {
    return error instanceof CheckEnd
      ? error
      : new CheckEnd("blocked", `the check itself is at fault: ${textOf(error)}`);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

async function settled({ underWay, cut }: Trace, stop: AbortSignal): Promise<void> {
  const all = Promise.allSettled(underWay);
  const enough = new AbortController();
  const end = () => enough.abort();
  all.then(end);
  if (stop.aborted) {
    await systemClock.wait(LAST_ANSWERS, enough.signal);
    cut.abort();
  }
  await all;
}

function detailsOf(check: Check, end: CheckEnd, trace: Trace): Pick<CheckResult, "reason" | "failure"> {
  if (end.outcome !== "failed") return { reason: end.message };
  return {
    failure: {
      seen: end.message,
      right: end.right,
      suffers: check.suffers,
      exchanges: inOrder(trace.exchanges, end.shown),
    },
  };
}

function inOrder(all: readonly Exchange[], shown: readonly Exchange[]): readonly Exchange[] {
  const before = all.filter((exchange) => !shown.includes(exchange));
  return [...before.slice(-BEFORE), ...shown];
}
