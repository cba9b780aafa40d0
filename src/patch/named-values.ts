import type { Compare, Filter } from "../filter/ast.ts";
import type { AttributePath } from "../schema/attribute.ts";

/**
 * The values that a filter asks for by name and asks nothing else: `value eq "a"`, or several of them with `or`. An element is
 * matched exactly where it has one of them, so that nobody has to look at it.
 */
export function namedValues(filter: Filter<AttributePath>): readonly unknown[] | undefined {
  if (filter.type === "or") return allOf(filter.filters.map(namedValues));
  return filter.type === "compare" ? valueComparedIn(filter) : undefined;
}

/**
 * The only values that an element can have which the filter matches: as `namedValues`, and what else stands beside them with `and`
 * is for a look at these elements to tell.
 */
export function possibleValues(filter: Filter<AttributePath>): readonly unknown[] | undefined {
  switch (filter.type) {
    case "or":
      return allOf(filter.filters.map(possibleValues));
    case "and":
      return filter.filters.map(possibleValues).find((values) => values !== undefined);
    case "compare":
      return valueComparedIn(filter);
    default:
      return undefined;
  }
}

/** What an element's `value` is compared with; of simple values, the value itself. */
function valueComparedIn({ path, operator, value }: Compare<AttributePath>): readonly unknown[] | undefined {
  const { attribute, sub } = path;
  const isValue = sub === undefined ? attribute.type !== "complex" : sub.name === "value" && !sub.multiValued;
  return isValue && operator === "eq" && value !== null ? [value] : undefined;
}

/** Undefined where one of the parts names none. */
function allOf(parts: readonly (readonly unknown[] | undefined)[]): readonly unknown[] | undefined {
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}
