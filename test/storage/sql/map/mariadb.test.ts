import { describe } from "vitest";
import { pickSize } from "../../../support/size.ts";
import { hasMariadb } from "../engines/mariadb.ts";
import { conformanceOver } from "./conformance.ts";
import { mariadbTables } from "./mariadb.ts";
import { documents, kept, organizations, plain, tenants } from "./tables.ts";

const APPLICATIONS = pickSize("applications on MariaDB", { everyday: 2, thorough: 5 });

describe.runIf(hasMariadb)("on a server", () => {
  const all = [organizations, plain, documents, tenants, kept];
  for (const application of all.slice(0, APPLICATIONS)) conformanceOver(application, mariadbTables());
});
