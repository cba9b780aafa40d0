import { compileResourceType, defineResourceType, defineSchema, User } from "scimkit";
import { applyPatch, prepare } from "scimkit/patch";
import { describe, expect, test } from "vitest";

const user = compileResourceType(User);
const stored = {
  schemas: [user.urn],
  id: "1",
  userName: "ada",
  meta: { resourceType: "User", created: "2026-01-01T00:00:00Z", lastModified: "2026-01-01T00:00:00Z", version: "5" },
  groups: [
    { value: "g0", display: "G0", type: "direct" },
    { value: "g1", display: "G1" },
  ],
};

function sent(value: Readonly<Record<string, unknown>>, resource: object = stored) {
  return applyPatch(user, { ...resource }, prepare(user, [{ op: "replace", value }])).changes;
}

describe("what a client sends back of a readOnly attribute [R-15]", () => {
  test.each([
    ["nothing", { groups: null }],
    ["an empty list", { groups: [] }],
    ["all of it", { groups: stored.groups }],
    ["one element", { groups: [{ value: "g1" }] }],
    ["the elements in another order", { groups: [{ value: "g1" }, { value: "g0" }] }],
    ["one element twice", { groups: [{ value: "g1" }, { value: "g1", display: "G1" }] }],
    ["a URL, which the server computes", { groups: [{ value: "g0", $ref: "https://elsewhere.example/Groups/g0" }] }],
    ["a part that nobody knows", { groups: [{ value: "g0", color: "red" }] }],
    ["an id", { id: "1" }],
    ["a part of a complex one", { meta: { resourceType: "User" } }],
    ["a version, which may be an older one", { meta: { resourceType: "User", version: 'W/"4"' } }],
    ["a location", { meta: { location: "https://elsewhere.example/Users/1" } }],
  ])("changes nothing where it says what is stored: %s", (_, value) => {
    expect(sent(value)).toEqual([]);
  });

  test.each([
    ["another element", { groups: [{ value: "g2" }] }],
    ["another element beside one that is stored", { groups: [{ value: "g0" }, { value: "g2" }] }],
    ["parts of two elements as one", { groups: [{ value: "g0", display: "G1" }] }],
    ["a part that the element does not have", { groups: [{ value: "g1", type: "direct" }] }],
    ["another id", { id: "2" }],
    ["another part of a complex one", { meta: { resourceType: "User", created: "2020-01-01T00:00:00Z" } }],
  ])("is refused where it says something else: %s", (_, value) => {
    expect(() => sent(value)).toThrow(expect.objectContaining({ status: 400, scimType: "mutability" }));
  });

  test("is refused where nothing is stored, unless it says nothing", () => {
    const { groups: _, ...alone } = stored;
    expect(sent({ groups: [] }, alone)).toEqual([]);
    expect(sent({ groups: null }, alone)).toEqual([]);
    const { meta: _meta, ...bare } = alone;
    expect(() => sent({ meta: { resourceType: "User" } }, bare)).toThrow(
      expect.objectContaining({ scimType: "mutability" }),
    );
    expect(() => sent({ groups: [{ value: "g0" }] }, alone)).toThrow(
      expect.objectContaining({ scimType: "mutability" }),
    );
  });

  test("may be one of several plain values, in any order", () => {
    const Log = compileResourceType(
      defineResourceType({
        name: "Log",
        schema: defineSchema({
          id: "urn:example:params:scim:schemas:Log",
          name: "Log",
          attributes: {
            lines: { multiValued: true, mutability: "readOnly" },
            count: { type: "integer", mutability: "readOnly" },
          },
        }),
      }),
    );
    const patch = (value: object) =>
      applyPatch(Log, { id: "1", lines: ["a", "b"], count: 2 }, prepare(Log, [{ op: "add", value }])).changes;
    expect(patch({ lines: ["b", "a"], count: 2 })).toEqual([]);
    for (const value of [{ lines: ["a", "c"] }, { count: 3 }, { lines: ["A"] }])
      expect(() => patch(value), JSON.stringify(value)).toThrow(expect.objectContaining({ scimType: "mutability" }));
  });
});
