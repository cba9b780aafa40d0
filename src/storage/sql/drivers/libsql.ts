import type { Kysely, KyselyConfig, QueryResult } from "kysely";
import type { SqliteConnection } from "../dialect/direct.ts";
import { kyselyOver } from "./kysely-over.ts";
import { SqliteDriver } from "./sqlite-driver.ts";

/** A value as `@libsql/client` takes it. */
type LibsqlValue = null | string | number | bigint | boolean | ArrayBuffer | Uint8Array | Date;

/** What runs statements of `@libsql/client`. */
interface LibsqlExecutor {
  execute(statement: { sql: string; args: LibsqlValue[] }): Promise<LibsqlResult>;
}

interface LibsqlResult {
  readonly columns: readonly string[];
  readonly rows: readonly object[];
  readonly rowsAffected: number;
}

interface LibsqlTransaction extends LibsqlExecutor {
  commit(): Promise<void>;
  rollback(): Promise<void>;
  executeMultiple(statements: string): Promise<void>;
  close(): void;
}

/** What `openLibsql` needs of the client that `createClient` of `@libsql/client` gives. */
export interface LibsqlClient extends LibsqlExecutor {
  /** `"file"` where the client opens the file itself. */
  readonly protocol: string;
  transaction(mode: "write" | "deferred"): Promise<LibsqlTransaction>;
  close(): void;
}

/** Fewer than the 20 that a client has by default. */
const DEFAULT_CONNECTIONS = 5;

/** Options of `openLibsql`. */
export interface LibsqlOptions {
  /**
   * Most transactions at a time, less than the `concurrency` of the client, which refuses what is one too many. `1`: one statement
   * or transaction at a time, as a database in memory and an embedded replica need it. Default 5.
   */
  readonly connections?: number | undefined;
  /** Told of every statement, as Kysely's option `log`. Default: nobody is told. */
  readonly log?: KyselyConfig["log"] | undefined;
}

/**
 * A Kysely over a client of `@libsql/client` (0.18 or newer), whose `destroy` closes the client. A client has no connections to hand
 * out: it runs each statement wherever it likes, and has transactions of its own, which are what `BEGIN`, `COMMIT` and `ROLLBACK` come to
 * here. So a PRAGMA that is of a connection says nothing to the next statement; that foreign keys are looked at, and that every
 * commit is on the disk before it is answered, is what libSQL does by itself. Leave `intMode` of the client as it is.
 *
 * It is tried on files. `DB` are the tables of the host's own, as of any Kysely.
 *
 * @example
 * ```ts
 * import { createClient } from "@libsql/client";
 * import { openLibsql, sqlStorage } from "scimkit/sql";
 * const storage = sqlStorage({ db: await openLibsql(createClient({ url: "file:directory.db" })) });
 * await storage.prepare();
 * ```
 */
export async function openLibsql<DB = unknown>(
  client: LibsqlClient,
  { connections = DEFAULT_CONNECTIONS, log }: LibsqlOptions = {},
): Promise<Kysely<DB>> {
  const driver = new SqliteDriver({
    here: new LibsqlConnection(client, () => client.close()),
    others: connections - 1,
    open: async () => new LibsqlConnection(client),
  });
  return kyselyOver<DB>(driver, { hasConnections: connections > 1, log });
}

/** What Kysely has for a connection: the client, or a transaction of it from its beginning to its end. */
class LibsqlConnection implements SqliteConnection {
  readonly hasEnded = false;
  readonly #client: LibsqlClient;
  readonly #close: () => void;
  #transaction: LibsqlTransaction | undefined;

  constructor(client: LibsqlClient, close: () => void = () => undefined) {
    this.#client = client;
    this.#close = close;
  }

  async run<R>(text: string, values: readonly unknown[]): Promise<QueryResult<R>> {
    if (await this.#turns(text)) return { rows: [] };
    const executor = this.#transaction ?? this.#client;
    const { columns, rows, rowsAffected } = await executor.execute({ sql: text, args: values as LibsqlValue[] });
    return columns.length > 0 ? { rows: rows as R[] } : { rows: [], numAffectedRows: BigInt(rowsAffected) };
  }

  /** All at once: a client has no other way. */
  async *stream<R>(text: string, values: readonly unknown[]): AsyncIterableIterator<QueryResult<R>> {
    yield await this.run<R>(text, values);
  }

  async close(): Promise<void> {
    this.#close();
  }

  /** Whether a statement begins or ends a transaction, which is then done. */
  async #turns(text: string): Promise<boolean> {
    const word = text.toUpperCase();
    if (word === "BEGIN" || word === "BEGIN IMMEDIATE") {
      this.#transaction = await begun(this.#client, word === "BEGIN" ? "deferred" : "write");
      return true;
    }
    if (word !== "COMMIT" && word !== "ROLLBACK") return false;
    const transaction = this.#transaction;
    this.#transaction = undefined;
    // A COMMIT that failed has ended the transaction, and took back what was in it: the next one must not pass for a success.
    if (word === "COMMIT" && transaction === undefined)
      throw Object.assign(new Error("The transaction has ended."), { code: "TRANSACTION_CLOSED" });
    await (word === "COMMIT" ? transaction?.commit() : transaction?.rollback());
    return true;
  }
}

/**
 * Begins a transaction. The client begins one that writes by a statement that it does not reset where another process writes to the
 * file: every later COMMIT of the connection would fail for it, until it is collected (libsql-client-ts issue 352, as of 0.18.0). So it begins in a
 * text of several, which leaves nothing behind.
 */
async function begun(client: LibsqlClient, mode: "write" | "deferred"): Promise<LibsqlTransaction> {
  if (mode === "deferred" || client.protocol !== "file") return client.transaction(mode);
  const transaction = await client.transaction("deferred");
  try {
    await transaction.executeMultiple("COMMIT; BEGIN IMMEDIATE");
    return transaction;
  } catch (error) {
    transaction.close();
    throw error;
  }
}
