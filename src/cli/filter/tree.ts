import type { Filter } from "../../filter/ast.ts";

/** A filter as an indented tree, a node a line. */
export function treeOf(filter: Filter<string>, depth = 0): string {
  const indent = "  ".repeat(depth);
  switch (filter.type) {
    case "and":
    case "or":
      return [`${indent}${filter.type}`, ...filter.filters.map((part) => treeOf(part, depth + 1))].join("\n");
    case "not":
      return `${indent}not\n${treeOf(filter.filter, depth + 1)}`;
    case "present":
      return `${indent}present  ${filter.path}`;
    case "compare":
      return `${indent}compare  ${filter.path}  ${filter.operator}  ${JSON.stringify(filter.value)}`;
    case "element":
      return `${indent}element of ${filter.path}\n${treeOf(filter.filter, depth + 1)}`;
  }
}
