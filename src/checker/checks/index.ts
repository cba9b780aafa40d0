import type { Check } from "../check.ts";
import { bulkChecks } from "./bulk/index.ts";
import { clientChecks } from "./clients/index.ts";
import { common } from "./common/index.ts";
import { cursorChecks } from "./cursors.ts";
import { discovery } from "./discovery/index.ts";
import { filterChecks } from "./filters/index.ts";
import { groupSectionChecks } from "./groups/index.ts";
import { listAttributeChecks } from "./list-attributes.ts";
import { lossChecks } from "./losses.ts";
import { pagingChecks } from "./paging.ts";
import { patchChecks } from "./patch/index.ts";
import { schemas } from "./schemas/index.ts";
import { searchRequestChecks } from "./search-requests.ts";
import { sortChecks } from "./sorting.ts";
import { wholeServerChecks } from "./whole-server.ts";

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
  ...groupSectionChecks,
  ...bulkChecks,
  ...wholeServerChecks,
  ...lossChecks,
  ...clientChecks,
];
