import { type CompiledResourceType, compileResourceType, defineResourceType, defineSchema, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { applyPatch, type ParsedOperation, type PrepareOptions, prepare } from "scimkit/patch";
import { describe, expect, test } from "vitest";
import { directory } from "../support/directory.ts";
import { account, patchOf } from "../support/patching.ts";

/** What the lists of users lack: a `value` that is itself multi-valued, and values that are given once and for all. */
const Shelf = compileResourceType(
  defineResourceType({
    name: "Shelf",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Shelf",
      name: "Shelf",
      attributes: {
        bags: {
          type: "complex",
          multiValued: true,
          subAttributes: { value: { multiValued: true }, type: {}, color: {} },
        },
        boxes: {
          type: "complex",
          multiValued: true,
          subAttributes: { value: {}, seals: { multiValued: true, mutability: "immutable" } },
        },
        label: { type: "complex", subAttributes: { marks: { multiValued: true, mutability: "immutable" }, text: {} } },
      },
    }),
  }),
);
const user = compileResourceType(User);

function patched(
  type: CompiledResourceType,
  resource: object,
  operations: readonly ParsedOperation[],
  options?: PrepareOptions,
) {
  return applyPatch(type, { id: "1", ...resource }, prepare(type, operations, options)).resource;
}

describe("the primary element", () => {
  test("that a replaced list brings gives way to one that is added behind it [P-3.5.2-19 R-52]", async () => {
    const { patch, read } = await account({ emails: [{ value: "a@x", primary: true }, { value: "b@x" }] });
    const answer = await patch(
      { op: "add", path: "emails", value: [{ value: "c@x", primary: true }] },
      {
        op: "replace",
        path: "emails",
        value: [{ value: "p@x", primary: true }, { value: "q@x" }, { value: "r@x" }],
      },
      { op: "add", path: "emails", value: [{ value: "s@x", primary: true }] },
    );
    expect(answer.status).toBe(200);
    expect((await read()).emails).toEqual([
      { value: "p@x", primary: false },
      { value: "q@x" },
      { value: "r@x" },
      { value: "s@x", primary: true },
    ]);
  });

  test("that one operation adds gives way to that of the next one", async () => {
    const { patch, read } = await account({ emails: [{ value: "a@x", primary: true }] });
    const add = (value: string) => ({ op: "add", path: "emails", value: [{ value, primary: true }] });
    expect((await patch(add("b@x"), add("c@x"), add("d@x"))).status).toBe(200);
    const primaries = ((await read()).emails as { value: string; primary: boolean }[]).filter(({ primary }) => primary);
    expect(primaries).toEqual([{ value: "d@x", primary: true }]);
  });

  test("is told from the others by what it is now, not by what it was", async () => {
    const { patch, read } = await account({ emails: [{ value: "a@x", primary: true }, { value: "b@x" }] });
    await patch(
      { op: "replace", path: 'emails[value eq "b@x"].primary', value: true },
      { op: "replace", path: 'emails[value eq "b@x"].primary', value: false },
      { op: "remove", path: 'emails[value eq "b@x"].primary' },
      { op: "add", path: "emails", value: [{ value: "c@x", primary: true }] },
    );
    expect((await read()).emails).toEqual([
      { value: "a@x", primary: false },
      { value: "b@x" },
      { value: "c@x", primary: true },
    ]);
  });
});

