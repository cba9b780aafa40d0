import { Kysely, type Logger, PostgresDialect } from "kysely";
import pg from "pg";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { load } from "../../../bench/storage/load.ts";
import { namedStatements, type SqlStorage, sqlStorage } from "../../../src/storage/sql/index.ts";
import { directory, GROUP, USER } from "../../support/directory.ts";
import { callsOf, NOTHING, User } from "./calls.ts";
import { engines, hasPostgres, noteIn, type Opened, POSTGRES_URL, postgresEngine, type Sent } from "./engines.ts";
import { accessesOf, told, wide } from "./plans.ts";
import { enterVersion4, run, table, toVersion1 } from "./versions.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Another process over the same tables, which never prepares. */
function another({ db, tables }: Opened, more: Partial<Parameters<typeof sqlStorage>[0]> = {}): SqlStorage {
  return sqlStorage({ db, ...(tables.schema === undefined ? {} : { schema: tables.schema }), ...more });
}

const now = performance.now.bind(performance);
let passed = 0;

/** Lets so many milliseconds go by on the clock that leases go by. */
function passTime(milliseconds: number): void {
  passed += milliseconds;
  vi.spyOn(performance, "now").mockImplementation(() => now() + passed);
}

for (const engine of engines()) {
  describe(engine.name, () => {
    afterAll(() => engine.close());

    test("a storage that never prepares asks the indexes that are there, and reads the catalogue once for all requests", async () => {
      const opened = await engine.open({ searchable: ["displayName"] });
      const { sent, storage } = opened;
      await callsOf(storage).user("u1", { displayName: "Ada Lovelace", emails: [{ value: "ada@example.com" }] });
      const other = another(opened, { searchable: ["displayName"] });
      const filters = ['displayName sw "ada"', 'emails.value eq "ADA@example.com"', 'displayName co "love"'];
      sent.length = 0;
      for (const filter of filters) await callsOf(storage).find(User, filter);
      const asked = sent.splice(0).map(({ sql }) => sql);
      const found = await Promise.all(filters.map((filter) => callsOf(other).find(User, filter)));
      expect(found.map(({ totalResults }) => totalResults)).toEqual([1, 1, 1]);
      const statements = sent.map(({ sql }) => sql);
      expect(statements.slice(-filters.length).sort()).toEqual(asked.sort());
      for (const statement of statements) expect(statement).toMatch(/^(?:SELECT|WITH|PRAGMA)\b/);
      expect(statements.filter((statement) => /pg_class|sqlite_master/.test(statement))).toHaveLength(1);
    });

    test("without tables a request says what to run, and the next one after that works", async () => {
      const opened = await engine.open();
      const other = another(opened, { tablePrefix: "later_" });
      await expect(callsOf(other).find(User, undefined)).rejects.toThrow(
        /no tables of scimkit's whose names begin with later_; .* needs version 3\. Run prepare\(\)/,
      );
      await expect(callsOf(other).user("u1")).rejects.toThrow("Run prepare()");
      await another(opened, { tablePrefix: "later_" }).prepare();
      await callsOf(other).user("u1");
      expect((await callsOf(other).find(User, undefined)).totalResults).toBe(1);
    });

    test("tables of an older version are refused with both versions, and prepared with what they hold", async () => {
      const opened = await engine.open();
      await callsOf(opened.storage).user("u1");
      await toVersion1(opened);
      await expect(callsOf(another(opened)).get(User, "u1")).rejects.toThrow(
        /of version 1; this release of scimkit needs version 3/,
      );
      expect(await another(opened).prepare()).toEqual({ made: ["version 2", "version 3"], unused: [], dropped: [] });
      expect(await callsOf(another(opened)).get(User, "u1", NOTHING)).toMatchObject({ id: "u1" });
      const { rows } = await run(opened, `SELECT version, least FROM ${table(opened, "migration")} ORDER BY version`);
      expect(rows).toEqual([
        { version: 1, least: 1 },
        { version: 2, least: 1 },
        { version: 3, least: 1 },
      ]);
    });

    test("tables of a newer version that says it may be worked on by this one are opened, used and left as they are", async () => {
      const opened = await engine.open();
      await callsOf(opened.storage).user("u1");
      await enterVersion4(opened, 3);
      const other = another(opened);
      expect(await other.prepare()).toEqual({ made: [], unused: [], dropped: [] });
      for (const storage of [other, another(opened), opened.storage]) {
        passTime(10_000);
        expect(await callsOf(storage).get(User, "u1", NOTHING)).toMatchObject({ id: "u1" });
        expect((await callsOf(storage).find(User, 'userName eq "u1"')).totalResults).toBe(1);
      }
      await callsOf(opened.storage).user("u2");
    });

    test("tables that need a newer release are 503 for clients at the first request, and the fault says why", async () => {
      const opened = await engine.open();
      await enterVersion4(opened, 4);
      const { ask, events } = directory({ storage: another(opened) });
      const answer = await ask("GET", "/Users");
      expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
      expect(answer.body).not.toContain("version");
      expect(events).toMatchObject([
        { type: "fault", error: { cause: { message: expect.stringContaining("need one that knows version 4") } } },
      ]);
      await expect(another(opened).prepare()).rejects.toThrow("made by a newer scimkit");
      await expect(another(opened).plan()).rejects.toThrow("made by a newer scimkit");
    });

    test("a process that runs notices within seconds that the tables need a newer release, and that they no longer do", async () => {
      const opened = await engine.open();
      const calls = callsOf(opened.storage);
      await calls.user("u1");
      await enterVersion4(opened, 4);
      const refused = { status: 503, cause: { message: expect.stringContaining("need one that knows version 4") } };
      passTime(5000);
      await expect(calls.get(User, "u1")).rejects.toMatchObject(refused);
      await expect(calls.find(User, undefined)).rejects.toMatchObject(refused);
      await expect(calls.user("u2")).rejects.toMatchObject(refused);
      await expect(calls.remove(User, "u1")).rejects.toMatchObject(refused);
      await run(opened, `DELETE FROM ${table(opened, "migration")} WHERE version = 4`);
      passTime(10_000);
      expect(await calls.get(User, "u1", NOTHING)).toMatchObject({ id: "u1" });
    });

    test("a write notices it with the shapes, before it is made", async () => {
      const opened = await engine.open();
      const calls = callsOf(opened.storage);
      await calls.user("u1");
      await enterVersion4(opened, 4);
      passTime(200);
      await expect(calls.user("u2")).rejects.toMatchObject({ status: 503 });
      await expect(opened.storage.transaction?.((inner) => callsOf(inner).user("u2"), {})).rejects.toMatchObject({
        status: 503,
      });
      const { rows } = await run(opened, `SELECT id FROM ${table(opened, "resource")}`);
      expect(rows).toEqual([{ id: "u1" }]);
    });

    test("a transaction of the host's is opened in it, and stays usable where there are no tables", async () => {
      const opened = await engine.open();
      await callsOf(opened.storage).user("u1", { displayName: "Ada" });
      await opened.db.transaction().execute(async (db) => {
        const within = another({ ...opened, db });
        expect((await callsOf(within).find(User, 'displayName eq "ada"')).totalResults).toBe(1);
        await callsOf(within).user("u2", { displayName: "Ada" });
        const nowhere = another({ ...opened, db }, { tablePrefix: "nowhere_" });
        await expect(callsOf(nowhere).get(User, "u1")).rejects.toThrow("Run prepare()");
        expect((await callsOf(within).find(User, 'displayName eq "ada"')).totalResults).toBe(2);
      });
      expect((await callsOf(opened.storage).find(User, undefined)).totalResults).toBe(2);
    });
  });
}

