import { describe, expect, test } from "vitest";
import { defineSchema, User } from "../../src/index.ts";
import { directory, ENTERPRISE, GROUP, UNRESTRICTED, USER } from "../support/directory.ts";
import { account, device, patchOf } from "../support/patching.ts";

const work = { value: "w@x", type: "work" };
const home = { value: "h@x", type: "home" };

describe("replace of what is singular", () => {
  test("replaces the value [P-3.5.2.3-03]", async () => {
    const { patch, read } = await account({ title: "A" });
    await patch({ op: "replace", path: "title", value: "B" });
    expect((await read()).title).toBe("B");
  });

  test("adds where there is no value, also below a complex attribute and in an extension [P-3.5.2.3-05]", async () => {
    const { patch, read } = await account();
    await patch(
      { op: "replace", path: "nickName", value: "N" },
      { op: "replace", path: "name.givenName", value: "A" },
      { op: "replace", path: "emails", value: [work] },
      { op: "replace", path: `${ENTERPRISE}:department`, value: "D" },
    );
    expect(await read()).toEqual({
      userName: "ada",
      nickName: "N",
      name: { givenName: "A" },
      emails: [work],
      [ENTERPRISE]: { department: "D" },
    });
  });

  test("of a complex attribute sets the given sub-attributes and keeps the others [P-3.5.2.3-06 R-7]", async () => {
    const { patch, read } = await account({ name: { givenName: "A", familyName: "B", middleName: "M" } });
    await patch({ op: "replace", path: "name", value: { givenName: "C", middleName: null } });
    expect((await read()).name).toEqual({ givenName: "C", familyName: "B" });
  });

  test("without a value is 400 invalidValue; null unassigns [P-3.5.2.3-10]", async () => {
    const { patch, read } = await account({ title: "T", emails: [work], name: { givenName: "A", familyName: "B" } });
    for (const path of ["title", "emails", "name.givenName", 'emails[type eq "work"]'])
      expect(await patch({ op: "replace", path })).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(await patch({ op: "replace" })).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    await patch(
      { op: "replace", path: "title", value: null },
      { op: "replace", path: "emails", value: null },
      { op: "replace", path: "name.givenName", value: null },
    );
    expect(await read()).toEqual({ userName: "ada", name: { familyName: "B" } });
  });

  test("of a required attribute by null, [] or nothing is 400 invalidValue, not mutability [P-3.5.2.3-10 R-10]", async () => {
    const { patch, read } = await device({ place: { site: "s" }, ports: [{ value: "1" }] });
    const before = await read();
    for (const [path, value] of [
      ["label", null],
      ["label", ""],
      ["owners", null],
      ["owners", []],
      ["place.site", null],
      ["place", { site: null }],
      ['ports[value eq "1"].value', null],
      ['owners[value eq "it"]', null],
    ])
      expect
        .soft(await patch({ op: "replace", path, value }), `${path}`)
        .toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(await read()).toEqual(before);
  });

  test("by a value of the wrong type is 400 invalidValue and names the attribute [P-3.5.2-11]", async () => {
    const { patch, read } = await account({ name: { givenName: "A" } });
    for (const [path, value] of [
      ["active", "x"],
      ["active", 1],
      ["name", "x"],
      ["title", 5.5],
      ["title", { a: 1 }],
      ["name.givenName", ["a", "b"]],
      ["emails", [{ value: { a: 1 } }]],
      ['emails[type eq "work"]', true],
    ]) {
      const answer = await patch({ op: "replace", path, value });
      expect.soft(answer, `${path}`).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
      expect.soft(answer.json.detail).toContain(String(path).split("[")[0]);
    }
    expect((await read()).name).toEqual({ givenName: "A" });
  });
});

