import { expect, test } from "vitest";
import { referenceStrings as rule } from "../../src/quirks/reference-strings.ts";
import { ENTERPRISE, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const MANAGER = `${ENTERPRISE}:manager`;

test("a manager as a plain string is its value, in a body and in a PATCH [Q42 Q59 R-55]", async () => {
  const service = await under([rule]);
  const created = await service.ask("POST", "/Users", {
    schemas: [USER, ENTERPRISE],
    userName: "eve",
    [ENTERPRISE]: { manager: service.ada },
  });
  expect(created.json[ENTERPRISE].manager).toMatchObject({
    value: service.ada,
    $ref: expect.stringContaining(service.ada),
  });
  expect(service.notes()).toEqual([`reference-strings at ${MANAGER}`]);
  const patched = await service.patch(`/Users/${service.ada}`, { op: "Add", path: MANAGER, value: service.bob });
  expect(patched.json[ENTERPRISE].manager.value).toBe(service.bob);
  expect(service.notes()).toEqual([`reference-strings at ${MANAGER}`]);
});

test("an empty string unassigns it [Q64 R-55]", async () => {
  const service = await under([rule]);
  const { json } = await service.patch(`/Users/${service.bob}`, { op: "Replace", path: MANAGER, value: "" });
  expect(json[ENTERPRISE]).toEqual({ department: "Sales" });
  expect(service.notes()).toEqual([`reference-strings at ${MANAGER}`]);
});

test("a member as a plain string is its value [Q81]", async () => {
  const service = await under([rule]);
  const { json } = await service.ask("POST", "/Groups", {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
    displayName: "New",
    members: [service.ada],
  });
  expect(json.members).toMatchObject([{ value: service.ada }]);
  expect(service.notes()).toEqual(["reference-strings at members[0]"]);
});

test("without the rule a string is no reference, and neither is one where none belongs [Q42 Q59 Q81]", async () => {
  const strict = await under([]);
  const ruled = await under([rule]);
  for (const answer of [
    await strict.patch(`/Users/${strict.ada}`, { op: "add", path: MANAGER, value: strict.bob }),
    await strict.patch(`/Users/${strict.bob}`, { op: "replace", path: MANAGER, value: "" }),
    await strict.patch(`/Groups/${strict.group}`, { op: "add", path: "members", value: strict.bob }),
    await ruled.patch(`/Users/${ruled.ada}`, { op: "add", path: "name", value: "Ada" }),
  ])
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
});
