import fc from "fast-check";
import { expect, test } from "vitest";
import { defineProfile, profiles } from "../../src/index.ts";
import { numberStrings as rule } from "../../src/quirks/number-strings.ts";
import { type Directory, directory, filtered } from "../support/directory.ts";
import { pickSeed, pickSize } from "../support/size.ts";
import { THING, Thing } from "../support/thing.ts";

const seed = pickSeed();
const RUNS = pickSize("texts for numbers", { everyday: 50, thorough: 1000 });
const things = (profile = defineProfile({ quirks: [rule] })): Directory =>
  directory({ resourceTypes: [Thing], profile });
const thing = (more: object) => ({ schemas: [THING], name: "a", ...more });

test("the text of a number is the number, in bodies, PATCH and filters [Q117 R-81]", async () => {
  const { ask, events } = things();
  const { json } = await ask("POST", "/Things", thing({ integer: "5", decimal: "-1.5", box: { width: "3" } }));
  expect(json).toMatchObject({ integer: 5, decimal: -1.5, box: { width: 3 } });
  const notes = events.flatMap((event) => (event.type === "quirk" ? [event.path] : []));
  expect(notes).toEqual(["integer", "decimal", "box.width"]);
  const Operations = [{ op: "replace", path: "integer", value: "6" }];
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
  expect((await ask("PATCH", `/Things/${json.id}`, { schemas, Operations })).json.integer).toBe(6);
  expect((await ask("GET", filtered("/Things", 'integer eq "6"'))).json.totalResults).toBe(1);
});

test.each([
  "007",
  "1e3",
  "1.50",
  "1.0",
  " 1",
  "1 ",
  "+1",
  "-0",
  ".5",
  "5.",
  "",
  "0x5",
  "Infinity",
  "1_000",
])("%j, which is no number as JSON writes it, is refused [Q117 R-81]", async (text) => {
  const { ask } = things(profiles.lenient);
  for (const more of [{ integer: text }, { decimal: text }])
    expect(await ask("POST", "/Things", thing(more))).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
});

test("a text that a number would round, or that does not fit the type, is refused, and all are without the rule [Q117 R-81]", async () => {
  const { ask } = things(profiles.lenient);
  for (const more of [
    { integer: "9007199254740993" },
    { integer: "9007199254740992" },
    { integer: "1.5" },
    { decimal: "0.12345678901234567" },
  ])
    expect((await ask("POST", "/Things", thing(more))).status, JSON.stringify(more)).toBe(400);
  expect((await things(profiles.strict).ask("POST", "/Things", thing({ integer: "5" }))).status).toBe(400);
});

test("what is read says what was sent: the number is written like the text [Q117 R-81]", async () => {
  const { ask } = things();
  const text = fc.oneof(fc.double({ noNaN: true }).map(String), fc.stringMatching(/^-?[0-9]{1,18}(\.[0-9]{1,4})?$/));
  await fc.assert(
    fc.asyncProperty(text, async (decimal) => {
      const { status, json } = await ask("POST", "/Things", thing({ decimal }));
      if (status === 201) expect(JSON.stringify(json.decimal)).toBe(decimal);
      else expect(status).toBe(400);
    }),
    { numRuns: RUNS, seed },
  );
});
