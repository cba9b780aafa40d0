// Opens a place (see engine.ts) by the built package alone.
import { Kysely, MysqlDialect, PostgresDialect } from "kysely";
import { createPool } from "mysql2";
import pg from "pg";
import { namedStatements, openSqlite, sqlStorage } from "scimkit/sql";

/** Opens the tables of a place; `connections` is the most that the process holds. */
export async function open(place, { connections }) {
  if (place.redis !== undefined) return (await import("./redis-open.ts")).open(place);
  const { file, schema, database, url } = place;
  if (file !== undefined) {
    const db = await openSqlite(file, { connections });
    return { storage: sqlStorage({ db }), close: () => db.destroy() };
  }
  if (database !== undefined) {
    const pool = createPool({ uri: `${url}/${database}`, connectionLimit: connections });
    const db = new Kysely({ dialect: new MysqlDialect({ pool }) });
    return { storage: sqlStorage({ db }), close: () => db.destroy() };
  }
  const pool = new pg.Pool({ connectionString: url, max: connections });
  pool.on("error", () => undefined);
  const db = new Kysely({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) });
  return { storage: sqlStorage({ db, schema }), close: () => db.destroy() };
}
