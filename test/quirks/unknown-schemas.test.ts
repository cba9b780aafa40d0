import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { missingSchemas } from "../../src/quirks/missing-schemas.ts";
import { unknownSchemas as rule } from "../../src/quirks/unknown-schemas.ts";
import { ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { PATCH, SEARCH, under } from "../support/quirk.ts";

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

test("a list of nothing but what nobody knows is as if missing, in POST and PUT, with the rule for that [Q124 R-37b]", async () => {
  const service = await under([rule, missingSchemas]);
  for (const schemas of [[VERSION_1], [LEGACY, "urn:ietf:params:scim:schemas:core:2.0:Usr"]]) {
    const body = { schemas, userName: `eve-${schemas.length}` };
    const { status, json } = await service.ask("POST", "/Users", body);
    expect([status, json.schemas]).toEqual([201, [USER]]);
    expect(service.notes()).toEqual(["unknown-schemas at schemas", "missing-schemas at schemas"]);
    expect((await service.ask("PUT", `/Users/${json.id}`, body)).json.schemas).toEqual([USER]);
  }
});

test("the URN of another registered type, of an extension, of a message or of discovery is known, so that the body was meant for somewhere else [Q124 R-37b]", async () => {
  const service = await under(profiles.interop);
  const CORE = "urn:ietf:params:scim:schemas:core:2.0";
  for (const urn of [GROUP, GROUP.toUpperCase(), ENTERPRISE, PATCH, SEARCH, `${CORE}:Schema`, `${CORE}:ResourceType`])
    for (const schemas of [[urn], [VERSION_1, urn]])
      expect(await service.ask("POST", "/Users", { schemas, userName: "eve" }), String(schemas)).toMatchObject({
        status: 400,
        json: { scimType: "invalidSyntax", detail: expect.stringContaining("must contain") },
      });
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
