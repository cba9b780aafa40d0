import type { Work } from "../harness/work.ts";
import { bearer } from "./bearer.ts";
import { bulkCreates } from "./bulk.ts";
import { filterParseNewShapes } from "./filter-new-shapes.ts";
import { filterParseRepeating } from "./filter-parse.ts";
import { filterPredicate, filterPredicateDates } from "./filter-predicate.ts";
import { handleFilter, handleGet, handleList } from "./handle-read.ts";
import { handleAddMember, handlePatchActive, handlePost, handlePut } from "./handle-write.ts";
import { jsonNames } from "./json-names.ts";
import { patchActive, patchEntra } from "./patch-engine.ts";
import { SQL_WORKS } from "./sql-adapter.ts";
import { sqlBulkCreates } from "./sql-bulk.ts";

/** All rows of the table, in its order. */
export const WORKS: readonly Work[] = [
  filterParseRepeating,
  handleGet,
  handleFilter,
  handleList,
  handlePost,
  handlePatchActive,
  handleAddMember,
  handlePut,
  bulkCreates,
  patchActive,
  patchEntra,
  bearer,
  jsonNames,
  filterParseNewShapes,
  filterPredicate,
  filterPredicateDates,
  ...SQL_WORKS,
  sqlBulkCreates,
];
