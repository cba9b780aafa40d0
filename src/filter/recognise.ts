import { COMPARE_OPERATORS, type CompareOperator, type Filter } from "./ast.ts";
import { DEFAULT_FILTER_LIMITS } from "./limits.ts";
import type { FilterParseOptions, ParsedPath } from "./parse-options.ts";

// The grammar says what a filter is, and what is wrong with one. This is faster, and needs no grammar in memory: it takes the well-formed
// ones that clients send, and leaves to the grammar whatever it does not know for sure, above all everything that is wrong. What it
// takes, it reads as the grammar does: test/filter/recognise.test.ts compares the two.

/** What a character may be part of. Up to `DIGIT` it goes on with a name, up to `OTHER` with a word. */
const LETTER = 0;
const DIGIT = 1;
const DOT = 2;
const COLON = 3;
const OTHER = 4;
/** Ends a word: a blank, a quote, a bracket. */
const END = 5;
/** For the grammar to look at. */
const STRANGE = 6;

const KINDS: Uint8Array = new Uint8Array(128).map((_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z$]/.test(character)) return LETTER;
  if (/[0-9_-]/.test(character)) return DIGIT;
  if (character === ".") return DOT;
  if (character === ":") return COLON;
  if (/[ \t\r\n"()[\]]/.test(character)) return END;
  return /[!-~]/.test(character) ? OTHER : STRANGE;
});

const BLANK = 0x20;
const QUOTE = 0x22;
const LEFT_PARENTHESIS = 0x28;
const RIGHT_PARENTHESIS = 0x29;
const MINUS = 0x2d;
const FULL_STOP = 0x2e;
const LEFT_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const RIGHT_BRACKET = 0x5d;
const UNDERSCORE = 0x5f;

/** Two letters in any letter case as one number. */
const pairOf = (first: number, second: number): number => ((first | 0x20) << 16) | second | 0x20;
const pairIn = (word: string): number => pairOf(word.charCodeAt(0), word.charCodeAt(1));
const OPERATORS: ReadonlyMap<number, CompareOperator> = new Map(COMPARE_OPERATORS.map((word) => [pairIn(word), word]));
const PR = pairIn("pr");
const OR = pairIn("or");
const AN = pairIn("an");
const NO = pairIn("no");
const LETTER_D = 0x64;
const LETTER_T = 0x74;

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Reads a filter; undefined where it is for the grammar to read, or to refuse. */
export function recogniseFilter(text: string, options: FilterParseOptions): Filter<string> | undefined {
  return shared.filter(text, options);
}

/** Reads the path of a PATCH operation; undefined where it is for the grammar to read, or to refuse. */
export function recognisePath(text: string, options: FilterParseOptions): ParsedPath | undefined {
  return shared.path(text, options);
}

/** Every method but the first two leaves undefined where it does not know, and what it stands on is of no account then. */
class Recogniser {
  #text = "";
  #at = 0;
  #options: FilterParseOptions = {};
  /** How many more there may be. */
  #levels = 0;
  #clauses = 0;
  #isInBrackets = false;
  /** Of the word that was read last: whether it is an attribute path, and whether it may be a URN alone. */
  #isPath = false;
  #mayBeUrn = false;
  /** Told at the end: if the grammar reads the text after all, it tells itself. */
  #tolerated: string[] = [];

