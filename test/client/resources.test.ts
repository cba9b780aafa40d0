import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { EnterpriseUserSchema, Group } from "scimkit";
import { type Client, createClient, isScimClientError } from "scimkit/client";
import { fetchHandler } from "scimkit/fetch";
import { nodeHandler } from "scimkit/node";
import { afterAll, describe, expect, test } from "vitest";
import { directory } from "../support/directory.ts";
import { clientOf, Employee, json, refusal } from "./answers.ts";

const resourceTypes = [Employee, Group] as const;
const over = { baseUrl: "https://example.com/scim/v2", token: "good", resourceTypes };
const { scim } = directory();
const server = createServer(nodeHandler(directory().scim));
const port = new Promise<number>((resolve) => {
  server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
});
afterAll(() => server.close());

type TypedClient = Client<(typeof resourceTypes)[number]>;
const hosts: readonly (readonly [string, () => Promise<TypedClient>])[] = [
  ["without a socket", async () => createClient({ ...over, fetch: fetchHandler(scim) })],
  ["over HTTP", async () => createClient({ ...over, baseUrl: `http://127.0.0.1:${await port}/scim/v2/` })],
];

describe.each(hosts)("a client %s", (_name, open) => {
  test("creates, reads, changes, lists, counts and deletes", async () => {
    const client = await open();
    const users = client.resource(Employee);
    const groups = client.resource(Group);
    const ada = await users.create({
      userName: "ada",
      externalId: "1",
      [EnterpriseUserSchema.id]: { department: "R&D" },
    });
    expect(ada).toMatchObject({ userName: "ada", meta: { resourceType: "User" } });
    expect(ada.schemas).toEqual([Employee.schema.id, EnterpriseUserSchema.id]);
    expect(await users.get(ada.id)).toEqual(ada);
    expect(await users.get(ada.id, { attributes: ["userName"] })).toEqual({
      schemas: expect.anything(),
      id: ada.id,
      userName: "ada",
      meta: expect.anything(),
    });

    const admins = await groups.create({ displayName: "Admins & Co", members: [{ value: ada.id }] });
    const replaced = await users.replace(ada.id, { userName: "ada", displayName: "Ada" }, { read: true });
    expect(replaced).toMatchObject({ id: ada.id, displayName: "Ada" });
    expect(replaced[EnterpriseUserSchema.id]).toBeUndefined();
    await users.patch(ada.id, [{ op: "replace", path: "displayName", value: "Countess" }]);
    expect(await users.first('displayName eq "Countess"')).toMatchObject({ id: ada.id });
    expect(await users.first('displayName eq "nobody"')).toBeUndefined();
    const found = { type: "compare", path: "displayName", operator: "eq", value: "Admins & Co" } as const;
    expect(await groups.first(found)).toMatchObject({ id: admins.id });
    expect(await users.count()).toBe(1);
    expect(await users.count('userName eq "bob"')).toBe(0);

    expect(await users.delete(ada.id)).toBe(true);
    expect(await users.delete(ada.id)).toBe(false);
    expect(await users.get(ada.id)).toBeUndefined();
    expect(await groups.delete(admins.id)).toBe(true);
  });

  test("changes only the version that it has read", async () => {
    const users = (await open()).resource(Employee);
    const { id, meta } = await users.create({ userName: "grace" });
    expect(meta.version).toBeDefined();
    const change = [{ op: "replace", path: "title", value: "Admiral" }] as const;
    const changed = await users.patch(id, change, { ifMatch: meta.version, read: true });
    expect(changed.meta.version).not.toBe(meta.version);
    const refused = await users.patch(id, change, { ifMatch: meta.version }).catch((error: unknown) => error);
    expect(isScimClientError(refused)).toBe(true);
    expect(refused).toMatchObject({ code: "answered", status: 412, method: "PATCH", mayHaveHappened: false });
    await expect(users.delete(id, { ifMatch: meta.version })).rejects.toMatchObject({ status: 412 });
    expect(await users.delete(id, { ifMatch: changed.meta.version })).toBe(true);
  });

  test("reads all pages, by cursor and by index, from GET and from .search", async () => {
    const users = (await open()).resource(Employee);
    const names = Array.from({ length: 25 }, (_, index) => `user${String(index).padStart(2, "0")}`);
    for (const userName of names) await users.create({ userName });
    for (const by of ["cursor", "index", undefined] as const) {
      for (const search of [true, false]) {
        const read: unknown[] = [];
        for await (const { userName } of users.list({ filter: 'userName sw "user"', by, search, count: 4 }))
          read.push(userName);
        expect(read.toSorted()).toEqual(names);
      }
    }
    for await (const { id } of users.list()) await users.delete(id);
    expect(await users.count()).toBe(0);
  });

  test("knows what the server announces", async () => {
    const { cursor, patch, bulk, put } = await (await open()).capabilities();
    expect(cursor).toMatchObject({ supported: true, origin: "announced" });
    expect(patch).toEqual({ supported: true, origin: "announced" });
    expect(bulk).toMatchObject({ supported: true, maxOperations: expect.any(Number) });
    expect(put).toEqual({ supported: true, origin: "assumed" });
  });
});

