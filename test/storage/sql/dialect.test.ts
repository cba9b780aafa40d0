import {
  CompiledQuery,
  type DialectAdapter,
  MssqlAdapter,
  MysqlAdapter,
  PGliteAdapter,
  PostgresAdapter,
  SqliteAdapter,
} from "kysely";
import { expect, test } from "vitest";
import { databaseOf } from "../../../src/storage/sql/database.ts";
import { faultOf } from "../../../src/storage/sql/dialect/fault.ts";
import { DIALECTS, dialectOf } from "../../../src/storage/sql/dialect/find.ts";
import { returning, sql } from "../../../src/storage/sql/dialect/fragment.ts";
import { sqlite } from "../../../src/storage/sql/dialect/sqlite.ts";
import { openSqlite } from "../../../src/storage/sql/index.ts";

test("a dialect is found by what the adapter can do, and a database without one is refused with what there is", () => {
  const nameOf = (adapter: DialectAdapter) => dialectOf(adapter).name;
  expect(nameOf(new PostgresAdapter())).toBe("PostgreSQL");
  expect(nameOf(new PGliteAdapter())).toBe("PostgreSQL");
  expect(nameOf(new SqliteAdapter())).toBe("SQLite");
  expect(nameOf(new MysqlAdapter())).toBe("MariaDB or MySQL");
  expect(() => nameOf(new MssqlAdapter())).toThrow(
    "sqlStorage: db must be a Kysely over PostgreSQL, SQLite, MariaDB or MySQL.",
  );
});

test("no two dialects answer to the same adapter", () => {
  for (const { adapter, name } of DIALECTS) expect(dialectOf({ ...adapter } as DialectAdapter).name).toBe(name);
});

test.each([
  [{ code: "40P01" }, "contention"],
  [{ name: "AbortedTransactionError" }, "contention"],
  [{ code: "23505" }, "unique"],
  [{ code: "53300" }, "unavailable"],
  [{ code: "ERR_SQLITE_ERROR", errcode: 5 }, "busy"],
  [{ code: "ERR_SQLITE_ERROR", errcode: 261 }, "busy"],
  [{ code: "SQLITE_BUSY_SNAPSHOT" }, "busy"],
  [{ code: "SQLITE_IOERR_FSYNC" }, "unavailable"],
  [{ code: "SQLITE_CONSTRAINT_FOREIGNKEY" }, "reference"],
  [{ code: "ECONNRESET" }, "unavailable"],
  [{ message: "Connection terminated unexpectedly" }, "unavailable"],
  [{ code: "ER_LOCK_DEADLOCK", errno: 1213 }, "contention"],
  [{ code: "ER_LOCK_WAIT_TIMEOUT", errno: 1205 }, "busy"],
  [{ code: "ER_DUP_ENTRY", errno: 1062 }, "unique"],
  [{ code: "ER_NO_REFERENCED_ROW_2", errno: 1452 }, "reference"],
  [{ code: "PROTOCOL_CONNECTION_LOST" }, "unavailable"],
  [{ code: "ER_OPTION_PREVENTS_STATEMENT", errno: 1290 }, "unavailable"],
  [{ code: "ER_PARSE_ERROR", errno: 1064 }, undefined],
  [{ code: "SQLITE_CONSTRAINT_CHECK" }, undefined],
  [{ code: "22P02" }, undefined],
  [{ code: "EPERM" }, undefined],
  ["no object", undefined],
])("of an error %o is told what it means, whichever driver threw it: %s", (error, fault) => {
  expect(faultOf(error)).toBe(fault);
});

test("a write gives its rows where a database has no RETURNING, of a deletion as they were", async () => {
  const db = await openSqlite(":memory:");
  const sent: string[] = [];
  const spell = (text: string): string => {
    sent.push(text);
    return text;
  };
  const database = databaseOf(db, { ...sqlite, supportsReturning: false, spell });
  await db.executeQuery(CompiledQuery.raw("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"));
  const one = sql`things WHERE id = ${1}`;
  const columns = sql`id, name`;
  const [inserted, changed, missed, gone, left] = await database.transaction(async (session) => [
    await session.run(returning(sql`INSERT INTO things (id, name) VALUES (${1}, ${"a"})`, columns, one)),
    await session.run(returning(sql`UPDATE things SET name = ${"b"} WHERE id = ${1}`, columns, one)),
    await session.run(returning(sql`UPDATE things SET name = ${"c"} WHERE id = ${1} AND name = ${"a"}`, columns, one)),
    await session.run(returning(sql`DELETE FROM ${one}`, columns, one)),
    await session.run(sql`SELECT * FROM things`),
  ]);
  expect([inserted, changed, missed, gone, left]).toEqual([
    [{ id: 1, name: "a" }],
    [{ id: 1, name: "b" }],
    [],
    [{ id: 1, name: "b" }],
    [],
  ]);
  for (const text of sent) expect(text).not.toContain("RETURNING");
  await db.destroy();
});
