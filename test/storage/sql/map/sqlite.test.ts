import { sqliteEngine } from "../engines.ts";
import { conformanceOver } from "./conformance.ts";
import { organizations, plain } from "./tables.ts";

conformanceOver(organizations, sqliteEngine("SQLite in memory"));
conformanceOver(plain, sqliteEngine("SQLite in a file"));
