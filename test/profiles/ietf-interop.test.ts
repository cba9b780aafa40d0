import { describe, expect, test } from "vitest";
import { defineProfile, type ProfileName } from "../../src/index.ts";
import { type Directory, directory, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";
import { PATCH } from "../support/quirk.ts";

const CONFIG = "/ServiceProviderConfig";
const make = (): Directory => directory({ profile: "ietf-interop" });
const patchOf = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });
const create = async ({ ask }: Directory, more: object = {}) =>
  (await ask("POST", "/Users", { schemas: [USER], userName: "ada", ...more })).json;

describe("PATCH under the profile ietf-interop", () => {
  test("refuses an operation without a path as invalidSyntax, and takes the same with one [N-01]", async () => {
    const service = make();
    const path = `/Users/${(await create(service)).id}`;
    const pathless = await service.ask("PATCH", path, patchOf({ op: "replace", value: { active: false } }));
    expect(pathless).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    const named = await service.ask("PATCH", path, patchOf({ op: "replace", path: "active", value: false }));
    expect(named).toMatchObject({ status: 200, json: { active: false } });
  });

  test("replaces a complex attribute as a whole by replace, and merges by add [N-04]", async () => {
    const service = make();
    const path = `/Users/${(await create(service, { name: { givenName: "A", familyName: "B" } })).id}`;
    const name = (op: string, value: object) => service.ask("PATCH", path, patchOf({ op, path: "name", value }));
    expect((await name("add", { middleName: "M" })).json.name).toEqual({
      givenName: "A",
      familyName: "B",
      middleName: "M",
    });
    expect((await name("replace", { givenName: "C" })).json.name).toEqual({ givenName: "C" });
  });

  test("names sub-attributes of an element and not the element; one member can be removed all the same [N-05]", async () => {
    const service = make();
    const { id } = await create(service, { emails: [{ type: "work", value: "a@x.example" }] });
    const replace = (path: string, value: unknown) =>
      service.ask("PATCH", `/Users/${id}`, patchOf({ op: "replace", path, value }));
    const whole = await replace('emails[type eq "work"]', { value: "b@x.example" });
    expect(whole).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
    expect((await replace('emails[type eq "work"].value', "b@x.example")).json.emails[0].value).toBe("b@x.example");
    const group = await service.ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "g",
      members: [{ value: id }],
    });
    const remove = patchOf({ op: "remove", path: `members[value eq "${id}"]` });
    const left = await service.ask("PATCH", `/Groups/${group.json.id}`, remove);
    expect(left).toMatchObject({ status: 200 });
    expect(left.json).not.toHaveProperty("members");
  });

  test("does not tell add from replace where an attribute is simple and has one value [N-16]", async () => {
    const service = make();
    const path = `/Users/${(await create(service)).id}`;
    for (const op of ["add", "replace"])
      for (const [name, value] of [
        ["title", `by ${op}`],
        ["userName", `by-${op}`],
        ["active", op === "add"],
      ] as const)
        expect((await service.ask("PATCH", path, patchOf({ op, path: name, value }))).json[name]).toBe(value);
  });

  test("replaces a list by replace, and appends to it by add [N-17]", async () => {
    const service = make();
    const one = { value: "a@x.example", type: "work" };
    const two = { value: "b@x.example", type: "home" };
    const path = `/Users/${(await create(service, { emails: [one] })).id}`;
    const emails = async (op: string, value: object[]) =>
      (await service.ask("PATCH", path, patchOf({ op, path: "emails", value }))).json.emails;
    expect(await emails("add", [two])).toEqual([one, two]);
    expect(await emails("replace", [two])).toEqual([two]);
  });

  test("never deletes: who is made inactive by it can be read, listed and found [N-07]", async () => {
    const service = make();
    const { id } = await create(service);
    await service.ask("PATCH", `/Users/${id}`, patchOf({ op: "replace", path: "active", value: false }));
    expect((await service.ask("GET", `/Users/${id}`)).json.active).toBe(false);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(1);
    expect((await service.ask("GET", filtered("/Users", 'userName eq "ada"'))).json.totalResults).toBe(1);
  });
});

