import { describe, expect, test } from "vitest";
import { booleanStrings as rule } from "../../src/quirks/boolean-strings.ts";
import { createOnNoMatch } from "../../src/quirks/create-on-no-match.ts";
import { filtered, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

describe("with the rule", () => {
  test('"True" and "false" in a body become booleans, at any depth [Q37]', async () => {
    const service = await under([rule]);
    const { json } = await service.ask("POST", "/Users", {
      schemas: [USER],
      userName: "eve",
      active: "False",
      roles: [{ value: "admin", primary: "TRUE" }],
    });
    expect(json).toMatchObject({ active: false, roles: [{ value: "admin", primary: true }] });
    expect(service.notes()).toEqual(["boolean-strings at active", "boolean-strings at roles[0].primary"]);
  });

  test("so they do in a PATCH [Q52]", async () => {
    const service = await under([rule]);
    const { json } = await service.patch(`/Users/${service.ada}`, { op: "Replace", path: "active", value: "False" });
    expect(json.active).toBe(false);
    expect(service.notes()).toEqual(["boolean-strings at active"]);
  });

  test("so they do in a filter, and an element that is made from one has a real boolean [Q55]", async () => {
    const service = await under([rule, createOnNoMatch]);
    expect(await service.find(filtered("/Users", 'active eq "True"'))).toEqual(["ada"]);
    expect(service.notes()).toEqual(["boolean-strings at active"]);
    const operation = { op: "add", path: 'roles[primary eq "True"].value', value: "admin" };
    const { json } = await service.patch(`/Users/${service.ada}`, operation);
    expect(json.roles).toEqual([{ value: "admin", primary: true }]);
  });

  test('nothing else is a boolean: not "yes", not 1, not "" [Q37]', async () => {
    const service = await under([rule]);
    for (const active of ["yes", 1, "", "t", [true, false]]) {
      const answer = await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", active });
      expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    }
  });
});

test("without the rule a string is no boolean [Q37 Q52 Q55]", async () => {
  const service = await under([]);
  const created = await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", active: "true" });
  expect(created).toMatchObject({
    status: 400,
    json: { scimType: "invalidValue", detail: "active must be true or false, not a string." },
  });
  const patched = await service.patch(`/Users/${service.ada}`, { op: "replace", path: "active", value: "False" });
  expect(patched.json.scimType).toBe("invalidValue");
  expect((await service.ask("GET", filtered("/Users", 'active eq "True"'))).json.scimType).toBe("invalidFilter");
});
