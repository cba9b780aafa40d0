import fc from "fast-check";
import { compileResourceType, defineResourceType } from "../../../../src/schema/resource-type.ts";
import { defineSchema } from "../../../../src/schema/schema.ts";

/** Every type of value, in a column or in the rest. */
export const Thing = compileResourceType(
  defineResourceType({
    name: "Thing",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Thing",
      name: "Thing",
      attributes: {
        label: {},
        exact: { caseExact: true },
        size: { type: "integer" },
        weight: { type: "decimal" },
        bought: { type: "dateTime" },
        isOn: { type: "boolean" },
        bits: { type: "binary" },
        page: { type: "reference", referenceTypes: ["external"] },
        note: {},
        count: { type: "integer" },
        isOff: { type: "boolean" },
        tags: { multiValued: true },
        sizes: { type: "decimal", multiValued: true },
        box: {
          type: "complex",
          subAttributes: { value: {}, depth: { type: "decimal" }, marks: { multiValued: true } },
        },
        parts: {
          type: "complex",
          multiValued: true,
          subAttributes: {
            value: {},
            type: { caseExact: true },
            count: { type: "integer" },
            primary: { type: "boolean" },
          },
        },
      },
    }),
  }),
);

/** Texts that databases get wrong: case, width, composition, wildcards, quotes, characters beyond the first plane. */
export const texts = [
  "",
  "a",
  "A",
  "ab",
  "aB c",
  "abc",
  "b",
  "é",
  "e\u0301",
  "É",
  "ß",
  "İ",
  "\u212a",
  "k",
  "K",
  "%",
  "_",
  "a%c",
  "\\",
  "'",
  '"',
  "\ud83d\ude00",
  "\uff21",
  "\uffff",
  "~",
  " a",
  "\t",
  "0",
  "10",
  "9",
  "true",
  "Σας",
  "\u037e",
  ";",
];
export const dates = [
  "2026-01-01T00:00:00Z",
  "2025-12-31T23:00:00-01:00",
  "2026-01-01T00:00:00.5Z",
  "0001-01-01T00:00:00Z",
];
const numbers = [0, 1, -1, 9, 10, 0.1, 0.30000000000000004, 0.3, -2.5, 1e21, 5e-324, 1.7976931348623157e308];
const integers = [0, 1, -1, 9, 10, 100, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];
const urls = ["https://example.com/a", "https://EXAMPLE.com/a", "https://example.com/a%2fb", "relative"];
const bits = ["YQ==", "YQ", "Yg=="];
export const operands = { texts, dates, numbers, integers, urls, bits };

export const one = <T>(values: readonly T[]) => fc.constantFrom(...values);
export const some = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 3 });
export const partly = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(shape, { requiredKeys: [] }).map((value) => value as Record<string, unknown>);
export const filled = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  partly(shape).filter((value) => Object.keys(value).length > 0);
/** At most one element is primary, as the core sees to [S-2.4-03]. */
export const onePrimary = (found: Record<string, unknown>[]) =>
  found.map((element, index) => (index > 0 && element.primary === true ? { ...element, primary: false } : element));

/** What a thing may hold. */
export const thing = partly({
  label: one(texts),
  exact: one(texts),
  size: one(integers),
  weight: one(numbers),
  bought: one(dates),
  isOn: fc.boolean(),
  bits: one(bits),
  page: one(urls),
  note: one(texts),
  count: one(integers),
  isOff: fc.boolean(),
  tags: some(one(texts)),
  sizes: some(one(numbers)),
  box: filled({ value: one(texts), depth: one(numbers), marks: some(one(texts)) }),
  parts: some(filled({ value: one(texts), type: one(texts), count: one(integers), primary: fc.boolean() })).map(
    onePrimary,
  ),
});
