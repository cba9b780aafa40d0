import type { SQLInputValue } from "node:sqlite";
import type { Worker } from "node:worker_threads";
import type { QueryResult } from "kysely";
import type { SqliteResult, SqliteWrite, WritingConnection, Written } from "../dialect/direct.ts";
import { SETTINGS } from "./sqlite-connection.ts";

/**
 * What the thread of a connection runs: it opens the database, says so, and answers one message after the other with
 * `[error]` or `[undefined, result]`. A text, so that it is there whatever a loader, a bundler or a test runner makes of
 * this package; and with `import()`, which the text of a thread has on every runtime. No word of it may come from outside.
 */
const PROGRAM = `
(async () => {
  const { parentPort, receiveMessageOnPort, workerData } = await import("node:worker_threads");
  // The thread that began this one has said it already.
  process.emitWarning = () => undefined;
  const { DatabaseSync } = await import("node:sqlite");
  const { path, pragmas, mostStatements, rowsAtATime } = workerData;
  let { patience } = workerData;
  const statements = new Map();
  const streams = new Map();
  let database;

  const prepare = (text) => {
    let statement = statements.get(text);
    if (statement === undefined) {
      statement = { statement: database.prepare(text) };
      statement.hasColumns = statement.statement.columns().length > 0;
      statement.mayWrite = /\\breturning\\b|^\\s*pragma\\b/i.test(text);
      if (statements.size >= mostStatements) statements.delete(statements.keys().next().value);
      statements.set(text, statement);
    }
    return statement;
  };

  // The same as in this thread: openHere.
  const narrowed = (row) => {
    for (const [name, value] of Object.entries(row))
      if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) row[name] = Number(value);
    return row;
  };
  const rowsOf = ({ statement, mayWrite }, values) => {
    if (!mayWrite) {
      try {
        return statement.all(...values);
      } catch (error) {
        if (error.code !== "ERR_OUT_OF_RANGE") throw error;
      }
    }
    statement.setReadBigInts(true);
    try {
      return statement.all(...values).map(narrowed);
    } finally {
      statement.setReadBigInts(false);
    }
  };

  const run = (text, values = []) => {
    const kept = prepare(text);
    return kept.hasColumns
      ? { rows: rowsOf(kept, values) }
      : { rows: [], numAffectedRows: BigInt(kept.statement.run(...values).changes) };
  };
  const writeOne = ([first, ...others]) => {
    if (first === undefined) return [];
    const { rows } = run(...first);
    if (rows.length > 0) for (const statement of others) run(...statement);
    return rows;
  };
  const writeBehindSavepoint = (write) => {
    run("SAVEPOINT scimkit");
    try {
      const rows = writeOne(write);
      run("RELEASE scimkit");
      return { rows };
    } catch (error) {
      run("ROLLBACK TO scimkit");
      run("RELEASE scimkit");
      return { error: told(error) };
    }
  };
  const told = ({ name, message, code, errcode, errstr }) => ({ name, message, code, errcode, errstr });

  const verbs = {
    open() {
      database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
      for (const pragma of pragmas) database.exec("PRAGMA " + pragma);
    },
    run,
    write(writes) {
      const results = [];
      run("BEGIN IMMEDIATE");
      try {
        for (const write of writes)
          results.push(writes.length === 1 ? { rows: writeOne(write) } : writeBehindSavepoint(write));
        run("COMMIT");
        return { results };
      } catch (error) {
        return { results, failed: { error: told(error) } };
      }
    },
    writeWithin(write) {
      try {
        return writeBehindSavepoint(write);
      } catch (error) {
        return { error: told(error), isLost: true };
      }
    },
    begin(stream, text, values) {
      const statement = database.prepare(text);
      statement.setReadBigInts(true);
      streams.set(stream, statement.iterate(...values));
    },
    next(stream) {
      const rows = [];
      const iterator = streams.get(stream);
      while (rows.length < rowsAtATime) {
        const { done, value } = iterator.next();
        if (done) break;
        rows.push(narrowed(value));
      }
      return rows;
    },
    end(stream) {
      streams.get(stream)?.return();
      streams.delete(stream);
    },
    close() {
      statements.clear();
      database.close();
    },
  };

  const answer = ([verb, ...given]) => {
    try {
      return [undefined, verbs[verb](...given)];
    } catch (error) {
      return [told(error)];
    }
  };
  // What has come in; where the runtime cannot say, the thread is woken for everything.
  const look = () => {
    try {
      return receiveMessageOnPort(parentPort);
    } catch {
      patience = 0;
    }
  };
  parentPort.on("message", (message) => {
    parentPort.postMessage(answer(message));
    // The next statement of a transaction comes at once: to be woken for each takes longer than most of them do.
    let until = performance.now() + patience;
    while (database.isOpen && database.isTransaction && performance.now() < until) {
      const next = look();
      if (next === undefined) continue;
      parentPort.postMessage(answer(next.message));
      until = performance.now() + patience;
    }
  });
  parentPort.postMessage(answer(["open"]));
})();
`;

