import { betterSqlite3Engine } from "../engines/better-sqlite3.ts";
import { libsqlEngine } from "../engines/libsql.ts";
import { postgresJsEngine } from "../engines/postgres-js.ts";
import { hasPostgres } from "../engines.ts";
import { conformanceOver } from "../map/conformance.ts";
import { documents, organizations } from "../map/tables.ts";

conformanceOver(organizations, betterSqlite3Engine());
conformanceOver(organizations, libsqlEngine());
if (hasPostgres) {
  conformanceOver(organizations, postgresJsEngine());
  // Columns of JSON, which this driver encodes by itself.
  conformanceOver(documents, postgresJsEngine());
}
