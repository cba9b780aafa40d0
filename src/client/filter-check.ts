import type { Filter } from "../filter/ast.ts";
import { printFilter } from "../filter/print.ts";
import type { FilterRules, ServerTraits } from "./server-profile.ts";

/**
 * The text of a filter that the server reads; a text is passed as it is.
 * @throws {TypeError} for a filter that the profile of the server rules out, and for none where it lists nothing without one.
 */
export function filterText(
  filter: Filter | string | undefined,
  { name = "the server", filter: rules = {} }: ServerTraits = {},
): string | undefined {
  const refuse = (what: string): never => {
    throw new TypeError(`filter: ${name} ${what}; ask for something else, or leave the profile's rule out.`);
  };
  if (filter === undefined && rules.required === true) refuse("lists nothing that is true without a filter");
  if (typeof filter !== "object") return filter;
  const { maxNodes, maxLength } = rules;
  const nodes = nodesOf(filter);
  const unread = nodes.map((node) => unreadOf(node, rules)).find((what) => what !== undefined);
  if (unread !== undefined) refuse(unread);
  const text = printFilter(filter);
  if (sizeOf(filter) > (maxNodes ?? Number.POSITIVE_INFINITY)) refuse(`reads filters of at most ${maxNodes} nodes`);
  if (text.length > (maxLength ?? text.length)) refuse(`reads filters of at most ${maxLength} characters`);
  return text;
}

/** What of a node the server does not read. */
function unreadOf(node: Filter, { operators, joins, paths, elements = true }: FilterRules): string | undefined {
  if ("path" in node && paths?.includes(node.path.toLowerCase()) === false) return `does not filter by ${node.path}`;
  switch (node.type) {
    case "element":
      return elements ? undefined : "knows no filter of elements";
    case "compare":
      return operators?.includes(node.operator) === false ? `knows no ${node.operator}` : undefined;
    case "present":
      return operators?.includes("pr") === false ? "knows no pr" : undefined;
    default:
      return joins?.includes(node.type) === false ? `knows no ${node.type}` : undefined;
  }
}

function nodesOf(filter: Filter): readonly Filter[] {
  if (filter.type === "and" || filter.type === "or") return [filter, ...filter.filters.flatMap(nodesOf)];
  return filter.type === "not" || filter.type === "element" ? [filter, ...nodesOf(filter.filter)] : [filter];
}

/** Comparisons, and what joins them two by two. */
function sizeOf(filter: Filter): number {
  if (filter.type === "and" || filter.type === "or")
    return filter.filters.reduce((sum, part) => sum + sizeOf(part) + 1, -1);
  return filter.type === "not" || filter.type === "element" ? 1 + sizeOf(filter.filter) : 1;
}
