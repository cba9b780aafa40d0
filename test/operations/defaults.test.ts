import { describe, expect, test } from "vitest";
import { defineSchema, User } from "../../src/index.ts";
import { type Directory, directory, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEAT = "urn:example:params:scim:schemas:Seat";
const Seat = defineSchema({
  id: SEAT,
  name: "Seat",
  attributes: {
    floor: { type: "integer", scimkit: { default: 1 } },
    rights: { multiValued: true, scimkit: { default: ["in"] } },
  },
});
const eve = { schemas: [USER], userName: "eve" };

const made = async (profile: "lenient" | "strict", more: object = {}) => {
  const service: Directory = directory({ resourceTypes: [User.extend(Seat)], profile });
  const { json } = await service.ask("POST", "/Users", { ...eve, ...more });
  const path = `/Users/${json.id}`;
  const patch = (...Operations: object[]) => service.ask("PATCH", path, { schemas: [PATCH], Operations });
  return { ...service, json, path, patch, read: async () => (await service.ask("GET", path)).json };
};

describe.each(["lenient", "strict"] as const)("what has a default always has a value, under %s", (profile) => {
  test("a POST that says null gives the default [R-19a P-3.3-03]", async () => {
    const { json } = await made(profile, { active: null, [SEAT]: { floor: null, rights: [] } });
    expect(json).toMatchObject({ active: true, [SEAT]: { floor: 1, rights: ["in"] } });
    expect((await made(profile, { [SEAT]: null })).json).toMatchObject({ active: true, [SEAT]: { floor: 1 } });
  });

  test("a PUT that says null is one that says nothing [R-19a R-18]", async () => {
    const { ask, path } = await made(profile, { active: false });
    const omitted = (await ask("PUT", path, eve)).json.active;
    expect(omitted).toBe(profile === "strict");
    await ask("PUT", path, { ...eve, active: false });
    expect((await ask("PUT", path, { ...eve, active: null })).json.active).toBe(omitted);
  });

  test.each([
    { op: "remove", path: "active" },
    { op: "replace", path: "active", value: null },
    { op: "replace", value: { active: null } },
    { op: "remove", path: `${USER}:active` },
    { op: "remove", path: `${SEAT}:rights` },
    { op: "replace", path: `${SEAT}:rights`, value: [] },
    { op: "remove", path: `${SEAT}:rights[value eq "in"]` },
    { op: "replace", value: { [SEAT]: { floor: null } } },
    { op: "remove", path: SEAT },
    { op: "replace", path: "schemas", value: [USER] },
  ])("a PATCH that would unassign it is refused with a sentence, and nothing is done: %j [R-19a]", async (operation) => {
    const { patch, read } = await made(profile);
    const before = await read();
    const answer = await patch({ op: "add", path: "title", value: "Dr" }, operation);
    expect(answer).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue", detail: expect.stringMatching(/^Operations\[1\]: .* must have a value/) },
    });
    expect(await read()).toEqual(before);
  });

  test("what takes it away and gives it back is no matter, and add of null is none [R-19a R-13]", async () => {
    const { patch } = await made(profile);
    const { json } = await patch({ op: "remove", path: "active" }, { op: "add", path: "active", value: false });
    expect(json.active).toBe(false);
    expect((await patch({ op: "add", path: "active", value: null })).json.active).toBe(false);
  });
});
