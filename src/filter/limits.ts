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

/** What stands next. Operators may be attribute names as well, so they count only where an operator stands. */
type Place = "attribute" | "operator" | "operand" | "joint";

/** Depth and number of comparisons, in one pass over the tokens; undefined when both are within their limits [P-3.4.2.2-37]. */
export function limitProblem(tokens: readonly IToken[], limits: FilterLimits): LimitProblem | undefined {
  let depth = 0;
  let clauses = 0;
  let place: Place = "attribute";
  for (const token of tokens) {
    const { tokenType: type, startOffset: offset } = token;
    if (type === LeftParenthesis || type === LeftBracket) {
      if (++depth > limits.maxDepth)
        return { offset, text: `More than ${limits.maxDepth} levels of nesting (the limit maxDepth)` };
      place = "attribute";
    } else if (type === RightParenthesis || type === RightBracket) {
      depth--;
      place = "joint";
    } else {
      const next: Place = NEXT[place](token);
      // Only an operator leads away from where one stands.
      if (place === "operator" && next !== "operator" && ++clauses > limits.maxClauses)
        return { offset, text: `More than ${limits.maxClauses} comparisons (the limit maxClauses)` };
      place = next;
    }
  }
  return undefined;
}

/** What stands behind a token that is no bracket; one that is out of place is for the parser to refuse. */
const NEXT: Readonly<Record<Place, (token: IToken) => Place>> = {
  attribute: (token) => (tokenMatcher(token, Word) ? "operator" : "attribute"),
  operator: (token) => (!isOperator(token) ? "operator" : token.tokenType === Present ? "joint" : "operand"),
  operand: () => "joint",
  joint: ({ tokenType }) =>
    tokenType === And || tokenType === Or ? "attribute" : tokenType === SubAttribute ? "operator" : "joint",
};

function isOperator(token: IToken): boolean {
  return token.tokenType === Present || tokenMatcher(token, CompareOperatorToken);
}
