import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { databaseOf } from "../../../src/storage/sql/database.ts";
import { sql } from "../../../src/storage/sql/dialect/fragment.ts";
import { namedStatements, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, User } from "./calls.ts";
import { hasPostgres, POSTGRES_URL } from "./engines.ts";

type Answer = (text: string) => Promise<object>;

/** A pool of connections that answer as they are told to, and what they were asked. */
function poolOf(answer: Answer) {
  const asked: { readonly text: string; readonly name: string | undefined }[] = [];
  const released: unknown[] = [];
  const pool = {
    async connect() {
      return {
        query(given: string | { text: string; name: string }) {
          const { text, name } = typeof given === "string" ? { text: given, name: undefined } : given;
          asked.push({ text, name });
          return answer(text);
        },
        release: (isBroken?: unknown) => void released.push(Boolean(isBroken)),
      };
    },
    async end() {},
  };
  return { pool, asked, released };
}

function kyselyOver(pool: object, onGivenUp?: (error: Error) => void): Kysely<unknown> {
  const named = namedStatements(pool as never, { onGivenUp });
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool: named }) });
}

const raw = (text: string) => CompiledQuery.raw(text);
const rows: Answer = async () => ({ command: "SELECT", rowCount: 0, rows: [] });

test("a name stands for one text in whatever process and order, so that a pooler may hand connections around", async () => {
  const texts = ["SELECT 1", "SELECT 2", "SELECT 12", "WITH a AS (SELECT 1) SELECT * FROM a"];
  const namesOf = async (order: readonly string[]) => {
    const { pool, asked } = poolOf(rows);
    const db = kyselyOver(pool);
    for (const text of order) await db.executeQuery(raw(text));
    return new Map(asked.map(({ text, name }) => [text, name]));
  };
  const names = await namesOf(texts);
  expect(new Set(names.values()).size).toBe(texts.length);
  for (const name of names.values()) expect(name).toMatch(/^scimkit_\w{8,50}$/);
  const others = await namesOf(texts.toReversed());
  for (const text of texts) expect(others.get(text)).toBe(names.get(text));
});

test("a connection whose answer is late is closed, and nothing else is sent on it: not even a ROLLBACK, which would wait behind it", async () => {
  const { pool, asked, released } = poolOf(async (text) => {
    if (text.startsWith("UPDATE")) throw new Error("Query read timeout");
    return rows(text);
  });
  const db = kyselyOver(pool);
  const late = db.transaction().execute(async (transaction) => transaction.executeQuery(raw("UPDATE t SET a = 1")));
  await expect(late).rejects.toThrow("Query read timeout");
  expect(asked.map(({ text }) => text)).toEqual(["begin", "UPDATE t SET a = 1"]);
  await expect(db.executeQuery(raw("UPDATE t SET a = 2"))).rejects.toThrow("Query read timeout");
  await db.executeQuery(raw("SELECT 1"));
  expect(released).toEqual([true, true, false]);
});

test("a transaction whose beginning is late leaves no connection behind in which it would begin after all", async () => {
  const { pool, released } = poolOf(async () => {
    throw new Error("Query read timeout");
  });
  const work = kyselyOver(pool)
    .transaction()
    .execute(async () => undefined);
  await expect(work).rejects.toThrow("Query read timeout");
  expect(released).toEqual([true]);
});

test.each([
  "26000",
  "42P05",
])("a pooler that says %s to a name gets no more of them, no request fails for it, and the operator is told once of which pooler", async (code) => {
  const { pool, asked } = poolOf(async () => ({ command: "SELECT", rowCount: 0, rows: [] }));
  const connect = pool.connect;
  // It knows no name.
  pool.connect = async () => {
    const client = await connect();
    const { query } = client;
    return {
      ...client,
      query: async (given: string | { text: string; name: string }) => {
        const answer = await query(given);
        if (typeof given !== "string") throw Object.assign(new Error("prepared statement"), { code });
        return answer;
      },
    };
  };
  const told: Error[] = [];
  const database = databaseOf(kyselyOver(pool, (error) => told.push(error)));
  const look = () => database.run(sql`SELECT ${"nobody"}`);
  expect(await look()).toEqual([]);
  expect(asked.map(({ name }) => typeof name)).toEqual(["string", "undefined"]);
  expect(await look()).toEqual([]);
  expect(asked.filter(({ name }) => name !== undefined)).toHaveLength(1);
  expect(told).toMatchObject([
    { message: expect.stringMatching(/pooler .* keeps no prepared statements.*PgBouncer/), cause: { code } },
  ]);
});

if (hasPostgres) {
  test("a server that has forgotten its prepared statements serves on", async () => {
    const schema = `scimkit_test_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
    const pool = new pg.Pool({ connectionString: POSTGRES_URL, max: 1 });
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) });
    onTestFinished(async () => {
      await db.executeQuery(raw(`DROP SCHEMA IF EXISTS ${schema} CASCADE`));
      await db.destroy();
    });
    const storage = sqlStorage({ db, schema });
    await storage.prepare();
    const calls = callsOf(storage);
    await calls.user("first");
    expect(await calls.get(User, "first")).toBeDefined();
    await db.executeQuery(raw("DEALLOCATE ALL"));
    expect(await calls.get(User, "first")).toBeDefined();
    await calls.user("second");
    expect(await calls.get(User, "second")).toBeDefined();
  });
}
