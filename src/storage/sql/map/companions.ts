import { unavailable } from "../../../error.ts";
import { behind, type Database } from "../database.ts";
import type { CatalogColumn, TableName } from "../dialect/catalog-words.ts";
import { type Dialect, identifier } from "../dialect/dialect.ts";
import { type Fragment, raw } from "../dialect/fragment.ts";
import { createLedger, LEDGER_COLUMNS } from "../ledger.ts";
import { createOutbox, OUTBOX_COLUMNS } from "../outbox.ts";
import { tableName } from "./table.ts";

// Tables beside those of the application, which are scimkit's own: they are made where they are named and missing.

/** A table that a host names: in the first schema of the search path, or in one that it names too. */
export type CompanionName = string | { readonly schema: string; readonly table: string };

/** A table of scimkit's own beside those of the application. */
export interface Companion {
  /** The option that names it. */
  readonly option: string;
  readonly name: TableName;
  /** Its name in statements. */
  readonly table: Fragment;
  readonly columns: readonly string[];
  create(dialect: Dialect): readonly Fragment[];
}

/** The table where events wait. */
export function outboxCompanion(given: CompanionName): Companion {
  const name = typeof given === "string" ? { table: given } : given;
  const table = tableName(name);
  const index = raw(identifier(`${name.table}_due`));
  return {
    option: "outbox",
    name,
    table,
    columns: OUTBOX_COLUMNS,
    create: (dialect) => createOutbox(dialect, table, index),
  };
}

/** The table of what is remembered beside the resources. */
export function ledgerCompanion(given: CompanionName): Companion {
  const name = typeof given === "string" ? { table: given } : given;
  const table = tableName(name);
  const index = raw(identifier(`${name.table}_until`));
  return {
    option: "ledger",
    name,
    table,
    columns: LEDGER_COLUMNS,
    create: (dialect) => createLedger(dialect, table, index),
  };
}

/**
 * Makes a table where it is missing. Of several processes that start at once one makes it.
 * @throws {Error} where a table of that name is there and is another one.
 */
export async function makeCompanion(database: Database, companion: Companion): Promise<void> {
  if (!(await isThere(database, companion))) await makeInTurn(database, companion);
  SEEN.add(companion);
}

/** Those that are known to be there. */
const SEEN = new WeakSet<Companion>();

/**
 * The database, of which nothing is asked before it is known that a table is there.
 * @throws {ScimError} 503 where it is not: the cause says what makes it.
 */
export function withCompanion(database: Database, companion: Companion): Database {
  return behind(() => mustBeThere(database, companion), database);
}

/** Looks once, and again where the table was not there. @throws {ScimError} 503 where it is not. */
export async function mustBeThere(database: Pick<Database, "run" | "dialect">, companion: Companion): Promise<void> {
  if (SEEN.has(companion)) return;
  const { option, name } = companion;
  if (!(await isThere(database, companion)))
    throw unavailable(undefined, {
      cause: new Error(
        `mappedStorage: the table ${name.table}, which ${option} names, is not there. Run prepare() of mappedStorage by a role that may make tables.`,
      ),
    });
  SEEN.add(companion);
}

async function makeInTurn(database: Database, companion: Companion): Promise<void> {
  await database.transaction(async (session) => {
    const { takeTurn } = session.dialect;
    if (takeTurn !== undefined) await session.run(takeTurn("scimkit migration"));
    if (await isThere(session, companion)) return;
    for (const statement of companion.create(session.dialect)) await session.run(statement);
  });
}

async function isThere(
  { run, dialect }: Pick<Database, "run" | "dialect">,
  { option, name, columns }: Companion,
): Promise<boolean> {
  const there = await run<CatalogColumn>(dialect.columnsOfTable(name));
  const missing = columns.filter((column) => !there.some((one) => one.name === column));
  if (there.length > 0 && missing.length > 0)
    throw new Error(
      `mappedStorage: the table ${name.table}, which ${option} names, is there and lacks ${missing.join(", ")}: it is another one. Name a table that is not there yet, and prepare makes it.`,
    );
  return there.length > 0;
}
