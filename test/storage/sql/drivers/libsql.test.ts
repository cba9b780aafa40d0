import { conformanceOn } from "../conformance.ts";
import { libsqlEngine } from "../engines/libsql.ts";

conformanceOn(libsqlEngine());
