import { PostgresJSDialect } from "kysely-postgres-js";
import postgres from "postgres";
import { type Engine, POSTGRES_URL, postgresLike } from "../engines.ts";

/** A PostgreSQL server by postgres.js, which looks at the types that the server gives to parameters. */
export function postgresJsEngine(connections = 8): Engine {
  return postgresLike("postgres.js", async () => new PostgresJSDialect({ postgres: postgres(POSTGRES_URL, { max: connections, onnotice: () => undefined }) }));
}
