import { describe, expect, test } from "vitest";
import { isScimError } from "../../src/error.ts";
import { COMPARE_OPERATORS } from "../../src/filter/ast.ts";
import { filterByGrammar, pathByGrammar } from "../../src/filter/grammar.ts";
import type { FilterParseOptions } from "../../src/filter/parse-options.ts";
import { parseFilter, parsePath } from "../../src/filter/parser.ts";
import { recogniseFilter, recognisePath } from "../../src/filter/recognise.ts";
import { type Random, randomFrom } from "../../src/testing/random.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const TEXTS = pickSize("random texts", { everyday: 20_000, thorough: 1_000_000 });

type Read = (text: string, options: FilterParseOptions) => unknown;

/** All that comes of a text: the filter with the order of its members, or the error; and what was tolerated on the way. */
function outcomeOf(read: Read, text: string, options: FilterParseOptions): string {
  const tolerated: string[] = [];
  const watched: FilterParseOptions = {
    ...options,
    tolerated: (reading, found) => tolerated.push(`${reading} ${found}`),
  };
  try {
    return JSON.stringify([read(text, watched), tolerated], (_, value) => (Object.is(value, -0) ? "-0" : value));
  } catch (error) {
    if (!isScimError(error)) throw error;
    return JSON.stringify([error.status, error.scimType, error.detail, error.summary, tolerated]);
  }
}

const OPTIONS: readonly FilterParseOptions[] = [
  {},
  { valuePathComparison: false },
  { unquotedOperands: true },
  { limits: { maxLength: 60, maxDepth: 2, maxClauses: 3 } },
  { limits: { maxLength: 8192, maxDepth: 1, maxClauses: 1 }, unquotedOperands: true },
];

const NAMES = [
  "userName",
  "emails",
  "type",
  "value",
  "name.givenName",
  "meta.lastModified",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
  "urn:ietf:params:scim:schemas:core:2.0:User",
  "$ref",
  "a-b_c9",
];
const ODD_NAMES = [
  ...["not", "and", "or", "pr", "eq", "true", "null", "NOT", "Or", "notes", "android", "order"],
  ...[
    "_x",
    "_x:a",
    "x:_a",
    "1a",
    "a.b.c",
    "a.",
    ".a",
    "a..b",
    "a.1",
    "a:b.c.d",
    "a:",
    ":a",
    "a!b",
    "a!b:c",
    "a:b!c",
    "a-",
    "-a",
    "é",
    "aé",
  ],
];
const STRINGS = ["ada@example.com", "work", "", "2026-01-01T00:00:00Z", "(a) [b] and", "é", "\u{1f600}", "\u2028", " "];
const ODD_STRINGS = [
  ...['\\"', "\\\\", "\\n", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "\\x41", "\\u12", "\\"],
  ...["\n", "\u0000", "\u007f", "\ud800", "\udc00x"],
];
const NUMBERS = ["0", "1", "-12", "3.25", "1e3", "6.02E+23", "-0", "10.0", "12345678901234567890"];
const ODD_OPERANDS = [
  ...[
    "01",
    "1.",
    ".5",
    "+1",
    "1e400",
    "-",
    "1a",
    "True",
    "NULL",
    "truex",
    "jyoung",
    "eq",
    "'ada'",
    "a@b",
    "ada\ud800",
    "and",
    "",
  ],
];
const BLANKS = ["", "  ", "\t", "\r\n", "\u00a0"];
/** What is put somewhere into a text that was well-formed, more or less. */
const PIECES = [
  ..." \t\"\\()[].:-_$!,'aeqno0é\u0000\ud800",
  "and",
  "or",
  "not",
  "pr",
  "eq",
  " and ",
  " or ",
  "(",
  "[",
  "].value ",
];

/** Texts as clients send them, and all that may be wrong with one. */
class Texts {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  filter(): string {
    return this.#spoiled(this.#blank("") + this.#junction(3) + this.#blank(""));
  }

  path(): string {
    const random = this.#random;
    const brackets = random.oneIn(3) ? "" : `${this.#blank("")}[${this.#junction(2)}]`;
    const sub = random.oneIn(2) ? "" : `${this.#blank("")}.${this.#name()}`;
    return this.#spoiled(this.#name() + brackets + sub);
  }

  #junction(depth: number): string {
    const random = this.#random;
    const [first = "", ...others] = random.list(1, random.oneIn(3) ? 4 : 1, () => this.#factor(depth));
    return others.reduce(
      (text, other) => text + this.#blank(" ") + this.#cased(random.pick(["and", "or"])) + this.#blank(" ") + other,
      first,
    );
  }

