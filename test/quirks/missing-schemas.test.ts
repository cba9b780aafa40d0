import { expect, test } from "vitest";
import { missingSchemas as rule } from "../../src/quirks/missing-schemas.ts";
import { GROUP, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const operation = { op: "replace", path: "title", value: "Countess" };

test("a body without schemas is what its endpoint is for [R-37 Q39]", async () => {
  const service = await under([rule]);
  for (const schemas of [undefined, null, []]) {
    const body = { schemas, userName: `eve-${JSON.stringify(schemas)}` };
    expect(await service.ask("POST", "/Users", body)).toMatchObject({ status: 201, json: { schemas: [USER] } });
    expect(service.notes()).toEqual(["missing-schemas at schemas"]);
  }
  const answers = [
    await service.ask("PUT", `/Users/${service.ada}`, { userName: "ada" }),
    await service.ask("PATCH", `/Users/${service.ada}`, { Operations: [operation] }),
    await service.ask("POST", "/Users/.search", { filter: 'userName eq "ada"' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
});

test("a list of nothing but unknown URNs stays wrong without the rule for those [Q124 R-37b]", async () => {
  const service = await under([rule]);
  expect((await service.ask("POST", "/Users", { schemas: ["urn:x"], userName: "eve" })).status).toBe(400);
});

test("a body that names another schema is still refused, and so is every such body without the rule [R-37]", async () => {
  const ruled = await under([rule]);
  const strict = await under([]);
  for (const answer of [
    await ruled.ask("POST", "/Users", { schemas: [GROUP], userName: "eve" }),
    await ruled.ask("PATCH", `/Users/${ruled.ada}`, { schemas: [USER], Operations: [operation] }),
    await strict.ask("POST", "/Users", { userName: "eve" }),
    await strict.ask("PATCH", `/Users/${strict.ada}`, { Operations: [operation] }),
    await strict.ask("POST", "/Users/.search", {}),
  ])
    expect(answer).toMatchObject({
      status: 400,
      json: { scimType: "invalidSyntax", detail: expect.stringContaining("schemas") },
    });
});
