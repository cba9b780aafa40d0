import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { CompiledQuery, type Kysely, sql } from "kysely";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openSqlite, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, User } from "./calls.ts";

/** The threads that were begun, so that a test can end one. */
const threads = vi.hoisted((): Worker[] => []);
vi.mock("node:worker_threads", async (original) => {
  const module = await original<typeof import("node:worker_threads")>();
  class Noted extends module.Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      threads.push(this);
    }
  }
  return { ...module, Worker: Noted };
});

const SOURCE = fileURLToPath(new URL("../../../src/storage/sql/index.ts", import.meta.url));

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "scim.db");
}

async function open(connections?: number): Promise<Kysely<unknown>> {
  const file = newFile();
  threads.length = 0;
  const db = await openSqlite(file, connections === undefined ? {} : { connections });
  onTestFinished(() => db.destroy());
  return db;
}

async function rowsOf<R = unknown>(db: Kysely<unknown>, text: string, parameters: unknown[] = []): Promise<R[]> {
  return (await db.executeQuery<R>(CompiledQuery.raw(text, parameters))).rows;
}

/** A statement that takes long. */
const LONG =
  "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000000) SELECT count(*) AS count FROM c";

describe("a file of SQLite", () => {
  test("is asked in other threads, so that a long statement holds up neither the event loop nor who reads a resource", async () => {
    const db = await open();
    const storage = sqlStorage({ db });
    await storage.prepare();
    await callsOf(storage).user("u1");
    const ended: string[] = [];
    const long = rowsOf(db, LONG).then(() => ended.push("long"));
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    ended.push("turns");
    expect(await callsOf(storage).get(User, "u1")).toMatchObject({ id: "u1" });
    ended.push("get");
    expect((await callsOf(storage).find(User, 'userName eq "u1"')).totalResults).toBe(1);
    ended.push("look-up");
    await callsOf(storage).user("u2");
    ended.push("write");
    await long;
    expect(ended).toEqual(["turns", "get", "look-up", "write", "long"]);
  });

  test("gives in any thread the same values and the same errors", async () => {
    const answers = [];
    for (const db of [await open(1), await open()]) {
      await rowsOf(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL CHECK (name <> 'no'))");
      const values = [
        null,
        true,
        7,
        1.5,
        2n ** 53n - 1n,
        2n ** 53n + 1n,
        -(2n ** 63n),
        "t\u0000ext 😀",
        new Uint8Array([0, 1, 255]),
      ];
      const list = values.map((_, index) => `? AS v${index}`).join(", ");
      const failures = [];
      for (const [text, ...parameters] of [
        ["INSERT INTO t VALUES (1, 'a'), (2, 'a')"],
        ["INSERT INTO t VALUES (1, 'no')"],
        ["INSERT INTO t VALUES (1, NULL)"],
        ["SELECT nothing"],
        ["SELECT ?, ?", 1, Symbol.iterator],
        ["SELECT ?, ?", 1, {}],
      ] as [string, ...unknown[]][]) {
        const error = await rowsOf(db, text, parameters).catch((thrown: Error) => thrown);
        expect(error).toBeInstanceOf(Error);
        const { name, message, code, errcode, errstr } = error as Error & Record<string, unknown>;
        // What cannot cross is refused on the way, in other words.
        failures.push(typeof parameters[1] === "symbol" ? undefined : { name, message, code, errcode, errstr });
      }
      const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw("INSERT INTO t VALUES (1, 'a'), (2, 'b')"));
      const large = [
        await rowsOf(db, "INSERT INTO t VALUES (9007199254740993, 'c') RETURNING id"),
        await rowsOf(db, "SELECT id, name FROM t ORDER BY id"),
      ];
      answers.push({ values: await rowsOf(db, `SELECT ${list}`, values), failures, numAffectedRows, large });
    }
    expect(answers[0]?.failures[0]).toMatchObject({ code: "ERR_SQLITE_ERROR", errcode: 2067 });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1]?.numAffectedRows).toBe(2n);
    // No number is what JavaScript would make of it: it is told exactly, and written once.
    expect(answers[1]?.large).toEqual([
      [{ id: 9007199254740993n }],
      [
        { id: 1, name: "a" },
        { id: 2, name: "b" },
        { id: 9007199254740993n, name: "c" },
      ],
    ]);
  });

  test("is kept as safely in other threads as in this one [G-19]", async () => {
    for (const db of [await open(1), await open()]) {
      expect(await rowsOf(db, "PRAGMA journal_mode")).toMatchObject([{ journal_mode: "wal" }]);
      expect(await rowsOf(db, "PRAGMA synchronous")).toMatchObject([{ synchronous: 2 }]);
      expect(await rowsOf(db, "PRAGMA foreign_keys")).toMatchObject([{ foreign_keys: 1 }]);
    }
  });

  test("hands out rows step by step, and what is left early is free for the next", async () => {
    const numbers = sql<{
      n: number;
    }>`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 2500) SELECT n FROM c`;
    for (const db of [await open(1), await open(2)]) {
      const streamed = async (most: number): Promise<number[]> => {
        const read: number[] = [];
        for await (const { rows } of db.getExecutor().stream<{ n: number }>(numbers.compile(db), 100)) {
          read.push(...rows.map(({ n }) => n));
          if (read.length >= most) break;
        }
        return read;
      };
      expect(await streamed(2500)).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1));
      for (let round = 0; round < 5; round++) expect((await streamed(1))[0]).toBe(1);
      expect(await rowsOf(db, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    }
  });

  test("has no more connections than it may, and serves in turn who comes meanwhile", async () => {
    const db = await open(3);
    const one = await Promise.all(Array.from({ length: 40 }, (_, index) => rowsOf(db, "SELECT ? AS n", [index])));
    expect(one.flat()).toEqual(Array.from({ length: 40 }, (_, n) => ({ n })));
    expect(threads).toHaveLength(2);
    await open(1).then((alone) => rowsOf(alone, "SELECT 1"));
    expect(threads).toHaveLength(0);
  });

  test("whose thread ends fails what was asked of it as a connection that breaks does, and is asked in another one", async () => {
    const db = await open(2);
    await rowsOf(db, "CREATE TABLE t (n)");
    const asked = rowsOf(db, LONG);
    const broken = expect(asked).rejects.toMatchObject({ code: "ECONNRESET" });
    const next = rowsOf(db, "SELECT count(*) AS count FROM t");
    await new Promise((resolve) => setImmediate(resolve));
    await threads[0]?.terminate();
    await broken;
    expect(await next).toEqual([{ count: 0 }]);
    await threads[1]?.terminate();
    expect(await rowsOf(db, "SELECT count(*) AS count FROM t")).toEqual([{ count: 0 }]);
    expect(threads).toHaveLength(3);
  });
});

