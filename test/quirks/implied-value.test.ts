import { expect, test } from "vitest";
import { impliedValue as rule } from "../../src/quirks/implied-value.ts";
import { ENTERPRISE, filtered } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

test("a comparison with a complex attribute is one with its value [Q22 R-31]", async () => {
  const service = await under([rule]);
  expect(await service.find(filtered("/Users", `${ENTERPRISE}:manager eq "${service.ada}"`))).toEqual(["bob"]);
  expect(service.notes()).toEqual([`implied-value at ${ENTERPRISE}:manager`]);
  expect((await service.ask("GET", filtered("/Users", 'name eq "Ada"'))).json.scimType).toBe("invalidFilter");
});

test("without the rule the sub-attribute must be named [Q22 R-31]", async () => {
  const service = await under([]);
  const answer = await service.ask("GET", filtered("/Users", `${ENTERPRISE}:manager eq "x"`));
  expect(answer).toMatchObject({
    status: 400,
    json: { scimType: "invalidFilter", detail: expect.stringContaining("manager.value") },
  });
});
