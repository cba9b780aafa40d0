import { expect, test } from "vitest";
import { bothSelections as rule } from "../../src/quirks/both-selections.ts";
import { SEARCH, under } from "../support/quirk.ts";

const QUERY = "attributes=userName&excludedAttributes=userName,emails";

test("of attributes and excludedAttributes, attributes wins, in a URL and in a search [R-26]", async () => {
  const service = await under([rule]);
  const { json } = await service.ask("GET", `/Users/${service.ada}?${QUERY}`);
  expect(Object.keys(json).sort()).toEqual(["id", "schemas", "userName"]);
  expect(service.notes()).toEqual(["both-selections at excludedAttributes"]);
  const body = { schemas: [SEARCH], attributes: ["userName"], excludedAttributes: ["userName"] };
  expect((await service.ask("POST", "/Users/.search", body)).json.Resources[0]).toHaveProperty("userName");
  expect(service.notes()).toEqual(["both-selections at excludedAttributes"]);
});

test("without the rule they exclude each other [R-26]", async () => {
  const service = await under([]);
  const answer = await service.ask("GET", `/Users?${QUERY}`);
  expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
});
