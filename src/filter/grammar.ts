import { EmbeddedActionsParser, EOF, type IOrAlt, type IToken, Lexer, tokenMatcher } from "chevrotain";
import { invalidFilter, invalidPath } from "../error.ts";
import { COMPARE_OPERATORS, type Compare, type CompareOperator, type Filter } from "./ast.ts";
import { limitProblem } from "./limit-problem.ts";
import { DEFAULT_FILTER_LIMITS } from "./limits.ts";
import type { FilterParseOptions, ParsedPath } from "./parse-options.ts";
import { errorAt, lexerProblem, quote, type Source } from "./syntax-error.ts";
import {
  And,
  Bare,
  CompareOperatorToken,
  False,
  LeftBracket,
  LeftParenthesis,
  Not,
  Null,
  NumberLiteral,
  Or,
  Present,
  RightBracket,
  RightParenthesis,
  StringLiteral,
  SubAttribute,
  TOKENS,
  True,
  Word,
} from "./tokens.ts";

/** Reads a filter by the grammar, which judges what is wrong. @throws {ScimError} 400 invalidFilter. @see parseFilter */
export function filterByGrammar(text: string, options: FilterParseOptions): Filter<string> {
  return parse("filter", text, options, (parser) => parser.wholeFilter());
}

/** Reads a PATCH path by the grammar. @throws {ScimError} 400 invalidPath, invalidFilter. @see parsePath */
export function pathByGrammar(text: string, options: FilterParseOptions): ParsedPath {
  return parse("path", text, options, (parser) => parser.wholePath());
}

/** What stands behind an operator. */
type Operand = Pick<Compare<string>, "value" | "bare">;

let lexer: Lexer | undefined;
let shared: FilterParser | undefined;

/** One lexer and one parser for all requests, made when the first filter comes; nothing of one parse reaches the next. */
function parse<T>(
  kind: Source["kind"],
  text: string,
  options: FilterParseOptions,
  rule: (parser: FilterParser) => T,
): T {
  const limits = options.limits ?? DEFAULT_FILTER_LIMITS;
  if (text.length > limits.maxLength) {
    const detail = `The ${kind} has ${text.length} characters; at most ${limits.maxLength} (the limit maxLength) are allowed.`;
    throw kind === "path" ? invalidPath(detail) : invalidFilter(detail);
  }
  lexer ??= new Lexer(TOKENS, { recoveryEnabled: false, skipValidations: true, positionTracking: "onlyOffset" });
  const { tokens, errors } = lexer.tokenize(text);
  const source: Source = { kind, text, tokens };
  const excess = limitProblem(tokens, limits);
  if (excess !== undefined) throw errorAt(source, excess.offset, excess.text);
  const [failure] = errors;
  if (failure !== undefined) throw errorAt(source, failure.offset, lexerProblem(text, failure.offset));
  shared ??= new FilterParser({ skipValidations: true });
  return shared.run(source, options, rule);
}

const OPERATOR = `a comparison operator (${COMPARE_OPERATORS.join(", ")}, pr)`;
const VALUE = "a value (a string in double quotes, a number, true, false or null)";
const ATTRIBUTE = 'an attribute name, "not (" or "("';

/** ATTRNAME *1subAttr; ATTRNAME = ALPHA *(nameChar), with the "$" of RFC 7643 §2.1, which also names `$ref`. */
const ATTRIBUTE_PATH = /^[A-Za-z$][A-Za-z0-9$_-]*(?:\.[A-Za-z$][A-Za-z0-9$_-]*)?$/;

/**
 * The grammar. Rules set `#expected` on their way, so that an error can say what should have stood there. Exported for the
 * tests; use `parseFilter` and `parsePath`.
 * @see RFC 7644 §3.4.2.2 Figure 1; RFC 7644 §3.5.2 Figure 7
 */
export class FilterParser extends EmbeddedActionsParser {
  #expected = "";
  #options: FilterParseOptions = {};
  #source: Source = { kind: "filter", text: "", tokens: [] };
  #isInBrackets = false;
  #operands: IOrAlt<Operand>[] | undefined;

