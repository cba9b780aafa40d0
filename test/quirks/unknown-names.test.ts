import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { unknownNames as rule } from "../../src/quirks/unknown-names.ts";
import { USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

test("an attribute that no schema has is 400 invalidSyntax in a POST and a PUT, names the rule, and leaves a note [N-02]", async () => {
  const service = await under([rule]);
  const body = { schemas: [USER], userName: "eve", nickname2: "x", name: { givenNmae: "E" } };
  for (const [method, path] of [
    ["POST", "/Users"],
    ["PUT", `/Users/${service.ada}`],
  ] as const) {
    const { status, json } = await service.ask(method, path, body);
    expect([status, json.scimType]).toEqual([400, "invalidSyntax"]);
    expect(json.detail).toContain("nickname2 is not an attribute of this resource type (rule unknown-names)");
    expect(json.detail).toContain("name.givenNmae");
    expect(service.notes().toSorted()).toEqual(["unknown-names at name.givenNmae", "unknown-names at nickname2"]);
  }
  expect((await service.ask("GET", `/Users/${service.ada}`)).json.userName).toBe("ada");
});

test("in a PATCH it is invalidSyntax too, in a path and in a value, beside operations that are right [N-02]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  const right = { op: "replace", path: "title", value: "Lead" };
  for (const operation of [
    { op: "replace", path: "nickname2", value: "x" },
    { op: "replace", path: "urn:example:unknown:User:badge", value: "x" },
    { op: "replace", path: "name", value: { givenNmae: "E" } },
    { op: "replace", path: 'emails[type eq "work"].vlaue', value: "x" },
    { op: "replace", value: { nickname2: "x" } },
  ]) {
    const answer = await service.patch(path, right, operation);
    expect(answer, JSON.stringify(operation)).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    expect(answer.json.detail).toContain("(rule unknown-names)");
  }
  expect((await service.ask("GET", path)).json).not.toHaveProperty("title");
});

test("without the rule the first is left out, and the second is invalidPath under strict [N-02]", async () => {
  const service = await under(profiles.strict);
  expect((await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", nickname2: "x" })).status).toBe(201);
  const answer = await service.patch(`/Users/${service.ada}`, { op: "replace", path: "nickname2", value: "x" });
  expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
});
