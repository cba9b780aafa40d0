import { describe, expect, test } from "vitest";
import { throttlePerTenant } from "../../examples/throttle/tenants.ts";
import { type ChangeEvent, createScim, EnterpriseUserSchema, errors, Group, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BASE_URL, type Directory, directory, ERROR, filtered, type Given, GROUP, USER } from "../support/directory.ts";
import { PATCH } from "../support/quirk.ts";

const make = (given: Given = {}): Directory => directory({ profile: "ipsie-al", throttle: () => undefined, ...given });
const patchOf = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });
const create = async ({ ask }: Directory, more: object = {}) =>
  (await ask("POST", "/Users", { schemas: [USER], userName: "ada", ...more })).json;

describe("the profile ipsie-al", () => {
  test("is the Interoperability Profile, and announces it [A-01]", async () => {
    const service = make();
    expect((await service.ask("GET", "/ServiceProviderConfig")).json.interopProfileConformant).toBe(true);
    const { id } = await create(service);
    const pathless = patchOf({ op: "replace", value: { active: false } });
    expect((await service.ask("PATCH", `/Users/${id}`, pathless)).json.scimType).toBe("invalidSyntax");
    expect((await service.ask("POST", "/Users", { schemas: [USER], userName: "b", badge: 1 })).json.scimType).toBe(
      "invalidSyntax",
    );
  });

  test("serves bulk and says so, and starts no server without it [A-02]", async () => {
    const service = make();
    expect((await service.ask("GET", "/ServiceProviderConfig")).json.bulk.supported).toBe(true);
    const { json } = await service.ask("POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [{ method: "POST", path: "/Users", bulkId: "1", data: { schemas: [USER], userName: "ada" } }],
    });
    expect(json.Operations[0].status).toBe("201");
    expect(() => make({ bulk: false })).toThrow(/the profile ipsie-al needs bulk/);
  });

  test("needs a throttle, whose 429 has Retry-After and a SCIM body on every endpoint [A-03]", async () => {
    expect(() => directory({ profile: "ipsie-al" })).toThrow(/the profile ipsie-al needs throttle/);
    const { ask } = make({
      throttle: () => {
        throw errors.tooManyRequests(7);
      },
    });
    for (const path of ["/Users", "/Groups", "/Users/1", "/ServiceProviderConfig", "/Schemas", "/Bulk"])
      expect(await ask(path === "/Bulk" ? "POST" : "GET", path)).toMatchObject({
        status: 429,
        headers: { "Retry-After": "7" },
        json: { schemas: [ERROR], status: "429" },
      });
  });

  test("a tenant asks 25 times a second for as long as it likes, and beyond that waits for nobody but itself [A-04]", async () => {
    let time = 0;
    const throttle = throttlePerTenant({ timer: () => time });
    const scim = createScim({
      resourceTypes: [User.extend(EnterpriseUserSchema), Group],
      storage: memoryStorage(),
      baseUrl: BASE_URL,
      authenticate: ({ headers }) => ({ tenant: String(headers.authorization) }),
      throttle,
      profile: "ipsie-al",
    });
    const ask = (tenant: string) =>
      scim.handle({ method: "GET", url: "/scim/v2/Users", headers: { authorization: tenant } });
    for (let second = 0; second < 4; second++)
      for (let request = 0; request < 25; request++) {
        expect((await ask("acme")).status, `${second} ${request}`).toBe(200);
        time += 40;
      }
    const statuses: number[] = [];
    for (let request = 0; request < 60; request++) statuses.push((await ask("acme")).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(await ask("acme")).toMatchObject({ status: 429, headers: { "Retry-After": "1" } });
    expect((await ask("globex")).status).toBe(200);
    time += 1000;
    expect((await ask("acme")).status).toBe(200);
  });

  test("has no password: in no schema, refused in a body, a PATCH and a filter, and announced as unsupported [A-05]", async () => {
    const storage = memoryStorage({ hashSecret: async () => "hash" });
    const service = make({ storage });
    const { attributes } = (await service.ask("GET", `/Schemas/${USER}`)).json;
    expect(attributes.map(({ name }: { name: string }) => name)).not.toContain("password");
    expect((await service.ask("GET", "/ServiceProviderConfig")).json.changePassword.supported).toBe(false);
    const { id } = await create(service);
    for (const answer of [
      await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", password: "s3cret-s3cret" }),
      await service.ask("PATCH", `/Users/${id}`, patchOf({ op: "replace", path: "password", value: "s3cret-s3cret" })),
    ])
      expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    expect((await directory({ storage }).ask("GET", "/ServiceProviderConfig")).json.changePassword.supported).toBe(
      true,
    );
  });

  test("takes fifty members that join, fifty that leave, and several attributes in one PATCH, and no lower limit [A-06]", async () => {
    const service = make();
    const ids: string[] = [];
    for (let index = 0; index < 50; index++) ids.push((await create(service, { userName: `u${index}` })).id);
    const path = `/Groups/${(await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" })).json.id}`;
    const add = ids.map((value) => ({ op: "add", path: "members", value: [{ value }] }));
    expect((await service.ask("PATCH", path, patchOf(...add))).json.members).toHaveLength(50);
    const remove = ids.map((value) => ({ op: "remove", path: `members[value eq "${value}"]` }));
    const left = await service.ask("PATCH", path, patchOf(...remove));
    expect([left.status, left.json.members]).toEqual([200, undefined]);
    const both = patchOf(
      { op: "replace", path: "title", value: "Lead" },
      { op: "replace", path: "name.givenName", value: "U" },
    );
    expect((await service.ask("PATCH", `/Users/${ids[0]}`, both)).json).toMatchObject({
      title: "Lead",
      name: { givenName: "U" },
    });
    expect(() => make({ limits: { operations: 49 } })).toThrow(/limits\.operations of at least 50/);
  });

  test("a user is deactivated and reactivated by PATCH, and each is told of [A-07]", async () => {
    const service = make();
    const path = `/Users/${(await create(service, { active: true })).id}`;
    service.events.length = 0;
    for (const value of [false, true])
      expect((await service.ask("PATCH", path, patchOf({ op: "replace", path: "active", value }))).json.active).toBe(
        value,
      );
    expect(service.events.map(({ type }) => type)).toEqual(expect.arrayContaining(["deactivated", "activated"]));
  });

  test("after a DELETE there can be another user of the same name [A-08]", async () => {
    const service = make();
    const { id } = await create(service);
    expect((await service.ask("DELETE", `/Users/${id}`)).status).toBe(204);
    expect((await create(service)).userName).toBe("ada");
  });

  test("users are found by the four filters that the draft names, and read by id [A-09]", async () => {
    const service = make();
    const emails = [{ type: "work", value: "ada@x.example" }];
    const { id } = await create(service, { externalId: "e-1", emails });
    await create(service, { userName: "bob", externalId: "e-2", emails: [{ type: "home", value: "bob@x.example" }] });
    for (const filter of [
      'username eq "ada"',
      'externalId eq "e-1"',
      'emails[value eq "ada@x.example"]',
      'emails[type eq "work" and value eq "ada@x.example"]',
    ]) {
      const { json } = await service.ask("GET", filtered("/Users", filter));
      expect(
        json.Resources?.map((one: { id: string }) => one.id),
        filter,
      ).toEqual([id]);
    }
    const none = await service.ask("GET", filtered("/Users", 'emails[type eq "work" and value eq "bob@x.example"]'));
    expect(none.json.totalResults).toBe(0);
    expect((await service.ask("GET", `/Users/${id}`)).json.id).toBe(id);
  });

  test("users and groups have the attributes that the draft names, externalId included [A-10]", async () => {
    const service = make();
    const namesOf = async (urn: string) =>
      (await service.ask("GET", `/Schemas/${urn}`)).json.attributes.map(({ name }: { name: string }) => name);
    expect(await namesOf(USER)).toEqual(expect.arrayContaining(["userName", "displayName", "active"]));
    expect(await namesOf(GROUP)).toEqual(expect.arrayContaining(["displayName", "members"]));
    const group = { schemas: [GROUP], displayName: "g", externalId: "g-1" };
    expect((await service.ask("POST", "/Groups", group)).json.externalId).toBe("g-1");
    expect((await create(service, { externalId: "e-1" })).externalId).toBe("e-1");
  });

  test("a group needs no members, is found by the three filters that the draft names, and listed without members [A-11]", async () => {
    const service = make();
    const { id } = await create(service);
    const empty = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "empty", externalId: "g-1" });
    expect([empty.status, empty.json.members]).toEqual([201, undefined]);
    const full = { schemas: [GROUP], displayName: "full", externalId: "g-2", members: [{ value: id }] };
    await service.ask("POST", "/Groups", full);
    for (const filter of ['displayName eq "full"', 'externalId eq "g-2"', `members[value eq "${id}"]`]) {
      const { json } = await service.ask("GET", filtered("/Groups", filter));
      expect(
        json.Resources?.map(({ displayName }: { displayName: string }) => displayName),
        filter,
      ).toEqual(["full"]);
    }
    const { json } = await service.ask("GET", "/Groups?excludedAttributes=members");
    expect(json.Resources).toHaveLength(2);
    for (const one of json.Resources) expect(one).not.toHaveProperty("members");
  });

  test("what fails inside is a SCIM error that says nothing of the inside [A-12]", async () => {
    const storage = memoryStorage();
    const broken: typeof storage = {
      ...storage,
      query: async () => {
        throw new Error("relation scim_users at 10.0.0.7 is gone");
      },
    };
    const { status, json, body } = await make({ storage: broken }).ask("GET", "/Users");
    expect([status, json.schemas]).toEqual([500, [ERROR]]);
    expect(body).not.toMatch(/relation|10\.0\.0\.7/);
  });

  test("a host that wants it has no two groups of one name [A-13]", async () => {
    const service = make({ resourceTypes: [User, Group.unique("displayName")] });
    const group = { schemas: [GROUP], displayName: "g" };
    expect((await service.ask("POST", "/Groups", group)).status).toBe(201);
    expect(await service.ask("POST", "/Groups", group)).toMatchObject({
      status: 409,
      json: { scimType: "uniqueness" },
    });
  });

  test("each creation, change and deletion is told of, with who asked [A-14]", async () => {
    const told: ChangeEvent[] = [];
    const service = make({
      authenticate: () => ({ client: "idp-1" }),
      onChange: (event) => void told.push(event as ChangeEvent),
    });
    const { id } = await create(service);
    await service.ask("PATCH", `/Users/${id}`, patchOf({ op: "replace", path: "title", value: "Lead" }));
    await service.ask("DELETE", `/Users/${id}`);
    expect(told.map(({ type, context }) => [type, context])).toEqual([
      ["created", { client: "idp-1" }],
      ["patched", { client: "idp-1" }],
      ["deleted", { client: "idp-1" }],
    ]);
  });
});
