import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema, Group, GroupSchema, profiles, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const strict = () => under([]);
const eve = { schemas: [USER], userName: "eve" };

describe("what comes in", () => {
  test("null is unassigned, for every kind of attribute, and no null comes back; active has its default [Q38 R-19a]", async () => {
    const service = await strict();
    const { status, body, json } = await service.ask("POST", "/Users", {
      ...eve,
      title: null,
      name: { givenName: "Eve", familyName: null },
      emails: null,
      addresses: null,
      active: null,
      [ENTERPRISE]: { manager: null },
    });
    expect(status).toBe(201);
    expect(body).not.toContain("null");
    expect(json).toEqual({ ...eve, id: json.id, active: true, name: { givenName: "Eve" }, meta: json.meta });
  });

  test("schemas follows from the data, whatever it says of extensions [Q39]", async () => {
    const service = await strict();
    const { json } = await service.ask("POST", "/Users", { ...eve, [ENTERPRISE]: { department: "Keys" } });
    expect(json.schemas).toEqual([USER, ENTERPRISE]);
    const named = await service.ask("POST", "/Users", { schemas: [USER, ENTERPRISE], userName: "eve2" });
    expect(named.json.schemas).toEqual([USER]);
  });

  test("an extension that nobody knows is ignored and not stored [Q39]", async () => {
    const service = await strict();
    const { status, body } = await service.ask("POST", "/Users", {
      ...eve,
      "urn:example:2.0User": { a: "lost" },
      unknown9: "lost",
    });
    expect(status).toBe(201);
    expect(body).not.toContain("lost");
    expect(service.events.filter(({ type }) => type === "unknownAttribute")).toHaveLength(2);
  });

  test("id, meta and groups of a client are ignored in POST and PUT [Q40 Q47]", async () => {
    const service = await strict();
    const readOnly = { id: "mine", meta: { resourceType: "X", version: "1" }, groups: [{ value: "g" }] };
    const { status, json } = await service.ask("POST", "/Users", { ...eve, ...readOnly });
    expect([status, json.id === "mine", json.meta.resourceType, json.groups]).toEqual([201, false, "User", undefined]);
    expect((await service.ask("POST", "/Users", { ...eve, userName: "e2", id: null })).status).toBe(201);
    const put = await service.ask("PUT", `/Users/${json.id}`, { ...eve, ...readOnly });
    expect(put.json).toMatchObject({ id: json.id, meta: { resourceType: "User" } });
  });

  test("keys have no letter case, and come back in that of the schema [Q43]", async () => {
    const service = await strict();
    const { json } = await service.ask("POST", "/Users", {
      Schemas: [USER],
      UserName: "eve",
      Active: false,
      Emails: [{ Primary: true, Value: "e@x.example", TYPE: "work" }],
      [ENTERPRISE.toUpperCase()]: { DEPARTMENT: "Keys" },
    });
    expect(json).toMatchObject({
      schemas: [USER, ENTERPRISE],
      userName: "eve",
      active: false,
      emails: [{ primary: true, value: "e@x.example", type: "work" }],
      [ENTERPRISE]: { department: "Keys" },
    });
  });

  test("a password is taken, hashed or dropped, and never comes back [Q44]", async () => {
    const storage = memoryStorage({ hashSecret: async () => "a hash" });
    const service = await under([], { storage });
    const { json, body } = await service.ask("POST", "/Users", { ...eve, password: "s3cret" });
    expect(storage.readSecret("User", json.id, "password")).toBe("a hash");
    expect(body).not.toMatch(/s3cret|a hash/);
    const dropping = await strict();
    expect((await dropping.ask("POST", "/Users", { ...eve, password: "s3cret" })).status).toBe(201);
    expect(dropping.events).toContainEqual(expect.objectContaining({ type: "secretDropped", attribute: "password" }));
  });

  test("values are stored to the letter: letter case, blanks, the shape of a number [Q70]", async () => {
    const service = await strict();
    const values = { displayName: "  Ève  O'Neil ", phoneNumbers: [{ type: "Mobile", value: "+1 (555) 010-9999 x7" }] };
    const { json } = await service.ask("POST", "/Users", { ...eve, ...values });
    expect((await service.ask("GET", `/Users/${json.id}`)).json).toMatchObject(values);
  });

  test("JSON text in a value is text [Q65]", async () => {
    const service = await strict();
    const roles = [{ value: '{"id":"r1","value":"admin"}', type: "WindowsAzureActiveDirectoryRole" }];
    expect((await service.ask("POST", "/Users", { ...eve, roles })).json.roles).toEqual(roles);
  });
});

