import { expect, test } from "vitest";
import { defineSchema, profiles, User } from "../../src/index.ts";
import { externalTexts as rule } from "../../src/quirks/external-texts.ts";
import { directory, filtered, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const eve = { schemas: [USER], userName: "eve" };

test("text that is no URI is kept as it was sent in an external reference, and found again [Q119 R-82]", async () => {
  const service = await under([rule]);
  const body = { ...eve, profileUrl: "Eve Lane, Oslo", photos: [{ value: "C:\\eve.jpg" }] };
  const { json } = await service.ask("POST", "/Users", body);
  expect(json).toMatchObject({ profileUrl: "Eve Lane, Oslo", photos: [{ value: "C:\\eve.jpg" }] });
  expect(service.notes()).toEqual(["external-texts at profileUrl", "external-texts at photos[0].value"]);
  expect(await service.find(filtered("/Users", 'profileUrl eq "Eve Lane, Oslo"'))).toEqual(["eve"]);
  const patched = await service.patch(`/Users/${json.id}`, { op: "replace", path: "profileUrl", value: "n/a |" });
  expect(patched.json.profileUrl).toBe("n/a |");
  // What is a URI needs no note.
  await service.ask("PUT", `/Users/${json.id}`, { ...eve, profileUrl: "https://host/eve" });
  expect(service.notes()).toEqual([]);
});

test("where formats are enforced it is refused like a wrong language, and without the rule always [Q119 R-82]", async () => {
  for (const service of [
    await under(profiles.lenient, { settings: { formats: "enforce" } }),
    await under(profiles.strict),
  ])
    expect(await service.ask("POST", "/Users", { ...eve, profileUrl: "Eve Lane, Oslo" })).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue", detail: "profileUrl must be a URI (RFC 3986)." },
    });
});

test("a reference to a resource of the server, or to a URI of any kind, must be a URI [Q119 R-82]", async () => {
  const Owned = defineSchema({
    id: "urn:example:params:scim:schemas:Owned",
    name: "Owned",
    attributes: {
      owner: { type: "reference", referenceTypes: ["User", "external"] },
      about: { type: "reference", referenceTypes: ["uri"] },
    },
  });
  const { ask } = directory({ resourceTypes: [User.extend(Owned)] });
  for (const owned of [{ owner: "no uri" }, { about: "no uri" }])
    expect((await ask("POST", "/Users", { ...eve, schemas: [USER, Owned.id], [Owned.id]: owned })).status).toBe(400);
});