/** How many rows of a stream cross at a time. */
const ROWS_AT_A_TIME = 100;

/** How long a thread looks out for the next statement of a transaction before it sleeps, in milliseconds. */
const PATIENCE = 0.3;

/** An error as it crosses from a thread: what dialects read of those of node:sqlite. */
interface ToldError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly errcode?: number;
  readonly errstr?: string;
}

/** `Written` as it crosses. */
interface ToldWritten {
  readonly results: readonly (
    | { readonly rows: readonly unknown[]; readonly error?: undefined }
    | { readonly error: ToldError }
  )[];
  readonly failed?: { readonly error: ToldError };
}

type Answer = readonly [error: ToldError | undefined, result?: unknown];

interface Asked {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Opens a connection in a thread of its own; undefined where the runtime starts none, by what it is or by what it is
 * allowed to do.
 *
 * @throws where the file cannot be opened.
 */
export async function openInThread(path: string): Promise<WritingConnection | undefined> {
  const worker = await startWorker(path);
  if (worker === undefined) return undefined;
  const connection = new ConnectionInThread(worker);
  try {
    await connection.opened;
    return connection;
  } catch (error) {
    const hasStarted = !connection.hasEnded;
    await worker.terminate();
    if (hasStarted) throw error;
    return undefined;
  }
}

async function startWorker(path: string): Promise<Worker | undefined> {
  try {
    const threads = await import("node:worker_threads");
    return new threads.Worker(PROGRAM, {
      eval: true,
      workerData: { ...SETTINGS, path, rowsAtATime: ROWS_AT_A_TIME, patience: PATIENCE },
      // What this process was started with, a loader or a test runner, is nothing to it.
      env: {},
      execArgv: [],
    });
  } catch {
    return undefined;
  }
}

class ConnectionInThread implements WritingConnection {
  readonly #worker: Worker;
  /** Answers come in the order of the questions. */
  readonly #asked: Asked[] = [];
  #end: Error | undefined;
  #streams = 0;
  /** Settled by the first answer, which nobody asked for. */
  readonly opened: Promise<unknown>;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.opened = new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
    worker.on("message", (answer: Answer) => this.#take(answer));
    worker.on("messageerror", (error) => this.#fail(error));
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", () => this.#fail(undefined));
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  run<R>(text: string, values: readonly SQLInputValue[]): Promise<QueryResult<R>> {
    return this.#ask("run", text, values) as Promise<QueryResult<R>>;
  }

  async write(writes: readonly SqliteWrite[]): Promise<Written> {
    const { results, failed } = (await this.#ask("write", writes)) as ToldWritten;
    return {
      results: results.map((one) => (one.error === undefined ? one : { error: errorOf(one.error) })),
      ...(failed === undefined ? {} : { failed: { error: errorOf(failed.error) } }),
    };
  }

  async writeWithin(write: SqliteWrite): Promise<SqliteResult & { readonly isLost?: boolean }> {
    const result = (await this.#ask("writeWithin", write)) as ToldWritten["results"][number] & { isLost?: boolean };
    return result.error === undefined ? result : { ...result, error: errorOf(result.error) };
  }

  async *stream<R>(text: string, values: readonly SQLInputValue[]): AsyncIterableIterator<QueryResult<R>> {
    const stream = this.#streams++;
    await this.#ask("begin", stream, text, values);
    try {
      for (;;) {
        const rows = (await this.#ask("next", stream)) as R[];
        if (rows.length > 0) yield { rows };
        if (rows.length < ROWS_AT_A_TIME) return;
      }
    } finally {
      await this.#ask("end", stream);
    }
  }

  async close(): Promise<void> {
    if (this.#end === undefined) await this.#ask("close");
    await this.#worker.terminate();
  }

  #ask(...question: readonly unknown[]): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#worker.postMessage(question);
      // The process waits for an answer, but not for a thread that nobody asks.
      if (this.#asked.length === 0) this.#worker.ref();
      this.#asked.push({ resolve, reject });
    });
  }

  #take([error, result]: Answer): void {
    const asked = this.#asked.shift();
    if (this.#asked.length === 0) this.#worker.unref();
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(errorOf(error));
  }

  /** What was asked may have been done or not, as with a connection to a server that breaks: hence the code. */
  #fail(cause: unknown): void {
    this.#end ??= Object.assign(new Error("The thread of the connection has ended.", { cause }), {
      code: "ECONNRESET",
    });
    for (const { reject } of this.#asked.splice(0)) reject(this.#end);
  }
}

function errorOf({ name, message, ...told }: ToldError): Error {
  const error = Object.assign(new Error(message), told);
  if (name !== error.name) Object.defineProperty(error, "name", { value: name, configurable: true });
  return error;
}
