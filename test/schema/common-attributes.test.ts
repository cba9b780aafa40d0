import { describe, expect, test } from "vitest";
import { type SchemaDefinition, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { openSqlite, sqlStorage } from "../../src/storage/sql/index.ts";
import { BASE_URL, type Directory, directory, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";
import { EXTRAS, THING, Thing, ThingWithExtras } from "../support/thing.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ada = { schemas: [USER], userName: "ada" };
const count = async ({ ask }: Directory, path: string, filter: string): Promise<number> =>
  (await ask("GET", filtered(path, filter))).json.totalResults;

/** A clock that ticks a second at each look. */
const ticking = (): (() => Date) => {
  let now = Date.UTC(2026, 0, 31);
  return () => {
    now += 1000;
    return new Date(now);
  };
};

describe("schemas", () => {
  test("is in every representation: answers to POST, PUT, PATCH and GET, and in every entry of a list [S-2.1-03 S-3-01]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", ada);
    const path = `/Users/${json.id}`;
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", path: "nickName", value: "a" }] };
    const answers = [
      json,
      (await ask("PUT", path, { ...ada, title: "t" })).json,
      (await ask("PATCH", path, patch)).json,
      (await ask("GET", path)).json,
      (await ask("GET", `${path}?attributes=userName`)).json,
      (await ask("GET", "/Users")).json.Resources[0],
      (await ask("GET", "/Users?excludedAttributes=schemas")).json.Resources[0],
    ];
    for (const answer of answers) expect(answer.schemas).toEqual([USER]);
  });

  test("that is missing or empty is read as the endpoint's by lenient, with a note, and refused by strict [S-3-01]", async () => {
    for (const body of [{ userName: "a" }, { userName: "a", schemas: [] }, { userName: "a", schemas: null }]) {
      const lenient = directory();
      expect((await lenient.ask("POST", "/Users", body)).json.schemas).toEqual([USER]);
      expect(lenient.events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "missing-schemas" }));
      expectRefusal(
        await directory({ profile: "strict" }).ask("POST", "/Users", body),
        400,
        "invalidSyntax",
        /schemas/,
      );
    }
  });

  test("of the wrong kind is refused whatever the profile, but for one text alone by default [R-81]", async () => {
    const lenient = directory();
    expect((await lenient.ask("POST", "/Users", { ...ada, schemas: USER })).json.schemas).toEqual([USER]);
    expect(lenient.events).toContainEqual(
      expect.objectContaining({ type: "quirk", quirk: "lone-values", path: "schemas" }),
    );
    const wrong = { ...ada, schemas: USER };
    expectRefusal(await directory({ profile: "strict" }).ask("POST", "/Users", wrong), 400, "invalidSyntax");
    for (const schemas of ["", {}, 1, [1], [USER, null]])
      expectRefusal(
        await directory().ask("POST", "/Users", { ...ada, schemas }),
        400,
        "invalidSyntax",
        /schemas must be an array of strings/,
      );
  });

  test("of another endpoint is refused on create and replace [S-3.3-01]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", ada);
    for (const schemas of [[ENTERPRISE], [GROUP]]) {
      expectRefusal(await ask("POST", "/Users", { ...ada, schemas }), 400, "invalidSyntax", /must contain/);
      expectRefusal(await ask("PUT", `/Users/${json.id}`, { ...ada, schemas }), 400, "invalidSyntax", /must contain/);
    }
    expectRefusal(await ask("POST", "/Groups", { schemas: [USER], displayName: "g" }), 400, "invalidSyntax");
  });

  test("names an unknown URN: dropped by lenient, refused by strict, stored by nobody [S-3-02]", async () => {
    const body = { ...ada, schemas: [USER, "urn:x:unknown"] };
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", body);
    expect(json.schemas).toEqual([USER]);
    expect((await ask("GET", `/Users/${json.id}`)).json.schemas).toEqual([USER]);
    expectRefusal(
      await directory({ profile: "strict" }).ask("POST", "/Users", body),
      400,
      "invalidSyntax",
      /urn:x:unknown/,
    );
  });

  test("that names one URN twice, or in other letter case, is answered once and spelled as published [S-3-03 S-3-05]", async () => {
    const { json } = await directory().ask("POST", "/Users", {
      ...ada,
      schemas: [USER, USER, "URN:IETF:params:scim:schemas:core:2.0:USER"],
    });
    expect(json.schemas).toEqual([USER]);
  });

  test("follows the extension data that is there, whatever the request listed [S-3-08 S-3-09 P-3.5.1-12]", async () => {
    const { ask } = directory();
    const without = await ask("POST", "/Users", { ...ada, schemas: [USER, ENTERPRISE] });
    expect(without.json.schemas).toEqual([USER]);
    const unlisted = await ask("PUT", `/Users/${without.json.id}`, { ...ada, [ENTERPRISE]: { department: "d" } });
    expect(unlisted.json).toMatchObject({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: "d" } });
    expect((await ask("GET", `/Users/${without.json.id}?attributes=userName`)).json.schemas).toEqual([USER]);
    const cleared = await ask("PUT", `/Users/${without.json.id}`, ada);
    expect(cleared.json.schemas).toEqual([USER]);
    expect(cleared.json).not.toHaveProperty([ENTERPRISE]);
  });
});

