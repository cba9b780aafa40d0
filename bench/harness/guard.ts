/** How much slower than recorded, next to the limit, a row may be before the guard fails. */
export const SLACK = 1.3;

/** Ratios to the limit, by the name of the row, as they were when they were last looked at. */
export interface Recorded {
  /** By what it was recorded. */
  readonly node: string;
  readonly ratios: Readonly<Record<string, number>>;
}

/** What is to be said of a row. */
export interface Verdict {
  readonly name: string;
  readonly recorded: number | undefined;
  /** The best of those measured; undefined where the row is no more. */
  readonly ratio: number | undefined;
  readonly isBehind: boolean;
}

/**
 * Compares each row with what was recorded. One that seems to be behind is measured twice more, and the best counts, so that only what is slow
 * each time fails. A row that was never recorded fails too, as does one that is recorded and gone: somebody has to look.
 */
export async function judge(
  names: readonly string[],
  recorded: Recorded,
  ratioOf: (name: string) => number | Promise<number>,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const name of names) {
    const known = recorded.ratios[name];
    let ratio = await ratioOf(name);
    const isFine = (): boolean => known !== undefined && ratio <= known * SLACK;
    for (let again = 0; again < 2 && known !== undefined && !isFine(); again++)
      ratio = Math.min(ratio, await ratioOf(name));
    verdicts.push({ name, recorded: known, ratio, isBehind: !isFine() });
  }
  const gone = Object.keys(recorded.ratios).filter((name) => !names.includes(name));
  return [
    ...verdicts,
    ...gone.map((name) => ({ name, recorded: recorded.ratios[name], ratio: undefined, isBehind: true })),
  ];
}

/** What the guard says of a row. */
export function lineOf({ name, recorded, ratio, isBehind }: Verdict): string {
  const measured = ratio === undefined ? "no such row any more" : `× ${ratio.toFixed(2)} of the limit`;
  const before = recorded === undefined ? "never recorded" : `recorded × ${recorded.toFixed(2)}`;
  return `${isBehind ? "BEHIND" : "    ok"}  ${name.padEnd(36)} ${measured}, ${before}`;
}