  #factor(depth: number): string {
    const random = this.#random;
    if (depth === 0 || !random.oneIn(3)) return this.#comparison(this.#name() + this.#blank(" "));
    const inner = this.#blank("") + this.#junction(depth - 1) + this.#blank("");
    switch (random.below(4)) {
      case 0:
        return `(${inner})`;
      case 1:
        return `${this.#cased("not")}${this.#blank(" ")}(${inner})`;
      case 2:
        return `${this.#name()}${this.#blank("")}[${inner}]`;
      default:
        return this.#comparison(`${this.#name()}[${inner}]${this.#blank("")}.${this.#name()}${this.#blank(" ")}`);
    }
  }

  #comparison(path: string): string {
    if (this.#random.oneIn(5)) return path + this.#cased("pr");
    return path + this.#cased(this.#random.pick(COMPARE_OPERATORS)) + this.#blank(" ") + this.#operand();
  }

  #operand(): string {
    const random = this.#random;
    if (random.oneIn(12)) return random.pick(ODD_OPERANDS);
    if (random.oneIn(4)) return random.pick([...NUMBERS, "true", "false", "null"]);
    return `"${random.list(1, 2, () => random.pick(random.oneIn(12) ? ODD_STRINGS : STRINGS)).join("")}"`;
  }

  #name(): string {
    return this.#random.pick(this.#random.oneIn(10) ? ODD_NAMES : NAMES);
  }

  #blank(usual: string): string {
    return this.#random.oneIn(15) ? this.#random.pick(BLANKS) : usual;
  }

  #cased(word: string): string {
    return this.#random.oneIn(8)
      ? word.toUpperCase()
      : this.#random.oneIn(12)
        ? word[0]?.toUpperCase() + word.slice(1)
        : word;
  }

  #spoiled(text: string): string {
    const random = this.#random;
    if (!random.oneIn(3)) return text;
    const at = random.below(text.length + 1);
    const end = at + (random.oneIn(2) ? 0 : random.below(4));
    return text.slice(0, at) + (random.oneIn(3) ? "" : random.pick(PIECES)) + text.slice(end);
  }
}

describe("what is read without the grammar", () => {
  test.each([
    ["filter", (texts: Texts) => texts.filter(), parseFilter, filterByGrammar, recogniseFilter, 0.4],
    ["path", (texts: Texts) => texts.path(), parsePath, pathByGrammar, recognisePath, 0.2],
  ] as const)("is the %s that the grammar reads; errors and what is tolerated are the grammar's too: random texts [T-C7]", (kind, make, parse, byGrammar, recognise, least) => {
    const random = randomFrom(seed);
    const texts = new Texts(random);
    let recognised = 0;
    for (let count = 0; count < TEXTS / 2; count++) {
      const text = make(texts);
      const options = random.oneIn(2) ? {} : random.pick(OPTIONS);
      const outcome = outcomeOf(parse, text, options);
      const expected = outcomeOf(byGrammar, text, options);
      if (outcome !== expected) expect([text, options, outcome]).toEqual([text, options, expected]);
      if (recognise(text, options) !== undefined) recognised++;
    }
    console.log(`${recognised} of ${TEXTS / 2} random texts for a ${kind} are read without the grammar`);
    expect(recognised).toBeGreaterThan((TEXTS / 2) * least);
  });

  test("is every filter that a provider is known to send, and every path", () => {
    for (const text of [
      'userName eq "ada@example.com"',
      'emails[type eq "work" and value co "@example.com"]',
      'emails[type eq "work"].value eq "ada@example.com"',
      'id eq "1" and members[value eq "2"]',
      'meta.lastModified gt "2026-01-01T00:00:00Z"',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "1"',
      '(a pr OR b PR) and not (c eq "\\"d\\"")',
      "active eq true",
      "x gt -1.5e3",
    ])
      expect(recogniseFilter(text, {}), text).toEqual(filterByGrammar(text, {}));
    for (const text of [
      "active",
      "name.familyName",
      'emails[type eq "work"].value',
      'members[value eq "1"]',
      'addresses[type eq "work" and primary eq true].formatted',
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    ])
      expect(recognisePath(text, {}), text).toEqual(pathByGrammar(text, {}));
  });

  test("leaves nothing of one text to the next", () => {
    expect(recogniseFilter('emails[type eq "work"', {})).toBeUndefined();
    expect(recogniseFilter('emails[type eq "work"]', {})).toEqual(filterByGrammar('emails[type eq "work"]', {}));
    const tolerated: string[] = [];
    const options: FilterParseOptions = { tolerated: (_, text) => tolerated.push(text) };
    expect(recogniseFilter("emails[a pr].b pr and", options)).toBeUndefined();
    recogniseFilter("phones[a pr].b pr", options);
    expect(tolerated).toEqual(["phones[…].b"]);
  });

  test("may be of as many comparisons as the limits allow", () => {
    const limits = { maxLength: 10_000_000, maxDepth: 2, maxClauses: 1_000_000 };
    const many = Array.from({ length: 300_000 }, () => "a pr").join(" or ");
    const filter = recogniseFilter(`(${many}) or b pr`, { limits });
    expect(filter?.type === "or" && filter.filters.length).toBe(300_001);
  });
});
