import type { Fragment } from "./fragment.ts";

/** What a value of JSON is, null apart. */
export type JsonKind = "string" | "number" | "boolean" | "object";

/** What a text must say to be a value of a type that JSON has no kind for. */
export type TextForm = "dateTime" | "binary" | "reference";

/**
 * How a dialect looks into JSON that may be of another shape than an attribute is declared to have: it was written when the
 * attribute was declared otherwise. Nothing here fails, whatever is there.
 */
export interface FitWords {
  /** Condition: there is something else under a name of a JSON object than a value of the kind, or null. Never NULL. */
  isOdd(json: Fragment, name: string, kind: JsonKind): Fragment;
  /** Condition: there is something under a name of a JSON object. Never NULL. */
  isThere(json: Fragment, name: string): Fragment;
  /** A row source of what is under a name: the elements of an array, or else the value itself. Each is `alias.value`. */
  elements(json: Fragment, name: string, alias: string): Fragment;
  /** Condition: an element of `elements` is neither of the kind nor null. Never NULL. */
  isOddElement(alias: string, kind: JsonKind): Fragment;
  /** An element of `elements` as JSON to look into; NULL where it is no object. */
  elementObject(alias: string): Fragment;
  /** An element of `elements` as text, or, where it is an object, what it has under a name. */
  elementOr(alias: string, name: string): Fragment;
  /** Condition on a text: it surely is of a form. What is not may be nevertheless. */
  isOfForm(text: Fragment, form: TextForm): Fragment;
  /** Condition on the text of a JSON number: it surely is an integer that a double has exactly. */
  isWhole(text: Fragment): Fragment;
  /** Condition on the text of a JSON number: it can be cast to a number. */
  isInRange(text: Fragment): Fragment;
  /** Condition on a column: what it holds can surely be cast to a number. */
  isNumber(column: Fragment): Fragment;
  /** The later of a column's time and a given one, as the column has it. */
  later(column: Fragment, at: string): Fragment;
}
