import type { Subject } from "./subject.ts";

/**
 * Something done, over and over, of an input that was made ahead of the clock; what it gives, or comes to, is the answer that is checked.
 * `turn` counts up, so that each turn can be given values that no turn had before.
 */
// biome-ignore lint/suspicious/noExplicitAny: each work knows what its input is.
export type Run = (input: any, turn: number) => unknown;

/** A run whose answers have a form of their own: `read` makes of one, off the clock, what `check` takes, or throws. */
export interface Foreign {
  readonly run: Run;
  readonly read: (answer: unknown, turn: number) => unknown;
}

/** One who does a piece of work. What it needs is made once, ahead of the clock; each call of what it gives is one turn of the work. */
export type Contender = () => Run | Promise<Run>;

/** The same, of another package. */
export type Peer = () => Run | Foreign | Promise<Run | Foreign>;

/** The same, of a built scimkit. */
export type SubjectContender = (subject: Subject) => Run | Promise<Run>;

/** A row of the table: a piece of work that several contenders do, of whom one is the limit. */
export interface Work {
  /** Short, and the same for ever: charts and the guard of CI go by it. */
  readonly name: string;
  /** What is done, in a sentence that a reader of docs/performance.md understands. */
  readonly about: string;
  /** How many times as long as the limit scimkit is meant to take at most. */
  readonly target: number;
  /** Code written for exactly this case: what nobody can be much faster than. */
  readonly limit: Contender;
  readonly scimkit: SubjectContender;
  /** By the name of their package. Each is loaded where its package is installed. */
  readonly peers?: Readonly<Record<string, Peer>>;
  /**
   * Throws where an answer is wrong. A contender whose answer is wrong is marked as such, and has no rank; of the limit or of scimkit it ends
   * the run.
   */
  readonly check: (answer: unknown, turn: number) => void | Promise<void>;
  /** What a turn is given, made ahead of the clock; the same for all contenders. Text is handed on as a host would have it: flat. */
  readonly input?: (turn: number) => unknown;
  /** How many turns a round has at least (default 1): more for work that goes by turns, such as shapes that repeat. */
  readonly turns?: number;
  /** Not part of the short form that CI runs: it takes too long, or needs what CI does not have. */
  readonly isLong?: boolean;
}