describe("what a client sends", () => {
  test("is what the RFC asks for: media types, schemas, messages and ids that stay one segment", async () => {
    const { users, asked } = clientOf(({ body }) => json({ id: "a/b?c", userName: "ada", ...body }), {
      headers: { "X-Trace": "1" },
      server: { name: "one", asOf: "2026-11", sources: [], headers: { "User-Agent": "scimkit" } },
    });
    await users.create({ userName: "ada" });
    await users.patch("a/b?c", [{ op: "remove", path: "title" }], { ifMatch: 'W/"1"' });
    await users.get("a/b?c", { excludedAttributes: ["emails", "groups"] });
    const [create, patch, get] = asked;
    expect(create).toMatchObject({
      method: "POST",
      path: "/Users",
      body: { schemas: [Employee.schema.id], userName: "ada" },
    });
    expect(Object.fromEntries(create?.headers ?? [])).toMatchObject({
      accept: "application/scim+json, application/json",
      authorization: "Bearer good",
      "content-type": "application/scim+json",
      "user-agent": "scimkit",
      "x-trace": "1",
    });
    expect(patch?.body).toEqual({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "remove", path: "title" }],
    });
    expect(patch?.headers.get("if-match")).toBe('W/"1"');
    expect(get?.path).toBe("/Users/a/b?c?excludedAttributes=emails,groups");
    expect(get?.headers.get("content-type")).toBeNull();
  });

  test("names no path above its own, whatever the id", async () => {
    const { users, asked } = clientOf(() => refusal(404));
    for (const id of ["", ".", ".."]) await expect(users.delete(id)).rejects.toThrow(TypeError);
    await users.delete("../Groups/1");
    expect(asked.map(({ path }) => path)).toEqual(["/Users/../Groups/1"]);
  });

  test("is no request for a base URL that is none, or for a type that it was not given", () => {
    for (const baseUrl of ["example.com", "ftp://example.com", "https://ada:secret@example.com/"])
      expect(() => createClient({ baseUrl })).toThrow(TypeError);
    const client = createClient({ baseUrl: "https://example.com", resourceTypes: [Group] });
    expect(() => client.resource(Employee as never)).toThrow("User is not among the resourceTypes");
  });

  test("keeps the query of the base URL, and sends a blank as every server reads it", async () => {
    const urls: string[] = [];
    const client = createClient({
      baseUrl: "https://example.com/scim?tenant=1",
      fetch: async ({ url }) => {
        urls.push(url);
        return json({});
      },
    });
    await client.send({ method: "GET", path: "/Users", query: { filter: 'a eq "b+c d"', count: 2, x: undefined } });
    expect(urls).toEqual(["https://example.com/scim/Users?tenant=1&filter=a%20eq%20%22b%2Bc%20d%22&count=2"]);
  });
});

describe("credentials", () => {
  const answer = (authorization: string | null) => (authorization === "Bearer new" ? json({ id: "1" }) : refusal(401));

  test("are asked for again after a 401, once, and never stand in an error", async () => {
    const told: boolean[] = [];
    let isNew = true;
    const { users, asked } = clientOf(({ headers }) => answer(headers.get("authorization")), {
      token: ({ isRefused }) => {
        told.push(isRefused);
        return isRefused && isNew ? "new" : "old-secret";
      },
    });
    expect(await users.get("1")).toEqual({ id: "1" });
    expect(told).toEqual([false, true]);
    isNew = false;
    const error = await users.get("1").catch((one: unknown) => one);
    expect(error).toMatchObject({ code: "answered", status: 401 });
    expect(asked).toHaveLength(4);
    expect(JSON.stringify(error) + String(error)).not.toContain("old-secret");
  });

  test("may be any headers, and what fails to give them is told apart", async () => {
    const { users, asked } = clientOf(() => json({ id: "1" }), {
      token: undefined,
      authenticate: async ({ method, url }) => ({ "x-signature": `${method} ${url}` }),
    });
    await users.get("1");
    expect(asked[0]?.headers.get("x-signature")).toBe("GET https://example.com/scim/v2/Users/1");
    expect(asked[0]?.headers.get("authorization")).toBeNull();
    const cause = new Error("no vault");
    const failing = clientOf(() => json({}), { token: () => Promise.reject(cause) });
    await expect(failing.users.get("1")).rejects.toMatchObject({ code: "credentials", cause });
    expect(failing.asked).toEqual([]);
  });

  test("never leave the origin of the base URL", async () => {
    const { client, asked } = clientOf(() => json({}));
    const elsewhere = client.send({ method: "GET", path: "https://elsewhere.example.com/scim/v2/Users/1" });
    await expect(elsewhere).rejects.toMatchObject({ code: "redirected" });
    expect(asked).toEqual([]);
    await client.send({ method: "GET", path: "https://example.com/scim/v2/Users/1" });
    expect(asked).toHaveLength(1);
  });
});
