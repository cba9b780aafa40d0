import { expect, test } from "vitest";
import { attributeAliases, profiles } from "../../src/index.ts";
import { filtered } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const rule = attributeAliases({ email: "emails.value" });

test("a filter and sortBy may use a name that the host has given a meaning, in any letter case [Q19]", async () => {
  const service = await under([rule]);
  expect(await service.find(filtered("/Users", 'Email eq "ADA@work.example"'))).toEqual(["ada"]);
  expect(service.notes()).toEqual(["attribute-aliases at Email"]);
  expect(await service.find("/Users?sortBy=email&sortOrder=descending")).toEqual(["bob", "ada"]);
});

test("any other name, a name in a PATCH path, and every name without the rule stay what they are [Q19]", async () => {
  const service = await under([rule]);
  expect(await service.ask("GET", filtered("/Users", 'workEmail eq "a"'))).toMatchObject({
    status: 400,
    json: { scimType: "invalidFilter", detail: expect.stringContaining("workEmail") },
  });
  expect(
    (await service.patch(`/Users/${service.ada}`, { op: "replace", path: "email", value: "x" })).json.scimType,
  ).toBe("invalidPath");
  const strict = await under([]);
  expect((await strict.ask("GET", filtered("/Users", 'email eq "a"'))).json.scimType).toBe("invalidFilter");
});

test("Ping's profile reads email, and no default does [Q19]", async () => {
  expect(profiles.ping.quirks.map(({ id }) => id)).toContain("attribute-aliases");
  expect(profiles.lenient.quirks.map(({ id }) => id)).not.toContain("attribute-aliases");
});
