/** What became of the cases of one chapter. */
export interface ChapterScore {
  readonly name: string;
  readonly passed: readonly string[];
  /** `remedy` says which page helps, and what of the package. */
  readonly failed: readonly { readonly title: string; readonly because: string; readonly remedy: string }[];
  readonly leftOut: readonly { readonly title: string; readonly because: string }[];
}

/** What became of a run of the kit. */
export interface ScoreCard {
  /** Repeats the run when given to `storageConformance`. */
  readonly seed: number;
  readonly chapters: readonly ChapterScore[];
  readonly passed: number;
  readonly failed: number;
  readonly leftOut: number;
}

/** What became of one case. */
export type Verdict =
  | { readonly type: "passed" }
  | { readonly type: "failed"; readonly because: string; readonly remedy: string }
  | { readonly type: "leftOut"; readonly because: string };

/** Sums the verdicts up, chapter by chapter in the order of the cases. Cases that did not run are not counted. */
export function scoreCardOf(
  seed: number,
  cases: readonly { readonly title: string; readonly chapter: string }[],
  verdicts: ReadonlyMap<string, Verdict>,
): ScoreCard {
  const chapters = new Map<string, { passed: string[]; failed: Failure[]; leftOut: Finding[] }>();
  for (const { title, chapter } of cases) {
    const score = chapters.get(chapter) ?? { passed: [], failed: [], leftOut: [] };
    chapters.set(chapter, score);
    const verdict = verdicts.get(title);
    if (verdict?.type === "passed") score.passed.push(title);
    else if (verdict?.type === "failed") score.failed.push({ title, because: verdict.because, remedy: verdict.remedy });
    else if (verdict !== undefined) score.leftOut.push({ title, because: verdict.because });
  }
  const scores = [...chapters].map(([name, score]) => ({ name, ...score }));
  const sum = (key: "passed" | "failed" | "leftOut") => scores.reduce((total, score) => total + score[key].length, 0);
  return { seed, chapters: scores, passed: sum("passed"), failed: sum("failed"), leftOut: sum("leftOut") };
}

interface Finding {
  readonly title: string;
  readonly because: string;
}

interface Failure extends Finding {
  readonly remedy: string;
}

/**
 * The score card as a table for people: one line a chapter, below it why cases failed and why they were left out.
 *
 * @example
 * ```ts
 * import { printScoreCard, type ScoreCard } from "scimkit/testing";
 * const report = (card: ScoreCard) => console.log(printScoreCard(card));
 * ```
 */
export function printScoreCard(card: ScoreCard): string {
  const width = Math.max(...card.chapters.map(({ name }) => name.length), 8);
  const lines = [`${"chapter".padEnd(width)}  passed  failed  left out`];
  const row = (name: string, passed: number, failed: number, leftOut: number): string =>
    `${name.padEnd(width)}  ${String(passed).padStart(6)}  ${String(failed).padStart(6)}  ${String(leftOut).padStart(8)}`;
  for (const { name, passed, failed, leftOut } of card.chapters) {
    lines.push(row(name, passed.length, failed.length, leftOut.length));
    for (const { title, because, remedy } of failed)
      lines.push(`  failed: ${title}`, `    ${because}`, `    ${remedy}`);
    const reasons = new Map<string, number>();
    for (const { because } of leftOut) reasons.set(because, (reasons.get(because) ?? 0) + 1);
    for (const [because, count] of reasons) lines.push(`  left out (${count}): ${because}`);
  }
  lines.push(row("all", card.passed, card.failed, card.leftOut), `seed ${card.seed}`);
  return lines.join("\n");
}
