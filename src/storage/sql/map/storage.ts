import type { Kysely } from "kysely";
import type { ComparisonKey } from "../../../schema/attribute.ts";
import { checkNames, type Known } from "../../../schema/known-names.ts";
import type { Context, StorageAdapter, StorageCapabilities, StorageRequest } from "../../adapter.ts";
import { type HashSecret, secretName } from "../../secrets.ts";
import type { Counts, ReindexOptions, ReindexReport, Upkeep, UpkeepOptions } from "../../upkeep.ts";
import { type Database, databaseOf } from "../database.ts";
import { deleteLedger, renameLedger, sqlLedger } from "../ledger.ts";
import { deleteOutbox, renameOutbox, sqlOutbox } from "../outbox.ts";
import { committed } from "./committed.ts";
import {
  type Companion,
  type CompanionName,
  ledgerCompanion,
  mustBeThere,
  outboxCompanion,
  withCompanion,
} from "./companions.ts";
import { createMapped } from "./create.ts";
import { deltaMapped } from "./delta.ts";
import { parseId } from "./id.ts";
import { readRow } from "./lock.ts";
import type { MappedTable } from "./mapping.ts";
import { compileMappings } from "./mappings.ts";
import { refuseImpossible } from "./needs.ts";
import { prepareMapped } from "./prepare.ts";
import { queryMapped } from "./query.ts";
import { reindexMapped } from "./reindex.ts";
import { deleteMapped } from "./remove.ts";
import { replaceMapped } from "./replace.ts";
import { type Mappings, type MapScope, scopeOf } from "./scope.ts";
import { selectionOf } from "./select.ts";
import { deleteTenantOf, exportTenantOf, renameTenantOf } from "./tenants.ts";
import { triggersOf } from "./triggers.ts";

/** Options of `mappedStorage`. */
export interface MappedStorageOptions<DB = unknown> {
  /** The database, as a Kysely over the driver, pool or transaction of your own. Plugins are not applied. */
  readonly db: Kysely<DB>;
  /** The resource types, the same as `createScim` gets, each with the table of yours that it lies in: made by `mapTable`. */
  readonly tables: readonly MappedTable[];
  /** The comparison key, where `createScim` gets one of your own. */
  readonly comparisonKey?: ComparisonKey | undefined;
  /** Makes of a writeOnly value (a password) what its column keeps. Needed where a mapping has such a column. */
  readonly hashSecret?: HashSecret | undefined;
  /** Most rows that a query may look at where SQL cannot express all of it; more is 400 tooMany. Default 100,000. */
  readonly maxScanned?: number | undefined;
  /**
   * The name of a table of scimkit's own, beside yours, for what is remembered of resources: who was deleted, who is managed. `prepare`
   * makes it. On MariaDB and MySQL, writers of a unique value without a key column take turns in it. Default: nothing is remembered.
   */
  readonly ledger?: CompanionName | undefined;
  /**
   * The table where events wait to be handed out, such as `"scim_outbox"`: one of scimkit's own, which `prepare` makes beside yours. It has no
   * column for the tenant's own key, and no other table refers to it. Default: none, and `createScim` refuses `outbox: true`.
   */
  readonly outbox?: CompanionName | undefined;
}

/** Storage in tables that you have. */
export interface MappedStorage extends StorageAdapter, Upkeep {
  /**
   * Looks whether the tables are as the mappings say, and fills the key columns of rows that have none, a batch at a
   * time. Run it at start-up; it changes no table of yours, and makes those that `outbox` and `ledger` name. It looks at tables, columns and their types, NOT NULL columns that
   * nothing fills, unique indexes, foreign keys and grants.
   * @throws {Error} that says of everything which does not fit, at once, which column it is and what to change.
   */
  prepare(): Promise<void>;
  /**
   * The statements that make triggers for rows which others write, in the words of the database: a row that changes without a new version
   * gets the next one, the time, and the comparison keys of texts in ASCII (others become NULL, for `prepare` to fill); rows of join and
   * child tables and of dictionaries count up the version of the rows that they are of. Nothing is run: look at them, and make them by
   * your migrations.
   * @example
   * ```ts
   * import type { MappedStorage } from "scimkit/sql";
   * declare const storage: MappedStorage;
   * console.log(storage.triggers().join(";\n\n"));
   * ```
   */
  triggers(): readonly string[];
  /**
   * Computes the key column of every value anew by the schemas that are served now, and moves what has a column, a join table or a
   * column for its hash out of `rest`; `prepare` fills keys that are NULL and nothing else. A row whose key a constraint refuses is left
   * as it is, and reported as a duplicate. Versions and times stay.
   * @example
   * ```ts
   * import { Group, User } from "scimkit";
   * import type { MappedStorage } from "scimkit/sql";
   * declare const storage: MappedStorage;
   * const { duplicates } = await storage.reindex({ resourceTypes: [User, Group], dryRun: true });
   * ```
   */
  reindex(options: ReindexOptions): Promise<ReindexReport>;
  /**
   * Deletes the rows of a tenant in all mapped tables, with what refers to them.
   * @throws {Error} where the tables have no column for the tenant, and, when all others are deleted, for resources that other tables
   * of the application need: it names them.
   */
  deleteTenant(tenant: string | undefined, options?: UpkeepOptions): Promise<Counts>;
  /** All that a tenant has. @throws {Error} where the tables have no column for the tenant and one is given. */
  exportTenant: Upkeep["exportTenant"];
  /**
   * Sets the tenant's column in all mapped tables and their join tables; from `undefined`: where it is NULL.
   * @throws {Error} where the tables have no column for the tenant, where `to` has rows, and where a foreign key forbids it.
   */
  renameTenant(from: string | undefined, to: string | undefined): Promise<Counts>;
}

