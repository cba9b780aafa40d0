import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { CompiledQuery, type Dialect, Kysely, type Logger, PGliteDialect, PostgresDialect } from "kysely";
import pg from "pg";
import {
  namedStatements,
  openSqlite,
  type SqlStorage,
  type SqlStorageOptions,
  sqlStorage,
} from "../../../src/storage/sql/index.ts";
import { faulty } from "./faulty.ts";

/** A statement as it was sent to the database. */
export interface Sent {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Storage on an engine, in tables of its own. */
export interface Opened {
  readonly storage: SqlStorage;
  readonly db: Kysely<unknown>;
  /** Where its tables are, for tests that look into them. */
  readonly tables: {
    readonly prefix: string;
    readonly schema: string | undefined;
    readonly distributed?: SqlStorageOptions["distributed"];
  };
  /** Every statement since the list was last emptied. */
  readonly sent: Sent[];
  /** Makes the `n`-th statement of the storage from now on fail, once; 0 calls it off. */
  readonly failAt: (n: number) => void;
  /** The driver blocks its thread while it waits for a second client, so that two of them in one process are no two processes. */
  readonly isAlone?: true;
}

/** A database engine that the adapter is tested on. */
export interface Engine {
  readonly name: string;
  readonly isPostgres: boolean;
  open(options?: Partial<SqlStorageOptions>): Promise<Opened>;
  /** Drops what the tests made. */
  close(): Promise<void>;
}

export const POSTGRES_URL = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";

/** Whether a PostgreSQL server answers. CI fails without one; elsewhere PGlite stands in. */
export const hasPostgres = await answers();
if (!hasPostgres && process.env.CI !== undefined)
  throw new Error(`No PostgreSQL answers at ${POSTGRES_URL}; CI must test against one. Set DATABASE_URL.`);

async function answers(): Promise<boolean> {
  const client = new pg.Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 60_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** All engines, each with nothing open yet. Real PostgreSQL only where a server answers. */
export function engines(): readonly Engine[] {
  return [
    sqliteEngine("SQLite in memory"),
    sqliteEngine("SQLite in a file"),
    pgliteEngine(),
    ...(hasPostgres ? [postgresEngine()] : []),
  ];
}

/** One engine of each kind, for tests that take long. */
export function someEngines(): readonly Engine[] {
  return [sqliteEngine("SQLite in memory"), hasPostgres ? postgresEngine() : pgliteEngine()];
}

export function sqliteEngine(name: "SQLite in memory" | "SQLite in a file"): Engine {
  const open: Kysely<unknown>[] = [];
  let folder: string | undefined;
  let files = 0;
  return {
    name,
    isPostgres: false,
    async open(options) {
      if (name === "SQLite in a file") folder ??= mkdtempSync(join(tmpdir(), "scimkit-"));
      const sent: Sent[] = [];
      const path = folder === undefined ? ":memory:" : join(folder, `${files++}.db`);
      const db = await openSqlite(path, { log: noteIn(sent) });
      open.push(db);
      return opened(db, sent, { ...options });
    },
    async close() {
      for (const db of open.splice(0)) await db.destroy();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `trigrams`: with the extension that searching by them needs. */
export function pgliteEngine(trigrams = true): Engine {
  let pglite: PGlite | undefined;
  return postgresLike("PGlite", async () => {
    pglite ??= await PGlite.create({ loadDataDir: await empty(), ...(trigrams ? { extensions: { pg_trgm } } : {}) });
    return new PGliteDialect({ pglite });
  });
}

/** An empty database of PGlite's, kept beside the packages: making one takes longer than the tests of many a file. */
async function empty(): Promise<Blob> {
  const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
  const { version } = JSON.parse(readFileSync(join(modules, "@electric-sql/pglite/package.json"), "utf8"));
  const kept = join(modules, `.cache/pglite-${version}.tar`);
  if (!existsSync(kept)) {
    const pglite = await PGlite.create();
    const bytes = await (await pglite.dumpDataDir("none")).bytes();
    await pglite.close();
    mkdirSync(join(modules, ".cache"), { recursive: true });
    // Others may make one as well: each is whole, or not there.
    const own = `${kept}.${process.pid}`;
    writeFileSync(own, bytes);
    renameSync(own, kept);
  }
  return new Blob([readFileSync(kept)]);
}

/** `name` is what the server knows the connections by. */
export function postgresEngine(connections = 8, name = "scimkit-test"): Engine {
  let pool: pg.Pool | undefined;
  return postgresLike("PostgreSQL", async () => {
    if (pool === undefined) {
      pool = new pg.Pool({ connectionString: POSTGRES_URL, max: connections, application_name: name });
      pool.on("error", () => undefined);
    }
    return new PostgresDialect({ pool: namedStatements(pool) });
  });
}

/** An engine that has schemas, one for each that is opened. */
export function postgresLike(name: string, dialect: () => Promise<Dialect>): Engine {
  const schemas: string[] = [];
  let last: Kysely<unknown> | undefined;
  return {
    name,
    isPostgres: true,
    async open(options) {
      const sent: Sent[] = [];
      const db = new Kysely<unknown>({ dialect: await dialect(), log: noteIn(sent) });
      last = db;
      const schema = `scimkit_test_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
      schemas.push(schema);
      return opened(db, sent, { schema, ...options });
    },
    async close() {
      for (const schema of schemas.splice(0))
        await last?.executeQuery(CompiledQuery.raw(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`));
      await last?.destroy();
    },
  };
}

/** Storage over a database, with tables and nothing in them. */
export async function opened(db: Kysely<unknown>, sent: Sent[], options: Partial<SqlStorageOptions>): Promise<Opened> {
  const { db: counted, failAt } = faulty(db);
  const storage = sqlStorage({ db: counted, ...options });
  await storage.prepare();
  sent.length = 0;
  return {
    storage,
    db,
    failAt,
    tables: { prefix: options.tablePrefix ?? "scim_", schema: options.schema, distributed: options.distributed },
    sent,
  };
}

/** Notes what is sent. */
export function noteIn(sent: Sent[]): Logger {
  return ({ level, query }) => {
    // Which shapes there are, and of which version the tables are, is asked anew now and then, whatever is tested.
    if (level === "query" && !/shape_use|migration" m /.test(query.sql)) sent.push(query);
  };
}
