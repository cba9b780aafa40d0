import { expect, test } from "vitest";
import { booleanStrings } from "../../src/quirks/boolean-strings.ts";
import { wrappedValues as rule } from "../../src/quirks/wrapped-values.ts";
import { ENTERPRISE, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

test("an array of one is its value where there is one value, in a PATCH and in a body [Q60 Q62]", async () => {
  const service = await under([rule]);
  const { json } = await service.patch(
    `/Users/${service.bob}`,
    { op: "replace", path: "displayName", value: ["Bob"] },
    { op: "add", path: `${ENTERPRISE}:manager`, value: [{ $ref: `/Users/${service.ada}`, value: service.ada }] },
  );
  expect(json).toMatchObject({ displayName: "Bob", [ENTERPRISE]: { manager: { value: service.ada } } });
  expect(service.notes()).toEqual(["wrapped-values at displayName", `wrapped-values at ${ENTERPRISE}:manager`]);
  const created = await service.ask("POST", "/Users", { schemas: [USER], userName: ["eve"] });
  expect(created.json.userName).toBe("eve");
});

test("what is in it may need another rule, and is checked like any value [Q62 Q52]", async () => {
  const service = await under([rule, booleanStrings]);
  const set = (value: unknown) => service.patch(`/Users/${service.ada}`, { op: "replace", path: "active", value });
  expect((await set(["False"])).json.active).toBe(false);
  expect(service.notes()).toEqual(["wrapped-values at active", "boolean-strings at active"]);
  for (const wrong of [["no"], [], [true, false], [[[true]]]])
    expect(await set(wrong)).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
});

test("an array of one is the element that a value path selects, and no element of a list [Q62 R-81]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  const element = {
    op: "replace",
    path: 'emails[type eq "home"]',
    value: [{ type: "home", value: "new@home.example" }],
  };
  expect((await service.patch(path, element)).json.emails).toContainEqual({ type: "home", value: "new@home.example" });
  expect(service.notes()).toEqual(["wrapped-values at emails"]);
  const sub = { op: "replace", path: 'emails[type eq "home"].value', value: ["newer@home.example"] };
  expect((await service.patch(path, sub)).json.emails).toContainEqual({ type: "home", value: "newer@home.example" });
  for (const wrong of [
    { ...element, value: [] },
    { ...element, value: [...element.value, { value: "two" }] },
    { op: "add", path: "emails", value: [element.value] },
    { op: "add", path: "roles", value: [["admin"]] },
  ])
    expect(await service.patch(path, wrong)).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
});

test("without the rule an array is no value [Q62]", async () => {
  const service = await under([]);
  const answer = await service.patch(`/Users/${service.ada}`, { op: "replace", path: "displayName", value: ["x"] });
  expect(answer).toMatchObject({
    status: 400,
    json: { scimType: "invalidValue", detail: expect.stringContaining("not an array") },
  });
});
