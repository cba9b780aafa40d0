import type { Database, Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { raw, sql } from "../dialect/fragment.ts";
import type { Indexes, IndexPlan, KeyIndex } from "./index-plan.ts";
import { createKeyIndex, createTextIndex, findTriggers, type IndexKind } from "./index-statements.ts";
import { SCHEMA_VERSION, STEPS } from "./schema-steps.ts";
import type { Tables } from "./tables.ts";

/**
 * Makes the tables, or brings them to the version that this release works on; does nothing where they are. Versions go
 * forward only. Of several processes that start at once one does the work, and the others wait for it.
 *
 * @throws {Error} where the tables are of a newer release, or the database is not fit for use.
 */
export async function migrate(database: Database, tables: Tables, plan: IndexPlan, indexes: Indexes): Promise<void> {
  await prepare(database, tables);
  await database.transaction(async (session) => {
    await takeTurn(session);
    await createSchema(session, tables);
    await bringUpToDate(session, tables);
    for (const index of plan.keys) {
      await createOnce(session, tables, "by", index);
      indexes.keys.set(index.path, index);
    }
  });
  // Apart, because what it takes may be missing in the database: then texts are searched row by row.
  for (const index of plan.texts)
    if (await canCreateTextIndex(database, tables, index)) indexes.texts.set(index.path, index);
}

/** What must be so before the first table is made. */
async function prepare(database: Database, tables: Tables): Promise<void> {
  const { name, createSchema, preparations = [], encoding } = database.dialect;
  if (tables.schema !== undefined && createSchema === undefined)
    throw new Error(`${name} has no schemas; use tablePrefix.`);
  for (const statement of preparations) await database.run(statement);
  if (encoding === undefined) return;
  const [row] = await database.run<{ encoding: string }>(encoding.query);
  if (row?.encoding !== encoding.wanted)
    throw new Error(`The database must be of encoding ${encoding.wanted}; it is ${row?.encoding}.`);
}

/** Of processes that start at once, one makes the tables. */
async function takeTurn(session: Session): Promise<void> {
  const { dialect } = session;
  if (dialect.takeTurn !== undefined) await session.run(dialect.takeTurn("scimkit migration"));
}

async function createSchema(session: Session, { schema }: Tables): Promise<void> {
  const statement = schema === undefined ? undefined : session.dialect.createSchema?.(schema);
  if (statement !== undefined) await session.run(statement);
}

async function bringUpToDate(session: Session, tables: Tables): Promise<void> {
  await session.run(sql`CREATE TABLE IF NOT EXISTS ${tables.migration}
    (version INTEGER NOT NULL PRIMARY KEY, at ${raw(session.dialect.text)} NOT NULL)`);
  const [row] = await session.run<{ version: number | null }>(
    sql`SELECT MAX(version) AS version FROM ${tables.migration}`,
  );
  const version = row?.version ?? 0;
  if (version > SCHEMA_VERSION)
    throw new Error(
      `The tables are of version ${version}, made by a newer scimkit; this one knows versions up to ${SCHEMA_VERSION}.`,
    );
  for (let next = version + 1; next <= SCHEMA_VERSION; next++) {
    for (const statement of STEPS[next]?.(session.dialect, tables) ?? []) await session.run(statement);
    await session.run(sql`INSERT INTO ${tables.migration} (version, at) VALUES (${next}, ${new Date().toISOString()})`);
  }
}

/** Makes an index for what texts contain; says where the database is not equipped for it. */
async function canCreateTextIndex(database: Database, tables: Tables, index: KeyIndex): Promise<boolean> {
  try {
    await database.transaction((session) => createOnce(session, tables, "in", index));
    return true;
  } catch (error) {
    if (faultOf(error) !== undefined) throw error;
    return false;
  }
}

async function createOnce(session: Session, tables: Tables, kind: IndexKind, index: KeyIndex): Promise<void> {
  const { dialect } = session;
  await takeTurn(session);
  const made = findTriggers(dialect, tables, kind, index);
  // Triggers, and what they keep, cannot be made twice; all else can.
  if (made !== undefined && (await session.run(made)).length > 0) return;
  const create = kind === "by" ? createKeyIndex : createTextIndex;
  for (const statement of create(dialect, tables, index)) await session.run(statement);
}