describe("identity", () => {
  test("a create is 201 with the whole resource, its id and its location [Q45]", async () => {
    const service = await strict();
    const { status, headers, json } = await service.ask("POST", "/Users", { ...eve, displayName: "Eve" });
    const location = `https://example.com/scim/v2/Users/${json.id}`;
    expect([status, headers.Location]).toEqual([201, location]);
    expect(json).toMatchObject({ ...eve, displayName: "Eve", active: true, meta: { location } });
  });

  test("active is true where a create does not say so [Q50]", async () => {
    const service = await strict();
    expect((await service.ask("POST", "/Users", eve)).json.active).toBe(true);
    expect(await service.find(filtered("/Users", "active eq true"))).toEqual(["ada", "eve"]);
  });

  test("a name that is taken is 409 uniqueness, in any letter case, by POST, PUT and PATCH, and of two at once one wins [Q46 Q48 Q108]", async () => {
    const service = await strict();
    const taken = { status: 409, json: { status: "409", scimType: "uniqueness" } };
    expect(await service.ask("POST", "/Users", { ...eve, userName: "ADA" })).toMatchObject(taken);
    expect(await service.ask("PUT", `/Users/${service.bob}`, { ...eve, userName: "Ada" })).toMatchObject(taken);
    const rename = (value: string) =>
      service.patch(`/Users/${service.bob}`, { op: "replace", path: "userName", value });
    expect(await rename("ada")).toMatchObject(taken);
    expect((await rename("robert")).json.userName).toBe("robert");
    const both = await Promise.all([service.ask("POST", "/Users", eve), service.ask("POST", "/Users", eve)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await service.find("/Users")).toEqual(["ada", "robert", "eve"]);
  });

  test("externalId is the client's: not unique, found by filter, changed by PATCH [Q36]", async () => {
    const service = await strict();
    expect((await service.ask("POST", "/Users", { ...eve, externalId: "e-ada" })).status).toBe(201);
    expect(await service.find(filtered("/Users", 'externalId eq "e-ada"'))).toEqual(["ada", "eve"]);
    const operation = { op: "replace", path: "externalId", value: "e-new" };
    expect((await service.patch(`/Users/${service.ada}`, operation)).json).toMatchObject({
      id: service.ada,
      externalId: "e-new",
    });
  });

  test("a group's name may be taken, and a schema that says otherwise makes it 409, by POST and by PATCH [Q85 R-50]", async () => {
    const same = { schemas: [GROUP], displayName: "BOTH" };
    const service = await strict();
    expect((await service.ask("POST", "/Groups", same)).status).toBe(201);

    const { attributes } = GroupSchema;
    const displayName = { ...attributes.displayName, uniqueness: "server" } as const;
    const UniqueGroup = defineResourceType({
      ...Group,
      schema: defineSchema({ ...GroupSchema, attributes: { ...attributes, displayName } }),
    });
    const unique = await under([], { resourceTypes: [User, UniqueGroup] }, { extension: false });
    expect(await unique.ask("POST", "/Groups", same)).toMatchObject({ status: 409, json: { scimType: "uniqueness" } });
    const other = await unique.ask("POST", "/Groups", { ...same, displayName: "Other" });
    expect(other.status).toBe(201);
    const renamed = await unique.patch(`/Groups/${other.json.id}`, {
      op: "replace",
      path: "displayName",
      value: "both",
    });
    expect(renamed).toMatchObject({ status: 409, json: { scimType: "uniqueness" } });
  });
});

describe("the life of a user", () => {
  test("out of service by PATCH or PUT and back again on the same id, memberships untouched [Q86 Q87 Q88]", async () => {
    const service = await strict();
    const members = async () => (await service.ask("GET", `/Groups/${service.group}`)).json.members.length;
    const active = async () => (await service.ask("GET", `/Users/${service.ada}`)).json.active;
    for (const [method, body] of [
      [
        "PATCH",
        {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
          Operations: [{ op: "replace", value: { active: false } }],
        },
      ],
      ["PUT", { ...eve, userName: "ada", active: true }],
      ["PUT", { ...eve, userName: "ada", active: false }],
      [
        "PATCH",
        {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
          Operations: [{ op: "replace", path: "active", value: true }],
        },
      ],
    ] as const) {
      const was = await active();
      expect((await service.ask(method, `/Users/${service.ada}`, body)).status).toBe(200);
      expect([await active(), await members()]).toEqual([!was, 2]);
    }
  });

  test("deleted in any state, in a group or not, at once, with its memberships, its name free again [Q86 Q89 Q90 Q91 Q107]", async () => {
    const service = await strict();
    for (const id of [service.ada, service.bob]) {
      expect((await service.ask("DELETE", `/Users/${id}`)).status).toBe(204);
      expect((await service.ask("GET", `/Users/${id}`)).status).toBe(404);
    }
    expect((await service.ask("GET", `/Groups/${service.group}`)).json.members ?? []).toEqual([]);
    expect((await service.ask("POST", "/Users", { ...eve, userName: "ada" })).status).toBe(201);
    const test = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "JumpCloudTest" });
    expect((await service.ask("DELETE", `/Groups/${test.json.id}`)).status).toBe(204);
  });

  test("404 is said of what is gone alone, and a 400 says what to change [Q93]", async () => {
    const service = await strict();
    expect((await service.ask("PUT", "/Users/gone", eve)).status).toBe(404);
    expect(await service.ask("PUT", `/Users/${service.ada}`, { ...eve, active: "yes" })).toMatchObject({
      status: 400,
      json: { detail: "active must be true or false, not a string." },
    });
    expect((await service.ask("GET", `/Users/${service.ada}`)).json.displayName).toBe("Ada");
  });

  test("a PUT clears what it omits, and keeps the password, the groups and what is the server's [Q92]", async () => {
    const storage = memoryStorage({ hashSecret: async () => "a hash" });
    const service = await under(profiles.lenient, { storage });
    const { json: created } = await service.ask("POST", "/Users", { ...eve, password: "s3cret", title: "Spy" });
    const { json } = await service.ask("GET", `/Users/${created.id}`);
    const put = await service.ask("PUT", `/Users/${json.id}`, { ...json, title: undefined, groups: [], nickName: "E" });
    expect(put.json).toMatchObject({ id: json.id, nickName: "E", meta: { created: json.meta.created } });
    expect(put.json).not.toHaveProperty("title");
    expect(storage.readSecret("User", json.id, "password")).toBe("a hash");
    await service.ask("PUT", `/Users/${service.ada}`, { ...eve, userName: "ada", groups: [] });
    expect((await service.ask("GET", `/Users/${service.ada}`)).json.groups).toMatchObject([{ value: service.group }]);
  });
});

