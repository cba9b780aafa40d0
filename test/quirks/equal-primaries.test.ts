import { expect, test } from "vitest";
import { equalPrimaries as rule } from "../../src/quirks/equal-primaries.ts";
import { singlePrimary } from "../../src/quirks/single-primary.ts";
import { USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const eve = { schemas: [USER], userName: "eve" };
const work = { type: "work", value: "eve@work.example", primary: true };
const other = { type: "other", value: "EVE@work.example", primary: true };

test("of primaries with one value the first keeps the mark, in POST, PUT and PATCH [Q49 R-52a]", async () => {
  const service = await under([rule]);
  const { json } = await service.ask("POST", "/Users", { ...eve, emails: [work, other] });
  const read = [work, { ...other, primary: false }];
  expect(json.emails).toEqual(read);
  expect(service.notes()).toEqual(["equal-primaries at emails"]);
  const path = `/Users/${json.id}`;
  expect((await service.ask("PUT", path, { ...eve, emails: [other, work] })).json.emails).toEqual([
    other,
    { ...work, primary: false },
  ]);
  expect((await service.patch(path, { op: "replace", path: "emails", value: [work, other] })).json.emails).toEqual(
    read,
  );
  expect((await service.patch(path, { op: "replace", value: { emails: [work, other] } })).json.emails).toEqual(read);
});

test("an element that is listed twice to the letter is one element, with its mark [Q49 R-52a]", async () => {
  const service = await under([rule]);
  expect((await service.ask("POST", "/Users", { ...eve, emails: [work, work] })).json.emails).toEqual([work]);
});

test("primaries of different values, and of none, are refused [Q49 R-52a]", async () => {
  const service = await under([rule]);
  const { type, primary } = work;
  for (const second of [
    { ...other, value: "eve@home.example" },
    { type: "home", primary },
  ])
    for (const emails of [
      [work, second],
      [second, work],
      [work, other, second],
      [second, { type, primary }],
    ])
      expect(await service.ask("POST", "/Users", { ...eve, emails })).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue" },
      });
});

test("without the rule no two primaries are taken; with the one of PingOne's profile behind it, all are [Q49 R-52a]", async () => {
  const strict = await under([]);
  expect((await strict.ask("POST", "/Users", { ...eve, emails: [work, other] })).status).toBe(400);
  const ping = await under([rule, singlePrimary]);
  const { json } = await ping.ask("POST", "/Users", { ...eve, emails: [work, { ...other, value: "x@y.example" }] });
  expect(json.emails).toMatchObject([{ primary: true }, { primary: false }]);
  expect(ping.notes()).toEqual(["single-primary at emails"]);
});
