import type { Filter } from "../filter/ast.ts";
import { printFilter } from "../filter/print.ts";
import type { FilterWord, ServerTraits } from "./server-profile.ts";

/**
 * The text of a filter that the server reads; a text is passed as it is.
 * @throws {TypeError} for a filter that the profile of the server rules out, and for none where it lists nothing without one.
 */
export function filterText(
  filter: Filter | string | undefined,
  { name = "the server", filter: { words, paths, required, maxNodes = 1e9, maxLength = 1e9 } = {} }: ServerTraits = {},
): string | undefined {
  const refuse = (what: string): never => {
    throw new TypeError(`filter: ${name} reads ${what}; ask for something else.`);
  };
  if (filter === undefined && required === true) refuse("no list without a filter");
  if (typeof filter !== "object") return filter;
  const nodes = nodesOf(filter);
  for (const [word, path] of nodes) {
    if (words?.includes(word) === false) refuse(`no ${word}`);
    if (path !== undefined && paths?.includes(path.toLowerCase()) === false) refuse(`no filter by ${path}`);
  }
  const text = printFilter(filter);
  if (nodes.length > maxNodes) refuse(`at most ${maxNodes} nodes`);
  if (text.length > maxLength) refuse(`at most ${maxLength} characters`);
  return text;
}

type Node = readonly [word: FilterWord, path?: string];

/** What a filter is made of; a join of three is two joins. */
function nodesOf(filter: Filter): readonly Node[] {
  switch (filter.type) {
    case "compare":
      return [[filter.operator, filter.path]];
    case "present":
      return [["pr", filter.path]];
    case "element":
      return [["[]", filter.path], ...nodesOf(filter.filter)];
    case "not":
      return [["not"], ...nodesOf(filter.filter)];
    default: {
      const { type, filters } = filter;
      return filters.flatMap((part, index): readonly Node[] => [
        ...(index > 0 ? [[type] as const] : []),
        ...nodesOf(part),
      ]);
    }
  }
}
