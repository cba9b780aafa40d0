import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { startForwarder } from "../../../bench/storage/forwarder.ts";
import { namedStatements, sqlStorage } from "../../../src/storage/sql/index.ts";
import { directory, USER } from "../../support/directory.ts";
import { hasPostgres, POSTGRES_URL, postgresEngine } from "./engines.ts";

/** What `pg` may wait for an answer, in milliseconds. */
const LONGEST = 1000;

/** The service over one connection through a wire that can fall silent. */
async function served() {
  const target = new URL(POSTGRES_URL);
  const forwarder = await startForwarder(Number(target.port || 5432));
  const engine = postgresEngine(1);
  const { tables } = await engine.open();
  target.port = String(forwarder.port);
  const pool = new pg.Pool({ connectionString: target.href, max: 1, query_timeout: LONGEST });
  pool.on("error", () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) });
  onTestFinished(async () => {
    forwarder.letGo();
    await db.destroy();
    await forwarder.close();
    await engine.close();
  });
  const pid = async () => {
    const client = await pool.connect();
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    client.release();
    return rows[0].pid as number;
  };
  return { ...directory({ storage: sqlStorage({ db, schema: tables.schema as string }) }), forwarder, pool, pid };
}

describe.runIf(hasPostgres)("a PostgreSQL server that falls silent", () => {
  test.each([
    ["GET", "/Users/nobody", undefined],
    ["POST", "/Users", { schemas: [USER], userName: "ada" }],
  ] as const)("%s is 503 with Retry-After, its connection is closed and not lent again, and the next request is served", async (method, path, body) => {
    const { ask, events, forwarder, pool, pid } = await served();
    expect((await ask("GET", "/Users")).status).toBe(200);
    const before = await pid();
    events.length = 0;
    forwarder.forget();
    expect(await ask(method, path, body)).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
    expect(events).toMatchObject([{ type: "fault", error: { cause: { message: "Query read timeout" } } }]);
    expect(pool.totalCount).toBe(0);
    expect((await ask(method, path, body)).status).toBe(method === "GET" ? 404 : 201);
    expect(await pid()).not.toBe(before);
  });
});
