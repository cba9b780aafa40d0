import { describe, expect, test } from "vitest";
import { Group, type ProfileName, profiles, User } from "../../src/index.ts";
import { directory, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";
import { account, COST, DEVICE, Device, device, patchOf } from "../support/patching.ts";

const work = { value: "w@example.com", type: "work" };
const home = { value: "h@x", type: "home" };

describe("remove", () => {
  test("without a path is 400 noTarget [P-3.5.2.2-01 P-3.5.2-05]", async () => {
    for (const profile of ["lenient", "strict"] as const) {
      const { patch } = await account({}, { profile });
      for (const operation of [
        { op: "remove" },
        { op: "remove", value: { nickName: "x" } },
        { op: "remove", path: null },
      ])
        expect(await patch(operation)).toMatchObject({ status: 400, json: { scimType: "noTarget" } });
    }
  });

  test("unassigns a singular attribute, so that nothing finds it any more [P-3.5.2.2-02]", async () => {
    const { ask, patch, read } = await account({ nickName: "N", title: "T" });
    await patch({ op: "remove", path: "title" });
    expect(await read()).toEqual({ userName: "ada", nickName: "N" });
    expect((await ask("GET", filtered("/Users", "title pr"))).json.totalResults).toBe(0);
  });

  test("unassigns all values of a multi-valued attribute [P-3.5.2.2-03]", async () => {
    const { ask, patch, read } = await account({ emails: [work, home], nickName: "N" });
    await patch({ op: "remove", path: "emails" });
    expect(await read()).toEqual({ userName: "ada", nickName: "N" });
    expect((await ask("GET", filtered("/Users", "emails pr"))).json.totalResults).toBe(0);
  });

  test("with a filter takes the matching elements; with the last the attribute goes [P-3.5.2.2-04]", async () => {
    const { ask, patch, read } = await account({ emails: [work, home] });
    await patch({ op: "remove", path: 'emails[type eq "work" and value ew "example.com"]' });
    expect((await read()).emails).toEqual([home]);
    await patch({ op: "remove", path: 'emails[value eq "h@x"]' });
    expect(await read()).toEqual({ userName: "ada" });
    expect((await ask("GET", filtered("/Users", "emails pr"))).json.totalResults).toBe(0);
  });

  test("with a filter and a sub-attribute unassigns it in the matching elements [P-3.5.2.2-05]", async () => {
    const { patch, read } = await account({
      addresses: [
        { type: "work", region: "R", locality: "L" },
        { type: "home", region: "R" },
      ],
    });
    await patch({ op: "remove", path: 'addresses[type eq "work"].region' });
    expect((await read()).addresses).toEqual([
      { type: "work", locality: "L" },
      { type: "home", region: "R" },
    ]);
  });

  test("an element in which nothing is left is gone, and a complex value too", async () => {
    const { patch, read } = await account({ addresses: [{ type: "work" }, { region: "R" }], name: { givenName: "A" } });
    await patch({ op: "remove", path: "addresses.type" }, { op: "remove", path: "name.givenName" });
    expect(await read()).toEqual({ userName: "ada", addresses: [{ region: "R" }] });
  });

  test("that matches nothing succeeds and changes nothing [P-3.5.2.2-06 P-3.5.2-26 R-11]", async () => {
    const { ask, path, patch, events } = await account({ emails: [home] });
    const before = (await ask("GET", path)).json;
    for (const target of ['emails[value eq "nobody"]', 'emails[type eq "fax"].value', 'phoneNumbers[type eq "work"]'])
      expect((await patch({ op: "remove", path: target })).status).toBe(200);
    expect((await ask("GET", path)).json).toEqual(before);
    expect(events).toEqual([]);
  });

  test("of what has no value succeeds and changes nothing [P-3.5.2.2-07 P-3.5.2-26 R-12]", async () => {
    const { ask, path, patch, events } = await account({ name: { givenName: "A" } });
    const before = (await ask("GET", path)).json;
    for (const target of ["nickName", "emails", "name.familyName", ENTERPRISE, `${ENTERPRISE}:department`])
      expect((await patch({ op: "remove", path: target })).status).toBe(200);
    expect((await ask("GET", path)).json).toEqual(before);
    expect(events).toEqual([]);
  });

  test("of a sub-attribute leaves its siblings [P-3.5.2.2-10]", async () => {
    const { patch, read } = await account({ name: { givenName: "A", middleName: "M", familyName: "B" } });
    await patch({ op: "remove", path: "name.middleName" });
    expect((await read()).name).toEqual({ givenName: "A", familyName: "B" });
  });

  test("of what is required or readOnly is 400 mutability, and nothing changes [P-3.5.2.2-09 R-10 R-16]", async () => {
    const user = await account();
    for (const path of ["userName", "id", "meta", "meta.created", "groups", 'groups[value eq "x"]', "schemas"])
      expect
        .soft(await user.patch({ op: "remove", path }), path)
        .toMatchObject({ status: 400, json: { scimType: "mutability" } });
    const { patch, read } = await device({ place: { site: "s" }, ports: [{ value: "1" }] });
    const before = await read();
    for (const path of [
      "owners",
      'owners[value eq "it"]',
      "place.site",
      'ports[value eq "1"].value',
      'ports[value eq "1"].state',
    ])
      expect
        .soft(await patch({ op: "remove", path }), path)
        .toMatchObject({ status: 400, json: { scimType: "mutability" } });
    expect(await read()).toEqual(before);
  });

  test("of one of several values of a required attribute succeeds", async () => {
    const { patch, read } = await device({ owners: ["it", "hr"] });
    await patch({ op: "remove", path: 'owners[value eq "it"]' });
    expect((await read()).owners).toEqual(["hr"]);
  });
});

describe("remove with a value [R-2]", () => {
  test("takes the listed elements alone, by their value or by all given parts [P-3.5.2.2-08]", async () => {
    const { patch, read, events } = await account({
      emails: [work, home],
      addresses: [{ type: "work", locality: "Oslo" }, { type: "work", locality: "Bergen" }, { type: "home" }],
    });
    await patch(
      { op: "remove", path: "emails", value: [{ value: "W@example.com", type: "ignored" }] },
      { op: "remove", path: "addresses", value: { type: "work", locality: "oslo" } },
    );
    expect(await read()).toMatchObject({
      emails: [home],
      addresses: [{ type: "work", locality: "Bergen" }, { type: "home" }],
    });
    expect(events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "remove-value-list" }));
  });

  test("of none of the elements or of an empty list changes nothing; null and no value take all [P-3.5.2.2-08]", async () => {
    const { patch, read } = await account({ emails: [work, home] });
    for (const value of [[{ value: "nobody" }], []])
      expect((await patch({ op: "remove", path: "emails", value })).status).toBe(200);
    expect((await read()).emails).toEqual([work, home]);
    await patch({ op: "remove", path: "emails", value: null });
    expect(await read()).toEqual({ userName: "ada" });
  });

  const NOTHING = [
    "",
    {},
    [{}],
    [""],
    [null],
    [[]],
    [{ value: "" }],
    [{ value: null, $ref: "" }],
    { nosuch: "x" },
    [{ nosuch: 1 }],
  ];

  test("that says nothing, alone or beside others, is 400 invalidValue under every profile, and nothing goes [P-3.5.2.2-08 R-2a]", async () => {
    for (const profile of Object.keys(profiles) as ProfileName[]) {
      const { ask } = directory({ resourceTypes: [User, Group, Device], profile, throttle: () => undefined });
      const ada = (await ask("POST", "/Users", { schemas: [USER], userName: "ada", emails: [work, home] })).json.id;
      const members = [{ value: ada }];
      const group = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "G", members })).json.id;
      const ports = [{ value: "1", notes: ["x", "y"] }];
      const made = { schemas: [DEVICE, COST], label: "p", owners: ["it"], tags: ["a"], ports, [COST]: { center: "1" } };
      const device = (await ask("POST", "/Devices", made)).json.id;
      for (const [at, path, one] of [
        [`/Groups/${group}`, "members", { value: ada }],
        [`/Groups/${group}`, `${GROUP}:members`, { value: ada }],
        [`/Users/${ada}`, "emails", { value: "h@x" }],
        [`/Devices/${device}`, "tags", "a"],
        [`/Devices/${device}`, "ports.notes", "x"],
        [`/Devices/${device}`, 'ports[value eq "1"].notes', "x"],
      ] as const) {
        const before = (await ask("GET", at)).json;
        for (const value of [...NOTHING, [one, {}], [one, ""], ["", one]]) {
          const answer = await ask("PATCH", at, patchOf({ op: "remove", path, value }));
          expect
            .soft(answer, `${profile} ${path} ${JSON.stringify(value)}`)
            .toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
          // The same beside what makes the resource be read and written as a whole.
          const whole = patchOf({ op: "add", path: "externalId", value: "e" }, { op: "remove", path, value });
          expect.soft((await ask("PATCH", at, whole)).status).toBe(400);
        }
        expect((await ask("GET", at)).json).toEqual(before);
      }
    }
  });

  test("that tells of a member what the server says of it names no member: 400 invalidValue [R-2a R-51]", async () => {
    const { ask } = directory();
    const ada = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json.id;
    const group = { schemas: [GROUP], displayName: "G", members: [{ value: ada, display: "Ada" }] };
    const path = `/Groups/${(await ask("POST", "/Groups", group)).json.id}`;
    for (const value of [[{ type: "User" }], [{ display: "Ada" }], { type: "User", display: "Ada" }])
      expect(await ask("PATCH", path, patchOf({ op: "remove", path: "members", value }))).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue", detail: expect.stringContaining("name its value") },
      });
    expect((await ask("GET", path)).json.members).toHaveLength(1);
    const url = `https://example.com/scim/v2/Users/${ada}`;
    await ask("PATCH", path, patchOf({ op: "remove", path: "members", value: [{ $ref: url }] }));
    expect((await ask("GET", path)).json.members).toBeUndefined();
  });

  test("needs a path, whatever it lists [R-2a P-3.5.2.2-01]", async () => {
    const { patch, read } = await account({ emails: [work] });
    for (const value of ["", {}, [{}], { emails: [work] }])
      expect(await patch({ op: "remove", value })).toMatchObject({ status: 400, json: { scimType: "noTarget" } });
    expect((await read()).emails).toEqual([work]);
  });

  test("of simple values and of a multi-valued sub-attribute takes those alone [P-3.5.2.2-08]", async () => {
    const { patch, read } = await device({
      tags: ["a", "b", "c"],
      place: { site: "s", notes: ["x", "y"] },
      ports: [{ value: "1", notes: ["x", "y"] }],
    });
    await patch(
      { op: "remove", path: "tags", value: ["A", "c"] },
      { op: "remove", path: "tags", value: "z" },
      { op: "remove", path: "place.notes", value: ["x"] },
      { op: "remove", path: "ports.notes", value: "y" },
    );
    expect(await read()).toMatchObject({
      tags: ["b"],
      place: { site: "s", notes: ["y"] },
      ports: [{ value: "1", notes: ["x"] }],
    });
  });

  test("needs no more of an element than what tells which it is [P-3.5.2.2-08]", async () => {
    const { patch, read } = await device({
      ports: [
        { value: "1", type: "usb" },
        { value: "2", type: "hdmi" },
      ],
    });
    await patch({ op: "remove", path: "ports", value: [{ type: "USB" }] });
    expect((await read()).ports).toEqual([{ value: "2", type: "hdmi" }]);
  });

  test("is 400 invalidValue by the letter, never the whole list [P-3.5.2.2-08]", async () => {
    const { patch, read } = await account({ emails: [work, home] }, { profile: "strict" });
    const answer = await patch({ op: "remove", path: "emails", value: [{ value: "h@x" }] });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(answer.json.detail).toContain("emails[value eq");
    expect((await read()).emails).toEqual([work, home]);
  });

  test("of a singular attribute or a value path the value does not count, under every profile", async () => {
    for (const profile of ["lenient", "strict"] as const) {
      const { patch, read } = await account({ title: "T", emails: [work, home] }, { profile });
      await patch(
        { op: "remove", path: "title", value: "other" },
        { op: "remove", path: 'emails[type eq "work"]', value: [home] },
      );
      expect(await read()).toEqual({ userName: "ada", emails: [home] });
    }
  });
});

test("a simple multi-valued attribute is selected by value [P-3.5.2-08 R-70]", async () => {
  const { patch, read } = await device({ tags: ["a", "b"] });
  await patch({ op: "remove", path: 'tags[value eq "A"]' });
  expect((await read()).tags).toEqual(["b"]);
  await patch({ op: "replace", path: 'tags[value eq "b"]', value: "c" });
  expect((await read()).tags).toEqual(["c"]);
  await patch({ op: "add", path: "tags", value: ["d"] }, { op: "replace", path: 'tags[value eq "d"]', value: "c" });
  expect((await read()).tags).toEqual(["c"]);
});
