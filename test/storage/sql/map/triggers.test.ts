import { CompiledQuery, Kysely, MysqlDialect } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScim, Group, User } from "../../../../src/index.ts";
import { type MappedStorage, mappedStorage, mapTable } from "../../../../src/storage/sql/index.ts";
import { USER } from "../../../support/directory.ts";
import { createDatabase, dropDatabase, hasMariadb, poolOf } from "../engines/mariadb.ts";
import { someEngines } from "../engines.ts";

const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };

/** A database, and the schema where it has one. */
interface Place {
  readonly name: string;
  open(): Promise<{ readonly db: Kysely<unknown>; readonly schema: string | undefined }>;
  close(): Promise<void>;
}

function mariadb(): Place {
  let database = "";
  let db: Kysely<unknown>;
  return {
    name: "MariaDB",
    async open() {
      database = await createDatabase();
      db = new Kysely({ dialect: new MysqlDialect({ pool: poolOf(database, 2) }) });
      return { db, schema: undefined };
    },
    async close() {
      await db.destroy();
      await dropDatabase(database);
    },
  };
}

const places: readonly Place[] = [
  ...someEngines().map((engine) => ({
    name: engine.name,
    async open() {
      const { db, tables } = await engine.open();
      return { db, schema: tables.schema };
    },
    close: () => engine.close(),
  })),
  ...(hasMariadb ? [mariadb()] : []),
];

const ddl = (name: string, at: string): readonly string[] => {
  const [text, time] =
    name === "MariaDB" ? ["varchar(200)", "datetime(3)"] : ["text", name.startsWith("SQLite") ? "text" : "timestamptz"];
  const common = `version integer NOT NULL DEFAULT 1, created_at ${time}, updated_at ${time}`;
  const id = `id ${text === "text" ? "text" : "varchar(100)"} PRIMARY KEY`;
  return [
    `CREATE TABLE ${at}users (${id}, email ${text} NOT NULL, email_key ${text} UNIQUE, code ${text}, code_key ${text}, rest text, ${common})`,
    `CREATE TABLE ${at}teams (${id}, name ${text}, rest text, ${common})`,
    `CREATE TABLE ${at}memberships (team_id varchar(100), user_id varchar(100), PRIMARY KEY (team_id, user_id))`,
    `CREATE TABLE ${at}phones (user_id varchar(100) NOT NULL, number varchar(40), PRIMARY KEY (user_id, number))`,
    `CREATE TABLE ${at}roles (${id}, name ${text} NOT NULL)`,
    `CREATE TABLE ${at}users_roles (user_id varchar(100), role_id varchar(100), PRIMARY KEY (user_id, role_id))`,
  ];
};

const tablesIn = (place: { readonly schema?: string }) => [
  mapTable(User, {
    ...place,
    ...meta,
    table: "users",
    id: "id",
    columns: { userName: { column: "email", key: "email_key" }, externalId: { column: "code", key: "code_key" } },
    children: {
      phoneNumbers: {
        ...place,
        table: "phones",
        holder: "user_id",
        columns: { value: "number" },
        forgotten: ["display", "type", "primary"],
      },
      roles: {
        ...place,
        table: "users_roles",
        holder: "user_id",
        forgotten: ["display", "type", "primary"],
        dictionary: { ...place, table: "roles", id: "id", column: "role_id", columns: { value: "name" } },
      },
    },
    rest: "rest",
  }),
  mapTable(Group, {
    ...place,
    ...meta,
    table: "teams",
    id: "id",
    columns: { displayName: "name" },
    collections: {
      members: {
        ...place,
        table: "memberships",
        holder: "team_id",
        value: "user_id",
        resourceType: "User",
        forgotten: ["display"],
      },
    },
    rest: "rest",
  }),
];

