import { conflict, unavailable } from "../../error.ts";
import { causeOf, faultOf, refusalOfDatabase } from "./dialect/fault.ts";

/** How often what others stood in the way of is tried. */
const MOST_TRIES = 5;

/**
 * Runs a write, and runs it again where what it was to refer to, or what stood in its way, has gone meanwhile. `refuse`
 * throws what another try does not mend, and comes back where one may.
 *
 * @throws {ScimError} 409 where that does not end.
 */
export async function retryWrite<T>(write: () => Promise<T>, refuse: (error: unknown) => Promise<void>): Promise<T> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    try {
      return await write();
    } catch (error) {
      await refuse(error);
    }
  }
  throw conflict();
}

/** Starts again what other transactions stood in the way of; what cannot be reached is 503. */
export async function retryContention<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === "contention" && attempt < MOST_TRIES) await pause(Math.random() * 10 * 2 ** attempt);
      else if (fault === "contention" || fault === "busy" || fault === "unavailable")
        throw unavailable(undefined, { cause: causeOf(error) });
      else throw refusalOfDatabase(error);
    }
  }
}

/**
 * Runs what another process that writes may keep from running, as soon as it does not. It is tried once at least, and for the last
 * time before `until`, in terms of `performance.now()`.
 */
export async function waitWhileBusy(run: () => Promise<unknown>, until: number): Promise<void> {
  for (;;) {
    try {
      await run();
      return;
    } catch (error) {
      if (!isBusyUntil(error, until)) throw error;
      await pauseWhileBusy(until);
    }
  }
}

/** Whether another process that writes was in the way, and there is time for another try before `until`. */
export function isBusyUntil(error: unknown, until: number): boolean {
  return faultOf(error) === "busy" && performance.now() < until;
}

/** Waits between two tries. */
export function pauseWhileBusy(until: number): Promise<void> {
  return pause(Math.min(until - performance.now(), 2 + Math.random() * 18));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
