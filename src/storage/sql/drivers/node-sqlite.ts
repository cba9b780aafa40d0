import type { SQLInputValue } from "node:sqlite";
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely, KyselyConfig, QueryResult } from "kysely";

type NodeSqlite = typeof import("node:sqlite");
type Connection = InstanceType<NodeSqlite["DatabaseSync"]>;
type Statement = ReturnType<Connection["prepare"]>;

/** Options of `openSqlite`. */
export interface SqliteOptions {
  /**
   * Most connections to a file, so that a long read does not hold up writes. A database in memory has one. Default 16.
   */
  readonly connections?: number;
  /** Told of every statement, as Kysely's option `log`. Default: nobody is told. */
  readonly log?: KyselyConfig["log"];
}

/**
 * Opens a SQLite database by the module that Node brings along: a file, or `":memory:"` for one that ends with the
 * process. Files are kept in write-ahead mode, and every commit is on the disk before it is answered. It needs Node 22.16
 * (of the 23s, 23.11); older ones lack the module, or what it takes.
 *
 * @throws {Error} where the file cannot be opened, or the runtime is too old, with the version that it takes.
 * @example
 * ```ts
 * import { openSqlite, sqlStorage } from "scimkit/sql";
 * const storage = sqlStorage({ db: await openSqlite("directory.db") });
 * await storage.migrate();
 * ```
 */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<Kysely<unknown>> {
  const sqlite = await loadSqlite();
  const kysely = await import("kysely");
  const isInMemory = path === ":memory:" || path === "";
  const driver = new PoolDriver(() => openConnection(sqlite, path), isInMemory ? 1 : (options.connections ?? 16));
  await driver.init();
  return new kysely.Kysely<unknown>({
    dialect: dialectOf(kysely, driver, !isInMemory),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
}

/** Loaded here, and Kysely behind it, so that this file can be loaded where there is no `node:sqlite` and no Kysely. */
async function loadSqlite(): Promise<NodeSqlite> {
  const sqlite: NodeSqlite | undefined = await import("node:sqlite").catch(() => undefined);
  // The youngest of all that is called here.
  if (sqlite !== undefined && "columns" in sqlite.StatementSync.prototype) return sqlite;
  throw new Error(
    `openSqlite needs the node:sqlite of Node 22.16 or newer, and this is ${process.release?.name ?? "a runtime"} ${process.version}. Update it, or give sqlStorage a Kysely over another driver, such as better-sqlite3.`,
  );
}

function openConnection(sqlite: NodeSqlite, path: string): Connection {
  const connection = new sqlite.DatabaseSync(path, { enableForeignKeyConstraints: true });
  // A short wait, because it holds up the event loop; who finds the file busy for longer tries again.
  for (const pragma of ["busy_timeout = 50", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"])
    connection.exec(`PRAGMA ${pragma}`);
  return connection;
}

function dialectOf(kysely: typeof import("kysely"), driver: Driver, hasConnections: boolean): Dialect {
  class NodeSqliteAdapter extends kysely.SqliteAdapter {
    override get supportsMultipleConnections(): boolean {
      return hasConnections;
    }
  }
  return {
    createAdapter: () => new NodeSqliteAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new kysely.SqliteIntrospector(db),
    createQueryCompiler: () => new kysely.SqliteQueryCompiler(),
  };
}

/** A few connections that are opened when they are needed and handed out in turn. */
class PoolDriver implements Driver {
  readonly #open: () => Connection;
  readonly #most: number;
  readonly #idle: SqliteConnection[] = [];
  readonly #waiting: ((connection: SqliteConnection) => void)[] = [];
  readonly #all: SqliteConnection[] = [];

  constructor(open: () => Connection, most: number) {
    this.#open = open;
    this.#most = most;
  }

  async init(): Promise<void> {
    if (this.#all.length === 0) this.#idle.push(this.#add());
  }

  #add(): SqliteConnection {
    const connection = new SqliteConnection(this.#open());
    this.#all.push(connection);
    return connection;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = this.#idle.pop();
    if (connection !== undefined) return connection;
    if (this.#all.length < this.#most) return this.#add();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection as SqliteConnection);
    else next(connection as SqliteConnection);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).exec("BEGIN IMMEDIATE");
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).exec("COMMIT");
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).exec("ROLLBACK");
  }

  async destroy(): Promise<void> {
    for (const connection of this.#all.splice(0)) connection.close();
    this.#idle.length = 0;
  }
}

/** How many statements a connection keeps prepared. */
const MOST_STATEMENTS = 200;

class SqliteConnection implements DatabaseConnection {
  readonly #connection: Connection;
  readonly #statements = new Map<string, Statement>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#prepare(sql);
    const values = parameters.map(toSqlite);
    if (statement.columns().length > 0) return { rows: statement.all(...values) as R[] };
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    // Not from the kept statements: one that is read step by step must not be begun again meanwhile.
    for (const row of this.#connection.prepare(sql).iterate(...parameters.map(toSqlite))) yield { rows: [row as R] };
  }

  exec(text: string): void {
    this.#connection.exec(text);
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #prepare(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#connection.prepare(text);
      // The oldest go first: what is used often comes back at once.
      const [oldest] = this.#statements.keys();
      if (this.#statements.size >= MOST_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  return (value ?? null) as SQLInputValue;
}
