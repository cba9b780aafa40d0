import type { Context } from "../storage/adapter.ts";
import type { ImportProblem, TransferLine } from "./line.ts";

/** Lines to import: as objects, or as the text of them; empty text is passed over. */
export type ImportSource =
  | AsyncIterable<TransferLine | string>
  | Iterable<TransferLine | string>
  /** Opens the lines anew, each time from the first one: then those can be read again whose references lead to later lines. */
  | (() => AsyncIterable<TransferLine | string> | Iterable<TransferLine | string>);

/** Options of `importResources`. */
export interface ImportOptions<C extends Context = Context> {
  /** Whose directory it is, as `authenticate` would have it. Default `{}`: that of a server with one tenant. */
  readonly context?: C | undefined;
  /** Goes on where an import of the same lines broke off: the last `checkpoint` that it gave. Default: from the first line. */
  readonly after?: string | undefined;
  /**
   * What becomes of a resource that is there and is not as its line has it: `"replace"` makes it so, `"keep"` leaves it alone. Secrets of
   * a resource that is there are left alone either way. Default `"replace"`.
   */
  readonly existing?: "replace" | "keep" | undefined;
  /** `true`: nothing is begun any more after the first line that cannot be taken. Default `false`: it is told of, and the rest goes on. */
  readonly stopOnError?: boolean | undefined;
  /** How many lines are stored at a time. Default 200. */
  readonly batchSize?: number | undefined;
  /** How many batches are under way at once; each takes a connection of the storage's. Default 4. */
  readonly concurrency?: number | undefined;
  /**
   * How many lines may wait for what they refer to where storage cannot keep a reference to nothing and the lines cannot be read again.
   * More of them are problems. Default 10,000.
   */
  readonly maxWaiting?: number | undefined;
  /** Told after each batch. What it throws ends the import. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Told of each line that cannot be taken, and of each reference that leads nowhere in the end. What it throws ends the import. */
  readonly onProblem?: ((problem: ImportProblem) => void) | undefined;
  /** Aborted: the import ends with its reason when the batches under way are done. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of lines so far. */
export interface ImportCounts {
  /** Lines read, those that an import before this one had done left out. */
  readonly lines: number;
  readonly created: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Created resources that storage gave another id than their line has. */
  readonly renamed: number;
  /** Values of writeOnly attributes that storage did not keep. */
  readonly secretsDropped: number;
}

/** How far an import has come. */
export interface ImportProgress extends ImportCounts {
  /** What `after` takes to go on from here. */
  readonly checkpoint: string;
}

/** What an import came to. */
export interface ImportResult extends ImportProgress {
  /** Whether all lines were looked at: not so where `stopOnError` ended it. */
  readonly isComplete: boolean;
  /** The first 100 problems; `onProblem` is told of all. */
  readonly problems: readonly ImportProblem[];
  /** Attributes that no schema names, and that were left out: how many lines have each. The first 100 of them. */
  readonly unknown: Readonly<Record<string, number>>;
}

/** Options with their defaults. */
export interface ImportSettings<C extends Context> extends ImportOptions<C> {
  readonly context: C;
  readonly existing: "replace" | "keep";
  readonly stopOnError: boolean;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly maxWaiting: number;
}
