import type { Kysely } from "kysely";
import { getOrCreate } from "../get-or-create.ts";
import type { Dialect } from "./dialect/dialect.ts";
import { isBusyUntil, pauseWhileBusy, retryContention, waitWhileBusy } from "./retry.ts";
import { statementOf } from "./statement.ts";
import { createTurns, LONGEST_WAIT, type Turns } from "./turns.ts";

/** What sends statements: a database, a connection of it, a transaction. */
export type Executor = Pick<Kysely<unknown>, "executeQuery">;

/** Runs work in transactions that begin as the dialect says, from the beginning where others stood in its way. */
export interface Transactions {
  /** In one that writes. */
  write<T>(work: (connection: Executor) => Promise<T>): Promise<T>;
  /** In one that reads a single state. */
  read<T>(work: (connection: Executor) => Promise<T>): Promise<T>;
  /** The line that writers stand in, where there is one at a time. */
  readonly turns: Turns | undefined;
}

/** The transactions of a database. `key` stands for it in this process, however often it was given. */
export function transactionsOf(key: object, db: Kysely<unknown>, { begin, hasOneWriter }: Dialect): Transactions {
  const { write, read } = begin === undefined ? kyselyTransactions(db) : statementTransactions(db, begin);
  const turns = hasOneWriter === true ? getOrCreate(WRITERS, key, () => createTurns(1)) : undefined;
  return {
    turns,
    read: (work) => retryContention(() => read(work, performance.now() + LONGEST_WAIT)),
    write: (work) => {
      const until = performance.now() + LONGEST_WAIT;
      const begin = () => write(work, until);
      return retryContention(() => turns?.run(until, begin) ?? begin());
    },
  };
}

/** The writers of each database that has one at a time. */
const WRITERS = new WeakMap<object, Turns>();

/** As `Transactions`, each to begin before `until`, in terms of `performance.now()`. */
interface TimedTransactions {
  write<T>(work: (connection: Executor) => Promise<T>, until: number): Promise<T>;
  read<T>(work: (connection: Executor) => Promise<T>, until: number): Promise<T>;
}

function kyselyTransactions(db: Kysely<unknown>): TimedTransactions {
  return {
    write: (work) => telling(work, (told) => db.transaction().setIsolationLevel("read committed").execute(told)),
    read: (work) =>
      telling(work, (told) =>
        db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(told),
      ),
  };
}

/** Runs a transaction, and throws what its work threw: not that a connection which is gone could not be told to undo it. */
async function telling<T>(
  work: (connection: Executor) => Promise<T>,
  run: (work: (connection: Executor) => Promise<T>) => Promise<T>,
): Promise<T> {
  let thrown: { readonly error: unknown } | undefined;
  try {
    return await run(async (connection) => {
      try {
        return await work(connection);
      } catch (error) {
        thrown = { error };
        throw error;
      }
    });
  } catch (error) {
    throw thrown === undefined ? error : thrown.error;
  }
}

function statementTransactions(db: Kysely<unknown>, begin: NonNullable<Dialect["begin"]>): TimedTransactions {
  const runBehind =
    (statement: string): TimedTransactions["write"] =>
    async (work, until) => {
      for (;;) {
        const outcome = await db.connection().execute((connection) => begunBehind(statement, connection, until, work));
        if (outcome !== "busy") return outcome.result;
        // The connection is somebody else's meanwhile: with one alone, those who only read would wait for the writer too.
        await pauseWhileBusy(until);
      }
    };
  return { write: runBehind(begin.write), read: runBehind(begin.read) };
}

/** Does work in a transaction; `"busy"` where it could not begin, and there is time for another try. */
async function begunBehind<T>(
  begin: string,
  connection: Executor,
  until: number,
  work: (connection: Executor) => Promise<T>,
): Promise<{ readonly result: T } | "busy"> {
  const run = (text: string) => connection.executeQuery(statementOf(text));
  try {
    await run(begin);
  } catch (error) {
    if (isBusyUntil(error, until)) return "busy";
    throw error;
  }
  try {
    const result = await work(connection);
    await waitWhileBusy(() => run("COMMIT"), until);
    return { result };
  } catch (error) {
    await run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