describe("an element that became the same as one behind it", () => {
  test("is the one that an add finds, since it is the first", () => {
    const emails = [
      { value: "a@x", type: "work" },
      { value: "b@x", type: "home" },
    ];
    const { emails: after } = patched(user, { userName: "ada", emails }, [
      { op: "add", path: "emails", value: [{ value: "b@x", type: "home" }] },
      { op: "replace", path: 'emails[value eq "a@x"]', value: { value: "b@x", type: "home" } },
      { op: "add", path: "emails", value: [{ value: "b@x", type: "home", display: "B" }] },
    ]);
    expect(after).toEqual([
      { value: "b@x", type: "home", display: "B" },
      { value: "b@x", type: "home" },
    ]);
  });

  test("is no longer the same as one that is what it was", () => {
    const emails = [{ value: "a@x", type: "work" }, { value: "b@x" }];
    const { emails: after } = patched(user, { userName: "ada", emails }, [
      { op: "add", path: "emails", value: [{ value: "a@x", type: "work" }] },
      { op: "replace", path: 'emails[value eq "a@x"].value', value: "c@x" },
      { op: "add", path: "emails", value: [{ value: "a@x", type: "work", display: "A" }] },
      { op: "remove", path: 'emails[value eq "b@x"]' },
      { op: "add", path: "emails", value: [{ value: "b@x", display: "B" }] },
    ]);
    expect(after).toEqual([
      { value: "c@x", type: "work" },
      { value: "a@x", type: "work", display: "A" },
      { value: "b@x", display: "B" },
    ]);
  });

  test("is found by its new value, and no longer by the old one", () => {
    const emails = [{ value: "a@x" }, { value: "b@x" }];
    const { emails: after } = patched(user, { userName: "ada", emails }, [
      { op: "replace", path: 'emails[value eq "b@x"].display', value: "B" },
      { op: "replace", path: 'emails[value eq "a@x"].value', value: "b@x" },
      { op: "replace", path: 'emails[value eq "b@x"].type', value: "work" },
      { op: "remove", path: 'emails[value eq "a@x"]' },
    ]);
    expect(after).toEqual([
      { value: "b@x", type: "work" },
      { value: "b@x", display: "B", type: "work" },
    ]);
  });
});

describe("a replaced list", () => {
  test("is searched as it is now, by value and by what makes elements the same", () => {
    const emails = [{ value: "a@x", type: "work" }, { value: "b@x" }];
    const { emails: after } = patched(user, { userName: "ada", emails }, [
      { op: "remove", path: 'emails[value eq "b@x"]' },
      { op: "add", path: "emails", value: [{ value: "a@x", type: "WORK" }] },
      { op: "replace", path: "emails", value: [{ value: "n@x" }, { value: "a@x", type: "work" }, { value: "b@x" }] },
      { op: "add", path: "emails", value: [{ value: "A@X", type: "Work", display: "A" }] },
      { op: "remove", path: 'emails[value eq "b@x"]' },
      { op: "replace", path: 'emails[value eq "n@x"].display', value: "N" },
    ]);
    expect(after).toEqual([
      { value: "n@x", display: "N" },
      { value: "a@x", type: "work", display: "A" },
    ]);
  });

  test("loses elements that are the same, and keeps those that differ in anything", () => {
    const { emails: after } = patched(user, { userName: "ada", emails: [{ value: "a@x" }] }, [
      { op: "replace", path: "emails", value: [{ value: "b@x" }, { value: "c@x" }, { value: "b@x", display: "B" }] },
      { op: "replace", path: 'emails[value eq "c@x"].value', value: "b@x" },
    ]);
    expect(after).toEqual([{ value: "b@x" }, { value: "b@x", display: "B" }]);
  });
});

describe("elements without a value", () => {
  test("are the same where every part is, and are removed by the parts that are listed [R-2 R-51]", () => {
    const addresses = [
      { type: "work", region: "R", locality: "L" },
      { type: "home", region: "R" },
      { region: "R", locality: "L" },
    ];
    const before = { userName: "ada", addresses };
    expect(patched(user, before, [{ op: "add", path: "addresses", value: [{ ...addresses[1] }] }])).toMatchObject(
      before,
    );
    expect(patched(user, before, [{ op: "add", path: "addresses", value: [{ type: "home" }] }]).addresses).toEqual([
      ...addresses,
      { type: "home" },
    ]);
    const listed = (value: object) =>
      patched(user, before, [{ op: "remove", path: "addresses", value: [value] }], { removeValue: () => undefined });
    expect(listed({ region: "r", locality: "L" }).addresses).toEqual([addresses[1]]);
    expect(listed({ type: "work" }).addresses).toEqual(addresses.slice(1));
    expect(listed({ type: "other" }).addresses).toEqual(addresses);
    expect(listed({ region: "R" })).not.toHaveProperty("addresses");
  });
});

