import type { Work } from "../harness/work.ts";
import { filterParseNewShapes } from "./filter-new-shapes.ts";
import { filterParseRepeating } from "./filter-parse.ts";
import { filterPredicate, filterPredicateDates } from "./filter-predicate.ts";

/** All rows of the table, in its order. */
export const WORKS: readonly Work[] = [
  filterParseRepeating,
  filterParseNewShapes,
  filterPredicate,
  filterPredicateDates,
];
