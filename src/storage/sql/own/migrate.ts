import type { Database, Session } from "../database.ts";
import { identifier } from "../dialect/dialect.ts";
import { faultOf } from "../dialect/fault.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { Indexes, IndexPlan, KeyIndex } from "./index-plan.ts";
import { createKeyIndex, createTextIndex, hasTriggers } from "./index-statements.ts";
import type { Tables } from "./tables.ts";

/** The version of the schema that this release of scimkit works on. */
export const SCHEMA_VERSION = 1;

/**
 * Makes the tables, or brings them to the version that this release works on; does nothing where they are. Versions go forward
 * only. Of several processes that start at once one does the work, and the others wait for it.
 *
 * @throws {Error} where the tables are of a newer release, or the database is not fit for use.
 */
export async function migrate(database: Database, tables: Tables, plan: IndexPlan, indexes: Indexes): Promise<void> {
  await prepare(database, tables);
  await database.transaction(async (session) => {
    if (session.dialect.name === "postgres") await takeTurns(session);
    if (tables.schema !== undefined && session.dialect.name === "postgres")
      await session.run(raw(`CREATE SCHEMA IF NOT EXISTS ${identifier(tables.schema)}`));
    await session.run(
      sql`CREATE TABLE IF NOT EXISTS ${tables.migration} (version INTEGER NOT NULL PRIMARY KEY, at ${raw(session.dialect.text)} NOT NULL)`,
    );
    const [row] = await session.run<{ version: number | null }>(
      sql`SELECT MAX(version) AS version FROM ${tables.migration}`,
    );
    const version = row?.version ?? 0;
    if (version > SCHEMA_VERSION)
      throw new Error(
        `The tables are of version ${version}, made by a newer scimkit; this one knows versions up to ${SCHEMA_VERSION}.`,
      );
    for (let next = version + 1; next <= SCHEMA_VERSION; next++) {
      for (const statement of STEPS[next]?.(session, tables) ?? []) await session.run(statement);
      await session.run(
        sql`INSERT INTO ${tables.migration} (version, at) VALUES (${next}, ${new Date().toISOString()})`,
      );
    }
    for (const index of plan.keys) {
      await createOnce(session, tables, "by", index);
      indexes.keys.set(index.path, index);
    }
  });
  // Apart, because the extension for it may be missing: then texts are searched row by row.
  for (const index of plan.texts) {
    const isMade = await database
      .transaction((session) => createOnce(session, tables, "in", index))
      .catch((error: unknown) => {
        if (faultOf(error) !== undefined) throw error;
        return false;
      });
    if (isMade) indexes.texts.set(index.path, index);
  }
}

async function createOnce(session: Session, tables: Tables, kind: "by" | "in", index: KeyIndex): Promise<true> {
  const { dialect } = session;
  if (dialect.name === "postgres") await takeTurns(session);
  else if ((await session.run(hasTriggers(tables, kind, index))).length > 0) return true;
  const create = kind === "by" ? createKeyIndex : createTextIndex;
  for (const statement of create(dialect, tables, index)) await session.run(statement);
  return true;
}

/** Of processes that start at once, one makes the tables; the lock ends with the transaction. */
async function takeTurns(session: Session): Promise<void> {
  await session.run(sql`SELECT pg_advisory_xact_lock(hashtext('scimkit migration'))`);
}

/** What must be so before the first table is made. */
async function prepare(database: Database, tables: Tables): Promise<void> {
  if (database.dialect.name === "sqlite") {
    if (tables.schema !== undefined) throw new Error("SQLite has no schemas; use tablePrefix.");
    // Readers of the file do not wait for writers, and what was answered survives a power cut [C19].
    for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"])
      await database.run(raw(`PRAGMA ${pragma}`));
    return;
  }
  const [row] = await database.run<{ server_encoding: string }>(sql`SHOW server_encoding`);
  if (row?.server_encoding !== "UTF8")
    throw new Error(`The database must be of encoding UTF8; it is ${row?.server_encoding}.`);
}

type Step = (session: Session, tables: Tables) => readonly Fragment[];

/** What leads to each version from the one before. Never changed once released. */
const STEPS: Readonly<Record<number, Step>> = {
  1({ dialect }, tables) {
    const text = raw(dialect.text);
    const integer = raw(dialect.integer);
    const json = raw(dialect.json);
    const { resource, unique, element, secret, listed } = tables;
    const owner = (name: string): Fragment =>
      sql`FOREIGN KEY (tenant, ${raw(name)}) REFERENCES ${resource} (tenant, id) ON DELETE CASCADE`;
    const isSqlite = dialect.name === "sqlite";
    const rowid = raw(isSqlite ? " WITHOUT ROWID" : "");
    return [
      // Ids are unique over all resource types of a tenant [S-3.1-05].
      sql`CREATE TABLE ${resource} (
        ${raw(isSqlite ? "position INTEGER PRIMARY KEY," : "")}
        tenant ${text} NOT NULL, type ${text} NOT NULL, id ${text} NOT NULL, version ${integer} NOT NULL,
        created ${text} NOT NULL, modified ${text} NOT NULL, modified_key ${text} NOT NULL,
        document TEXT NOT NULL, keys ${json} NOT NULL,
        ${raw(isSqlite ? "UNIQUE" : "PRIMARY KEY")} (tenant, id))`,
      sql`CREATE INDEX ${tables.index("resource_type")} ON ${resource} (tenant, type, id)`,
      sql`CREATE TABLE ${unique} (
        scope ${text} NOT NULL, attribute ${text} NOT NULL, key ${text} NOT NULL,
        tenant ${text} NOT NULL, id ${text} NOT NULL,
        PRIMARY KEY (scope, attribute, key), ${owner("id")})${rowid}`,
      sql`CREATE INDEX ${tables.index("unique_owner")} ON ${unique} (tenant, id)`,
      sql`CREATE TABLE ${element} (
        tenant ${text} NOT NULL, type ${text} NOT NULL, id ${text} NOT NULL, attribute ${text} NOT NULL, key ${text} NOT NULL,
        target ${text}, value ${text}, element TEXT, keys ${json},
        PRIMARY KEY (tenant, id, attribute, key), ${owner("id")}, ${owner("target")})${rowid}`,
      sql`CREATE INDEX ${tables.index("element_target")} ON ${element} (tenant, target, type, attribute, id)`,
      sql`CREATE INDEX ${tables.index("element_dangling")} ON ${element} (tenant, value, type, attribute, id) WHERE target IS NULL`,
      sql`CREATE INDEX ${tables.index("element_dangling_key")} ON ${element} (tenant, type, attribute, key, id) WHERE target IS NULL`,
      sql`CREATE TABLE ${secret} (
        tenant ${text} NOT NULL, id ${text} NOT NULL, attribute ${text} NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (tenant, id, attribute), ${owner("id")})${rowid}`,
      ...(isSqlite
        ? [
            sql`CREATE TABLE ${listed} (
              tenant ${text} NOT NULL, type ${text} NOT NULL, attribute ${text} NOT NULL, key ${text} NOT NULL, id ${text} NOT NULL,
              PRIMARY KEY (tenant, type, attribute, key, id))${rowid}`,
            sql`CREATE INDEX ${tables.index("listed_owner")} ON ${listed} (tenant, id, attribute)`,
          ]
        : []),
    ];
  },
};
