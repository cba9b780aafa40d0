import type { Check } from "../check.ts";
import { common } from "./common/index.ts";
import { cursorChecks } from "./cursors.ts";
import { discovery } from "./discovery/index.ts";
import { filterChecks } from "./filters/index.ts";
import { listAttributeChecks } from "./list-attributes.ts";
import { pagingChecks } from "./paging.ts";
import { patchChecks } from "./patch/index.ts";
import { schemas } from "./schemas/index.ts";
import { searchRequestChecks } from "./search-requests.ts";
import { sortChecks } from "./sorting.ts";

/** Every check, in the order in which they are tried: the sections of the RFCs. */
export const checks: readonly Check[] = [
  // What the server says of itself, and single resources.
  ...discovery,
  ...schemas,
  ...common,
  // Queries, changes and what clients need.
  ...filterChecks,
  ...sortChecks,
  ...pagingChecks,
  ...cursorChecks,
  ...searchRequestChecks,
  ...listAttributeChecks,
  ...patchChecks,
];