describe("replace of what is multi-valued", () => {
  test("replaces all values; [] leaves none [P-3.5.2.3-04]", async () => {
    const { patch, read } = await account({ emails: [work, home] });
    await patch({ op: "replace", path: "emails", value: [{ value: "n@x" }] });
    expect((await read()).emails).toEqual([{ value: "n@x" }]);
    await patch({ op: "replace", path: "emails", value: [] });
    expect(await read()).toEqual({ userName: "ada" });
  });

  test("through a filter replaces each matching record whole, and no other [P-3.5.2.3-07 R-8]", async () => {
    const { patch, read } = await account({
      addresses: [
        { type: "work", locality: "Oslo", region: "R" },
        { type: "work", locality: "Bergen" },
        { type: "home", locality: "Moss" },
      ],
    });
    await patch({
      op: "replace",
      path: 'addresses[type eq "work" and region pr]',
      value: { type: "work", locality: "Rome" },
    });
    expect((await read()).addresses).toEqual([
      { type: "work", locality: "Rome" },
      { type: "work", locality: "Bergen" },
      { type: "home", locality: "Moss" },
    ]);
    await patch({ op: "replace", path: 'addresses[type eq "work"]', value: { type: "work", country: "IT" } });
    // Two records that have become the same are one.
    expect((await read()).addresses).toEqual([
      { type: "work", country: "IT" },
      { type: "home", locality: "Moss" },
    ]);
  });

  test("keeps what no client may change of the record, and checks what it must have [R-8 P-3.5.2.3-07]", async () => {
    const { patch, read } = await device({ ports: [{ value: "1", kind: "usb", type: "data" }, { value: "2" }] });
    await patch({ op: "replace", path: 'ports[value eq "1"]', value: { value: "9" } });
    expect((await read()).ports).toEqual([{ value: "9", kind: "usb" }, { value: "2" }]);
    expect(
      await patch({ op: "replace", path: 'ports[value eq "9"]', value: { value: "9", kind: "hdmi" } }),
    ).toMatchObject({
      status: 400,
      json: { scimType: "mutability" },
    });
    const answer = await patch({ op: "replace", path: 'ports[value eq "9"]', value: { type: "power" } });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(answer.json.detail).toContain("ports.value");
  });

  test("by an object that says nothing is 400 invalidValue: a record is not lost for an unknown name", async () => {
    const { patch, read } = await account({ emails: [work] });
    for (const value of [{}, { nosuch: 1 }])
      expect(await patch({ op: "replace", path: 'emails[type eq "work"]', value })).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue" },
      });
    expect((await read()).emails).toEqual([work]);
  });

  test("through a filter and a sub-attribute replaces it in every matching record [P-3.5.2.3-08 P-3.5.2-07]", async () => {
    const { patch, read } = await account({
      addresses: [
        { type: "work", streetAddress: "1" },
        { type: "WORK", locality: "L" },
        { type: "home", streetAddress: "3" },
      ],
    });
    await patch({ op: "replace", path: 'addresses[type eq "work"].streetAddress', value: "x" });
    expect((await read()).addresses).toEqual([
      { type: "work", streetAddress: "x" },
      { type: "WORK", locality: "L", streetAddress: "x" },
      { type: "home", streetAddress: "3" },
    ]);
  });

  test("null through a filter removes the matching elements, or their sub-attribute", async () => {
    const { patch, read } = await account({ emails: [{ ...work, display: "d" }, home] });
    await patch(
      { op: "replace", path: 'emails[type eq "work"].display', value: null },
      { op: "replace", path: 'emails[type eq "home"]', value: null },
    );
    expect((await read()).emails).toEqual([work]);
  });

  test("through a filter that matches nothing is 400 noTarget by the letter, and creates by default [P-3.5.2.3-09 R-5]", async () => {
    for (const [path, value] of [
      ['emails[type eq "fax"].value', "x"],
      ['emails[type eq "fax"]', { value: "x", type: "fax" }],
    ]) {
      const strict = await account({ emails: [work] }, { profile: "strict" });
      const answer = await strict.patch({ op: "replace", path, value });
      expect(answer).toMatchObject({ status: 400, json: { scimType: "noTarget" } });
      expect(answer.json.detail).toMatch(/Operations\[0\].*emails/);
      expect((await strict.read()).emails).toEqual([work]);
      const tolerant = await account({ emails: [work] });
      await tolerant.patch({ op: "replace", path, value });
      expect((await tolerant.read()).emails).toEqual([work, { type: "fax", value: "x" }]);
    }
    const { patch } = await account({ emails: [work] });
    for (const path of ['emails[type sw "f"].value', 'emails[type eq "fax"]'])
      expect(await patch({ op: "replace", path, value: path.endsWith("]") ? null : "x" })).toMatchObject({
        status: 400,
        json: { scimType: "noTarget" },
      });
  });
});