const OPTIONS: Known<MappedStorageOptions<unknown>> = {
  db: true,
  tables: true,
  comparisonKey: true,
  hashSecret: true,
  maxScanned: true,
  ledger: true,
  outbox: true,
};

/**
 * Storage in the tables that a team has already: PostgreSQL, SQLite, MariaDB, by the mappings of `mapTable`. Uniqueness is
 * kept by the tables' own constraints over key columns or, without those, by a look-up under a lock; references must
 * lead to something.
 *
 * @throws {TypeError} for a mapping that does not fit its resource type: a path that is no attribute, an attribute
 * without a place; for what the database has no way to do, such as ids of its own that it does not tell.
 * @example
 * ```ts
 * import { createScim, Group, User } from "scimkit";
 * import { mappedStorage, mapTable, openSqlite } from "scimkit/sql";
 * const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
 * const storage = mappedStorage({
 *   db: await openSqlite("app.db"),
 *   tables: [
 *     mapTable(User, {
 *       table: "users", id: { column: "id", type: "integer", prefix: "u" }, ...meta,
 *       columns: { userName: "email" }, rest: "scim_json",
 *     }),
 *     mapTable(Group, {
 *       table: "teams", id: { column: "id", type: "integer", prefix: "t" }, ...meta,
 *       columns: { displayName: "name" }, rest: "scim_json",
 *       collections: {
 *         members: {
 *           table: "memberships", holder: "team_id", value: "user_id", resourceType: "User",
 *         },
 *       },
 *     }),
 *   ],
 * });
 * createScim({
 *   resourceTypes: [User, Group], storage, baseUrl: "https://example.com/scim/v2", authenticate: () => ({}),
 * });
 * ```
 */
export function mappedStorage<DB>(options: MappedStorageOptions<DB>): MappedStorage {
  checkNames("mappedStorage", options, OPTIONS);
  const { maxScanned = 100_000, hashSecret } = options;
  const compiled = compileMappings(options.tables, options.comparisonKey, () => databaseOf(options.db).dialect);
  const ledger = options.ledger === undefined ? undefined : ledgerCompanion(options.ledger);
  const mappings: Mappings = { ...compiled, turns: ledger?.table };
  const tenants = new Set(mappings.all.map(({ tenant }) => tenant !== undefined));
  if (tenants.size > 1) throw new TypeError("mappedStorage: all tables have a column for the tenant, or none.");
  if (mappings.all.some(({ secrets }) => secrets.length > 0) && hashSecret === undefined)
    throw new TypeError(
      "mappedStorage: a writeOnly attribute has a column; give hashSecret, which makes what is kept of it.",
    );
  const database = databaseOf(options.db);
  refuseImpossible(database.dialect, mappings);
  return storageOver(database, {
    mappings,
    hashSecret,
    maxScanned,
    hasTenants: tenants.has(true),
    ledger,
    outbox: options.outbox === undefined ? undefined : outboxCompanion(options.outbox),
  });
}

interface Settings {
  readonly mappings: Mappings;
  readonly hashSecret: HashSecret | undefined;
  readonly maxScanned: number;
  readonly hasTenants: boolean;
  readonly ledger: Companion | undefined;
  readonly outbox: Companion | undefined;
}

