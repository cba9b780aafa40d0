import { expect, test } from "vitest";
import { unknownSchemas as rule } from "../../src/quirks/unknown-schemas.ts";
import { GROUP, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const LEGACY = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
const VERSION_1 = "urn:scim:schemas:core:1.0";

test("URNs that are no schema of the type are ignored and never come back [Q39 Q41 Q99]", async () => {
  const service = await under([rule]);
  const group = await service.ask("POST", "/Groups", { schemas: [GROUP, LEGACY], displayName: "New" });
  expect(group).toMatchObject({ status: 201, json: { schemas: [GROUP] } });
  expect(service.notes()).toEqual(["unknown-schemas at schemas"]);
  const user = await service.ask("POST", "/Users", { schemas: [VERSION_1, USER], userName: "eve" });
  expect(user).toMatchObject({ status: 201, json: { schemas: [USER], userName: "eve" } });
  expect((await service.ask("GET", `/Users/${user.json.id}`)).body).not.toContain("1.0");
});

test("the type's own schema must be among them, and without the rule it must be alone [Q39 Q41 Q99]", async () => {
  const ruled = await under([rule]);
  expect(await ruled.ask("POST", "/Users", { schemas: [VERSION_1], userName: "eve" })).toMatchObject({ status: 400 });
  const strict = await under([]);
  expect(await strict.ask("POST", "/Users", { schemas: [VERSION_1, USER], userName: "eve" })).toMatchObject({
    status: 400,
    json: { scimType: "invalidSyntax", detail: expect.stringContaining(VERSION_1) },
  });
});
