import { expect, test } from "vitest";
import { endpointCase as rule } from "../../src/quirks/endpoint-case.ts";
import { under } from "../support/quirk.ts";

test("an endpoint is found in any letter case, and an id in its own alone [Q07]", async () => {
  const service = await under([rule], { newId: ids() });
  expect((await service.ask("GET", `/uSERS/${service.ada}`)).json.userName).toBe("ada");
  expect(service.notes()).toEqual(["endpoint-case at uSERS"]);
  expect((await service.ask("GET", "/serviceproviderconfig")).status).toBe(200);
  expect((await service.ask("GET", `/users/${service.ada.toUpperCase()}`)).status).toBe(404);
  await service.ask("GET", "/Users");
  expect(service.notes()).toEqual([]);
});

test("without the rule paths have letter case [Q07]", async () => {
  const service = await under([]);
  expect((await service.ask("GET", "/users")).status).toBe(404);
  expect((await service.ask("GET", "/schemas")).status).toBe(404);
});

function ids(): () => string {
  let last = 0;
  return () => `id-${++last}`;
}
