import { type Steps, Unfinished, type Work } from "../time-slice.ts";
import type { Filter } from "./ast.ts";
import type { FilterParseOptions, ParsedPath } from "./parse-options.ts";
import { recogniseFilter, recognisePath } from "./recognise.ts";

// As parser.ts, for those who can wait. The grammar is a third of the package, and most of what a start takes; few texts need it, so that
// it is loaded when the first of them comes.

type Grammar = typeof import("./grammar.ts");
let grammar: Grammar | undefined;

/** Loads the grammar, if it is not there. */
export async function loadGrammar(): Promise<Grammar> {
  grammar ??= await import("./grammar.ts");
  return grammar;
}

/** Hands on a grammar that somebody has who cannot wait for it. */
export function provideGrammar(given: Grammar): void {
  grammar = given;
}

/** As `parseFilter`: at once, unless the text has to wait for the grammar. @throws {ScimError} 400 invalidFilter. */
export function readFilter(text: string, options: FilterParseOptions): Filter<string> | Promise<Filter<string>> {
  const recognised = recogniseFilter(text, options);
  if (recognised !== undefined) return recognised;
  if (grammar !== undefined) return grammar.filterByGrammar(text, options);
  return loadGrammar().then(({ filterByGrammar }) => filterByGrammar(text, options));
}

/** As `parsePath`: at once, unless the text has to wait for the grammar. @throws {ScimError} 400 invalidPath, invalidFilter. */
export function readPath(text: string, options: FilterParseOptions): Work<ParsedPath> {
  const recognised = recognisePath(text, options);
  if (recognised !== undefined) return recognised;
  return grammar === undefined ? new Unfinished(readLater(text, options)) : grammar.pathByGrammar(text, options);
}

function* readLater(text: string, options: FilterParseOptions): Steps<ParsedPath> {
  yield loadGrammar();
  return (grammar as Grammar).pathByGrammar(text, options);
}

/** Whether a path has to wait for the grammar. */
export function isWaiting(path: string, options: FilterParseOptions): boolean {
  return grammar === undefined && recognisePath(path, { ...options, tolerated: undefined }) === undefined;
}

/** As `parsePath`, of a path that need not wait. @throws {ScimError} 400 invalidPath, invalidFilter. */
export function readPathNow(path: string, options: FilterParseOptions): ParsedPath {
  const recognised = recognisePath(path, options);
  if (recognised !== undefined) return recognised;
  if (grammar === undefined) throw new TypeError("The grammar of paths is not loaded.");
  return grammar.pathByGrammar(path, options);
}