describe("replace without a path", () => {
  test("replaces each attribute in the value and leaves all others [P-3.5.2.3-01]", async () => {
    const { patch, read } = await account({ emails: [work], title: "T", active: true });
    await patch({ op: "replace", value: { active: false } });
    expect(await read()).toEqual({ userName: "ada", emails: [work], title: "T", active: false });
    await patch({ op: "replace", value: { emails: [home] } });
    expect(await read()).toEqual({ userName: "ada", emails: [home], title: "T", active: false });
  });

  test("an id that is the resource's own is accepted under every profile; another one is refused or ignored [P-3.5.2.3-02 R-15]", async () => {
    for (const profile of ["lenient", "strict"] as const) {
      const { ask, path, patch } = await account({ title: "T" }, { profile });
      const { id, meta, schemas } = (await ask("GET", path)).json;
      expect((await patch({ op: "replace", value: { id, meta, schemas, title: "B" } })).status).toBe(200);
      const other = await patch({ op: "replace", value: { id: "other", title: "C" } });
      if (profile === "strict") expect(other).toMatchObject({ status: 400, json: { scimType: "mutability" } });
      else expect(other).toMatchObject({ status: 200, json: { id, title: "C" } });
    }
  });

  test("groups that a client echoes say what is stored, or are refused by the letter [R-15]", async () => {
    const { ask, path, patch } = await account({ title: "T" }, { profile: "strict" });
    const { id } = (await ask("GET", path)).json;
    await ask("POST", "/Groups", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName: "G",
      members: [{ value: id }],
    });
    const { groups } = (await ask("GET", path)).json;
    expect(groups).toHaveLength(1);
    expect((await patch({ op: "replace", value: { groups, title: "B" } })).status).toBe(200);
    expect((await ask("GET", path)).json).toMatchObject({ title: "B", groups });
    expect(await patch({ op: "replace", value: { groups: [{ value: "other" }] } })).toMatchObject({
      status: 400,
      json: { scimType: "mutability" },
    });
  });
});

test("members by nothing but empty texts is 400 invalidValue, and so is their add: no group is emptied by them [R-2a R-55]", async () => {
  for (const profile of UNRESTRICTED) {
    const { ask } = directory({ profile });
    const ada = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json.id;
    const group = { schemas: [GROUP], displayName: "G", members: [{ value: ada }] };
    const path = `/Groups/${(await ask("POST", "/Groups", group)).json.id}`;
    for (const members of ["", [""], ["", ""]])
      for (const operation of [
        { op: "replace", path: "members", value: members },
        { op: "replace", value: { members } },
        { op: "add", path: "members", value: members },
      ])
        expect(await ask("PATCH", path, patchOf(operation))).toMatchObject({
          status: 400,
          json: { scimType: "invalidValue" },
        });
    expect((await ask("GET", path)).json.members).toHaveLength(1);
    await ask("PATCH", path, patchOf({ op: "replace", path: "members", value: [] }));
    expect((await ask("GET", path)).json.members).toBeUndefined();
  }
});

test("any list by nothing but empty references is 400 invalidValue, and so is their add, however the nothing is written [R-2a R-82]", async () => {
  const LINKS = "urn:example:params:scim:schemas:Links";
  const Links = defineSchema({
    id: LINKS,
    name: "Links",
    attributes: { urls: { type: "reference", referenceTypes: ["external"], multiValued: true } },
  });
  const { ask, events } = directory({ resourceTypes: [User.extend(Links)] });
  const kept = { emails: [{ value: "a@example.com" }], [LINKS]: { urls: ["https://host/1"] } };
  const { json } = await ask("POST", "/Users", { schemas: [USER, LINKS], userName: "ada", ...kept });
  const path = `/Users/${json.id}`;
  events.length = 0;
  for (const [name, values] of [
    [`${LINKS}:urls`, ["", " ", [""], [" ", ""], [{ value: "" }], { value: " " }, [{ $ref: null, value: "" }]]],
  ] as const)
    for (const value of values)
      for (const op of ["replace", "add"])
        expect(
          await ask("PATCH", path, patchOf({ op, path: name, value })),
          JSON.stringify([op, name, value]),
        ).toMatchObject({
          status: 400,
          json: { scimType: "invalidValue" },
        });
  expect((await ask("GET", path)).json).toMatchObject({ ...kept, meta: { version: json.meta.version } });
  expect(events.filter(({ type }) => type === "patched")).toEqual([]);
});
