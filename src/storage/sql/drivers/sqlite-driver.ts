import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";
import {
  type Marked,
  type SqliteConnection,
  type SqliteValue,
  toSqlite,
  type WritingConnection,
} from "../dialect/direct.ts";

/** Where the connections of a driver come from. */
export interface Connections<C extends SqliteConnection = SqliteConnection> {
  /** The one of this thread, which is open. */
  readonly here: C;
  /** Most that there are besides; 0: `here` is all there is, and one at a time has it. */
  readonly others: number;
  /** Opens one of the others. */
  open(): Promise<C>;
}

/**
 * Hands out connections in turn, and opens them when they are needed. A statement that says of itself that it is short
 * (`isShort`) runs in this thread, unless it is part of a transaction: the way to another thread takes longer than it.
 */
export class SqliteDriver<C extends SqliteConnection = SqliteConnection> implements Driver {
  readonly #connections: Connections<C>;
  readonly #most: number;
  readonly #all: C[] = [];
  readonly #idle: C[] = [];
  readonly #waiting: Waiting<C>[] = [];
  /** Those that are being opened. */
  #opening = 0;

  constructor(connections: Connections<C>) {
    this.#connections = connections;
    this.#most = Math.max(1, connections.others);
    if (connections.others > 0) return;
    this.#all.push(connections.here);
    this.#idle.push(connections.here);
  }

  async init(): Promise<void> {
    // The first connection is open; the others are opened when they are needed.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const short = this.#connections.others > 0 ? this.#connections.here : undefined;
    return new PooledConnection(short, () => this.#take());
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const taken = await (connection as PooledConnection).leave();
    if (taken !== undefined) this.#giveBack(taken as C);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PooledConnection).run("BEGIN IMMEDIATE");
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PooledConnection).run("COMMIT");
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PooledConnection).run("ROLLBACK");
  }

  /** A connection for one piece of work. */
  async lend<T>(work: (connection: C) => Promise<T>): Promise<T> {
    const connection = await this.#take();
    try {
      return await work(connection);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** Runs one statement as the adapter made it, without anything of Kysely in between. */
  executeQuery<R>({
    sql,
    parameters,
    isShort,
  }: Pick<Marked, "sql" | "parameters" | "isShort">): Promise<QueryResult<R>> {
    const { here, others } = this.#connections;
    const values = parameters.map(toSqlite);
    if (others > 0 ? isShort === true : this.#idle.includes(here)) return atOnce(here, sql, values);
    return this.lend((connection) => connection.run(sql, values));
  }

  async destroy(): Promise<void> {
    this.#idle.length = 0;
    const { here } = this.#connections;
    const all = this.#all.splice(0).filter((connection) => connection !== here);
    await Promise.all(all.map((connection) => connection.close()));
    // The last one to close tidies the file up.
    await here.close();
  }

  async #take(): Promise<C> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.hasEnded) return idle;
      this.#forget(idle);
    }
    if (this.#all.length + this.#opening < this.#most) return this.#add();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async #add(): Promise<C> {
    this.#opening++;
    try {
      const connection = await this.#connections.open();
      this.#all.push(connection);
      return connection;
    } catch (error) {
      // Who waits has nothing to wait for where no other connection will come back.
      if (this.#all.length === 0 && this.#opening === 1)
        for (const { reject } of this.#waiting.splice(0)) reject(error);
      throw error;
    } finally {
      this.#opening--;
    }
  }

  #giveBack(connection: C): void {
    if (connection.hasEnded) this.#forget(connection);
    else this.#idle.push(connection);
    const next = this.#waiting.shift();
    if (next !== undefined) this.#take().then(next.resolve, next.reject);
  }

  #forget(connection: C): void {
    this.#all.splice(this.#all.indexOf(connection), 1);
  }
}

interface Waiting<C> {
  resolve(connection: C): void;
  reject(error: unknown): void;
}

/** What Kysely has of a connection: it takes one with the first statement that needs it, and keeps it until it is released. */
class PooledConnection implements DatabaseConnection {
  readonly #short: SqliteConnection | undefined;
  readonly #take: () => Promise<SqliteConnection>;
  #taken: Promise<SqliteConnection> | undefined;

  constructor(short: SqliteConnection | undefined, take: () => Promise<SqliteConnection>) {
    this.#short = short;
    this.#take = take;
  }

  async executeQuery<R>({ sql, parameters, isShort, within }: Marked): Promise<QueryResult<R>> {
    if (within !== undefined) {
      // Only who made the connections asks for it.
      const writing = (await this.#own()) as WritingConnection;
      return { rows: [(await writing.writeWithin(within)) as R] };
    }
    const connection = this.#taken === undefined && isShort === true ? this.#short : undefined;
    return (connection ?? (await this.#own())).run(sql, parameters.map(toSqlite));
  }

  async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield* (await this.#own()).stream<R>(sql, parameters.map(toSqlite));
  }

  async run(text: string): Promise<void> {
    await (await this.#own()).run(text, []);
  }

  /** What it has taken, which is its own no longer. */
  async leave(): Promise<SqliteConnection | undefined> {
    const taken = this.#taken;
    this.#taken = undefined;
    return taken?.catch(() => undefined);
  }

  #own(): Promise<SqliteConnection> {
    this.#taken ??= this.#take();
    return this.#taken;
  }
}

/** Without one turn of the event loop's queue more than there must be. */
function atOnce<R>(
  connection: SqliteConnection & Pick<WritingConnection, "runNow">,
  text: string,
  values: readonly SqliteValue[],
): Promise<QueryResult<R>> {
  if (connection.runNow === undefined) return connection.run(text, values);
  try {
    return Promise.resolve(connection.runNow<R>(text, values));
  } catch (error) {
    return Promise.reject(error);
  }
}