function storageOver(database: Database, settings: Settings): MappedStorage {
  const { mappings, hashSecret, maxScanned, ledger, outbox } = settings;
  const { dialect } = database;
  const scope = ({ resourceType, signal }: StorageRequest, context: Context): MapScope => {
    signal?.throwIfAborted();
    return scopeOf(dialect, mappings, mappings.of(resourceType), context);
  };
  return {
    name: `mappedStorage on ${dialect.name}`,
    contract: 1,
    accepts: (resourceType) => void mappings.of(resourceType),
    capabilities: {
      filter: true,
      sort: true,
      cursor: true,
      secrets: keptSecrets(mappings),
      ...keptRows(mappings),
      ...unorderedLists(mappings),
      tenants: settings.hasTenants,
    },
    async get(request, context) {
      const own = scope(request, context);
      const id = parseId(own.type.id, request.id);
      if (id === undefined) return undefined;
      const { more, isFew, resourceOf } = selectionOf(own, request.select);
      const row = await readRow(database, { ...own, id }, more, isFew);
      return row && resourceOf(row);
    },
    query: async (request, context) => queryMapped(database, scope(request, context), request, maxScanned),
    create: async (request, context) => createMapped(database, scope(request, context), hashSecret, request),
    replace: async (request, context) => replaceMapped(database, scope(request, context), hashSecret, request),
    applyDelta: async (request, context) => deltaMapped(database, scope(request, context), request),
    delete: async (request, context) => deleteMapped(database, scope(request, context), request),
    ...(database.isTransaction ? { handle: database.handle } : {}),
    transaction: (work) => committed(database, mappings, (inner) => work(storageOver(inner, settings))),
    ...(ledger === undefined ? {} : { ledger: sqlLedger(withCompanion(database, ledger), ledger.table) }),
    ...(outbox === undefined ? {} : { outbox: sqlOutbox(withCompanion(database, outbox), outbox.table) }),
    triggers: () => triggersOf(dialect, mappings),
    prepare: () => prepareMapped(database, mappings, companionsIn(settings)),
    ...upkeepOf(database, settings),
  };
}

function companionsIn({ outbox, ledger }: Pick<Settings, "outbox" | "ledger">): readonly Companion[] {
  return [outbox, ledger].filter((companion) => companion !== undefined);
}

function upkeepOf(database: Database, { mappings, hashSecret, hasTenants, outbox, ledger }: Settings): Upkeep {
  const companions = companionsIn({ outbox, ledger });
  const refuseWithout = (tenant: string | undefined = "one"): void => {
    if (hasTenants || tenant === "") return;
    throw new Error(
      "mappedStorage: the tables have no column for the tenant, so that all their rows are of one directory: name the column as tenant in each mapping.",
    );
  };
  return {
    reindex: async (options) => {
      if (options.tenant !== undefined) refuseWithout();
      return reindexMapped(database, mappings, hashSecret, options);
    },
    async deleteTenant(tenant, options) {
      refuseWithout();
      for (const companion of companions) await mustBeThere(database, companion);
      const counts = await deleteTenantOf(database, mappings, tenant, options);
      if (outbox !== undefined) await deleteOutbox(database, outbox.table, tenant ?? "");
      if (ledger !== undefined)
        await database.transaction((session) => deleteLedger(session, ledger.table, tenant ?? ""));
      return counts;
    },
    exportTenant(tenant, options) {
      if (tenant !== undefined) refuseWithout(tenant);
      return exportTenantOf(database, mappings, tenant, options?.after);
    },
    async renameTenant(from, to) {
      refuseWithout();
      for (const companion of companions) await mustBeThere(database, companion);
      return renameTenantOf(database, mappings, from, to, async (session) => {
        if (outbox !== undefined) await renameOutbox(session, outbox.table, from ?? "", to ?? "");
        if (ledger !== undefined) await renameLedger(session, ledger.table, from ?? "", to ?? "");
      });
    },
  };
}

/** The types whose rows can be kept out of sight with their names free. Of those that are kept always the names are what the tables say. */
function keptRows({ all }: Mappings): Pick<StorageCapabilities, "keepsDeleted"> {
  const names = all
    .filter(({ deleted, divided }) => deleted?.isAlways === false && divided === undefined)
    .map(({ name }) => name);
  return names.length === 0 ? {} : { keepsDeleted: names.length === all.length || names };
}

/** The lists whose rows have no order. */
function unorderedLists({ all }: Mappings): Pick<StorageCapabilities, "unordered"> {
  const names = all.flatMap(({ name, children }) =>
    children.filter(({ given }) => given.order === undefined).map(({ attribute }) => `${name}.${attribute.path}`),
  );
  return names.length === 0 ? {} : { unordered: names };
}

/** What has a column is kept: all that there is, or what of it. */
function keptSecrets({ all }: Mappings): boolean | readonly string[] {
  const columns = all.flatMap(({ resourceType, secrets }) =>
    secrets.map(({ path }) => secretName(resourceType, path.text)),
  );
  const there = all.flatMap(({ resourceType }) =>
    resourceType.attributes
      .filter(({ mutability }) => mutability === "writeOnly")
      .map(({ path }) => secretName(resourceType, path)),
  );
  if (columns.length === 0) return false;
  return there.every((name) => columns.includes(name)) || columns;
}
