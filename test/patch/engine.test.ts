import { compileResourceType, Group, User } from "scimkit";
import { applyPatch, classify, operationsOf, PATCH_SCHEMA, parsePatch, prepare } from "scimkit/patch";
import { describe, expect, test } from "vitest";

const user = compileResourceType(User);
const group = compileResourceType(Group);

describe("scimkit/patch", () => {
  test("reads, prepares and applies a request without a service", () => {
    const body = { schemas: [PATCH_SCHEMA], Operations: [{ op: "Replace", path: "name.givenName", value: "Ada" }] };
    const before = {
      schemas: [user.urn],
      id: "1",
      userName: "ada",
      name: { familyName: "King" },
      emails: [{ value: "a" }],
    };
    const patched = applyPatch(user, before, prepare(user, parsePatch(body, { maxOperations: 10 })));
    expect(patched).toEqual({
      resource: { ...before, name: { familyName: "King", givenName: "Ada" } },
      secrets: {},
      changes: [{ op: "add", path: "/name/givenName", value: "Ada" }],
    });
    expect(patched.resource.emails).toBe(before.emails);
    expect(before.name).toEqual({ familyName: "King" });
  });

  test("hands secrets out apart from the resource", () => {
    const operations = prepare(user, [{ op: "replace", path: "password", value: "secret" }]);
    expect(applyPatch(user, { id: "1", userName: "ada" }, operations)).toEqual({
      resource: { id: "1", userName: "ada" },
      secrets: { password: "secret" },
      changes: [],
    });
  });

  test("says which request is a delta, and what storage without deltas does instead [G-21]", () => {
    const operations = prepare(group, [
      { op: "remove", path: 'members[value eq "u1"]' },
      { op: "add", path: "members", value: [{ value: "u2" }] },
    ]);
    const delta = classify(operations);
    expect(delta).toMatchObject({ remove: ["u1"], add: [{ value: "u2" }] });
    const before = { id: "g", displayName: "G", members: [{ value: "u1" }, { value: "u3" }] };
    expect(delta && applyPatch(group, before, operationsOf(delta)).resource.members).toEqual([
      { value: "u3" },
      { value: "u2" },
    ]);
  });

  test.each([
    ["a full list", { op: "replace", path: "members", value: [] }],
    ["everything removed", { op: "remove", path: "members" }],
    ["another attribute", { op: "replace", path: "displayName", value: "H" }],
    ["another filter", { op: "remove", path: 'members[type eq "User"]' }],
    ["not equal", { op: "remove", path: 'members[value ne "u1"]' }],
    ["no value at all", { op: "remove", path: "members[value eq null]" }],
    ["a sub-attribute", { op: "remove", path: 'members[value eq "u1"].type' }],
  ] as const)("%s is no delta", (_, operation) => {
    const add = { op: "add", path: "members", value: [{ value: "u2" }] } as const;
    expect(classify(prepare(group, [add, operation]))).toBeUndefined();
  });

  test("reads by the letter where no tolerance is given", () => {
    expect(() => prepare(user, [{ op: "replace", path: "nosuch", value: 1 }])).toThrow(
      expect.objectContaining({ code: "ERR_SCIM", scimType: "invalidPath" }),
    );
    expect(() => prepare(user, [{ op: "remove", path: "emails", value: [{ value: "a" }] }])).toThrow(
      expect.objectContaining({ scimType: "invalidValue" }),
    );
  });
});
