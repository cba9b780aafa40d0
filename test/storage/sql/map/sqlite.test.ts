import { sqliteEngine } from "../engines.ts";
import { conformanceOver, FEW } from "./conformance.ts";
import { apart, documents, kept, marked, members, organizations, plain, tenants } from "./tables.ts";

conformanceOver(organizations, sqliteEngine("SQLite in memory"));
conformanceOver(plain, sqliteEngine("SQLite in a file"));
conformanceOver(documents, sqliteEngine("SQLite in memory"));
conformanceOver(tenants, sqliteEngine("SQLite in memory"));
conformanceOver(kept, sqliteEngine("SQLite in memory"));
conformanceOver(members, sqliteEngine("SQLite in memory"), FEW);
conformanceOver(marked, sqliteEngine("SQLite in memory"), FEW);
conformanceOver(apart, sqliteEngine("SQLite in memory"), FEW);
