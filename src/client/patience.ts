import { systemClock } from "./clock.ts";
import type { ClientClock, ClientOptions, RetryOptions } from "./options.ts";

/** How long a client goes on, and how it waits. */
export interface Patience {
  readonly clock: ClientClock;
  readonly retry: Required<{ readonly [K in keyof RetryOptions]: number }>;
  /** Ends every request of the client. */
  readonly signal: AbortSignal | undefined;
}

export function patienceOf({ retry = {}, clock = systemClock, signal }: ClientOptions): Patience {
  const { attempts = 8, time = 300_000, firstWait = 500, longestWait = 30_000 } = retry;
  return { clock, retry: { attempts, time, firstWait, longestWait }, signal };
}

/** Milliseconds to wait after so many attempts: a random part of what doubles each time, so that clients do not come back together. */
export function backOff(number: number, { clock, retry }: Patience): number {
  return clock.random() * Math.min(retry.longestWait, retry.firstWait * 2 ** (number - 1));
}
