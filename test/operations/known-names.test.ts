import { expect, test } from "vitest";
import { defineResourceType, defineSchema } from "../../src/index.ts";
import { directory, UNRESTRICTED, USER } from "../support/directory.ts";

const NOTE = "urn:example:Note";
const MORE = "urn:example:More";

/** A resource type that requires nothing. */
const Note = defineResourceType({
  name: "Note",
  schema: defineSchema({ id: NOTE, name: "Note", attributes: { text: {}, state: { mutability: "readOnly" } } }),
}).extend(defineSchema({ id: MORE, name: "More", attributes: { colour: {} } }));

const MISSPELT: readonly (readonly [object, string])[] = [
  [{ txet: "x" }, "Did you mean text?"],
  [{ txet: "x", state: "on", id: "1", meta: {} }, "Did you mean text?"],
  [{ [MORE]: { color: "x" } }, `Did you mean ${MORE}:colour?`],
  [{ "text.part": "x" }, '"text.part"'],
];

test.each(
  UNRESTRICTED,
)("a body of nothing but misspelt names makes no empty resource and empties none, under the profile %s [R-37a R-37]", async (profile) => {
  for (const putOmitted of ["clear", "keep"] as const) {
    const { ask } = directory({ resourceTypes: [Note], profile, settings: { putOmitted } });
    const path = `/Notes/${(await ask("POST", "/Notes", { schemas: [NOTE], text: "kept" })).json.id}`;
    for (const [body, words] of MISSPELT) {
      for (const answer of [
        await ask("POST", "/Notes", { schemas: [NOTE], ...body }),
        await ask("PUT", path, { schemas: [NOTE], ...body }),
      ])
        expect.soft(answer, JSON.stringify(body)).toMatchObject({
          status: 400,
          json: { scimType: "invalidSyntax", detail: expect.stringContaining(words) },
        });
    }
    expect((await ask("GET", "/Notes")).json).toMatchObject({ totalResults: 1, Resources: [{ text: "kept" }] });
  }
});

test("beside what there is, or where nothing is named, or of an unknown schema, nothing is refused [R-37]", async () => {
  const { ask, events } = directory({ resourceTypes: [Note] });
  const path = `/Notes/${(await ask("POST", "/Notes", { schemas: [NOTE], text: "a", txet: "b" })).json.id}`;
  expect(events).toContainEqual(expect.objectContaining({ type: "unknownAttribute", path: "txet" }));
  for (const body of [{ [MORE]: { colour: "red", color: "x" } }, {}, { "urn:example:other": { x: 1 } }])
    expect((await ask("PUT", path, { schemas: [NOTE], ...body })).status).toBe(200);
});

test("a required attribute that is missing is what is said first, and of what is not there 404 [R-37a]", async () => {
  const { ask } = directory({});
  const answer = await ask("POST", "/Users", { schemas: [USER], usrName: "ada" });
  expect(answer).toMatchObject({ status: 400, json: { detail: "userName is required." } });
  const { ask: askNotes } = directory({ resourceTypes: [Note] });
  expect((await askNotes("PUT", "/Notes/none", { schemas: [NOTE], txet: "x" })).status).toBe(404);
});
