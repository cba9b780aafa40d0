import { conformanceOn } from "./conformance.ts";
import { sqliteEngine } from "./engines.ts";

conformanceOn(sqliteEngine("SQLite in memory"));
conformanceOn(sqliteEngine("SQLite in a file"));
