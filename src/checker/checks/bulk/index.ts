import type { Check } from "../../check.ts";
import { limitChecks } from "./limits.ts";
import { operationChecks } from "./operations.ts";
import { referenceChecks } from "./references.ts";
import { resultChecks } from "./results.ts";

/** RFC 7644 §3.7: bulk requests. */
export const bulkChecks: readonly Check[] = [...operationChecks, ...resultChecks, ...referenceChecks, ...limitChecks];
