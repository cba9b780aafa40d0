import type { Filter } from "./ast.ts";
import { filterByGrammar, pathByGrammar } from "./grammar.ts";
import type { FilterParseOptions, ParsedPath } from "./parse-options.ts";
import { recogniseFilter, recognisePath } from "./recognise.ts";

/**
 * Parses a filter. `and` and `or` are n-ary: there is no `and` directly in an `and`, and no `or` directly in an `or`.
 *
 * @throws {ScimError} 400 invalidFilter with position, what was found, what was expected, and a caret.
 * @example
 * ```ts
 * import { parseFilter } from "scimkit/filter";
 * parseFilter('userName eq "ada" and active eq true');
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function parseFilter(text: string, options: FilterParseOptions = {}): Filter<string> {
  return recogniseFilter(text, options) ?? filterByGrammar(text, options);
}

/**
 * Parses the path of a PATCH operation.
 *
 * @throws {ScimError} 400 invalidPath, or invalidFilter for what stands between the brackets.
 * @example
 * ```ts
 * import { parsePath } from "scimkit/filter";
 * parsePath('emails[type eq "work"].value'); // { path: "emails", filter: { … }, sub: "value" }
 * ```
 * @see RFC 7644 §3.5.2
 */
export function parsePath(text: string, options: FilterParseOptions = {}): ParsedPath {
  return recognisePath(text, options) ?? pathByGrammar(text, options);
}
