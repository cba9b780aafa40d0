import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { singlePrimary as rule } from "../../src/quirks/single-primary.ts";
import { USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const eve = {
  schemas: [USER],
  userName: "eve",
  emails: [
    { type: "work", value: "a@x.example", primary: true },
    { type: "home", value: "b@x.example", primary: true },
  ],
};

test("of two primary values the first stays primary [Q49]", async () => {
  const service = await under([rule]);
  const { json } = await service.ask("POST", "/Users", eve);
  expect(json.emails.map(({ primary }: { primary: boolean }) => primary)).toEqual([true, false]);
  expect(service.notes()).toEqual(["single-primary at emails"]);
});

test("without the rule, as by default, they are refused; Ping's profile has it [Q49 R-52]", async () => {
  const service = await under(profiles.lenient);
  expect(await service.ask("POST", "/Users", eve)).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
  expect(profiles.ping.quirks).toContain(rule);
});