describe("groups", () => {
  test("come with members in the POST, and a PUT replaces them, each once [Q80 Q111]", async () => {
    const service = await strict();
    const put = await service.ask("PUT", `/Groups/${service.group}`, {
      schemas: [GROUP],
      displayName: "Both",
      members: [{ value: service.bob }, { value: service.bob, display: "Bob" }],
    });
    expect(put.json.members).toMatchObject([{ value: service.bob }]);
    expect(put.json.members).toHaveLength(1);
    const created = await service.ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "New",
      members: [{ value: service.ada }],
    });
    expect(created.json.members).toMatchObject([{ value: service.ada }]);
  });

  test("of members only value matters: a null or relative $ref, no type and a null display are no error [Q79]", async () => {
    const service = await strict();
    const { status, json } = await service.ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "New",
      members: [
        { value: service.ada, $ref: null, display: null },
        { value: service.bob, $ref: `../Users/${service.bob}`, type: null },
      ],
    });
    expect(status).toBe(201);
    expect(json.members).toMatchObject(
      [service.ada, service.bob].map((value) => ({
        value,
        type: "User",
        $ref: `https://example.com/scim/v2/Users/${value}`,
      })),
    );
  });

  test("a member that does not exist is 400, or taken, as the option references says [Q94]", async () => {
    const body = { schemas: [GROUP], displayName: "New", members: [{ value: "nobody" }] };
    expect(await (await strict()).ask("POST", "/Groups", body)).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
    const ignoring = await under([], { settings: { references: "ignore" } });
    expect((await ignoring.ask("POST", "/Groups", body)).json.members).toMatchObject([{ value: "nobody" }]);
  });

  test("may have groups for members [Q106]", async () => {
    const service = await strict();
    const { json } = await service.ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "Outer",
      members: [{ value: service.group }],
    });
    expect(json.members).toMatchObject([{ value: service.group, type: "Group" }]);
  });

  test("a body beyond the limit is 413 and names it, and 2 MB of members are within it [Q102]", async () => {
    const service = await under([], { settings: { references: "ignore" } });
    const members = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ value: `member-${index}`.padEnd(36, "0") }));
    const body = (count: number) => ({ schemas: [GROUP], displayName: "Big", members: members(count) });
    expect((await service.ask("POST", "/Groups", body(40_000))).status).toBe(201);
    expect(await service.ask("POST", "/Groups", body(49_000))).toMatchObject({
      status: 413,
      json: { detail: expect.stringContaining("limits.body") },
    });
  });

  test("the answer to a change of a large group has all of its members, and so has storage [Q109]", async () => {
    const service = await under([], { settings: { references: "ignore" }, limits: { results: 10 } });
    const members = Array.from({ length: 500 }, (_, index) => ({ value: `m${index}` }));
    const { json } = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "Big", members });
    const { json: patched } = await service.patch(`/Groups/${json.id}`, {
      op: "replace",
      path: "displayName",
      value: "Bigger",
    });
    const { json: put } = await service.ask("PUT", `/Groups/${json.id}`, { ...patched, displayName: "Biggest" });
    for (const group of [patched, put, (await service.ask("GET", `/Groups/${json.id}`)).json])
      expect(group.members).toHaveLength(500);
  });
});

