import type { Check } from "../check.ts";
import { attributes } from "./attributes/index.ts";
import { authentication } from "./authentication.ts";
import { bulkChecks } from "./bulk/index.ts";
import { clientChecks } from "./clients/index.ts";
import { common } from "./common/index.ts";
import { create } from "./create/index.ts";
import { cursorChecks } from "./cursors.ts";
import { remove } from "./delete.ts";
import { discovery } from "./discovery/index.ts";
import { enterprise } from "./enterprise.ts";
import { errors } from "./errors/index.ts";
import { filterChecks } from "./filters/index.ts";
import { groupSectionChecks } from "./groups/index.ts";
import { http } from "./http.ts";
import { lossChecks } from "./losses.ts";
import { media } from "./media.ts";
import { multiValued } from "./multi-valued.ts";
import { pagingChecks } from "./paging.ts";
import { passwords } from "./passwords.ts";
import { patchChecks } from "./patch/index.ts";
import { read } from "./read.ts";
import { replace } from "./replace/index.ts";
import { schemas } from "./schemas/index.ts";
import { searchRequestChecks } from "./search-requests.ts";
import { security } from "./security.ts";
import { sortChecks } from "./sorting.ts";
import { types } from "./types.ts";
import { versions } from "./versions.ts";
import { wholeServerChecks } from "./whole-server.ts";

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
  ...types,
  ...multiValued,
  ...enterprise,
  ...versions,
  ...errors,
  ...media,
  ...http,
  ...authentication,
  ...passwords,
  ...security,
  // Queries, changes and what clients need.
  ...filterChecks,
  ...sortChecks,
  ...pagingChecks,
  ...cursorChecks,
  ...searchRequestChecks,
  ...patchChecks,
  ...groupSectionChecks,
  ...bulkChecks,
  ...wholeServerChecks,
  ...lossChecks,
  ...clientChecks,
];
