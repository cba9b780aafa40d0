import type { SQLInputValue } from "node:sqlite";
import type { QueryResult } from "kysely";

export type NodeSqlite = typeof import("node:sqlite");
type Database = InstanceType<NodeSqlite["DatabaseSync"]>;
type Statement = ReturnType<Database["prepare"]>;

/** A connection to a database, in this thread or in one of its own. */
export interface SqliteConnection {
  /** Whether nothing comes from it any more. */
  readonly hasEnded: boolean;
  run<R>(text: string, values: readonly SQLInputValue[]): Promise<QueryResult<R>>;
  /** Reads rows step by step. */
  stream<R>(text: string, values: readonly SQLInputValue[]): AsyncIterableIterator<QueryResult<R>>;
  close(): Promise<void>;
}

/** How a connection is opened and what it keeps, in whatever thread it is. */
export const SETTINGS = {
  // A short wait, because it may hold up the event loop; who finds the file busy for longer tries again.
  pragmas: ["busy_timeout = 50", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"],
  /** How many statements a connection keeps prepared. */
  mostStatements: 200,
} as const;

/** Opens a connection in this thread, which does nothing else while a statement runs. @throws where the file cannot be opened. */
export function openHere(sqlite: NodeSqlite, path: string): SqliteConnection {
  const database = new sqlite.DatabaseSync(path, { enableForeignKeyConstraints: true });
  for (const pragma of SETTINGS.pragmas) database.exec(`PRAGMA ${pragma}`);
  return new ConnectionHere(database);
}

class ConnectionHere implements SqliteConnection {
  readonly hasEnded = false;
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  async run<R>(text: string, values: readonly SQLInputValue[]): Promise<QueryResult<R>> {
    const statement = this.#prepare(text);
    if (statement.columns().length > 0) return { rows: rowsOf(statement, text, values) as R[] };
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  async *stream<R>(text: string, values: readonly SQLInputValue[]): AsyncIterableIterator<QueryResult<R>> {
    // Not from the kept statements: one that is read step by step must not be begun again meanwhile.
    const statement = this.#database.prepare(text);
    statement.setReadBigInts(true);
    for (const row of statement.iterate(...values)) yield { rows: [narrowed(row) as R] };
  }

  async close(): Promise<void> {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      // The oldest go first: what is used often comes back at once.
      const [oldest] = this.#statements.keys();
      if (this.#statements.size >= SETTINGS.mostStatements && oldest !== undefined) this.#statements.delete(oldest);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

type SqliteRow = Record<string, unknown>;

/**
 * The rows of a statement, with a bigint for an integer that is no safe number. Few are: a read is begun again for one, and a write, which
 * cannot be, reads all of them so.
 */
function rowsOf(statement: Statement, text: string, values: readonly SQLInputValue[]): readonly SqliteRow[] {
  if (!MAY_WRITE.test(text)) {
    try {
      return statement.all(...values);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ERR_OUT_OF_RANGE") throw error;
    }
  }
  statement.setReadBigInts(true);
  try {
    return statement.all(...values).map(narrowed);
  } finally {
    statement.setReadBigInts(false);
  }
}

/** What a statement that both writes and gives rows has in it. */
const MAY_WRITE = /\breturning\b|^\s*pragma\b/i;

function narrowed(row: SqliteRow): SqliteRow {
  for (const [name, value] of Object.entries(row))
    if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) row[name] = Number(value);
  return row;
}
