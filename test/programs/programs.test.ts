import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { sql } from "kysely";
import { createScim, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { openSqlite } from "scimkit/sql";
import { testClient } from "scimkit/testing";
import { describe, expect, test } from "vitest";
import { mapStorage } from "./adapter.ts";
import { mailOnLeave, sendMails } from "./mail-on-leave.ts";
import { ownTables, type Tables } from "./own-tables.ts";
import { server } from "./server.ts";
import { type Customer, tenants } from "./tenants.ts";
import { devices } from "./typed-resource.ts";

const user = (userName: string, more: object = {}) => ({ schemas: [User.schema.id], userName, ...more });
const TOKEN = "vJ3kq2mUJ8T0w8aEoYy4";

describe("six programs as hosts write them", () => {
  test("do with no cast, no any and no word to the compiler", () => {
    const folder = new URL(".", import.meta.url);
    const programs = readdirSync(folder).filter((name) => !name.endsWith(".test.ts"));
    expect(programs).toHaveLength(6);
    for (const name of programs) {
      const text = readFileSync(new URL(name, folder), "utf8").replaceAll(/^\s*\/\/.*$/gm, "");
      expect(text, name).not.toMatch(/\bas (?!const\b)|\bany\b|@ts-|biome-ignore|\w!(?=[.;,)\]])/);
    }
  });

  test("a server answers on node:http, and its log says what was refused", async () => {
    const lines: string[] = [];
    const listening = server(TOKEN, (line) => lines.push(line)).listen(0, "127.0.0.1");
    await new Promise((resolve) => listening.once("listening", resolve));
    const { port }: Partial<AddressInfo> = Object(listening.address());
    const url = `http://127.0.0.1:${port}/scim/v2/Users`;
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" };
    const statuses: number[] = [];
    for (const body of [user("ada"), user("ada")])
      statuses.push((await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).status);
    statuses.push((await fetch(url)).status);
    listening.close();
    expect(statuses).toEqual([201, 409, 401]);
    expect(lines).toEqual([
      expect.stringMatching(/^refused POST: .*userName/),
      expect.stringMatching(/^refused GET: /),
    ]);
  });

  test("each customer has a directory and a profile of its own, by the token that is looked up", async () => {
    const customers = new Map<string, Customer>([
      ["token-of-acme-0001", { name: "acme", provider: "entra" }],
      ["token-of-globex-01", { name: "globex", provider: "okta" }],
    ]);
    const scim = tenants(memoryStorage(), async (token) => customers.get(token));
    const as = (token: string) => testClient(scim, { headers: { authorization: `Bearer ${token}` } });
    const created = await as("token-of-acme-0001").post("/Users", user("ada", { title: "Countess" }));
    expect(created.status).toBe(201);
    const path = `/Users/${created.body?.id}`;
    expect((await as("token-of-globex-01").get(path)).status).toBe(404);
    expect((await as("token-of-nobody-0001").get(path)).status).toBe(401);
    const put = await as("token-of-acme-0001").put(path, user("ada"));
    expect(put.body).toMatchObject({ title: "Countess" });
  });

  test("a listener knows the attributes of a type of the host's own", async () => {
    const noted: unknown[] = [];
    const client = testClient(devices((...all) => noted.push(all)));
    const schemas = ["urn:example:params:scim:schemas:Device"];
    await client.post("/Devices", { schemas, serialNumber: "A7", ports: [{ number: 1 }, { number: 2 }] });
    await client.post("/Users", user("ada", { emails: [{ value: "ada@example.com" }] }));
    expect(noted).toEqual([
      ["A7", [1, 2], ""],
      ["", [], "ada@example.com"],
    ]);
  });

  test("a row of the application's own stands or falls with each change", async () => {
    const db = await openSqlite<Tables>(":memory:");
    for (const statement of TABLES) await sql.raw(statement).execute(db);
    const client = testClient(await ownTables(db, 1));
    expect((await client.post("/Users", user("ada@example.com"))).status).toBe(201);
    expect(await client.post("/Users", user("eve@example.com"))).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("No seat is left") },
    });
    expect(await db.selectFrom("audit").selectAll().execute()).toEqual([{ id: "u1", operation: "create" }]);
  });

  test("whoever leaves gets one e-mail, and again until it is sent", async () => {
    const scim = mailOnLeave(memoryStorage());
    const client = testClient(scim);
    const { body } = await client.post(
      "/Users",
      user("ada", { emails: [{ value: "ada@example.com", primary: true }] }),
    );
    await client.delete(`/Users/${body?.id}`);
    const sent: string[] = [];
    await sendMails(scim, async (address) => void sent.push(address));
    expect(sent).toEqual(["ada@example.com"]);
  });

  test("an adapter over a Map keeps tenants, names and versions apart", async () => {
    const scim = createScim({
      resourceTypes: [User],
      storage: mapStorage(),
      baseUrl: "https://example.com/scim/v2",
      authenticate: ({ headers }) => ({ tenant: String(headers["x-tenant"]) }),
    });
    const [acme, globex] = ["acme", "globex"].map((tenant) => testClient(scim, { headers: { "x-tenant": tenant } }));
    const { body } = (await acme?.post("/Users", user("ada"))) ?? {};
    expect((await acme?.post("/Users", user("ADA")))?.status).toBe(409);
    expect((await globex?.post("/Users", user("ada")))?.status).toBe(201);
    expect((await globex?.get(`/Users/${body?.id}`))?.status).toBe(404);
    expect((await acme?.get('/Users?filter=userName eq "ada"'))?.body).toMatchObject({ totalResults: 1 });
    const renamed = await acme?.put(`/Users/${body?.id}`, user("eve"));
    expect(renamed).toMatchObject({ status: 200, body: { meta: { version: 'W/"2"' } } });
    expect((await acme?.delete(`/Users/${body?.id}`))?.status).toBe(204);
  });
});

const TABLES = [
  `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT, version INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, scim_json TEXT)`,
  `CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, scim_json TEXT)`,
  `CREATE TABLE memberships (team_id INTEGER NOT NULL REFERENCES teams (id), user_id INTEGER NOT NULL REFERENCES users (id),
    UNIQUE (team_id, user_id))`,
  "CREATE TABLE audit (id TEXT NOT NULL, operation TEXT NOT NULL)",
];
