import { expect, test } from "vitest";
import { bareOperations as rule } from "../../src/quirks/bare-operations.ts";
import { type Ruled, under } from "../support/quirk.ts";

const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const send = (service: Ruled) =>
  service.ask("POST", "/Bulk", {
    schemas: [BULK],
    Operations: [{ method: "PATCH", path: `/Users/${service.ada}`, data: [{ op: "remove", path: "displayName" }] }],
  });

test("an array as the data of a PATCH in a bulk request is its Operations [R-45]", async () => {
  const service = await under([rule]);
  expect((await send(service)).json.Operations).toMatchObject([{ method: "PATCH", status: "200" }]);
  expect(service.notes()).toEqual(["bare-operations at Operations[0].data"]);
  expect((await service.ask("GET", `/Users/${service.ada}`)).json).not.toHaveProperty("displayName");
});

test("without the rule it must be a PATCH message [R-45]", async () => {
  const service = await under([]);
  expect((await send(service)).json.Operations).toMatchObject([
    { status: "400", response: { scimType: "invalidSyntax" } },
  ]);
  expect((await service.ask("GET", `/Users/${service.ada}`)).json.displayName).toBe("Ada");
});
