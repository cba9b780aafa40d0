import { afterAll, describe, expect, test } from "vitest";
import { defineResourceType, defineSchema, Group, User } from "../../../../src/index.ts";
import { someEngines } from "../engines.ts";
import { patch, type Release, tablesOf } from "./releases.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ITEM = "urn:example:params:scim:schemas:Item";
type Attributes = Parameters<typeof defineSchema>[0]["attributes"];

const item = (attributes: Attributes) =>
  defineResourceType({ name: "Item", schema: defineSchema({ id: ITEM, name: "Item", attributes }) });
/** A release that serves items from a table of them. */
const items = (attributes: Attributes, columns: Release["types"][string]["columns"] = {}): Release => ({
  resourceTypes: [item(attributes)],
  types: {
    Item: {
      table: "items",
      id: "id",
      columns: { code: { column: "code", key: "code_key" }, ...columns },
      rest: "rest",
    },
  },
});
const itemTable = (isPostgres: boolean) => [
  `CREATE TABLE @items (id text PRIMARY KEY, version integer NOT NULL, created_at text, updated_at text,
    code text, code_key text ${isPostgres ? 'COLLATE "C"' : ""}, title text, pin_hash text, rest ${isPostgres ? "jsonb" : "text"})`,
];
const tenantTables = (isPostgres: boolean) => {
  const common = `version integer NOT NULL, created_at text, updated_at text, rest ${isPostgres ? "jsonb" : "text"}`;
  return [
    `CREATE TABLE @users (org text NOT NULL, id text NOT NULL, login text, hash text, ${common}, PRIMARY KEY (org, id))`,
    `CREATE TABLE @teams (org text NOT NULL, id text NOT NULL, name text, ${common}, PRIMARY KEY (org, id))`,
    `CREATE TABLE @memberships (org text NOT NULL, team text NOT NULL, member text NOT NULL, PRIMARY KEY (org, team, member),
      FOREIGN KEY (org, team) REFERENCES @teams (org, id), FOREIGN KEY (org, member) REFERENCES @users (org, id))`,
    "CREATE TABLE @invoices (org text, payer text, FOREIGN KEY (org, payer) REFERENCES @users (org, id))",
  ];
};
const organization: Release = {
  resourceTypes: [User, Group],
  types: {
    User: { table: "users", id: "id", tenant: "org", columns: { userName: "login", password: "hash" }, rest: "rest" },
    Group: {
      table: "teams",
      id: "id",
      tenant: "org",
      columns: { displayName: "name" },
      rest: "rest",
      collections: {
        members: {
          table: "memberships",
          holder: "team",
          value: "member",
          tenant: "org",
          resourceType: "User",
          forgotten: ["display"],
        },
      },
    },
  },
};

/** All that an iterable gives. */
async function allOf<T>(iterable: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const one of iterable) all.push(one);
  return all;
}

