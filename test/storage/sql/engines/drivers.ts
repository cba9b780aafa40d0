import { type Engine, hasPostgres } from "../engines.ts";
import { betterSqlite3Engine } from "./better-sqlite3.ts";
import { libsqlEngine } from "./libsql.ts";
import { postgresJsEngine } from "./postgres-js.ts";

/** What stands between Kysely and a database that the other engines have as well. */
export function driverEngines(): readonly Engine[] {
  return [betterSqlite3Engine(), libsqlEngine(), ...(hasPostgres ? [postgresJsEngine()] : [])];
}
