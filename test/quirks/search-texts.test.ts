import { expect, test } from "vitest";
import { searchTexts as rule } from "../../src/quirks/search-texts.ts";
import { SEARCH, under } from "../support/quirk.ts";

const body = (members: object) => ({ schemas: [SEARCH], sortBy: "userName", ...members });

test("names in one text are a list of them, and the text of a number is the number [Q123 R-84]", async () => {
  const service = await under([rule]);
  for (const endpoint of ["/Users/.search", "/.search"]) {
    const search = body({ attributes: "userName, active", startIndex: "2", COUNT: "1", filter: "userName pr" });
    const { json } = await service.ask("POST", endpoint, search);
    expect(json).toMatchObject({ startIndex: 2, itemsPerPage: 1 });
    expect(Object.keys(json.Resources[0]).sort()).toEqual(["active", "id", "schemas", "userName"]);
    expect(service.notes()).toEqual([
      "search-texts at attributes",
      "search-texts at startIndex",
      "search-texts at count",
    ]);
  }
  const { json } = await service.ask("POST", "/Users/.search", body({ excludedAttributes: "emails,meta" }));
  expect(json.Resources[0]).not.toHaveProperty("emails");
});

test("what is no number as JSON writes it is refused, and without the rule every text is [Q123 R-84]", async () => {
  const service = await under([rule]);
  const strict = await under([]);
  for (const members of [
    { count: "ten" },
    { count: "010" },
    { count: "1.5" },
    { startIndex: "" },
    { startIndex: "1e1" },
  ])
    expect(await service.ask("POST", "/Users/.search", body(members))).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
  for (const members of [
    { attributes: "userName" },
    { excludedAttributes: "meta" },
    { count: "1" },
    { startIndex: "1" },
  ])
    expect(await strict.ask("POST", "/Users/.search", body(members))).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
});
