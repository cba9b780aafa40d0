import type { Check } from "../check.ts";
import { attributes } from "./attributes/index.ts";
import { common } from "./common/index.ts";
import { create } from "./create/index.ts";
import { cursorChecks } from "./cursors.ts";
import { remove } from "./delete.ts";
import { discovery } from "./discovery/index.ts";
import { filterChecks } from "./filters/index.ts";
import { listAttributeChecks } from "./list-attributes.ts";
import { pagingChecks } from "./paging.ts";
import { patchChecks } from "./patch/index.ts";
import { read } from "./read.ts";
import { replace } from "./replace/index.ts";
import { schemas } from "./schemas/index.ts";
import { searchRequestChecks } from "./search-requests.ts";
import { sortChecks } from "./sorting.ts";

/** Every check, in the order in which they are tried: the sections of the RFCs. */
export const checks: readonly Check[] = [
  // What the server says of itself, and single resources.
  ...discovery,
  ...schemas,
  ...common,
  ...create,
  ...read,
  ...attributes,
  ...replace,
  ...remove,
  // Queries, changes and what clients need.
  ...filterChecks,
  ...sortChecks,
  ...pagingChecks,
  ...cursorChecks,
  ...searchRequestChecks,
  ...listAttributeChecks,
  ...patchChecks,
];
