import { describe, expect, test } from "vitest";
import { isScimError, type ScimError } from "../../src/error.ts";
import { DEFAULT_FILTER_LIMITS } from "../../src/filter/limits.ts";
import { parseFilter, parsePath } from "../../src/filter/parser.ts";

function refusal(run: () => unknown): ScimError {
  try {
    run();
  } catch (error) {
    if (isScimError(error)) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const invalidFilter = { status: 400, scimType: "invalidFilter" };
const nested = (depth: number, open = "("): string => `${open.repeat(depth)}id pr${")".repeat(depth)}`;
const clauses = (count: number, clause = "id pr", joint = "or"): string =>
  Array<string>(count).fill(clause).join(` ${joint} `);

/** Calls `run` with so many frames below it. */
function below<T>(frames: number, run: () => T): T {
  return frames === 0 ? run() : below(frames - 1, run);
}

describe("length", () => {
  test("is limited to 8,192 UTF-16 code units, and the error names limit and value [P-3.4.2.2-37]", () => {
    expect(DEFAULT_FILTER_LIMITS.maxLength).toBe(8192);
    const filter = (length: number): string => `a eq "${"x".repeat(length - 7)}"`;
    expect(parseFilter(filter(8192))).toMatchObject({ type: "compare" });
    expect(refusal(() => parseFilter(filter(8193)))).toMatchObject({
      ...invalidFilter,
      detail: "The filter has 8193 characters; at most 8192 (the limit maxLength) are allowed.",
    });
    expect(refusal(() => parseFilter("a pr", { limits: { ...DEFAULT_FILTER_LIMITS, maxLength: 3 } })).detail).toContain(
      "at most 3",
    );
  });

  test("is checked before anything reads the text: 1 MB is refused for its length [P-3.4.2.2-37]", () => {
    for (const text of ["x".repeat(1_000_000), "(".repeat(1_000_000), '"'.repeat(1_000_000)]) {
      expect(refusal(() => parseFilter(text)).detail).toContain("at most 8192");
    }
  });

  test("of a PATCH path is limited alike [T-C16]", () => {
    expect(refusal(() => parsePath("a".repeat(8193)))).toMatchObject({
      status: 400,
      scimType: "invalidPath",
      detail: "The path has 8193 characters; at most 8192 (the limit maxLength) are allowed.",
    });
  });
});

describe("depth", () => {
  test("is limited to 32 levels [P-3.4.2.2-37 T-C1]", () => {
    for (let depth = 1; depth <= 32; depth++) {
      expect(parseFilter(nested(depth))).toEqual({ type: "present", path: "id" });
    }
    for (const depth of [33, 34, 390, 2000, 4000]) {
      const error = refusal(() => parseFilter(nested(depth)));
      expect(error).toMatchObject(invalidFilter);
      expect(error.detail).toMatch(/^More than 32 levels of nesting \(the limit maxDepth\) at position 33\.\n/);
    }
  });

  test.each([10_000, 8192, 33])("refuses %i opening parentheses [P-3.4.2.2-37 T-C1]", (count) => {
    expect(refusal(() => parseFilter("(".repeat(count)))).toMatchObject(invalidFilter);
  });

  test("holds for not ( and for [ as well [T-C2 T-C3]", () => {
    expect(parseFilter(nested(32, "not ("))).toMatchObject({ type: "not" });
    expect(refusal(() => parseFilter(nested(33, "not ("))).detail).toContain("More than 32 levels");
    expect(refusal(() => parseFilter("not (".repeat(1000))).detail).toContain("More than 32 levels");
    expect(refusal(() => parseFilter("emails[".repeat(1000))).detail).toContain("More than 32 levels");
    expect(refusal(() => parseFilter(`a[${nested(32)}]`)).detail).toContain("More than 32 levels");
    expect(refusal(() => parsePath(`a[${nested(32)}]`))).toMatchObject(invalidFilter);
    expect(refusal(() => parsePath("(".repeat(1000)))).toMatchObject({ status: 400, scimType: "invalidPath" });
  });

  test("does not add up over groups that stand beside each other [T-C1]", () => {
    expect(parseFilter(Array(40).fill("(a pr)").join(" and "))).toMatchObject({ type: "and" });
    expect(parseFilter(Array(40).fill("a[b pr]").join(" and "))).toMatchObject({ type: "and" });
  });

  test("counts no brackets inside strings [T-C1]", () => {
    expect(parseFilter(`a eq "${"([".repeat(100)}"`)).toMatchObject({ type: "compare" });
  });

  test("at its limit leaves room on a call stack that is 5,000 frames deep already [T-C1]", () => {
    expect(below(5000, () => parseFilter(nested(32, "not (")))).toMatchObject({ type: "not" });
    expect(below(5000, () => refusal(() => parseFilter(nested(2000))))).toMatchObject(invalidFilter);
  });

  test("follows the option [P-3.4.2.2-37]", () => {
    const limits = { ...DEFAULT_FILTER_LIMITS, maxDepth: 2 };
    expect(parseFilter(nested(2), { limits })).toEqual({ type: "present", path: "id" });
    expect(refusal(() => parseFilter(nested(3), { limits })).detail).toContain("More than 2 levels of nesting");
  });
});

describe("comparisons", () => {
  test.each(["or", "and"])("may be 256 in one %s node [P-3.4.2.2-37 T-C5]", (joint) => {
    const filter = parseFilter(clauses(256, "id pr", joint));
    expect(filter).toMatchObject({ type: joint, filters: { length: 256 } });
  });

  test.each([257, 300, 682])("are refused when they are %i [P-3.4.2.2-37 T-C5]", (count) => {
    const error = refusal(() => parseFilter(clauses(count, 'id eq "1"').slice(0, 8192)));
    expect(error).toMatchObject(invalidFilter);
    expect(error.detail).toMatch(/^More than 256 comparisons \(the limit maxClauses\) at position \d+\.\n/);
  });

  test.each([
    "pr pr",
    "eq eq 1",
    "and pr",
    "or eq true",
    'not eq "eq"',
    "not (pr pr)",
    "a[eq eq 1]",
    "(eq pr)",
  ])("are counted right when attributes are named like operators: %s [T-C5 T-C10]", (clause) => {
    const limits = { ...DEFAULT_FILTER_LIMITS, maxClauses: 3 };
    expect(() => parseFilter(clauses(3, clause), { limits })).not.toThrow();
    expect(refusal(() => parseFilter(clauses(4, clause), { limits })).detail).toContain("More than 3 comparisons");
  });

  test("are counted inside value paths, behind them, and with bare operands [T-C5]", () => {
    const limits = { ...DEFAULT_FILTER_LIMITS, maxClauses: 3 };
    const parse = (text: string) => parseFilter(text, { limits, unquotedOperands: true });
    expect(() => parse("a[b pr and c pr].d pr")).not.toThrow();
    expect(refusal(() => parse("a[b pr and c pr].d pr or e pr")).detail).toContain("More than 3 comparisons");
    expect(refusal(() => parse("a[b pr and c pr].d eq eqs or e pr")).detail).toContain("More than 3 comparisons");
    expect(() => parse("a eq eqs and b eq prs and c eq ands")).not.toThrow();
    expect(refusal(() => parsePath("a[b pr and c pr and d pr and e pr]", { limits }))).toMatchObject(invalidFilter);
  });
});

describe("cost", () => {
  test("of an unclosed string is not exponential: 8 KB of it are refused before the test times out [T-C6]", () => {
    for (const filler of ["a", "\\\\", "\\u0061", '\\"', "\\"]) {
      const text = `userName eq "${filler.repeat(Math.floor(8000 / filler.length))}`;
      expect(refusal(() => parseFilter(text))).toMatchObject(invalidFilter);
    }
  });

  test("of 8 KB of any one character is small, and so is the answer [T-C7]", () => {
    parseFilter("warm pr");
    for (let code = 0; code < 128; code++) {
      const text = String.fromCharCode(code).repeat(8192);
      const error = refusal(() => parseFilter(text));
      expect(error).toMatchObject(invalidFilter);
      expect(error.detail.length).toBeLessThan(400);
    }
  });
});
