import { test } from "vitest";
import { conformanceOn } from "../conformance.ts";
import { postgresJsEngine } from "../engines/postgres-js.ts";
import { hasPostgres } from "../engines.ts";

if (hasPostgres) conformanceOn(postgresJsEngine());
else test.skip("postgres.js: no server answers", () => {});
