// Figures of repeated runs, and the bounds that they are held to.

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Times each of several works in turn, so that whatever else the machine does falls on all of them; medians in ms. */
export async function timeInTurns<N extends string>(
  works: Readonly<Record<N, () => Promise<unknown>>>,
  rounds: number,
): Promise<Record<N, number>> {
  const names = Object.keys(works) as N[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<N, number[]>;
  for (let round = 0; round < rounds + 20; round++) {
    for (const name of names) {
      const start = performance.now();
      await works[name]();
      // The first rounds warm caches and compilers.
      if (round >= 20) times[name].push(performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<N, number>;
}

let broken = 0;

/** Prints a figure with its bound, and remembers where it is broken. */
export function hold(what: string, value: number, most: number, unit = ""): void {
  const isHeld = value <= most;
  if (!isHeld) broken++;
  const text = Number.isInteger(value) ? String(value) : value.toFixed(2);
  console.log(`  ${isHeld ? "ok    " : "BROKEN"}  ${what}: ${text}${unit} (at most ${most}${unit})`);
}

/** How many bounds were broken. */
export function brokenBounds(): number {
  return broken;
}

export function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 3 : 0)} ms`;
}
