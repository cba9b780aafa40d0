import { expect, test } from "vitest";
import {
  type AttributeLiteral,
  type ComparisonKey,
  comparisonKey,
  compileResourceType,
  defineResourceType,
  defineSchema,
} from "../../src/index.ts";
import { changesOfShape, shapeOf } from "../../src/schema/shape.ts";

function shape(a: AttributeLiteral | undefined, key: ComparisonKey = comparisonKey) {
  const attributes = a === undefined ? { b: {} } : { a, b: {} };
  const schema = defineSchema({ id: "urn:example:Thing", name: "Thing", attributes });
  return shapeOf(compileResourceType(defineResourceType({ name: "Thing", schema }), key));
}

const reference = (...referenceTypes: string[]): AttributeLiteral => ({
  type: "complex",
  subAttributes: { value: {}, $ref: { type: "reference", referenceTypes } },
});
const list: AttributeLiteral = { type: "complex", multiValued: true, subAttributes: { value: {} } };

test.each<[AttributeLiteral | undefined, AttributeLiteral | undefined, object]>([
  [undefined, {}, { change: "added", needsReindex: false }],
  [undefined, { uniqueness: "server" }, { change: "added", needsReindex: true }],
  [undefined, { ...list, scimkit: { collection: true } }, { change: "added", needsReindex: true }],
  [{}, undefined, { change: "removed", needsReindex: false }],
  [{}, { type: "integer" }, { change: "type", needsReindex: true }],
  [{}, { multiValued: true }, { change: "type", needsReindex: true }],
  [reference("User"), reference("User", "Group"), { change: "type", needsReindex: true }],
  [{}, { caseExact: true }, { change: "comparison", needsReindex: true }],
  [{}, { scimkit: { comparison: "username" } }, { change: "comparison", needsReindex: true }],
  [{}, { uniqueness: "server" }, { change: "uniqueness", needsReindex: true }],
  [{ uniqueness: "server" }, {}, { change: "uniqueness", needsReindex: false }],
  [list, { ...list, scimkit: { collection: true } }, { change: "collection", needsReindex: true }],
  [{}, { mutability: "writeOnly" }, { change: "secret", needsReindex: true }],
])("from %j to %j is told as %j", (before, after, change) => {
  const [old, now] = [shape(before), shape(after)];
  expect(changesOfShape(old, now)).toContainEqual({ attribute: "a", ...change });
  expect(old.fingerprint).not.toBe(now.fingerprint);
});

test("another key function of the host's is another comparison, and the standard one by another name is not", () => {
  const upper: ComparisonKey = (attribute, value) =>
    typeof value === "string" ? value.toUpperCase() : comparisonKey(attribute, value);
  expect(changesOfShape(shape({}), shape({}, upper))).toContainEqual({
    attribute: "a",
    change: "comparison",
    needsReindex: true,
  });
});

test("what keys do not depend on is no change: words, order, what is required, shown and suggested", () => {
  const described = { description: "x", required: true, returned: "request", canonicalValues: ["a"] } as const;
  expect(shape(described)).toEqual(shape({}));
  expect(changesOfShape(shape(described), shape({}))).toEqual([]);
});
