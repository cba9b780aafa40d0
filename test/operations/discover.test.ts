import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema, EnterpriseUserSchema, Group, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ABLE } from "../support/able.ts";
import { BASE_URL, type Directory, directory, ENTERPRISE, GROUP, LIST, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";
import { Thing } from "../support/thing.ts";

const CORE = "urn:ietf:params:scim:schemas:core:2.0:";
const ENDPOINTS = ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", `/Schemas/${USER}`];

const Colours = defineResourceType({
  name: "Colour",
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:Colour",
    name: "Colour",
    attributes: { name: { canonicalValues: [] }, kind: { canonicalValues: ["warm", "cold"] } },
  }),
});

describe("/ServiceProviderConfig", () => {
  test("has every member with its type, integers even for what is off [S-5-01 S-5-03 S-5-04 S-5-05 S-5-06 S-5-07 S-5-08 S-2.3.4-02 P-4-01 P-4-07]", async () => {
    const { status, json } = await directory().ask("GET", "/ServiceProviderConfig");
    expect(status).toBe(200);
    expect(json.schemas).toEqual([`${CORE}ServiceProviderConfig`]);
    const boolean = expect.any(Boolean);
    expect(json).toMatchObject({
      patch: { supported: boolean },
      bulk: { supported: boolean, maxOperations: expect.any(Number), maxPayloadSize: expect.any(Number) },
      filter: { supported: boolean, maxResults: expect.any(Number) },
      changePassword: { supported: boolean },
      sort: { supported: boolean },
      etag: { supported: boolean },
      meta: { resourceType: "ServiceProviderConfig", location: `${BASE_URL}/ServiceProviderConfig` },
    });
    for (const number of [json.bulk.maxOperations, json.bulk.maxPayloadSize, json.filter.maxResults])
      expect(Number.isInteger(number)).toBe(true);
    expect(json.authenticationSchemes.length).toBeGreaterThan(0);
    for (const scheme of json.authenticationSchemes)
      expect(scheme).toMatchObject({
        type: "oauthbearertoken",
        name: expect.any(String),
        description: expect.any(String),
      });
  });

  test("publishes the host's own schemes and documentation", async () => {
    const authenticationSchemes = [{ type: "httpbasic", name: "Basic", description: "User name and password." }];
    const { ask } = directory({
      discovery: { authenticationSchemes, documentationUri: "https://example.com/help" },
    });
    expect((await ask("GET", "/ServiceProviderConfig")).json).toMatchObject({
      authenticationSchemes,
      documentationUri: "https://example.com/help",
    });
  });

  test("announces what is true: what it says is supported works [S-5-10 P-3.5-02]", async () => {
    const withSecrets = directory({
      storage: { ...memoryStorage({ hashSecret: () => "h" }), capabilities: { ...ABLE, secrets: true } },
    });
    const without = directory({ storage: memoryStorage() });
    const password = async ({ ask }: Directory): Promise<boolean> =>
      (await ask("GET", "/ServiceProviderConfig")).json.changePassword.supported;
    expect([await password(withSecrets), await password(without)]).toEqual([true, false]);

    const { ask } = without;
    const { patch, filter, sort, etag } = (await ask("GET", "/ServiceProviderConfig")).json;
    expect({ patch, filter: filter.supported, sort, etag }).toEqual({
      patch: { supported: true },
      filter: true,
      sort: { supported: true },
      etag: { supported: true },
    });
    const { json, headers } = await ask("POST", "/Users", { schemas: [USER], userName: "b" });
    await ask("POST", "/Users", { schemas: [USER], userName: "a" });
    const patched = await ask("PATCH", `/Users/${json.id}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "title", value: "t" }],
    });
    expect(patched.json.title).toBe("t");
    expect((await ask("GET", "/Users?filter=title%20pr")).json.totalResults).toBe(1);
    expect((await ask("GET", "/Users?sortBy=userName")).json.Resources[0].userName).toBe("a");
    expect(
      (await ask("GET", `/Users/${json.id}`, undefined, { "if-none-match": patched.headers.ETag ?? "" })).status,
    ).toBe(304);
    expect(
      (await ask("PUT", `/Users/${json.id}`, { schemas: [USER], userName: "b" }, { "if-match": headers.ETag ?? "" }))
        .status,
    ).toBe(412);
  });
});

describe("/ResourceTypes", () => {
  test("lists every type with its endpoint and schemas, each of which is served [S-6-01 S-6-04 S-7-01 P-3.2-02 P-4-03 P-4-04 P-4-07]", async () => {
    const Person = defineResourceType({
      name: "Person",
      endpoint: "/People",
      schema: defineSchema({ id: "urn:example:Person", name: "Person", attributes: { nick: {} } }),
    });
    const { ask } = directory({ resourceTypes: [User.extend(EnterpriseUserSchema), Group, Thing, Person] });
    const { json } = await ask("GET", "/ResourceTypes");
    expect(json).toMatchObject({ schemas: [LIST], totalResults: 4, itemsPerPage: 4, startIndex: 1 });
    expect(json.Resources.map(({ name, endpoint }: Record<string, string>) => [name, endpoint])).toEqual([
      ["User", "/Users"],
      ["Group", "/Groups"],
      ["Thing", "/Things"],
      ["Person", "/People"],
    ]);
    for (const type of json.Resources) {
      expect(type.schemas).toEqual([`${CORE}ResourceType`]);
      expect((await ask("GET", `/ResourceTypes/${type.id}`)).json).toEqual(type);
      expect(type.meta).toEqual({ resourceType: "ResourceType", location: `${BASE_URL}/ResourceTypes/${type.name}` });
      for (const urn of [type.schema, ...type.schemaExtensions.map(({ schema }: { schema: string }) => schema)])
        expect((await ask("GET", `/Schemas/${urn}`)).json.id).toBe(urn);
      expect((await ask("GET", type.endpoint)).status).toBe(200);
    }
    expect((await ask("POST", "/People", { schemas: ["urn:example:Person"], nick: "n" })).headers.Location).toContain(
      "/People/",
    );
    expectRefusal(await ask("GET", "/Persons"), 404);
  });
});

describe("/Schemas", () => {
  test("serves every schema that a resource may carry, and no message [S-7-01 P-3.1-03 P-4-02 P-4-03]", async () => {
    const { ask } = directory();
    const { json } = await ask("GET", "/Schemas");
    expect(json).toMatchObject({ schemas: [LIST], startIndex: 1, itemsPerPage: 6 });
    const ids: string[] = json.Resources.map(({ id }: { id: string }) => id);
    expect(ids).toEqual([
      USER,
      ENTERPRISE,
      GROUP,
      `${CORE}ServiceProviderConfig`,
      `${CORE}ResourceType`,
      `${CORE}Schema`,
    ]);
    expect(json.totalResults).toBe(6);
    for (const [index, id] of ids.entries()) {
      expect((await ask("GET", `/Schemas/${id}`)).json).toEqual(json.Resources[index]);
      expect(json.Resources[index].meta).toEqual({ resourceType: "Schema", location: `${BASE_URL}/Schemas/${id}` });
      expect((await ask("GET", `/Schemas/${encodeURIComponent(id).toUpperCase()}`)).json.id).toBe(id);
    }
    for (const message of ["ListResponse", "SearchRequest", "PatchOp", "BulkRequest", "BulkResponse", "Error"])
      expectRefusal(await ask("GET", `/Schemas/urn:ietf:params:scim:api:messages:2.0:${message}`), 404);
  });

  test("says every keyword as a plain string, without the quotation marks of the specification [S-1.1-02]", async () => {
    const { json } = await directory().ask("GET", `/Schemas/${USER}`);
    for (const { type, mutability, returned, uniqueness } of json.attributes)
      for (const keyword of [type, mutability, returned, ...(uniqueness === undefined ? [] : [uniqueness])])
        expect(keyword).toMatch(/^[A-Za-z]+$/);
    expect(json.attributes[0]).toMatchObject({ name: "userName", mutability: "readWrite", uniqueness: "server" });
  });
});

test("an empty list of canonical values is left out, since there are clients that choose from it; so is pagination without cursors [R-86]", async () => {
  const given = { storage: { ...memoryStorage(), capabilities: { ...ABLE, cursor: false } }, resourceTypes: [Colours] };
  const { ask } = directory(given);
  const { body } = await ask("GET", "/Schemas");
  expect(body).toContain('"canonicalValues":["');
  expect(body).not.toContain('"canonicalValues":[]');
  expect((await ask("GET", "/ServiceProviderConfig")).json).not.toHaveProperty("pagination");
  const { ask: askOther } = directory();
  expect((await askOther("GET", "/Schemas")).body).not.toContain('"canonicalValues":[]');
  expect((await askOther("GET", "/ServiceProviderConfig")).json.pagination).toMatchObject({ cursor: true });
});

describe("discovery", () => {
  test("is read only: no verb changes it [S-5-02 S-6-01 S-7-02]", async () => {
    const { ask } = directory();
    for (const path of ENDPOINTS) {
      const before = await ask("GET", path);
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const answer = await ask(method, path, method === "DELETE" ? undefined : before.json);
        expectRefusal(answer, 405);
        expect(answer.headers.Allow).toBe("GET, HEAD");
      }
      expect((await ask("GET", path)).json).toEqual(before.json);
    }
  });

  test("can be read without credentials, unless the option forbids it [S-5-09]", async () => {
    const none = { authorization: "" };
    for (const path of ENDPOINTS) {
      expect((await directory().ask("GET", path, undefined, none)).status).toBe(200);
      expectRefusal(await directory({ discovery: { anonymous: false } }).ask("GET", path, undefined, none), 401);
    }
    expectRefusal(await directory().ask("GET", "/Users", undefined, none), 401);
  });

  test("is 404 for what it does not have, and 403 with a filter; paging, sorting and selection do not apply [P-3.2-05 P-4-03 P-4-05 P-4-06]", async () => {
    const { ask } = directory();
    for (const path of ["/Schemas/urn:nope", "/ResourceTypes/Nope", "/ServiceProviderConfig/x", "/Schemas/a/b"])
      expectRefusal(await ask("GET", path), 404);
    for (const path of ENDPOINTS) expectRefusal(await ask("GET", `${path}?filter=id%20pr`), 403);
    for (const path of ENDPOINTS)
      expect(
        (await ask("GET", `${path}?startIndex=3&count=1&sortBy=id&sortOrder=descending&attributes=name`)).json,
      ).toEqual((await ask("GET", path)).json);
  });
});

interface Published {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly mutability: string;
  readonly returned: string;
  readonly subAttributes?: readonly Published[];
}

const SAMPLES: Readonly<Record<string, unknown>> = {
  string: "a text",
  boolean: false,
  decimal: 1.5,
  integer: 7,
  dateTime: "2026-01-31T09:30:00Z",
  binary: "aGVsbG8=",
  reference: "https://example.com/a",
};

/** A value of a published attribute, as a client makes it that knows no more than `/Schemas`. */
function sampleOf({ type, multiValued, subAttributes = [] }: Published): unknown {
  const single =
    type === "complex" ? Object.fromEntries(subAttributes.map((sub) => [sub.name, sampleOf(sub)])) : SAMPLES[type];
  return multiValued ? [single] : single;
}

test("what is published is what is taken: every attribute of every schema comes back as its mutability says [P-4-08]", async () => {
  const { ask } = directory({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group, Thing],
    settings: { references: "ignore" },
  });
  const types = (await ask("GET", "/ResourceTypes")).json.Resources;
  for (const { endpoint, schema, schemaExtensions } of types) {
    const published = async (urn: string): Promise<readonly Published[]> =>
      (await ask("GET", `/Schemas/${urn}`)).json.attributes;
    const sample = async (urn: string): Promise<object> =>
      Object.fromEntries((await published(urn)).map((attribute) => [attribute.name, sampleOf(attribute)]));
    const extensions: string[] = schemaExtensions.map((extension: { schema: string }) => extension.schema);
    const body: Record<string, unknown> = { schemas: [schema], ...(await sample(schema)) };
    for (const urn of extensions) body[urn] = await sample(urn);
    const created = await ask("POST", endpoint, body);
    expect(created.status).toBe(201);
    for (const urn of [schema, ...extensions]) {
      const all = [...(await published(urn))];
      const names = all.map(({ name }) => name).join(",");
      const sent = (urn === schema ? body : body[urn]) as Record<string, unknown>;
      const { json } = await ask("GET", `${endpoint}/${created.json.id}?attributes=${names},${urn}`);
      const shown = (urn === schema ? json : json[urn]) as Record<string, unknown>;
      for (const { name, mutability, returned, subAttributes } of all as readonly (Published & {
        returned: string;
      })[]) {
        if (mutability === "readOnly" || mutability === "writeOnly" || returned === "never")
          expect(shown).not.toHaveProperty([name]);
        else if (subAttributes === undefined) expect(shown[name]).toEqual(sent[name]);
        else expect(shown[name]).toBeDefined();
      }
    }
  }
});
