import { hasMariadb } from "../../engines/mariadb.ts";
import { type Engine, hasPostgres, pgliteEngine, postgresEngine, sqliteEngine } from "../../engines.ts";
import { mariadbTables } from "../mariadb.ts";

/** The databases that the typical schema is made in: MariaDB where a server answers. */
export const engines = (): readonly Engine[] => [
  sqliteEngine("SQLite in memory"),
  hasPostgres ? postgresEngine() : pgliteEngine(),
  ...(hasMariadb ? [mariadbTables()] : []),
];
