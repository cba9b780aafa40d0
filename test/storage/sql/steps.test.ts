import { test } from "vitest";
import { conformanceOn } from "./conformance.ts";
import { stepsEngine, WITHOUT_GLOBAL } from "./engines/steps.ts";
import { hasPostgres } from "./engines.ts";

if (hasPostgres) conformanceOn(stepsEngine(), WITHOUT_GLOBAL);
else test.skip("PostgreSQL in steps: no server answers", () => {});
