import type { Work } from "../harness/work.ts";
import { filterParseRepeating } from "./filter-parse.ts";
import { patchActive, patchEntra } from "./patch-engine.ts";

/** All rows of the table, in its order. */
export const WORKS: readonly Work[] = [filterParseRepeating, patchActive, patchEntra];
