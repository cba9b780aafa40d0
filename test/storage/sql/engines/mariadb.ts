import { CompiledQuery, Kysely, MysqlDialect } from "kysely";
import { createPool, type Pool } from "mysql2";
import { createConnection } from "mysql2/promise";
import { mysql } from "../../../../src/storage/sql/dialect/mysql.ts";
import { type Engine, noteIn, opened, type Sent } from "../engines.ts";

export const MARIADB_URL = process.env.MARIADB_URL ?? "mysql://root@127.0.0.1:3306";

/** Whether a MariaDB server answers. CI fails without one; elsewhere what needs it is left out. */
export const hasMariadb = await answers();
if (!hasMariadb && process.env.CI !== undefined)
  throw new Error(`No MariaDB answers at ${MARIADB_URL}; CI must test against one. Set MARIADB_URL.`);

async function answers(): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: MARIADB_URL, connectTimeout: 60_000 });
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

/** MariaDB by `mysql2`: each storage in a database of its own. */
export function mariadbEngine(connections = 8): Engine {
  const databases: string[] = [];
  const open: Kysely<unknown>[] = [];
  return {
    name: "MariaDB",
    isPostgres: false,
    async open(options) {
      const database = await createDatabase();
      databases.push(database);
      const sent: Sent[] = [];
      const db = new Kysely<unknown>({
        dialect: new MysqlDialect({ pool: poolOf(database, connections) }),
        log: noteIn(sent),
      });
      open.push(db);
      const made = await opened(db, sent, { ...options });
      return { ...made, db: spelling(made.db) };
    },
    async close() {
      for (const db of open.splice(0)) await db.destroy();
      for (const database of databases.splice(0)) await dropDatabase(database);
    },
  };
}

/** The engine where a server answers. */
export const mariadbEngines = (): readonly Engine[] => (hasMariadb ? [mariadbEngine()] : []);

/** For statements of tests, which are written in the words of PostgreSQL and SQLite. */
function spelling(db: Kysely<unknown>): Kysely<unknown> {
  return new Proxy(db, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (name !== "executeQuery") return typeof value === "function" ? value.bind(object) : value;
      return async ({ sql, parameters }: CompiledQuery) => {
        const text = (mysql.spell as (text: string) => string)(sql.replaceAll(/\bjson\(([\w.]+)\)/g, "$1"));
        const { rows, ...rest } = await db.executeQuery(CompiledQuery.raw(text, [...parameters]));
        const read = (row: object) =>
          Object.fromEntries(Object.entries(row).map(([column, each]) => [column, mysql.readValue?.(each)]));
        return { ...rest, rows: rows.map((row) => read(row as object)) };
      };
    },
  });
}

/** A pool on a database; as a stranger would have it. */
export function poolOf(database: string, connections: number): Pool {
  const url = new URL(MARIADB_URL);
  url.pathname = database;
  return createPool({ uri: url.href, connectionLimit: connections });
}

/** Makes an empty database. */
export async function createDatabase(): Promise<string> {
  const name = `scimkit_test_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
  await runAlone(`CREATE DATABASE ${name}`);
  return name;
}

export async function dropDatabase(name: string): Promise<void> {
  await runAlone(`DROP DATABASE IF EXISTS ${name}`);
}

async function runAlone(statement: string): Promise<void> {
  const connection = await createConnection({ uri: MARIADB_URL });
  await connection.query(statement);
  await connection.end();
}
