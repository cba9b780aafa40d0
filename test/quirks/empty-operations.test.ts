import { expect, test } from "vitest";
import { emptyOperations as rule } from "../../src/quirks/empty-operations.ts";
import { under } from "../support/quirk.ts";

test("a PATCH without operations changes nothing [Q63]", async () => {
  const service = await under([rule]);
  const before = (await service.ask("GET", `/Users/${service.ada}`)).json;
  const answer = await service.patch(`/Users/${service.ada}`);
  expect(answer).toMatchObject({ status: 200, json: { meta: before.meta } });
  expect(service.notes()).toEqual(["empty-operations at Operations"]);
});

test("without the rule it is refused [Q63]", async () => {
  const service = await under([]);
  expect(await service.patch(`/Users/${service.ada}`)).toMatchObject({
    status: 400,
    json: { scimType: "invalidSyntax", detail: expect.stringContaining("Operations") },
  });
});
