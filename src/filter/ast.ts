/** The nine comparison operators; `pr` has a node of its own. @see RFC 7644 §3.4.2.2 Table 3 */
export const COMPARE_OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] as const;

/** compareOp = "eq" / "ne" / "co" / "sw" / "ew" / "gt" / "lt" / "ge" / "le", in lower case. @see RFC 7644 §3.4.2.2 Figure 1 */
export type CompareOperator = (typeof COMPARE_OPERATORS)[number];

/** compValue = false / null / true / number / string. Numbers are finite, strings well-formed. @see RFC 7644 §3.4.2.2 Figure 1 */
export type CompareValue = string | number | boolean | null;

/** All parts match. At least two, none of them an `and` itself. @see RFC 7644 §3.4.2.2 Table 4 */
export interface And<Path> {
  readonly type: "and";
  readonly filters: readonly Filter<Path>[];
}

/** Any part matches. At least two, none of them an `or` itself. @see RFC 7644 §3.4.2.2 Table 4 */
export interface Or<Path> {
  readonly type: "or";
  readonly filters: readonly Filter<Path>[];
}

/** The filter does not match. @see RFC 7644 §3.4.2.2 Table 4 */
export interface Not<Path> {
  readonly type: "not";
  readonly filter: Filter<Path>;
}

/** `title pr`: the attribute has a value that is not empty. @see RFC 7644 §3.4.2.2 Table 3 */
export interface Present<Path> {
  readonly type: "present";
  readonly path: Path;
}

/** `userName eq "x"` @see RFC 7644 §3.4.2.2 Table 3 */
export interface Compare<Path> {
  readonly type: "compare";
  readonly path: Path;
  readonly operator: CompareOperator;
  readonly value: CompareValue;
  /**
   * How the operand stood, where it stood without quotes and `value` does not tell: a word, or a number in another notation than
   * that of JSON.stringify. Only in what was parsed with `unquotedOperands`, never in what is resolved.
   */
  readonly bare?: string;
}

/** `emails[type eq "work"]`: one element matches as a whole. The paths inside start at the element: `type`. @see RFC 7644 §3.4.2.2 Table 5 */
export interface Element<Path> {
  readonly type: "element";
  readonly path: Path;
  readonly filter: Filter<Path>;
}

/**
 * A filter. As parsed, a path is the text of the client (`Filter<string>`); resolved against a resource type it is an
 * `AttributePath`, and that is what storage adapters get.
 *
 * @example
 * ```ts
 * import type { Filter } from "scimkit/filter";
 * const isAda: Filter = { type: "compare", path: "userName", operator: "eq", value: "ada" };
 * const isActiveAda: Filter = { type: "and", filters: [isAda, { type: "present", path: "active" }] };
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export type Filter<Path = string> = And<Path> | Or<Path> | Not<Path> | Present<Path> | Compare<Path> | Element<Path>;

/** One function for each kind of node; adapters compile filters with it. @see visitFilter; RFC 7644 §3.4.2.2 */
export interface FilterVisitor<Path, Result> {
  and(node: And<Path>): Result;
  or(node: Or<Path>): Result;
  not(node: Not<Path>): Result;
  present(node: Present<Path>): Result;
  compare(node: Compare<Path>): Result;
  element(node: Element<Path>): Result;
}

/**
 * Calls the function of the visitor that the node's type names; the visitor goes down by calling it again.
 *
 * @example
 * ```ts
 * import { type Filter, type FilterVisitor, parseFilter, visitFilter } from "scimkit/filter";
 * const paths: FilterVisitor<string, readonly string[]> = {
 *   and: (node) => node.filters.flatMap((part) => visitFilter(part, paths)),
 *   or: (node) => node.filters.flatMap((part) => visitFilter(part, paths)),
 *   not: (node) => visitFilter(node.filter, paths),
 *   present: (node) => [node.path],
 *   compare: (node) => [node.path],
 *   element: (node) => [node.path],
 * };
 * visitFilter(parseFilter('title pr and name.givenName sw "A"'), paths); // ["title", "name.givenName"]
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function visitFilter<Path, Result>(filter: Filter<Path>, visitor: FilterVisitor<Path, Result>): Result {
  switch (filter.type) {
    case "and":
      return visitor.and(filter);
    case "or":
      return visitor.or(filter);
    case "not":
      return visitor.not(filter);
    case "present":
      return visitor.present(filter);
    case "compare":
      return visitor.compare(filter);
    case "element":
      return visitor.element(filter);
  }
}
