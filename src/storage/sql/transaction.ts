import type { Kysely } from "kysely";
import type { Dialect } from "./dialect/dialect.ts";
import { retryContention, waitWhileBusy } from "./retry.ts";
import { statementOf } from "./statement.ts";

/** What sends statements: a database, a connection of it, a transaction. */
export type Executor = Pick<Kysely<unknown>, "executeQuery">;

/** Runs work in transactions that begin as the dialect says, from the beginning where others stood in its way. */
export interface Transactions {
  /** In one that writes. */
  write<T>(work: (connection: Executor) => Promise<T>): Promise<T>;
  /** In one that reads a single state. */
  read<T>(work: (connection: Executor) => Promise<T>): Promise<T>;
}

/** The transactions of a database. `key` stands for it in this process, however often it was given. */
export function transactionsOf(key: object, db: Kysely<unknown>, { begin, hasOneWriter }: Dialect): Transactions {
  const { write, read } = begin === undefined ? kyselyTransactions(db) : statementTransactions(db, begin);
  return {
    read: (work) => retryContention(() => read(work)),
    write: (work) => retryContention(() => (hasOneWriter === true ? runInTurn(key, () => write(work)) : write(work))),
  };
}

function kyselyTransactions(db: Kysely<unknown>): Transactions {
  return {
    write: (work) => db.transaction().setIsolationLevel("read committed").execute(work),
    read: (work) => db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work),
  };
}

function statementTransactions(db: Kysely<unknown>, begin: NonNullable<Dialect["begin"]>): Transactions {
  return {
    write: (work) => db.connection().execute((connection) => runBehind(begin.write, connection, work)),
    read: (work) => db.connection().execute((connection) => runBehind(begin.read, connection, work)),
  };
}

/** The last one of the writers of each database, who waits for those before it. */
const TURNS = new WeakMap<object, Promise<unknown>>();

function runInTurn<T>(key: object, work: () => Promise<T>): Promise<T> {
  const turn = (TURNS.get(key) ?? Promise.resolve()).then(work);
  TURNS.set(
    key,
    turn.catch(() => undefined),
  );
  return turn;
}

async function runBehind<T>(
  begin: string,
  connection: Executor,
  work: (connection: Executor) => Promise<T>,
): Promise<T> {
  const run = (text: string) => connection.executeQuery(statementOf(text));
  await waitWhileBusy(() => run(begin));
  try {
    const result = await work(connection);
    await waitWhileBusy(() => run("COMMIT"));
    return result;
  } catch (error) {
    await run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