  filter(text: string, options: FilterParseOptions): Filter<string> | undefined {
    if (!this.#begin(text, options)) return undefined;
    const filter = this.#anyOf();
    return filter !== undefined && this.#end() ? filter : undefined;
  }

  path(text: string, options: FilterParseOptions): ParsedPath | undefined {
    if (!this.#begin(text, options)) return undefined;
    this.#skipBlanks();
    const path = this.#word();
    if (path === undefined) return undefined;
    const isPath = this.#isPath;
    const mayStandAlone = isPath || this.#mayBeUrn;
    this.#skipBlanks();
    if (this.#code() !== LEFT_BRACKET) return mayStandAlone && this.#end() ? { path } : undefined;
    const filter = isPath ? this.#brackets() : undefined;
    if (filter === undefined) return undefined;
    if (this.#code() !== FULL_STOP) return this.#end() ? { path, filter } : undefined;
    const sub = this.#subAttribute();
    return sub !== undefined && this.#end() ? { path, filter, sub } : undefined;
  }

  #begin(text: string, options: FilterParseOptions): boolean {
    const limits = options.limits ?? DEFAULT_FILTER_LIMITS;
    if (text.length > limits.maxLength) return false;
    this.#text = text;
    this.#at = 0;
    this.#options = options;
    this.#levels = limits.maxDepth;
    this.#clauses = limits.maxClauses;
    this.#isInBrackets = false;
    if (this.#tolerated.length > 0) this.#tolerated = [];
    return true;
  }

  /** Whether nothing is left. */
  #end(): boolean {
    this.#skipBlanks();
    if (this.#at !== this.#text.length) return false;
    const { tolerated } = this.#options;
    if (tolerated !== undefined) for (const text of this.#tolerated) tolerated("valuePathComparison", text);
    return true;
  }

  #anyOf(): Filter<string> | undefined {
    const first = this.#allOf();
    if (first === undefined || !this.#takesOr()) return first;
    const filters: Filter<string>[] = [];
    add("or", first, filters);
    do {
      const next = this.#allOf();
      if (next === undefined) return undefined;
      add("or", next, filters);
    } while (this.#takesOr());
    return { type: "or", filters };
  }

  #allOf(): Filter<string> | undefined {
    const first = this.#factor();
    if (first === undefined || !this.#takesAnd()) return first;
    const filters: Filter<string>[] = [];
    add("and", first, filters);
    do {
      const next = this.#factor();
      if (next === undefined) return undefined;
      add("and", next, filters);
    } while (this.#takesAnd());
    return { type: "and", filters };
  }

  /** Goes to where "and", "or" or an end may stand. */
  #takesAnd(): boolean {
    const text = this.#text;
    this.#skipBlanks();
    const at = this.#at;
    if (at === text.length || pairOf(text.charCodeAt(at), text.charCodeAt(at + 1)) !== AN) return false;
    if ((text.charCodeAt(at + 2) | 0x20) !== LETTER_D || !isBlank(text.charCodeAt(at - 1))) return false;
    this.#at = at + 3;
    return this.#isAtEndOfWord();
  }

  #takesOr(): boolean {
    const text = this.#text;
    const at = this.#at;
    if (at === text.length || pairOf(text.charCodeAt(at), text.charCodeAt(at + 1)) !== OR) return false;
    if (!isBlank(text.charCodeAt(at - 1))) return false;
    this.#at = at + 2;
    return this.#isAtEndOfWord();
  }

  #factor(): Filter<string> | undefined {
    this.#skipBlanks();
    if (this.#code() === LEFT_PARENTHESIS) return this.#group();
    const start = this.#at;
    const path = this.#word();
    if (path === undefined || !this.#isPath) return undefined;
    this.#skipBlanks();
    const code = this.#code();
    if (code === LEFT_BRACKET) return this.#valuePath(path);
    if (code !== LEFT_PARENTHESIS) return this.#comparison(path);
    const text = this.#text;
    const isNot =
      path.length === 3 &&
      pairOf(text.charCodeAt(start), text.charCodeAt(start + 1)) === NO &&
      (text.charCodeAt(start + 2) | 0x20) === LETTER_T;
    const filter = isNot ? this.#group() : undefined;
    return filter === undefined ? undefined : { type: "not", filter };
  }

  #group(): Filter<string> | undefined {
    return this.#between(RIGHT_PARENTHESIS);
  }

  #brackets(): Filter<string> | undefined {
    if (this.#isInBrackets) return undefined;
    this.#isInBrackets = true;
    const filter = this.#between(RIGHT_BRACKET);
    this.#isInBrackets = false;
    return filter;
  }

  #between(end: number): Filter<string> | undefined {
    if (--this.#levels < 0) return undefined;
    this.#at++;
    const filter = this.#anyOf();
    if (filter === undefined || this.#code() !== end) return undefined;
    this.#at++;
    this.#levels++;
    return filter;
  }

  #valuePath(path: string): Filter<string> | undefined {
    const filter = this.#brackets();
    if (filter === undefined) return undefined;
    if (this.#code() !== FULL_STOP) return { type: "element", path, filter };
    const sub = this.#options.valuePathComparison === false ? undefined : this.#subAttribute();
    if (sub === undefined) return undefined;
    this.#tolerated.push(`${path}[…].${sub}`);
    this.#skipBlanks();
    const comparison = this.#comparison(sub);
    if (comparison === undefined) return undefined;
    const filters: Filter<string>[] = [];
    add("and", filter, filters);
    filters.push(comparison);
    return { type: "element", path, filter: { type: "and", filters } };
  }

  #comparison(path: string): Filter<string> | undefined {
    const text = this.#text;
    const pair = pairOf(text.charCodeAt(this.#at), text.charCodeAt(this.#at + 1));
    this.#at += 2;
    if (!this.#isAtEndOfWord() || --this.#clauses < 0) return undefined;
    const operator = OPERATORS.get(pair);
    if (operator === undefined) return pair === PR ? { type: "present", path } : undefined;
    this.#skipBlanks();
    const code = this.#code();
    if (code !== QUOTE) return this.#literal(path, operator, code);
    const value = this.#string();
    return value === undefined ? undefined : { type: "compare", path, operator, value };
  }

  #literal(path: string, operator: CompareOperator, first: number): Filter<string> | undefined {
    const image = this.#word(true);
    if (image === undefined) return undefined;
    if (first === MINUS || (first >= 0x30 && first <= 0x39)) return this.#number(path, operator, image);
    const value = LITERALS.get(image);
    return value === undefined ? undefined : { type: "compare", path, operator, value };
  }

  #number(path: string, operator: CompareOperator, image: string): Filter<string> | undefined {
    const number = Number(image);
    if (!NUMBER.test(image) || !Number.isFinite(number)) return undefined;
    const value = number === 0 ? 0 : number; // JSON has one zero.
    return this.#options.unquotedOperands === true && image !== JSON.stringify(value)
      ? { type: "compare", path, operator, value, bare: image }
      : { type: "compare", path, operator, value };
  }

  /** One loop over the text of a string: it is the longest part of most filters. */
  #string(): string | undefined {
    const text = this.#text;
    const { length } = text;
    const start = this.#at + 1;
    for (let at = start; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (code < BLANK) return undefined;
      if (code === BACKSLASH || (code & 0xf800) === 0xd800) return this.#stringAsJson(at);
    }
    return undefined;
  }

  /** With something that has to be looked at twice: an escape, or half of a pair. */
  #stringAsJson(from: number): string | undefined {
    const text = this.#text;
    let end = from;
    while (end < text.length && text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    const image = text.slice(this.#at, end + 1);
    this.#at = end + 1;
    try {
      const value = JSON.parse(image) as string;
      return value.isWellFormed() ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /** `.value` behind a bracket, without its dot. */
  #subAttribute(): string | undefined {
    this.#at++;
    const sub = this.#word();
    return sub !== undefined && this.#isPath && !this.#mayBeUrn && !sub.includes(".") ? sub : undefined;
  }

  /** A run of what is neither a blank nor a quote nor a bracket; unless told otherwise, one that begins as names do. */
  #word(anyStart = false): string | undefined {
    const text = this.#text;
    const { length } = text;
    const start = this.#at;
    let isName = kindAt(text, start) === LETTER;
    if (!isName && !anyStart && text.charCodeAt(start) !== UNDERSCORE) return undefined;
    let dots = 0;
    let hasColon = false;
    let at = start;
    for (; at < length; at++) {
      const kind = kindAt(text, at);
      if (kind <= DIGIT) continue;
      if (kind === END) break;
      if (kind === STRANGE) return undefined;
      if (kind === COLON) {
        // What stands in front of the last colon is a URN, whatever it is.
        hasColon = true;
        dots = 0;
        isName = kindAt(text, at + 1) === LETTER;
      } else if (kind === OTHER || ++dots > 1 || kindAt(text, at + 1) !== LETTER) isName = false;
    }
    this.#at = at;
    this.#isPath = isName;
    this.#mayBeUrn = hasColon;
    return text.slice(start, at);
  }

  #isAtEndOfWord(): boolean {
    return this.#at >= this.#text.length || kindAt(this.#text, this.#at) === END;
  }

  #skipBlanks(): void {
    const text = this.#text;
    let at = this.#at;
    while (isBlank(text.charCodeAt(at))) at++;
    this.#at = at;
  }

  /** What stands here; NaN at the end. */
  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }
}

const shared = new Recogniser();

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (KINDS[code] as number) : STRANGE;
}

function isBlank(code: number): boolean {
  return code === BLANK || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Adds a part to those of a node; one of the same kind is taken into it, part by part. */
function add(type: "and" | "or", part: Filter<string>, parts: Filter<string>[]): void {
  if (part.type === type) for (const inner of part.filters) parts.push(inner);
  else parts.push(part);
}
