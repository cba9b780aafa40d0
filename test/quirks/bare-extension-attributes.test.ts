import { expect, test } from "vitest";
import { bareExtensionAttributes as rule } from "../../src/quirks/bare-extension-attributes.ts";
import { ENTERPRISE, filtered, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

test("an extension attribute is found without its URN in a filter and a selection [Q22 Q28]", async () => {
  const service = await under([rule]);
  expect(await service.find(filtered("/Users", 'department eq "sales"'))).toEqual(["bob"]);
  expect(service.notes()).toEqual(["bare-extension-attributes at department"]);
  const { json } = await service.ask("GET", `/Users/${service.bob}?attributes=userName,manager`);
  expect(json).toMatchObject({ userName: "bob", [ENTERPRISE]: { manager: { value: service.ada } } });
  expect(json[ENTERPRISE]).not.toHaveProperty("department");
  expect(service.notes()).toEqual(["bare-extension-attributes at manager"]);
});

test("so it is in a PATCH path and at the root of a body, and is stored in the extension [Q39 Q60]", async () => {
  const service = await under([rule]);
  const patched = await service.patch(`/Users/${service.bob}`, { op: "replace", path: "department", value: "Tours" });
  expect(patched.json[ENTERPRISE].department).toBe("Tours");
  expect(service.notes()).toEqual(["bare-extension-attributes at department"]);
  const created = await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", department: "Keys" });
  expect(created.json).toMatchObject({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: "Keys" } });
  expect(created.json).not.toHaveProperty("department");
  expect(service.notes()).toEqual(["bare-extension-attributes at department"]);
});

test("without the rule it needs its URN [Q22 Q28 Q60]", async () => {
  const service = await under([]);
  expect((await service.ask("GET", filtered("/Users", 'department eq "sales"'))).json.scimType).toBe("invalidFilter");
  expect((await service.ask("GET", `/Users/${service.bob}?attributes=manager`)).json).not.toHaveProperty([ENTERPRISE]);
  const patched = await service.patch(`/Users/${service.bob}`, { op: "replace", path: "department", value: "Tours" });
  expect(patched).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
});
