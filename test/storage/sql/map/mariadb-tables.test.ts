import { inspect } from "node:util";
import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { createScim, EnterpriseUserSchema, Group, type ScimEvent, User } from "../../../../src/index.ts";
import { mappedStorage, mapTable, type TableMapping } from "../../../../src/storage/sql/index.ts";
import { serve } from "../../../support/adopting.ts";
import { USER } from "../../../support/directory.ts";
import { hasMariadb } from "../engines/mariadb.ts";
import { mariadbTables } from "./mariadb.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const Employee = User.extend(EnterpriseUserSchema);
const NUMBER = `${EnterpriseUserSchema.id}:employeeNumber` as const;
const DEPARTMENT = `${EnterpriseUserSchema.id}:department` as const;
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };

/** Tables as MariaDB makes them where nothing is said: texts without case, accents and blanks at their end. */
const ddl = [
  "CREATE TABLE departments (name varchar(50) PRIMARY KEY)",
  `CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, login varchar(100) NOT NULL, login_key varbinary(400) UNIQUE,
    title varchar(10), kind enum('Employee', 'Contractor'), nick varchar(50), CONSTRAINT nick_short CHECK (char_length(nick) < 20),
    number integer, shown varchar(100) UNIQUE, hired datetime(3), department varchar(50), enabled tinyint(1),
    seen timestamp(3) NULL, guarded varchar(20), rest json, version integer NOT NULL DEFAULT 1,
    created_at datetime(3), updated_at timestamp(3) NULL,
    CONSTRAINT of_department FOREIGN KEY (department) REFERENCES departments (name)) COLLATE utf8mb4_general_ci`,
  `CREATE TABLE teams (code varchar(50) PRIMARY KEY, name varchar(100) NOT NULL, rest json, version integer NOT NULL DEFAULT 1,
    created_at datetime(6), updated_at datetime(6)) COLLATE utf8mb4_unicode_ci`,
  `CREATE TABLE memberships (team varchar(50) COLLATE utf8mb4_unicode_ci, member bigint, PRIMARY KEY (team, member),
    FOREIGN KEY (team) REFERENCES teams (code), FOREIGN KEY (member) REFERENCES users (id))`,
  `CREATE TRIGGER guard BEFORE UPDATE ON users FOR EACH ROW BEGIN
    IF NEW.guarded = 'no' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'guarded_users'; END IF; END`,
];

const tables = [
  mapTable(Employee, {
    ...meta,
    table: "users",
    id: { column: "id", type: "integer" },
    columns: {
      userName: { column: "login", key: "login_key" },
      title: "title",
      userType: "kind",
      nickName: "nick",
      displayName: "shown",
      active: "enabled",
      timezone: "guarded",
      [DEPARTMENT]: "department",
      [NUMBER]: {
        column: "number",
        read: (value) => (value === null ? undefined : String(value)),
        write: (value) => value ?? null,
      },
    },
    rest: "rest",
  }),
  mapTable(Group, {
    ...meta,
    table: "teams",
    id: "code",
    columns: { displayName: "name" },
    collections: {
      members: { table: "memberships", holder: "team", value: "member", resourceType: "User", forgotten: ["display"] },
    },
    rest: "rest",
  }),
];

const usersOf = (table: string) => ({ ...meta, table, id: { column: "id", type: "integer" }, rest: "rest" }) as const;

