import type { Check } from "../check.ts";
import { cursorChecks } from "./cursors.ts";
import { filterChecks } from "./filters/index.ts";
import { listAttributeChecks } from "./list-attributes.ts";
import { pagingChecks } from "./paging.ts";
import { patchChecks } from "./patch/index.ts";
import { searchRequestChecks } from "./search-requests.ts";
import { sortChecks } from "./sorting.ts";

/** Every check, in the order in which they are tried: the sections of the RFCs. */
export const checks: readonly Check[] = [
  ...filterChecks,
  ...sortChecks,
  ...pagingChecks,
  ...cursorChecks,
  ...searchRequestChecks,
  ...listAttributeChecks,
  ...patchChecks,
];
