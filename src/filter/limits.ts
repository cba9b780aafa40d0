import { type IToken, tokenMatcher } from "chevrotain";
import {
  And,
  CompareOperatorToken,
  LeftBracket,
  LeftParenthesis,
  Or,
  Present,
  RightBracket,
  RightParenthesis,
  SubAttribute,
  Word,
} from "./tokens.ts";

/**
 * Bounds on a filter or a PATCH path, checked on the text and its tokens before anything recursive runs.
 * @see RFC 7644 §3.4.2.2
 */
export interface FilterLimits {
  /** Longest text in UTF-16 code units (`text.length`). Default 8,192. */
  readonly maxLength: number;
  /** Deepest nesting of `(` and `[`. Default 32; the recursive parser itself has room for about 300. */
  readonly maxDepth: number;
  /** Most comparisons, `pr` included. Default 256. */
  readonly maxClauses: number;
}

/**
 * The bounds that hold where the options name none.
 *
 * @example
 * ```ts
 * import { DEFAULT_FILTER_LIMITS, parseFilter } from "scimkit/filter";
 * parseFilter('userName eq "ada"', { limits: { ...DEFAULT_FILTER_LIMITS, maxClauses: 10 } });
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export const DEFAULT_FILTER_LIMITS: FilterLimits = { maxLength: 8192, maxDepth: 32, maxClauses: 256 };

/** What exceeds a limit, and where (an offset counted from 0). */
export interface LimitProblem {
  readonly offset: number;
  readonly text: string;
}

/** Depth and number of comparisons, in one pass over the tokens; undefined when both are within their limits [P-3.4.2.2-37]. */
export function limitProblem(tokens: readonly IToken[], limits: FilterLimits): LimitProblem | undefined {
  let depth = 0;
  let clauses = 0;
  // Operators may be attribute names as well, so they count only where an operator stands.
  let next: "attribute" | "operator" | "operand" | "joint" = "attribute";
  for (const token of tokens) {
    const type = token.tokenType;
    if (type === LeftParenthesis || type === LeftBracket) {
      next = "attribute";
      if (++depth > limits.maxDepth) {
        return {
          offset: token.startOffset,
          text: `More than ${limits.maxDepth} levels of nesting (the limit maxDepth)`,
        };
      }
    } else if (type === RightParenthesis || type === RightBracket) {
      next = "joint";
      depth--;
    } else if (next === "attribute") {
      if (tokenMatcher(token, Word)) next = "operator";
    } else if (next === "operator") {
      if (type === Present) next = "joint";
      else if (tokenMatcher(token, CompareOperatorToken)) next = "operand";
      else continue;
      if (++clauses > limits.maxClauses) {
        return { offset: token.startOffset, text: `More than ${limits.maxClauses} comparisons (the limit maxClauses)` };
      }
    } else if (next === "operand") {
      next = "joint";
    } else if (type === And || type === Or) {
      next = "attribute";
    } else if (type === SubAttribute) {
      next = "operator";
    }
  }
  return undefined;
}
