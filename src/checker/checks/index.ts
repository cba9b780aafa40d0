import type { Check } from "../check.ts";
import { common } from "./common/index.ts";
import { discovery } from "./discovery/index.ts";
import { schemas } from "./schemas/index.ts";

/** Every check, in the order in which they are tried: the sections of the RFCs. */
export const checks: readonly Check[] = [
  // What the server says of itself, and single resources.
  ...discovery,
  ...schemas,
  ...common,
  // Queries, changes and what clients need.
];
