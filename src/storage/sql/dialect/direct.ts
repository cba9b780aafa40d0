import type { CompiledQuery, QueryResult } from "kysely";

// What a driver of ours and the adapter have to do with each other, past Kysely.

/** A value as SQLite takes it. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** A connection to a database, in this thread or in one of its own. */
export interface SqliteConnection {
  /** Whether nothing comes from it any more. */
  readonly hasEnded: boolean;
  run<R>(text: string, values: readonly SqliteValue[]): Promise<QueryResult<R>>;
  /** Reads rows step by step. */
  stream<R>(text: string, values: readonly SqliteValue[]): AsyncIterableIterator<QueryResult<R>>;
  close(): Promise<void>;
}

/** One that is told of whole transactions at once. */
export interface WritingConnection extends SqliteConnection {
  /**
   * Does writes in one transaction, each of which may be refused alone.
   * @throws where it could not begin.
   */
  write(writes: readonly SqliteWrite[]): Promise<Written>;
  /** Does one write in a transaction that is open; `isLost`: the transaction is over with it. */
  writeWithin(write: SqliteWrite): Promise<SqliteResult & { readonly isLost?: boolean }>;
  /** Gives rows at once, where the connection is in this thread. */
  runNow?<R>(text: string, values: readonly SqliteValue[]): QueryResult<R>;
}

/** A statement with its values. */
export type SqliteStatement = readonly [text: string, values: readonly SqliteValue[]];

/** The statements of one write: where the first one gives no row, the others are left out. */
export type SqliteWrite = readonly SqliteStatement[];

/** The rows of the first statement of a write, or what it was refused for. */
export type SqliteResult = { readonly rows: readonly unknown[] } | { readonly error: unknown };

/** What became of writes. */
export interface Written {
  readonly results: readonly SqliteResult[];
  /**
   * Why none of them was committed: one of those behind the results, or the commit itself where there are results of all. The transaction
   * may be open still.
   */
  readonly failed?: { readonly error: unknown };
}

/** A statement that the adapter made; what a host sends by itself says nothing of the kind. */
export type Marked = CompiledQuery & {
  readonly isShort?: boolean;
  /** What goes to the connection at once instead of the statement. The one row of the result is what `writeWithin` gives. */
  readonly within?: SqliteWrite;
};

/** A driver that takes statements without a Kysely. */
export interface DirectDriver {
  executeQuery<R>(query: Pick<Marked, "sql" | "parameters" | "isShort">): Promise<QueryResult<R>>;
  /** Hands out a connection for one piece of work. */
  lend<T>(work: (connection: WritingConnection) => Promise<T>): Promise<T>;
}

/** The drivers of databases that nobody listens in on, by their Kysely. */
const DRIVERS = new WeakMap<object, DirectDriver>();

/** Says that statements need not go by way of a Kysely, which takes longer than most of them do. */
export function goDirect(db: object, driver: DirectDriver): void {
  DRIVERS.set(db, driver);
}

/** The driver of a database that may be asked without its Kysely; undefined where there is none. */
export function directOf(db: object): DirectDriver | undefined {
  return DRIVERS.get(db);
}

/** A value of the adapter's as SQLite takes it: it has no booleans. */
export function toSqlite(value: unknown): SqliteValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  return (value ?? null) as SqliteValue;
}
