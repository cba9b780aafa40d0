import { vi } from "vitest";

/** The clock that slices of time are cut by, in the hands of a test: each look at it is so many milliseconds later. */
export interface Clock {
  /** How far one look moves it: 0 lets all work be done in one turn. */
  step: number;
  restore(): void;
}

/** Takes the clock over. */
export function shortSlices(step: number): Clock {
  let now = performance.now();
  const clock: Clock = { step, restore: () => spy.mockRestore() };
  const spy = vi.spyOn(performance, "now").mockImplementation(() => {
    now += clock.step;
    return now;
  });
  return clock;
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
