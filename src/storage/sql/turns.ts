import { unavailable } from "../../error.ts";

/**
 * The longest that work waits to begin, in milliseconds: in the line, and for what writers of other processes hold. It counts from
 * when the work arrived.
 */
export const LONGEST_WAIT = 10_000;

/**
 * Most that wait in one line. A commit that reaches the disk takes some 10 ms, so that who stands behind more than this would not
 * be served within the longest wait either.
 */
const MOST_WAITING = 1000;

/** A line that lets some work at a time, and the others in the order in which they came. */
export interface Turns {
  /**
   * Runs `work` when it is its turn, if that is before `until` (in terms of `performance.now()`).
   * @throws {ScimError} 503 at once where too many wait already; and as soon as the time is up.
   */
  run<T>(until: number, work: () => Promise<T>): Promise<T>;
}

/** Makes a line that lets `atOnce` work at a time. */
export function createTurns(atOnce: number): Turns {
  const waiting = new Set<() => void>();
  let working = 0;
  const begin = (until: number): Promise<void> => {
    if (working < atOnce) {
      working++;
      return Promise.resolve();
    }
    if (waiting.size >= MOST_WAITING)
      return Promise.reject(unavailable("Too many writes wait already. Try again later."));
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(go);
        reject(tooLate());
      };
      const timer = setTimeout(giveUp, until - performance.now());
      waiting.add(go);
    });
  };
  const end = (): void => {
    const [next] = waiting;
    if (next === undefined) working--;
    else {
      waiting.delete(next);
      next();
    }
  };
  return {
    async run(until, work) {
      await begin(until);
      try {
        // A timer may be late where the event loop is.
        if (performance.now() >= until) throw tooLate();
        return await work();
      } finally {
        end();
      }
    },
  };
}

function tooLate() {
  return unavailable("Storage was busy with other work for too long. Try again later.");
}
