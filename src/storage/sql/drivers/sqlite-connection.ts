import type { SQLInputValue } from "node:sqlite";
import type { QueryResult } from "kysely";
import type { SqliteResult, SqliteWrite, WritingConnection, Written } from "../dialect/direct.ts";

export type NodeSqlite = typeof import("node:sqlite");
type Database = InstanceType<NodeSqlite["DatabaseSync"]>;
type Statement = ReturnType<Database["prepare"]>;

/** How a connection is opened and what it keeps, in whatever thread it is. */
export const SETTINGS = {
  // A short wait, because it may hold up the event loop; who finds the file busy for longer tries again.
  pragmas: ["busy_timeout = 50", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"],
  /** How many statements a connection keeps prepared. */
  mostStatements: 200,
} as const;

/** Opens a connection in this thread, which does nothing else while a statement runs. @throws where the file cannot be opened. */
export function openHere(sqlite: NodeSqlite, path: string): WritingConnection {
  const database = new sqlite.DatabaseSync(path, { enableForeignKeyConstraints: true });
  for (const pragma of SETTINGS.pragmas) database.exec(`PRAGMA ${pragma}`);
  return new ConnectionHere(database);
}

class ConnectionHere implements WritingConnection {
  readonly hasEnded = false;
  readonly #database: Database;
  readonly #statements = new Map<string, Kept>();

  constructor(database: Database) {
    this.#database = database;
  }

  async run<R>(text: string, values: readonly SQLInputValue[]): Promise<QueryResult<R>> {
    return this.#run<R>(text, values);
  }

  async writeWithin(write: SqliteWrite): Promise<SqliteResult & { readonly isLost?: boolean }> {
    try {
      return this.#writeBehindSavepoint(write);
    } catch (error) {
      return { error, isLost: true };
    }
  }

  runNow<R>(text: string, values: readonly SQLInputValue[]): QueryResult<R> {
    return this.#run<R>(text, values);
  }

  async write(writes: readonly SqliteWrite[]): Promise<Written> {
    const results: SqliteResult[] = [];
    this.#run("BEGIN IMMEDIATE");
    try {
      for (const write of writes)
        results.push(writes.length === 1 ? { rows: this.#writeOne(write) } : this.#writeBehindSavepoint(write));
      this.#run("COMMIT");
      return { results };
    } catch (error) {
      return { results, failed: { error } };
    }
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

  #run<R>(text: string, values: readonly SQLInputValue[] = []): QueryResult<R> {
    const kept = this.#prepare(text);
    if (kept.hasColumns) return { rows: rowsOf(kept, values) as R[] };
    const { changes } = kept.statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  /** @throws where SQLite has undone all of the transaction, which it does where it cannot go on with it. */
  #writeBehindSavepoint(write: SqliteWrite): SqliteResult {
    this.#run("SAVEPOINT scimkit");
    try {
      const rows = this.#writeOne(write);
      this.#run("RELEASE scimkit");
      return { rows };
    } catch (error) {
      this.#run("ROLLBACK TO scimkit");
      this.#run("RELEASE scimkit");
      return { error };
    }
  }

  #writeOne([first, ...others]: SqliteWrite): readonly unknown[] {
    if (first === undefined) return [];
    const { rows } = this.#run(...first);
    if (rows.length > 0) for (const statement of others) this.#run(...statement);
    return rows;
  }

  #prepare(text: string): Kept {
    let kept = this.#statements.get(text);
    if (kept === undefined) {
      kept = keptOf(this.#database.prepare(text), text);
      // The oldest go first: what is used often comes back at once.
      const [oldest] = this.#statements.keys();
      if (this.#statements.size >= SETTINGS.mostStatements && oldest !== undefined) this.#statements.delete(oldest);
      this.#statements.set(text, kept);
    }
    return kept;
  }
}

/** A prepared statement, and what is asked of it each time. */
interface Kept {
  readonly statement: Statement;
  readonly hasColumns: boolean;
  readonly mayWrite: boolean;
}

function keptOf(statement: Statement, text: string): Kept {
  return { statement, hasColumns: statement.columns().length > 0, mayWrite: MAY_WRITE.test(text) };
}

type SqliteRow = Record<string, unknown>;

/**
 * The rows of a statement, with a bigint for an integer that is no safe number. Few are: a read is begun again for one, and a write, which
 * cannot be, reads all of them so.
 */
function rowsOf({ statement, mayWrite }: Kept, values: readonly SQLInputValue[]): readonly SqliteRow[] {
  if (!mayWrite) {
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
