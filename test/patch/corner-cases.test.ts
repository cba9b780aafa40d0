import { type CompiledResourceType, compileResourceType, defineResourceType, defineSchema, Group, User } from "scimkit";
import { applyPatch, type ParsedOperation, prepare } from "scimkit/patch";
import { describe, expect, test } from "vitest";

const user = compileResourceType(User);
const group = compileResourceType(Group);
const Crate = compileResourceType(
  defineResourceType({
    name: "Crate",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Crate",
      name: "Crate",
      attributes: {
        tags: { multiValued: true },
        codes: { multiValued: true, mutability: "immutable" },
        seals: { type: "complex", multiValued: true, mutability: "immutable", subAttributes: { value: {}, note: {} } },
        items: {
          type: "complex",
          multiValued: true,
          subAttributes: {
            value: {},
            type: {},
            notes: { multiValued: true },
            fragile: { type: "boolean" },
            weight: { type: "integer", required: true, mutability: "readOnly" },
            primary: { type: "boolean" },
          },
        },
      },
    }),
  }),
);

function patch(
  type: CompiledResourceType,
  resource: object,
  operations: readonly ParsedOperation[],
  maxComparisons = 1e6,
) {
  const prepared = prepare(type, operations, { removeValue: () => undefined });
  return applyPatch(type, { id: "1", ...resource }, prepared, { maxComparisons });
}
const outcomeOf = (...given: Parameters<typeof patch>) => patch(...given).resource;

describe("a list that was stored with twins in it, as an older server may have done", () => {
  const emails = [{ value: "a@x" }, { value: "a@x" }];
  const before = { userName: "ada", emails };

  test("keeps them where they are not what a PATCH is about", () => {
    expect(patch(user, before, [{ op: "add", path: "emails", value: [{ value: "b@x" }] }]).changes).toEqual([
      { op: "add", path: "/emails/-", value: { value: "b@x" } },
    ]);
  });
});

describe("an element that is removed", () => {
  test("is selected by no later operation, whatever its filter says", () => {
    const emails = [{ value: "a@x", type: "work" }, { value: "b@x" }];
    expect(
      outcomeOf(user, { userName: "ada", emails }, [
        { op: "remove", path: 'emails[value eq "a@x"]' },
        { op: "replace", path: 'emails[not (type eq "home")].display', value: "D" },
        { op: "replace", path: "emails[primary eq false].type", value: "other" },
      ]).emails,
    ).toEqual([{ value: "b@x", display: "D", type: "other" }]);
  });

  test("comes back as a new one, behind the others", () => {
    const emails = [{ value: "a@x", type: "work" }, { value: "b@x" }];
    expect(
      outcomeOf(user, { userName: "ada", emails }, [
        { op: "remove", path: 'emails[value eq "a@x"]' },
        { op: "add", path: "emails", value: [{ value: "a@x", type: "work" }] },
        { op: "replace", path: 'emails[value eq "a@x"].display', value: "A" },
      ]).emails,
    ).toEqual([{ value: "b@x" }, { value: "a@x", type: "work", display: "A" }]);
  });
});

describe("a list that is replaced", () => {
  test("takes what is added behind it, and is what it was where it is replaced back", () => {
    const before = { userName: "ada", emails: [{ value: "a@x" }] };
    expect(
      outcomeOf(user, before, [
        { op: "replace", path: "emails", value: [{ value: "b@x" }] },
        { op: "add", path: "emails", value: [{ value: "c@x" }] },
      ]).emails,
    ).toEqual([{ value: "b@x" }, { value: "c@x" }]);
    expect(
      patch(user, before, [
        { op: "replace", path: "emails", value: [{ value: "b@x" }] },
        { op: "replace", path: "emails", value: [{ value: "a@x" }] },
      ]).changes,
    ).toEqual([]);
  });
});

describe("a value that changed and changed back", () => {
  test("is no change beside others that are", () => {
    expect(
      patch(Crate, { tags: ["a"] }, [
        { op: "replace", path: 'tags[value eq "a"]', value: "b" },
        { op: "replace", path: 'tags[value eq "b"]', value: "a" },
        { op: "add", path: "tags", value: ["c"] },
      ]).changes,
    ).toEqual([{ op: "add", path: "/tags/-", value: "c" }]);
  });
});

