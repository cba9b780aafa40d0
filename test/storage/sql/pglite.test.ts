import { conformanceOn } from "./conformance.ts";
import { pgliteEngine } from "./engines.ts";

conformanceOn(pgliteEngine());
