/** A small seeded source of choices, so that a run can be repeated from its seed. */
export interface Random {
  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number;
  /** One of the values. */
  pick<T>(values: readonly T[]): T;
  /** `true` once in `times`. */
  oneIn(times: number): boolean;
  /** A list of `least` to `most` values. */
  list<T>(least: number, most: number, make: (index: number) => T): T[];
}

/**
 * Makes a source of choices (the generator is Mulberry32).
 * @param seed a 32-bit integer; the same seed gives the same choices.
 */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    pick: <T>(values: readonly T[]): T => {
      if (values.length === 0) throw new RangeError("There is nothing to pick from.");
      return values[below(values.length)] as T;
    },
    oneIn: (times) => below(times) === 0,
    list: (least, most, make) => Array.from({ length: least + below(most - least + 1) }, (_, index) => make(index)),
  };
}
