import { describe, expect, test } from "vitest";
import {
  createScim,
  EnterpriseUserSchema,
  Group,
  ServiceProviderConfigSchema,
  type StorageAdapter,
  type StorageCapabilities,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ABLE } from "../support/able.ts";
import { BASE_URL, directory, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";

const CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** Memory that says that it can do other things than it could. */
function storageWith(capabilities: StorageCapabilities, options?: Parameters<typeof memoryStorage>[0]): StorageAdapter {
  return { ...memoryStorage(options), capabilities: { ...ABLE, ...capabilities } };
}

describe("what is published", () => {
  test("every published attribute that can be written can be written and read back, and no other is kept [P-4-08]", async () => {
    const { ask } = directory({ settings: { unknownAttributes: "reject", references: "ignore" } });
    const { json } = await ask("GET", "/Schemas");
    const exampleOf = (attribute: PublishedAttribute, index: number): unknown => {
      const one =
        attribute.type === "complex"
          ? Object.fromEntries(writable(attribute.subAttributes ?? []).map((sub) => [sub.name, exampleOf(sub, index)]))
          : exampleOfType(attribute, index);
      return attribute.multiValued ? [one] : one;
    };
    const attributesOf = (urn: string): readonly PublishedAttribute[] =>
      json.Resources.find(({ id }: { id: string }) => id === urn).attributes;
    const bodyOf = (urn: string): Record<string, unknown> =>
      Object.fromEntries(
        writable(attributesOf(urn)).map((attribute, index) => [attribute.name, exampleOf(attribute, index)]),
      );
    for (const [endpoint, body] of [
      ["/Users", { schemas: [USER, ENTERPRISE], ...bodyOf(USER), [ENTERPRISE]: bodyOf(ENTERPRISE) }],
      ["/Groups", { schemas: [GROUP], ...bodyOf(GROUP) }],
    ] as const) {
      const created = await ask("POST", endpoint, body);
      expect(created.status, created.body).toBe(201);
      const read = await ask("GET", `${endpoint}/${created.json.id}`);
      const { password, schemas: _, ...visible } = body as Record<string, unknown>;
      expect(read.json).toMatchObject(visible);
      expect(read.body).not.toContain(String(password));
      expect((await ask("POST", endpoint, { ...body, userName: "other", nickname2: "x" })).status).toBe(400);
    }
  });
});

interface PublishedAttribute {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly mutability: string;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly PublishedAttribute[];
}

/** `$ref` of a resource is computed from its id, and `primary` is asserted elsewhere. */
function writable(attributes: readonly PublishedAttribute[]): readonly PublishedAttribute[] {
  return attributes.filter(
    ({ name, mutability, referenceTypes }) =>
      mutability !== "readOnly" && !(name === "$ref" && referenceTypes?.some((type) => type !== "external")),
  );
}

function exampleOfType({ type, name, canonicalValues }: PublishedAttribute, index: number): unknown {
  switch (type) {
    case "boolean":
      return true;
    case "reference":
      return `https://example.com/${name}`;
    case "binary":
      return "AAEC";
    case "dateTime":
      return "2026-01-02T03:04:05Z";
    case "integer":
    case "decimal":
      return index;
    default:
      return canonicalValues?.[0] ?? `value of ${name}`;
  }
}

describe("what ServiceProviderConfig announces is what the server does", () => {
  const configOf = async (given: Parameters<typeof directory>[0]) =>
    (await directory(given).ask("GET", "/ServiceProviderConfig")).json;

  test("patch: every resource type takes PATCH [T-L6]", async () => {
    const { ask } = directory();
    expect((await ask("GET", "/ServiceProviderConfig")).json.patch).toEqual({ supported: true });
    const { id } = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "a" })).json;
    const rename = { schemas: [PATCH], Operations: [{ op: "replace", path: "displayName", value: "b" }] };
    expect((await ask("PATCH", `/Groups/${id}`, rename)).json.displayName).toBe("b");
  });

  test("filter: announced, filters are answered; not announced, they are 400 invalidFilter and never ignored [T-L6]", async () => {
    for (const supported of [true, false]) {
      const given = { storage: storageWith({ filter: supported }) };
      expect((await configOf(given)).filter.supported).toBe(supported);
      const { ask } = directory(given);
      for (const answer of [
        await ask("GET", filtered("/Users", 'userName eq "x"')),
        await ask("POST", "/Users/.search", { schemas: [SEARCH], filter: 'userName eq "x"' }),
      ]) {
        expect(answer.json).toMatchObject(
          supported ? { totalResults: 0 } : { status: "400", scimType: "invalidFilter" },
        );
      }
    }
  });

  test("filter: one adapter that cannot is enough not to announce it [T-L6]", async () => {
    const storage = { User: memoryStorage(), Group: storageWith({ filter: false }) };
    expect((await configOf({ storage, settings: { references: "ignore" } })).filter.supported).toBe(false);
  });

  test("filter.maxResults: no page has more, whatever count asks for [T-L6]", async () => {
    const given = { limits: { results: 3, defaultResults: 2 } };
    expect((await configOf(given)).filter.maxResults).toBe(3);
    const { ask } = directory(given);
    for (let index = 0; index < 5; index++) await ask("POST", "/Users", { schemas: [USER], userName: `u${index}` });
    for (const [query, itemsPerPage] of [
      ["", 2],
      ["?count=3", 3],
      ["?count=4", 3],
      ["?count=99999", 3],
    ] as const) {
      expect((await ask("GET", `/Users${query}`)).json).toMatchObject({ totalResults: 5, itemsPerPage });
    }
  });

  test("sort: announced, pages are sorted; not announced, sortBy changes nothing [T-L6]", async () => {
    for (const supported of [true, false]) {
      const given = { storage: storageWith({ sort: supported }) };
      const { ask } = directory(given);
      expect((await ask("GET", "/ServiceProviderConfig")).json.sort).toEqual({ supported });
      for (const userName of ["b", "a"]) await ask("POST", "/Users", { schemas: [USER], userName });
      const { json } = await ask("GET", "/Users?sortBy=userName");
      const names = json.Resources.map(({ userName }: { userName: string }) => userName);
      expect(names).toEqual(supported ? ["a", "b"] : ["b", "a"]);
    }
  });

  test("etag: resources have tags, stale ones are refused and current ones save a read [T-L6]", async () => {
    const { ask } = directory();
    expect((await ask("GET", "/ServiceProviderConfig")).json.etag).toEqual({ supported: true });
    const { headers, json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    expect(headers.ETag).toBe(json.meta.version);
    const path = `/Users/${json.id}`;
    expect((await ask("GET", path, undefined, { "if-none-match": String(headers.ETag) })).status).toBe(304);
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      const body =
        method === "PATCH"
          ? { schemas: [PATCH], Operations: [{ op: "replace", path: "displayName", value: "x" }] }
          : { schemas: [USER], userName: "ada" };
      expect((await ask(method, path, method === "DELETE" ? undefined : body, { "if-match": 'W/"old"' })).status).toBe(
        412,
      );
    }
  });

  test("changePassword: announced where the adapter keeps passwords; elsewhere they are dropped, and said so [T-L6]", async () => {
    for (const supported of [true, false]) {
      const memory = memoryStorage({ hashSecret: (_, value) => `hash of ${value}` });
      const plain = memoryStorage();
      const storage = supported ? { ...memory, capabilities: { ...ABLE, secrets: true } } : plain;
      const { ask, events } = directory({ storage });
      expect((await ask("GET", "/ServiceProviderConfig")).json.changePassword).toEqual({ supported });
      const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
      const change = { schemas: [PATCH], Operations: [{ op: "replace", path: "password", value: "s3cret!" }] };
      expect((await ask("PATCH", `/Users/${id}`, change)).status).toBe(200);
      expect(memory.readSecret("User", id, "password")).toBe(supported ? "hash of s3cret!" : undefined);
      expect(events.some(({ type }) => type === "secretDropped")).toBe(!supported);
    }
  });

  test("changePassword: without a password attribute there is none to change", async () => {
    const storage = storageWith({ secrets: true });
    expect((await configOf({ storage, resourceTypes: [Group] })).changePassword).toEqual({ supported: false });
  });

  test("bulk: the announced number of operations is done, one more is 413; switched off, it is 501 [T-L6]", async () => {
    const operation = (name: string) => ({
      method: "POST",
      path: "/Users",
      bulkId: name,
      data: { schemas: [USER], userName: name },
    });
    const job = (...names: readonly string[]) => ({ schemas: [BULK], Operations: names.map(operation) });
    const given = { limits: { bulkOperations: 2, body: 2000 } };
    const { ask } = directory(given);
    expect((await configOf(given)).bulk).toEqual({ supported: true, maxOperations: 2, maxPayloadSize: 2000 });
    expect((await ask("POST", "/Bulk", job("a", "b", "c"))).status).toBe(413);
    expect((await ask("POST", "/Bulk", job("x".repeat(2000)))).status).toBe(413);
    expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
    expect((await ask("POST", "/Bulk", job("a", "b"))).json.Operations).toMatchObject([
      { status: "201" },
      { status: "201" },
    ]);
    expect((await configOf({ bulk: false })).bulk.supported).toBe(false);
    expect((await directory({ bulk: false }).ask("POST", "/Bulk", job("a"))).status).toBe(501);
  });

  test("pagination: cursors are handed out where the adapter can walk by them, and announced nowhere else [T-L6 R-86]", async () => {
    for (const cursor of [true, false]) {
      const given = {
        storage: { ...memoryStorage(), capabilities: { ...ABLE, cursor } },
        paging: { cursorSecret: "a secret of the tests, long enough to be one" },
      };
      const { pagination } = await configOf(given);
      if (cursor) expect(pagination).toMatchObject({ cursor, index: true });
      else expect(pagination).toBeUndefined();
      const { ask } = directory(given);
      for (const userName of ["a", "b"]) await ask("POST", "/Users", { schemas: [USER], userName });
      const first = await ask("GET", "/Users?count=1&cursor=");
      if (!cursor) expect(first.json).not.toHaveProperty("nextCursor");
      else {
        const next = await ask("GET", `/Users?count=1&cursor=${first.json.nextCursor}`);
        expect(next.json).toMatchObject({ Resources: [{ userName: "b" }] });
      }
      expect((await ask("GET", "/Users?count=1&startIndex=2")).json).toMatchObject({ Resources: [{ userName: "b" }] });
    }
  });

  test("authenticationSchemes and documentationUri are the host's, one primary at most [T-L6]", async () => {
    const authenticationSchemes = [
      { type: "httpbasic", name: "Basic", description: "User and password.", primary: true },
    ];
    const given = { authenticationSchemes, documentationUri: "https://example.com/help" };
    expect(await configOf({ discovery: given })).toMatchObject(given);
    expect((await configOf({})).authenticationSchemes).toMatchObject([{ type: "oauthbearertoken", primary: true }]);
    expect(() =>
      directory({ discovery: { authenticationSchemes: [...authenticationSchemes, ...authenticationSchemes] } }),
    ).toThrow(/primary/);
    expect(() => directory({ discovery: { documentationUri: "help" } })).toThrow(/documentationUri/);
  });

  test("a published member is in the published schema, or under a URN of the host's [P-4-08]", async () => {
    const { ask } = directory({ discovery: { announce: { securityEvents: { asyncRequest: "none" } } } });
    const { schemas: _, meta, ...config } = (await ask("GET", "/ServiceProviderConfig")).json;
    expect(meta.resourceType).toBe("ServiceProviderConfig");
    const { attributes } = (await ask("GET", `/Schemas/${CONFIG}`)).json;
    const published = new Map<string, { subAttributes?: readonly { name: string }[] }>(
      attributes.map((attribute: { name: string }) => [attribute.name, attribute]),
    );
    for (const [name, value] of Object.entries(config)) {
      const names = published.get(name)?.subAttributes?.map((sub) => sub.name);
      for (const element of Array.isArray(value) ? value : [value]) {
        expect(names, name).toEqual(expect.arrayContaining(Object.keys(element)));
      }
    }
  });
});

