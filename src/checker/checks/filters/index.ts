import type { Check } from "../../check.ts";
import { carriageChecks } from "./carriage.ts";
import { elementChecks } from "./elements.ts";
import { logicChecks } from "./logic.ts";
import { malformedChecks } from "./malformed.ts";
import { nameChecks } from "./names.ts";
import { operatorChecks } from "./operators.ts";
import { resultChecks } from "./results.ts";
import { supportChecks } from "./supported.ts";
import { textChecks } from "./text.ts";
import { valueChecks } from "./values.ts";

/** RFC 7644 §3.4.2.2: filters. */
export const filterChecks: readonly Check[] = [
  ...operatorChecks,
  ...logicChecks,
  ...nameChecks,
  ...valueChecks,
  ...textChecks,
  ...elementChecks,
  ...malformedChecks,
  ...resultChecks,
  ...carriageChecks,
  ...supportChecks,
];
