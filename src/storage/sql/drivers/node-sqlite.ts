import type { Kysely, KyselyConfig } from "kysely";
import { goDirect, type WritingConnection } from "../dialect/direct.ts";
import { kyselyOver } from "./kysely-over.ts";
import { type NodeSqlite, openHere } from "./sqlite-connection.ts";
import { type Connections, SqliteDriver } from "./sqlite-driver.ts";
import { openInThread } from "./sqlite-thread.ts";

/** Two that read, one that writes and one to spare: more threads than cores make nothing faster. */
const DEFAULT_CONNECTIONS = 5;

/** Options of `openSqlite`. */
export interface SqliteOptions {
  /**
   * Most connections to a file: one in this thread, for reads of single resources, and the others in threads of their own for
   * everything else; they are opened when they are needed. `1`: one in this thread, which does nothing else while a statement
   * runs. A database in memory has one. Default 5.
   */
  readonly connections?: number | undefined;
  /** Told of every statement, as Kysely's option `log`. Default: nobody is told. */
  readonly log?: KyselyConfig["log"] | undefined;
}

/**
 * Opens a SQLite database by the module that Node brings along: a file, or `":memory:"` for one that ends with the
 * process. Files are kept in write-ahead mode, and every commit is on the disk before it is answered. It needs Node 22.16
 * (of the 23s, 23.11); older ones lack the module, or what it takes.
 *
 * The module answers no sooner than a statement has ended. So statements on a file run in worker threads, and the event loop
 * goes on meanwhile; only reads of single resources, which take less time than the way to a thread, run in the thread that
 * opened it, and so does everything where a process may start no threads. All statements on a database in memory do: it is for
 * tests. The threads keep no process from ending. `DB` are the tables of the host's own, as of any Kysely.
 *
 * @throws {Error} where the file cannot be opened, with its name and what SQLite says (`cause`), or the runtime is too old, with the version that it takes.
 * @example
 * ```ts
 * import { openSqlite, sqlStorage } from "scimkit/sql";
 * const storage = sqlStorage({ db: await openSqlite("directory.db") });
 * await storage.prepare();
 * ```
 */
export async function openSqlite<DB = unknown>(path: string, options: SqliteOptions = {}): Promise<Kysely<DB>> {
  const sqlite = await loadSqlite();
  const isInMemory = isNoFile(path);
  const most = isInMemory ? 1 : (options.connections ?? DEFAULT_CONNECTIONS);
  const driver = new SqliteDriver(connectionsTo(sqlite, path, most));
  const db = await kyselyOver<DB>(driver, { hasConnections: !isInMemory, log: options.log });
  if (options.log === undefined) goDirect(db, driver);
  return db;
}

/** What each connection would have for itself: the names that stand for memory, as URIs too, and the nameless temporary file. */
function isNoFile(path: string): boolean {
  return (
    path === "" || path === ":memory:" || /^file:(?:(?::memory:)?(?:[?#]|$)|[^#]*[?&]mode=memory(?:[&#]|$))/.test(path)
  );
}

/** Loaded here, so that this file can be loaded where there is no `node:sqlite`. */
async function loadSqlite(): Promise<NodeSqlite> {
  const sqlite: NodeSqlite | undefined = await import("node:sqlite").catch(() => undefined);
  // The youngest of all that is called here.
  if (sqlite !== undefined && "columns" in sqlite.StatementSync.prototype) return sqlite;
  throw new Error(
    `openSqlite needs the node:sqlite of Node 22.16 or newer, and this is ${process.release?.name ?? "a runtime"} ${process.version}. Update it, or give sqlStorage a Kysely over another driver, such as better-sqlite3.`,
  );
}

function connectionsTo(sqlite: NodeSqlite, path: string, most: number): Connections<WritingConnection> {
  return {
    here: openNamed(sqlite, path),
    others: most - 1,
    open: async (): Promise<WritingConnection> => (await openInThread(path)) ?? openHere(sqlite, path),
  };
}

/** SQLite says what is wrong, but not with which file. */
function openNamed(sqlite: NodeSqlite, path: string): WritingConnection {
  try {
    return openHere(sqlite, path);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw Object.assign(new Error(`openSqlite cannot open ${JSON.stringify(path)}: ${problem}`, { cause: error }), {
      code: (error as { code?: unknown }).code,
    });
  }
}
