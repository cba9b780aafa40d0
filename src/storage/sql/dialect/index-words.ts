import type { Fragment } from "./fragment.ts";

/** How a dialect makes indexes over keys, and asks them. */
export interface IndexWords {
  /**
   * Columns that the database computes, to make indexes over, and to ask them by, where there are none over expressions. Default: indexes
   * are over the expressions themselves.
   */
  readonly computed?: {
    add(table: Fragment, column: Fragment, value: Fragment, bytes: number): Fragment;
    drop(table: Fragment, column: Fragment): Fragment;
  };
  /** Whether an index is over all rows. Default false: it may have a condition. */
  readonly lacksPartialIndexes?: boolean;
  /** Default: `DROP INDEX` and the name. */
  readonly dropIndex?: (name: Fragment, table: Fragment) => Fragment;
  /** Most characters of a key that an index over keys holds. */
  readonly longestBeginning: number;
  /** What an index holds of a key, in the order of code points. */
  beginning(text: Fragment): Fragment;
  /**
   * An index over the elements of arrays. Default: the values of lists that are to have an index are rows of a table,
   * which `triggers` keep.
   */
  readonly listIndex?: ListIndex;
  /** An index that answers `LIKE '%part%'`. Default: texts are found by a `textTable`. */
  readonly textIndex?: TextIndex;
  /** A table beside that finds texts by their parts, kept by `triggers`. Default: texts have a `textIndex`, or none. */
  readonly textTable?: TextTable;
  /** What follows every write of a table. Default: nothing; then there must be a `listIndex`. */
  readonly triggers?: Triggers;
  /**
   * What stands behind `CREATE INDEX` and `DROP INDEX` so that nobody who writes waits for it; outside of a transaction, and one that
   * is broken off leaves an index that is not valid. Default: nothing, because it is done at once with all else.
   */
  readonly concurrently?: ConcurrentIndexes;
}

/** How indexes are made beside writers. */
export interface ConcurrentIndexes extends Turns {
  readonly word: Fragment;
}

/** Turns of a connection, whatever transactions it has. */
export interface Turns {
  /** Takes the turn for the connection among those that want the same text, and gives a row; gives none where another has it. */
  tryTurn(text: string): Fragment;
  /** Gives it back. */
  endTurn(text: string): Fragment;
}

/** An index over the elements of arrays under a name of JSON objects. */
export interface ListIndex {
  /** What the catalogue says that it goes by. */
  readonly method: string;
  /** What follows the table in CREATE INDEX. */
  over(json: Fragment, member: string): Fragment;
  /** Condition: the array holds an element that contains this JSON. */
  contains(json: Fragment, member: string, element: unknown): Fragment;
}

/** An index over the parts of texts, which the database may not be equipped for. */
export interface TextIndex {
  /** What the catalogue says that it goes by. */
  readonly method: string;
  /** Gives a row where the database has what `prepare` asks for, or can have it. */
  readonly isPossible: Fragment;
  /** What is done before the first one is made. */
  readonly prepare: Fragment;
  /** What follows the table in CREATE INDEX. */
  over(text: Fragment): Fragment;
}

/**
 * A table that finds texts by their parts of three characters and more. It has the columns `body`, a text, and `rowid`,
 * the number of the row that the text is of.
 */
export interface TextTable {
  create(name: Fragment): Fragment;
  /** A query for the numbers of the rows whose text contains the part. */
  find(name: Fragment, part: string): Fragment;
  /** The texts that a row source gives, as one. */
  concat(text: Fragment, source: Fragment): Fragment;
}

/** What follows every write of a table. */
export interface Triggers {
  /** Runs statements for each row that an event, such as `INSERT`, writes: `new`, and as it was before `old`. */
  create(name: Fragment, event: string, table: Fragment, statements: readonly Fragment[]): Fragment;
}
