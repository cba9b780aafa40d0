import { Lexer } from "chevrotain";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isScimError, type ScimError } from "../../src/error.ts";
import type {
  And,
  Compare,
  CompareOperator,
  CompareValue,
  Element,
  Filter,
  Not,
  Or,
  Present,
} from "../../src/filter/ast.ts";
import { COMPARE_OPERATORS, visitFilter } from "../../src/filter/ast.ts";
import { FilterParser } from "../../src/filter/grammar.ts";
import type { FilterParseOptions } from "../../src/filter/parse-options.ts";
import { parseFilter, parsePath } from "../../src/filter/parser.ts";
import { TOKENS } from "../../src/filter/tokens.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("random texts", { everyday: 4000, thorough: 20_000 });

const compare = (path: string, operator: CompareOperator, value: CompareValue): Compare<string> => ({
  type: "compare",
  path,
  operator,
  value,
});
const present = (path: string): Present<string> => ({ type: "present", path });
const and = (...filters: Filter[]): And<string> => ({ type: "and", filters });
const or = (...filters: Filter[]): Or<string> => ({ type: "or", filters });
const not = (filter: Filter): Not<string> => ({ type: "not", filter });
const element = (path: string, filter: Filter): Element<string> => ({ type: "element", path, filter });

/** The ScimError that the call throws. Anything else fails the test. */
function refusal(run: () => unknown): ScimError {
  try {
    run();
  } catch (error) {
    if (isScimError(error)) return error;
    throw error;
  }
  throw new Error("was accepted");
}

function filterError(text: string, options?: FilterParseOptions): string {
  const error = refusal(() => parseFilter(text, options));
  expect(error).toMatchObject({ status: 400, scimType: "invalidFilter" });
  return error.detail;
}

