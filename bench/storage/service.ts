// The service as a host runs it: handle over a pool of pg, whose limits are those of `npm start`, only shorter.
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { createScim, EnterpriseUserSchema, Group, type Scim, type ScimNotice, User } from "../../src/index.ts";
import { namedStatements, type SqlStorage, sqlStorage } from "../../src/storage/sql/index.ts";

/** Longest that a request takes, in milliseconds. */
export const TIMEOUT = 3000;

/** Longest that a request waits for a connection, and a connection for an answer. */
export const CONNECTION_TIMEOUT = 1000;
export const QUERY_TIMEOUT = 2000;

export interface Service {
  readonly scim: Scim;
  readonly storage: SqlStorage;
  readonly pool: pg.Pool;
  /** What the server knows its connections by. */
  readonly name: string;
  /** What `onNotice` was told of failures. */
  readonly faults: Extract<ScimNotice, { type: "fault" }>[];
  close(): Promise<void>;
}

/** How a service is opened: with statements that have names, or as `pg` is by itself. */
export interface Opening {
  readonly isNamed?: boolean;
}

/** Opens the service over the tables at `url`. As `pg` is by itself, no answer is late: `timeout` alone ends a request. */
export function openService(url: string, { isNamed = true }: Opening = {}): Service {
  const name = `scimkit-${crypto.randomUUID().slice(0, 8)}`;
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    application_name: name,
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    ...(isNamed ? { query_timeout: QUERY_TIMEOUT } : {}),
  });
  pool.on("error", () => undefined);
  // What `namedStatements` does besides, and a host without it has to.
  if (!isNamed) pool.on("connect", (client) => client.on("error", () => undefined));
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: isNamed ? namedStatements(pool) : pool }) });
  const storage = sqlStorage({ db });
  const faults: Service["faults"] = [];
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    timeout: TIMEOUT,
    paging: { cursorSecret: "of the bench's own, and 32 or longer", cursorTimeout: 10_800 },
    onNotice: (event) => {
      if (event.type === "fault") faults.push(event);
    },
  });
  return { scim, storage, pool, name, faults, close: () => db.destroy() };
}
