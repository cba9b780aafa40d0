import type { Kysely } from "kysely";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { Context, StorageAdapter } from "../../adapter.ts";
import type { HashSecret } from "../../secrets.ts";
import type { SchemaChange, Upkeep, UpkeepOptions } from "../../upkeep.ts";
import type { Preparation, PrepareOptions } from "./prepare.ts";
import type { SchemaQuestion, UnknownType } from "./schema-changes.ts";

/** Options of `sqlStorage`. */
export interface SqlStorageOptions<DB = unknown> {
  /**
   * The database, as a Kysely over the driver, pool or transaction of your own: PostgreSQL (`pg`, PGlite), SQLite
   * (`openSqlite`, better-sqlite3), MariaDB or MySQL (`mysql2`). Plugins are not applied.
   */
  readonly db: Kysely<DB>;
  /** What the names of the tables begin with. Default `"scim_"`. */
  readonly tablePrefix?: string | undefined;
  /** The PostgreSQL schema that the tables are in; `prepare` makes it. Default: the first one of the search path. */
  readonly schema?: string | undefined;
  /**
   * Makes of a writeOnly value (a password) what is kept of it, such as an Argon2 hash. Without it such values are
   * dropped, and a `secretDropped` event says so; they are never kept as given.
   */
  readonly hashSecret?: HashSecret | undefined;
  /**
   * The resource types whose attributes `indexed` and `searchable` name, and that `prepare` compares with what is stored. Default: users
   * with the enterprise extension, and groups; nothing is compared.
   */
  readonly resourceTypes?: readonly ResourceTypeDefinition[] | undefined;
  /**
   * Attributes to look up and to sort by in no more time than the page takes; `prepare` makes an index over each.
   * Unique attributes, ids and references are looked up so in any case. Default: userName, externalId, displayName and
   * emails.value; none where `resourceTypes` is given.
   */
  readonly indexed?: readonly string[] | undefined;
  /**
   * Attributes in which `co`, `sw` and `ew` look things up by trigrams instead of looking at every resource; `prepare`
   * makes an index over each. On PostgreSQL this needs the extension `pg_trgm`; without it every resource is looked at, and so on
   * MariaDB and MySQL. Default: none.
   */
  readonly searchable?: readonly string[] | undefined;
  /** Most rows that a query may look at where SQL cannot express all of it; more is 400 tooMany. Default 100,000. */
  readonly maxScanned?: number | undefined;
  /**
   * What becomes of requests for resources that were written when their attributes were declared otherwise, as long as `reindex` has
   * not been run where it is needed. `"serve"`: they are answered, some of them at a higher cost, and the event `schemaChanged` tells
   * of it. `"refuse"`: they fail with 503, and `onNotice` is told which attributes have changed. Default `"serve"`.
   */
  readonly schemaChanges?: "serve" | "refuse" | undefined;
  /**
   * `"citus"`: the tables are distributed by tenant over the workers of a PostgreSQL with the extension Citus. `prepare` distributes them;
   * writes are steps of a transaction, and each statement names one tenant, so that one worker answers it; attributes that are unique
   * over all tenants are refused (`uniqueness: "global"`). Default: the tables are on one server, or in a schema that Citus distributes
   * as a whole, which needs no option.
   *
   * @example
   * ```ts
   * import { Kysely, PostgresDialect } from "kysely";
   * import pg from "pg";
   * import { namedStatements, sqlStorage } from "scimkit/sql";
   * const pool = namedStatements(new pg.Pool({ connectionString: process.env.DATABASE_URL }));
   * const storage = sqlStorage({ db: new Kysely({ dialect: new PostgresDialect({ pool }) }), distributed: "citus" });
   * await storage.prepare();
   * ```
   */
  readonly distributed?: "citus" | undefined;
}