describe("announce", () => {
  test("securityEvents is absent by default, and published as the host has it [E-4-01]", async () => {
    expect((await directory().ask("GET", "/ServiceProviderConfig")).json).not.toHaveProperty("securityEvents");
    const securityEvents = {
      asyncRequest: "none",
      eventUris: ["urn:ietf:params:scim:event:prov:create:notice"],
    } as const;
    const { json } = await directory({ discovery: { announce: { securityEvents } } }).ask(
      "GET",
      "/ServiceProviderConfig",
    );
    expect(json.securityEvents).toEqual(securityEvents);
    expect(json.schemas).toEqual([CONFIG]);
  });

  test("members under a URN of the host's are published, with the URN among the schemas", async () => {
    const urn = "urn:example:params:scim:schemas:Service";
    const { json } = await directory({ discovery: { announce: { [urn]: { region: "eu-1" } } } }).ask(
      "GET",
      "/ServiceProviderConfig",
    );
    expect(json).toMatchObject({ schemas: [CONFIG, urn], [urn]: { region: "eu-1" } });
  });

  test("what another document defines is published as the host has it: a later RFC's or a draft's [T-L6]", async () => {
    const announce = {
      interopProfileConformant: false,
      rolesAndEntitlements: { roles: { enabled: true, multipleRolesSupported: false } },
      levels: ["AL1", "AL2"],
    };
    const { json } = await directory({ discovery: { announce } }).ask("GET", "/ServiceProviderConfig");
    expect(json).toMatchObject(announce);
    expect(json.schemas).toEqual([CONFIG]);
  });

  test("every member that is computed is refused, in any letter case, whatever this server computes of it [T-L6]", () => {
    const { attributes } = ServiceProviderConfigSchema;
    const computed = [...Object.keys(attributes), "schemas", "meta", "id"].filter((name) => name !== "securityEvents");
    expect(computed.length).toBeGreaterThan(10);
    for (const name of computed)
      for (const spelling of [name, name.toUpperCase()])
        expect(
          () => directory({ discovery: { announce: { [spelling]: true } as Record<string, never> } }),
          spelling,
        ).toThrow(/computed/);
  });

  test.each([
    ["a name that no attribute could have", { "roles and more": true }, /announce\.roles and more: must be the name/],
    ["securityEvents in other letter case", { securityevents: {} }, /must be written securityEvents/],
    ["a URN that is no object", { "urn:example:x": true }, /announce\.urn:example:x: must be an object/],
    [
      "a computed member",
      { bulk: { supported: true, maxOperations: 1, maxPayloadSize: 1 } },
      /announce\.bulk: .*computed/,
    ],
    ["pagination", { pagination: { cursor: true, index: true } }, /announce\.pagination/],
    ["the identity of the document", { meta: { location: "https://evil.example" } }, /announce\.meta/],
    ["asynchronous requests", { securityEvents: { asyncRequest: "long" } }, /asyncRequest: must be none/],
    ["an event that is no URI", { securityEvents: { eventUris: ["prov:create notice"] } }, /eventUris/],
    ["a misspelt member", { securityEvents: { eventUri: [] } }, /securityEvents/],
    ["what is no JSON", { "urn:x": { at: () => 1 } }, /announce\.urn:x/],
  ])("%s is refused when the server starts [T-L6]", (_what, announce, problem) => {
    expect(() => directory({ discovery: { announce: announce as never } })).toThrow(problem);
  });

  test("Prefer: respond-async is not heard: the request is done when it is answered [E-2.5.1.1-01]", async () => {
    const { ask } = directory();
    const created = await ask("POST", "/Users", { schemas: [USER], userName: "ada" }, { prefer: "respond-async" });
    expect(created.status).toBe(201);
    expect(Object.keys(created.headers).map((name) => name.toLowerCase())).not.toContain("preference-applied");
    expect((await ask("GET", `/Users/${created.json.id}`)).status).toBe(200);
  });
});

test("two resource types of one name or endpoint are refused when the server starts", () => {
  const given = { storage: memoryStorage(), baseUrl: BASE_URL, authenticate: () => ({}) };
  expect(() => createScim({ ...given, resourceTypes: [User, User.extend(EnterpriseUserSchema)] })).toThrow(
    /two resource types/,
  );
});
