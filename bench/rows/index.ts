import type { Work } from "../harness/work.ts";
import { bearer } from "./bearer.ts";
import { filterParseRepeating } from "./filter-parse.ts";
import { jsonNames } from "./json-names.ts";

/** All rows of the table, in its order. */
export const WORKS: readonly Work[] = [filterParseRepeating, bearer, jsonNames];
