/** What Kysely's `PostgresDialect` needs of a client of `pg`. */
interface Client {
  query(...given: unknown[]): unknown;
  release?(isBroken?: unknown): unknown;
  on?(event: "error", listener: () => void): unknown;
}

/** What it needs of a pool. */
interface Pool {
  connect(): Promise<Client>;
}

/** How many different statements get a name; a text that is longer than `LONGEST_TEXT` gets none. */
const MOST_NAMES = 500;
const LONGEST_TEXT = 20_000;

/** What is said of a name by a server that was not told of it, or was by somebody else: a pooler is in between. */
const UNKNOWN_NAME = "26000";
const TAKEN_NAME = "42P05";

const GIVEN_UP =
  "A pooler between this process and PostgreSQL keeps no prepared statements: from now on statements have no names, and each is planned each time. PgBouncer keeps them from 1.21 on, with max_prepared_statements.";

/** What `pg` says when its `query_timeout` has passed. */
const LATE = "Query read timeout";

/** Options of `namedStatements`. */
export interface NamedStatementsOptions {
  /**
   * Told once, where a pooler that keeps no prepared statements is in between, and statements go without names from now on: each is
   * planned each time. The `cause` is what was said of the first one. Default: nobody is told, and no request fails for it.
   */
  readonly onGivenUp?: ((error: Error) => void) | undefined;
}

/**
 * Lets PostgreSQL plan each statement once a connection instead of each time: gives the statements that go through a
 * pool of `pg` names, as prepared statements have. A name stands for the same text in every process, so that a pooler may hand the
 * connections around: one that knows prepared statements (PgBouncer 1.21 and newer) keeps them, and behind one that does not, the
 * first refusal takes all names away for as long as the process runs, and what was refused is sent again without. Nothing else
 * here is remembered by a session.
 *
 * A connection that breaks in the middle of its work is a 503 and nothing more, where `pg` by itself would end the
 * process. One whose answer is late by the pool's `query_timeout` is closed, where `pg` would lend it to the next: nobody knows
 * what it still does, or in whose transaction.
 *
 * @example
 * ```ts
 * import { Kysely, PostgresDialect } from "kysely";
 * import pg from "pg";
 * import { namedStatements, sqlStorage } from "scimkit/sql";
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 10_000, query_timeout: 25_000 });
 * const storage = sqlStorage({ db: new Kysely({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) }) });
 * ```
 */
export function namedStatements<P extends Pool>(pool: P, { onGivenUp }: NamedStatementsOptions = {}): P {
  // A connection knows a name once, so that a pool has one set of names however often it is asked for.
  const known = POOLS.get(pool) as P | undefined;
  if (known !== undefined) return known;
  const names = createNames(onGivenUp);
  const clients = new WeakMap<Client, Client>();
  const wrapOnce = (client: Client): Client => {
    let wrapped = clients.get(client);
    if (wrapped === undefined) {
      wrapped = wrapClient(client, names);
      clients.set(client, wrapped);
    }
    return wrapped;
  };
  const all = wrap(pool, { connect: async () => wrapOnce(await pool.connect()) });
  POOLS.set(pool, all);
  POOLS.set(all, all);
  return all;
}

const POOLS = new WeakMap<object, object>();

/** The names of a pool's statements. */
interface Names {
  /** Undefined for what gets none. */
  of(text: unknown): string | undefined;
  /** From now on nothing has a name. */
  giveUp(because: unknown): void;
}

function createNames(onGivenUp: NamedStatementsOptions["onGivenUp"]): Names {
  const names = new Map<string, string>();
  let isGivenUp = false;
  return {
    of(text) {
      if (isGivenUp || typeof text !== "string" || !isNameable(text)) return undefined;
      let name = names.get(text);
      if (name === undefined && names.size < MOST_NAMES && text.length <= LONGEST_TEXT) {
        name = `scimkit_${hashOf(text, 1)}${hashOf(text, 2)}`;
        names.set(text, name);
      }
      return name;
    },
    giveUp(cause) {
      if (isGivenUp) return;
      isGivenUp = true;
      onGivenUp?.(new Error(GIVEN_UP, { cause }));
    },
  };
}

function wrapClient(client: Client, names: Names): Client {
  // A connection that breaks while it is in use fails the statement that runs on it. Without a listener it would
  // end the process besides: the pool listens only to those that are idle.
  client.on?.("error", () => undefined);
  let late: unknown;
  const note = (error: unknown): never => {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    if (code === UNKNOWN_NAME || code === TAKEN_NAME) names.giveUp(error);
    if (message === LATE) late = error;
    throw error;
  };
  return wrap(client, {
    query: (...given: unknown[]) => {
      // A ROLLBACK, say, would wait behind what is late, and come to nothing.
      if (late !== undefined) return Promise.reject(late);
      const [text, values] = given;
      const name = names.of(text);
      const result = name === undefined ? client.query(...given) : client.query({ name, text, values });
      return result instanceof Promise ? result.catch(note) : result;
    },
    release: (isBroken?: unknown) => client.release?.(late ?? isBroken),
  });
}

/** Only what reads and writes rows: the rest cannot be prepared, or is not worth it. */
function isNameable(text: string): boolean {
  return /^(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b/i.test(text);
}

/** 53 bits of a text, after cyrb53: no secret, and wide enough that two of a program's statements do not meet. */
function hashOf(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}

/** An object as it is but for some of its methods. */
function wrap<T extends object>(target: T, methods: { readonly [name: string]: unknown }): T {
  return new Proxy(target, {
    get(object, property) {
      if (typeof property === "string" && Object.hasOwn(methods, property)) return methods[property];
      const value: unknown = Reflect.get(object, property, object);
      return typeof value === "function" ? value.bind(object) : value;
    },
  });
}
