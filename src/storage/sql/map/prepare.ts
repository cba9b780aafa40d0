import type { Database } from "../database.ts";
import { unfitSession } from "../unfit-session.ts";
import { problemsOfChildren } from "./check-children.ts";
import { problemsOfTables } from "./check-tables.ts";
import { type Companion, makeCompanion } from "./companions.ts";
import type { MappedType } from "./compile.ts";
import { fillChildKeys, fillKeys } from "./fill-keys.ts";
import { tablesOf } from "./in-tables.ts";
import type { Mappings } from "./scope.ts";

/**
 * Looks at what the database says of the tables, makes those of scimkit's own that are missing, and fills the keys of rows that have
 * none.
 * @throws {Error} that says of each column which does not fit what to change: all at once.
 */
export async function prepareMapped(
  database: Database,
  mappings: Mappings,
  companions: readonly Companion[],
): Promise<void> {
  await refuseUnfitSession(database);
  const problems = [...(await problemsOfTables(database, mappings)), ...(await problemsOfChildren(database, mappings))];
  if (problems.length > 0)
    throw new Error(
      `mappedStorage: the tables do not fit their mappings:\n${problems.map((one) => `- ${one}`).join("\n")}`,
    );
  for (const companion of companions) await makeCompanion(database, companion);
  await fillAll(database, mappings);
}

/** Fills the keys of rows that have none, in all tables. */
async function fillAll(database: Database, { all }: Mappings): Promise<void> {
  for (const type of all.flatMap(tablesOf)) await fillKeysOf(database, type);
  for (const child of all.flatMap(({ children }) => children))
    for (const column of child.columns) if (column.key !== undefined) await fillChildKeys(database, child, column);
}

/** Of a column of several attributes, one has the key. */
async function fillKeysOf(database: Database, type: MappedType): Promise<void> {
  for (const column of type.stored)
    if (column.key !== undefined && column.isFollower !== true) await fillKeys(database, type, column, column.key.name);
}

/** @throws {Error} that says what of a session's settings would let values be cut, or be taken for statements. */
async function refuseUnfitSession(database: Database): Promise<void> {
  const reason = await unfitSession(database);
  if (reason !== undefined) throw new Error(`mappedStorage: ${reason}`);
}
