import { expect, test } from "vitest";
import { valuePathComparison as rule } from "../../src/quirks/value-path-comparison.ts";
import { filtered } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

test("a comparison behind a value path is one of the same element [Q17 R-29]", async () => {
  const service = await under([rule]);
  expect(await service.find(filtered("/Users", 'emails[type eq "work"].value eq "ada@work.example"'))).toEqual(["ada"]);
  expect(service.notes()).toEqual(["value-path-comparison at emails[…].value"]);
  expect(await service.find(filtered("/Users", 'emails[type eq "home"].value eq "ada@work.example"'))).toEqual([]);
});

test("without the rule it is no filter [Q17 R-29]", async () => {
  const service = await under([]);
  const answer = await service.ask("GET", filtered("/Users", 'emails[type eq "work"].value eq "x"'));
  expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidFilter" } });
});
