import { ScimError } from "../../../error.ts";
import type { ComparisonKey } from "../../../schema/attribute.ts";
import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import type { Turns } from "../dialect/index-words.ts";
import { type Catalog, hasIndex, lookAtCatalog, textOf } from "./catalog.ts";
import { pendingDistribution, refuseUndistributed } from "./distribution.ts";
import type { IndexPlan } from "./index-plan.ts";
import type { WantedIndex } from "./index-statements.ts";
import { refuseUnfit } from "./open.ts";
import {
  dropUnused,
  type Place,
  pendingAhead,
  pendingIndex,
  pendingSteps,
  unusedIndexes,
  wantedIndexes,
} from "./pending.ts";
import type { SchemaComparison } from "./schema-changes.ts";
import type { Tables } from "./tables.ts";
import { SCHEMA_VERSION, tooOldFor } from "./version.ts";

/** What `prepare` and `plan` of `sqlStorage` take. */
export interface PrepareOptions {
  /**
   * `true`: indexes are made and dropped by `CREATE INDEX CONCURRENTLY` where the database has it (PostgreSQL), so that no write waits
   * for them. It takes longer, a connection of its own that no pooler swaps between statements, and no transaction. Elsewhere it changes
   * nothing. Default `false`: nobody writes while an index is made.
   */
  readonly concurrently?: boolean | undefined;
  /**
   * `true`: indexes that the options of this storage no longer name are dropped. Only once no process of another release runs that
   * counts on them: on SQLite its look-ups would find nothing. Default `false`: they are named as `unused`.
   */
  readonly dropUnused?: boolean | undefined;
  /** The comparison key, where `createScim` gets one of your own: `schemaChanges` are told by it. */
  readonly comparisonKey?: ComparisonKey | undefined;
}

/**
 * What `prepare` did; and, where `sqlStorage` was given `resourceTypes`, how these differ from the schemas that the resources of all tenants
 * were written under.
 */
export interface Preparation extends Partial<SchemaComparison> {
  /** `version 3` for tables that were brought to that version, and the names of indexes. */
  readonly made: readonly string[];
  /** Names of indexes that are there and that the options of this storage do not name: kept up by every write, and asked by nobody. */
  readonly unused: readonly string[];
  /** Names of indexes that were unused. */
  readonly dropped: readonly string[];
}

/** The tables of a storage, and what is to be done to them. */
export interface Preparing {
  readonly database: Database;
  readonly tables: Tables;
  readonly plan: IndexPlan;
}

/**
 * Makes the tables and indexes, or brings them to what this release works on. Looks first, and takes a lock only for what is missing. Versions
 * go forward only. Of several processes that start at once one does the work, and the others wait for it.
 *
 * @throws {Error} where the tables need a newer release, or the database is not fit for use.
 */
export async function prepare(preparing: Preparing, options: PrepareOptions): Promise<Preparation> {
  const { database, tables, plan } = preparing;
  await readyDatabase(database, tables);
  await refuseUndistributed(database);
  const catalog = await lookForOurs(database, tables);
  const made = catalog.version < SCHEMA_VERSION ? await bringUpToDate(preparing, options) : [];
  made.push(...(await distribute(preparing)));
  for (const wanted of wantedIndexes(plan)) {
    const name = hasIndex(database, tables, wanted, catalog) ? undefined : await makeIndex(preparing, wanted, options);
    if (name !== undefined) made.push(name);
  }
  const unused = unusedIndexes(placeOf(preparing, options), plan, catalog);
  if (options.dropUnused !== true) return { made, unused, dropped: [] };
  const dropped: string[] = [];
  for (const name of unused) if (await drop(preparing, name, options)) dropped.push(name);
  return { made, unused: unused.filter((name) => !dropped.includes(name)), dropped };
}