for (const engine of someEngines())
  describe(`${engine.name}: mapped tables over releases`, () => {
    afterAll(() => engine.close());

    test("an attribute that gets a column keeps its value, is shown once, and does not come back when it is removed", async () => {
      const tables = await tablesOf(engine, itemTable);
      const old = tables.serve(items({ code: {}, title: {}, note: {} }));
      const { id } = (await old.ask("POST", "/Items", { schemas: [ITEM], code: "A", title: "kept", note: "x" })).json;
      const now = tables.serve(items({ code: {}, title: {}, note: {} }, { title: "title" }));
      expect((await now.ask("GET", `/Items/${id}`)).json.title).toBe("kept");
      expect((await now.ask("PATCH", `/Items/${id}`, patch("replace", "note", "y"))).status).toBe(200);
      expect((await now.ask("GET", `/Items/${id}`)).json).toMatchObject({ title: "kept", note: "y" });
      const [row] = await tables.run("SELECT title, rest FROM @items");
      expect(row?.title).toBe("kept");
      expect(JSON.stringify(row?.rest)).not.toContain("kept");
      await old.ask("PATCH", `/Items/${id}`, patch("replace", "title", "of the old release"));
      await now.ask("PATCH", `/Items/${id}`, patch("remove", "title"));
      expect((await now.ask("GET", `/Items/${id}`)).json.title).toBeUndefined();
    });

    test("values that do not fit and values that no schema names survive writes of others", async () => {
      const tables = await tablesOf(engine, itemTable);
      const old = tables.serve(items({ code: {}, size: {}, gone: {}, tag: {}, note: {} }));
      const given = { schemas: [ITEM], code: "A", size: "large", gone: "kept", tag: "one" };
      const { id } = (await old.ask("POST", "/Items", given)).json;
      const now = tables.serve(items({ code: {}, size: { type: "integer" }, tag: { multiValued: true }, note: {} }));
      const { json } = await now.ask("GET", `/Items/${id}`);
      expect(json).toMatchObject({ tag: ["one"] });
      expect([json.size, json.gone]).toEqual([undefined, undefined]);
      expect((await now.ask("PATCH", `/Items/${id}`, patch("replace", "note", "y"))).status).toBe(200);
      expect((await now.ask("PUT", `/Items/${id}`, (await now.ask("GET", `/Items/${id}`)).json)).status).toBe(200);
      expect((await now.ask("GET", "/Items?filter=size%20eq%205")).json.totalResults).toBe(0);
      expect((await old.ask("GET", `/Items/${id}`)).json).toMatchObject({ size: "large", gone: "kept" });
    });

    test("a clear value of what is writeOnly now is not shown, and is hashed and gone with the next write", async () => {
      const tables = await tablesOf(engine, itemTable);
      const old = tables.serve(items({ code: {}, pin: {}, note: {} }));
      const { id } = (await old.ask("POST", "/Items", { schemas: [ITEM], code: "A", pin: "canary" })).json;
      const hidden = { code: {}, pin: { mutability: "writeOnly", returned: "never" }, note: {} } as const;
      const without = tables.serve(items(hidden));
      expect((await without.ask("PATCH", `/Items/${id}`, patch("replace", "note", "y"))).body).not.toContain("canary");
      expect(JSON.stringify(await tables.run("SELECT rest FROM @items"))).toContain("canary");
      const now = tables.serve(items(hidden, { pin: "pin_hash" }));
      expect((await now.ask("GET", `/Items/${id}`)).body).not.toContain("canary");
      await now.ask("PATCH", `/Items/${id}`, patch("replace", "note", "z"));
      const [row] = await tables.run("SELECT pin_hash, rest FROM @items");
      expect(row?.pin_hash).toBe("hash of 6");
      expect(JSON.stringify(row)).not.toContain("canary");
    });

    test("reindex computes keys anew, reports what it finds, and keeps versions", async () => {
      const tables = await tablesOf(engine, itemTable);
      const old = tables.serve(items({ code: { caseExact: true }, pin: {}, size: {}, gone: {} }));
      for (const [code, size] of [
        ["a", "1"],
        ["A", "two"],
        ["B", "3"],
      ])
        await old.ask("POST", "/Items", { schemas: [ITEM], code, size, gone: "x", pin: "canary" });
      const attributes = {
        code: { uniqueness: "server" },
        pin: { mutability: "writeOnly", returned: "never" },
        size: { type: "integer" },
      } as const;
      const release = items(attributes, { pin: "pin_hash" });
      const now = tables.serve(release);
      const { resourceTypes } = release;
      const before = await tables.run("SELECT version, updated_at FROM @items ORDER BY id");
      const looked = await now.storage.reindex({ resourceTypes, dryRun: true });
      expect((await tables.run("SELECT code_key FROM @items WHERE code = 'B'"))[0]?.code_key).toBe("B");
      const told: number[] = [];
      const done = await now.storage.reindex({
        resourceTypes,
        forget: ["Item.gone"],
        batchSize: 2,
        onProgress: (progress) => told.push(progress.done),
      });
      expect(done).toEqual(looked);
      expect(told).toEqual([2, 3]);
      expect(done.resourceTypes).toEqual([{ name: "Item", seen: 3, rebuilt: 3 }]);
      expect(done.duplicates).toMatchObject([{ attribute: "code", count: 2 }]);
      expect(done.misfits).toMatchObject([{ attribute: "size", count: 1 }]);
      expect(done.unknown).toMatchObject([{ attribute: "gone", count: 3 }]);
      expect(done.secrets).toMatchObject([{ attribute: "pin", count: 3, outcome: "hashed" }]);
      expect(done.isComplete).toBe(false);
      expect(await tables.run("SELECT version, updated_at FROM @items ORDER BY id")).toEqual(before);
      expect(JSON.stringify(await tables.run("SELECT * FROM @items"))).not.toMatch(/canary|gone/);
      expect((await now.ask("GET", `/Items?filter=${encodeURIComponent('code eq "b"')}`)).json.totalResults).toBe(1);
      expect((await now.ask("GET", `/Items?filter=${encodeURIComponent('code eq "a"')}`)).json.totalResults).toBe(2);
      expect((await now.storage.reindex({ resourceTypes })).resourceTypes).toEqual([
        { name: "Item", seen: 3, rebuilt: 0 },
      ]);
    });

    test("reindex leaves a row whose key a constraint refuses, and reports it", async () => {
      const tables = await tablesOf(engine, itemTable);
      await tables.run("CREATE UNIQUE INDEX items_code ON @items (code_key)");
      const old = tables.serve(items({ code: { caseExact: true } }));
      for (const code of ["a", "A"]) await old.ask("POST", "/Items", { schemas: [ITEM], code });
      const release = items({ code: { uniqueness: "server" } });
      const report = await tables.storage(release).reindex({ resourceTypes: release.resourceTypes });
      expect(report.duplicates).toMatchObject([{ attribute: "code", count: 2 }]);
      expect(report.isComplete).toBe(false);
      expect((await tables.run("SELECT code_key FROM @items WHERE code = 'A'"))[0]?.code_key).toBe("A");
    });

    test("a tenant is exported, renamed and deleted, and others keep what they have", async () => {
      const tables = await tablesOf(engine, tenantTables);
      for (const tenant of ["one", "two"]) {
        const { ask } = tables.serve(organization, tenant);
        const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada", password: "secret" })).json;
        const team = { schemas: [GROUP], displayName: "Staff", members: [{ value: id }] };
        expect((await ask("POST", "/Groups", team)).status).toBe(201);
      }
      const { storage, ask } = tables.serve(organization, "three");
      const exported = await allOf(storage.exportTenant("one"));
      expect(exported).toMatchObject([
        { resourceType: "User", resource: { userName: "ada" }, secrets: { password: "hash of 6" } },
        { resourceType: "Group", resource: { members: [{ type: "User" }] } },
      ]);
      const [first] = exported;
      const after = { resourceType: "User", id: String(first?.resource.id) };
      expect(await allOf(storage.exportTenant("one", { after }))).toEqual(exported.slice(1));
      await expect(storage.renameTenant("one", "two")).rejects.toThrow("has resources already");
      expect(await storage.renameTenant("one", "three")).toEqual({ User: 1, Group: 1 });
      expect((await ask("GET", "/Groups")).json.Resources[0].members).toHaveLength(1);
      expect(await storage.deleteTenant("three")).toEqual({ User: 1, Group: 1 });
      expect(await tables.run("SELECT org FROM @memberships")).toEqual([{ org: "two" }]);
      expect(await storage.deleteTenant("three")).toEqual({});
    });

    test("a deletion says which resources other tables need, and a renaming that foreign keys forbid it", async () => {
      const tables = await tablesOf(engine, tenantTables);
      const { storage, ask } = tables.serve(organization, "one");
      const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
      await ask("POST", "/Users", { schemas: [USER], userName: "bob" });
      await tables.run("INSERT INTO @invoices VALUES ('one', ?)", [id]);
      await expect(storage.renameTenant("one", "two")).rejects.toThrow("a foreign key of the tables forbids");
      await expect(storage.deleteTenant("one")).rejects.toThrow(`need User ${id}`);
      expect((await ask("GET", "/Users")).json.totalResults).toBe(1);
      await tables.run("DELETE FROM @invoices");
      expect(await storage.deleteTenant("one")).toEqual({ User: 1 });
    });

    test("tables without a column for the tenant say so", async () => {
      const tables = await tablesOf(engine, itemTable);
      const storage = tables.storage(items({ code: {} }));
      await expect(storage.deleteTenant("one")).rejects.toThrow("no column for the tenant");
      await expect(storage.renameTenant("one", "two")).rejects.toThrow("no column for the tenant");
      expect(await allOf(storage.exportTenant(undefined))).toEqual([]);
    });

    test("lastModified does not go back where another server's clock is ahead", async () => {
      const tables = await tablesOf(engine, tenantTables);
      const { ask } = tables.serve(organization, "one");
      const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
      const { id: team } = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "Staff" })).json;
      await tables.run("UPDATE @teams SET updated_at = '2999-01-01T00:00:00Z'");
      await ask("PATCH", `/Groups/${team}`, patch("add", "members", [{ value: id }]));
      await ask("DELETE", `/Users/${id}`);
      const { json } = await ask("GET", `/Groups/${team}`);
      expect([json.meta.lastModified, json.members]).toEqual(["2999-01-01T00:00:00Z", undefined]);
    });
  });
