import { conformanceOn } from "../conformance.ts";
import { betterSqlite3Engine } from "../engines/better-sqlite3.ts";

conformanceOn(betterSqlite3Engine());