describe("extensions", () => {
  test("hold their attributes in their container alone; at top level a name of theirs is moved there or left out, never stored as core [S-3-07]", async () => {
    const strict = directory({ profile: "strict" });
    const { json } = await strict.ask("POST", "/Users", { ...ada, employeeNumber: "7" });
    expect(JSON.stringify(json)).not.toContain("employeeNumber");
    const lenient = await directory().ask("POST", "/Users", { ...ada, employeeNumber: "7" });
    expect(lenient.json).not.toHaveProperty("employeeNumber");
    expect(lenient.json[ENTERPRISE]).toEqual({ employeeNumber: "7" });
  });

  test("of another resource type are not usable [S-3.3-04]", async () => {
    const { ask } = directory();
    const { status, json, body } = await ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "g",
      [ENTERPRISE]: { department: "d" },
    });
    expect(status).toBe(201);
    expect(json.schemas).toEqual([GROUP]);
    expect(body).not.toContain("department");
    const reject = directory({ settings: { unknownAttributes: "reject" } });
    expectRefusal(
      await reject.ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", [ENTERPRISE]: {} }),
      400,
      "invalidSyntax",
    );
  });

  test("that are required must come with every resource, with their required attributes [S-6-07]", async () => {
    const { ask } = directory({ resourceTypes: [ThingWithExtras] });
    const body = { schemas: [THING, EXTRAS], name: "a" };
    expectRefusal(await ask("POST", "/Things", body), 400, "invalidValue", /extension:Extras is required/);
    expectRefusal(
      await ask("POST", "/Things", { ...body, [EXTRAS]: { hint: "h" } }),
      400,
      "invalidValue",
      /Extras:code is required/,
    );
    const created = await ask("POST", "/Things", { ...body, [EXTRAS]: { code: "c" } });
    expect(created.status).toBe(201);
    expectRefusal(await ask("PUT", `/Things/${created.json.id}`, body), 400, "invalidValue", /Extras is required/);
  });
});

describe("id", () => {
  test("is the server's: one that the client sends is ignored, and no id is ever in two places [S-3.1-04 S-3.1-05 S-3.1-07 P-3.3-01]", async () => {
    const { ask } = directory({ resourceTypes: [Thing], settings: { references: "ignore" } });
    const mine = await ask("POST", "/Things", { schemas: [THING], name: "a", id: "mine" });
    expect(mine.status).toBe(201);
    expect(mine.json.id).not.toBe("mine");
    const service = directory();
    const ids = new Set<string>();
    for (let index = 0; index < 20; index++) {
      for (const [path, body] of [
        ["/Users", { ...ada, userName: `u${index}` }],
        ["/Groups", { schemas: [GROUP], displayName: "g" }],
      ] as const) {
        const { json } = await service.ask("POST", path, body);
        expect(json.id).toMatch(/^.+$/);
        ids.add(json.id);
      }
    }
    expect(ids.size).toBe(40);
  });

  test("is in every representation, whatever is selected, and the same for ever [S-3.1-04 S-3.1-06 P-3.4.2.5-02]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users?attributes=nickName", ada);
    const path = `/Users/${json.id}`;
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", path: "userName", value: "grace" }] };
    for (const answer of [
      await ask("GET", `${path}?excludedAttributes=id,schemas`),
      await ask("PUT", `${path}?excludedAttributes=ID`, { ...ada, userName: "bob" }),
      await ask("PATCH", `${path}?attributes=nickName`, patch),
      await ask("PUT", path, { ...ada, id: "other", userName: "eve" }),
    ])
      expect(answer).toMatchObject({ status: 200, json: { id: json.id } });
    await ask("DELETE", path);
    expect((await ask("POST", "/Users", ada)).json.id).not.toBe(json.id);
  });

  test("never contains the reserved word bulkId, whoever made it [S-3.1-08]", async () => {
    const { ask } = directory({ newId: () => "xbulkIdy" });
    expect((await ask("POST", "/Users", ada)).status).toBe(409);
    const memory = memoryStorage();
    const service = directory({
      storage: {
        ...memory,
        create: async (request, context) => ({ ...(await memory.create(request, context)), id: "bulkId:1" }),
      },
    });
    expectRefusal(await service.ask("POST", "/Users", ada), 500);
    expect(service.events).toContainEqual(expect.objectContaining({ type: "fault", error: expect.any(TypeError) }));
    const made = directory();
    for (let index = 0; index < 200; index++)
      expect((await made.ask("POST", "/Users", { ...ada, userName: `u${index}` })).json.id).not.toContain("bulkId");
  });

  test("is compared exactly, in URLs and in filters [P-3.4.1-03]", async () => {
    const service = directory({ newId: () => "AbC" });
    await service.ask("POST", "/Users", ada);
    expectRefusal(await service.ask("GET", "/Users/abc"), 404);
    expectRefusal(await service.ask("GET", "/Groups/AbC"), 404);
    expect(await count(service, "/Users", 'id eq "abc"')).toBe(0);
    expect(await count(service, "/Users", 'id eq "AbC"')).toBe(1);
  });
});

