import type { StorageAdapter } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { namedStatements, openSqlite, sqlStorage } from "scimkit/sql";
import type { Log } from "./log.ts";
import { SettingError } from "./settings.ts";

/** Where an example keeps its resources. */
export interface OpenStorage {
  readonly storage: StorageAdapter;
  /** The end of the sentence "SCIM 2.0 by scimkit …". */
  readonly description: string;
  close(): Promise<void>;
}

/**
 * Opens what SCIM_DATABASE names: `memory`, `postgres://…` with one host or several, or the path of a SQLite file, which is made where there
 * is none.
 */
export async function openStorage(database: string, log?: Log): Promise<OpenStorage> {
  if (database === "memory") {
    return {
      storage: memoryStorage(),
      description: "in memory: what it holds is gone when it stops",
      async close() {},
    };
  }
  const isPostgres = /^postgres(?:ql)?:\/\//.test(database);
  const db = await (isPostgres ? openPostgres(database, log) : openSqlite(database)).catch(refuse);
  const storage = sqlStorage({ db });
  // At every start: makes the tables, or brings them up to date; where they are, it only looks.
  await (isPostgres ? preparePostgres(database, log) : storage.prepare()).catch(refuse);
  const description = isPostgres
    ? "on PostgreSQL"
    : database === ":memory:"
      ? "on SQLite in memory"
      : `on SQLite in ${database}`;
  return { storage, description, close: () => db.destroy() };
}

/** What to do, where the reason speaks to programmers or names the file that asked. */
const ADVICE = [
  [/'pg'/, "PostgreSQL needs the driver pg beside scimkit: npm install pg"],
  [
    /node:sqlite/,
    `SQLite needs Node 22.16 or newer, and this is ${process.version}. Update it, or keep everything in memory: SCIM_DATABASE=memory`,
  ],
] as const;

/** Longest that a request waits for a connection, in milliseconds. */
const LONGEST_WAIT = 10_000;

/** Longest that a statement may take, less than the `timeout` of a request; then its connection is closed, whatever is behind it. */
const LONGEST_STATEMENT = 25_000;

/** Most connections: a request has one at a time. Fewer than the server allows, divided by the processes that there are. */
const MOST_CONNECTIONS = 10;

async function openPostgres(url: string, log: Log | undefined, longest = LONGEST_STATEMENT) {
  const [{ Kysely, PostgresDialect }, { hostsOf, poolOf }] = await Promise.all([
    import("kysely"),
    import("./several-hosts.ts"),
  ]);
  const pool = poolOf(hostsOf(url), {
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: LONGEST_WAIT,
    query_timeout: longest,
    // What is between us and the server may forget a connection that nobody uses.
    keepAlive: true,
    keepAliveInitialDelayMillis: LONGEST_WAIT,
  });
  // A connection that the server closes while nobody uses it; the next request gets a new one.
  const tell = (error: Error): void => log?.onNotice({ type: "fault", error, context: undefined });
  pool.on("error", tell);
  return new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: namedStatements(pool, { onGivenUp: tell }) }),
  });
}

/** With all the time that it takes: an index over many rows needs longer than a request has. */
async function preparePostgres(url: string, log: Log | undefined): Promise<void> {
  const db = await openPostgres(url, log, 0);
  await sqlStorage({ db })
    .prepare()
    .finally(() => db.destroy());
}

function refuse(error: unknown): never {
  const { cause = error } = error as { cause?: unknown };
  const reason = cause instanceof Error ? cause.message : String(cause);
  const advice = ADVICE.find(([words]) => words.test(reason))?.[1];
  throw new SettingError(`SCIM_DATABASE cannot be used: ${advice ?? reason}`);
}
