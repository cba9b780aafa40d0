import type { CompiledQuery, Kysely } from "kysely";
import type { Dialect } from "./dialect/dialect.ts";
import {
  type DirectDriver,
  directOf,
  type Marked,
  type SqliteResult,
  type SqliteStatement,
  toSqlite,
} from "./dialect/direct.ts";
import { dialectIn } from "./dialect/find.ts";
import { type Fragment, join, raw, render, sql, TRUE } from "./dialect/fragment.ts";
import { retryContention } from "./retry.ts";
import { statementOf } from "./statement.ts";
import { type Executor, transactionsOf } from "./transaction.ts";
import { WritesTogether } from "./writes-together.ts";

/** Runs statements, alone or within a transaction. */
export interface Session {
  readonly dialect: Dialect;
  /** Runs one statement. */
  run<R>(statement: Fragment): Promise<readonly R[]>;
  /**
   * Runs a write and what depends on it as one: nothing of the rest takes effect where `first` gives no row. Gives the
   * rows of `first`. Where the dialect takes all of it as one statement, the parts must not touch the same rows, and
   * must hold `guard` as a condition.
   */
  batch<R>(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]): Promise<readonly R[]>;
  /** Runs `work` so that its statements take effect together or not at all. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Runs `work` on a state that does not change meanwhile; in a transaction, on what it sees. */
  snapshot<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** The database as the host gave it, or a transaction of it. */
export interface Database extends Session {
  /** Whether it is a transaction, and so ends before a stream of it might. */
  readonly isTransaction: boolean;
  /** What the driver knows the transaction by; undefined outside of one. */
  readonly handle: unknown;
  /** Whether it is one that `open` began, whose work may be begun again. */
  readonly canRepeat: boolean;
  /** Runs `work` on one connection, each statement of it by itself; in a transaction there is no other way than in it. */
  alone<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Runs `work` in a transaction in which each write can be refused alone. `work` may run more than once. */
  open<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Why the transaction is over, whoever thinks that it goes on: the database has undone it. */
  readonly lost?: () => unknown;
}

/** The database, of which nothing is asked before `ready` is done; undefined where it is. */
export function behind(ready: () => Promise<unknown> | undefined, given: Database): Database {
  const after = <T>(work: () => Promise<T>): Promise<T> => ready()?.then(work) ?? work();
  return {
    ...given,
    run: (statement) => after(() => given.run(statement)),
    batch: (first, rest) => after(() => given.batch(first, rest)),
    transaction: (work) => after(() => given.transaction(work)),
    alone: (work) => after(() => given.alone(work)),
    snapshot: (work) => after(() => given.snapshot(work)),
    open: (work) => after(() => given.open(work)),
  };
}

/** Wraps the host's Kysely. */
export function databaseOf<DB>(given: Kysely<DB>, dialect: Dialect = dialectIn(given)): Database {
  const db = given.withoutPlugins() as unknown as Kysely<unknown>;
  if (db.isTransaction) return transactionDatabase(dialect, db, false);
  const direct = directOf(given);
  const run = runner(dialect, db);
  const { write, read, turns } = transactionsOf(given, db, dialect);
  const together = direct && turns && new WritesTogether(direct, turns);
  return {
    dialect,
    isTransaction: false,
    handle: undefined,
    canRepeat: false,
    run: <R>(statement: Fragment) =>
      statement.besides === undefined
        ? direct === undefined
          ? retryContention(() => run<R>(statement))
          : runDirect<R>(dialect, direct, statement)
        : read((connection) => runner(dialect, connection)<R>(statement)),
    batch: <R>(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]) =>
      dialect.supportsWritesInWith === true
        ? retryContention(() => run<R>(combine(first, rest)))
        : together !== undefined
          ? writeTogether<R>(dialect, together, first, rest)
          : write((connection) => transactionSession(dialect, connection).batch<R>(first, rest)),
    transaction: (work) => write((connection) => work(transactionSession(dialect, connection))),
    open: (work) =>
      write((connection) => wholly(transactionDatabase(dialect, connection, true, direct !== undefined), work)),
    alone: (work) =>
      retryContention(() => db.connection().execute((connection) => work(transactionSession(dialect, connection)))),
    snapshot: (work) => read((connection) => work(transactionSession(dialect, connection))),
  };
}

/** The same as `runner` for SQLite, to which what other databases need besides is nothing. */
async function runDirect<R>(dialect: Dialect, direct: DirectDriver, statement: Fragment): Promise<readonly R[]> {
  const { text: sql, parameters } = render(statement, dialect);
  const query = { sql, parameters, isShort: statement.isShort === true };
  return (await retryContention(() => direct.executeQuery<R>(query))).rows;
}

function writeTogether<R>(
  dialect: Dialect,
  together: WritesTogether,
  first: Fragment,
  rest: (guard: Fragment) => readonly Fragment[],
): Promise<readonly R[]> {
  const statements = statementsOf(dialect, first, rest);
  return retryContention(() => together.write<R>(statements));
}

/** The dialect has rows of a write by RETURNING, so that each part of a batch is one statement. */
function statementsOf(
  dialect: Dialect,
  first: Fragment,
  rest: (guard: Fragment) => readonly Fragment[],
): readonly SqliteStatement[] {
  return [first, ...rest(TRUE)].map((statement) => {
    const { text, parameters } = render(statement, dialect);
    return [text, parameters.map(toSqlite)];
  });
}