describe("the grammar", () => {
  test.each([
    ['userName eq "bjensen"', compare("userName", "eq", "bjensen")],
    [`name.familyName co "O'Malley"`, compare("name.familyName", "co", "O'Malley")],
    ['userName sw "J"', compare("userName", "sw", "J")],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
      compare("urn:ietf:params:scim:schemas:core:2.0:User:userName", "sw", "J"),
    ],
    ["title pr", present("title")],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', compare("meta.lastModified", "gt", "2011-05-13T04:42:34Z")],
    ['meta.lastModified ge "2011-05-13T04:42:34Z"', compare("meta.lastModified", "ge", "2011-05-13T04:42:34Z")],
    ['meta.lastModified lt "2011-05-13T04:42:34Z"', compare("meta.lastModified", "lt", "2011-05-13T04:42:34Z")],
    ['meta.lastModified le "2011-05-13T04:42:34Z"', compare("meta.lastModified", "le", "2011-05-13T04:42:34Z")],
    ['title pr and userType eq "Employee"', and(present("title"), compare("userType", "eq", "Employee"))],
    ['title pr or userType eq "Intern"', or(present("title"), compare("userType", "eq", "Intern"))],
    [
      'schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"',
      compare("schemas", "eq", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
    ],
    [
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      and(
        compare("userType", "eq", "Employee"),
        or(compare("emails", "co", "example.com"), compare("emails.value", "co", "example.org")),
      ),
    ],
    [
      'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
      and(
        compare("userType", "ne", "Employee"),
        not(or(compare("emails", "co", "example.com"), compare("emails.value", "co", "example.org"))),
      ),
    ],
    [
      'userType eq "Employee" and (emails.type eq "work")',
      and(compare("userType", "eq", "Employee"), compare("emails.type", "eq", "work")),
    ],
    [
      'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
      and(
        compare("userType", "eq", "Employee"),
        element("emails", and(compare("type", "eq", "work"), compare("value", "co", "@example.com"))),
      ),
    ],
    [
      'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
      or(
        element("emails", and(compare("type", "eq", "work"), compare("value", "co", "@example.com"))),
        element("ims", and(compare("type", "eq", "xmpp"), compare("value", "co", "@foo.com"))),
      ),
    ],
  ])("reads example %# of RFC 7644 Figure 2: %s [P-3.4.2.2-25]", (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test.each([
    ['userName EQ "john"', compare("userName", "eq", "john")],
    ['userName Eq "john"', compare("userName", "eq", "john")],
    ["title PR", present("title")],
    ['a Eq "x" AND b eQ "y"', and(compare("a", "eq", "x"), compare("b", "eq", "y"))],
    ["a pr AnD b pr Or c Pr", or(and(present("a"), present("b")), present("c"))],
    ["NOT (a pr)", not(present("a"))],
    ["NOT(a pr)", not(present("a"))],
  ])("reads keywords in any letter case: %s [P-3.4.2.2-04 T-C10]", (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test.each(COMPARE_OPERATORS)("reads the operator %s in lower and upper case [P-3.4.2.2-04]", (operator) => {
    expect(parseFilter(`a ${operator} 1`)).toEqual(compare("a", operator, 1));
    expect(parseFilter(`a ${operator.toUpperCase()} 1`)).toEqual(compare("a", operator, 1));
  });

  test("keeps the letter case of attribute names, which the schema settles [P-3.4.2.2-03]", () => {
    expect(parseFilter('USERNAME eq "john"')).toEqual(compare("USERNAME", "eq", "john"));
  });

  test.each([
    ...[...COMPARE_OPERATORS, "pr", "and", "or", "not", "true", "false", "null", "NOT", "Pr"].flatMap(
      (name): [string, Filter][] => [
        [`${name} eq "${name}"`, compare(name, "eq", name)],
        [`${name} pr`, present(name)],
        [`${name} pr and ${name} pr`, and(present(name), present(name))],
        [`${name}[${name} pr]`, element(name, present(name))],
        [`not (${name} pr)`, not(present(name))],
        [`${name}.${name} pr`, present(`${name}.${name}`)],
      ],
    ),
  ])("takes a keyword for an attribute name where a name stands: %s [T-C10]", (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test.each([
    ["a pr or b pr and c pr", or(present("a"), and(present("b"), present("c")))],
    ["a pr and b pr or c pr", or(and(present("a"), present("b")), present("c"))],
    ["not (a pr) and b pr", and(not(present("a")), present("b"))],
    ["not (a pr) or b pr and c pr", or(not(present("a")), and(present("b"), present("c")))],
    [
      'title pr or userType eq "Intern" and active eq true',
      or(present("title"), and(compare("userType", "eq", "Intern"), compare("active", "eq", true))),
    ],
  ])("binds not before and, and before or: %s [P-3.4.2.2-19 R-28]", (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test("lets parentheses change the precedence [P-3.4.2.2-18 R-28]", () => {
    expect(parseFilter("(a pr or b pr) and c pr")).toEqual(and(or(present("a"), present("b")), present("c")));
    expect(parseFilter("not (a pr and b pr)")).toEqual(not(and(present("a"), present("b"))));
    expect(parseFilter("((((userName pr))))")).toEqual(present("userName"));
  });

  test("makes one node of a chain, whether parenthesised or not [P-3.4.2.2-20]", () => {
    const three = and(present("a"), present("b"), present("c"));
    expect(parseFilter("a pr and b pr and c pr")).toEqual(three);
    expect(parseFilter("(a pr and b pr) and c pr")).toEqual(three);
    expect(parseFilter("a pr and (b pr and c pr)")).toEqual(three);
    expect(parseFilter("a eq 1 and b eq 2 and c eq 3 or d eq 4")).toEqual(
      or(and(compare("a", "eq", 1), compare("b", "eq", 2), compare("c", "eq", 3)), compare("d", "eq", 4)),
    );
  });

  test.each([
    "not(title pr)",
    "not (title pr)",
    "not \t\r\n (title pr)",
    "not( title pr )",
  ])("takes any number of blanks behind not: %j [P-3.4.2.2-21 R-29]", (text) => {
    expect(parseFilter(text)).toEqual(not(present("title")));
  });

  test("wants a parenthesis behind not [P-3.4.2.2-21]", () => {
    expect(filterError("not title pr")).toContain('Expected "(" or a comparison operator');
  });

  test.each([
    ['members[value eq"2819"]', element("members", compare("value", "eq", "2819"))],
    ['userName  eq\t"x"', compare("userName", "eq", "x")],
    ["a pr and\r\n   b pr", and(present("a"), present("b"))],
    [' emails[ type eq "work" ] ', element("emails", compare("type", "eq", "work"))],
    ["(a pr) and(b pr)", and(present("a"), present("b"))],
    ["( a pr )", present("a")],
  ])("takes more blanks than one, and none before quotes and brackets: %j [P-3.4.2.2-25 R-29]", (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test.each([
    'userName eq "a"and title pr',
    "(a pr)and b pr",
    "a[b pr]or c pr",
    "(a pr)and(b pr)",
  ])("wants a blank before and and or: %s [R-29]", (text) => {
    expect(filterError(text)).toMatch(/^Expected a blank at position \d+, found "(and|or)"\.\n/);
  });

  test("takes no other white space for a blank [R-29]", () => {
    expect(filterError("title\u00a0pr")).toContain("Unexpected character U+00A0 at position 6");
    expect(filterError("title\u000bpr")).toContain("Unexpected character U+000B");
    expect(filterError("title\u2003pr")).toContain("Expected an attribute name");
  });

  test.each([
    ["", 1],
    ["   ", 4],
    ["userName", 9],
    ["userName eq", 12],
    ['eq "x"', 4],
    ["()", 2],
    ["emails[]", 8],
    ["a pr and", 9],
    ["and a pr", 5],
    ["(a pr", 6],
    ["a pr)", 5],
    ["5 eq 5", 1],
    ['"a" eq "b"', 1],
    ["_a pr", 1],
    ["-a pr", 1],
    ["a- pr .b", 7],
    ["a. pr", 1],
    ["a..b pr", 1],
    [".a pr", 1],
    ["é pr", 1],
    ["naïve pr", 1],
    ["urn:x:2.0 pr", 1],
  ])("refuses the incomplete filter %j at position %i [P-3.4.2.2-05]", (text, position) => {
    expect(filterError(text)).toContain(`at position ${position}`);
  });

  test("the visitor calls the function of each kind of node", () => {
    const names = (filter: Filter): string =>
      visitFilter<string, string>(filter, {
        and: (node) => `and(${node.filters.map(names).join()})`,
        or: (node) => `or(${node.filters.map(names).join()})`,
        not: (node) => `not(${names(node.filter)})`,
        present: (node) => `present ${node.path}`,
        compare: (node) => `${node.operator} ${node.path}`,
        element: (node) => `element ${node.path}(${names(node.filter)})`,
      });
    expect(names(parseFilter("a pr and (b eq 1 or not (c pr)) and d[e pr]"))).toBe(
      "and(present a,or(eq b,not(present c)),element d(present e))",
    );
  });

  test("passes Chevrotain's validations of the grammar and of the tokens", () => {
    expect(() => new FilterParser({ skipValidations: false })).not.toThrow();
    expect(() => new Lexer(TOKENS, { ensureOptimizations: true, positionTracking: "onlyOffset" })).not.toThrow();
  });

  test("carries nothing from a refused filter into the next", () => {
    for (const text of ["a[b[c pr]]", "a eq 1e400", "((a pr", 'a[b eq "', "a.b.c pr", "a zz b"]) {
      filterError(text);
      expect(parseFilter("a[b pr] and c pr")).toEqual(and(element("a", present("b")), present("c")));
    }
  });
});

describe("attribute paths", () => {
  test.each([
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    "URN:IETF:params:scim:schemas:core:2.0:User:name.givenName",
    "https://example.com:8443/schemas/a.b.c:label",
    "members.$ref",
    "$ref",
    "x-y_z9",
  ])("takes %s as written, dots of the URN included [P-3.4.2.2-28 R-62]", (path) => {
    expect(parseFilter(`${path} eq "x"`)).toEqual(compare(path, "eq", "x"));
  });

  test("has one sub-attribute at most [P-3.4.2.2-29 T-C4]", () => {
    expect(filterError('name.givenName.x eq "a"')).toBe(
      'More than one sub-attribute in the attribute path at position 1.\nname.givenName.x eq "a"\n^',
    );
    expect(filterError("urn:example:2.0:User:a.b.c pr")).toContain("More than one sub-attribute");
    expect(filterError("a[b.c.d pr]")).toContain("More than one sub-attribute in the attribute path at position 3");
  });

  test("refuses any number of dots at once [T-C4]", () => {
    for (let dots = 2; dots < 4000; dots += 97) {
      expect(filterError(`a${".a".repeat(dots)} pr`)).toContain("More than one sub-attribute");
      expect(refusal(() => parsePath(`a${".a".repeat(dots)}`)).scimType).toBe("invalidPath");
    }
  });
});

describe("operands", () => {
  test.each([
    ['"a\\"b"', 'a"b'],
    ['"\\u00e9"', "é"],
    ['"a\\\\b"', "a\\b"],
    ['"\\/\\b\\f\\n\\r\\t"', "/\b\f\n\r\t"],
    ['""', ""],
    ['"a\\u0022 or id pr"', 'a" or id pr'],
    ['"\\ud83d\\ude00"', "😀"],
    ['"😀"', "😀"],
    ['"(a) [b] and"', "(a) [b] and"],
    ["0", 0],
    ["-0", 0],
    ["-12", -12],
    ["3.25", 3.25],
    ["6.02E+23", 6.02e23],
    ["1e-7", 1e-7],
    ["true", true],
    ["false", false],
    ["null", null],
  ])("reads the JSON value %s [P-3.4.2.2-26 T-C8]", (text, value) => {
    expect(parseFilter(`a eq ${text}`)).toEqual(compare("a", "eq", value));
    expect(parseFilter(`a[b eq ${text}]`)).toEqual(element("a", compare("b", "eq", value)));
  });

  test("agrees with JSON.parse on every string literal [P-3.4.2.2-26 T-C8]", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "\\",
        '\\"',
        "\\n",
        "\\/",
        "\\x41",
        "\\u00e9",
        "\\u00",
        "\\ud800",
        "\\udc00",
        "\n",
        "\u007f",
        '"',
      ),
    );
    const literal = fc.array(piece, { maxLength: 6 }).map((pieces) => `"${pieces.join("")}"`);
    fc.assert(
      fc.property(literal, (text) => {
        let expected: string | undefined;
        try {
          const parsed = JSON.parse(text) as string;
          if (parsed.isWellFormed()) expected = parsed;
        } catch {}
        if (expected === undefined) filterError(`a eq ${text}`);
        else expect(parseFilter(`a eq ${text}`)).toEqual(compare("a", "eq", expected));
      }),
      { numRuns: RUNS, seed },
    );
  });

  test.each([
    '"\\x41"',
    '"\\u12"',
    '"\t"',
    '"\n"',
    '"abc',
    '"abc\\"',
    '"\\',
  ])("refuses the string %j [P-3.4.2.2-26 T-C8]", (text) => {
    expect(filterError(`a eq ${text}`)).toMatch(/^String without closing quote, .* at position 6\.\n/);
  });

  test("refuses every bare control character in a string, as JSON does [P-3.4.2.2-26 T-C8]", () => {
    for (let code = 0; code < 0x20; code++) {
      expect(filterError(`a eq "${String.fromCharCode(code)}"`)).toContain("at position 6.\n");
    }
  });

  test.each(['"\\ud800"', '"\\udc00\\ud800"', '"\ud800"'])("refuses half of a surrogate pair: %j [T-C8]", (text) => {
    expect(filterError(`a eq ${text}`)).toContain("Half of a surrogate pair in the string at position 6.");
  });

  test.each(["1e400", "-1e400", "1e99999"])("refuses the number %s, which is not finite [T-C9]", (text) => {
    expect(filterError(`a eq ${text}`)).toContain("Number beyond the range of a double at position 6.");
  });

  test.each([
    "01",
    "+1",
    "1.",
    ".5",
    "0x10",
    "1_000",
    "-",
    "NaN",
    "Infinity",
    "undefined",
    "nullx",
  ])("refuses %s, which is not JSON [P-3.4.2.2-26]", (text) => {
    expect(filterError(`a eq ${text}`)).toContain(`found "${text}"`);
  });

  test.each([
    "TRUE",
    "True",
    "False",
    "NULL",
  ])("refuses %s: JSON literals are lower case [P-3.4.2.2-26 R-29 T-C9]", (text) => {
    expect(filterError(`active eq ${text}`)).toContain(`found "${text}": write ${text.toLowerCase()} in lower case.\n`);
  });

  test.each([
    "jyoung",
    "User",
    "2011-05-13T04:42:34Z",
    "example.com",
    "a@example.com",
    "eq",
    "and",
  ])("refuses the bare word %s and names the missing quotes [P-3.4.2.2-26 R-30]", (word) => {
    expect(filterError(`a eq ${word}`)).toContain(`found "${word}": write "${word}" in double quotes.\n`);
  });

  test("refuses single quotes with the same hint [P-3.4.2.2-26 R-30]", () => {
    for (const unquotedOperands of [false, true]) {
      expect(filterError("displayName sw 'Group'", { unquotedOperands })).toContain('write "Group" in double quotes.');
      expect(filterError("displayName sw 'Group A'", { unquotedOperands })).toContain(
        "write strings in double quotes, not in single quotes.",
      );
    }
  });

  test.each([
    ["externalId eq jyoung", "jyoung"],
    ["meta.lastModified gt 2011-05-13T04:42:34Z", "2011-05-13T04:42:34Z"],
    ["userName ew example.com", "example.com"],
    ["userName eq a@example.com", "a@example.com"],
    ["a eq .com", ".com"],
    ["a eq 0123", "0123"],
    ["a eq equal", "equal"],
    ["a eq android", "android"],
    ["a eq True", "True"],
    ["a eq Łukasz", "Łukasz"],
    ["a eq true", true],
    ["a eq false", false],
    ["a eq null", null],
    ["a eq -1.5e3", -1500],
    ['a eq "true"', "true"],
  ])("reads bare words as strings where unquotedOperands says so: %s [R-30]", (text, value) => {
    const options = { unquotedOperands: true };
    expect(parseFilter(text, options)).toMatchObject({ value });
    expect(parseFilter(`(${text}) and b pr`, options)).toMatchObject({ filters: [{ value }, present("b")] });
    expect(parseFilter(`a[${text}]`, options)).toMatchObject({ filter: { value } });
  });

  test.each([
    ...COMPARE_OPERATORS,
    "pr",
    "and",
    "or",
    "not",
    "AND",
    "Or",
  ])("takes the keyword %s for no bare word, but for what stands behind an operand that was forgotten [R-30a]", (keyword) => {
    for (const text of [`a eq ${keyword}`, `a eq ${keyword} and b pr`, `a[b eq ${keyword}]`, `a eq ${keyword} b pr`])
      expect(filterError(text, { unquotedOperands: true })).toContain(`write "${keyword}" in double quotes`);
    expect(parseFilter(`a eq ${keyword}s`, { unquotedOperands: true })).toMatchObject({ value: `${keyword}s` });
  });

  test.each([
    "a eq ada king",
    "a eq ada king and b pr",
    "a eq ada(b)",
    'a eq ada "king"',
  ])("ends a bare word at a blank or a bracket: %s [R-30a]", (text) => {
    expect(() => parseFilter(text, { unquotedOperands: true })).toThrow();
  });

  test("keeps the notation of a number that JSON writes in another way, since it may be meant as text [R-30a]", () => {
    const bare = (text: string) => (parseFilter(`a eq ${text}`, { unquotedOperands: true }) as { bare?: string }).bare;
    for (const text of ["1e3", "10.0", "-0", "12345678901234567890"]) expect(bare(text)).toBe(text);
    for (const text of ["0", "1001", "-1.5", '"1e3"', "true", "null"]) expect(bare(text)).toBeUndefined();
    expect(parseFilter("a eq 1e3")).toStrictEqual(compare("a", "eq", 1000));
  });

  test("refuses half of a surrogate pair in a bare word too [R-30 T-C8]", () => {
    expect(filterError("a eq b\ud800", { unquotedOperands: true })).toContain("Half of a surrogate pair in the word");
  });
});

describe("value paths", () => {
  test.each([
    [
      'emails[type eq "work" or (type eq "home" and value ew "@e")]',
      or(compare("type", "eq", "work"), and(compare("type", "eq", "home"), compare("value", "ew", "@e"))),
    ],
    ["emails[not (primary eq true)]", not(compare("primary", "eq", true))],
    ["emails [value pr]", present("value")],
  ])("hold whole filters: %s [P-3.4.2.2-22 P-3.4.2.2-24 R-29]", (text, filter) => {
    expect(parseFilter(text)).toEqual(element("emails", filter));
  });

  test.each([
    'emails[type eq "work" and emails[type eq "x"]]',
    "a[b[c pr]]",
    "a[(b[c pr])]",
    "a[not (b[c pr])]",
  ])("cannot be nested: %s [P-3.4.2.2-24 R-29 T-C3]", (text) => {
    expect(filterError(text)).toContain('Value paths cannot be nested; "[" inside [ ] at position');
  });

  test("may stand beside each other [P-3.4.2.2-22]", () => {
    expect(parseFilter("a[b pr] and (c[d pr] or e[f pr])")).toEqual(
      and(element("a", present("b")), or(element("c", present("d")), element("e", present("f")))),
    );
  });

  test("may be followed by a sub-attribute and an operator, as Entra ID sends it [P-3.4.2.2-23 R-29]", () => {
    expect(parseFilter('emails[type eq "work"].value eq "x"')).toEqual(
      element("emails", and(compare("type", "eq", "work"), compare("value", "eq", "x"))),
    );
    expect(parseFilter('emails[type eq "work" or primary eq true].value PR and title pr')).toEqual(
      and(
        element("emails", and(or(compare("type", "eq", "work"), compare("primary", "eq", true)), present("value"))),
        present("title"),
      ),
    );
    expect(parseFilter("emails[a pr and b pr].value pr")).toEqual(
      element("emails", and(present("a"), present("b"), present("value"))),
    );
  });

  test("are not followed by a sub-attribute where valuePathComparison is off [P-3.4.2.2-23 R-29]", () => {
    const options = { valuePathComparison: false };
    expect(filterError('emails[type eq "work"].value eq "x"', options)).toContain(
      'Expected "and", "or" or the end of the filter at position 23, found ".value".',
    );
    expect(parseFilter('emails[type eq "work"]', options)).toEqual(element("emails", compare("type", "eq", "work")));
  });

  test.each([
    "emails[type pr].value",
    "emails[type pr].value.x pr",
    "emails[type pr]value pr",
    "emails[type pr].1 pr",
  ])("are not followed by anything else: %s [P-3.4.2.2-23]", (text) => {
    filterError(text);
  });
});

describe("refusals", () => {
  test("name the position, what was found, what was expected, and show it with a caret [P-3.4.2.2-33]", () => {
    expect(filterError('userName zz "x"')).toBe(
      'Expected a comparison operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) at position 10, found "zz".\n' +
        'userName zz "x"\n' +
        "         ^",
    );
    expect(filterError("a pr and (b eq)")).toBe(
      'Expected a value (a string in double quotes, a number, true, false or null) at position 15, found ")".\n' +
        "a pr and (b eq)\n" +
        "              ^",
    );
  });

  test("name an operator that does not exist [P-3.4.2.2-33]", () => {
    expect(filterError('userName regex "x"')).toContain('found "regex"');
  });

  test("say at the end of the filter that it ended there [P-3.4.2.2-05]", () => {
    expect(filterError("userName eq")).toBe(
      "Expected a value (a string in double quotes, a number, true, false or null) at position 12, found the end of the filter.\n" +
        "userName eq\n" +
        "           ^",
    );
    expect(filterError('emails[type eq "work"')).toContain('Expected "and", "or" or "]" at position 22, found the end');
    expect(filterError("(a pr")).toContain('Expected "and", "or" or ")" at position 6, found the end');
  });

  test("show a window of a long filter, with the caret under the place [T-C7]", () => {
    const detail = filterError(`a eq "${"😀".repeat(60)}" and b zz 5 and c eq "${"y".repeat(200)}"`);
    const [, line = "", caret = ""] = detail.split("\n");
    const characters = [...line];
    expect(characters.length).toBeLessThanOrEqual(62);
    expect(characters[0]).toBe("…");
    expect(characters.at(-1)).toBe("…");
    expect(characters.slice(caret.length - 1, caret.length + 1).join("")).toBe("zz");
  });

  test("show no character that a terminal or a log would act on [T-C7]", () => {
    const detail = filterError('a\n\teq "\u202e\u001b[31m" b\u0007');
    expect(detail).not.toMatch(/[^\P{C}\n]/u);
    expect(filterError("a eq \u202eb")).toContain('found "·b": write "·b" in double quotes');
  });

  test.each([
    'userName eq "a") or (id pr',
    'userName eq "a" garbage',
    'userName eq "a" "b"',
    "a pr pr",
    "a pr b pr",
    "a[b pr] c",
  ])("hit the whole filter when only a prefix is right: %s [T-C11]", (text) => {
    filterError(text);
  });

  test("or a different filter come of any suffix, never the filter without it [T-C11]", () => {
    const filters = ['userName eq "a"', "title pr", "a[b pr]", "(a pr or b pr)", "not (a pr)", "a eq 5", "a eq true"];
    fc.assert(
      fc.property(fc.constantFrom(...filters), fc.string({ unit: "grapheme", minLength: 1 }), (text, suffix) => {
        if (/^[ \t\r\n]*$/.test(suffix)) return;
        let filter: Filter;
        try {
          filter = parseFilter(text + suffix);
        } catch (error) {
          expect(error).toMatchObject({ status: 400, scimType: "invalidFilter" });
          return;
        }
        expect(filter).not.toEqual(parseFilter(text));
      }),
      { numRuns: RUNS / 4, seed },
    );
  });

  test("are all that any text leads to: a filter or 400 [T-C7]", () => {
    const piece = fc.constantFrom(
      ...[
        "a",
        "a.b",
        "urn:x:2.0:a",
        "eq",
        "pr",
        "and",
        "or",
        "not",
        "(",
        ")",
        "[",
        "]",
        '"x"',
        '"',
        "'",
        "5",
        "-",
        "true",
      ],
      ...[".v", " ", "  ", "\n", "\u0000", "é", "😀", "\ud800", "\\", "#", "null"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.boolean(), (pieces, unquotedOperands) => {
        for (const parse of [parseFilter, parsePath]) {
          try {
            parse(pieces.join(""), { unquotedOperands });
          } catch (error) {
            expect(isScimError(error) && error.status === 400).toBe(true);
          }
        }
      }),
      { numRuns: RUNS, seed },
    );
  });
});

describe("PATCH paths", () => {
  test.each([
    ["members", { path: "members" }],
    ["name.familyName", { path: "name.familyName" }],
    ['addresses[type eq "work"]', { path: "addresses", filter: compare("type", "eq", "work") }],
    ['members[value eq\n  "2819c223"]', { path: "members", filter: compare("value", "eq", "2819c223") }],
    [
      'members[value eq "2819c223"].displayName',
      { path: "members", filter: compare("value", "eq", "2819c223"), sub: "displayName" },
    ],
    ['members[value eq"2819c223"]', { path: "members", filter: compare("value", "eq", "2819c223") }],
    ['tags[value eq "a"]', { path: "tags", filter: compare("value", "eq", "a") }],
    ["members.$ref", { path: "members.$ref" }],
    ["not", { path: "not" }],
    ["and[or pr].not", { path: "and", filter: present("or"), sub: "not" }],
    [
      'emails[type eq "work" and not (value ew "x")].value',
      { path: "emails", filter: and(compare("type", "eq", "work"), not(compare("value", "ew", "x"))), sub: "value" },
    ],
    [
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
      { path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value" },
    ],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value',
      {
        path: "urn:ietf:params:scim:schemas:core:2.0:User:emails",
        filter: compare("type", "eq", "work"),
        sub: "value",
      },
    ],
  ])("are read as RFC 7644 Figure 7 says: %j [P-3.5.2-05 P-3.5.2-07 R-70]", (text, path) => {
    expect(parsePath(text)).toEqual(path);
  });

  test.each([
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:example:2.0",
    "urn:example:com.acme.user",
    "https://example.com/a.b/c.d",
  ])("may be a URN alone: %s [P-3.5.2-16 R-79]", (text) => {
    expect(parsePath(text)).toEqual({ path: text });
  });

  test.each([
    ["", 1],
    [" ", 2],
    ["5", 1],
    ["a.b.c", 1],
    ["a.b.c[d pr]", 1],
    ["a..b", 1],
    ["a.", 1],
    ["a b", 3],
    ["emails]", 7],
    ["(emails)", 1],
    ['emails[type eq "work"].value zz', 30],
    ['emails[type eq "work"].value.x', 23],
    ['emails[type eq "work"].value eq "x"', 30],
    ["a[b pr][c pr]", 8],
    ['em"ails', 3],
    ["a\u0000", 2],
    [":", 1],
  ])("are refused with invalidPath: %j at position %i [P-3.5.2-05 R-71]", (text, position) => {
    const error = refusal(() => parsePath(text));
    expect(error).toMatchObject({ status: 400, scimType: "invalidPath" });
    expect(error.detail).toContain(`at position ${position}`);
  });

  test.each([
    "emails[0]",
    "emails[]",
    "emails[",
    "emails[type]",
    'emails[type zz "work"]',
    'emails[type eq "work].value',
    'emails[type eq "work"',
    "emails[type eq work].value",
    "emails[a.b.c pr]",
    "emails[a[b pr]]",
    "emails[a eq 1e400]",
  ])("are refused with invalidFilter for what stands between the brackets: %j [P-3.5.2-06 R-71]", (text) => {
    expect(refusal(() => parsePath(text))).toMatchObject({ status: 400, scimType: "invalidFilter" });
  });

  test("are shown in the error as a path", () => {
    expect(refusal(() => parsePath('emails[type eq "work"].')).detail).toBe(
      'Expected a sub-attribute such as .value, or the end of the path at position 23, found ".".\n' +
        'emails[type eq "work"].\n' +
        "                      ^",
    );
    expect(refusal(() => parsePath("")).detail).toContain("found the end of the path.");
  });
});
