import type { Fragment } from "./fragment.ts";

/** How a dialect makes indexes over keys, and asks them. */
export interface IndexWords {
  /** Most characters of a key that an index over keys holds. */
  readonly longestBeginning: number;
  /** What an index holds of a key, in the order of code points. */
  beginning(text: Fragment): Fragment;
  /**
   * An index over the elements of arrays. Default: the values of lists that are to have an index are rows of a table,
   * which `triggers` keep.
   */
  readonly listIndex?: ListIndex;
  /**
   * Makes an index that answers `LIKE '%part%'`; its statements fail where the database is not equipped for it.
   * Default: texts are found by a `textTable`.
   */
  readonly textIndex?: (name: Fragment, table: Fragment, text: Fragment) => readonly Fragment[];
  /** A table beside that finds texts by their parts, kept by `triggers`. Default: texts have a `textIndex`, or none. */
  readonly textTable?: TextTable;
  /** What follows every write of a table. Default: nothing; then there must be a `listIndex`. */
  readonly triggers?: Triggers;
}

/** An index over the elements of arrays under a name of JSON objects. */
export interface ListIndex {
  create(name: Fragment, table: Fragment, json: Fragment, member: string): Fragment;
  /** Condition: the array holds an element that contains this JSON. */
  contains(json: Fragment, member: string, element: unknown): Fragment;
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
  /** A query that gives a row where there is a trigger of that name. */
  find(name: string): Fragment;
}
