import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { elementStrings as rule } from "../../src/quirks/element-strings.ts";
import { USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const eve = { schemas: [USER], userName: "eve" };

test("a text is the value of an element, in POST, PUT and PATCH with and without a path [Q113 R-81]", async () => {
  const service = await under([rule]);
  const emails = ["eve@home.example", { type: "work", value: "eve@work.example" }];
  const read = [{ value: "eve@home.example" }, { type: "work", value: "eve@work.example" }];
  const { json } = await service.ask("POST", "/Users", { ...eve, emails, roles: ["admin"] });
  expect(json).toMatchObject({ emails: read, roles: [{ value: "admin" }] });
  expect(service.notes()).toEqual(["element-strings at emails[0]", "element-strings at roles[0]"]);
  const path = `/Users/${json.id}`;
  expect((await service.ask("PUT", path, { ...eve, emails, roles: ["dev"] })).json).toMatchObject({
    emails: read,
    roles: [{ value: "dev" }],
  });
  expect((await service.patch(path, { op: "add", path: "roles", value: ["ops"] })).json.roles).toHaveLength(2);
  expect((await service.patch(path, { op: "add", value: { roles: ["sre"] } })).json.roles).toHaveLength(3);
  expect((await service.patch(path, { op: "replace", path: "roles", value: "cto" })).json.roles).toEqual([
    { value: "cto" },
  ]);
});

test("the element that a value path selects takes a text for its value, and keeps the rest [Q113 R-81]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  const replace = { op: "replace", path: 'emails[type eq "home"]', value: "new@home.example" };
  expect((await service.patch(path, replace)).json.emails).toContainEqual({ value: "new@home.example" });
  const add = { op: "add", path: 'emails[type eq "work"]', value: "new@work.example" };
  expect((await service.patch(path, add)).json.emails).toContainEqual({
    type: "work",
    primary: true,
    value: "new@work.example",
  });
});

test("removes what is listed by its value [Q113 R-81 R-2]", async () => {
  const service = await under(profiles.lenient);
  const path = `/Users/${service.ada}`;
  const remove = { op: "remove", path: "emails", value: ["ada@home.example"] };
  expect((await service.patch(path, remove)).json.emails).toMatchObject([{ type: "work" }]);
});

test("the JSON text of an element or of a list is no value, but what only looks like it is [Q113 R-81 R-78]", async () => {
  const service = await under([rule]);
  for (const roles of [['{"value":"admin"}'], ['["admin"]'], [" {} "]])
    expect((await service.ask("POST", "/Users", { ...eve, roles })).json.scimType).toBe("invalidValue");
  const { json } = await service.ask("POST", "/Users", { ...eve, roles: ["[admin]", "{dev"] });
  expect(json.roles).toEqual([{ value: "[admin]" }, { value: "{dev" }]);
});

test("a blank text, which may be an element or none, and one for elements without a value are refused, and so is all without the rule [Q113 R-81]", async () => {
  const service = await under([rule]);
  for (const wrong of [
    { roles: [""] },
    { roles: [" "] },
    { roles: [true] },
    { addresses: ["1 Main St"] },
    { name: "Eve" },
  ])
    expect(await service.ask("POST", "/Users", { ...eve, ...wrong }), JSON.stringify(wrong)).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
  const strict = await under([]);
  expect((await strict.ask("POST", "/Users", { ...eve, roles: ["admin"] })).json.detail).toContain("not a string");
});
