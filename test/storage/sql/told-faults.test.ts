import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery, type Kysely } from "kysely";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { APPLICATION, MIGRATION, storageOf } from "../../../examples/existing-tables/server.ts";
import { createApp } from "../../../examples/hono/server.ts";
import { createLog } from "../../../examples/log.ts";
import type { ScimNotice, StorageAdapter } from "../../../src/index.ts";
import { openSqlite, sqlStorage } from "../../../src/storage/sql/index.ts";
import { run } from "../../examples/process.ts";
import { USER } from "../../support/directory.ts";
import { hasPostgres, POSTGRES_URL, postgresEngine } from "./engines.ts";

const TOKEN = "token-of-the-tests-0123456789";
const pragma = (db: Kysely<unknown>, text: string) => db.executeQuery(CompiledQuery.raw(`PRAGMA ${text}`));

/** What `npm start` serves, over this storage; what `onNotice` was told, and the lines of the log. */
function served(storage: StorageAdapter) {
  const events: ScimNotice[] = [];
  const lines: string[] = [];
  const log = createLog("text", (line) => lines.push(line.replace(/^\S+ /, "").replace(/[\d.]+ ms/, "_ ms")));
  const onNotice = (event: ScimNotice): void => {
    events.push(event);
    log.onNotice(event);
  };
  const app = createApp({
    baseUrl: "http://127.0.0.1/scim/v2",
    token: TOKEN,
    storage,
    onNotice,
    onRequest: log.onRequest,
  });
  const post = async (userName: string) => {
    const answer = await app.request("/scim/v2/Users", {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" },
      body: JSON.stringify({ schemas: [USER], userName, title: "x".repeat(4000) }),
    });
    return { status: answer.status, retryAfter: answer.headers.get("retry-after"), body: await answer.text() };
  };
  return { events, lines, post };
}

/** The two kinds of tables, each in a file of SQLite. */
const tables: Readonly<Record<string, (db: Kysely<unknown>) => Promise<StorageAdapter>>> = {
  "tables of its own": async (db) => {
    const storage = sqlStorage({ db });
    await storage.prepare();
    return storage;
  },
  "tables of an application": async (db) => {
    for (const statement of [...APPLICATION, ...MIGRATION]) await db.executeQuery(CompiledQuery.raw(statement));
    return storageOf(db);
  },
};

describe.each(Object.entries(tables))("over %s in SQLite", (_name, open) => {
  async function inFile() {
    const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
    const db = await openSqlite(join(folder, "scim.db"), { connections: 1 });
    onTestFinished(async () => {
      await db.destroy();
      rmSync(folder, { recursive: true });
    });
    return { db, ...served(await open(db)) };
  }

  test("a full disk is 503 with Retry-After, a fault with its cause, and a line that names it [G-18]", async () => {
    const { db, events, lines, post } = await inFile();
    expect((await post("first")).status).toBe(201);
    const { rows } = await db.executeQuery<{ page_count: number }>(CompiledQuery.raw("PRAGMA page_count"));
    await pragma(db, `max_page_count = ${rows[0]?.page_count}`);
    events.length = 0;
    let answer = await post("u0");
    for (let count = 1; answer.status === 201 && count < 50; count++) answer = await post(`u${count}`);
    expect(answer).toMatchObject({ status: 503, retryAfter: "5", body: expect.not.stringContaining("full") });
    expect(events.at(-1)).toMatchObject({
      type: "fault",
      status: 503,
      method: "POST",
      path: "/Users",
      operation: "create",
      error: { cause: { message: "database or disk is full" } },
    });
    expect(lines.slice(-2)).toEqual([
      'error fault POST /Users 503 "Storage is not available. Try again later." "ScimError ERR_SCIM Storage is not available. Try again later. < Error ERR_SQLITE_ERROR database or disk is full"',
      'error POST /Users 503 _ ms "Storage is not available. Try again later."',
    ]);
    await pragma(db, "max_page_count = 1000000");
    expect((await post("after")).status).toBe(201);
  });

  test("a file that is read only is 503 for a write, a fault with its cause, and reads go on [G-18]", async () => {
    const { db, events, lines, post } = await inFile();
    await pragma(db, "query_only = 1");
    expect(await post("ada")).toMatchObject({ status: 503, retryAfter: "5" });
    expect(events).toMatchObject([
      { type: "fault", status: 503, error: { cause: { message: "attempt to write a readonly database" } } },
    ]);
    expect(lines[0]).toContain("ERR_SQLITE_ERROR attempt to write a readonly database");
    await pragma(db, "query_only = 0");
    expect((await post("ada")).status).toBe(201);
  });
});

