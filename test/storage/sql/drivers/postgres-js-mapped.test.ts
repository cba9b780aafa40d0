import { postgresJsEngine } from "../engines/postgres-js.ts";
import { hasPostgres, pgliteEngine } from "../engines.ts";
import { conformanceOver } from "../map/conformance.ts";
import { documents, organizations } from "../map/tables.ts";

conformanceOver(organizations, hasPostgres ? postgresJsEngine() : pgliteEngine());
conformanceOver(documents, hasPostgres ? postgresJsEngine() : pgliteEngine());
