import type { Fragment } from "./fragment.ts";

/**
 * How a dialect reads and writes JSON. The JSON of keys documents is written by scimkit alone, and all of its leaves
 * are strings.
 */
export interface JsonWords {
  /** A JSON text as a value of the keys column. */
  toJson(text: unknown): Fragment;
  /** JSON as text, as the value of a column of an application's, of JSON or of text. Default: as it is. */
  readonly jsonValue?: (text: string) => Fragment;
  /** A value of the keys column as JSON text. */
  jsonText(column: Fragment): Fragment;
  /** A column of whatever type that holds JSON, as `object`, `member` and `each` look into it. */
  jsonIn(column: Fragment): Fragment;
  /** The object under a name of a JSON object. */
  object(json: Fragment, name: string): Fragment;
  /** The string under a name of a JSON object; NULL where there is none. */
  member(json: Fragment, name: string): Fragment;
  /** The first string of an array under a name. */
  first(json: Fragment, name: string): Fragment;
  /** A row source with the elements of an array under a name; each is `alias.value`. */
  each(json: Fragment, name: string, alias: string): Fragment;
  /** The element of `each` itself, as text, where it is a string. */
  elementText(alias: string): Fragment;
  /** The string under a name of the element of `each`; NULL where there is none, or the element is no object. */
  elementMember(alias: string, name: string): Fragment;
  /** The string under a name of a JSON object that a text column holds. */
  field(column: Fragment, name: string): Fragment;
  /** A text column that holds JSON, inside of `aggregate`. */
  nested(column: Fragment): Fragment;
  /**
   * A row source of text columns from a JSON text that is an array of arrays. What is joined to it on all columns of a
   * unique index is looked up row by row, whatever the planner knows of the table [G-13].
   */
  rows(json: string, columns: readonly string[], alias: string): Fragment;
  /**
   * What ends a subquery that is to be run as it is, before what it is joined with on the left of a CROSS JOIN. Default:
   * nothing, because the database keeps to the order of a CROSS JOIN.
   */
  readonly apart?: Fragment;
  /**
   * A subquery on the right of a CROSS JOIN that is to be run for each row on the left, which it names. Default: what it
   * selects from stands there itself, because the database keeps to the order.
   */
  readonly forEach?: (query: Fragment) => Fragment;
  /** A row source with the single text column `value` from a JSON text that is an array of strings. */
  list(json: string): Fragment;
  /** Whether elements are read as rows, by a statement of their own, because `aggregate` is not to be had. Default false. */
  readonly readsElementsAsRows?: boolean;
  /** A JSON text array of what a row source gives, in its order. */
  aggregate(elements: readonly Fragment[], source: Fragment): Fragment;
}

/** A name as the member of a JSON path, which databases write alike. */
export function quotedMember(name: string): string {
  if (/["\\]/.test(name)) throw new TypeError(`The attribute name ${name} cannot be part of a JSON path.`);
  return `"${name}"`;
}
