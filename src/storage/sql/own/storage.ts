import type { Kysely } from "kysely";
import { unavailable } from "../../../error.ts";
import { DIRECTORY, LOOKED_UP } from "../../../schema/core/directory.ts";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { Context, ReadRequest, StorageAdapter, StorageRequest, WriteRequest } from "../../adapter.ts";
import type { HashSecret } from "../../secrets.ts";
import type { ReindexOptions, ReindexReport, SchemaChange } from "../../upkeep.ts";
import { type Database, databaseOf } from "../database.ts";
import { createResource } from "./create.ts";
import { applyDelta } from "./delta.ts";
import { type Indexes, type IndexPlan, planIndexes } from "./index-plan.ts";
import { migrate } from "./migrate.ts";
import { query } from "./query.ts";
import { readResource } from "./read.ts";
import { reindex } from "./reindex.ts";
import { deleteResource } from "./remove.ts";
import { replaceResource } from "./replace.ts";
import { readSecret } from "./secret-statements.ts";
import { type KnownShapes, NotAnnounced, Shapes } from "./shapes.ts";
import { readAheadWithStreams, readWithStreams } from "./stream.ts";
import { type Tables, tablesOf } from "./tables.ts";

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
   * Makes of a writeOnly value (a password) what is kept of it, such as an Argon2 hash. Without it such values are
   * dropped, and a `secretDropped` event says so; they are never kept as given.
   */
  readonly hashSecret?: HashSecret;
  /**
   * The resource types whose attributes `indexed` and `searchable` name. Default: users with the enterprise extension,
   * and groups.
   */
  readonly resourceTypes?: readonly ResourceTypeDefinition[];
  /**
   * Attributes to look up and to sort by in no more time than the page takes; `migrate` makes an index over each.
   * Unique attributes, ids and references are looked up so in any case. Default: userName, externalId, displayName and
   * emails.value; none where `resourceTypes` is given.
   */
  readonly indexed?: readonly string[];
  /**
   * Attributes in which `co`, `sw` and `ew` look things up by trigrams instead of looking at every resource; `migrate`
   * makes an index over each. On PostgreSQL this needs the extension `pg_trgm`; without it every resource is looked at.
   * Default: none.
   */
  readonly searchable?: readonly string[];
  /** Most rows that a query may look at where SQL cannot express all of it; more is 400 tooMany. Default 100,000. */
  readonly maxScanned?: number;
  /**
   * What becomes of requests for resources that were written when their attributes were declared otherwise, as long as `reindex` has
   * not been run where it is needed. `"serve"`: they are answered, some of them at a higher cost, and the event `schemaChanged` tells
   * of it. `"refuse"`: they fail with 503, and `on` is told which attributes have changed. Default `"serve"`.
   */
  readonly schemaChanges?: "serve" | "refuse";
}

/** Storage in an SQL database. */
export interface SqlStorage extends StorageAdapter {
  /** Makes the tables or brings them up to date. Safe to run at every start, by several processes at once. */
  migrate(): Promise<void>;
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
  reindex(options: ReindexOptions): Promise<ReindexReport>;
}

/**
 * Storage in PostgreSQL or SQLite, in tables of its own. Every write is one transaction, on PostgreSQL mostly one
 * statement; uniqueness and references are kept by the database's constraints, so that any number of processes may
 * share it.
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
  const {
    resourceTypes = DIRECTORY,
    indexed = options.resourceTypes === undefined ? LOOKED_UP : [],
    searchable = [],
  } = options;
  const tables = tablesOf(options.tablePrefix, options.schema);
  return storageOver(databaseOf(options.db), {
    tables,
    plan: planIndexes(resourceTypes, indexed, searchable),
    indexes: { keys: new Map(), texts: new Map() },
    hashSecret: options.hashSecret,
    maxScanned: options.maxScanned ?? 100_000,
    shapes: new Shapes(tables),
    refusesChanges: options.schemaChanges === "refuse",
  });
}

/** What `sqlStorage` made of its options. */
interface Settings {
  readonly tables: Tables;
  readonly plan: IndexPlan;
  readonly indexes: Indexes;
  readonly hashSecret: HashSecret | undefined;
  readonly maxScanned: number;
  readonly shapes: Shapes;
  readonly refusesChanges: boolean;
}

