import { test } from "vitest";
import { conformanceOn } from "./conformance.ts";
import { hasMariadb, mariadbEngine } from "./engines/mariadb.ts";

if (hasMariadb) conformanceOn(mariadbEngine());
else test.skip("MariaDB: no server answers", () => {});
