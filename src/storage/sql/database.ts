import { CompiledQuery, type DialectAdapter, type Kysely } from "kysely";
import { unavailable } from "../../error.ts";
import { type Dialect, postgres, sqlite } from "./dialect/dialect.ts";
import { faultOf } from "./dialect/fault.ts";
import { type Fragment, join, raw, render, sql, TRUE } from "./dialect/fragment.ts";

/** Runs statements, alone or within a transaction. */
export interface Session {
  readonly dialect: Dialect;
  /** Runs one statement. */
  run<R>(statement: Fragment): Promise<readonly R[]>;
  /**
   * Runs a write and what depends on it as one: nothing of the rest takes effect where `first` gives no row. Gives the rows of
   * `first`. PostgreSQL takes all of it as one statement, so the parts must not touch the same rows, and must hold `guard` as
   * a condition.
   */
  batch<R>(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]): Promise<readonly R[]>;
  /** Runs `work` so that its statements take effect together or not at all. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** The database as the host gave it, or a transaction of it. */
export interface Database extends Session {
  /** Whether a read that takes long can have a connection of its own, so that others need not wait for it. */
  readonly hasConnections: boolean;
  /** Runs `work` on a state that does not change meanwhile. */
  snapshot<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Runs `work` in a transaction in which each write can be refused alone. `work` may run more than once. */
  open<T>(work: (database: Database) => Promise<T>): Promise<T>;
}

/** How often a transaction starts again when others stood in its way. */
const MOST_TRIES = 5;
/** How long a write waits for other writers of a SQLite file, in milliseconds. */
const LONGEST_WAIT = 10_000;

type Executor = Pick<Kysely<unknown>, "executeQuery">;

/** Wraps the host's Kysely. */
export function databaseOf<DB>(given: Kysely<DB>): Database {
  const db = given.withoutPlugins() as unknown as Kysely<unknown>;
  const { adapter } = db.getExecutor();
  const dialect = dialectOf(adapter);
  if (db.isTransaction) return transactionDatabase(dialect, db);
  const run = runner(dialect, db);
  const begin = <T>(work: (connection: Executor) => Promise<T>): Promise<T> =>
    retrying(() =>
      dialect.name === "sqlite"
        ? immediately(given, db, work)
        : db.transaction().setIsolationLevel("read committed").execute(work),
    );
  return {
    dialect,
    hasConnections: adapter.supportsMultipleConnections === true,
    run: (statement) => retrying(() => run(statement)),
    batch: <R>(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]) =>
      dialect.name === "sqlite"
        ? begin((connection) => transactionSession(dialect, connection).batch<R>(first, rest))
        : retrying(() => run<R>(combined(first, rest))),
    transaction: (work) => begin((connection) => work(transactionSession(dialect, connection))),
    open: (work) => begin((connection) => work(transactionDatabase(dialect, connection))),
    snapshot: (work) =>
      retrying(() =>
        dialect.name === "sqlite"
          ? db
              .connection()
              .execute((connection) => within(connection, "BEGIN", () => work(transactionSession(dialect, connection))))
          : db
              .transaction()
              .setIsolationLevel("repeatable read")
              .setAccessMode("read only")
              .execute((connection) => work(transactionSession(dialect, connection))),
      ),
  };
}

/** Tells the databases apart by what their Kysely adapters can do, which survives minifying and third-party dialects. */
function dialectOf(adapter: DialectAdapter): Dialect {
  if (adapter.supportsReturning === true) return adapter.supportsTransactionalDdl ? postgres : sqlite;
  throw new TypeError("sqlStorage: db must be a Kysely over PostgreSQL or SQLite.");
}

function runner(dialect: Dialect, executor: Executor) {
  return async <R>(statement: Fragment): Promise<readonly R[]> => {
    const { text, parameters } = render(statement, dialect.placeholder);
    const { rows } = await executor.executeQuery<R>(CompiledQuery.raw(text, [...parameters]));
    return rows;
  };
}