describe.runIf(hasMariadb)("Tables of MariaDB as they are", () => {
  const engine = mariadbTables();
  afterAll(() => engine.close());

  async function opened() {
    const { db, sent } = await engine.open();
    const run = async (text: string) => (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text))).rows;
    for (const text of ddl) await run(text);
    const storage = mappedStorage({ db, tables });
    await storage.prepare();
    const faults: ScimEvent[] = [];
    const scim = createScim({
      resourceTypes: [Employee, Group],
      storage,
      baseUrl: "https://example.com/scim/v2",
      authenticate: () => ({}),
      onNotice: (event) => void (event.type === "fault" && faults.push(event)),
    });
    const ask = async (method: string, path: string, body?: unknown) => {
      const response = await scim.handle({
        method,
        url: `https://example.com/scim/v2${path}`,
        headers: { "content-type": "application/scim+json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: JSON.parse(String(response.body ?? "{}") || "{}") };
    };
    return { run, ask, faults, sent, db };
  }

  test("a value that a column refuses is 400 or 409 and names the attribute, in a create and in a PATCH, and nothing is stored [G-4]", async () => {
    const { run, ask, faults } = await opened();
    const cases: readonly (readonly [string, unknown, number, string])[] = [
      ["title", "x".repeat(11), 400, "title is too long for this directory"],
      ["userType", "Visitor", 400, "userType is too long for this directory, or not of the form"],
      ["nickName", "x".repeat(20), 400, "nickName does not keep the rules of this directory"],
      [NUMBER, "E-7", 400, `${NUMBER} is too long for this directory, or not of the form`],
      [NUMBER, "99999999999", 400, `${NUMBER} is too long for this directory, or not of the form`],
      [DEPARTMENT, "nowhere", 400, `${DEPARTMENT} must name something that there is`],
      // The table's own index is stricter than SCIM: it knows no case.
      ["displayName", "ADA", 409, "Another resource already has this value of displayName"],
      ["userName", "Ada", 409, "Another resource already has this value of userName"],
    ];
    const create = (values: object) => ask("POST", "/Users", { schemas: [USER, EnterpriseUserSchema.id], ...values });
    const valuesOf = (path: string, value: unknown) =>
      path.startsWith("urn:")
        ? { [EnterpriseUserSchema.id]: { [path.split(":").at(-1) ?? ""]: value } }
        : { [path]: value };
    expect(await create({ userName: "ada", displayName: "ada" })).toMatchObject({ status: 201 });
    const { body: other } = await create({ userName: "eve", displayName: "eve" });
    const before = await run("SELECT * FROM users");
    for (const [path, value, status, detail] of cases) {
      expect(await create({ userName: "new", ...valuesOf(path, value) }), path).toMatchObject({
        status,
        body: { detail: expect.stringContaining(detail) },
      });
      const Operations = [{ op: "replace", path, value }];
      expect(await ask("PATCH", `/Users/${other.id}`, { schemas: [PATCH], Operations }), path).toMatchObject({
        status,
      });
      expect(await run("SELECT * FROM users")).toEqual(before);
    }
    expect(faults).toEqual([]);
  });

  test("what a log has of an error shows no value that was written: the driver writes all of them into the text of the statement", async () => {
    const { db } = await opened();
    const refusing = [
      mapTable(User, { ...usersOf("users"), columns: { userName: "login", title: "title", password: "nick" } }),
    ];
    const storage = mappedStorage({ db, tables: refusing, ledger: "scim_ledger", hashSecret: () => "a hash of it" });
    await storage.prepare();
    const causes: unknown[] = [];
    const { user } = serve(storage, {
      resourceTypes: [User],
      authenticate: () => ({}),
      onNotice: (event) => void causes.push(event.type === "refused" ? event.cause : undefined),
    });
    expect((await user({ userName: "ada", password: "p", title: "x".repeat(11) })).status).toBe(400);
    const [cause] = causes.filter((one) => one !== undefined);
    expect(cause).toMatchObject({ errno: 1406, sql: expect.stringContaining("a hash of it") });
    expect(inspect(cause)).not.toContain("a hash of it");
  });

  test("texts are compared as SCIM says, whatever the columns' collation is", async () => {
    const { ask } = await opened();
    for (const [index, title] of ["Muller", "M\u00fcller", "muller", "Muller "].entries()) {
      const userName = `u${index}`;
      expect(await ask("POST", "/Users", { schemas: [USER], userName, title })).toMatchObject({ status: 201 });
    }
    const found = async (filter: string) => {
      const { body } = await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
      return (body.Resources ?? []).map(({ title }: { title: string }) => title).sort();
    };
    expect(await found('title eq "MULLER"')).toEqual(["Muller", "muller"]);
    expect(await found('title eq "m\u00fcller"')).toEqual(["M\u00fcller"]);
    expect(await found('title eq "muller "')).toEqual(["Muller "]);
    expect(await found('title sw "MULL"')).toEqual(["Muller", "Muller ", "muller"]);
    expect(await found('userName eq "U3"')).toEqual(["Muller "]);
    expect(await found('userName eq "\u00fc3"')).toEqual([]);
  });

  test("an id is found by its own letters alone, where the column's collation has others for the same", async () => {
    const { ask, run } = await opened();
    const { body } = await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" });
    expect((await run("SELECT code FROM teams"))[0]).toEqual({ code: body.id });
    expect((await ask("GET", `/Groups/${body.id}`)).status).toBe(200);
    const other = String(body.id).toUpperCase();
    for (const method of ["GET", "DELETE"]) expect((await ask(method, `/Groups/${other}`)).status).toBe(404);
    const Operations = [{ op: "replace", path: "displayName", value: "h" }];
    expect((await ask("PATCH", `/Groups/${other}`, { schemas: [PATCH], Operations })).status).toBe(404);
    expect(await run("SELECT name FROM teams")).toEqual([{ name: "g" }]);
  });

  test("the database counts ids, and members and groups show them", async () => {
    const { ask, run } = await opened();
    await run("ALTER TABLE users AUTO_INCREMENT = 41");
    const { body: user } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", active: true });
    expect(user).toMatchObject({ id: "41", active: true });
    const { body: group } = await ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "g",
      members: [{ value: user.id }],
    });
    expect(group.members).toMatchObject([{ value: "41", type: "User" }]);
    expect((await ask("GET", "/Users/41")).body.groups).toMatchObject([{ value: group.id, display: "g" }]);
    const Operations = [{ op: "remove", path: 'members[value eq "41"]' }];
    expect((await ask("PATCH", `/Groups/${group.id}`, { schemas: [PATCH], Operations })).status).toBeLessThan(300);
    expect(await run("SELECT * FROM memberships")).toEqual([]);
    expect((await ask("GET", `/Groups/${group.id}`)).body.meta.version).toBe('W/"2"');
  });

  test("an id that the driver rounds is a fault, and never shown as another one", async () => {
    const { ask, run, faults } = await opened();
    await run("ALTER TABLE users AUTO_INCREMENT = 9007199254740993");
    expect((await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).status).toBe(500);
    expect((await ask("GET", "/Users")).status).toBe(500);
    expect(faults).toHaveLength(2);
  });

  test("times are read and written as UTC, whatever the zone of the process is", async () => {
    const { ask, run } = await opened();
    const zone = process.env.TZ;
    process.env.TZ = "Pacific/Auckland";
    try {
      const { body } = await ask("POST", "/Users", { schemas: [USER], userName: "ada" });
      const [row] = await run(`SELECT CAST(created_at AS CHAR) AS created, CAST(updated_at AS CHAR) AS updated,
        abs(TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP())) AS age FROM users`);
      expect(Number(row?.age)).toBeLessThan(600);
      expect(body.meta.created).toBe(`${String(row?.created).replace(" ", "T")}Z`);
      expect(body.meta.lastModified).toBe(`${String(row?.updated).replace(" ", "T")}Z`);
      await run("UPDATE users SET created_at = '2026-07-01 12:30:00.5'");
      const shown = (await ask("GET", `/Users/${body.id}`)).body.meta.created;
      expect(Date.parse(shown)).toBe(Date.parse("2026-07-01T12:30:00.5Z"));
      const filter = encodeURIComponent('meta.created eq "2026-07-01T14:30:00.5+02:00"');
      expect((await ask("GET", `/Users?filter=${filter}`)).body).toMatchObject({ totalResults: 1 });
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test("prepare says of keys, times, ids and the rest what MariaDB needs", async () => {
    const { db } = await engine.open();
    const run = (text: string) => db.executeQuery(CompiledQuery.raw(text));
    await run(`CREATE TABLE users (id binary(16) PRIMARY KEY, login varchar(100), login_key varchar(100) UNIQUE,
      version integer, created_at text, updated_at datetime, rest integer) COLLATE utf8mb4_general_ci`);
    const mapping: TableMapping = {
      ...meta,
      table: "users",
      id: { column: "id", type: "uuid" },
      columns: { userName: { column: "login", key: "login_key" } },
      rest: "rest",
    };
    const prepared = mappedStorage({ db, tables: [mapTable(Employee as never, mapping as never)] }).prepare();
    const message = await prepared.then(
      () => "",
      (error: Error) => error.message,
    );
    expect(message.split("\n- ").slice(1)).toEqual([
      "users.id is binary(16), of which ids cannot be read: make it uuid, or char(36).",
      "users.created_at is text, and holds a time: make it datetime(6).",
      "users.login_key is varchar(100) COLLATE utf8mb4_general_ci, and keys are compared by their bytes: make it varbinary(1000), or give it COLLATE utf8mb4_nopad_bin (utf8mb4_0900_bin on MySQL).",
      "users.rest is int(11), and rest holds JSON: make it json, or longtext.",
    ]);
  });

  test("prepare refuses a timestamp that the session reads in another zone, and sessions in which texts are cut", async () => {
    const { db } = await opened();
    const inSession = (setting: string) =>
      db.connection().execute(async (connection) => {
        const run = (text: string) => connection.executeQuery(CompiledQuery.raw(text));
        await run(`SET SESSION ${setting}`);
        try {
          await mappedStorage({ db: connection, tables }).prepare();
          return "";
        } catch (error) {
          return (error as Error).message;
        } finally {
          await run("SET SESSION time_zone = DEFAULT, sql_mode = DEFAULT");
        }
      });
    expect(await inSession("time_zone = '+02:00'")).toContain(
      "users.updated_at is timestamp(3), which is read in the session's zone, +02:00: SET time_zone = '+00:00' on each connection, or make it datetime(6).",
    );
    expect(await inSession("time_zone = '+00:00'")).toBe("");
    expect(await inSession("sql_mode = ''")).toContain("strict sql_mode");
    expect(await inSession("sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'")).toContain("NO_BACKSLASH_ESCAPES");
  });

  test("what a converter makes of a value is one value, an object or a list too, and never a part of the statement", async () => {
    const { db } = await engine.open();
    const run = async (text: string) => (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text))).rows;
    await run(`CREATE TABLE people (id varchar(50) PRIMARY KEY, email varchar(100) NOT NULL, email_key varbinary(400) UNIQUE, hash varchar(50),
      whole json, list json, version integer NOT NULL DEFAULT 1, created_at datetime(6), updated_at datetime(6), rest json)`);
    // Drivers parse it or do not.
    const inJson = (value: unknown) => (typeof value === "string" ? JSON.parse(value) : value);
    const asIs = (column: string) => ({
      column,
      read: (value: unknown) => inJson(value) ?? undefined,
      write: (value: unknown) => value ?? null,
    });
    const columns = {
      userName: { column: "email", key: "email_key" },
      password: "hash",
      name: asIs("whole"),
      emails: asIs("list"),
    };
    const mapping = { ...meta, table: "people", id: "id", columns, rest: "rest" };
    const storage = mappedStorage({ db, tables: [mapTable(User, mapping as never)], hashSecret: () => "hashed" });
    await storage.prepare();
    const { user, patch } = serve(storage, { resourceTypes: [User], authenticate: () => ({}) });
    const made = await user({ userName: "ada", password: "p", name: { givenName: "x', hash = 'y" }, emails: [] });
    expect(made).toMatchObject({ status: 201, body: { name: { givenName: "x', hash = 'y" } } });
    const emails = [{ value: "a@x.org" }, { value: "b@x.org", type: "work" }];
    const value = { name: { givenName: "Ada", familyName: "hash" }, emails };
    const changed = await patch(`/Users/${made.body.id}`, { op: "replace", value });
    expect(changed).toMatchObject({ status: 200, body: { name: value.name, emails } });
    const [row] = await run("SELECT hash, whole, list FROM people");
    expect([row?.hash, inJson(row?.whole), inJson(row?.list)]).toEqual(["hashed", value.name, emails]);
  });

  test("a unique attribute has a key column, or a ledger in which writers take turns", async () => {
    const { db } = await engine.open();
    const mapping = { ...meta, table: "users", id: "id", columns: { userName: "login" }, rest: "rest" } as const;
    const made = (ledger?: string) => () =>
      mappedStorage({ db, tables: [mapTable(User, mapping)], ...(ledger === undefined ? {} : { ledger }) });
    expect(made()).toThrow(
      "mappedStorage: User userName is unique and has no key column: on MariaDB or MySQL, name one as key, or name a ledger, in which writers take turns.",
    );
    expect(made("scim_ledger")).not.toThrow();
  });

  test("an id that the database makes and does not tell is refused when the storage is made", async () => {
    const { db } = await engine.open();
    const mapping = {
      ...meta,
      table: "users",
      id: { column: "id", type: "uuid", generated: true },
      columns: { userName: { column: "login", key: "login_key" } },
      rest: "rest",
    } as const;
    expect(() => mappedStorage({ db, tables: [mapTable(User, mapping)] })).toThrow(
      "mappedStorage: User: MariaDB or MySQL does not tell an id that it makes, unless it counts: leave out generated, and scimkit makes the ids.",
    );
  });
});