describe("an immutable list", () => {
  test("takes its first values, and says nothing against the same ones again [P-3.5.2-10]", () => {
    expect(outcomeOf(Crate, {}, [{ op: "add", path: "codes", value: ["a", "b"] }]).codes).toEqual(["a", "b"]);
    const seals = [{ value: "a", note: "n" }, { value: "b" }];
    for (const operation of [
      { op: "replace", path: 'seals[value eq "a"]', value: { value: "a", note: "n" } },
      { op: "replace", path: "seals", value: seals },
      { op: "add", path: "seals", value: [{ value: "b" }] },
      { op: "remove", path: 'seals[value eq "c"]' },
    ] as const)
      expect(outcomeOf(Crate, { seals }, [operation]).seals).toEqual(seals);
    for (const operation of [
      { op: "replace", path: 'seals[value eq "a"]', value: { value: "a", note: "m" } },
      { op: "add", path: "seals", value: [{ value: "c" }] },
      { op: "remove", path: "seals" },
    ] as const)
      expect(() => outcomeOf(Crate, { seals }, [operation])).toThrow(
        expect.objectContaining({ scimType: "mutability" }),
      );
  });
});

describe("members of a collection", () => {
  const members = [{ value: "u1", type: "User", display: "One" }];

  test("are the same by their value alone, and one that is there stays as it is [R-51]", () => {
    for (const value of [{ value: "u1", type: "Group" }, { value: "u1", display: "Other" }, { value: "u1" }])
      expect(
        outcomeOf(group, { displayName: "g", members }, [{ op: "add", path: "members", value: [value] }]).members,
      ).toEqual(members);
    const replaced = [{ value: "u1", type: "Group", display: "Other" }, { value: "u2" }];
    expect(
      outcomeOf(group, { displayName: "g", members }, [{ op: "replace", path: "members", value: replaced }]).members,
    ).toEqual([members[0], { value: "u2" }]);
  });
});

describe("what only the server gives", () => {
  test("stays in an element that is replaced", () => {
    const items = [{ value: "a", weight: 1 }];
    expect(
      outcomeOf(Crate, { items }, [{ op: "replace", path: "items", value: [{ value: "a", notes: ["n"] }] }]).items,
    ).toEqual([{ value: "a", notes: ["n"], weight: 1 }]);
  });
});

describe("members that are listed", () => {
  test("are told apart as their value is: by letter case", () => {
    const members = [{ value: "u1" }, { value: "U1" }];
    const remove = { op: "remove", path: "members", value: [{ value: "U1" }] } as const;
    expect(outcomeOf(group, { displayName: "g", members }, [remove]).members).toEqual([{ value: "u1" }]);
  });
});

describe("an add of an element that is there", () => {
  test("adds to its lists, and takes over what is new [R-51 R-53]", () => {
    const items = [{ value: "a", type: "t", notes: ["x"], weight: 1 }];
    expect(
      outcomeOf(Crate, { items }, [
        { op: "add", path: "items", value: [{ value: "A", type: "T", notes: ["X", "y"], fragile: true }] },
      ]).items,
    ).toEqual([{ value: "a", type: "t", notes: ["x", "y"], fragile: true, weight: 1 }]);
  });

  test("tells elements apart by their type, where they have one", () => {
    const items = [{ value: "a", type: "t" }];
    expect(
      outcomeOf(Crate, { items }, [{ op: "add", path: "items", value: [{ value: "a", type: "s" }] }]).items,
    ).toEqual([...items, { value: "a", type: "s" }]);
    expect(outcomeOf(Crate, { items }, [{ op: "add", path: "items", value: [{ value: "a" }] }]).items).toEqual([
      ...items,
      { value: "a" },
    ]);
  });
});

describe("a remove of listed parts", () => {
  const items = [
    { type: "a", notes: ["x", "y"] },
    { type: "b", notes: ["x"] },
    { type: "c", fragile: true },
  ];
  const remove = (...value: readonly object[]) => [{ op: "remove", path: "items", value } as const];

  test("takes the elements that have all parts of one of them [R-2]", () => {
    expect(outcomeOf(Crate, { items }, remove({ type: "A" }, { fragile: true })).items).toEqual([items[1]]);
    expect(outcomeOf(Crate, { items }, remove({ notes: ["X", "Y"] })).items).toEqual(items.slice(1));
    expect(outcomeOf(Crate, { items }, remove({ notes: ["y", "x"] })).items).toEqual(items);
    expect(outcomeOf(Crate, { items }, remove({ type: "b", fragile: true })).items).toEqual(items);
    expect(outcomeOf(Crate, { items }, remove({ fragile: true })).items).toEqual(items.slice(0, 2));
  });

  test("compares each element with each of them", () => {
    const two = remove({ type: "x" }, { fragile: false });
    expect(() => patch(Crate, { items }, two, 5)).toThrow(expect.objectContaining({ scimType: "tooMany" }));
    expect(() => patch(Crate, { items }, two, 8)).not.toThrow();
  });
});