function storageOver(database: Database, settings: Settings): SqlStorage {
  const { tables, plan, indexes, hashSecret, shapes } = settings;
  const known = async (request: StorageRequest, { tenant = "" }: Context) =>
    tellOfChange(settings, request, tenant, await shapes.known(database, tenant, request.resourceType));
  const announce = async (request: WriteRequest, { tenant = "" }: Context) =>
    tellOfChange(settings, request, tenant, await shapes.announce(database, tenant, request.resourceType));
  return {
    capabilities: { cursor: true, secrets: hashSecret !== undefined },
    async get(request, context) {
      request.signal?.throwIfAborted();
      const reading = { ...request, tables, tenant: context.tenant ?? "", known: await known(request, context) };
      return canStream(database, request)
        ? readAheadWithStreams(database, reading, (session, streamOf) =>
            readResource(session, reading, request.id, streamOf),
          )
        : readResource(database, reading, request.id);
    },
    async query(request, context) {
      request.signal?.throwIfAborted();
      const place = { tables, tenant: context.tenant ?? "", resourceType: request.resourceType };
      const shapes = await known(request, context);
      return canStream(database, request)
        ? readWithStreams(database, place, (_, streamOf) =>
            query(database, tables, request, context, settings, shapes, streamOf),
          )
        : query(database, tables, request, context, settings, shapes);
    },
    async create(request, context) {
      await announce(request, context);
      return createResource(database, tables, request, context, settings);
    },
    async replace(request, context) {
      await announce(request, context);
      return replaceResource(database, tables, request, context, settings);
    },
    async applyDelta(request, context) {
      await announce(request, context);
      return applyDelta(database, tables, request, context, shapes);
    },
    delete: (request, context) => deleteResource(database, tables, request, context),
    transaction: (work) => openAnnounced(database, shapes, (inner) => work(storageOver(inner, settings))),
    migrate: () => migrate(database, tables, plan, indexes),
    async readSecret(resourceType, id, attribute, context = {}) {
      const owner = { dialect: database.dialect, tables, tenant: context.tenant ?? "", type: resourceType, id };
      return readSecret(database, owner, attribute);
    },
    reindex: (options) => reindex({ database, tables, shapes, hashSecret }, options),
  };
}

/**
 * Tells of rows that were written when attributes were declared otherwise.
 * @throws {ScimError} 503 where the host wants no requests before they have been made anew.
 */
function tellOfChange(
  { shapes, refusesChanges }: Settings,
  { resourceType, notify }: StorageRequest,
  tenant: string,
  known: KnownShapes,
): KnownShapes {
  const change = shapes.changeSince(tenant, resourceType, known);
  if (change === undefined) return known;
  if (refusesChanges && change.needsReindex) throw unavailable(undefined, { cause: needsReindex(change) });
  if (notify !== undefined && shapes.isNews(change, known)) notify({ type: "schemaChanged", change });
  return known;
}

function needsReindex({ resourceType, changes }: SchemaChange): Error {
  const changed = changes.filter((one) => one.needsReindex).map(({ attribute, change }) => `${attribute} (${change})`);
  return new Error(
    `sqlStorage: resources of ${resourceType} were written when ${changed.join(", ")} had not changed yet. Run reindex of the storage, or serve them as they are: schemaChanges: "serve".`,
  );
}

/** Runs work in a transaction; a shape that it needs and that nobody knows of is announced first, and the work begun again. */
async function openAnnounced<T>(database: Database, shapes: Shapes, work: (inner: Database) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await database.open(work);
    } catch (error) {
      if (!(error instanceof NotAnnounced)) throw error;
      const { tenant, resourceType, isUnvouched } = error;
      await (isUnvouched
        ? shapes.announceUnvouched(database, tenant, resourceType)
        : shapes.announce(database, tenant, resourceType));
    }
  }
}

/** A stream is read for as long as its client takes: of a transaction, collections come as arrays. */
function canStream(database: Database, { stream, select, resourceType }: ReadRequest): boolean {
  return (
    stream === true &&
    !database.isTransaction &&
    resourceType.attributes.some((attribute) => attribute.collection && select.includes(attribute))
  );
}
