import type { Kysely } from "kysely";
import { unavailable } from "../../../error.ts";
import { DIRECTORY, LOOKED_UP } from "../../../schema/core/directory.ts";
import type { CompiledResourceType, ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type {
  Context,
  CreateRequest,
  ReadRequest,
  StorageAdapter,
  StorageRequest,
  WriteRequest,
} from "../../adapter.ts";
import { creatingMany } from "../../create-many.ts";
import type { HashSecret } from "../../secrets.ts";
import type {
  Counts,
  ExportedResource,
  ReindexOptions,
  ReindexReport,
  SchemaChange,
  UpkeepOptions,
} from "../../upkeep.ts";
import { type Database, databaseOf, type Session } from "../database.ts";
import { sqlLedger } from "../ledger.ts";
import { sqlOutbox } from "../outbox.ts";
import type { Field } from "./batches.ts";
import { createResource } from "./create.ts";
import { createMany } from "./create-many.ts";
import { applyDelta } from "./delta.ts";
import { deleteTenant, dropType } from "./discard.ts";
import { exportTenant, type Position } from "./export.ts";
import { type Indexes, planIndexes } from "./index-plan.ts";
import { Opening } from "./open.ts";
import { type Preparation, type PrepareOptions, planPreparation, prepare } from "./prepare.ts";
import { query } from "./query.ts";
import { readResource } from "./read.ts";
import { reindex } from "./reindex.ts";
import { deleteResource } from "./remove.ts";
import { renameTenant } from "./rename-tenant.ts";
import { renameType } from "./rename-type.ts";
import { replaceResource } from "./replace.ts";
import { compareSchemas, type SchemaQuestion, type UnknownType } from "./schema-changes.ts";
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
   * makes an index over each. On PostgreSQL this needs the extension `pg_trgm`; without it every resource is looked at.
   * Default: none.
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
}

/** Storage in an SQL database. */
export interface SqlStorage extends StorageAdapter {
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
  reindex(options: ReindexOptions): Promise<ReindexReport>;
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
  deleteTenant(tenant: string | undefined, options?: UpkeepOptions): Promise<Counts>;
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
  exportTenant(
    tenant: string | undefined,
    options?: { readonly after?: { readonly resourceType: string; readonly id: string } | undefined },
  ): AsyncIterable<ExportedResource>;
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
  renameTenant(from: string | undefined, to: string | undefined): Promise<Counts>;
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
 * await storage.prepare();
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
  const shapes = new Shapes(tables);
  const plan = planIndexes(resourceTypes, indexed, searchable);
  const indexes: Indexes = { keys: new Map(), texts: new Map() };
  const given = databaseOf(options.db);
  const opening = new Opening(given, { tables, plan, indexes, version: shapes.version });
  const { database } = opening;
  const { hashSecret, maxScanned = 100_000 } = options;
  const refusesChanges = options.schemaChanges === "refuse";
  const compare = (question: SchemaQuestion) => compareSchemas(database, tables, shapes, question);
  return {
    ...storageOver(database, { tables, indexes, hashSecret, maxScanned, shapes, opening, refusesChanges }),
    async prepare(how = {}) {
      const done = await prepare({ database: given, tables, plan }, how);
      await opening.open();
      const { comparisonKey } = how;
      return options.resourceTypes === undefined
        ? done
        : { ...done, ...(await compare({ resourceTypes: options.resourceTypes, comparisonKey })) };
    },
    plan: (how = {}) => planPreparation({ database: given, tables, plan }, how),
    schemaChanges: async (question) => (await compare(question)).schemaChanges,
    unknownTypes: async (question) => (await compare(question)).unknownTypes,
  };
}

/** What `sqlStorage` made of its options. */
interface Settings {
  readonly tables: Tables;
  readonly indexes: Indexes;
  readonly hashSecret: HashSecret | undefined;
  readonly maxScanned: number;
  readonly shapes: Shapes;
  readonly opening: Opening;
  readonly refusesChanges: boolean;
}

/** What only the storage as a whole has: it works on a database that need not be open. */
type Whole = Pick<SqlStorage, "prepare" | "plan" | "schemaChanges" | "unknownTypes">;

const CAPABILITIES = { filter: true, sort: true, cursor: true, tenants: true, danglingReferences: true } as const;