describe.runIf(hasPostgres)("PostgreSQL, with a role that may do no more than it has to", () => {
  const engine = postgresEngine(2);
  const roles: string[] = [];
  const pools: Kysely<unknown>[] = [];

  /** A connection as a role that has so much of the tables that there are. */
  async function as({ db, tables }: Opened, rights: string, more: string, log?: Logger): Promise<Kysely<unknown>> {
    const role = `scimkit_test_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
    roles.push(role);
    for (const statement of [
      `CREATE ROLE "${role}" LOGIN`,
      `GRANT USAGE ON SCHEMA "${tables.schema}" TO "${role}"`,
      `GRANT ${rights} ON ALL TABLES IN SCHEMA "${tables.schema}" TO "${role}"`,
    ])
      await run({ db }, statement);
    const url = new URL(POSTGRES_URL);
    url.username = role;
    const pool = new pg.Pool({ connectionString: String(url), max: 2, options: more });
    const dialect = new PostgresDialect({ pool: namedStatements(pool) });
    const own = new Kysely<unknown>({ dialect, ...(log === undefined ? {} : { log }) });
    pools.push(own);
    return own;
  }

  afterAll(async () => {
    for (const pool of pools) await pool.destroy();
    const { db } = await engine.open();
    for (const role of roles) {
      await run({ db }, `DROP OWNED BY "${role}"`);
      await run({ db }, `DROP ROLE "${role}"`);
    }
    await engine.close();
  });

  test("rows are made, found by indexes, changed and deleted with SELECT, INSERT, UPDATE and DELETE alone", async () => {
    const opened = await engine.open();
    const db = await as(opened, "SELECT, INSERT, UPDATE, DELETE", "");
    const storage = another({ ...opened, db }, { hashSecret: () => "hash" });
    const ids = ["u1", "u2", "g1"];
    const { ask } = directory({ storage, newId: () => ids.shift() ?? "" });
    const statuses = async (...asked: readonly Parameters<typeof ask>[]) => {
      const found: number[] = [];
      for (const request of asked) found.push((await ask(...request)).status);
      return found;
    };
    const ada = {
      schemas: [USER],
      userName: "ada",
      password: "secret",
      displayName: "Ada",
      emails: [{ value: "a@b.c" }],
    };
    const add = (value: string) => ({ op: "add", path: "members", value: [{ value }] });
    expect(
      await statuses(
        ["POST", "/Users", ada],
        ["POST", "/Users", { schemas: [USER], userName: "grace" }],
        ["POST", "/Groups", { schemas: [GROUP], displayName: "All", members: [{ value: "u1" }] }],
        [
          "PATCH",
          "/Groups/g1",
          { schemas: [PATCH], Operations: [add("u2"), { op: "replace", path: "displayName", value: "A" }] },
        ],
        ["PATCH", "/Groups/g1", { schemas: [PATCH], Operations: [add("u2")] }],
        ["PUT", "/Users/u1", { ...ada, displayName: "Ada Lovelace" }],
        ["DELETE", "/Users/u2"],
      ),
    ).toEqual([201, 201, 201, 200, 204, 200, 204]);
    for (const filter of [
      'userName eq "ADA"',
      'displayName sw "ada l"',
      'emails.value eq "A@b.c"',
      'groups.value eq "g1"',
    ])
      expect((await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`)).json).toMatchObject({
        totalResults: 1,
        Resources: [{ id: "u1", displayName: "Ada Lovelace" }],
      });
    expect(await storage.readSecret("User", "u1", "password")).toBe("hash");
    expect(await storage.prepare()).toEqual({ made: [], unused: [], dropped: [] });
    const wanting = another({ ...opened, db }, { indexed: ["title"] });
    await expect(wanting.prepare()).rejects.toThrow("must be owner");
    // What it may not make, it may tell.
    const [planned, ...others] = await wanting.plan();
    expect([planned, others]).toEqual([expect.stringMatching(/^CREATE INDEX "scim_by_title\w*" ON /), []]);
  });

  test("its look-ups go over the indexes that somebody else has made", async () => {
    const opened = await engine.open();
    await load({ db: opened.db, place: { schema: opened.tables.schema } }, 4000, []);
    const sent: Sent[] = [];
    const db = await as(opened, "SELECT, INSERT, UPDATE, DELETE", "", noteIn(sent));
    const own = callsOf(another({ ...opened, db }));
    expect((await own.find(User, 'displayName eq "given7 family7"')).totalResults).toBe(1);
    expect((await own.find(User, 'emails.value eq "user7@example.com"')).totalResults).toBe(1);
    const found = sent.filter(
      ({ sql }) => sql.includes(`"${opened.tables.schema}".`) && !sql.includes("scim_migration"),
    );
    const place = { db: opened.db, isPostgres: true, schema: opened.tables.schema, aliases: [] };
    const accesses = await accessesOf({ ...place, tables: ["scim_resource", "scim_element"] }, found.slice(-2));
    expect(told(wide(accesses))).toBe("");
    expect(accesses.flatMap(({ bounds }) => bounds).join()).toMatch(/displayName/);
  });

  test("a server that only reads answers from what it has, and refuses writes as 503, with the cause", async () => {
    const opened = await engine.open();
    await callsOf(opened.storage).user("u1", { displayName: "Ada" });
    const db = await as(opened, "SELECT, INSERT, UPDATE, DELETE", "-c default_transaction_read_only=on");
    const storage = another({ ...opened, db });
    const calls = callsOf(storage);
    expect((await calls.find(User, 'displayName eq "ada"')).totalResults).toBe(1);
    expect(await calls.get(User, "u1")).toMatchObject({ displayName: "Ada" });
    const { ask, events } = directory({ storage });
    expect((await ask("GET", "/Users/u1")).status).toBe(200);
    for (const [method, path, body] of [
      ["POST", "/Users", { schemas: [USER], userName: "u2" }],
      ["PUT", "/Users/u1", { schemas: [USER], userName: "u2" }],
      ["DELETE", "/Users/u1"],
    ] as const) {
      events.length = 0;
      expect(await ask(method, path, body)).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
      expect(events).toMatchObject([{ type: "fault", error: { cause: { code: "25006" } } }]);
    }
    await expect(storage.prepare()).resolves.toEqual({ made: [], unused: [], dropped: [] });
  });
});
