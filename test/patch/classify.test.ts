import { compileResourceType, defineResourceType, defineSchema } from "scimkit";
import { applyPatch, classify, operationsOf, type ParsedOperation, prepare } from "scimkit/patch";
import { describe, expect, test } from "vitest";

const EXTRA = "urn:example:params:scim:schemas:extension:Extra";
const parts = { type: "complex", multiValued: true, scimkit: { collection: true } } as const;
/** Collections of every kind that is told apart. */
const Hall = compileResourceType(
  defineResourceType({
    name: "Hall",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Hall",
      name: "Hall",
      attributes: {
        name: {},
        tags: { multiValued: true },
        guests: { ...parts, subAttributes: { value: {}, note: {} } },
        staff: { ...parts, subAttributes: { value: { caseExact: true } } },
        speakers: { ...parts, subAttributes: { value: {}, primary: { type: "boolean" } } },
        seats: { type: "complex", multiValued: true, subAttributes: { value: {} } },
      },
    }),
  }).extend(
    defineSchema({ id: EXTRA, name: "Extra", attributes: { helpers: { ...parts, subAttributes: { value: {} } } } }),
  ),
);

function deltaOf(...operations: readonly ParsedOperation[]) {
  const delta = classify(prepare(Hall, operations, { removeValue: () => undefined }));
  return delta && { path: delta.attribute.path, add: delta.add, remove: delta.remove };
}
const add = (path: string, ...value: readonly object[]): ParsedOperation => ({ op: "add", path, value });
const without = (path: string): ParsedOperation => ({ op: "remove", path });

describe("operations that are one delta", () => {
  test.each([
    ["an add of several", [add("guests", { value: "a" }, { value: "b" })], ["a", "b"], []],
    ["several adds", [add("guests", { value: "a" }), add("guests", { value: "b" })], ["a", "b"], []],
    ["an add of one twice", [add("guests", { value: "a" }, { value: "A" })], ["a"], []],
    ["a remove by value", [without('guests[value eq "a"]')], [], ["a"]],
    ["a remove by several values", [without('guests[value eq "a" or value eq "b"]')], [], ["a", "b"]],
    ["a remove of a list", [{ op: "remove", path: "guests", value: [{ value: "a" }] }], [], ["a"]],
    ["removes of one twice", [without('guests[value eq "a"]'), without('guests[value eq "A"]')], [], ["A"]],
    ["an add and a remove of another", [add("guests", { value: "a" }), without('guests[value eq "b"]')], ["a"], ["b"]],
    ["an add and a remove of the same", [add("guests", { value: "a" }), without('guests[value eq "A"]')], [], ["A"]],
    ["a remove and an add of the same", [without('guests[value eq "a"]'), add("guests", { value: "a" })], ["a"], ["a"]],
  ] as const)("%s [G-21]", (_, operations, added, removed) => {
    expect(deltaOf(...operations)).toEqual({
      path: "guests",
      add: added.map((value) => ({ value })),
      remove: removed,
    });
  });

  test("tell values apart as their attribute does", () => {
    expect(deltaOf(add("staff", { value: "a" }), without('staff[value eq "A"]'))).toMatchObject({
      add: [{ value: "a" }],
      remove: ["A"],
    });
  });

  test("add the first of two elements with one value", () => {
    expect(deltaOf(add("guests", { value: "a", note: "1" }), add("guests", { value: "a", note: "2" }))).toMatchObject({
      add: [{ value: "a", note: "1" }],
    });
  });
});

describe("operations that take a look at the resource", () => {
  test.each([
    ["on two collections", [add("guests", { value: "a" }), add("staff", { value: "a" })]],
    ["on what is no collection", [add("seats", { value: "a" })]],
    ["on simple values", [{ op: "add", path: "tags", value: ["a"] }]],
    ["on a singular attribute", [{ op: "replace", path: "name", value: "n" }]],
    ["on elements of which one may be primary", [add("speakers", { value: "a" })]],
    ["on elements of which one may be primary, removed", [without('speakers[value eq "a"]')]],
    ["on a collection of an extension, which schemas may name or not", [add(`${EXTRA}:helpers`, { value: "a" })]],
    ["on a collection of an extension, removed", [without(`${EXTRA}:helpers[value eq "a"]`)]],
    ["that change an element", [{ op: "replace", path: 'guests[value eq "a"]', value: { note: "n" } }]],
    ["that add to an element", [{ op: "add", path: 'guests[value eq "a"]', value: { note: "n" } }]],
    ["that remove a part of an element", [without('guests[value eq "a"].note')]],
    ["that remove a part of every element", [without("guests.note")]],
    ["that add a part to every element", [{ op: "add", path: "guests.note", value: "n" }]],
    ["that remove by a filter of something else besides", [without('guests[value eq "a" or note eq "n"]')]],
    ["that remove by two conditions", [without('guests[value eq "a" and note eq "n"]')]],
    ["that remove by a part of a value", [without('guests[value sw "a"]')]],
    ["that remove all but one", [without('guests[not (value eq "a")]')]],
    ["that remove those that have a value", [without("guests[value pr]")]],
    ["that remove by another name", [without('guests[note eq "a"]')]],
    ["that remove all", [without("guests")]],
    ["that replace all", [{ op: "replace", path: "guests", value: [{ value: "a" }] }]],
    ["that do nothing", []],
  ] as const)("%s are no delta", (_, operations) => {
    expect(deltaOf(...(operations as readonly ParsedOperation[]))).toBeUndefined();
  });
});

describe("what storage without deltas does instead", () => {
  const guests = [{ value: "a" }, { value: "b" }];
  test.each([
    ["adds", [add("guests", { value: "c" }, { value: "A" })], [...guests, { value: "c" }], 1],
    ["removes", [without('guests[value eq "A"]'), without('guests[value eq "x"]')], [{ value: "b" }], 1],
    [
      "removes and adds",
      [without('guests[value eq "a"]'), add("guests", { value: "a", note: "n" })],
      [{ value: "b" }, { value: "a", note: "n" }],
      2,
    ],
  ] as const)("%s in as few operations as there can be [G-21]", (_, operations, expected, count) => {
    const delta = classify(prepare(Hall, operations as readonly ParsedOperation[]));
    if (delta === undefined) throw new Error("this is a delta");
    const instead = operationsOf(delta);
    expect(instead).toHaveLength(count);
    expect(applyPatch(Hall, { id: "1", guests }, instead).resource.guests).toEqual(expected);
  });
});