/** The statements that `prepare` would send, each as text. */
export async function planPreparation(preparing: Preparing, options: PrepareOptions): Promise<readonly string[]> {
  const { database, tables, plan } = preparing;
  refuseSchema(database, tables);
  await refuseUndistributed(database);
  const catalog = await lookForOurs(database, tables);
  const place = placeOf(preparing, options);
  const changes = pendingSteps(place, catalog).map(({ statements }) => statements);
  for (const { statements } of await pendingDistribution(database, tables)) changes.push(statements);
  for (const wanted of wantedIndexes(plan)) {
    const change = pendingIndex(place, wanted, catalog);
    if (change !== undefined && (await isPossible(database, wanted))) changes.push(change.statements);
  }
  if (options.dropUnused === true) {
    const listed = await listedIn(database, tables, catalog);
    for (const name of unusedIndexes(place, plan, catalog))
      changes.push(dropUnused(place, name, plan, catalog, listed).statements);
  }
  return [...pendingAhead(place, catalog), ...changes.flat()].map((one) => textOf(one, database.dialect));
}

function placeOf({ database, tables }: Preparing, { concurrently = false }: PrepareOptions): Place {
  const { dialect, isTransaction } = database;
  return { dialect, tables, concurrently: concurrently && dialect.concurrently !== undefined && !isTransaction };
}

async function lookForOurs(session: Session, tables: Tables): Promise<Catalog> {
  const catalog = await lookAtCatalog(session, tables);
  const tooOld = tooOldFor(catalog);
  if (tooOld !== undefined) throw tooOld;
  return catalog;
}

function refuseSchema({ dialect }: Session, { schema }: Tables): void {
  if (schema !== undefined && dialect.createSchema === undefined)
    throw new Error(`${dialect.name} has no schemas; use tablePrefix.`);
}

/** What must be so before the first table is made. */
async function readyDatabase(database: Database, tables: Tables): Promise<void> {
  refuseSchema(database, tables);
  const { preparations = [], encoding } = database.dialect;
  if (!database.isTransaction) for (const statement of preparations) await database.run(statement);
  await refuseUnfit(database);
  if (encoding === undefined) return;
  const [row] = await database.run<{ encoding: string }>(encoding.query);
  if (row?.encoding !== encoding.wanted)
    throw new Error(`The database must be of encoding ${encoding.wanted}; it is ${row?.encoding}.`);
}

/** Runs work in a transaction, on what the database has when it is its turn: of processes that start at once, one makes what is missing. */
function inTurn<T>(preparing: Preparing, work: (session: Session, catalog: Catalog) => Promise<T>): Promise<T> {
  const { database, tables } = preparing;
  const { turns, name } = database.dialect;
  if (turns !== undefined && database.isTransaction)
    throw new Error(`${name} ends a transaction in which tables are made: call prepare() outside of one.`);
  if (turns !== undefined) return outsideOfTransactions(preparing, turns, "scimkit migration", work);
  return database.transaction(async (session) => {
    const { takeTurn } = session.dialect;
    if (takeTurn !== undefined) await session.run(takeTurn("scimkit migration"));
    return work(session, await lookForOurs(session, tables));
  });
}

async function bringUpToDate(preparing: Preparing, options: PrepareOptions): Promise<string[]> {
  const place = placeOf(preparing, options);
  if (place.concurrently)
    await besideWriters(preparing, (session, catalog) => runAll(session, pendingAhead(place, catalog)));
  return inTurn(preparing, async (session, catalog) => {
    const steps = pendingSteps(placeOf(preparing, {}), catalog);
    for (const { statements } of steps) await runAll(session, statements);
    return steps.map(({ name }) => name);
  });
}

