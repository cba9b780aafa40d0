import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createScim, type ScimResponse, User } from "../../../src/index.ts";
import { openSqlite, type SqlStorage, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, User as UserType } from "./calls.ts";
import { hasPostgres, POSTGRES_URL } from "./engines.ts";

function serviceOf(storage: SqlStorage) {
  const scim = createScim({
    resourceTypes: [User],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  });
  return (method: string, path: string, body?: object): Promise<ScimResponse> =>
    scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers: {},
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

/** Lets a request get to where it waits: its way there takes turns of the event loop, which no clock of a test counts. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Writes once under each of the schemas of these tests, and leaves nothing. */
async function announce(storage: SqlStorage): Promise<void> {
  const calls = callsOf(storage);
  await calls.user("before");
  await calls.remove(UserType, "before");
  const ask = serviceOf(storage);
  const { body } = await ask("POST", "/Users", { schemas: [User.schema.id], userName: "before" });
  await ask("DELETE", `/Users/${JSON.parse(String(body)).id}`);
}

describe("while another process holds the lock of a SQLite file", () => {
  let folder: string;
  let db: Kysely<unknown>;
  let storage: SqlStorage;
  let other: DatabaseSync;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "scimkit-"));
    const path = join(folder, "locked.db");
    // Of one connection, which says at once that it finds the file locked: the clock of these tests is not the file's.
    db = await openSqlite(path, { connections: 1 });
    for (const pragma of ["busy_timeout = 0", "synchronous = OFF"])
      await db.executeQuery(CompiledQuery.raw(`PRAGMA ${pragma}`));
    storage = sqlStorage({ db });
    await storage.prepare();
    // The first write of all says besides under which schema it is made.
    await announce(storage);
    other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    other.close();
    await db.destroy();
    rmSync(folder, { recursive: true });
  });

  test("writes wait 10 seconds from their own arrival, one behind the other or not, and are then 503 with Retry-After", async () => {
    const ask = serviceOf(storage);
    const answers: { readonly after: number; readonly status: number; readonly retry: string | undefined }[] = [];
    for (let index = 0; index < 4; index++) {
      const start = performance.now();
      const body = { schemas: [User.schema.id], userName: `u${index}` };
      void ask("POST", "/Users", body).then(({ status, headers }) => {
        const after = Math.round((performance.now() - start) / 1000);
        answers.push({ after, status, retry: headers["Retry-After"] });
      });
      await arrive();
      await vi.advanceTimersByTimeAsync(1000);
    }
    await vi.advanceTimersByTimeAsync(13_000);
    expect(answers).toEqual(Array.from({ length: 4 }, () => ({ after: 10, status: 503, retry: "5" })));
    other.exec("COMMIT");
    expect(JSON.parse(String((await ask("GET", "/Users")).body))).toMatchObject({ totalResults: 0 });
  });

  test("one whose time is up in the line is never begun, and those behind it are", async () => {
    const calls = callsOf(storage);
    const first = calls.user("first").catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(6000);
    const second = calls.user("second");
    await vi.advanceTimersByTimeAsync(4500);
    expect(await first).toMatchObject({ status: 503 });
    other.exec("COMMIT");
    await vi.advanceTimersByTimeAsync(100);
    expect(await second).toMatchObject({ id: "second" });
    expect((await calls.find(UserType, undefined)).totalResults).toBe(1);
  });

  test("the line has an end: who finds it full is answered at once", async () => {
    const calls = callsOf(storage);
    const outcomes = Array.from({ length: 1002 }, (_, index) => calls.user(`u${index}`).then(String, (error) => error));
    await vi.advanceTimersByTimeAsync(0);
    expect(await outcomes[1001]).toMatchObject({ status: 503, message: expect.stringMatching(/wait already/) });
    other.exec("COMMIT");
    await vi.advanceTimersByTimeAsync(9000);
    await Promise.all(outcomes.slice(0, 1001));
    expect((await calls.find(UserType, undefined)).totalResults).toBe(1001);
  });
});

describe("whatever keeps storage from answering", () => {
  const silent = createServer((socket) => void socket.on("error", () => undefined).resume());
  beforeEach(() => new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve)));
  afterEach(() => new Promise<void>((resolve) => void silent.close(() => resolve())));

  /** Gives back connections that were taken from a pool. */
  const taken: (() => void)[] = [];

  const ways = [
    ["a server that is not there", () => new pg.Pool({ connectionString: "postgres://nobody@127.0.0.1:1/none" })],
    [
      "a server that says nothing",
      () => {
        const { port } = silent.address() as { port: number };
        const connectionString = `postgres://nobody@127.0.0.1:${port}/none`;
        return new pg.Pool({ connectionString, connectionTimeoutMillis: 50 });
      },
    ],
    ...(hasPostgres
      ? [
          [
            "a pool without a free connection",
            () => {
              const pool = new pg.Pool({ connectionString: POSTGRES_URL, max: 1, connectionTimeoutMillis: 1000 });
              pool.connect((_, __, release) => taken.push(release));
              return pool;
            },
          ] as const,
        ]
      : []),
  ] as const;

  test.each(ways)("is 503 with Retry-After, for reads and writes: %s", async (_, poolOf) => {
    const pool = poolOf();
    try {
      const ask = serviceOf(sqlStorage({ db: new Kysely({ dialect: new PostgresDialect({ pool }) }) }));
      const answers = await Promise.all([
        ask("GET", "/Users"),
        ask("GET", "/Users/u1"),
        ask("POST", "/Users", { schemas: [User.schema.id], userName: "ada" }),
        ask("DELETE", "/Users/u1"),
      ]);
      for (const answer of answers) expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
    } finally {
      for (const release of taken.splice(0)) release();
      await pool.end();
    }
  });
});
