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
  const service = await under(profiles.lenient);
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

test("a PATCH, a search and a bulk request of nothing but URNs that nobody knows are read as what they were sent to, with both notes [Q124 R-37b]", async () => {
  const service = await under(profiles.lenient);
  const schemas = [VERSION_1, "urn:ietf:params:scim:api:messages:3.0:PatchOp"];
  const path = `/Users/${service.ada}`;
  const Operations = [{ op: "replace", path: "title", value: "Dr" }];
  const both = (at: string) => [`unknown-schemas at ${at}`, `missing-schemas at ${at}`];
  expect(await service.ask("PATCH", path, { schemas, Operations })).toMatchObject({
    status: 200,
    json: { title: "Dr" },
  });
  expect(service.notes()).toEqual(both("schemas"));
  for (const endpoint of ["/Users/.search", "/.search"]) {
    const found = await service.ask("POST", endpoint, { Schemas: schemas, filter: 'title eq "Dr"' });
    expect(found.json.totalResults).toBe(1);
    expect(service.notes()).toEqual(both("schemas"));
  }
  const bulk = { schemas, Operations: [{ method: "PATCH", path, data: { schemas, Operations } }] };
  expect((await service.ask("POST", "/Bulk", bulk)).json.Operations).toMatchObject([{ status: "200" }]);
  expect(service.notes()).toEqual([...both("schemas"), ...both("Operations[0].data.schemas")]);

  for (const known of [[USER], [VERSION_1, SEARCH], [GROUP], [ENTERPRISE]])
    expect(await service.ask("PATCH", path, { schemas: known, Operations }), String(known)).toMatchObject({
      status: 400,
      json: { scimType: "invalidSyntax" },
    });
  for (const rules of [profiles.strict, [rule], [missingSchemas]]) {
    const other = await under(rules);
    expect((await other.ask("PATCH", `/Users/${other.ada}`, { schemas, Operations })).status).toBe(400);
    expect((await other.ask("POST", "/Users/.search", { schemas })).status).toBe(400);
  }
});
