import { createToken, Lexer, type TokenType } from "chevrotain";
import { COMPARE_OPERATORS } from "./ast.ts";

type TokenOptions = { readonly longer_alt?: TokenType; readonly categories?: TokenType[] };

const create = (name: string, pattern: RegExp | typeof Lexer.NA, options: TokenOptions = {}): TokenType =>
  createToken({ name, pattern, ...options });

// Every pattern is linear, and begins with a positive character class: the lexer then picks the token by its first character.
// The classes below are the printable characters except the blank, `"`, `(`, `)`, `[` and `]`.

/** A run that begins with a letter, "$" or "_": an attribute path `[URN:]attr[.sub]`, or an operand without its quotes. */
export const Word = create("Word", /[A-Za-z$_][!#-'*-Z\\^-~\u00a1-\uffff]*/);
/** Any other run without blanks, quotes and brackets: never right in a filter, but shown in errors, or an unquoted operand. */
export const Bare = create("Bare", /[!#-'*-Z\\^-~\u00a1-\uffff]+/);
/** subAttr = "." ATTRNAME, behind a value path. */
export const SubAttribute = create("SubAttribute", /\.[A-Za-z$][A-Za-z0-9$_-]*/, {
  longer_alt: Bare,
  categories: [Bare],
});
/** A JSON string, by a pattern that is linear also on an unclosed literal [T-C6]. */
export const StringLiteral = create("StringLiteral", /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/);
/** A JSON number. */
export const NumberLiteral = create("NumberLiteral", /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/, {
  longer_alt: Bare,
});

export const LeftParenthesis = create("LeftParenthesis", /\(/);
export const RightParenthesis = create("RightParenthesis", /\)/);
export const LeftBracket = create("LeftBracket", /\[/);
export const RightBracket = create("RightBracket", /\]/);
/** SP, and what line folding makes of it. */
const Blank = createToken({ name: "Blank", pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED });

/** A keyword where the grammar wants one, and an attribute name everywhere else: `eq eq "eq"` [T-C10]. */
const keyword = (name: string, pattern: RegExp, categories: TokenType[] = []): TokenType =>
  create(name, pattern, { longer_alt: Word, categories: [Word, ...categories] });

/** Any of eq, ne, co, sw, ew, gt, ge, lt, le, in any letter case [P-3.4.2.2-04]. */
export const CompareOperatorToken = create("CompareOperatorToken", Lexer.NA);
const operators = COMPARE_OPERATORS.map((operator) =>
  keyword(operator, new RegExp(operator, "i"), [CompareOperatorToken]),
);
export const Present = keyword("Present", /pr/i);
export const And = keyword("And", /and/i);
export const Or = keyword("Or", /or/i);
export const Not = keyword("Not", /not/i);
/** JSON literals are lower case, unlike the keywords. */
export const True = keyword("True", /true/);
export const False = keyword("False", /false/);
export const Null = keyword("Null", /null/);

/**
 * Every token, in the order in which the lexer tries them.
 * @see RFC 7644 §3.4.2.2 Figure 1
 */
export const TOKENS: TokenType[] = [
  Blank,
  StringLiteral,
  LeftParenthesis,
  RightParenthesis,
  LeftBracket,
  RightBracket,
  ...operators,
  Present,
  And,
  Or,
  Not,
  True,
  False,
  Null,
  CompareOperatorToken,
  Word,
  NumberLiteral,
  SubAttribute,
  Bare,
];
