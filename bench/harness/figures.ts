import { writeFileSync } from "node:fs";

/** What was measured that is no row of `Work`: a section of its own in docs/performance.md. Scripts give it as JSON. */
export interface Figures {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly about: string;
  readonly rows: readonly Figure[];
}

/** One line of the table. */
export interface Figure {
  readonly name: string;
  /** By the title of a column. Rows may have different ones: what a row does not have stays empty. */
  readonly values: Readonly<Record<string, number | string>>;
  /** What is aimed at, in words. */
  readonly target?: string;
  readonly isMet?: boolean;
}

/** Where a script was told to leave them by --json. */
export function writeFigures(file: string, figures: Figures): void {
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
}
