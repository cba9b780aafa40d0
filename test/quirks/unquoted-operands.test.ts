import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { unquotedOperands as rule } from "../../src/quirks/unquoted-operands.ts";
import { filtered } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

test("a bare word is a string, and true, false and null are not [Q16 R-30]", async () => {
  const service = await under([rule]);
  expect(await service.find(filtered("/Users", "externalId eq e-ada"))).toEqual(["ada"]);
  // What was compared is no business of a log.
  expect(service.notes()).toEqual(["unquoted-operands at filter"]);
  expect(await service.find(filtered("/Users", "active eq true"))).toEqual(["ada"]);
  expect(
    await service.find(filtered("/Users", "meta.lastModified gt 2011-05-13T04:42:34Z and userName eq bob")),
  ).toEqual(["bob"]);
});

test("without the rule, as by default, the error names what must stand in quotes; Entra's profile has it [Q16 R-30]", async () => {
  const service = await under(profiles.interop);
  expect(await service.ask("GET", filtered("/Users", "externalId eq jyoung"))).toMatchObject({
    status: 400,
    json: { scimType: "invalidFilter", detail: expect.stringContaining('write "jyoung" in double quotes') },
  });
  expect(profiles.entra).toContain(rule);
});