/** Storage in an SQL database. */
export interface SqlStorage extends StorageAdapter, Upkeep {
  /**
   * Makes the tables and indexes or brings them to what this release works on, and says what it did. Needs a role that may make tables; who
   * only reads and writes rows needs no `prepare`, because a storage finds out at its first request what there is. Looks first, so that it
   * takes no lock where nothing is to do: safe to run at every start, by several processes at once.
   *
   * @throws {Error} where the tables need a newer release.
   */
  prepare(options?: PrepareOptions): Promise<Preparation>;
  /**
   * The statements that `prepare` would send, and sends none of them: for whoever reads before it is run, or runs it by another tool.
   *
   * @example
   * ```ts
   * import { openSqlite, sqlStorage } from "scimkit/sql";
   * const storage = sqlStorage({ db: await openSqlite("directory.db") });
   * for (const statement of await storage.plan()) console.log(`${statement};`);
   * ```
   */
  plan(options?: PrepareOptions): Promise<readonly string[]>;
  /** How the schemas that are served now differ from those that what is stored was written under; nothing where they agree. */
  schemaChanges(question: SchemaQuestion): Promise<readonly SchemaChange[]>;
  /** The resource types that there are resources of and that are not served, because they were renamed or removed. */
  unknownTypes(question: SchemaQuestion): Promise<readonly UnknownType[]>;
  /**
   * What `hashSecret` made of a writeOnly attribute (a password), to check a log-in against; undefined where there is
   * none.
   */
  readSecret(resourceType: string, id: string, attribute: string, context?: Context): Promise<unknown>;
  /**
   * Makes what look-ups rely on anew, by the schemas that are served now: comparison keys, unique values, the rows of collections. In
   * batches beside live traffic; begun again after it broke off, it goes on. Versions and `lastModified` stay.
   *
   * @example
   * ```ts
   * import { Group, User } from "scimkit";
   * import { openSqlite, sqlStorage } from "scimkit/sql";
   * const storage = sqlStorage({ db: await openSqlite("directory.db") });
   * const { duplicates, isComplete } = await storage.reindex({ resourceTypes: [User, Group.unique("displayName")] });
   * ```
   * @throws {TypeError} where `forget` names what a schema has.
   */
  reindex: Upkeep["reindex"];
  /**
   * Deletes all that a tenant has; no tenant is `undefined`. By batches: other tenants go on, and wait no longer than for a large
   * write. Broken off and begun again it goes on. Turn the tenant's clients away first: what they write meanwhile goes too, and what
   * they read is what is left. Nothing of it stays in any table, values that are unique over all tenants are free again, and all that
   * was remembered of the tenant is forgotten; references elsewhere there are none, so that no other resource changes. Gives what it
   * deleted, by resource type. No event is told: whoever calls it knows.
   *
   * @example
   * ```ts
   * import { openSqlite, sqlStorage } from "scimkit/sql";
   * const storage = sqlStorage({ db: await openSqlite("directory.db") });
   * await storage.deleteTenant("acme", { onProgress: ({ resourceType, done }) => console.log(resourceType, done) });
   * ```
   */
  deleteTenant: Upkeep["deleteTenant"];
  /**
   * All that a tenant has, resource by resource in the order of types and ids: whole, with its collections and with its secrets as
   * they are kept, each of one state. A reference that led nowhere when it was written has `$ref: null`. It needs no resource types,
   * and gives attributes that no schema names any more too. It reads a page at a time, so that it holds no connection while its
   * caller works. `after`: behind that resource, where an export broke off.
   *
   * @example
   * ```ts
   * import { openSqlite, sqlStorage } from "scimkit/sql";
   * const storage = sqlStorage({ db: await openSqlite("directory.db") });
   * for await (const exported of storage.exportTenant("acme")) console.log(JSON.stringify(exported));
   * ```
   */
  exportTenant: Upkeep["exportTenant"];
  /**
   * Gives all that a tenant has to another one that has nothing, in one transaction; `undefined` is no tenant. Ids, versions and
   * times stay, so that clients go on with their ETags; cursors are good for one tenant alone. On PostgreSQL writes to the tenant's
   * own resources wait until it has ended, and nobody else does; on SQLite all writes do, and are 503 after ten seconds. Turn the
   * tenant's clients away until they are known by the new name: what they create by the old one meanwhile stays there. Gives what has
   * moved, by resource type. No event is told.
   *
   * @throws {Error} where `to` has resources, those of another renaming under way among them.
   * @example
   * ```ts
   * import { openSqlite, sqlStorage } from "scimkit/sql";
   * const storage = sqlStorage({ db: await openSqlite("directory.db") });
   * await storage.renameTenant(undefined, "acme"); // a directory of one tenant gets its first one
   * ```
   */
  renameTenant: Upkeep["renameTenant"];
  /**
   * Gives the resources of a type to one of another name, after a release has renamed it: with what references to them say in `type`
   * (the members of groups). Ids, versions and times stay, as do the names that are taken: those go by the URN of the schema. By
   * batches, each of which is whole; until it has ended either name finds a part, so turn clients of the type away, or call it between
   * two releases. Broken off and begun again it goes on. Gives how many there were. Where `createScim` has a comparison key of its
   * own under which names of types are not compared by their letters, reindex afterwards what refers to them; so it is where `tenant`
   * is given, as only for all tenants together the new name is known to be the old one's. No event is told.
   *
   * @example
   * ```ts
   * import { openSqlite, sqlStorage } from "scimkit/sql";
   * const storage = sqlStorage({ db: await openSqlite("directory.db") });
   * await storage.renameType("User", "Person");
   * ```
   */
  renameType(from: string, to: string, options?: TypeUpkeepOptions): Promise<number>;
  /**
   * Deletes all resources of a type, after a release has dropped it: as a deletion of each would, with the references to them, whose
   * holders get a new version; what was unique is free again. By batches beside other traffic; broken off and begun again it goes on.
   * Gives how many there were. No event is told.
   *
   * @example
   * ```ts
   * import { openSqlite, sqlStorage } from "scimkit/sql";
   * const storage = sqlStorage({ db: await openSqlite("directory.db") });
   * await storage.dropType("Device");
   * ```
   */
  dropType(name: string, options?: TypeUpkeepOptions): Promise<number>;
}

/** Options of `renameType` and `dropType`. */
export interface TypeUpkeepOptions extends UpkeepOptions {
  /** The one tenant to do. Default: all. */
  readonly tenant?: string | undefined;
}
