import type { ClientClock } from "./options.ts";

/** Lets so many requests through at once, and none while the server wants a rest. */
export interface Gate {
  /** Waits for a place, and for the end of a rest that is no longer than that, in milliseconds. What is resolved gives the place back. */
  enter(longestRest: number, signal: AbortSignal): Promise<() => void>;
  /** No request until then. */
  rest(until: number): void;
  /** Requests that are under way. */
  inside(): number;
}

export function openGate(width: number, clock: ClientClock): Gate {
  const queue: (() => void)[] = [];
  let inside = 0;
  let restsUntil = 0;
  const leave = (): void => {
    const next = queue.shift();
    if (next === undefined) inside--;
    else next();
  };
  const place = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (inside < width) {
      inside++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        queue.splice(queue.indexOf(take), 1);
        reject(signal.reason);
      };
      const take = (): void => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      queue.push(take);
      signal.addEventListener("abort", stop, { once: true });
    });
  };
  return {
    async enter(longestRest, signal) {
      await place(signal);
      try {
        for (let now = clock.now(); restsUntil > now && restsUntil - now <= longestRest; now = clock.now())
          await clock.sleep(restsUntil - now, signal);
        signal.throwIfAborted();
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
    rest(until) {
      restsUntil = Math.max(restsUntil, until);
    },
    inside: () => inside,
  };
}