/** One statement of several that depend on the first. */
function combined(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]): Fragment {
  const parts = rest(raw("EXISTS (SELECT 1 FROM part0)"));
  if (parts.length === 0) return first;
  const named = [first, ...parts].map((part, index) => sql`${raw(`part${index}`)} AS (${part})`);
  return sql`WITH ${join(named, ", ")} SELECT * FROM part0`;
}

/** Within a transaction that one write began, and that ends with it. */
function transactionSession(dialect: Dialect, connection: Executor): Session {
  const run = runner(dialect, connection);
  const session: Session = {
    dialect,
    run,
    async batch<R>(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]) {
      if (dialect.name === "postgres") return run<R>(combined(first, rest));
      const rows = await run<R>(first);
      if (rows.length > 0) for (const statement of rest(TRUE)) await run(statement);
      return rows;
    },
    transaction: (work) => work(session),
  };
  return session;
}

/** Within a transaction of several writes: each stands behind a savepoint, so that one that is refused leaves it usable. */
function transactionDatabase(dialect: Dialect, connection: Executor): Database {
  const session = transactionSession(dialect, connection);
  const run = (text: string) => session.run(raw(text));
  let last: Promise<unknown> = Promise.resolve();
  const saved = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    await run("SAVEPOINT scimkit");
    try {
      const result = await work(session);
      await run("RELEASE SAVEPOINT scimkit");
      return result;
    } catch (error) {
      try {
        await run("ROLLBACK TO SAVEPOINT scimkit");
        await run("RELEASE SAVEPOINT scimkit");
      } catch {
        // The connection is gone, and the transaction with it: the first error says why.
      }
      throw error;
    }
  };
  const transaction = <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    // Savepoints are a stack, so that writes that were begun together take turns.
    const turn = last.then(() => saved(work));
    last = turn.catch(() => undefined);
    return turn;
  };
  const database: Database = {
    dialect,
    hasConnections: false,
    run: session.run,
    transaction,
    batch: <R>(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]) =>
      transaction((inner) => inner.batch<R>(first, rest)),
    snapshot: (work) => work(session),
    open: (work) => work(database),
  };
  return database;
}

/** Writers of one process take turns: SQLite has one at a time, and waiting in it would hold up the event loop. */
const TURNS = new WeakMap<object, Promise<unknown>>();

function immediately<T>(key: object, db: Kysely<unknown>, work: (connection: Executor) => Promise<T>): Promise<T> {
  const turn = (TURNS.get(key) ?? Promise.resolve()).then(() =>
    db.connection().execute((connection) => within(connection, "BEGIN IMMEDIATE", () => work(connection))),
  );
  TURNS.set(
    key,
    turn.catch(() => undefined),
  );
  return turn;
}

async function within<T>(connection: Executor, begin: string, work: () => Promise<T>): Promise<T> {
  const run = (text: string) => connection.executeQuery(CompiledQuery.raw(text));
  await begun(() => run(begin));
  try {
    const result = await work();
    await begun(() => run("COMMIT"));
    return result;
  } catch (error) {
    await run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** Another process that writes to the file is waited for. */
async function begun(begin: () => Promise<unknown>): Promise<void> {
  const until = Date.now() + LONGEST_WAIT;
  for (;;) {
    try {
      await begin();
      return;
    } catch (error) {
      if (faultOf(error) !== "busy" || Date.now() > until) throw error;
      await pause(2 + Math.random() * 18);
    }
  }
}

/** Starts again what other transactions stood in the way of; what cannot be reached is 503. */
async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === "contention" && attempt < MOST_TRIES) await pause(Math.random() * 10 * 2 ** attempt);
      else if (fault === "contention" || fault === "busy" || fault === "unavailable")
        throw unavailable(undefined, { cause: error });
      else throw error;
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
