import { describe } from "vitest";
import { hasMariadb } from "../engines/mariadb.ts";
import { conformanceOver } from "./conformance.ts";
import { mariadbTables } from "./mariadb.ts";
import { organizations, plain } from "./tables.ts";

describe.runIf(hasMariadb)("on a server", () => {
  for (const application of [organizations, plain]) conformanceOver(application, mariadbTables());
});
