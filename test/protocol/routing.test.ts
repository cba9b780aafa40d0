import { describe, expect, test } from "vitest";
import { directory, filtered, GROUP, LIST, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (userName = "ada"): object => ({ schemas: [USER], userName });

describe("verbs", () => {
  test.each([
    ["/Users", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"], "GET, HEAD, POST"],
    ["/Groups", ["PUT", "PATCH", "DELETE"], "GET, HEAD, POST"],
    ["/Users/1", ["POST", "OPTIONS"], "GET, HEAD, PUT, PATCH, DELETE"],
    ["/Users/.search", ["GET", "HEAD", "PUT", "PATCH", "DELETE"], "POST"],
    ["/Schemas", ["POST", "DELETE"], "GET, HEAD"],
  ])("that %s does not have are 405 and Allow names those it has [P-3.2-03 P-3.2-04 T-H4]", async (path, methods, allow) => {
    const { ask } = directory();
    for (const method of methods) {
      const answer = await ask(method, path, ["GET", "HEAD", "DELETE"].includes(method) ? undefined : user());
      if (method === "HEAD") expect(answer).toMatchObject({ status: 405, body: undefined });
      else expectRefusal(answer, 405, undefined, new RegExp(method));
      expect(answer.headers.Allow).toBe(allow);
    }
  });

  test("may be written in small letters; nothing overrides them", async () => {
    const { ask } = directory();
    expect((await ask("get", "/Users")).status).toBe(200);
    const { json } = await ask("post", "/Users", user());
    const override = { "x-http-method-override": "DELETE", "x-method-override": "DELETE" };
    expect((await ask("GET", `/Users/${json.id}?_method=DELETE`, undefined, override)).status).toBe(200);
    expect((await ask("GET", `/Users/${json.id}`)).status).toBe(200);
  });
});

describe("paths", () => {
  test("that lead nowhere are 404 with a SCIM error body [P-3.2-05 P-3.2-04]", async () => {
    const { ask } = directory();
    for (const path of [
      "/Nope",
      "/Users/1/2",
      "/Users//1",
      "/Users/1//",
      "/UsersX",
      "/User",
      "/.well-known",
      "/Users/a/b/c",
      "/constructor",
      "/__proto__",
      "/Users%2F1",
    ])
      expectRefusal(await ask("GET", path), 404);
  });

  test("outside of the base URL are 404, near misses and dot segments too [T-H3]", async () => {
    const { scim } = directory();
    for (const url of [
      "/",
      "",
      "/scim",
      "/scim/v2x/Users",
      "/SCIM/v2/Users",
      "/scim/v2/../v2/Users",
      "/scim/v2/%2e%2e/Users",
      "//scim/v2/Users",
      "/x/scim/v2/Users",
      "https://example.com",
      "?",
      "#",
    ]) {
      const { status } = await scim.handle({ method: "GET", url, headers: { authorization: "Bearer good" } });
      expect([url, status]).toEqual([url, 404]);
    }
  });

  test("may end in a slash, and be in any letter case where the profile says so [Q08]", async () => {
    const { ask } = directory();
    for (const path of ["/Users", "/Users/", "/users", "/USERS/", "/Users?", "/Users/?count=1", "/Users#x"])
      expect(await ask("GET", path)).toMatchObject({ status: 200, json: { schemas: [LIST] } });
    const strict = directory({ profile: "strict" });
    expect((await strict.ask("GET", "/Users/")).status).toBe(200);
    expectRefusal(await strict.ask("GET", "/users"), 404);
  });

  test("and queries are decoded once, as UTF-8, with + for a blank in queries alone [P-1.2-01 Q03]", async () => {
    const { ask } = directory();
    await ask("POST", "/Users", user("jürgen"));
    await ask("POST", "/Users", user("a%20b"));
    await ask("POST", "/Users", user("a+b"));
    for (const [query, found] of [
      ["userName%20eq%20%22j%C3%BCrgen%22", 1],
      ["userName+eq+%22j%C3%BCrgen%22", 1],
      ["userName%20eq%20%22a%2520b%22", 1],
      ["userName+eq+%22a%2Bb%22", 1],
      ["userName+eq+%22a+b%22", 0],
    ] as const)
      expect((await ask("GET", `/Users?filter=${query}`)).json.totalResults).toBe(found);
    for (const path of ["/Users/%", "/Users/%zz", "/Users/%ff", "/Users?filter=%ff", "/Users?count=%"])
      expectRefusal(await ask("GET", path), 400, undefined, /percent escape/);
  });

  test("and queries may hold a URL as it is [Q03]", async () => {
    const { scim, ask } = directory();
    await ask("POST", "/Users", user("https://example.com/scim/v2/Groups"));
    const query = "?filter=userName+eq+%22https://example.com/scim/v2/Groups%22";
    for (const origin of ["", "https://example.com", "HTTPS://example.com:443"]) {
      const url = `${origin}/scim/v2/Users${query}`;
      const { status, body } = await scim.handle({ method: "GET", url, headers: { authorization: "Bearer good" } });
      expect([status, JSON.parse(String(body)).totalResults]).toEqual([200, 1]);
    }
  });

  test("of what is not supported are 501, so that a client can tell it from a typing error [P-3.12-09]", async () => {
    const { ask } = directory();
    expectRefusal(await ask("GET", "/Me"), 501);
  });
});

describe("the base URL", () => {
  test.each([
    "https://example.com",
    "https://example.com/",
    "https://h/scim",
    "https://h/t/acme/scim/v2/",
    "http://127.0.0.1:3000/a-b/c",
  ])("%s: every path below it works, and every URL in an answer begins with it [P-1.3-01 P-3.13-04]", async (baseUrl) => {
    const { scim } = directory({ baseUrl });
    const base = baseUrl.replace(/\/$/, "");
    const ask = async (method: string, url: string, body?: unknown) => {
      const answer = await scim.handle({
        method,
        url,
        headers: { authorization: "Bearer good", host: "evil.example" },
        body,
      });
      return { ...answer, json: JSON.parse(String(answer.body)) };
    };
    const path = new URL(baseUrl).pathname.replace(/\/$/, "");
    const created = await ask("POST", `${path}/Users`, user());
    expect(created.headers.Location).toBe(`${base}/Users/${created.json.id}`);
    const group = await ask("POST", `${path}/Groups`, {
      schemas: [GROUP],
      displayName: "g",
      members: [{ value: created.json.id }],
    });
    expect(group.json.members[0].$ref).toBe(created.headers.Location);
    for (const url of [
      `${path}/Users/${created.json.id}`,
      created.json.meta.location,
      `https://other.example:8443${path}/Users/${created.json.id}`,
    ])
      expect((await ask("GET", url)).json).toMatchObject({
        meta: created.json.meta,
        groups: [{ $ref: `${base}/Groups/${group.json.id}` }],
      });
    const discovery = JSON.stringify((await ask("GET", `${path}/ResourceTypes`)).json);
    expect(discovery).toContain(`"location":"${base}/ResourceTypes/User"`);
    expect(discovery).not.toContain("evil");
  });

  test("names the version; another one, or one after the endpoint, leads nowhere [P-3.13-01 P-3.13-02]", async () => {
    const { scim } = directory();
    for (const url of ["/scim/v1/Users", "/scim/v3/Users", "/scim/Users/v2", "/scim/v2/v2/Users", "/scim/v2/v1/Users"])
      expect((await scim.handle({ method: "GET", url, headers: { authorization: "Bearer good" } })).status).toBe(404);
  });

  test("may depend on the request: with and without a version, per tenant, by whatever the host looks at [P-3.13-03 P-3.13-04 P-6-01]", async () => {
    const { scim } = directory({
      baseUrl: (request) => {
        const [, first = "", second] = request.url.split("/");
        return `https://example.com/${first}${second === "v2" ? "/v2" : ""}`;
      },
      authenticate: (request) => ({ tenant: request.url.split("/")[1] ?? "" }),
    });
    const ask = async (method: string, url: string, body?: unknown) =>
      JSON.parse(String((await scim.handle({ method, url, headers: {}, body })).body));
    const versioned = await ask("POST", "/acme/v2/Users", user());
    expect(versioned.meta.location).toBe(`https://example.com/acme/v2/Users/${versioned.id}`);
    const plain = await ask("GET", `/acme/Users/${versioned.id}`);
    expect(plain.meta.location).toBe(`https://example.com/acme/Users/${versioned.id}`);
    expect((await ask("GET", "/globex/v2/Users")).totalResults).toBe(0);
    expect((await ask("GET", `/globex/v2/Users/${versioned.id}`)).status).toBe("404");
  });
});

describe("tenants", () => {
  test("with one id, one user name and one external id do not see each other [P-6-01 P-6.1-01 P-6.2-01]", async () => {
    const { scim } = directory({
      newId: () => "the-same",
      baseUrl: `https://example.com`,
      authenticate: (request) => ({ tenant: String(request.headers.authorization) }),
      tenant: ({ tenant = "" }) => ({ baseUrl: `https://example.com/${tenant}` }),
    });
    const ask = async (tenant: string, method: string, url: string, body?: unknown) =>
      scim.handle({ method, url, headers: { authorization: tenant }, body });
    for (const tenant of ["a", "b"]) {
      const created = await ask(tenant, "POST", `/${tenant}/Users`, { ...user(), externalId: "x", title: tenant });
      expect(created).toMatchObject({
        status: 201,
        headers: { Location: `https://example.com/${tenant}/Users/the-same` },
      });
    }
    expect(JSON.parse(String((await ask("a", "GET", "/a/Users/the-same")).body)).title).toBe("a");
    await ask("a", "DELETE", "/a/Users/the-same");
    expect(JSON.parse(String((await ask("b", "GET", "/b/Users")).body))).toMatchObject({
      totalResults: 1,
      Resources: [{ title: "b" }],
    });
    // A token opens its own tenant alone: the URL of another one is 404 for it.
    expect((await ask("a", "GET", "/b/Users/the-same")).status).toBe(404);
    expect((await ask("b", "GET", "/b/Users/the-same")).status).toBe(200);
  });
});

test("values that mean something to a database or to JavaScript are values and nothing else [S-9.2-02]", async () => {
  const { ask } = directory();
  await ask("POST", "/Users", user());
  for (const [index, value] of [
    "' OR '1'='1",
    '\\" or \\"a\\" eq \\"a',
    "*)(uid=*",
    "{$ne:null}",
    "%",
    "_da",
    "ad%",
    "__proto__",
    "'; DROP TABLE users;--",
  ].entries()) {
    const { json, status } = await ask("GET", filtered("/Users", `userName eq "${value}"`));
    expect([status, json.totalResults]).toEqual([200, 0]);
    const exact = `sub ${value.replaceAll("\\", "")}`;
    await ask("POST", "/Users", { ...user(`u${index}`), displayName: exact });
    const filter = `displayName eq ${JSON.stringify(exact)}`;
    expect((await ask("GET", filtered("/Users", filter))).json.totalResults).toBe(1);
  }
  for (const name of ["__proto__", "constructor", "toString", "constructor.name", "__proto__.polluted"]) {
    expectRefusal(await ask("GET", filtered("/Users", `${name} pr`)), 400, "invalidFilter");
    expectRefusal(await ask("GET", `/Users?sortBy=${name}`), 400, "invalidValue");
    expect((await ask("GET", `/Users?attributes=${name}`)).status).toBe(200);
  }
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
