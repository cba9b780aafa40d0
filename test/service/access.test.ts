import { describe, expect, test, vi } from "vitest";
import {
  createScim,
  EnterpriseUserSchema,
  errors,
  Group,
  type OperationFacts,
  type StorageAdapter,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BASE_URL, directory, ERROR, filtered, GROUP, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const rename = { schemas: [PATCH], Operations: [{ op: "replace", path: "displayName", value: "x" }] };

/** Every endpoint, with every verb that it might have. */
const ROUTES = [
  "",
  "/",
  "/Users",
  "/Users/1",
  "/Users/.search",
  "/Groups",
  "/Groups/1",
  "/.search",
  "/Bulk",
  "/Me",
  "/none",
];
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** Memory that notes each call. */
function spied(): { readonly storage: StorageAdapter; readonly calls: string[] } {
  const memory = memoryStorage();
  const calls: string[] = [];
  const storage = new Proxy<StorageAdapter>(memory, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return (...given: readonly unknown[]) => {
        calls.push(String(name));
        return Reflect.apply(value, target, given);
      };
    },
  });
  return { storage, calls };
}

describe("authentication", () => {
  test("every endpoint with every verb is 401 with a challenge for who shows no credentials, and storage is not asked [P-2-01 P-2-02 T-A1]", async () => {
    const { storage, calls } = spied();
    const { ask } = directory({ storage, resolveMe: () => ({ resourceType: "User", id: "1" }) });
    for (const path of ROUTES) {
      for (const method of METHODS) {
        for (const authorization of ["", "Bearer bad"]) {
          const answer = await ask(method, path, { schemas: [USER], userName: "eve" }, { authorization });
          expect(answer, `${method} ${path}`).toMatchObject({ status: 401, headers: { "WWW-Authenticate": "Bearer" } });
          if (method !== "HEAD") expect(answer.json).toMatchObject({ schemas: [ERROR], status: "401" });
        }
      }
    }
    expect(calls).toEqual([]);
  });

  test("no other spelling of a discovery endpoint opens what lies behind it [T-A1 T-H3]", async () => {
    const { storage, calls } = spied();
    const { ask } = directory({ storage });
    const paths = [
      "/Schemas/../Users",
      "/Schemas/%2e%2e/Users",
      "/Schemas//Users",
      "//Schemas/x/y",
      "///Schemas",
      "/Users/Schemas",
      "/Users?x=/Schemas",
      "/Users#/Schemas",
      "/%53chemas",
      "/Schemas%2FUsers",
      "/ServiceProviderConfig/../../v2/Users",
    ];
    for (const path of paths) {
      const { status } = await ask("GET", path, undefined, { authorization: "" });
      expect([401, 404], path).toContain(status);
    }
    expect(calls).toEqual([]);
  });

  test("discovery is open to everybody, and closed with discovery: { anonymous: false } [S-5-09]", async () => {
    const anonymous = { authorization: "" };
    for (const path of ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/schemas", "/Schemas/"]) {
      expect((await directory().ask("GET", path, undefined, anonymous)).status).toBe(200);
      expect((await directory({ discovery: { anonymous: false } }).ask("GET", path, undefined, anonymous)).status).toBe(
        401,
      );
    }
  });

  test("a service without authenticate is not made, unless the host says that it means it [T-A1]", () => {
    const given = { resourceTypes: [User], storage: memoryStorage(), baseUrl: BASE_URL };
    expect(() => createScim(given)).toThrow(/authenticate is required/);
    expect(() => createScim({ ...given, unsafeNoAuthentication: true })).not.toThrow();
  });

  test("a token that has expired is 401 with the host's challenge, and storage is not asked [P-7.4-01]", async () => {
    const { storage, calls } = spied();
    const challenge = 'Bearer error="invalid_token", error_description="expired"';
    const { ask } = directory({
      storage,
      authenticate: () => {
        throw errors.unauthorized("The token has expired.", { headers: { "WWW-Authenticate": challenge } });
      },
    });
    expect(await ask("GET", "/Users")).toMatchObject({
      status: 401,
      headers: { "WWW-Authenticate": challenge },
      json: { schemas: [ERROR], status: "401" },
    });
    expect(calls).toEqual([]);
  });

  test("a token is in no answer, event or line of a log [P-7.3-01 T-L2]", async () => {
    const token = "canary-7f3a9";
    const log = ["log", "info", "warn", "error", "debug"].map((level) =>
      vi.spyOn(console, level as "log").mockImplementation(() => undefined),
    );
    const told: unknown[] = [];
    const { ask, events } = directory({
      authenticate: (request) => {
        if (request.headers.authorization === `Bearer ${token}`) return {};
        throw errors.unauthorized();
      },
      onRequest: (event) => told.push(event),
    });
    const good = { authorization: `Bearer ${token}` };
    const answers = [];
    for (const headers of [good, { authorization: `Basic ${token}` }]) {
      for (const path of ROUTES) {
        for (const method of METHODS)
          answers.push(await ask(method, path, { schemas: [USER], userName: "ada" }, headers));
      }
    }
    expect(answers.length).toBe(2 * ROUTES.length * METHODS.length);
    expect(JSON.stringify([answers, events, told])).not.toContain(token);
    for (const spy of log) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  test("a host may let strangers in for what it likes, such as signing up [P-2.2-01 P-7.6-01]", async () => {
    const scim = createScim({
      resourceTypes: [User],
      storage: memoryStorage(),
      baseUrl: BASE_URL,
      authenticate: ({ headers }) => ({ isStranger: headers.authorization === undefined }),
      authorize: (operation, { isStranger }) => {
        if (isStranger && operation.type !== "create") throw errors.unauthorized();
      },
    });
    const body = JSON.stringify({ schemas: [USER], userName: "ada" });
    const ask = (method: string, headers: Record<string, string>) =>
      scim.handle({ method, url: "/scim/v2/Users", headers, ...(method === "POST" ? { body } : {}) });
    expect((await ask("POST", {})).status).toBe(201);
    expect((await ask("GET", {})).status).toBe(401);
    expect((await ask("GET", { authorization: "Bearer x" })).status).toBe(200);
  });

  test("a context that is none, or whose tenant is not a name, is a fault of the host and never everybody's data [T-A13]", async () => {
    const { storage, calls } = spied();
    for (const context of [
      undefined,
      null,
      "acme",
      7,
      { tenant: "" },
      { tenant: undefined },
      { tenant: null },
      { tenant: 7 },
    ]) {
      const { ask, events } = directory({ storage, authenticate: () => context as never });
      for (const path of ["/Users", "/Users/1", "/none"]) {
        const { status, body } = await ask("GET", path);
        expect(status).toBe(500);
        expect(body).not.toContain("tenant");
      }
      expect(events.map(({ type }) => type)).toEqual(["fault", "fault", "fault"]);
    }
    expect(calls).toEqual([]);
  });
});

describe("authorisation", () => {
  test("who is known and may not is 403, and storage is not asked [P-2-02]", async () => {
    const { storage, calls } = spied();
    const { ask } = directory({
      storage,
      authorize: () => {
        throw errors.forbidden();
      },
    });
    for (const [method, path, body] of [
      ["GET", "/Users"],
      ["GET", "/Users/1"],
      ["POST", "/Users", { schemas: [USER], userName: "ada" }],
      ["POST", "/Users/.search", { schemas: [SEARCH] }],
      ["PUT", "/Users/1", { schemas: [USER], userName: "ada" }],
      ["PATCH", "/Groups/1", rename],
      ["DELETE", "/Groups/1"],
    ] as const) {
      expect((await ask(method, path, body)).json).toMatchObject({ schemas: [ERROR], status: "403" });
    }
    expect(calls).toEqual([]);
  });

  test("it is told who asks, as client and as subject, for what, on which resource, and what would change [P-2-03 P-7.7-01]", async () => {
    const seen: { operation: OperationFacts; context: unknown }[] = [];
    const context = { tenant: "acme", client: "entra", subject: "admin-7" };
    const { ask } = directory({
      authenticate: () => context,
      authorize: (operation, who) => void seen.push({ operation, context: who }),
    });
    const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
    await ask("PATCH", `/Users/${id}`, rename);
    await ask("GET", filtered("/Users", 'title eq "x"'));
    await ask("DELETE", `/Users/${id}`);
    expect(seen.map((call) => call.context)).toEqual(Array(4).fill(context));
    const resourceTypes = ["User"];
    expect(seen.map((call) => call.operation)).toMatchObject([
      { type: "create", access: "write", resourceTypes, id: undefined },
      { type: "patch", access: "write", resourceTypes, id },
      { type: "query", access: "read", resourceTypes, id: undefined },
      { type: "delete", access: "write", resourceTypes, id },
    ]);
    const touching = (path: string) => seen.flatMap(({ operation }) => (operation.touches(path) ? operation.type : []));
    expect(touching("userName")).toEqual(["create", "query", "delete"]);
    expect(touching("displayName")).toEqual(["patch", "query", "delete"]);
    expect(touching("password")).toEqual(["delete"]);
  });

  test("a search by POST is the query that it is, not a create [T-A11]", async () => {
    const seen: OperationFacts["type"][] = [];
    const { ask } = directory({ authorize: ({ type }) => void seen.push(type) });
    await ask("POST", "/Users/.search", { schemas: [SEARCH] });
    expect(seen).toEqual(["query"]);
  });

  test("it is not asked about what is public, where there is nobody to ask about", async () => {
    const seen: OperationFacts["type"][] = [];
    const { ask } = directory({ authorize: ({ type }) => void seen.push(type) });
    expect((await ask("GET", "/Schemas", undefined, { authorization: "" })).status).toBe(200);
    expect(seen).toEqual([]);
  });

  test("an attribute that the caller may not read is in no answer, and no filter, sort or path tells of it [P-7.5.1-01 T-F4]", async () => {
    const { ask } = directory({ isReadable: (attribute) => attribute.path !== "title" });
    const secret = "Chief-Canary";
    const created = await ask("POST", "/Users", { schemas: [USER], userName: "ada", title: secret });
    const path = `/Users/${created.json.id}`;
    const unknown = async (text: string) => [
      await ask("GET", filtered("/Users", `${text} sw "C"`)),
      await ask("GET", filtered("/Users", `not (${text} pr)`)),
      await ask("GET", `/Users?sortBy=${text}`),
      await ask("POST", "/Users/.search", { schemas: [SEARCH], filter: `${text} eq "${secret}"` }),
    ];
    for (const answer of [
      created,
      await ask("GET", path),
      await ask("GET", `${path}?attributes=title`),
      await ask("GET", "/Users"),
      await ask("PATCH", path, rename),
      await ask("PUT", `${path}?attributes=title,userName`, { schemas: [USER], userName: "ada", title: `${secret}2` }),
    ]) {
      expect(answer.status).toBeLessThan(300);
      expect(answer.body).not.toContain("Canary");
    }
    const answers = await unknown("title");
    for (const answer of answers) expect(answer.status).toBe(400);
    // Hidden and never heard of are the same.
    const blank = ({ body }: { body: string | undefined }) => body?.replaceAll(/title|nosuch/g, "?");
    expect(answers.map(blank)).toEqual((await unknown("nosuch")).map(blank));
  });

  test("a filter by what is sensitive is 403 in a URL, and answered in a body [P-7.5.2-01 T-F17]", async () => {
    const { ask } = directory({ sensitiveAttributes: ["name.familyName", "phoneNumbers"] });
    await ask("POST", "/Users", { schemas: [USER], userName: "ada", name: { familyName: "Byron" } });
    for (const filter of [
      'name.familyName eq "Byron"',
      'NAME.familyname eq "Byron"',
      'userName eq "ada" and not (urn:ietf:params:scim:schemas:core:2.0:User:name.familyName sw "X")',
      'phoneNumbers[type eq "work"]',
      "phoneNumbers.value pr",
    ]) {
      const refused = await ask("GET", filtered("/Users", filter));
      expect(refused.json, filter).toMatchObject({ status: "403", scimType: "sensitive", schemas: [ERROR] });
      expect(refused.body).not.toContain("Byron");
      expect((await ask("POST", "/Users/.search", { schemas: [SEARCH], filter })).status).toBe(200);
    }
    for (const filter of ['userName eq "ada"', 'externalId eq "1"', 'emails.value eq "a@b.c"', "name.givenName pr"])
      expect((await ask("GET", filtered("/Users", filter))).status).toBe(200);
  });
});

describe("what leaks", () => {
  test("no operand of a filter is in an event, an observation or a line of a log [P-7.5.2-02 T-F17 T-L2]", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const told: unknown[] = [];
    const { ask, events } = directory({ profile: "entra", onRequest: (event) => told.push(event) });
    for (const filter of [
      'userName eq "canary"',
      "externalId eq canary",
      'userName zz "canary"',
      'active eq "canary"',
      'manager eq "canary"',
      'nosuch eq "canary"',
    ]) {
      for (const { body } of [
        await ask("GET", filtered("/Users", filter)),
        await ask("POST", "/Users/.search", { schemas: [SEARCH], filter }),
      ])
        expect(body, filter).toBeDefined();
    }
    expect(told).toHaveLength(12);
    expect(JSON.stringify([events, told])).not.toContain("canary");
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  test("whatever a function of the host or an adapter throws, the client learns nothing of it; the host does [T-H6]", async () => {
    const fault = new Error("SELECT canary FROM users; at /srv/canary.ts:1");
    const fail = (): never => {
      throw fault;
    };
    const memory = memoryStorage();
    const broken = { get: fail, query: fail, create: fail, replace: fail, delete: fail, applyDelta: fail };
    for (const given of [
      { authenticate: fail },
      { authorize: fail },
      { throttle: fail },
      { tenant: fail },
      { resolveMe: fail },
      { isReadable: fail },
      { newId: fail },
      { baseUrl: fail },
      { storage: { ...memory, ...broken } },
    ]) {
      const { ask, events } = directory({ ...given, resourceTypes: [User.extend(EnterpriseUserSchema), Group] });
      const answers = [
        await ask("GET", "/Users/1"),
        await ask("GET", "/Users"),
        await ask("GET", "/Me"),
        await ask("POST", "/Groups", { schemas: [GROUP], displayName: "x" }),
      ];
      expect(answers.some(({ status }) => status === 500)).toBe(true);
      for (const answer of answers) expect(JSON.stringify(answer)).not.toContain("canary");
      const faults = events.filter(({ type }) => type === "fault");
      expect(faults).toHaveLength(answers.filter(({ status }) => status === 500).length);
      for (const event of faults) expect(event).toMatchObject({ error: fault });
    }
  });

  test("no cache keeps an answer, and no browser guesses at its type [T-H5 T-H9]", async () => {
    const { ask } = directory();
    const created = await ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    const path = `/Users/${created.json.id}`;
    for (const answer of [
      created,
      await ask("GET", path),
      await ask("GET", "/Users"),
      await ask("GET", "/Schemas"),
      await ask("GET", path, undefined, { "if-none-match": String(created.headers.ETag) }),
      await ask("GET", "/none"),
      await ask("GET", "/Users", undefined, { authorization: "" }),
      await ask("DELETE", path),
    ]) {
      expect(answer.headers).toMatchObject({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
    }
  });
});
