import { expect, test } from "vitest";
import { defineSchema, profiles, User } from "../../src/index.ts";
import { valueObjects as rule } from "../../src/quirks/value-objects.ts";
import { directory, ENTERPRISE, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const DESK = "urn:example:params:scim:schemas:Desk";
const Desk = defineSchema({
  id: DESK,
  name: "Desk",
  attributes: { department_ids: { multiValued: true }, floor: { type: "integer" } },
});

test("an object with a value alone is that value where the attribute is simple, in PATCH and in bodies [Q115 R-81]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  const set = (value: unknown) => service.patch(path, { op: "replace", path: "active", value });
  expect((await set({ value: false })).json.active).toBe(false);
  expect(service.notes()).toEqual(["value-objects at active"]);
  expect((await set({ $ref: null, VALUE: true })).json.active).toBe(true);
  const { json } = await service.ask("POST", "/Users", { schemas: [USER], userName: { value: "eve" } });
  expect(json.userName).toBe("eve");
});

test("the elements of a simple list may be such objects, with null beside the value [Q115 R-81]", async () => {
  const service = directory({ resourceTypes: [User.extend(Desk)] });
  const desk = { department_ids: [{ $ref: null, value: "1" }, { value: "2" }] };
  const body = { schemas: [USER, DESK], userName: "eve", [DESK]: desk };
  const { json } = await service.ask("POST", "/Users", body);
  expect(json[DESK].department_ids).toEqual(["1", "2"]);
  const Operations = [{ op: "add", path: `${DESK}:department_ids`, value: [{ value: "3" }] }];
  const patched = await service.ask("PATCH", `/Users/${json.id}`, { Operations });
  expect(patched.json[DESK].department_ids).toEqual(["1", "2", "3"]);
});

test("several rules read one value, each once: a list of an object of a text for a boolean [Q115 Q62 Q37 R-81]", async () => {
  const service = await under(profiles.lenient);
  const path = `/Users/${service.ada}`;
  const set = (value: unknown) => service.patch(path, { op: "replace", path: "active", value });
  expect((await set([{ value: "False" }])).json.active).toBe(false);
  expect(service.notes()).toEqual(["wrapped-values at active", "value-objects at active", "boolean-strings at active"]);
  for (const wrong of [[[true]], [{ value: [true] }], { value: { value: true } }, [{ value: "no" }]]) {
    expect(await set(wrong), JSON.stringify(wrong)).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    // Nothing was read, so that nothing is said to have been.
    expect(service.notes()).toEqual([]);
  }
});

test("with anything beside the value it is no value, and without the rule none is [Q115 R-81]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  for (const value of [{ value: "x", type: "y" }, { value: null }, {}, { val: "x" }, { value: "x", VALUE: "y" }])
    expect(await service.patch(path, { op: "replace", path: "title", value })).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
  const strict = await under([]);
  expect(
    (await strict.patch(`/Users/${strict.ada}`, { op: "replace", path: "title", value: { value: "x" } })).status,
  ).toBe(400);
});

test("an empty value in an object unassigns what an empty text does, and no `{}` is ever kept in its place [Q115 R-55a R-81 R-82]", async () => {
  const service = await under(profiles.lenient);
  const manager = `${ENTERPRISE}:manager`;
  const bob = `/Users/${service.bob}`;
  const shown = { schemas: [USER, ENTERPRISE], id: service.bob, [ENTERPRISE]: { department: "Sales" } };
  for (const [path, value] of [
    [`${manager}.value`, { value: "" }],
    [`${manager}.value`, [{ value: " " }]],
    ["manager.value", { $ref: null, value: "" }],
    [undefined, { [`${manager}.value`]: { value: "" } }],
    [undefined, { [ENTERPRISE]: { manager: { value: { value: "" } } } }],
  ] as const) {
    await service.patch(bob, { op: "replace", path: manager, value: service.ada });
    const { json } = await service.patch(bob, { op: "replace", ...(path === undefined ? {} : { path }), value });
    expect(json, JSON.stringify([path, value])).toMatchObject(shown);
    expect(json[ENTERPRISE]).toEqual({ department: "Sales" });
    expect((await service.ask("GET", bob)).json[ENTERPRISE]).toEqual({ department: "Sales" });
  }
  const url = { op: "replace", path: "profileUrl", value: "https://host/bob" };
  const photos = { op: "replace", path: "photos", value: [{ value: "https://host/1", type: "photo" }] };
  await service.patch(bob, url, photos);
  await service.patch(bob, { ...photos, path: 'photos[type eq "photo"]', value: { value: " ", display: "me" } });
  expect((await service.ask("GET", bob)).json.photos).toEqual([{ display: "me" }]);
  await service.patch(bob, photos);
  const { json } = await service.patch(
    bob,
    { ...url, value: { value: " " } },
    { op: "replace", path: 'photos[type eq "photo"].value', value: { value: "" } },
  );
  expect(json).not.toHaveProperty("profileUrl");
  expect(json.photos).toEqual([{ type: "photo" }]);
  const changes = service.events.flatMap((event) => ("transaction" in event ? event.changes : []));
  expect(changes).toEqual([
    { op: "remove", path: "/profileUrl" },
    { op: "remove", path: "/photos/0/value" },
  ]);
});