  constructor({ skipValidations }: { readonly skipValidations: boolean }) {
    super(TOKENS, { maxLookahead: 1, recoveryEnabled: false, skipValidations });
    this.performSelfAnalysis();
  }

  /** Runs one of the two whole rules over the tokens of the source. */
  run<T>(source: Source, options: FilterParseOptions, rule: (parser: FilterParser) => T): T {
    this.input = source.tokens;
    this.#options = options;
    this.#source = source;
    this.#isInBrackets = false;
    const result = rule(this);
    const [failure] = this.errors;
    if (failure === undefined) return result;
    const { token } = failure;
    // At the end of the input Chevrotain has no offset: it is -1 or NaN.
    if (!(token.startOffset >= 0))
      throw errorAt(source, source.text.length, `Expected ${this.#expected}`, `, found the end of the ${source.kind}`);
    throw errorAt(
      source,
      token.startOffset,
      `Expected ${this.#expected}`,
      `, found ${quote(token.image)}${this.#hint(token)}`,
    );
  }

  /** FILTER, and nothing behind it [T-C11]. */
  wholeFilter = this.RULE("wholeFilter", (): Filter<string> => {
    const filter = this.SUBRULE(this.anyOf);
    this.#expected = '"and", "or" or the end of the filter';
    this.CONSUME(EOF);
    return filter;
  });

