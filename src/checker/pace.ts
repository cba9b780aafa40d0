import type { ClientAnswer } from "../client/index.ts";
import type { Clock } from "./clock.ts";

/** Keeps to what the user (`--rate`) and the server (429, 503) ask for. */
export interface Pace {
  /** Waits until the next request may go. */
  turn(signal: AbortSignal | undefined): Promise<void>;
  /** Whether the server asked to come again later, and that has been waited for. */
  hasWaited(answer: ClientAnswer, attempt: number, signal: AbortSignal | undefined): Promise<boolean>;
  /** All that the server has asked for, in milliseconds. */
  readonly waited: number;
}

/** In milliseconds: the longest wait for one request, and all waits of a run. */
const LONGEST_WAIT = 60_000;
const BUDGET = 10 * 60_000;
const MOST_ATTEMPTS = 8;

export function createPace(rate: number | undefined, clock: Clock): Pace {
  let next = 0;
  let waited = 0;
  return {
    get waited() {
      return waited;
    },
    async turn(signal) {
      if (rate === undefined) return;
      const now = clock.now();
      const mine = Math.max(now, next);
      next = mine + 1000 / rate;
      if (mine > now) await clock.wait(mine - now, signal);
    },
    async hasWaited({ status, headers }, attempt, signal) {
      const retryAfter = headers.get("retry-after");
      if (!(status === 429 || (status === 503 && retryAfter !== null))) return false;
      const wait = waitOf(retryAfter, attempt, clock);
      if (attempt >= MOST_ATTEMPTS || wait > LONGEST_WAIT || waited + wait > BUDGET) return false;
      waited += wait;
      await clock.wait(wait, signal);
      return !signal?.aborted;
    },
  };
}

/** Seconds or a date; where it is neither, twice as long each time. */
function waitOf(retryAfter: string | null, attempt: number, clock: Clock): number {
  const text = retryAfter?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = text === "" ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? 1000 * 2 ** attempt : Math.max(0, date - clock.now());
}