/** A batch behind a savepoint, which goes to the thread of the connection by one message. */
async function writeWithin<R>(
  connection: Executor,
  within: readonly SqliteStatement[],
  lose: (error: unknown) => void,
): Promise<readonly R[]> {
  const query: Marked = { ...statementOf("SAVEPOINT scimkit"), within };
  const [result] = (await connection.executeQuery<SqliteResult & { readonly isLost?: boolean }>(query)).rows;
  if (result === undefined) throw new TypeError("A batch has come to nothing.");
  if ("rows" in result) return result.rows as readonly R[];
  if (result.isLost === true) lose(result.error);
  throw result.error;
}

function runner(dialect: Dialect, executor: Executor) {
  const send = async <R>(statement: Fragment) => {
    const { text, parameters } = render(statement, dialect);
    await refuseLong(dialect, executor, text, parameters);
    const query = statementOf(text, parameters, statement.isShort) as CompiledQuery<R>;
    const result = await executor.executeQuery<R>(query).catch((error: unknown) => {
      dialect.hideValues?.(error);
      throw error;
    });
    return dialect.readValue === undefined ? result : { ...result, rows: result.rows.map(readRow) };
  };
  const readRow = <R>(row: R): R =>
    Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, dialect.readValue?.(value)])) as R;
  const run = async <R>(statement: Fragment): Promise<readonly R[]> => {
    if (statement.returning === undefined || dialect.supportsReturning === true) return (await send<R>(statement)).rows;
    const { write, query, isDeletion } = statement.returning;
    if (!isDeletion) {
      const { numAffectedRows } = await send(write);
      return numAffectedRows === 0n ? [] : (await send<R>(query)).rows;
    }
    const { rows } = await send<R>(sql`${query}${dialect.forUpdate}`);
    await send(write);
    return rows;
  };
  return async <R>(statement: Fragment): Promise<readonly R[]> => {
    const rows = await run<R>(statement);
    for (const beside of statement.besides ?? []) await beside(rows as readonly Record<string, unknown>[], run);
    return rows;
  };
}

/** @throws what the server would refuse a statement by that is too long for it. */
async function refuseLong(
  { statementLimit }: Dialect,
  executor: Executor,
  text: string,
  parameters: readonly unknown[],
): Promise<void> {
  if (statementLimit === undefined) return;
  const { askedFrom, query, refusal, bytesOf } = statementLimit;
  const bytes = bytesOf(text, parameters);
  if (bytes < askedFrom) return;
  const { rows } = await executor.executeQuery<{ most: number | string }>(statementOf(query.texts[0] as string));
  if (bytes > Number(rows[0]?.most)) throw refusal();
}

/** One statement of several that depend on the first. */
function combine(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]): Fragment {
  const parts = rest(raw("EXISTS (SELECT 1 FROM part0)"));
  if (parts.length === 0) return first;
  const named = [first, ...parts].map((part, index) => sql`${raw(`part${index}`)} AS (${part})`);
  return sql`WITH ${join(named, ", ")} SELECT * FROM part0`;
}

/** On a connection that somebody has to himself: within a transaction that one write began and that ends with it, or in none. */
function transactionSession(dialect: Dialect, connection: Executor): Session {
  const run = runner(dialect, connection);
  const session: Session = {
    dialect,
    run,
    async batch<R>(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]) {
      if (dialect.supportsWritesInWith === true) return run<R>(combine(first, rest));
      const rows = await run<R>(first);
      if (rows.length > 0) for (const statement of rest(TRUE)) await run(statement);
      return rows;
    },
    transaction: (work) => work(session),
    snapshot: (work) => work(session),
  };
  return session;
}

/**
 * Within a transaction of several writes: each stands behind a savepoint, so that one that is refused leaves it usable.
 */
function transactionDatabase(dialect: Dialect, connection: Executor, canRepeat: boolean, isDirect = false): Database {
  const session = transactionSession(dialect, connection);
  let lost: unknown;
  const run: Session["run"] = (statement) => (lost === undefined ? session.run(statement) : Promise.reject(lost));
  let last: Promise<unknown> = Promise.resolve();
  const lose = (error: unknown): void => {
    lost = error;
  };
  // Savepoints are a stack, so that writes that were begun together take turns.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => {
      if (lost !== undefined) throw lost;
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  const transaction = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    inTurn(() => runInSavepoint(session, work, lose));
  const database: Database = {
    dialect,
    isTransaction: true,
    handle: connection,
    canRepeat,
    run,
    lost: () => lost,
    transaction,
    batch: <R>(first: Fragment, rest: (guard: Fragment) => readonly Fragment[]) =>
      isDirect
        ? inTurn(() => writeWithin<R>(connection, statementsOf(dialect, first, rest), lose))
        : transaction((inner) => inner.batch<R>(first, rest)),
    alone: (work) => work(session),
    snapshot: (work) => work(session),
    open: (work) => work(database),
  };
  return database;
}

/** Runs work in a transaction that it may not survive, though the work goes on: then what is left of it would be by itself. */
async function wholly<T>(database: Database, work: (database: Database) => Promise<T>): Promise<T> {
  const result = await work(database);
  const lost = database.lost?.();
  if (lost !== undefined) throw lost;
  return result;
}

/** `lose` is told of an error that there is no way back from: MariaDB and MySQL undo all of a transaction that others stood in the way of. */
async function runInSavepoint<T>(
  session: Session,
  work: (session: Session) => Promise<T>,
  lose: (error: unknown) => void,
): Promise<T> {
  const run = (text: string) => session.run(raw(text));
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
      // The transaction is gone, and perhaps the connection with it: the first error says why.
      lose(error);
    }
    throw error;
  }
}