/** Storage in a database that is open, or in a transaction of one. */
function storageOver(database: Database, settings: Settings): Omit<SqlStorage, keyof Whole> {
  const { tables, hashSecret, shapes, opening } = settings;
  const relyingOn = async (request: StorageRequest, { tenant = "" }: Context) => {
    const { resourceType } = request;
    const known = await shapes.known(database, tenant, resourceType);
    return reliance(shapes, tenant, resourceType, tellOfChange(settings, request, tenant, known));
  };
  const announce = async (request: WriteRequest, { tenant = "" }: Context) =>
    tellOfChange(settings, request, tenant, await shapes.announce(database, tenant, request.resourceType));
  return {
    name: `sqlStorage on ${database.dialect.name}`,
    contract: 1,
    capabilities: { ...CAPABILITIES, secrets: hashSecret !== undefined },
    ...(database.isTransaction ? { handle: database.handle } : {}),
    async get(request, context) {
      request.signal?.throwIfAborted();
      const reading = { ...request, tables, tenant: context.tenant ?? "" };
      const relying = await relyingOn(request, context);
      return canStream(database, request)
        ? readAheadWithStreams(database, reading, (session, streamOf, drop) =>
            relying(session, (known) => readResource(session, { ...reading, known }, request.id, streamOf), drop),
          )
        : relying(database, (known) => readResource(database, { ...reading, known }, request.id));
    },
    async query(request, context) {
      request.signal?.throwIfAborted();
      // The statement depends on the indexes that there are.
      await opening.ready();
      const place = { tables, tenant: context.tenant ?? "", resourceType: request.resourceType };
      const relying = await relyingOn(request, context);
      return canStream(database, request)
        ? readWithStreams(database, place, (_, streamOf, drop) =>
            relying(database, (known) => query(database, tables, request, context, settings, known, streamOf), drop),
          )
        : relying(database, (known) => query(database, tables, request, context, settings, known));
    },
    create: createOver(database, settings, announce),
    async replace(request, context) {
      const known = await announce(request, context);
      return replaceResource(database, tables, request, context, { hashSecret, shapes, known });
    },
    async applyDelta(request, context) {
      return applyDelta(database, tables, request, context, await announce(request, context));
    },
    delete: (request, context) => deleteResource(database, tables, request, context),
    ledger: sqlLedger(database, tables.ledger),
    outbox: sqlOutbox(database, tables.outbox),
    transaction: (work) => openAnnounced(database, shapes, (inner) => work(storageOver(inner, settings))),
    async readSecret(resourceType, id, attribute, context = {}) {
      const owner = { dialect: database.dialect, tables, tenant: context.tenant ?? "", type: resourceType, id };
      return readSecret(database, owner, attribute);
    },
    ...upkeepOver({ database, tables }, shapes),
    reindex: (options) => reindex({ database, tables, shapes, hashSecret }, options),
  };
}

/** Stores resources, one or many at a time. */
function createOver(
  database: Database,
  { tables, hashSecret }: Settings,
  announce: (request: WriteRequest, context: Context) => Promise<KnownShapes>,
): SqlStorage["create"] {
  return creatingMany(
    async (request: CreateRequest, context: Context) =>
      createResource(database, tables, request, context, { hashSecret, known: await announce(request, context) }),
    async (requests: readonly CreateRequest[], context: Context) => {
      const [first] = requests;
      if (first === undefined) return [];
      return createMany(database, tables, requests, context, { hashSecret, known: await announce(first, context) });
    },
  );
}

/**
 * Reads by what is known of the rows, and once more where that was no longer so when a statement came to its turn: a process may be
 * kept waiting for longer than it may rely on anything. `drop` is told before it reads again.
 */
function reliance(shapes: Shapes, tenant: string, resourceType: CompiledResourceType, known: KnownShapes) {
  let relied = known;
  return async <T>(session: Session, read: (known: KnownShapes) => Promise<T>, drop?: () => void): Promise<T> => {
    for (;;) {
      const found = await read(relied);
      const now = await shapes.knownAfter(session, tenant, resourceType, relied);
      if (now === relied) return found;
      drop?.();
      relied = now;
    }
  };
}

/** What is done to tenants and types as a whole. What was known of them is asked for anew. */
function upkeepOver(field: Field, shapes: Shapes) {
  const forgetting = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      shapes.forgetAll();
    }
  };
  return {
    deleteTenant: (tenant: string | undefined, options: UpkeepOptions = {}) =>
      forgetting(deleteTenant(field, tenant ?? "", options)),
    exportTenant: (tenant: string | undefined, { after }: { readonly after?: Position | undefined } = {}) =>
      exportTenant(field, tenant ?? "", after),
    renameTenant: (from: string | undefined, to: string | undefined) =>
      forgetting(renameTenant(field, from ?? "", to ?? "")),
    renameType: (from: string, to: string, { tenant, ...options }: TypeUpkeepOptions = {}) =>
      forgetting(renameType(field, { from, to }, { ...options, tenant })),
    dropType: (name: string, { tenant, ...options }: TypeUpkeepOptions = {}) =>
      forgetting(dropType(field, name, { ...options, tenant, at: new Date().toISOString() })),
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
  const since = changed.length === 0 ? "rows said under which schema they were" : `${changed.join(", ")} had changed`;
  return new Error(
    `sqlStorage: resources of ${resourceType} were written before ${since}. Run reindex of the storage, or serve them as they are: schemaChanges: "serve".`,
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