describe("externalId", () => {
  test("is the client's alone: never made, optional, kept as written, compared exactly, changed at will [S-3.1-10 S-3.1-13 S-3.1-14 S-7-09]", async () => {
    const service = directory();
    const { json } = await service.ask("POST", "/Users", ada);
    expect(json).not.toHaveProperty("externalId");
    const path = `/Users/${json.id}`;
    expect((await service.ask("PUT", path, { ...ada, externalId: "AbC" })).json.externalId).toBe("AbC");
    expect(await count(service, "/Users", 'externalId eq "abc"')).toBe(0);
    expect(await count(service, "/Users", 'externalId eq "AbC"')).toBe(1);
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", path: "externalId", value: "x" }] };
    expect((await service.ask("PATCH", path, patch)).json.externalId).toBe("x");
  });

  test("may be shared by two resources, and is each tenant's own [S-3.1-11 S-3.1-12 P-6.2-01]", async () => {
    const service = directory({
      authenticate: (request) => ({ tenant: String(request.headers.tenant) }),
    });
    const inTenant = (tenant: string) => (method: string, path: string, body?: unknown) =>
      service.ask(method, path, body, { tenant });
    const [a, b] = [inTenant("a"), inTenant("b")];
    for (const ask of [a, b])
      for (const userName of ["one", "two"])
        expect((await ask("POST", "/Users", { ...ada, userName, externalId: "x" })).status).toBe(201);
    await a("POST", "/Users", { ...ada, userName: "three", externalId: "only-a" });
    expect((await b("GET", filtered("/Users", 'externalId eq "only-a"'))).json.totalResults).toBe(0);
    expect((await b("GET", filtered("/Users", 'externalId eq "x"'))).json.totalResults).toBe(2);
  });
});