/** A way to a server that can be cut: connections are broken off, and no other one is taken. */
async function wireTo(target: URL) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const cut = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port, cut };
}

if (hasPostgres) {
  test("connections that the database ends are a 503 at most, a fault with its cause, and the next request is served [G-18]", async () => {
    const name = `scimkit-killed-${crypto.randomUUID().slice(0, 8)}`;
    const engine = postgresEngine(2, name);
    const { storage } = await engine.open();
    let kill: () => Promise<void> = async () => undefined;
    const { events, lines, post } = served({
      ...storage,
      // Ended while the write is at work.
      create: (request, context) =>
        storage.transaction?.(async (inner) => {
          await kill();
          return inner.create(request, context);
        }, context) as ReturnType<typeof storage.create>,
    });
    expect((await post("before")).status).toBe(201);
    kill = async () => {
      const killer = new pg.Client({ connectionString: POSTGRES_URL });
      await killer.connect();
      await killer.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [name]);
      await killer.end();
    };
    events.length = 0;
    expect(await post("during")).toMatchObject({ status: 503, retryAfter: "5" });
    expect(events).toMatchObject([{ type: "fault", status: 503, path: "/Users", error: { cause: expect.any(Error) } }]);
    expect(lines.at(-2)).toMatch(
      /^error fault POST \/Users 503 .* < \w*error .*(57P01|terminat|Connection|connection)/i,
    );
    kill = async () => undefined;
    expect((await post("after")).status).toBe(201);
    await engine.close();
  });

  test("npm start whose database is gone answers 503 with Retry-After, says so at /healthz, and logs the cause", async () => {
    const schema = `told_${crypto.randomUUID().slice(0, 8)}`;
    const target = new URL(POSTGRES_URL);
    const admin = new pg.Client({ connectionString: POSTGRES_URL });
    await admin.connect();
    await admin.query(`CREATE SCHEMA ${schema}`);
    onTestFinished(async () => {
      await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    });
    const wire = await wireTo(target);
    const through = new URL(target);
    through.port = String(wire.port);
    through.searchParams.set("options", `-c search_path=${schema},public`);
    const example = run("hono/start.ts", { PORT: "0", LOG: "json", SCIM_TOKEN: TOKEN, SCIM_DATABASE: through.href });
    onTestFinished(() => void example.child.kill("SIGKILL"));
    await example.until("Listening.");
    const lines = () =>
      example
        .printed()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const { baseUrl } = lines()[0];
    const get = (url: string) => fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    const health = new URL("/healthz", baseUrl).href;
    expect((await get(`${baseUrl}/Users`)).status).toBe(200);
    expect((await get(health)).status).toBe(200);
    await wire.cut();
    const answer = await get(`${baseUrl}/Users`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(await answer.text()).not.toMatch(/ECONN|127\.0\.0\.1|terminated/);
    expect((await get(health)).status).toBe(503);
    example.child.kill("SIGTERM");
    expect(await example.exitCode).toBe(0);
    const cause = expect.stringMatching(/ECONNREFUSED|ECONNRESET|terminated/);
    expect(lines()).toContainEqual(
      expect.objectContaining({ level: "error", message: "fault GET /Users 503", path: "/Users", status: 503, cause }),
    );
    expect(lines()).toContainEqual(
      expect.objectContaining({ level: "error", message: "GET /Users 503", ms: expect.any(Number) }),
    );
    expect(lines()).toContainEqual(expect.objectContaining({ message: "fault GET /healthz 503", cause }));
  });
}
