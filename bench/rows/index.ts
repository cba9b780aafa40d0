import type { Work } from "../harness/work.ts";
import { filterParseRepeating } from "./filter-parse.ts";
import { handleFilter, handleGet, handleList } from "./handle-read.ts";

/** All rows of the table, in its order. */
export const WORKS: readonly Work[] = [filterParseRepeating, handleGet, handleFilter, handleList];
