import { expect, test } from "vitest";
import { parameterCase as rule } from "../../src/quirks/parameter-case.ts";
import { under } from "../support/quirk.ts";

test("parameters are found in any letter case, on lists, single resources and the root [Q122 R-84]", async () => {
  const service = await under([rule]);
  const { json } = await service.ask("GET", "/Users?startindex=2&COUNT=1&SortBy=userName");
  expect(json).toMatchObject({ startIndex: 2, itemsPerPage: 1, Resources: [{ userName: "bob" }] });
  expect(service.notes()).toEqual([
    "parameter-case at startIndex",
    "parameter-case at count",
    "parameter-case at sortBy",
  ]);
  const one = await service.ask("GET", `/Users/${service.ada}?ATTRIBUTES=userName`);
  expect(Object.keys(one.json).sort()).toEqual(["id", "schemas", "userName"]);
  expect(await service.find("/Users?FILTER=userName%20eq%20%22ada%22")).toEqual(["ada"]);
});

test("one that is given twice is refused, however it is written, and as the RFC writes it needs no note [Q122 R-84]", async () => {
  const service = await under([rule]);
  expect(await service.ask("GET", "/Users?count=1&Count=2")).toMatchObject({
    status: 400,
    json: { scimType: "invalidValue", detail: expect.stringContaining("count is given twice") },
  });
  await service.ask("GET", "/Users?count=1&aadOptscim062020");
  expect(service.notes()).toEqual([]);
});

test("without the rule it is a parameter that nobody knows [Q122 R-84]", async () => {
  const service = await under([]);
  expect((await service.ask("GET", "/Users?Count=1")).json.itemsPerPage).toBe(2);
});
