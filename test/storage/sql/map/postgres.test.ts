import { hasPostgres, pgliteEngine, postgresEngine } from "../engines.ts";
import { conformanceOver, FEW } from "./conformance.ts";
import { apart, documents, kept, marked, members, organizations, plain, tenants } from "./tables.ts";

conformanceOver(organizations, hasPostgres ? postgresEngine() : pgliteEngine());
conformanceOver(plain, hasPostgres ? postgresEngine() : pgliteEngine());
conformanceOver(documents, hasPostgres ? postgresEngine() : pgliteEngine());
conformanceOver(tenants, hasPostgres ? postgresEngine() : pgliteEngine());
conformanceOver(kept, hasPostgres ? postgresEngine() : pgliteEngine());
conformanceOver(members, hasPostgres ? postgresEngine() : pgliteEngine(), FEW);
conformanceOver(marked, hasPostgres ? postgresEngine() : pgliteEngine(), FEW);
conformanceOver(apart, hasPostgres ? postgresEngine() : pgliteEngine(), FEW);