describe("a list that is longer than limits.elements, since they were larger once", () => {
  test("may change and shrink, and does not grow", async () => {
    const storage = memoryStorage();
    const emails = ["a@x", "b@x", "c@x", "d@x", "e@x"].map((value) => ({ value }));
    const { path, ask } = await account({ emails }, { storage });
    const now = directory({ storage, limits: { elements: 3 } });
    const patch = (operation: object) => now.ask("PATCH", path, patchOf(operation));
    expect((await patch({ op: "replace", path: 'emails[value eq "a@x"].type', value: "work" })).status).toBe(200);
    expect((await patch({ op: "remove", path: 'emails[value eq "e@x"]' })).status).toBe(200);
    const answer = await patch({ op: "add", path: "emails", value: [{ value: "f@x" }, { value: "g@x" }] });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect((await ask("GET", path)).json.emails).toEqual([{ value: "a@x", type: "work" }, ...emails.slice(1, 4)]);
  });
});

describe("elements whose `value` is a list", () => {
  const bags = [
    { value: ["a", "b"], type: "small" },
    { value: ["c"], type: "large" },
  ];

  test("are selected by any of its values, as a filter selects resources", () => {
    expect(patched(Shelf, { bags }, [{ op: "remove", path: 'bags[value eq "b"]' }]).bags).toEqual([bags[1]]);
    expect(patched(Shelf, { bags }, [{ op: "replace", path: 'bags[value eq "B"].color', value: "red" }]).bags).toEqual([
      { ...bags[0], color: "red" },
      bags[1],
    ]);
    const both = 'bags[value eq "c" and type eq "large"].color';
    expect(patched(Shelf, { bags }, [{ op: "add", path: both, value: "blue" }]).bags).toEqual([
      bags[0],
      { ...bags[1], color: "blue" },
    ]);
  });
});

describe("an immutable list within a complex value", () => {
  const removeValue = () => undefined;
  const refusal = expect.objectContaining({ status: 400, scimType: "mutability" });

  test("keeps every value that it has: none of them can be removed [P-3.5.2-10]", () => {
    const label = { marks: ["a", "b"], text: "t" };
    for (const value of [["a"], ["a", "b"], undefined])
      expect(() => patched(Shelf, { label }, [{ op: "remove", path: "label.marks", value }], { removeValue })).toThrow(
        refusal,
      );
    expect(patched(Shelf, { label }, [{ op: "remove", path: "label.marks", value: ["c"] }], { removeValue })).toEqual({
      id: "1",
      label,
    });
  });

  test("stays in an element that is replaced by one that does not say it [R-8]", () => {
    const boxes = [{ value: "1", seals: ["a", "b"] }];
    const replaced = patched(Shelf, { boxes }, [
      { op: "replace", path: "boxes", value: [{ value: "1" }, { value: "2" }] },
    ]);
    expect(replaced.boxes).toEqual([boxes[0], { value: "2" }]);
  });

  test("of an element as well, and none can be added", () => {
    const boxes = [{ value: "1", seals: ["a", "b"] }];
    for (const operation of [
      { op: "remove", path: 'boxes[value eq "1"].seals', value: ["a"] },
      { op: "add", path: 'boxes[value eq "1"].seals', value: ["c"] },
      { op: "replace", path: 'boxes[value eq "1"].seals', value: ["a"] },
    ] as const)
      expect(() => patched(Shelf, { boxes }, [operation], { removeValue })).toThrow(refusal);
  });
});

describe("a readOnly list that a client sends back [R-15]", () => {
  const groups = Array.from({ length: 100 }, (_, index) => ({ value: `g${index}`, display: `G${index}` }));
  const before = { id: "1", userName: "ada", groups };
  const echo = prepare(user, [{ op: "replace", value: { groups: [...groups].reverse() } }]);

  test("costs as many comparisons as its elements with the stored ones, which are bounded [T-J4]", () => {
    expect(applyPatch(user, before, echo).changes).toEqual([]);
    expect(applyPatch(user, before, echo, { maxComparisons: 10_000 }).changes).toEqual([]);
    expect(() => applyPatch(user, before, [...echo, ...echo], { maxComparisons: 10_000 })).toThrow(
      expect.objectContaining({ status: 400, scimType: "tooMany" }),
    );
  });

  test("is refused where it says something else", () => {
    const other = prepare(user, [{ op: "replace", value: { groups: [...groups, { value: "g100" }] } }]);
    expect(() => applyPatch(user, before, other)).toThrow(expect.objectContaining({ scimType: "mutability" }));
  });
});
