import type { ClientClock } from "scimkit/client";

/** A clock on which waiting takes no time; `waits` are the milliseconds that were waited. */
export interface TestClock extends ClientClock {
  readonly waits: number[];
}

/** Time begins in 2026 and passes by waiting alone; chance is always `chance`, or what it gives. */
export function testClock(chance: number | (() => number) = 1): TestClock {
  let time = Date.UTC(2026, 0, 1);
  const waits: number[] = [];
  return {
    waits,
    now: () => time,
    random: () => (typeof chance === "number" ? chance : chance()),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      time += ms;
      await Promise.resolve();
    },
  };
}
