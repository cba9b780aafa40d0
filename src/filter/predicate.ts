import { type Attribute, type AttributePath, leafOf } from "../schema/attribute.ts";
import { beginsWithKey, compareKeys, exactKey, foldedKey, instantKey, nameKey } from "../schema/comparison-key.ts";
import { orderTo } from "../schema/date-time.ts";
import { isKeptPart, keptTexts, readKept } from "../schema/kept.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { Steps } from "../time-slice.ts";
import type { Compare, CompareOperator, Filter } from "./ast.ts";
import { isOfParts, operandKey } from "./operand.ts";
import { attributesIn, comparisonsIn } from "./paths.ts";
import { type Keyed, missingIn, type PathKeys, SharedKeys } from "./shared-keys.ts";

type Key = string | number | boolean;
/** Tests one of several, the one at this place. */
type TestOf<One> = (one: One, index?: number) => boolean;
type Test = TestOf<ResourceObject>;
/** Tests one element of a multi-valued attribute. */
type ElementTest = TestOf<unknown>;
type ValueTest = (value: unknown) => boolean;

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
    case "and":
      return everyOf(filter.filters.map((part) => resourceTest(part, keys)));
    case "or":
      return someOf(filter.filters.map((part) => resourceTest(part, keys)));
    case "not": {
      const part = resourceTest(filter.filter, keys);
      return (resource) => !part(resource);
    }
    case "element":
      return elementPredicate(filter.path.attribute, elementTestOf(filter.filter, keys));
    case "present":
      return onValues(filter.path, withinPresent(filter.path, isPresent), false);
    case "compare": {
      const { path, operator, value } = filter;
      if (value === null)
        return onValues(
          path,
          withinPresent(path, () => operator === "ne"),
          operator === "eq",
        );
      const known = keys.of(path);
      return known === undefined
        ? onValues(path, within(path, valueTest(filter)), operator === "ne")
        : onKeys(filter, known);
    }
  }
}

function everyOf<One>(parts: readonly TestOf<One>[]): TestOf<One> {
  return (one, index) => {
    for (const part of parts) if (!part(one, index)) return false;
    return true;
  };
}

function someOf<One>(parts: readonly TestOf<One>[]): TestOf<One> {
  return (one, index) => {
    for (const part of parts) if (part(one, index)) return true;
    return false;
  };
}

function elementPredicate(attribute: Attribute, matches: ElementTest): Test {
  return (resource) => {
    const elements = readAttribute(resource, attribute);
    if (!Array.isArray(elements)) return false;
    for (let index = 0; index < elements.length; index++) if (matches(elements[index], index)) return true;
    return false;
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
    case "and":
      return everyOf(filter.filters.map((part) => elementTestOf(part, keys)));
    case "or":
      return someOf(filter.filters.map((part) => elementTestOf(part, keys)));
    case "not": {
      const part = elementTestOf(filter.filter, keys);
      return (element, index) => !part(element, index);
    }
    case "element":
      return () => false;
    case "present":
      return orNothing(within(filter.path, isPresent), false);
    case "compare": {
      const { path, operator, value } = filter;
      if (value === null)
        return orNothing(
          within(path, () => operator === "ne"),
          operator === "eq",
        );
      const known = keys.of(path);
      return known === undefined
        ? orNothing(within(path, valueTest(filter)), operator === "ne")
        : onElementKeys(filter, known);
    }
  }
}

/** Whether a value within one element, or a single value, passes; undefined where there is none. */
type Within = (element: unknown) => boolean | undefined;

function orNothing(isWithin: Within, ofNothing: boolean): ElementTest {
  return (element) => isWithin(element) ?? ofNothing;
}

