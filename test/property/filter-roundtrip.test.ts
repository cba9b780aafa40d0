import fc from "fast-check";
import { expect, test } from "vitest";
import { COMPARE_OPERATORS, type Filter } from "../../src/filter/ast.ts";
import { DEFAULT_FILTER_LIMITS } from "../../src/filter/limits.ts";
import { parseFilter } from "../../src/filter/parser.ts";
import { printFilter } from "../../src/filter/print.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("filters", { everyday: 2000, thorough: 10_000 });

const KEYWORDS = [...COMPARE_OPERATORS, "pr", "and", "or", "not", "true", "false", "null"];
const name = fc.oneof(
  fc.constantFrom("userName", "emails", "x", "$ref", "a-b_c9", "andy", "notes", "NOT", "Eq", ...KEYWORDS),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9$_-]{0,8}$/),
);
const urn = fc.constantFrom(
  "urn:ietf:params:scim:schemas:core:2.0:User",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
  "urn:example:com.acme.v1.2",
  "https://example.com:8443/schemas/a.b",
  "eq",
);
const path = fc
  .tuple(fc.option(urn), name, fc.option(name))
  .map(
    ([prefix, attribute, sub]) => (prefix === null ? "" : `${prefix}:`) + attribute + (sub === null ? "" : `.${sub}`),
  );

const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }).map((value) => value.toWellFormed()),
      fc.constantFrom(
        '"',
        "\\",
        "/",
        "\b",
        "\f",
        "\n",
        "\r",
        "\t",
        "\u0000",
        "\u007f",
        "\u2028",
        "😀",
        "(",
        "]",
        " and ",
      ),
    ),
    { maxLength: 4 },
  )
  .map((pieces) => pieces.join(""));
const value = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
);

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ type: fc.constant("present" as const), path }, { noNullPrototype: true }),
  fc.record(
    { type: fc.constant("compare" as const), path, operator: fc.constantFrom(...COMPARE_OPERATORS), value },
    { noNullPrototype: true },
  ),
);

/** Normal form: at least two parts, none of the same kind as the node. */
function junction(type: "and" | "or", part: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  const other = part.filter((inner) => inner.type !== type);
  return fc.array(other, { minLength: 2, maxLength: 4 }).map((filters) => ({ type, filters }));
}

/** Filters up to a depth; value paths only where none is around them. */
function filters(depth: number, isInBrackets: boolean): fc.Arbitrary<Filter> {
  if (depth === 0) return leaf;
  const part = filters(depth - 1, isInBrackets);
  const nodes = [
    leaf,
    junction("and", part),
    junction("or", part),
    part.map((filter): Filter => ({ type: "not", filter })),
  ];
  if (!isInBrackets) {
    nodes.push(
      fc.tuple(path, filters(depth - 1, true)).map(([path, filter]): Filter => ({ type: "element", path, filter })),
    );
  }
  return fc.oneof(...nodes);
}

const filter = filters(4, false);
const limits = { ...DEFAULT_FILTER_LIMITS, maxLength: 1_000_000, maxClauses: 10_000 };

test("parsing what was printed gives the same filter, and printing it again the same text [P-3.4.2.2-25 P-3.4.2.2-26 T-C8 T-C10]", () => {
  fc.assert(
    fc.property(filter, (filter) => {
      const printed = printFilter(filter);
      const parsed = parseFilter(printed, { limits });
      expect(parsed).toStrictEqual(filter);
      expect(printFilter(parsed)).toBe(printed);
    }),
    { numRuns: RUNS, seed },
  );
});

test("bare operands change nothing in filters that are JSON already [R-30]", () => {
  fc.assert(
    fc.property(filter, (filter) => {
      expect(parseFilter(printFilter(filter), { limits, unquotedOperands: true })).toStrictEqual(filter);
    }),
    { numRuns: RUNS / 5, seed },
  );
});