describe("null", () => {
  const emails = [{ value: "a@x", type: "work" }, { value: "b@x" }];
  const before = { userName: "ada", name: { givenName: "A" }, emails };

  test("unassigns what is named: an attribute, a part, the elements that are selected [R-7 R-9]", () => {
    expect(outcomeOf(user, before, [{ op: "replace", path: "name", value: null }])).not.toHaveProperty("name");
    expect(outcomeOf(user, before, [{ op: "replace", path: "name.givenName", value: null }])).not.toHaveProperty(
      "name",
    );
    expect(outcomeOf(user, before, [{ op: "remove", path: "name.givenName" }])).not.toHaveProperty("name");
    expect(
      outcomeOf(user, before, [{ op: "replace", path: 'emails[value eq "a@x"].type', value: null }]).emails,
    ).toEqual([{ value: "a@x" }, { value: "b@x" }]);
    expect(
      outcomeOf(user, before, [{ op: "add", path: 'emails[value eq "a@x"]', value: { type: null } }]).emails,
    ).toEqual([{ value: "a@x" }, { value: "b@x" }]);
    expect(outcomeOf(user, before, [{ op: "replace", path: 'emails[value eq "a@x"]', value: null }]).emails).toEqual([
      { value: "b@x" },
    ]);
  });

  test("of what no filter selects is done where it is added, and has no target where it replaces", () => {
    const path = 'emails[type eq "fax"]';
    expect(patch(user, before, [{ op: "add", path, value: null }]).changes).toEqual([]);
    expect(() => patch(user, before, [{ op: "replace", path, value: null }])).toThrow(
      expect.objectContaining({ scimType: "noTarget" }),
    );
  });
});

describe("a truth that is not primary", () => {
  test("leaves the primary element what it is", () => {
    const items = [{ value: "a", primary: true }, { value: "b" }];
    expect(
      outcomeOf(Crate, { items }, [{ op: "replace", path: 'items[value eq "b"].fragile', value: true }]).items,
    ).toEqual([items[0], { value: "b", fragile: true }]);
    expect(
      outcomeOf(Crate, { items }, [{ op: "replace", path: 'items[value eq "b"].primary', value: true }]).items,
    ).toEqual([
      { value: "a", primary: false },
      { value: "b", primary: true },
    ]);
  });
});

describe("elements that are named by their values", () => {
  const many = Array.from({ length: 50 }, (_, index) => ({ value: `v${index}`, type: index === 9 ? "odd" : "even" }));

  test.each([
    ['items[type eq "odd" and value eq "v9"].fragile', [9]],
    ['items[value eq "v9" and type eq "even"].fragile', []],
    ['items[value eq "v3" or value eq "V9"].fragile', [3, 9]],
    ['items[not (type eq "even") and (value eq "v9" or value eq "v3")].fragile', [9]],
  ] as const)("are found without a look at the others: %s", (path, slots) => {
    const operations = [{ op: "add", path, value: true }] as const;
    const selected = (items: readonly object[]) => items.flatMap((item, slot) => ("fragile" in item ? [slot] : []));
    if (slots.length === 0) expect(() => patch(Crate, { items: many }, operations, 20)).toThrow(/no ?target|matches/i);
    else expect(selected(patch(Crate, { items: many }, operations, 20).resource.items as object[])).toEqual(slots);
  });

  test("are not all that a filter selects which asks for something else as well", () => {
    const { items } = outcomeOf(Crate, { items: many }, [
      { op: "add", path: 'items[value eq "v3" or type eq "odd"].fragile', value: true },
    ]);
    expect((items as object[]).flatMap((item, slot) => ("fragile" in item ? [slot] : []))).toEqual([3, 9]);
  });

  test("are simple values as well", () => {
    const tags = many.map(({ value }) => value);
    expect(patch(Crate, { tags }, [{ op: "remove", path: 'tags[value eq "V9"]' }], 20).changes).toEqual([
      { op: "remove", path: "/tags/9" },
    ]);
  });
});

test("a list that no operation changes is not judged, nor is a part that only the server can give", () => {
  const emails = [
    { value: "a@x", primary: true },
    { value: "b@x", primary: true },
  ];
  expect(patch(user, { userName: "ada", emails }, [{ op: "remove", path: 'emails[value eq "c@x"]' }]).changes).toEqual(
    [],
  );
  expect(outcomeOf(Crate, {}, [{ op: "add", path: "items", value: [{ value: "a" }] }]).items).toEqual([{ value: "a" }]);
});
