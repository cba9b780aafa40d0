import { getOrCreate } from "../storage/get-or-create.ts";
import type { ImportProblem } from "./line.ts";
import type { ImportCounts } from "./options.ts";
import type { Outcome } from "./write-lines.ts";

/** How many problems, and how many unknown names, a result lists. */
const MOST = 100;

/** Counts what becomes of lines. */
export class Tally {
  readonly problems: ImportProblem[] = [];
  readonly unknown = new Map<string, number>();
  readonly #onProblem: ((problem: ImportProblem) => void) | undefined;
  #counts = { lines: 0, created: 0, replaced: 0, unchanged: 0, failed: 0, renamed: 0, secretsDropped: 0 };

  constructor(onProblem: ((problem: ImportProblem) => void) | undefined) {
    this.#onProblem = onProblem;
  }

  get counts(): ImportCounts {
    return { ...this.#counts };
  }

  /** Counts lines that came. */
  read(lines: number): void {
    this.#counts.lines += lines;
  }

  /** Counts what became of a line that was written. */
  wrote({ type, id, line, notices }: Outcome): void {
    this.#counts[type]++;
    if (type === "created" && line.hasId && line.id !== id) this.#counts.renamed++;
    this.#counts.secretsDropped += notices.filter((notice) => notice.type === "secretDropped").length;
  }

  /** Counts a line that was not. */
  failed(problem: ImportProblem): void {
    this.#counts.failed++;
    this.found(problem);
  }

  /** Tells of a problem. */
  found(problem: ImportProblem): void {
    if (this.problems.length < MOST) this.problems.push(problem);
    this.#onProblem?.(problem);
  }

  /** Counts an attribute that no schema names. */
  leftOut(path: string): void {
    if (this.unknown.size >= MOST && !this.unknown.has(path)) return;
    this.unknown.set(path, getOrCreate(this.unknown, path, () => 0) + 1);
  }
}
