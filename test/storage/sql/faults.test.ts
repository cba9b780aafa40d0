import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqlite, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, Group, User } from "./calls.ts";
import { driverEngines } from "./engines/drivers.ts";
import { mariadbEngines } from "./engines/mariadb.ts";
import { stepsEngines } from "./engines/steps.ts";
import { engines, hasPostgres, type Opened, POSTGRES_URL, postgresEngine } from "./engines.ts";

const membersOf = (group: unknown) =>
  ((group as { members?: { value: string }[] } | undefined)?.members ?? []).map(({ value }) => value).toSorted();
const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, "0")}`);

for (const engine of [...engines(), ...driverEngines(), ...stepsEngines(), ...mariadbEngines()]) {
  describe(engine.name, () => {
    let opened: Opened;
    let calls: ReturnType<typeof callsOf>;
    beforeAll(async () => {
      opened = await engine.open();
      calls = callsOf(opened.storage);
    });
    afterAll(() => engine.close());

    test("of many adds to one group at once none is lost [G-1]", async () => {
      const users = ids("add", 40);
      for (const id of users) await calls.user(id);
      await calls.group("hot");
      await Promise.all(users.map((id) => calls.delta("hot", [id])));
      const group = await calls.get(Group, "hot");
      expect(membersOf(group)).toEqual(users);
      expect(group?.meta.version).toBe(String(users.length + 1));
    });

    test("users that are deleted while they are added leave no reference behind, and nothing fails for it [G-6 G-16]", async () => {
      const users = ids("race", 30);
      for (const id of users) await calls.user(id);
      const groups = ids("crowd", 4);
      for (const id of groups) await calls.group(id);
      const outcomes = await Promise.allSettled([
        ...users.flatMap((id) => groups.map((group) => calls.delta(group, [id]))),
        ...users.filter((_, index) => index % 2 === 0).map((id) => calls.remove(User, id)),
      ]);
      for (const outcome of outcomes)
        if (outcome.status === "rejected")
          expect(outcome.reason).toMatchObject({ status: 400, scimType: "invalidValue" });
      const left = users.filter((_, index) => index % 2 === 1);
      for (const id of groups) expect(membersOf(await calls.get(Group, id))).toEqual(left);
      expect((await calls.find(User, 'userName sw "race"')).totalResults).toBe(left.length);
    });

    test("a transaction of the host's own holds what is written in it, and survives what is refused [G-4]", async () => {
      await calls.user("before");
      const undone = opened.db.transaction().execute(async (db) => {
        const { schema, prefix } = opened.tables;
        const inner = callsOf(sqlStorage({ db, tablePrefix: prefix, ...(schema === undefined ? {} : { schema }) }));
        await inner.user("during");
        await expect(inner.user("other", { userName: "BEFORE" })).rejects.toMatchObject({ status: 409 });
        expect((await inner.find(User, 'userName eq "during"')).totalResults).toBe(1);
        throw new Error("undo");
      });
      await expect(undone).rejects.toThrow("undo");
      expect(await calls.get(User, "during")).toBeUndefined();
      expect(await calls.get(User, "before")).toBeDefined();
    });

    test("a unique value that no index can hold is refused with what to change, and found by nobody", async () => {
      const long = "x".repeat(600);
      await expect(calls.user("long", { userName: long })).rejects.toMatchObject({
        status: 400,
        detail: "userName must not be longer than 512 characters, because it is unique.",
      });
      expect((await calls.find(User, `userName eq "${long}"`)).totalResults).toBe(0);
    });

    test("ids that no database can hold name nothing", async () => {
      for (const id of ["a\u0000b", "\ud800"]) {
        expect(await calls.get(User, id)).toBeUndefined();
        expect(await calls.remove(User, id)).toBe(false);
        expect(await calls.delta(id, [])).toBeUndefined();
      }
      await calls.group("odd");
      expect(await calls.delta("odd", [], ["a\u0000b"])).toMatchObject({ added: [], removed: [] });
    });
  });
}

test("a database that cannot be reached is 503, with nothing of it in the answer", async () => {
  const pool = new pg.Pool({ connectionString: "postgres://secret@127.0.0.1:1/hidden" });
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const calls = callsOf(sqlStorage({ db }));
  const all = [calls.user("u1"), calls.get(User, "u1"), calls.find(User, undefined), calls.remove(User, "u1")];
  const unavailable = { status: 503, detail: expect.not.stringMatching(/hidden|secret|127/) };
  await Promise.all(all.map((call) => expect(call).rejects.toMatchObject(unavailable)));
  await db.destroy();
});

test("a SQLite file that another process writes to is waited for [T-K7]", async () => {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
  const path = join(folder, "busy.db");
  const db = await openSqlite(path);
  const storage = sqlStorage({ db });
  await storage.prepare();
  const calls = callsOf(storage);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const created = calls.user("u1");
  const read = calls.find(User, undefined);
  expect((await read).totalResults).toBe(0);
  other.exec("COMMIT");
  expect(await created).toMatchObject({ id: "u1" });
  other.close();
  await db.destroy();
  rmSync(folder, { recursive: true });
});

if (hasPostgres) {
  test("a connection that is cut in a transaction is 503, and nothing of it is stored [G-18]", async () => {
    const name = `scimkit-cut-${crypto.randomUUID().slice(0, 8)}`;
    const engine = postgresEngine(4, name);
    const { storage, db } = await engine.open();
    const calls = callsOf(storage);
    const cut = storage.transaction?.(async (inner) => {
      await callsOf(inner).user("u1");
      const killer = new pg.Client({ connectionString: POSTGRES_URL });
      await killer.connect();
      await killer.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle in transaction'",
        [name],
      );
      await killer.end();
      await callsOf(inner).user("u2");
    }, {});
    await expect(cut).rejects.toMatchObject({ status: 503 });
    expect(await calls.get(User, "u1")).toBeUndefined();
    expect(await calls.user("u1")).toMatchObject({ id: "u1" });
    await db.executeQuery(CompiledQuery.raw("SELECT 1"));
    await engine.close();
  });
}
