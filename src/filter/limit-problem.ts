import { type IToken, tokenMatcher } from "chevrotain";
import type { FilterLimits } from "./limits.ts";
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
