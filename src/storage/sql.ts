import type { Kysely } from "kysely";
import type { Context, StorageAdapter } from "./adapter.ts";
import type { HashSecret } from "./memory/secrets.ts";
import { createResource } from "./sql/create.ts";
import { type Database, databaseOf } from "./sql/database.ts";
import { applyDelta } from "./sql/delta.ts";
import { migrate } from "./sql/migrate.ts";
import { readResource } from "./sql/present.ts";
import { query } from "./sql/query.ts";
import { deleteResource } from "./sql/remove.ts";
import { replaceResource } from "./sql/replace.ts";
import { readSecret } from "./sql/statements.ts";
import { type Tables, tablesOf } from "./sql/tables.ts";

export type { HashSecret } from "./memory/secrets.ts";
export { openSqlite, type SqliteOptions } from "./sql/node-sqlite.ts";

/** Options of `sqlStorage`. */
export interface SqlStorageOptions<DB = unknown> {
  /**
   * The database, as a Kysely over the driver, pool or transaction of your own: PostgreSQL (`pg`, PGlite) or SQLite
   * (`openSqlite`, better-sqlite3). Plugins are not applied.
   */
  readonly db: Kysely<DB>;
  /** What the names of the tables begin with. Default `"scim_"`. */
  readonly tablePrefix?: string;
  /** The PostgreSQL schema that the tables are in; `migrate` makes it. Default: the first one of the search path. */
  readonly schema?: string;
  /**
   * Makes of a writeOnly value (a password) what is kept of it, such as an Argon2 hash. Without it such values are dropped,
   * and a `secretDropped` event says so; they are never kept as given.
   */
  readonly hashSecret?: HashSecret;
  /** Most rows that a query may look at where SQL cannot express all of it; more is 400 tooMany. Default 100,000. */
  readonly maxScanned?: number;
}

/** Storage in an SQL database. */
export interface SqlStorage extends StorageAdapter {
  /** Makes the tables or brings them up to date. Safe to run at every start, by several processes at once. */
  migrate(): Promise<void>;
  /** What `hashSecret` made of a writeOnly attribute (a password), to check a log-in against; undefined where there is none. */
  readSecret(resourceType: string, id: string, attribute: string, context?: Context): Promise<unknown>;
}

/**
 * Storage in PostgreSQL or SQLite, in tables of its own. Every write is one transaction, on PostgreSQL mostly one statement;
 * uniqueness and references are kept by the database's constraints, so that any number of processes may share it.
 *
 * @example
 * ```ts
 * import { createScim, Group, User } from "scimkit";
 * import { openSqlite, sqlStorage } from "scimkit/sql";
 * const storage = sqlStorage({ db: await openSqlite("directory.db") });
 * await storage.migrate();
 * createScim({
 *   resourceTypes: [User, Group], storage, baseUrl: "https://example.com/scim/v2", authenticate: () => ({}),
 * });
 * ```
 */
export function sqlStorage<DB>(options: SqlStorageOptions<DB>): SqlStorage {
  const tables = tablesOf(options.tablePrefix, options.schema);
  return storageOver(databaseOf(options.db), tables, options);
}

function storageOver(
  database: Database,
  tables: Tables,
  options: Pick<SqlStorageOptions, "hashSecret" | "maxScanned">,
): SqlStorage {
  const { hashSecret, maxScanned = 100_000 } = options;
  return {
    capabilities: { cursor: true, secrets: hashSecret !== undefined },
    async get(request, context) {
      request.signal?.throwIfAborted();
      return readResource(database, { ...request, tables, tenant: context.tenant ?? "" }, request.id);
    },
    query: (request, context) => query(database, tables, request, context, maxScanned),
    create: (request, context) => createResource(database, tables, hashSecret, request, context),
    replace: (request, context) => replaceResource(database, tables, hashSecret, request, context),
    applyDelta: (request, context) => applyDelta(database, tables, request, context),
    delete: (request, context) => deleteResource(database, tables, request, context),
    transaction: (work) => database.open((inner) => work(storageOver(inner, tables, options))),
    migrate: () => migrate(database, tables),
    async readSecret(resourceType, id, attribute, context = {}) {
      const owner = { dialect: database.dialect, tables, tenant: context.tenant ?? "", type: resourceType, id };
      return readSecret(database, owner, attribute);
    },
  };
}
