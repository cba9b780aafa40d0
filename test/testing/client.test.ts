import { describe, expect, test } from "vitest";
import { createScim, errors, Group, type ScimOptions, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { testClient } from "../../src/testing/index.ts";
import { GROUP, USER } from "../support/directory.ts";

const given = { resourceTypes: [User, Group], storage: memoryStorage() };

/** A service that lets in whoever has a session, and a client of it. */
function served(options: Partial<ScimOptions> = {}) {
  const scim = createScim({
    ...given,
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    authenticate: ({ headers }) => {
      if (headers["x-session"] !== "ada") throw errors.unauthorized();
      return {};
    },
    ...options,
  });
  return { scim, client: testClient(scim, { headers: { "X-Session": "ada" } }) };
}

const ada = { schemas: [USER], userName: "ada" };

describe("a test client", () => {
  test("has a method for each verb, and reads each answer", async () => {
    const { client } = served();
    const created = await client.post("/Users", ada);
    expect(created).toMatchObject({
      status: 201,
      headers: { etag: 'W/"1"' },
      body: { userName: "ada" },
      resources: [],
    });
    const path = `/Users/${created.body.id}`;
    expect(created.headers.location).toBe(`https://example.com/scim/v2${path}`);
    expect((await client.put(path, { ...ada, title: "x" })).body.title).toBe("x");
    expect((await client.patch(path, [{ op: "replace", path: "title", value: "y" }])).body.title).toBe("y");
    const message = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "remove", path: "title" }],
    };
    expect((await client.patch(path, message)).status).toBe(200);
    expect((await client.get(path)).body).not.toHaveProperty("title");
    const filter = 'userName eq "ada"';
    const found = await client.get(`/Users?filter=${encodeURIComponent(filter)}`);
    expect(found.resources.map(({ id }) => id)).toEqual([created.body.id]);
    expect((await client.search("/Users", { filter })).resources).toEqual(found.resources);
    expect((await client.search("", { filter })).body.totalResults).toBe(1);
    expect(await client.send("HEAD", path)).toMatchObject({ status: 200, body: {}, resources: [] });
    expect(await client.delete(path)).toMatchObject({ status: 204, body: {} });
  });

  test("takes the URL of a resource as it is", async () => {
    const { client } = served();
    const { headers } = await client.post("/Users", ada);
    expect((await client.get(headers.location ?? "")).body.userName).toBe("ada");
  });

  test("throws nothing for what is refused, or fails", async () => {
    const { client } = served({ authorize: () => Promise.reject(new Error("x")) });
    expect(await client.get("/Users")).toMatchObject({ status: 500, body: { status: "500" } });
    expect((await client.get("/Nope")).status).toBe(404);
    expect((await client.post("/Users", "{")).body).toMatchObject({ scimType: "invalidSyntax" });
    expect((await client.post("/Users", new TextEncoder().encode("[]"))).body).toMatchObject({
      scimType: "invalidSyntax",
    });
  });

  test("sends headers with every request, and those of a request on top, whatever the letter case", async () => {
    const { client } = served();
    expect((await client.get("/Users", { "x-session": "eve" })).status).toBe(401);
    expect((await client.get("/Users", { "X-SESSION": undefined })).status).toBe(401);
    expect((await client.post("/Users", ada, { "Content-Type": "text/plain" })).status).toBe(415);
    const { headers, body } = await client.post("/Users", ada);
    const unchanged = { "If-None-Match": headers.etag };
    expect(await client.get(`/Users/${body.id}`, unchanged)).toMatchObject({ status: 304, body: {} });
  });

  test("joins what is streamed", async () => {
    const { client } = served();
    const { body: user } = await client.post("/Users", ada);
    const members = [{ value: user.id }];
    const { body } = await client.post("/Groups", { schemas: [GROUP], displayName: "g", members });
    expect((await client.get(`/Groups/${body.id}`)).body.members).toMatchObject(members);
  });

  test("gives the host's own with every request", async () => {
    const scim = createScim({
      ...given,
      storage: memoryStorage(),
      baseUrl: "https://example.com/scim/v2",
      authenticate: (_request, host: { readonly tenant: string }) => ({ tenant: host.tenant }),
    });
    const acme = testClient(scim, { host: { tenant: "acme" } });
    expect((await acme.post("/Users", ada)).status).toBe(201);
    expect((await acme.get("/Users")).body.totalResults).toBe(1);
    expect((await testClient(scim, { host: { tenant: "globex" } }).get("/Users")).body.totalResults).toBe(0);
    // @ts-expect-error authenticate asks for it
    testClient(scim);
  });
});

describe("the path of a service", () => {
  const pathOf = (options: Pick<ScimOptions, "baseUrl"> & Partial<ScimOptions>) =>
    createScim({ ...given, authenticate: () => ({}), ...options }).path;

  test("is that of the base URL, or of the option path, without a slash at its end", () => {
    expect(pathOf({ baseUrl: "https://example.com/scim/v2" })).toBe("/scim/v2");
    expect(pathOf({ baseUrl: "https://example.com/scim/v2/" })).toBe("/scim/v2");
    expect(pathOf({ baseUrl: "https://example.com" })).toBe("");
    expect(pathOf({ baseUrl: "https://example.com/scim/v2", path: "/" })).toBe("");
    expect(pathOf({ baseUrl: "https://example.com/scim/v2", path: "/inner/" })).toBe("/inner");
    expect(pathOf({ baseUrl: () => "https://example.com/a", path: "/inner" })).toBe("/inner");
  });

  test("is unknown where it depends on the request: a test client is told it, or says what is missing", async () => {
    const baseUrl = () => "https://example.com/acme/scim";
    expect(pathOf({ baseUrl })).toBeUndefined();
    expect(pathOf({ baseUrl: "https://example.com/scim", path: () => "/x" })).toBeUndefined();
    const scim = createScim({ ...given, baseUrl, authenticate: () => ({}) });
    expect(() => testClient(scim)).toThrow(/option path/);
    expect((await testClient(scim, { path: "/acme/scim/" }).get("/Users")).status).toBe(200);
  });
});