for (const engine of places)
  describe(`${engine.name}: triggers that are printed`, () => {
    let db: Kysely<unknown>;
    let at = "";
    let storage: MappedStorage;
    const run = async (text: string) =>
      (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text.replace(/(?<=\s)@(?=\w)/g, at)))).rows;
    const versionOf = async (table: string) =>
      Number((await run(`SELECT version FROM @${table} WHERE id = 'x'`))[0]?.version);

    beforeAll(async () => {
      const opened = await engine.open();
      db = opened.db;
      const { schema } = opened;
      at = schema === undefined ? "" : `"${schema}".`;
      for (const text of ddl(engine.name, at)) await run(text);
      storage = mappedStorage({ db, tables: tablesIn(schema === undefined ? {} : { schema }) });
      for (const trigger of storage.triggers()) await run(trigger);
    });
    afterAll(() => engine.close());

    test("a row that is changed by hand has the next version, a time, and the keys of its texts", async () => {
      await run("INSERT INTO @users (id, email, code) VALUES ('x', 'Ada@Example.com', 'Ab')");
      const keys = async () => (await run("SELECT email_key, code_key FROM @users WHERE id = 'x'"))[0];
      expect(await keys()).toEqual({ email_key: "ada@example.com", code_key: "Ab" });
      const before = await versionOf("users");
      await run("UPDATE @users SET email = 'Bob@Example.com' WHERE id = 'x'");
      expect(await keys()).toEqual({ email_key: "bob@example.com", code_key: "Ab" });
      expect(await versionOf("users")).toBe(before + 1);
      const [row] = await run("SELECT updated_at FROM @users WHERE id = 'x'");
      expect(row?.updated_at).not.toBeNull();
      await run("UPDATE @users SET email = 'ÉVA@example.com' WHERE id = 'x'");
      expect(await keys()).toEqual({ email_key: null, code_key: "Ab" });
      await run("UPDATE @users SET email_key = 'éva@example.com' WHERE id = 'x'");
      expect(await versionOf("users")).toBe(before + 2);
      await run("UPDATE @users SET email = 'x', email_key = 'x', version = 40 WHERE id = 'x'");
      expect(await versionOf("users")).toBe(40);
    });

    test("rows of join and child tables and of dictionaries count for the rows that they are of", async () => {
      await run("INSERT INTO @teams (id, name) VALUES ('x', 'Team')");
      await run("INSERT INTO @memberships VALUES ('x', 'x')");
      expect(await versionOf("teams")).toBe(2);
      await run("DELETE FROM @memberships WHERE team_id = 'x'");
      expect(await versionOf("teams")).toBe(3);
      const before = await versionOf("users");
      await run("INSERT INTO @phones VALUES ('x', '1')");
      await run("UPDATE @phones SET number = '2' WHERE user_id = 'x'");
      await run("DELETE FROM @phones WHERE user_id = 'x'");
      expect(await versionOf("users")).toBeGreaterThanOrEqual(before + 3);
      await run("INSERT INTO @roles VALUES ('r', 'admin')");
      await run("INSERT INTO @users_roles VALUES ('x', 'r')");
      const named = await versionOf("users");
      await run("UPDATE @roles SET name = 'owner' WHERE id = 'r'");
      expect(await versionOf("users")).toBe(named + 1);
    });

    // MariaDB's mapped tables have tests of their own.
    if (engine.name !== "MariaDB")
      test("the version that a write of scimkit tells is the one that a read finds", async () => {
        await storage.prepare();
        const scim = createScim({
          resourceTypes: [User, Group],
          storage,
          baseUrl: "https://example.com/scim/v2",
          unsafeNoAuthentication: true,
        });
        const ask = async (method: string, path: string, body?: object) => {
          const {
            body: text,
            status,
            headers,
          } = await scim.handle({
            method,
            url: `https://example.com/scim/v2${path}`,
            headers: { "content-type": "application/scim+json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          expect(status).toBeLessThan(300);
          return text === undefined
            ? { meta: { version: new Headers(headers).get("etag") } }
            : JSON.parse(String(text));
        };
        const isAsRead = async (path: string, written: { meta: { version: string } }) =>
          expect((await ask("GET", path)).meta.version).toBe(written.meta.version);
        const user = await ask("POST", "/Users", {
          schemas: [USER],
          userName: "new",
          phoneNumbers: [{ value: "1" }],
          roles: [{ value: "owner" }],
        });
        await isAsRead(`/Users/${user.id}`, user);
        const put = await ask("PUT", `/Users/${user.id}`, {
          schemas: [USER],
          userName: "newer",
          phoneNumbers: [{ value: "2" }],
        });
        await isAsRead(`/Users/${user.id}`, put);
        const group = await ask("POST", "/Groups", {
          schemas: [GROUP],
          displayName: "g",
          members: [{ value: user.id }],
        });
        await isAsRead(`/Groups/${group.id}`, group);
        const patch = (op: string, more: object) => ({
          schemas: [PATCH],
          Operations: [{ op, path: "members", ...more }],
        });
        await ask("PATCH", `/Groups/${group.id}`, patch("remove", {}));

        await isAsRead(
          `/Groups/${group.id}`,
          await ask("PATCH", `/Groups/${group.id}`, patch("add", { value: [{ value: user.id }] })),
        );
        // Each operation stands behind a savepoint, and tells no more of what it wrote than its version.
        const bulk = await ask("POST", "/Bulk", {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
          Operations: [
            { method: "PATCH", path: `/Groups/${group.id}`, data: patch("remove", {}) },
            { method: "PATCH", path: `/Groups/${group.id}`, data: patch("add", { value: [{ value: user.id }] }) },
            {
              method: "PUT",
              path: `/Users/${user.id}`,
              data: {
                schemas: [USER],
                userName: "newest",
                phoneNumbers: [{ value: "3" }],
                roles: [{ value: "owner" }],
              },
            },
            {
              method: "POST",
              path: "/Groups",
              bulkId: "b",
              data: { schemas: [GROUP], displayName: "h", members: [{ value: user.id }] },
            },
          ],
        });
        for (const { location, version } of bulk.Operations.slice(1))
          await isAsRead(location.slice("https://example.com/scim/v2".length), { meta: { version } });
      });
  });
