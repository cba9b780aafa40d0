// Opens a place (see engine.ts) by the built package alone.
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { namedStatements, openSqlite, sqlStorage } from "scimkit/sql";

/** Opens the tables of a place; `connections` is the most that the process holds. */
export async function open(place, { connections }) {
  if (place.redis !== undefined) return (await import("./redis-open.ts")).open(place);
  const { file, schema, url } = place;
  if (file !== undefined) {
    const db = await openSqlite(file, { connections });
    return { storage: sqlStorage({ db }), close: () => db.destroy() };
  }
  const pool = new pg.Pool({ connectionString: url, max: connections });
  pool.on("error", () => undefined);
  const db = new Kysely({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) });
  return { storage: sqlStorage({ db, schema }), close: () => db.destroy() };
}
