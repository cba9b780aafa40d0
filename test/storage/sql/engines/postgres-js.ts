import { PostgresJSDialect } from "kysely-postgres-js";
import postgres from "postgres";
import { type Engine, POSTGRES_URL, postgresLike } from "../engines.ts";

/** A PostgreSQL server by postgres.js, which encodes parameters by the types that the server gives them. */
export function postgresJsEngine(): Engine {
  // Once for all that is opened: the engine ends the last one, and the connections with it.
  const connections = postgres(POSTGRES_URL, { max: 8, onnotice: () => undefined });
  return postgresLike("postgres.js", async () => new PostgresJSDialect({ postgres: connections }));
}
