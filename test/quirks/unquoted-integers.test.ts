import fc from "fast-check";
import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { unquotedIntegers as rule } from "../../src/quirks/unquoted-integers.ts";
import { ENTERPRISE, filtered, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("numbers for texts", { everyday: 50, thorough: 1000 });
const eve = { schemas: [USER, ENTERPRISE], userName: "eve" };

test("a whole number for a text is its decimal text, in bodies, PATCH and filters [Q116 R-81]", async () => {
  const service = await under([rule]);
  const body = { ...eve, externalId: 104729, [ENTERPRISE]: { employeeNumber: 1001 }, emails: [{ value: 7 }] };
  const { json } = await service.ask("POST", "/Users", body);
  expect(json).toMatchObject({
    externalId: "104729",
    [ENTERPRISE]: { employeeNumber: "1001" },
    emails: [{ value: "7" }],
  });
  expect(service.notes()).toEqual([
    "unquoted-integers at externalId",
    `unquoted-integers at ${ENTERPRISE}:employeeNumber`,
    "unquoted-integers at emails[0].value",
  ]);
  const path = `/Users/${json.id}`;
  expect((await service.patch(path, { op: "replace", path: "title", value: -5 })).json.title).toBe("-5");
  expect((await service.patch(path, { op: "replace", value: { title: 0 } })).json.title).toBe("0");
  expect(await service.find(filtered("/Users", "externalId eq 104729"))).toEqual(["eve"]);
});

test("a number is a reference's value too, together with the rule for texts [Q116 Q42 R-81]", async () => {
  const service = await under(profiles.lenient, { settings: { references: "ignore" } });
  const { json } = await service.ask("POST", "/Users", { ...eve, [ENTERPRISE]: { manager: 104729 }, roles: [5] });
  expect(json).toMatchObject({ [ENTERPRISE]: { manager: { value: "104729" } }, roles: [{ value: "5" }] });
});

test("what may have been written in another way is refused: fractions, rounded numbers, -0 [Q116 R-81]", async () => {
  const service = await under(profiles.lenient);
  for (const number of ["1.5", "9007199254740993", "-0", "1e999", "1e300"])
    expect(
      await service.ask("POST", "/Users", `{"schemas":["${USER}"],"userName":"eve","title":${number}}`),
      number,
    ).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
});

test("a number is compared with a text for being the same, not for being greater, since the two stand in another order [Q116 R-81]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  await service.patch(path, { op: "add", path: "roles", value: [{ value: "7" }, { value: "admin" }] });
  expect(await service.patch(path, { op: "remove", path: "roles[value gt 5]" })).toMatchObject({
    status: 400,
    json: { scimType: "invalidFilter" },
  });
  expect((await service.ask("GET", filtered("/Users", "externalId gt 5"))).json.scimType).toBe("invalidFilter");
  expect((await service.patch(path, { op: "remove", path: "roles[value eq 7]" })).json.roles).toEqual([
    { value: "admin" },
  ]);
});

test("no number is taken for a reference, a date, bytes or a truth, and none at all without the rule [Q116 R-81]", async () => {
  const service = await under(profiles.lenient);
  for (const wrong of [{ profileUrl: 1 }, { x509Certificates: [{ value: 1 }] }, { active: 1 }])
    expect((await service.ask("POST", "/Users", { ...eve, ...wrong })).status, JSON.stringify(wrong)).toBe(400);
  const strict = await under([]);
  expect((await strict.ask("POST", "/Users", { ...eve, externalId: 1 })).status).toBe(400);
  expect((await strict.ask("GET", filtered("/Users", "externalId eq 1"))).status).toBe(400);
});

test("whatever the number, it is read as the text that was sent, or refused [Q116 R-81]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  const number = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  await fc.assert(
    fc.asyncProperty(number, async (value) => {
      const text = Object.is(value, -0) ? "-0" : JSON.stringify(value);
      const { status, json } = await service.ask(
        "PATCH",
        path,
        `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":${text}}]}`,
      );
      if (status === 200) expect(json.title).toBe(text);
      else expect([status, Number.isSafeInteger(value) && !Object.is(value, -0)]).toEqual([400, false]);
    }),
    { numRuns: RUNS, seed },
  );
});