describe("names that no schema has, under the profile ietf-interop", () => {
  test.each([
    ["a POST", "POST", { schemas: [USER], userName: "eve", badge: "7" }],
    [
      "the name of an element",
      "POST",
      { schemas: [USER], userName: "eve", emails: [{ value: "e@x.example", kind: "x" }] },
    ],
    ["an extension of nobody", "POST", { schemas: [USER], userName: "eve", "urn:example:Badge": { number: "7" } }],
    ["a PUT", "PUT", { schemas: [USER], userName: "eve", badge: "7" }],
    ["a path", "PATCH", patchOf({ op: "replace", path: "badge", value: "7" })],
    ["the value of a PATCH", "PATCH", patchOf({ op: "add", path: "name", value: { badge: "7" } })],
  ])("%s is 400 invalidSyntax, and nothing is stored [N-02]", async (_what, method, body) => {
    const service = make();
    const { id } = await create(service);
    const path = method === "POST" ? "/Users" : `/Users/${id}`;
    expect(await service.ask(method, path, body)).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(1);
    expect((await service.ask("GET", `/Users/${id}`)).json.userName).toBe("ada");
  });

  test.each([
    "POST",
    "PUT",
  ])("a URN in schemas that the type does not have is 400 invalidSyntax by %s [N-03]", async (method) => {
    const service = make();
    const { id } = await create(service);
    const path = method === "POST" ? "/Users" : `/Users/${id}`;
    for (const schemas of [[USER, "urn:example:Badge"], [USER, GROUP], ["urn:example:Badge"], []])
      expect(await service.ask(method, path, { schemas, userName: "eve" })).toMatchObject({
        status: 400,
        json: { scimType: "invalidSyntax" },
      });
  });

  test("a filter by one is 400 invalidFilter, while eq and and are served [N-14]", async () => {
    const service = make();
    await create(service, { externalId: "e", title: "Lead" });
    const find = (filter: string) => service.ask("GET", filtered("/Users", filter));
    expect((await find('userName eq "ada" and title eq "Lead"')).json.totalResults).toBe(1);
    for (const filter of ['badge eq "7"', 'userName eq "ada" and name.badge eq "7"'])
      expect(await find(filter)).toMatchObject({ status: 400, json: { scimType: "invalidFilter" } });
  });
});

describe("resources under the profile ietf-interop", () => {
  test("DELETE deletes: 404 by every verb, in no query and no group, and the name is free at once [N-06]", async () => {
    const service = make();
    const { id } = await create(service);
    const members = [{ value: id }];
    const group = (await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members })).json.id;
    expect((await service.ask("DELETE", `/Users/${id}`)).status).toBe(204);
    for (const [method, body] of [
      ["GET", undefined],
      ["PUT", { schemas: [USER], userName: "ada" }],
      ["PATCH", patchOf({ op: "replace", path: "active", value: true })],
      ["DELETE", undefined],
    ] as const)
      expect((await service.ask(method, `/Users/${id}`, body)).status, method).toBe(404);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
    expect((await service.ask("GET", `/Groups/${group}`)).json).not.toHaveProperty("members");
    const again = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    expect(again.status).toBe(201);
    expect(again.json.id).not.toBe(id);
  });

  test("a name that is taken is 409 uniqueness, in a POST and in a PATCH, in any letter case [N-09]", async () => {
    const service = make();
    await create(service);
    const { id } = await create(service, { userName: "bob" });
    const rename = patchOf({ op: "replace", path: "userName", value: "ADA" });
    for (const answer of [
      await service.ask("POST", "/Users", { schemas: [USER], userName: "Ada" }),
      await service.ask("PATCH", `/Users/${id}`, rename),
    ])
      expect(answer).toMatchObject({ status: 409, json: { scimType: "uniqueness" } });
  });

  test("letter case counts in id and externalId and not in userName, in filters as in what is unique [N-12]", async () => {
    const ids = ["abc-123", "ABC-123"];
    const service = directory({ profile: "ietf-interop", newId: () => ids.shift() ?? "more" });
    await create(service, { externalId: "x-1" });
    await create(service, { userName: "bob", externalId: "X-1" });
    const count = async (filter: string) => (await service.ask("GET", filtered("/Users", filter))).json.totalResults;
    expect(await count('id eq "abc-123"')).toBe(1);
    expect(await count('externalId eq "X-1"')).toBe(1);
    expect(await count('userName eq "ADA"')).toBe(1);
    expect((await service.ask("GET", "/Users/ABC-123")).json.userName).toBe("bob");
  });

  test("a count of 100 is honoured, and without one there are 100 results; fewer is no profile to start with [N-15]", async () => {
    const service = make();
    for (let index = 0; index < 101; index++) await create(service, { userName: `u${index}` });
    expect((await service.ask("GET", "/Users?count=100")).json.Resources).toHaveLength(100);
    expect((await service.ask("GET", "/Users")).json.Resources).toHaveLength(100);
    expect((await service.ask("GET", "/Users?startIndex=101")).json.Resources).toHaveLength(1);
    expect(() => directory({ profile: "ietf-interop", limits: { results: 99 } })).toThrow(
      /limits\.results of at least 100/,
    );
  });

  test("what has a body says that it is application/scim+json [N-18]", async () => {
    const service = make();
    const { id } = await create(service);
    for (const [method, path] of [
      ["GET", `/Users/${id}`],
      ["GET", "/Users"],
      ["GET", CONFIG],
      ["GET", "/Users/none"],
    ] as const)
      expect((await service.ask(method, path)).headers["Content-Type"]).toBe("application/scim+json");
  });
});

