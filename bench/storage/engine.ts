// The databases that the storage benches run on: a SQLite file, a PostgreSQL and a MariaDB server, each with tables of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery, Kysely, MysqlDialect, PostgresDialect } from "kysely";
import { createPool } from "mysql2";
import { createConnection } from "mysql2/promise";
import pg from "pg";
import { namedStatements, openSqlite, type SqlStorage, sqlStorage } from "../../src/storage/sql/index.ts";

export const POSTGRES_URL = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";

export const MARIADB_URL = process.env.MARIADB_URL ?? "mysql://root@127.0.0.1:3306";

export const ENGINES = ["sqlite", "postgres", "mariadb"] as const;
export type EngineName = (typeof ENGINES)[number];

/** Where the tables of one run are, so that other processes can open them too. */
export interface Place {
  readonly engine: EngineName;
  /** Path of the SQLite file. */
  readonly file?: string;
  /** Name of the PostgreSQL schema, and where the server is. */
  readonly schema?: string;
  /** Name of the MariaDB database. */
  readonly database?: string;
  readonly url?: string;
}

/** An opened database. */
export interface Opened {
  readonly place: Place;
  readonly db: Kysely<unknown>;
  readonly storage: SqlStorage;
  /** The driver itself, for what is measured against it; undefined for SQLite. */
  readonly pool: pg.Pool | undefined;
  /** Texts of the statements since the list was last emptied. */
  readonly statements: string[];
  close(): Promise<void>;
}

/** A new place, empty; `drop` takes it away again. */
export function newPlace(engine: EngineName, url = engine === "mariadb" ? MARIADB_URL : POSTGRES_URL): Place {
  const own = `scimkit_bench_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
  if (engine === "mariadb") return { engine, url, database: own };
  return engine === "sqlite"
    ? { engine, file: join(mkdtempSync(join(tmpdir(), "scimkit-bench-")), "directory.db") }
    : { engine, url, schema: own };
}

/** Opens a place, with its tables made. `isTold`: statements are noted, which costs a little time. */
export async function open(place: Place, { connections = 4, isTold = false } = {}): Promise<Opened> {
  const statements: string[] = [];
  const log = isTold ? { log: ({ query }: { query: { sql: string } }) => void statements.push(query.sql) } : {};
  if (place.engine === "sqlite") {
    const db = await openSqlite(place.file ?? ":memory:", { connections, ...log });
    const storage = sqlStorage({ db });
    await storage.prepare();
    return { place, db, storage, pool: undefined, statements, close: () => db.destroy() };
  }
  if (place.engine === "mariadb") {
    await runOnMariadb(place, `CREATE DATABASE IF NOT EXISTS ${place.database}`);
    const pool = createPool({ uri: `${place.url}/${place.database}`, connectionLimit: connections });
    const db = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }), ...log });
    const storage = sqlStorage({ db });
    await storage.prepare();
    return { place, db, storage, pool: undefined, statements, close: () => db.destroy() };
  }
  const pool = new pg.Pool({ connectionString: place.url, max: connections });
  pool.on("error", () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: namedStatements(pool) }), ...log });
  const storage = sqlStorage({ db, ...(place.schema === undefined ? {} : { schema: place.schema }) });
  await storage.prepare();
  return { place, db, storage, pool, statements, close: () => db.destroy() };
}

/** Takes away what `newPlace` and `open` made. */
export async function drop(place: Place): Promise<void> {
  if (place.file !== undefined) rmSync(join(place.file, ".."), { recursive: true, force: true });
  if (place.database !== undefined) await runOnMariadb(place, `DROP DATABASE IF EXISTS ${place.database}`);
  if (place.schema === undefined) return;
  const pool = new pg.Pool({ connectionString: place.url, max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  await db.executeQuery(CompiledQuery.raw(`DROP SCHEMA IF EXISTS "${place.schema}" CASCADE`));
  await db.destroy();
}

async function runOnMariadb({ url }: Place, statement: string): Promise<void> {
  const connection = await createConnection({ uri: url as string });
  await connection.query(statement);
  await connection.end();
}
