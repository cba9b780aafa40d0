import { describe, expect, test } from "vitest";
import { comparisonKey, compileResourceType, defineResourceType, defineSchema, Group } from "../../src/index.ts";
import { applyWork } from "../../src/patch/apply.ts";
import { Effort } from "../../src/patch/effort.ts";
import { applyPatch, prepare } from "../../src/patch/index.ts";
import { prepareWork } from "../../src/patch/prepare.ts";
import { type Steps, stepsOf } from "../../src/time-slice.ts";

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

test("a list of parts to remove is held against each element once, however many there are", () => {
  let keys = 0;
  const type = compileResourceType(
    defineResourceType({
      name: "Shelf",
      schema: defineSchema({
        id: "urn:example:params:scim:schemas:Shelf",
        name: "Shelf",
        attributes: { books: { type: "complex", multiValued: true, subAttributes: { title: {}, author: {} } } },
      }),
    }),
    (attribute, value) => {
      keys++;
      return comparisonKey(attribute, value);
    },
  );
  const books = Array.from({ length: 900 }, (_, index) => ({ title: `t${index}`, author: `a${index % 3}` }));
  const value = [
    ...books.slice(0, 800).map(({ title }) => ({ title })),
    { author: "A0", title: "T801" },
    { author: "x" },
  ];
  const operations = prepare(type, [{ op: "remove", path: "books", value }], { removeValue: () => undefined });
  const { resource } = applyPatch(type, { id: "s", books }, operations);
  expect(resource.books).toEqual(books.filter((_, index) => index >= 800 && index !== 801));
  expect(keys).toBeLessThan(10 * books.length);
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

describe("a PATCH of a group of 20,000 is done in steps, between which others may go on", () => {
  const members = Array.from({ length: 20_000 }, (_, index) => ({ value: `m${index}`, display: `d${index}` }));
  const values = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ value: `m${from + index}` }));
  const many = Array.from({ length: 90 }, (_, index) => `display ew "z${index}"`).join(" or ");

  test.each([
    ["adds", [{ op: "add", path: "members", value: values(15_000, 10_000) }]],
    ["removes by value", [{ op: "remove", path: "members", value: values(5000, 10_000) }]],
    ["a filter", [{ op: "remove", path: 'members[value sw "m1"]' }]],
    ["a filter of many clauses", [{ op: "remove", path: `members[${many}]` }]],
    ["a filter that selects them one by one", [{ op: "remove", path: 'members[value eq "m1" and display pr]' }]],
    ["every element", [{ op: "replace", path: "members.type", value: "User" }]],
    ["another list", [{ op: "replace", path: "members", value: values(10_000, 15_000) }]],
    ["the same list", [{ op: "replace", path: "members", value: members }]],
    [
      "the list removed and another one added",
      [
        { op: "remove", path: "members" },
        { op: "add", path: "members", value: values(1, 9000) },
      ],
    ],
  ])("%s", (_, operations) => {
    let keys = 0;
    let most = 0;
    const type = compileResourceType(Group, (attribute, value) => {
      keys++;
      return comparisonKey(attribute, value);
    });
    const done = <T>(steps: Steps<T>): T => {
      for (;;) {
        const before = keys;
        const { done, value } = steps.next();
        most = Math.max(most, keys - before);
        if (done === true) return value;
      }
    };
    const options = { removeValue: () => undefined };
    const group = { id: "g", displayName: "G", members };
    const prepared = done(stepsOf(prepareWork(type, operations as never, options)));
    done(stepsOf(applyWork(type, group, prepared, new Effort(), {})));
    expect(keys).toBeGreaterThan(5000);
    // A few for each of 128 elements; each of the many clauses is a comparison of its own.
    expect(most).toBeLessThan(128 * (operations[0]?.path.includes(many) === true ? 181 : 6));
  });
});