describe("a process", () => {
  /** Runs a program that has `db`, and gives what it printed. */
  function run(program: string, ...flags: string[]): Promise<{ readonly status: unknown; readonly output: string }> {
    const text = `import { openSqlite } from ${JSON.stringify(SOURCE)};
      import { sql } from ${JSON.stringify(import.meta.resolve("kysely"))};
      const db = await openSqlite(process.env.FILE);\n${program}`;
    return new Promise((resolve) =>
      execFile(
        process.execPath,
        [...flags, "--no-warnings", "--input-type=module", "--eval", text],
        { env: { ...process.env, FILE: newFile() } },
        (error, stdout, stderr) => resolve({ status: error === null ? 0 : error.code, output: stdout + stderr }),
      ),
    );
  }

  test("that does not close the file ends all the same, but not before it has its answer", async () => {
    const late = "sql`SELECT 'answered' AS word`.execute(db).then(({ rows }) => console.log(rows[0].word));";
    expect(await run(`await sql\`CREATE TABLE t (n)\`.execute(db);\n${late}`)).toEqual({
      status: 0,
      output: "answered\n",
    });
  });

  test("that may begin no threads does without", async () => {
    const program = "console.log(JSON.stringify((await sql`SELECT 1 AS one`.execute(db)).rows)); await db.destroy();";
    const flags = ["--permission", "--allow-fs-read=*", "--allow-fs-write=*"];
    expect(await run(program, ...flags)).toEqual({ status: 0, output: '[{"one":1}]\n' });
    const asks =
      "import('node:worker_threads').then(({ Worker }) => new Worker('', { eval: true })).catch(({ code }) => console.log(code));";
    expect((await run(asks, ...flags)).output).toBe("ERR_ACCESS_DENIED\n");
  });
});

describe("a database", () => {
  test.each([
    "",
    ":memory:",
    "file::memory:",
    "file:nobody?mode=memory",
  ])("whose name (%j) stands for none is one database for all who ask at once", async (name) => {
    const db = await openSqlite(name);
    onTestFinished(() => db.destroy());
    await rowsOf(db, "CREATE TABLE seen (n)");
    const asked = Array.from({ length: 5 }, () => rowsOf(db, "SELECT n FROM seen"));
    expect(await Promise.all(asked)).toEqual([[], [], [], [], []]);
  });

  test("that cannot be opened is named", async () => {
    const missing = join(newFile(), "none", "scim.db");
    await expect(openSqlite(missing)).rejects.toThrow(
      `openSqlite cannot open ${JSON.stringify(missing)}: unable to open`,
    );
  });
});
