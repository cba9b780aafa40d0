/** Filters for adapter authors: parse, print, resolve against a resource type, evaluate, walk. @see RFC 7644 §3.4.2.2 */

export type { ValueLimits } from "../schema/validate.ts";
export type { ResourceObject } from "../schema/value.ts";
export * from "./ast.ts";
export { DEFAULT_FILTER_LIMITS, type FilterLimits } from "./limits.ts";
export { compareBy, sortKey } from "./order.ts";
export type { FilterParseOptions, ParsedPath } from "./parse-options.ts";
export { parseFilter, parsePath } from "./parser.ts";
export { elementTest, predicateOf } from "./predicate.ts";
export { printFilter } from "./print.ts";
export { filterablePath, type ResolveOptions, resolveFilter } from "./resolve.ts";
export { type Explanation, explain, type Supports, weaken } from "./weaken.ts";