describe("discovery under the profile ietf-interop", () => {
  test("announces interopProfileConformant, which no other profile and no changed one does by itself [N-08]", async () => {
    expect((await make().ask("GET", CONFIG)).json.interopProfileConformant).toBe(true);
    for (const profile of ["lenient", "strict", "okta"] satisfies ProfileName[])
      expect((await directory({ profile }).ask("GET", CONFIG)).json).not.toHaveProperty("interopProfileConformant");
    const changed = defineProfile({ extends: "ietf-interop", without: ["path-required"] });
    expect((await directory({ profile: changed }).ask("GET", CONFIG)).json).not.toHaveProperty(
      "interopProfileConformant",
    );
  });

  test("lists what is taken: each attribute of a listed schema is known, and each schema of a type is listed [N-10]", async () => {
    const service = make();
    const listed = (await service.ask("GET", "/Schemas")).json.Resources as {
      id: string;
      attributes: { name: string }[];
    }[];
    const types = (await service.ask("GET", "/ResourceTypes")).json.Resources as {
      endpoint: string;
      schema: string;
      schemaExtensions: { schema: string }[];
    }[];
    for (const { endpoint, schema, schemaExtensions } of types)
      for (const urn of [schema, ...schemaExtensions.map((one) => one.schema)]) {
        const found = listed.find(({ id }) => id === urn);
        expect(found, urn).toBeDefined();
        for (const { name } of found?.attributes ?? []) {
          const attributes = encodeURIComponent(`${urn}:${name}`);
          expect((await service.ask("GET", `${endpoint}?attributes=${attributes}`)).status, name).toBe(200);
        }
      }
    expect((await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", unlisted: 1 })).status).toBe(400);
    expect(listed.map(({ id }) => id)).toContain(ENTERPRISE);
  });

  test("gives each resource type its name for an id [N-11]", async () => {
    const { Resources } = (await make().ask("GET", "/ResourceTypes")).json;
    expect(Resources.length).toBe(2);
    for (const { id, name } of Resources) expect(id).toBe(name);
  });

  test("lists the canonical values of each type that the draft names [N-13]", async () => {
    const { attributes } = (await make().ask("GET", `/Schemas/${USER}`)).json;
    for (const name of ["emails", "phoneNumbers", "ims", "addresses"]) {
      const attribute = attributes.find((one: { name: string }) => one.name === name);
      const type = attribute.subAttributes.find((one: { name: string }) => one.name === "type");
      expect(type.canonicalValues.length, name).toBeGreaterThan(0);
    }
  });
});
