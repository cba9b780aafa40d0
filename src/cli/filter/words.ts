import type { Compare, CompareOperator, Filter } from "../../filter/ast.ts";
import type { Attribute, AttributePath } from "../../schema/attribute.ts";

const OPERATORS: Readonly<Record<CompareOperator, string>> = {
  eq: "is",
  ne: "is not",
  co: "contains",
  sw: "begins with",
  ew: "ends with",
  gt: "is above",
  ge: "is or is above",
  lt: "is below",
  le: "is or is below",
};

/** What a filter asks for, as a sentence without its end: `userName is "ada" (whatever the letter case)`. */
export function inWords(filter: Filter<AttributePath>, isInElement = false): string {
  switch (filter.type) {
    case "and":
      return filter.filters.map((part) => enclosed(part, isInElement, "or")).join(" and ");
    case "or":
      return filter.filters.map((part) => enclosed(part, isInElement, "and")).join(", or ");
    case "not":
      return `it is not so that ${enclosed(filter.filter, isInElement, "and", "or")}`;
    case "present":
      return `${nameOf(filter.path, isInElement)} has a value`;
    case "compare":
      return comparison(filter, isInElement);
    case "element":
      return `one and the same element of ${filter.path.text} has: ${inWords(filter.filter, true)}`;
  }
}

/** In parentheses where the words would be read otherwise. */
function enclosed(
  filter: Filter<AttributePath>,
  isInElement: boolean,
  ...types: readonly Filter<AttributePath>["type"][]
): string {
  return types.includes(filter.type) ? `(${inWords(filter, isInElement)})` : inWords(filter, isInElement);
}

function comparison({ path, operator, value }: Compare<AttributePath>, isInElement: boolean): string {
  const { attribute, sub = attribute } = path;
  const name = nameOf(path, isInElement);
  if (value === null) return `${name} ${operator === "ne" ? "has a value" : "has no value"}`;
  const many = attribute.multiValued && !isInElement ? "some value of " : "";
  return `${many}${name} ${OPERATORS[operator]} ${JSON.stringify(value)}${manner(sub, value)}`;
}

/** Within an element, a path begins there. */
function nameOf({ text, sub }: AttributePath, isInElement: boolean): string {
  return isInElement ? (sub?.name ?? "value") : text;
}

/** How values of the type are compared, where it is not plain. */
function manner({ type, caseExact }: Attribute, value: unknown): string {
  if (type === "dateTime") return " as a point in time";
  return typeof value === "string" && !caseExact && type === "string" ? " (whatever the letter case)" : "";
}
