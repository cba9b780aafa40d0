import type { Filter } from "../filter/ast.ts";
import { type Attribute, type AttributePath, leafOf } from "../schema/attribute.ts";
import type { ResourceObject } from "../schema/value.ts";
import { type ReadOptions, ValueReader } from "../schema/value-reader.ts";

/**
 * The element that a conjunction of `eq` describes: the values that the client says it has. Undefined for every other filter,
 * for elements without sub-attributes, and where the values are none that the attribute can have. [R-5 R-6]
 */
export function describedElement(
  attribute: Attribute,
  filter: Filter<AttributePath> | undefined,
  options: ReadOptions,
): ResourceObject | undefined {
  if (attribute.type !== "complex") return undefined;
  if (filter === undefined) return {};
  const element: Record<string, unknown> = {};
  for (const part of filter.type === "and" ? filter.filters : [filter]) {
    if (part.type !== "compare" || part.operator !== "eq" || part.value === null) return undefined;
    const { name, mutability, multiValued } = leafOf(part.path);
    if (mutability === "readOnly" || (element[name] !== undefined && element[name] !== part.value)) return undefined;
    element[name] = multiValued ? [part.value] : part.value;
  }
  const reader = new ValueReader(options);
  const value = reader.readPartial(attribute, element);
  return reader.problems.length === 0 ? (value as ResourceObject | undefined) : undefined;
}
