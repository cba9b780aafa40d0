import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { loneValues as rule } from "../../src/quirks/lone-values.ts";
import { ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const eve = { schemas: [USER], userName: "eve" };

test("one object where a list belongs is the list of it, in every verb [Q114 R-81]", async () => {
  const service = await under([rule]);
  const emails = { value: "eve@work.example", type: "work" };
  const { json } = await service.ask("POST", "/Users", { ...eve, emails });
  expect(json.emails).toEqual([emails]);
  expect(service.notes()).toEqual(["lone-values at emails"]);
  const path = `/Users/${json.id}`;
  expect((await service.ask("PUT", path, { ...eve, emails })).json.emails).toEqual([emails]);
  expect((await service.patch(path, { op: "replace", value: { emails } })).json.emails).toEqual([emails]);
});

test("one text is the list of it too, together with the rules that read elements [Q114 R-81]", async () => {
  const service = await under(profiles.lenient);
  const { json } = await service.ask("POST", "/Users", { ...eve, roles: "admin" });
  expect(json.roles).toEqual([{ value: "admin" }]);
  expect(service.notes()).toEqual(["lone-values at roles", "element-strings at roles[0]"]);
  const group = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members: service.ada });
  expect(group.json.members).toMatchObject([{ value: service.ada }]);
  // It refers within a bulk request as well.
  const bulk = await service.ask("POST", "/Bulk", {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
    Operations: [
      { method: "POST", path: "/Groups", bulkId: "g", data: { displayName: "h", members: "bulkId:u" } },
      { method: "POST", path: "/Users", bulkId: "u", data: { ...eve, userName: "fay", roles: "dev" } },
    ],
  });
  expect(bulk.json.Operations.map(({ status }: { status: string }) => status)).toEqual(["201", "201"]);
});

test("an empty text, which may be one value or none, never empties a list [Q114 R-81]", async () => {
  const service = await under(profiles.lenient);
  const put = await service.ask("PUT", `/Groups/${service.group}`, {
    schemas: [GROUP],
    displayName: "Both",
    members: "",
  });
  expect(put).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
  expect((await service.ask("GET", `/Groups/${service.group}`)).json.members).toHaveLength(2);
});

test("without the rule it is refused [Q114 R-81]", async () => {
  const service = await under([]);
  const answer = await service.ask("POST", "/Users", { ...eve, emails: { value: "e" }, [ENTERPRISE]: {} });
  expect(answer).toMatchObject({ status: 400, json: { detail: "emails must be an array, not an object." } });
});