/** The values are those of `elementReader`, of which no list is made here. */
function within(path: AttributePath, test: ValueTest): Within {
  const { sub } = path;
  if (sub === undefined) return test;
  const { name } = sub;
  if (isKeptPart(sub)) return (element) => someOfAny(keptTexts(element, name), test);
  const missing = missingIn(path);
  const ofMissing = missing === undefined ? undefined : test(missing);
  return (element) => {
    const value = isObject(element) ? element[name] : undefined;
    if (value === undefined) return ofMissing;
    return Array.isArray(value) ? someOfAny(value, test) : test(value);
  };
}

/** What there is, whether it can be compared or not. */
function withinPresent(path: AttributePath, test: ValueTest): Within {
  const { sub } = path;
  if (sub === undefined || !isKeptPart(sub)) return within(path, test);
  return (element) => {
    const value = readKept(element, sub.name);
    return value === undefined ? undefined : test(value);
  };
}

function someOfAny(values: readonly unknown[], test: ValueTest): boolean | undefined {
  if (values.length === 0) return undefined;
  for (const value of values) if (test(value)) return true;
  return false;
}

/** Any value matches; of no value, what is said of nothing. */
function onValues({ attribute }: AttributePath, isWithin: Within, ofNothing: boolean): Test {
  return (resource) => {
    const value = readAttribute(resource, attribute);
    if (value === undefined) return ofNothing;
    if (!Array.isArray(value)) return isWithin(value) ?? ofNothing;
    let isNothing = true;
    for (const element of value) {
      const isMatch = isWithin(element);
      if (isMatch === true) return true;
      if (isMatch === false) isNothing = false;
    }
    return isNothing && ofNothing;
  };
}

/** A non-empty value; of a complex attribute, a non-empty node. `false` and `0` are values. @see RFC 7644 §3.4.2.2 `pr` */
function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (Array.isArray(value)) return value.some(isPresent);
  return isObject(value) ? Object.values(value).some(isPresent) : true;
}

/**
 * Compares a value with the operand, which is not null. Where its key is the standard one of a text or the value itself, most values
 * differ from the operand at their beginning, and have no key made.
 */
function valueTest(filter: Compare<AttributePath>): ValueTest {
  const { key } = leafOf(filter.path);
  const operand = operandKey(filter);
  const matches = COMPARISONS[filter.operator];
  if (key === instantKey && typeof operand === "string" && !isOfParts(filter.operator))
    return instantTest(filter.operator, operand);
  const isFolded = key === foldedKey || key === nameKey;
  if (!isFolded && key !== exactKey) return (value) => matches(key(value), operand);
  if (typeof operand === "string") return textTest(filter.operator, operand, key, isFolded);
  if (filter.operator === "eq") return (value) => value === operand;
  return (value) => matches(key(value), operand);
}

/** The operator asks for an order, or whether there is one. */
function instantTest(operator: CompareOperator, operand: string): ValueTest {
  const matches = COMPARISONS[operator];
  const orderOf = orderTo(operand);
  const ofEarlier = operator === "lt" || operator === "le" || operator === "ne";
  const ofLater = operator === "gt" || operator === "ge" || operator === "ne";
  return (value) => {
    const order = typeof value === "string" ? orderOf(value) : undefined;
    return order === undefined ? matches(instantKey(value), operand) : order < 0 ? ofEarlier : ofLater;
  };
}

function textTest(operator: CompareOperator, operand: string, key: Attribute["key"], isFolded: boolean): ValueTest {
  const matches = COMPARISONS[operator];
  const isEqual = (value: unknown): boolean => {
    const begins = typeof value === "string" ? beginsWithKey(value, operand, isFolded) : undefined;
    return begins === undefined ? key(value) === operand : begins && (value as string).length === operand.length;
  };
  switch (operator) {
    case "eq":
      return isEqual;
    case "ne":
      return (value) => !isEqual(value);
    case "sw":
      return (value) =>
        (typeof value === "string" ? beginsWithKey(value, operand, isFolded) : undefined) ??
        matches(key(value), operand);
    default:
      return (value) => matches(key(value), operand);
  }
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
  return (element, index = 0) => {
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