describe("meta", () => {
  test("is assigned by the server; what a client sends is ignored [S-3.1-02 S-3.1-15 P-3.3.1-01]", async () => {
    const { ask } = directory();
    const meta = {
      resourceType: "X",
      created: "1999-01-01T00:00:00Z",
      lastModified: "1999-01-01T00:00:00Z",
      location: "http://evil.example",
      version: "1",
    };
    const created = await ask("POST", "/Users", { ...ada, meta });
    expect(created.status).toBe(201);
    expect(created.body).not.toMatch(/evil|1999/);
    expect(created.json.meta).toEqual({
      resourceType: "User",
      created: expect.any(String),
      lastModified: expect.any(String),
      location: `${BASE_URL}/Users/${created.json.id}`,
      version: expect.any(String),
    });
    const put = await ask("PUT", `/Users/${created.json.id}`, { ...ada, nickName: "n", meta });
    expect(put.body).not.toMatch(/evil|1999/);
    expect((await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", meta })).json.meta.resourceType).toBe(
      "Group",
    );
  });

  test("created never changes, lastModified equals it at first and advances with every change and no other [S-3.1-18 S-3.1-19 S-3.1-20]", async () => {
    const { ask } = directory({ clock: { now: ticking() } });
    const first = (await ask("POST", "/Users", ada)).json;
    expect(first.meta.lastModified).toBe(first.meta.created);
    expect(first.meta.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    const path = `/Users/${first.id}`;
    const put = (await ask("PUT", path, { ...ada, nickName: "n" })).json;
    expect(put.meta.created).toBe(first.meta.created);
    expect(put.meta.lastModified > first.meta.lastModified).toBe(true);
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", path: "nickName", value: "n" }] };
    for (const same of [
      await ask("PUT", path, { ...ada, nickName: "n" }),
      await ask("PATCH", path, patch),
      await ask("GET", path),
    ])
      expect(same.json.meta).toEqual(put.meta);
  });

  test("is returned by default and selected like any attribute; a PATCH of it is refused [S-3.1-16]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", ada);
    const path = `/Users/${json.id}`;
    expect((await ask("GET", `${path}?attributes=userName`)).json).not.toHaveProperty("meta");
    expect((await ask("GET", `${path}?attributes=meta.created`)).json.meta).toEqual({ created: json.meta.created });
    const patch = {
      schemas: [PATCH],
      Operations: [{ op: "replace", path: "meta.created", value: "2000-01-01T00:00:00Z" }],
    };
    expectRefusal(await ask("PATCH", path, patch), 400, "mutability");
  });

  test("resourceType and version are compared exactly, and meta, id and externalId can be filtered by on every endpoint [S-3-06 S-3.1-17 S-3.1-24]", async () => {
    const service = directory({ resourceTypes: [Thing] });
    const { json } = await service.ask("POST", "/Things", { schemas: [THING], name: "a", externalId: "x" });
    for (const filter of [
      "meta.created pr",
      "id pr",
      "externalId pr",
      'meta.resourceType eq "Thing"',
      `meta.version eq "1"`,
    ])
      expect(await count(service, "/Things", filter)).toBe(1);
    expect(await count(service, "/Things", 'meta.resourceType eq "thing"')).toBe(0);
    expect(
      await count(
        service,
        "/Things",
        `meta.version eq ${JSON.stringify(json.meta.version.toUpperCase().replace("W/", "w/"))}`,
      ),
    ).toBe(0);
  });

  test("location is the URL in the headers and leads back to the resource; version is the ETag, marked weak [S-2.3.7-03 S-3.1-21 S-3.1-22 S-3.1-23 P-3.3-06 P-3.4.1-04]", async () => {
    const { ask } = directory();
    const created = await ask("POST", "/Users", ada);
    const path = `/Users/${created.json.id}`;
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", path: "nickName", value: "n" }] };
    for (const answer of [
      created,
      await ask("GET", path),
      await ask("PUT", path, { ...ada, title: "t" }),
      await ask("PATCH", path, patch),
    ]) {
      const { location, version } = answer.json.meta;
      expect(location).toBe(`${BASE_URL}${path}`);
      expect(answer.headers).toMatchObject({ Location: location, "Content-Location": location, ETag: version });
      expect(version).toMatch(/^W\/"[^"]+"$/);
      const followed = await ask("GET", location.slice(BASE_URL.length));
      expect(followed).toMatchObject({ status: 200, json: { id: created.json.id } });
    }
  });
});

describe("attributes of an extension that are called id, meta and schemas", () => {
  // Made without defineSchema, which refuses it.
  const Hr = {
    id: "urn:example:params:scim:schemas:Hr",
    name: "Hr",
    attributes: { id: {}, meta: {}, schemas: { multiValued: true } },
  } as const satisfies SchemaDefinition;
  const resourceTypes = [User.extend(Hr)];
  const storages = {
    memory: async () => memoryStorage(),
    SQLite: async () => {
      const storage = sqlStorage({ db: await openSqlite(":memory:"), resourceTypes });
      await storage.prepare();
      return storage;
    },
  };

  test.each(
    Object.entries(storages),
  )("are the client's, in %s: kept by each verb and found by filters [S-3.1-03 S-2.1-02]", async (_name, storage) => {
    const service = directory({ resourceTypes, storage: await storage() });
    const { ask } = service;
    const schemas = [USER, Hr.id];
    const first = { id: "hr-1", meta: "m", schemas: ["a", "b"] };
    const { json } = await ask("POST", "/Users", { schemas, userName: "ada", [Hr.id]: first });
    expect(json[Hr.id]).toEqual(first);
    const path = `/Users/${json.id}`;
    const second = { ...first, id: "hr-2" };
    expect((await ask("PUT", path, { schemas, userName: "ada", [Hr.id]: second })).json[Hr.id]).toEqual(second);
    const Operations = [{ op: "replace", path: `${Hr.id}:meta`, value: "n" }];
    expect((await ask("PATCH", path, { schemas: [PATCH], Operations })).json[Hr.id]).toEqual({ ...second, meta: "n" });
    for (const filter of ['id eq "HR-2"', 'meta eq "n"', 'schemas eq "b"'])
      expect(await count(service, "/Users", `${Hr.id}:${filter}`)).toBe(1);
    expect(await count(service, "/Users", `${Hr.id}:id eq "${json.id}"`)).toBe(0);
    expect(json.id).not.toBe("hr-2");
  });
});
