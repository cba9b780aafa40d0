/** What Kysely's `PostgresDialect` needs of a client of `pg`. */
interface Client {
  query(...given: unknown[]): unknown;
  on?(event: "error", listener: () => void): unknown;
}

/** What it needs of a pool. */
interface Pool {
  connect(): Promise<Client>;
}

/** How many different statements get a name; a text that is longer than `LONGEST_TEXT` gets none. */
const MOST_NAMES = 500;
const LONGEST_TEXT = 20_000;

/**
 * Lets PostgreSQL plan each statement once a connection instead of each time: gives the statements that go through a
 * pool of `pg` names, as prepared statements have. Use it where connections reach the server as they are, or through a
 * pooler that knows prepared statements (PgBouncer 1.21 and newer); it is the only thing here that a session remembers.
 * A connection that breaks in the middle of its work is a 503 and nothing more, where `pg` by itself would end the
 * process.
 *
 * @example
 * ```ts
 * import { Kysely, PostgresDialect } from "kysely";
 * import pg from "pg";
 * import { namedStatements, sqlStorage } from "scimkit/sql";
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
 * const storage = sqlStorage({ db: new Kysely({ dialect: new PostgresDialect({ pool: namedStatements(pool) }) }) });
 * ```
 */
export function namedStatements<P extends Pool>(pool: P): P {
  // A connection knows a name once, so that a pool has one set of names however often it is asked for.
  const known = POOLS.get(pool) as P | undefined;
  if (known !== undefined) return known;
  const names = new Map<string, string>();
  const clients = new WeakMap<Client, Client>();
  const nameOf = (text: string): string | undefined => {
    let name = names.get(text);
    if (name === undefined && names.size < MOST_NAMES && text.length <= LONGEST_TEXT) {
      name = `scimkit_${names.size}`;
      names.set(text, name);
    }
    return name;
  };
  const nameStatements = (client: Client): Client => {
    let wrapped = clients.get(client);
    if (wrapped === undefined) {
      // A connection that breaks while it is in use fails the statement that runs on it. Without a listener it would
      // end the process besides: the pool listens only to those that are idle.
      client.on?.("error", () => undefined);
      wrapped = wrap(client, {
        query: (...given: unknown[]) => {
          const [text, values] = given;
          const name = typeof text === "string" && isNameable(text) ? nameOf(text) : undefined;
          return name === undefined ? client.query(...given) : client.query({ name, text, values });
        },
      });
      clients.set(client, wrapped);
    }
    return wrapped;
  };
  const all = wrap(pool, { connect: async () => nameStatements(await pool.connect()) });
  POOLS.set(pool, all);
  POOLS.set(all, all);
  return all;
}

const POOLS = new WeakMap<object, object>();

/** Only what reads and writes rows: the rest cannot be prepared, or is not worth it. */
function isNameable(text: string): boolean {
  return /^(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b/i.test(text);
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
