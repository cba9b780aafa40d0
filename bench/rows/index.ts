import type { Work } from "../harness/work.ts";
import { filterParseRepeating } from "./filter-parse.ts";
import { SQL_WORKS } from "./sql-adapter.ts";

/** All rows of the table, in its order. */
export const WORKS: readonly Work[] = [filterParseRepeating, ...SQL_WORKS];
