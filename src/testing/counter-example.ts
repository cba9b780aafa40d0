import type { Choice, FastCheck } from "./choice.ts";
import { randomFrom } from "./random.ts";

/** A value that should not have a problem and has one. */
export interface CounterExample {
  readonly problem: string;
  /** Where fast-check has it, from the seed on; undefined where fast-check is not installed. */
  readonly path: string | undefined;
}

/** How a search goes. */
export interface Search {
  readonly seed: number;
  /** How many values are tried. */
  readonly runs: number;
  /** Where a counter-example was: nothing else is tried. Without fast-check it has no effect. */
  readonly path: string | undefined;
}

/** How long a counter-example is made simpler, in milliseconds: less than the time that runners give a test. */
const SHRINKING_TIME = 4000;

/** Marks a problem that was found as such, and not thrown by a call that should have succeeded. */
class Problem extends Error {}

/**
 * Looks for a value that has a problem; undefined where none of `runs` values has one. Where `fast-check` is installed, values
 * are drawn and shrunk by it; elsewhere they are drawn by the kit's own generator and stay as they are.
 * @throws whatever `problemOf` throws.
 */
export async function findCounterExample<T>(
  choice: Choice<T>,
  { seed, runs, path }: Search,
  problemOf: (value: T) => Promise<string | undefined>,
): Promise<CounterExample | undefined> {
  const fastCheck = await loadFastCheck();
  if (fastCheck === undefined) {
    const random = randomFrom(seed);
    for (let run = 0; run < runs; run++) {
      const problem = await problemOf(choice.sample(random));
      if (problem !== undefined) return { problem, path: undefined };
    }
    return undefined;
  }
  let end = Number.POSITIVE_INFINITY;
  const property = fastCheck.asyncProperty(fastCheck.noBias(choice.arbitrary(fastCheck)), async (value) => {
    if (Date.now() > end) return;
    try {
      const problem = await problemOf(value);
      if (problem !== undefined) throw new Problem(problem);
    } catch (error) {
      if (end === Number.POSITIVE_INFINITY) end = Date.now() + SHRINKING_TIME;
      throw error;
    }
  });
  const details = await fastCheck.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) });
  if (!details.failed) return undefined;
  const { errorInstance, counterexamplePath } = details;
  if (!(errorInstance instanceof Problem)) throw errorInstance;
  return { problem: errorInstance.message, path: counterexamplePath ?? "" };
}

/** Undefined where it is not installed: it is an optional peer. */
async function loadFastCheck(): Promise<FastCheck | undefined> {
  try {
    return await import("fast-check");
  } catch {
    return undefined;
  }
}
