import { pgliteEngine } from "../engines.ts";
import { conformanceOver } from "./conformance.ts";
import { organizations } from "./tables.ts";

conformanceOver(organizations, pgliteEngine());
