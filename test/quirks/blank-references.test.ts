import { expect, test } from "vitest";
import { defineSchema, profiles, User } from "../../src/index.ts";
import { blankReferences as rule } from "../../src/quirks/blank-references.ts";
import { directory, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const eve = { schemas: [USER], userName: "eve" };

test("blank text is no reference, in every verb and at every depth [Q118 R-82]", async () => {
  const service = await under([rule]);
  const photos = [{ value: "\t", type: "photo" }];
  const { json } = await service.ask("POST", "/Users", { ...eve, profileUrl: " ", photos });
  expect(json).not.toHaveProperty("profileUrl");
  expect(json.photos).toEqual([{ type: "photo" }]);
  expect(service.notes()).toEqual(["blank-references at profileUrl", "blank-references at photos[0].value"]);
  const path = `/Users/${json.id}`;
  const url = { op: "replace", path: "profileUrl", value: "https://host/eve" };
  for (const blank of ["", "  "]) {
    expect((await service.patch(path, url)).json.profileUrl).toBe("https://host/eve");
    expect((await service.patch(path, { ...url, value: blank })).json).not.toHaveProperty("profileUrl");
    await service.patch(path, url);
    expect((await service.ask("PUT", path, { ...eve, profileUrl: blank })).json).not.toHaveProperty("profileUrl");
  }
});

test("a reference that is required cannot be blank [Q118 R-82]", async () => {
  const Page = defineSchema({
    id: "urn:example:params:scim:schemas:Page",
    name: "Page",
    attributes: { url: { type: "reference", referenceTypes: ["external"], required: true } },
  });
  const { ask } = directory({ resourceTypes: [User.extend(Page)] });
  const body = { ...eve, schemas: [USER, Page.id], [Page.id]: { url: " " } };
  expect(await ask("POST", "/Users", body)).toMatchObject({
    status: 400,
    json: { scimType: "invalidValue", detail: expect.stringContaining(`${Page.id}:url must be a URI`) },
  });
});

test("without the rule a blank is refused, with no other of them in its place [Q118 R-82]", async () => {
  const rules = profiles.lenient.quirks.filter(({ id }) => id !== rule.id);
  for (const profile of [rules, profiles.strict]) {
    const service = await under(profile);
    for (const profileUrl of ["", " "])
      expect(await service.ask("POST", "/Users", { ...eve, profileUrl })).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue", detail: "profileUrl must be a URI (RFC 3986), not blank." },
      });
  }
});