  /** PATH = attrPath / valuePath [subAttr] */
  wholePath = this.RULE("wholePath", (): ParsedPath => {
    this.#expected = "an attribute name";
    const word = this.CONSUME(Word);
    this.#expected = '"[" or the end of the path';
    const valuePath = this.OPTION(() => {
      const filter = this.SUBRULE(this.brackets);
      this.#expected = "a sub-attribute such as .value, or the end of the path";
      const sub = this.OPTION1(() => this.SUBRULE(this.subAttribute));
      return { filter, ...(sub === undefined ? {} : { sub }) };
    });
    this.CONSUME(EOF);
    this.ACTION(() => this.#checkPath(word, valuePath === undefined));
    return { path: word.image, ...valuePath };
  });

  /** logExp = FILTER SP ("and" / "or") SP FILTER, where "or" binds less than "and" */
  anyOf = this.RULE("anyOf", (): Filter<string> => {
    const filters = [this.SUBRULE(this.allOf)];
    this.MANY(() => {
      const or = this.CONSUME(Or);
      this.ACTION(() => this.#checkBlankBefore(or));
      filters.push(this.SUBRULE1(this.allOf));
    });
    return this.ACTION(() => combine("or", filters));
  });

  /** logExp = FILTER SP ("and" / "or") SP FILTER, where "and" binds more than "or" */
  allOf = this.RULE("allOf", (): Filter<string> => {
    const filters = [this.SUBRULE(this.factor)];
    this.MANY(() => {
      const and = this.CONSUME(And);
      this.ACTION(() => this.#checkBlankBefore(and));
      filters.push(this.SUBRULE1(this.factor));
    });
    return this.ACTION(() => combine("and", filters));
  });

  /** FILTER = attrExp / logExp / valuePath / *1"not" "(" FILTER ")" */
  factor = this.RULE("factor", (): Filter<string> => {
    this.#expected = ATTRIBUTE;
    return this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          // "not" is an attribute name unless a parenthesis follows.
          GATE: () => this.LA(2).tokenType === LeftParenthesis,
          ALT: (): Filter<string> => {
            this.CONSUME(Not);
            return { type: "not", filter: this.SUBRULE(this.group) };
          },
        },
        { ALT: () => this.SUBRULE1(this.group) },
        { ALT: () => this.SUBRULE(this.attributeExpression) },
      ],
    });
  });

  /** "(" FILTER ")" */
  group = this.RULE("group", (): Filter<string> => {
    this.CONSUME(LeftParenthesis);
    const filter = this.SUBRULE(this.anyOf);
    this.#expected = '"and", "or" or ")"';
    this.CONSUME(RightParenthesis);
    return filter;
  });

  /** attrExp / valuePath, which begin alike: attrPath (SP "pr" / SP compareOp SP compValue / "[" valFilter "]") */
  attributeExpression = this.RULE("attributeExpression", (): Filter<string> => {
    const word = this.CONSUME(Word);
    this.ACTION(() => this.#checkPath(word, false));
    const path = word.image;
    this.#expected = word.tokenType === Not ? `"(" or ${OPERATOR}` : OPERATOR;
    return this.OR([
      { ALT: () => this.SUBRULE(this.valuePath, { ARGS: [path] }) },
      { ALT: () => this.SUBRULE(this.attributeOperator, { ARGS: [path] }) },
    ]);
  });

  /** attrExp = (attrPath SP "pr") / (attrPath SP compareOp SP compValue), from the operator on */
  attributeOperator = this.RULE("attributeOperator", (path: string): Filter<string> => {
    return this.OR([
      {
        ALT: (): Filter<string> => {
          this.CONSUME(Present);
          return { type: "present", path };
        },
      },
      {
        ALT: (): Filter<string> => {
          const { image } = this.CONSUME(CompareOperatorToken);
          const operand = this.SUBRULE(this.compareValue);
          const operator = this.ACTION(() => image.toLowerCase() as CompareOperator);
          return { type: "compare", path, operator, ...operand };
        },
      },
    ]);
  });

  /** valuePath = attrPath "[" valFilter "]", from the bracket on; the extension puts subAttr and an operator behind */
  valuePath = this.RULE("valuePath", (path: string): Filter<string> => {
    const filter = this.SUBRULE(this.brackets);
    this.#expected = '"and", "or" or the end of the filter';
    const comparison = this.OPTION({
      GATE: () => this.#options.valuePathComparison !== false,
      DEF: () => {
        const sub = this.SUBRULE(this.subAttribute);
        this.ACTION(() => this.#options.tolerated?.("valuePathComparison", `${path}[…].${sub}`));
        this.#expected = OPERATOR;
        return this.SUBRULE(this.attributeOperator, { ARGS: [sub] });
      },
    });
    return { type: "element", path, filter: comparison === undefined ? filter : combine("and", [filter, comparison]) };
  });

  /** valFilter = attrExp / logExp / *1"not" "(" valFilter ")", in its brackets: a filter without another valuePath */
  brackets = this.RULE("brackets", (): Filter<string> => {
    const bracket = this.CONSUME(LeftBracket);
    this.ACTION(() => {
      if (this.#isInBrackets)
        throw errorAt(this.#source, bracket.startOffset, 'Value paths cannot be nested; "[" inside [ ]');
      this.#isInBrackets = true;
    });
    const filter = this.SUBRULE(this.anyOf);
    this.#expected = '"and", "or" or "]"';
    this.CONSUME(RightBracket);
    this.#isInBrackets = false;
    return filter;
  });

  /** subAttr = "." ATTRNAME; the name without its dot */
  subAttribute = this.RULE("subAttribute", (): string => {
    const { image } = this.CONSUME(SubAttribute);
    return this.ACTION(() => image.slice(1));
  });

  /** compValue = false / null / true / number / string */
  compareValue = this.RULE("compareValue", (): Operand => {
    this.#expected = VALUE;
    this.#operands ??= [
      { ALT: () => this.#read(this.CONSUME(StringLiteral), (token) => ({ value: this.#string(token) })) },
      { ALT: () => this.#read(this.CONSUME(NumberLiteral), (token) => this.#number(token)) },
      { ALT: () => this.#read(this.CONSUME(True), () => ({ value: true })) },
      { ALT: () => this.#read(this.CONSUME(False), () => ({ value: false })) },
      { ALT: () => this.#read(this.CONSUME(Null), () => ({ value: null })) },
      {
        GATE: () => this.#acceptsUnquoted(),
        ALT: () => this.#read(this.CONSUME(Word), (token) => this.#unquoted(token)),
      },
      {
        GATE: () => this.#acceptsUnquoted(),
        ALT: () => this.#read(this.CONSUME(Bare), (token) => this.#unquoted(token)),
      },
    ];
    return this.OR({ IGNORE_AMBIGUITIES: true, DEF: this.#operands });
  });

  /** The value of a token; while Chevrotain records the grammar there is none. */
  #read(token: IToken, operand: (token: IToken) => Operand): Operand {
    return this.ACTION(() => operand(token));
  }

  /** Exactly what JSON says of the literal [T-C8]. */
  #string(token: IToken): string {
    const value = JSON.parse(token.image) as string;
    if (!value.isWellFormed()) throw errorAt(this.#source, token.startOffset, "Half of a surrogate pair in the string");
    return value;
  }

  /** Of a number that is compared with a text, the notation counts. */
  #number({ image, startOffset }: IToken): Operand {
    const number = Number(image);
    if (!Number.isFinite(number)) throw errorAt(this.#source, startOffset, "Number beyond the range of a double");
    const value = number === 0 ? 0 : number; // JSON has one zero; -0 would print as 0.
    return this.#options.unquotedOperands === true && image !== JSON.stringify(value)
      ? { value, bare: image }
      : { value };
  }

  #unquoted(token: IToken): Operand {
    if (!token.image.isWellFormed())
      throw errorAt(this.#source, token.startOffset, "Half of a surrogate pair in the word");
    this.#options.tolerated?.("unquotedOperands", token.image);
    return { value: token.image, bare: token.image };
  }

  /** A keyword is what comes behind an operand that was forgotten, rather than one [R-30a]. */
  #acceptsUnquoted(): boolean {
    const { image, tokenType } = this.LA(1);
    const isKeyword = tokenMatcher(this.LA(1), Word) && tokenType !== Word;
    return this.#options.unquotedOperands === true && !isKeyword && !image.startsWith("'");
  }

  /** attrPath = [URI ":"] ATTRNAME *1subAttr; refused here, before anything walks along the dots [T-C4 P-3.4.2.2-29] */
  #checkPath(word: IToken, mayBeUrn: boolean): void {
    const colon = word.image.lastIndexOf(":");
    if (mayBeUrn && colon > 0) return;
    const attribute = word.image.slice(colon + 1);
    if (ATTRIBUTE_PATH.test(attribute)) return;
    if (attribute.split(".", 3).length > 2) {
      throw errorAt(this.#source, word.startOffset, "More than one sub-attribute in the attribute path");
    }
    throw errorAt(this.#source, word.startOffset, "Expected an attribute name", `, found ${quote(word.image)}`);
  }

  /** Word before word is apart anyway; behind a quote or a bracket only this keeps `"a"and` out. */
  #checkBlankBefore(joint: IToken): void {
    if (/[ \t\r\n]/.test(this.#source.text.charAt(joint.startOffset - 1))) return;
    throw errorAt(this.#source, joint.startOffset, "Expected a blank", `, found ${quote(joint.image)}`);
  }

  /** What to write instead of an operand that is not JSON. */
  #hint(token: IToken): string {
    if (this.#expected !== VALUE || !(tokenMatcher(token, Word) || tokenMatcher(token, Bare))) return "";
    const literal = token.image.toLowerCase();
    if (["true", "false", "null"].includes(literal)) return `: write ${literal} in lower case`;
    const isSingleQuoted = /^'.*'$/.test(token.image);
    if (token.image.startsWith("'") && !isSingleQuoted) return ": write strings in double quotes, not in single quotes";
    return `: write ${quote(isSingleQuoted ? token.image.slice(1, -1) : token.image)} in double quotes`;
  }
}

/** One n-ary node, parts of the same kind taken into it. */
function combine(type: "and" | "or", filters: readonly Filter<string>[]): Filter<string> {
  const [first] = filters;
  if (filters.length === 1 && first !== undefined) return first;
  return { type, filters: filters.flatMap((filter) => (filter.type === type ? filter.filters : [filter])) };
}
