import { type Attribute, type AttributePath, leafOf } from "../schema/attribute.ts";
import { compareKeys } from "../schema/comparison-key.ts";
import { isKeptPart, readKept } from "../schema/kept.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { Steps } from "../time-slice.ts";
import type { Compare, CompareOperator, Filter } from "./ast.ts";
import { operandKey } from "./operand.ts";
import { attributesIn, comparisonsIn } from "./paths.ts";
import { elementReader, type Keyed, type PathKeys, SharedKeys } from "./shared-keys.ts";

type Key = string | number | boolean;
type Test = (resource: ResourceObject) => boolean;
/** Tests one element of a multi-valued attribute, the one at this place. */
type ElementTest = (element: unknown, index: number) => boolean;

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
  const keys = new SharedKeys(filter);
  const matches = resourceTest(filter, keys);
  if (keys.areNone) return matches;
  return (resource) => {
    keys.forget();
    return matches(resource);
  };
}

/** Most elements of one attribute that a filter is run over in one step. */
const MOST_IN_STEP = 1024;

/** As `predicateOf`; over a resource with very many elements it runs in steps. */
export function predicateInSteps(
  filter: Filter<AttributePath>,
): (resource: ResourceObject) => boolean | Steps<boolean> {
  const lists = [...attributesIn(filter, undefined)].filter(({ multiValued }) => multiValued);
  const matches = predicateOf(filter);
  if (lists.length === 0) return matches;
  const keys = new SharedKeys(filter);
  const inSteps = stepsOf(filter, keys);
  return (resource) => {
    if (!lists.some((attribute) => isLong(readAttribute(resource, attribute)))) return matches(resource);
    keys.forget();
    return inSteps(resource);
  };
}

function isLong(value: unknown): boolean {
  return Array.isArray(value) && value.length > MOST_IN_STEP;
}

/** Each comparison is a step, and so are some elements of a value path. */
function stepsOf(filter: Filter<AttributePath>, keys: SharedKeys): (resource: ResourceObject) => Steps<boolean> {
  switch (filter.type) {
    case "and":
    case "or": {
      const parts = filter.filters.map((part) => stepsOf(part, keys));
      const decisive = filter.type === "or";
      return function* (resource) {
        for (const part of parts) if ((yield* part(resource)) === decisive) return decisive;
        return !decisive;
      };
    }
    case "not": {
      const part = stepsOf(filter.filter, keys);
      return function* (resource) {
        return !(yield* part(resource));
      };
    }
    case "element":
      return elementSteps(filter.path.attribute, elementTestOf(filter.filter, keys), comparisonsIn(filter));
    default: {
      const test = resourceTest(filter, keys);
      return function* (resource) {
        yield;
        return test(resource);
      };
    }
  }
}

function elementSteps(attribute: Attribute, matches: ElementTest, comparisons: number) {
  const inStep = Math.ceil(MOST_IN_STEP / comparisons);
  return function* (resource: ResourceObject): Steps<boolean> {
    const elements = readAttribute(resource, attribute);
    if (!Array.isArray(elements)) return false;
    for (let index = 0; index < elements.length; index++) {
      if (matches(elements[index], index)) return true;
      if (index % inStep === 0) yield;
    }
    return false;
  };
}

function resourceTest(filter: Filter<AttributePath>, keys: SharedKeys): Test {
  switch (filter.type) {
    case "and": {
      const parts = filter.filters.map((part) => resourceTest(part, keys));
      return (resource) => parts.every((part) => part(resource));
    }
    case "or": {
      const parts = filter.filters.map((part) => resourceTest(part, keys));
      return (resource) => parts.some((part) => part(resource));
    }
    case "not": {
      const part = resourceTest(filter.filter, keys);
      return (resource) => !part(resource);
    }
    case "element":
      return elementPredicate(filter.path.attribute, elementTestOf(filter.filter, keys));
    case "present":
      return onValues(filter.path, (values) => values.some(isPresent), presenceReader(filter.path));
    case "compare": {
      if (filter.value === null) return onValues(filter.path, compareTest(filter), presenceReader(filter.path));
      const known = keys.of(filter.path);
      return known === undefined ? onValues(filter.path, compareTest(filter)) : onKeys(filter, known);
    }
  }
}

function elementPredicate(attribute: Attribute, matches: ElementTest): Test {
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
export function elementTest(filter: Filter<AttributePath>): (element: unknown) => boolean {
  const keys = new SharedKeys(filter);
  const matches = elementTestOf(filter, keys);
  return (element) => {
    keys.forget();
    return matches(element, 0);
  };
}

function elementTestOf(filter: Filter<AttributePath>, keys: SharedKeys): ElementTest {
  switch (filter.type) {
    case "and": {
      const parts = filter.filters.map((part) => elementTestOf(part, keys));
      return (element, index) => parts.every((part) => part(element, index));
    }
    case "or": {
      const parts = filter.filters.map((part) => elementTestOf(part, keys));
      return (element, index) => parts.some((part) => part(element, index));
    }
    case "not": {
      const part = elementTestOf(filter.filter, keys);
      return (element, index) => !part(element, index);
    }
    case "element":
      return () => false;
    case "present":
    case "compare": {
      const known = filter.type === "compare" && filter.value !== null ? keys.of(filter.path) : undefined;
      if (known !== undefined && filter.type === "compare") return onElementKeys(filter, known);
      const test: (values: readonly unknown[]) => boolean =
        filter.type === "present" ? (values) => values.some(isPresent) : compareTest(filter);
      const read = elementReader(filter.path);
      return (element) => test(read(element));
    }
  }
}

/** What there is, whether it can be compared or not. */
function presenceReader(path: AttributePath): (element: unknown) => readonly unknown[] {
  const { sub } = path;
  if (sub === undefined || !isKeptPart(sub)) return elementReader(path);
  return (element) => {
    const value = readKept(element, sub.name);
    return value === undefined ? [] : [value];
  };
}

function onValues(
  path: AttributePath,
  test: (values: readonly unknown[]) => boolean,
  read = elementReader(path),
): Test {
  const { attribute } = path;
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

/** The same over keys that other comparisons look at as well: element by element, so that none is computed in vain. */
function onKeys(filter: Compare<AttributePath>, known: PathKeys): Test {
  const { attribute } = filter.path;
  const isAny = anyKey(filter);
  const ofNothing = filter.operator === "ne";
  return (resource) => {
    const value = readAttribute(resource, attribute);
    if (value === undefined) return ofNothing;
    const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
    let isNothing = true;
    for (let index = 0; index < elements.length; index++) {
      const keyed = known.at(elements[index], index);
      if (keyed.values.length === 0) continue;
      isNothing = false;
      if (isAny(keyed)) return true;
    }
    return isNothing && ofNothing;
  };
}

function onElementKeys(filter: Compare<AttributePath>, known: PathKeys): ElementTest {
  const isAny = anyKey(filter);
  const ofNothing = filter.operator === "ne";
  return (element, index) => {
    const keyed = known.at(element, index);
    return keyed.values.length === 0 ? ofNothing : isAny(keyed);
  };
}

function anyKey(filter: Compare<AttributePath>): (keyed: Keyed) => boolean {
  const { operator } = filter;
  const leaf = leafOf(filter.path);
  const operand = operandKey(filter);
  const matches = COMPARISONS[operator];
  return ({ values, keys }) => {
    for (let index = 0; index < values.length; index++) {
      keys[index] ??= leaf.key(values[index]);
      if (matches(keys[index] as Key, operand)) return true;
    }
    return false;
  };
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