describe("discovery", () => {
  test("/ServiceProviderConfig has every part, those of what is not supported too [Q95]", async () => {
    const service = await strict();
    const { json } = await service.ask("GET", "/ServiceProviderConfig");
    expect(json).toMatchObject({
      patch: { supported: true },
      bulk: { supported: expect.any(Boolean), maxOperations: expect.any(Number), maxPayloadSize: expect.any(Number) },
      filter: { supported: true, maxResults: expect.any(Number) },
      changePassword: { supported: expect.any(Boolean) },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [{ type: "oauthbearertoken", name: expect.any(String), description: expect.any(String) }],
    });
  });

  test("/Schemas is a list of every attribute there is, without null [Q96]", async () => {
    const service = await strict();
    const { json, body } = await service.ask("GET", "/Schemas");
    expect(body).not.toContain("null");
    const user = json.Resources.find(({ id }: { id: string }) => id === USER);
    expect(json.totalResults).toBe(json.Resources.length);
    expect(user.attributes.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["userName", "name", "emails", "active", "groups", "roles", "preferredLanguage"]),
    );
    expect(user.attributes[0]).toMatchObject({ multiValued: false, caseExact: false, mutability: "readWrite" });
  });

  test("/ResourceTypes are found by name, with their extensions [Q97]", async () => {
    const service = await strict();
    expect((await service.ask("GET", "/ResourceTypes/User")).json).toMatchObject({
      id: "User",
      endpoint: "/Users",
      schema: USER,
      schemaExtensions: [{ schema: ENTERPRISE, required: false }],
    });
    expect((await service.ask("GET", "/ResourceTypes/Group")).json).toMatchObject({ id: "Group", schema: GROUP });
  });

  test("resource types of one's own are served and described like any other [Q98]", async () => {
    const urn = "urn:okta:scim:schemas:core:1.0:Role";
    const Role = defineResourceType({
      name: "Role",
      schema: defineSchema({ id: urn, name: "Role", attributes: { displayName: { required: true } } }),
    });
    const service = await under([], { resourceTypes: [User, Group, Role] }, { extension: false });
    await service.ask("POST", "/Roles", { schemas: [urn], displayName: "Admin" });
    expect((await service.ask("GET", "/Roles?startIndex=1&count=100")).json.Resources).toMatchObject([
      { displayName: "Admin" },
    ]);
    expect((await service.ask("GET", "/ResourceTypes/Role")).json.schema).toBe(urn);
    expect((await service.ask("GET", `/Schemas/${urn}`)).json.id).toBe(urn);
  });

  test("core attributes stand at the root of an answer, never below the core URN [Q99]", async () => {
    const service = await strict();
    const { json } = await service.ask("GET", `/Users/${service.ada}`);
    expect(json).toMatchObject({ userName: "ada" });
    expect(json).not.toHaveProperty([USER]);
  });
});