/** Distributes what is not distributed yet, each table by itself, so that what broke off goes on. Looks first: nobody waits for nothing. */
async function distribute(preparing: Preparing): Promise<readonly string[]> {
  const { database, tables } = preparing;
  const made: string[] = [];
  for (const { name } of await pendingDistribution(database, tables)) {
    const isMade = await inTurn(preparing, async (session) => {
      const pending = await pendingDistribution(session, tables);
      const change = pending.find((one) => one.name === name);
      if (change !== undefined) await runAll(session, change.statements);
      return change !== undefined;
    });
    if (isMade) made.push(name);
  }
  return made;
}

/** Gives the name of the index; undefined where another process has made it meanwhile, or the database is not equipped for it. */
async function makeIndex(preparing: Preparing, wanted: WantedIndex, options: PrepareOptions) {
  const { database } = preparing;
  if (!(await isPossible(database, wanted))) return undefined;
  const place = placeOf(preparing, options);
  const make = async (session: Session, catalog: Catalog) => {
    const change = pendingIndex(place, wanted, catalog);
    if (change !== undefined) await runAll(session, change.statements);
    return change?.name;
  };
  try {
    return await (place.concurrently ? besideWriters(preparing, make) : inTurn(preparing, make));
  } catch (error) {
    // What finds texts may be missing in the database, or not be allowed: then texts are searched row by row.
    if (wanted.kind === "by" || error instanceof ScimError || faultOf(error) !== undefined) throw error;
    return undefined;
  }
}

/** Whether the database has, or can have, what an index is made with. */
async function isPossible({ dialect, run }: Session, { kind }: WantedIndex): Promise<boolean> {
  return kind === "by" || dialect.textIndex === undefined || (await run(dialect.textIndex.isPossible)).length > 0;
}

/**
 * Runs work outside of any transaction, when no other process does. A turn of a transaction would not do: who waits for it is waited for
 * by whoever makes an index beside writers.
 */
function besideWriters<T>(preparing: Preparing, work: (session: Session, catalog: Catalog) => Promise<T>): Promise<T> {
  const { concurrently, name } = preparing.database.dialect;
  if (concurrently === undefined) throw new TypeError(`${name} makes no indexes beside writers.`);
  return outsideOfTransactions(preparing, concurrently, "scimkit migration beside writers", work);
}

function outsideOfTransactions<T>(
  { database, tables }: Preparing,
  words: Turns,
  turn: string,
  work: (session: Session, catalog: Catalog) => Promise<T>,
): Promise<T> {
  return database.alone(async (session) => {
    while ((await session.run(words.tryTurn(turn))).length === 0) await pause();
    try {
      return await work(session, await lookForOurs(session, tables));
    } finally {
      await session.run(words.endTurn(turn));
    }
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100));
}

function drop(preparing: Preparing, name: string, options: PrepareOptions): Promise<boolean> {
  const place = placeOf(preparing, options);
  const { tables, plan } = preparing;
  const dropIt = async (session: Session, catalog: Catalog) => {
    if (!unusedIndexes(place, plan, catalog).includes(name)) return false;
    const listed = await listedIn(session, tables, catalog);
    await runAll(session, dropUnused(place, name, plan, catalog, listed).statements);
    return true;
  };
  return place.concurrently ? besideWriters(preparing, dropIt) : inTurn(preparing, dropIt);
}

/** The attributes whose values are kept as rows, where the dialect keeps any so. */
async function listedIn({ dialect, run }: Session, { listed }: Tables, { version }: Catalog): Promise<string[]> {
  if (dialect.listIndex !== undefined || version === 0) return [];
  const rows = await run<{ attribute: string }>(sql`SELECT DISTINCT attribute FROM ${listed}`);
  return rows.map(({ attribute }) => attribute);
}

/** What was made before the last time was broken off is there, where it is not all or nothing. */
async function runAll(session: Session, statements: readonly Fragment[]): Promise<void> {
  const { isThereAlready } = session.dialect;
  for (const statement of statements)
    try {
      await session.run(statement);
    } catch (error) {
      if (typeof error !== "object" || error === null || isThereAlready?.(error) !== true) throw error;
    }
}
