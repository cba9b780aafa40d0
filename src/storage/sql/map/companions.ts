import type { Database } from "../database.ts";
import type { CatalogColumn, TableName } from "../dialect/catalog-words.ts";
import { identifier } from "../dialect/dialect.ts";
import { type Fragment, raw } from "../dialect/fragment.ts";
import { createLedger } from "../ledger.ts";
import { tableName } from "./table.ts";

/** A table of scimkit's own beside those of the application. */
export interface Companion {
  readonly name: TableName;
  readonly table: Fragment;
}

/** The table that an option names; undefined where it names none. */
export function companionOf(given: string | TableName | undefined): Companion | undefined {
  if (given === undefined) return undefined;
  const { table, schema } = typeof given === "string" ? { table: given, schema: undefined } : given;
  const name = schema === undefined ? { table } : { table, schema };
  return { name, table: tableName(name) };
}

/** Makes the table of the ledger where it is not there yet. */
export async function prepareLedger(database: Database, { name, table }: Companion): Promise<void> {
  await make(database, name, createLedger(database.dialect, table, raw(identifier(`${name.table}_until`))));
}

async function make(database: Database, name: TableName, statements: readonly Fragment[]): Promise<void> {
  if (await isThere(database, name)) return;
  try {
    await database.transaction(async (session) => {
      for (const statement of statements) await session.run(statement);
    });
  } catch (error) {
    // Of two processes that start at once, the other one may have made it.
    if (!(await isThere(database, name))) throw error;
  }
}

async function isThere({ dialect, run }: Database, name: TableName): Promise<boolean> {
  return (await run<CatalogColumn>(dialect.columnsOfTable(name))).length > 0;
}
