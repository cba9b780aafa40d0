import { unavailable } from "../../../error.ts";
import { DIRECTORY, LOOKED_UP } from "../../../schema/core/directory.ts";
import { checkNames, type Known } from "../../../schema/known-names.ts";
import { type CompiledResourceType, compileResourceType } from "../../../schema/resource-type.ts";
import type { Context, CreateRequest, ReadRequest, StorageRequest, WriteRequest } from "../../adapter.ts";
import { creatingMany } from "../../create-many.ts";
import type { HashSecret } from "../../secrets.ts";
import type { SchemaChange, UpkeepOptions } from "../../upkeep.ts";
import { type Database, databaseOf, type Session } from "../database.ts";
import { citus } from "../dialect/citus.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { dialectIn } from "../dialect/find.ts";
import { postgres } from "../dialect/postgres.ts";
import { sqlLedger } from "../ledger.ts";
import { sqlOutbox } from "../outbox.ts";
import type { Field } from "./batches.ts";
import { createResource } from "./create.ts";
import { createMany } from "./create-many.ts";
import { applyDelta } from "./delta.ts";
import { deleteTenant, dropType } from "./discard.ts";
import { refuseOverTenants } from "./distribution.ts";
import { exportTenant, type Position } from "./export.ts";
import { type Indexes, planIndexes } from "./index-plan.ts";
import { Opening } from "./open.ts";
import { planPreparation, prepare } from "./prepare.ts";
import { query } from "./query.ts";
import { readResource } from "./read.ts";
import { reindex } from "./reindex.ts";
import { deleteResource } from "./remove.ts";
import { renameTenant } from "./rename-tenant.ts";
import { renameType } from "./rename-type.ts";
import { replaceResource } from "./replace.ts";
import { compareSchemas, type SchemaQuestion } from "./schema-changes.ts";
import { readSecret } from "./secret-statements.ts";
import { type KnownShapes, NotAnnounced, Shapes } from "./shapes.ts";
import type { SqlStorage, SqlStorageOptions, TypeUpkeepOptions } from "./sql-storage.ts";
import { readAheadWithStreams, readWithStreams } from "./stream.ts";
import { type Tables, tablesOf } from "./tables.ts";

const OPTIONS: Known<SqlStorageOptions<unknown>> = {
  db: true,
  tablePrefix: true,
  schema: true,
  hashSecret: true,
  resourceTypes: true,
  indexed: true,
  searchable: true,
  maxScanned: true,
  schemaChanges: true,
  distributed: true,
};

/**
 * Storage in PostgreSQL, SQLite, MariaDB or MySQL, in tables of its own. Every write is one transaction, on PostgreSQL mostly one
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
  checkNames("sqlStorage", options, OPTIONS);
  const {
    resourceTypes = DIRECTORY,
    indexed = options.resourceTypes === undefined ? LOOKED_UP : [],
    searchable = [],
  } = options;
  const tables = tablesOf(options.tablePrefix, options.schema);
  const shapes = new Shapes(tables);
  const given = databaseOf(options.db, distributedDialect(options));
  const wanted = planIndexes(resourceTypes, indexed, searchable);
  // Where nothing finds texts by their parts, they are looked at one by one.
  const { textIndex, textTable } = given.dialect;
  const plan = { ...wanted, texts: textIndex === undefined && textTable === undefined ? [] : wanted.texts };
  const indexes: Indexes = { keys: new Map(), texts: new Map() };
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

/**
 * The dialect of a database whose tables are distributed; undefined where they are not.
 * @throws {TypeError} for one that distributes none, or resource types that cannot be distributed.
 */
function distributedDialect<DB>({ db, distributed, resourceTypes = [] }: SqlStorageOptions<DB>): Dialect | undefined {
  if (distributed === undefined) return undefined;
  if (distributed !== "citus")
    throw new TypeError(`sqlStorage: distributed must be "citus"; it is ${JSON.stringify(distributed)}.`);
  const { name } = dialectIn(db);
  if (name !== postgres.name)
    throw new TypeError(`sqlStorage: distributed: "citus" needs PostgreSQL, and db is ${name}.`);
  for (const definition of resourceTypes) refuseOverTenants(compileResourceType(definition));
  return citus;
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
    const known = shapes.knownNow(tenant, resourceType) ?? (await shapes.known(database, tenant, resourceType));
    return reliance(shapes, tenant, resourceType, tellOfChange(settings, request, tenant, known));
  };
  const announce = async (request: WriteRequest, { tenant = "" }: Context) =>
    tellOfChange(settings, request, tenant, await shapes.announce(database, tenant, request.resourceType));
  return {
    name: `sqlStorage on ${database.dialect.name}`,
    contract: 1,
    capabilities: { ...CAPABILITIES, secrets: hashSecret !== undefined },
    ...(database.isTransaction ? { handle: database.handle } : {}),
    ...(database.dialect.keepsTenantsApart === true ? { accepts: refuseOverTenants } : {}),
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
      if (!opening.isOpen) await opening.ready();
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
