import type { DialectAdapter, Kysely } from "kysely";
import type { Dialect } from "./dialect.ts";
import { mysql } from "./mysql.ts";
import { postgres } from "./postgres.ts";
import { sqlite } from "./sqlite.ts";

/** Every dialect there is. */
export const DIALECTS: readonly Dialect[] = [postgres, sqlite, mysql];

/**
 * The dialect of a database, by what its Kysely adapter says that it can do: that survives minifying and third-party
 * adapters.
 * @throws {TypeError} for a database that there is no dialect for.
 */
export function dialectOf(given: DialectAdapter): Dialect {
  const found = DIALECTS.find(
    ({ adapter }) =>
      adapter.supportsReturning === (given.supportsReturning === true) &&
      adapter.supportsTransactionalDdl === (given.supportsTransactionalDdl === true),
  );
  if (found !== undefined) return found;
  throw new TypeError(`sqlStorage: db must be a Kysely over ${DIALECTS.map(({ name }) => name).join(", ")}.`);
}

/** The dialect of the host's Kysely. @throws {TypeError} for what is none, such as a pool, and for a database that there is no dialect for. */
export function dialectIn<DB>(db: Kysely<DB>): Dialect {
  if (typeof db?.getExecutor === "function") return dialectOf(db.getExecutor().adapter);
  throw new TypeError(
    "db must be a Kysely, which a driver, a pool or a URL is not: new Kysely({ dialect: new PostgresDialect({ pool }) }), or what openSqlite gives.",
  );
}
