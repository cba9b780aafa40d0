import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { unquotedPathOperands as rule } from "../../src/quirks/unquoted-path-operands.ts";
import { under } from "../support/quirk.ts";

const operation = { op: "replace", path: "emails[type eq home and primary eq False].value", value: "x@y.example" };

test("a word in a path is read by the type of its attribute, as in a filter [R-30a]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  await service.patch(path, { op: "replace", path: "emails[type eq home].primary", value: false });
  expect(service.notes()).toEqual(["unquoted-path-operands at emails.type"]);
  const { json } = await service.patch(path, operation);
  expect(json.emails).toContainEqual({ type: "home", value: "x@y.example", primary: false });
});

test("only Entra's profile reads it, since it selects data to change; the others name the missing quotes [R-30a]", async () => {
  expect(profiles.entra.quirks).toContain(rule);
  for (const profile of [profiles.lenient, profiles.authentik, profiles.strict]) {
    const service = await under(profile);
    expect(await service.patch(`/Users/${service.ada}`, operation)).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining('write "home" in double quotes') },
    });
  }
});
