import type { Attribute, AttributePath } from "../schema/attribute.ts";
import { compareKeys } from "../schema/comparison-key.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { Compare, CompareOperator, Filter } from "./ast.ts";
import { operandKey } from "./operand.ts";

type Key = string | number | boolean;
type Test = (resource: ResourceObject) => boolean;
/** Tests one element of a multi-valued attribute. */
type ElementTest = (element: unknown) => boolean;

/**
 * Compiles a resolved filter to a function that tells whether a resource matches. This is the reference semantics: two-valued
 * (a comparison with a missing value is false, `ne` and `not` of it true), existential over the values of a multi-valued
 * attribute, with a value path matching within one element.
 *
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { parseFilter, predicateOf, resolveFilter } from "scimkit/filter";
 * const matches = predicateOf(resolveFilter(parseFilter('emails[type eq "work"]'), compileResourceType(User)));
 * matches({ schemas: [], id: "1", emails: [{ type: "work", value: "a@example.com" }] }); // true
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function predicateOf(filter: Filter<AttributePath>): (resource: ResourceObject) => boolean {
  switch (filter.type) {
    case "and": {
      const parts = filter.filters.map(predicateOf);
      return (resource) => parts.every((part) => part(resource));
    }
    case "or": {
      const parts = filter.filters.map(predicateOf);
      return (resource) => parts.some((part) => part(resource));
    }
    case "not": {
      const part = predicateOf(filter.filter);
      return (resource) => !part(resource);
    }
    case "element":
      return elementPredicate(filter.path.attribute, filter.filter);
    case "present":
      return onValues(filter.path, (values) => values.some(isPresent));
    case "compare":
      return onValues(filter.path, compareTest(filter));
  }
}

function elementPredicate(attribute: Attribute, filter: Filter<AttributePath>): Test {
  const matches = elementTest(filter);
  return (resource) => {
    const elements = readAttribute(resource, attribute);
    return Array.isArray(elements) && elements.some(matches);
  };
}

/**
 * Compiles the filter of a value path to a function over one element: PATCH selects elements with it.
 *
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { elementTest, parseFilter, resolveFilter } from "scimkit/filter";
 * const filter = resolveFilter(parseFilter('emails[type eq "work"]'), compileResourceType(User));
 * if (filter.type === "element") elementTest(filter.filter)({ type: "Work", value: "a@example.com" }); // true
 * ```
 * @see RFC 7644 §3.4.2.2 valFilter
 */
export function elementTest(filter: Filter<AttributePath>): ElementTest {
  switch (filter.type) {
    case "and": {
      const parts = filter.filters.map(elementTest);
      return (element) => parts.every((part) => part(element));
    }
    case "or": {
      const parts = filter.filters.map(elementTest);
      return (element) => parts.some((part) => part(element));
    }
    case "not": {
      const part = elementTest(filter.filter);
      return (element) => !part(element);
    }
    case "element":
      return () => false;
    case "present":
    case "compare": {
      const test: (values: readonly unknown[]) => boolean =
        filter.type === "present" ? (values) => values.some(isPresent) : compareTest(filter);
      const read = elementReader(filter.path);
      return (element) => test(read(element));
    }
  }
}

/** Gives the values that a path names within one element; a missing `primary` counts as false [S-2.4-04]. */
function elementReader(path: AttributePath): (element: unknown) => readonly unknown[] {
  const { sub } = path;
  if (sub === undefined) return (element) => [element];
  const missing = path.attribute.multiValued && sub.name === "primary" && sub.type === "boolean" ? [false] : [];
  return (element) => {
    const value = isObject(element) ? element[sub.name] : undefined;
    if (value === undefined) return missing;
    return Array.isArray(value) ? value : [value];
  };
}

function onValues(path: AttributePath, test: (values: readonly unknown[]) => boolean): Test {
  const { attribute } = path;
  const read = elementReader(path);
  return (resource) => {
    const value = readAttribute(resource, attribute);
    if (value === undefined) return test([]);
    if (Array.isArray(value)) return test(path.sub === undefined ? value : value.flatMap(read));
    return test(read(value));
  };
}

/** A non-empty value; of a complex attribute, a non-empty node. `false` and `0` are values. @see RFC 7644 §3.4.2.2 `pr` */
function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (Array.isArray(value)) return value.some(isPresent);
  return isObject(value) ? Object.values(value).some(isPresent) : true;
}

/** Any value matches; of no value, only `ne` (something) and `eq null` are true. */
function compareTest(filter: Compare<AttributePath>): (values: readonly unknown[]) => boolean {
  const { operator, value } = filter;
  if (value === null) return operator === "eq" ? (values) => values.length === 0 : (values) => values.length > 0;
  const attribute = filter.path.sub ?? filter.path.attribute;
  const operand = operandKey(filter);
  const matches = COMPARISONS[operator];
  const ofNothing = operator === "ne";
  return (values) =>
    values.length === 0 ? ofNothing : values.some((candidate) => matches(attribute.key(candidate), operand));
}

const COMPARISONS: Readonly<Record<CompareOperator, (key: Key, operand: Key) => boolean>> = {
  eq: (key, operand) => key === operand,
  ne: (key, operand) => key !== operand,
  co: (key, operand) => String(key).includes(String(operand)),
  sw: (key, operand) => String(key).startsWith(String(operand)),
  ew: (key, operand) => String(key).endsWith(String(operand)),
  gt: (key, operand) => compareKeys(key, operand) > 0,
  ge: (key, operand) => compareKeys(key, operand) >= 0,
  lt: (key, operand) => compareKeys(key, operand) < 0,
  le: (key, operand) => compareKeys(key, operand) <= 0,
};
