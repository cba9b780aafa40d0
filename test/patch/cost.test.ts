import { expect, test } from "vitest";
import { comparisonKey, compileResourceType, defineResourceType, defineSchema, Group } from "../../src/index.ts";
import { applyPatch, prepare } from "../../src/patch/index.ts";

/** How often values were compared by key while n operations ran over a group of m members. */
function comparisons(operations: number, members: number, make: (index: number) => object): number {
  let count = 0;
  const type = compileResourceType(Group, (attribute, value) => {
    count++;
    return comparisonKey(attribute, value);
  });
  const group = {
    id: "g",
    displayName: "G",
    members: Array.from({ length: members }, (_, index) => ({ value: `m${index}` })),
  };
  const prepared = prepare(type, Array.from({ length: operations }, (_, index) => make(index)) as never);
  const changed = applyPatch(type, group, prepared).resource.members as readonly unknown[];
  expect(changed).not.toHaveLength(members);
  return count;
}

test.each([
  ["adds", (index: number) => ({ op: "add", path: "members", value: [{ value: `new${index}` }] })],
  ["removes by value", (index: number) => ({ op: "remove", path: `members[value eq "m${index * 2}"]` })],
  [
    "removes by value and something else",
    (index: number) => ({ op: "remove", path: `members[value eq "m${index}" and not (display pr)]` }),
  ],
])("the cost of many %s is that of the operations and that of the members, not one times the other", (_, make) => {
  const [operations, members] = [500, 5000];
  // Each member is filed once, each operation looks up a few keys.
  expect(comparisons(operations, members, make)).toBeLessThan(3 * members + 10 * operations);
});

test("a replaced list is filed once for each time that it is looked at, not for each of its elements [T-J4]", () => {
  let keys = 0;
  const type = compileResourceType(
    defineResourceType({
      name: "Bag",
      schema: defineSchema({
        id: "urn:example:params:scim:schemas:Bag",
        name: "Bag",
        attributes: { tags: { multiValued: true } },
      }),
    }),
    (attribute, value) => {
      keys++;
      return comparisonKey(attribute, value);
    },
  );
  const tags = Array.from({ length: 900 }, (_, index) => `t${index}`);
  const operations = [
    { op: "replace" as const, path: "tags", value: tags },
    ...tags.map((tag) => ({ op: "add" as const, path: "tags", value: tag })),
  ];
  const { resource, changes } = applyPatch(type, { id: "b", tags: ["old"] }, prepare(type, operations));
  expect(resource.tags).toEqual(tags);
  expect(changes).toEqual([{ op: "replace", path: "/tags", value: tags }]);
  expect(keys).toBeLessThan(20 * tags.length);
});

test("elements that share their value and differ in type are found as fast as others", () => {
  const count = 900;
  let keys = 0;
  const type = compileResourceType(
    defineResourceType({
      name: "Box",
      schema: defineSchema({
        id: "urn:example:params:scim:schemas:Box",
        name: "Box",
        attributes: {
          items: {
            type: "complex",
            multiValued: true,
            subAttributes: { value: {}, type: {}, notes: { multiValued: true } },
          },
        },
      }),
    }),
    (attribute, value) => {
      keys++;
      return comparisonKey(attribute, value);
    },
  );
  const operations = Array.from({ length: count }, (_, index) => ({
    op: "add" as const,
    path: "items",
    value: [
      { value: "same", type: `t${index}` },
      { value: "same", type: `t${index - 1}` },
    ],
  }));
  const { resource } = applyPatch(type, { id: "b" }, prepare(type, operations));
  expect(resource.items).toHaveLength(count + 1);
  expect(keys).toBeLessThan(50 * count);
});

test("values added one by one to a list in an element are bounded as comparisons are", () => {
  const notes = Array.from({ length: 1000 }, (_, index) => `n${index}`);
  const type = compileResourceType(
    defineResourceType({
      name: "Page",
      schema: defineSchema({
        id: "urn:example:params:scim:schemas:Page",
        name: "Page",
        attributes: { text: { type: "complex", subAttributes: { notes: { multiValued: true } } } },
      }),
    }),
  );
  const operations = prepare(
    type,
    notes.map((note) => ({ op: "add" as const, path: "text.notes", value: note })),
  );
  expect(applyPatch(type, { id: "p" }, operations).resource.text).toEqual({ notes });
  expect(() => applyPatch(type, { id: "p" }, operations, { maxComparisons: 10_000 })).toThrow(
    expect.objectContaining({ scimType: "tooMany" }),
  );
});
