import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { overwritingReplace as rule } from "../../src/quirks/overwriting-replace.ts";
import { ENTERPRISE } from "../support/directory.ts";
import { account, device } from "../support/patching.ts";
import { under } from "../support/quirk.ts";

const name = { givenName: "Ada", familyName: "King", formatted: "Ada King" };

test("a replace of a complex attribute takes the place of all of it, with a note; nothing is noted where nothing changes [N-04]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  await service.patch(path, { op: "add", path: "name", value: name });
  const { json } = await service.patch(path, { op: "replace", path: "name", value: { givenName: "Eve" } });
  expect(json.name).toEqual({ givenName: "Eve" });
  expect(service.notes()).toEqual(["overwriting-replace at name"]);
  await service.patch(path, { op: "replace", path: "name", value: { givenName: "Eve" } });
  expect(service.notes()).toEqual([]);
});

test("an add still merges, and a sub-attribute by its path leaves the others alone [N-04]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  await service.patch(path, { op: "add", path: "name", value: name });
  const added = await service.patch(path, { op: "add", path: "name", value: { givenName: "Eve" } });
  expect(added.json.name).toEqual({ ...name, givenName: "Eve" });
  const replaced = await service.patch(path, { op: "replace", path: "name.givenName", value: "Ida" });
  expect(replaced.json.name).toEqual({ ...name, givenName: "Ida" });
});

test("null for a sub-attribute unassigns it, nothing but null all of it, and an empty object is refused [N-04]", async () => {
  const { patch, read } = await account({ name }, { profile: profiles["ietf-interop"] });
  expect((await patch({ op: "replace", path: "name", value: {} })).json.scimType).toBe("invalidValue");
  expect((await read()).name).toEqual(name);
  await patch({ op: "replace", path: "name", value: { givenName: "Eve", familyName: null } });
  expect((await read()).name).toEqual({ givenName: "Eve" });
  await patch({ op: "replace", path: "name", value: { givenName: null } });
  expect(await read()).not.toHaveProperty("name");
});

test("what a client may not change stays, and a required sub-attribute that is left out is 400 [N-04]", async () => {
  const { patch, read } = await device(
    { place: { site: "HQ", floor: 3 }, maker: { brand: "b", country: "c" } },
    { profile: profiles["ietf-interop"] },
  );
  const lacking = await patch({ op: "replace", path: "place", value: { floor: 4 } });
  expect(lacking).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
  expect((await patch({ op: "replace", path: "place", value: { site: "HQ" } })).json.place).toEqual({ site: "HQ" });
  const immutable = await patch({ op: "replace", path: "maker", value: { brand: "b" } });
  expect(immutable).toMatchObject({ status: 400, json: { scimType: "mutability" } });
  expect((await read()).maker).toEqual({ brand: "b", country: "c" });
});

test("an extension named by its URN is its attributes, each of them for itself [N-04]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.bob}`;
  const { json } = await service.patch(path, { op: "replace", path: ENTERPRISE, value: { division: "West" } });
  expect(json[ENTERPRISE]).toMatchObject({ department: "Sales", division: "West" });
});

test("without the rule sub-attributes that are not named stay, as RFC 7644 has it [R-7]", async () => {
  const service = await under(profiles.strict);
  const path = `/Users/${service.ada}`;
  await service.patch(path, { op: "add", path: "name", value: name });
  const { json } = await service.patch(path, { op: "replace", path: "name", value: { givenName: "Eve" } });
  expect(json.name).toEqual({ ...name, givenName: "Eve" });
});
