import { Lexer } from "chevrotain";
import { TOKENS } from "../../filter/tokens.ts";

/** A piece of a filter as the grammar sees it. */
export interface ShownToken {
  readonly type: string;
  readonly text: string;
  /** Where it begins, from 1. */
  readonly position: number;
}

/** The tokens of a filter that can be read. */
export function tokensOf(text: string): readonly ShownToken[] {
  const { tokens } = new Lexer(TOKENS, { positionTracking: "onlyOffset" }).tokenize(text);
  return tokens.map(({ tokenType, image, startOffset }) => ({
    type: tokenType.name,
    text: image,
    position: startOffset + 1,
  }));
}
