import type { Arbitrary } from "fast-check";
import type { Random } from "./random.ts";

/** What the kit uses of fast-check, which it loads only where it is installed. */
export type FastCheck = Pick<
  typeof import("fast-check"),
  "array" | "asyncProperty" | "check" | "constantFrom" | "nat" | "noBias" | "oneof" | "tuple"
>;

/**
 * How values are chosen at random, said once: fast-check can draw from it and shrink what it drew, the kit's own generator
 * can draw from it.
 */
export interface Choice<T> {
  sample(random: Random): T;
  /** Simpler values come first: it shrinks to them. */
  arbitrary(fastCheck: FastCheck): Arbitrary<T>;
}

/** One of the values, the simplest of which is the first. */
export function oneOf<const T>(values: readonly T[]): Choice<T> {
  return {
    sample: (random) => random.pick(values),
    arbitrary: (fastCheck) => fastCheck.constantFrom(...values),
  };
}

/** A whole number from 0 up to, not including, `bound`. */
export function below(bound: number): Choice<number> {
  return {
    sample: (random) => random.below(bound),
    arbitrary: (fastCheck) => fastCheck.nat(bound - 1),
  };
}

/** `true` once in `times`. */
export function onceIn(times: number): Choice<boolean> {
  return weighted([times - 1, oneOf([false])], [1, oneOf([true])]);
}

/** One of the choices, each as often as its weight says, the simplest of which is the first. */
export function weighted<T>(...choices: readonly (readonly [weight: number, choice: Choice<T>])[]): Choice<T> {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0);
  return {
    sample(random) {
      let left = random.below(total);
      for (const [weight, choice] of choices) {
        if (left < weight) return choice.sample(random);
        left -= weight;
      }
      throw new RangeError("There is nothing to choose from.");
    },
    arbitrary: (fastCheck) =>
      fastCheck.oneof(
        { withCrossShrink: true },
        ...choices.map(([weight, choice]) => ({ weight, arbitrary: choice.arbitrary(fastCheck) })),
      ),
  };
}

/** The value, or once in `times` nothing. */
export function unlessOnceIn<T>(times: number, choice: Choice<T>): Choice<T | undefined> {
  return weighted<T | undefined>([1, oneOf([undefined])], [times - 1, choice]);
}

/** One value of each choice. */
export function all<T extends readonly unknown[]>(...choices: { readonly [I in keyof T]: Choice<T[I]> }): Choice<T> {
  // A mapped tuple loses its type when it is mapped over; each place keeps its own.
  const each: readonly Choice<unknown>[] = choices;
  return {
    sample: (random) => each.map((choice) => choice.sample(random)) as unknown as T,
    arbitrary: (fastCheck) =>
      fastCheck.tuple(...each.map((choice) => choice.arbitrary(fastCheck))) as unknown as Arbitrary<T>,
  };
}

/** `least` to `most` values. */
export function list<T>(choice: Choice<T>, least: number, most: number): Choice<readonly T[]> {
  return {
    sample: (random) => random.list(least, most, () => choice.sample(random)),
    arbitrary: (fastCheck) =>
      fastCheck.array(choice.arbitrary(fastCheck), { minLength: least, maxLength: most, size: "max" }),
  };
}

/** What becomes of a value. */
export function map<T, U>(choice: Choice<T>, to: (value: T) => U): Choice<U> {
  return {
    sample: (random) => to(choice.sample(random)),
    arbitrary: (fastCheck) => choice.arbitrary(fastCheck).map(to),
  };
}
