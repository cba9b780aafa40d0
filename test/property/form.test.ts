import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import * as form from "../../src/form.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("values for each form", { everyday: 500, thorough: 20_000 });

/** The forms that scimkit is made of, each beside what Zod says of the same. */
const PAIRS: readonly (readonly [name: string, ours: form.Form<unknown>, zod: z.ZodType])[] = [
  ["text", form.string(), z.string()],
  ["text that is bounded", form.string().min(1).max(3), z.string().min(1).max(3)],
  ["number", form.number().nonnegative().max(9), z.number().nonnegative().max(9)],
  ["whole number", form.int().positive().max(9), z.int().positive().max(9)],
  ["whole number or nothing", form.int().min(1).nullish(), z.int().min(1).nullish()],
  ["boolean", form.boolean().optional(), z.boolean().optional()],
  ["anything", form.unknown(), z.unknown()],
  ["JSON", form.json(), z.json()],
  ["list", form.array(form.string()).min(1).max(2), z.array(z.string()).min(1).max(2)],
  ["list or nothing", form.array(form.unknown()).nullish(), z.array(z.unknown()).nullish()],
  [
    "test of its own",
    form.custom((value) => typeof value === "object", "must be an object"),
    z.custom((value) => typeof value === "object", "must be an object"),
  ],
  [
    "what fits or not",
    form
      .string()
      .refine((text) => text.length < 3, "is long")
      .refine((text) => text !== "", "is empty"),
    z
      .string()
      .refine((text) => text.length < 3, "is long")
      .refine((text) => text !== "", "is empty"),
  ],
  [
    "object",
    form.object({ a: form.string(), b: form.int().optional() }),
    z.object({ a: z.string(), b: z.int().optional() }),
  ],
  [
    "strict object in a list",
    form.array(
      form.strictObject({ a: form.string().min(2, "short"), b: form.strictObject({ a: form.int() }).optional() }),
    ),
    z.array(z.strictObject({ a: z.string().min(2, "short"), b: z.strictObject({ a: z.int() }).optional() })),
  ],
  [
    "loose object",
    form.looseObject({ a: form.boolean().optional(), b: form.array(form.int()).optional() }),
    z.looseObject({ a: z.boolean().optional(), b: z.array(z.int()).optional() }),
  ],
  [
    "object with others by a form, and a test of all",
    form
      .object({ a: form.strictObject({ b: form.string().optional() }).optional() })
      .catchall(form.json())
      .superRefine((value, { addIssue }) => {
        for (const name of Object.keys(value)) if (name !== "a") addIssue({ path: [name], message: "is another" });
      }),
    z
      .object({ a: z.strictObject({ b: z.string().optional() }).optional() })
      .catchall(z.json())
      .superRefine((value, { addIssue }) => {
        for (const name of Object.keys(value))
          if (name !== "a") addIssue({ code: "custom", path: [name], message: "is another" });
      }),
  ],
  [
    "one of several",
    form.union([form.string().min(3, "short"), form.array(form.string().min(3, "short")).min(1).max(2)]),
    z.union([z.string().min(3, "short"), z.array(z.string().min(3, "short")).min(1).max(2)]),
  ],
  [
    "one of several, with a sentence",
    form.union([form.string(), form.strictObject({ a: form.string() })], "must be this or that"),
    z.union([z.string(), z.strictObject({ a: z.string() })], "must be this or that"),
  ],
];

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>(
      ...["", "a", "abc", "https://a.example/b", 0, 1, -1, 1.5, 10, 2 ** 53, -(2 ** 53), 1e308],
      ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true, false, null, undefined, 1n],
      ...[Symbol.iterator, () => 1, new Date(0), new Map(), Object.create(null)],
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c", "toString"), tie("value"), { noNullPrototype: true }),
    fc.record({ a: tie("value"), b: tie("value") }, { requiredKeys: [] }),
  ),
})).value;

interface Told {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Where and why; but not how long a value of the wrong type is, which Zod says of it as well. */
function told(issues: readonly Told[] = []): readonly string[] {
  const all = issues.map(({ path, message }) => ({ at: path.map(String).join("."), message }));
  const isWrong = (at: string): boolean =>
    all.some((issue) => issue.at === at && issue.message.startsWith("Invalid input: expected"));
  return all
    .filter(
      ({ at, message }) =>
        !(/^short$|^Too (?:small|big): expected (?:string|array|unknown)/.test(message) && isWrong(at)),
    )
    .map(({ at, message }) => `${at}: ${message}`);
}

test.for(PAIRS)("%s is taken and refused as by Zod, in the same words", ([, ours, zod]) => {
  fc.assert(
    fc.property(value, (given) => {
      const expected = zod.safeParse(given);
      const actual = ours.safeParse(given);
      expect(told(actual.error?.issues)).toEqual(told(expected.error?.issues));
      expect(actual.success).toBe(expected.success);
      if (expected.success) expect(actual.data).toEqual(expected.data);
    }),
    { seed, numRuns: RUNS },
  );
});

test("a member __proto__ is nobody's prototype, and one more name for a strict object", () => {
  const given: unknown = JSON.parse('{"__proto__":{"a":1}}');
  const made = form.looseObject({}).safeParse(given).data;
  expect(made).toEqual({});
  expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  expect(form.strictObject({}).safeParse(given).error?.issues).toMatchObject([{ keys: ["__proto__"] }]);
});

test("one of some values is taken, and of another one they are all named", () => {
  const modes = form.oneOf(["index", "cursor"]);
  expect(modes.safeParse("cursor")).toEqual({ success: true, data: "cursor" });
  for (const other of ["Index", true, undefined, null, ["index"]])
    expect(modes.safeParse(other).error?.issues).toMatchObject([{ path: [], values: ["index", "cursor"] }]);
});

test("what is made of a value is made of one that fits alone", () => {
  const length = form.string().transform((text) => text.length);
  expect(length.safeParse("abc").data).toBe(3);
  expect(length.safeParse(3).success).toBe(false);
});

test("a URL is one that has a scheme", () => {
  for (const text of ["https://a.example", "urn:x:y", "a", "/b", "", "https://", 1])
    expect(form.url().safeParse(text).success, String(text)).toBe(z.url().safeParse(text).success);
});
