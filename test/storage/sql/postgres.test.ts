import { test } from "vitest";
import { conformanceOn } from "./conformance.ts";
import { hasPostgres, postgresEngine } from "./engines.ts";

if (hasPostgres) conformanceOn(postgresEngine());
else test.skip("PostgreSQL: no server answers; PGlite stands in for it", () => {});
