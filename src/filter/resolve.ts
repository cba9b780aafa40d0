import { invalidFilter, type ScimError } from "../error.ts";
import { type Attribute, type AttributePath, isComputedReference, leafOf, pathOf } from "../schema/attribute.ts";
import { printable } from "../schema/printable.ts";
import { type CompiledResourceType, resolveMeant } from "../schema/resource-type.ts";
import { EXPECTED, jsonTypeOf, problemOf, type ValueLimits } from "../schema/validate.ts";
import type { Compare, CompareOperator, CompareValue, Element, Filter } from "./ast.ts";
import { type Folded, junction, negation } from "./fold.ts";

/** What resolving may put right, and what it needs to know of the server. @see RFC 7644 §3.4.2.2 */
export interface ResolveOptions {
  /** Bounds on operands; without it operands are not bounded. */
  readonly limits?: ValueLimits | undefined;
  /**
   * Told of `manager eq "x"`, which is then read as `manager.value eq "x"`; of multi-valued attributes that is always so.
   * Undefined (the default): 400.
   */
  readonly impliedValue?: ((path: string) => void) | undefined;
  /** A name that the type does not have: the attribute path that is meant, or undefined to refuse. */
  readonly alias?: ((name: string) => string | undefined) | undefined;
  /** An operand that does not fit: the one that is meant (`"True"` for a boolean), or undefined to refuse. */
  readonly operand?:
    | ((attribute: Attribute, value: CompareValue, fits: (value: unknown) => boolean) => unknown)
    | undefined;
  /** Told which attribute an operand without quotes is compared with, if `parseFilter` took one. */
  readonly unquotedOperand?: ((path: string) => void) | undefined;
  /** The id in the URL of a resource of this server, so that `$ref` and `meta.location` can be compared; undefined for foreign URLs. */
  readonly idOf?: ((url: string) => string | undefined) | undefined;
  /** An attribute that the caller may not read, treated as if it did not exist. */
  readonly isReadable?: ((attribute: Attribute) => boolean) | undefined;
  /**
   * `"none"`: `emails.value ne "x"` is `not (emails.value eq "x")`. Default `"any"`, to the letter of the RFC: a multi-valued
   * attribute matches when any of its values differs.
   */
  readonly neMultiValued?: "any" | "none" | undefined;
}

const EQUALITY: readonly CompareOperator[] = ["eq", "ne"];
const ORDERING: readonly CompareOperator[] = ["gt", "ge", "lt", "le"];
const SUBSTRING: readonly CompareOperator[] = ["co", "sw", "ew"];

const OPERATORS: Readonly<Record<Attribute["type"], readonly CompareOperator[]>> = {
  string: [...EQUALITY, ...SUBSTRING, ...ORDERING],
  reference: [...EQUALITY, ...SUBSTRING, ...ORDERING],
  dateTime: [...EQUALITY, ...ORDERING],
  decimal: [...EQUALITY, ...ORDERING],
  integer: [...EQUALITY, ...ORDERING],
  boolean: EQUALITY,
  binary: EQUALITY,
  complex: [],
};

/**
 * Binds a parsed filter to a resource type: every path becomes an attribute definition, operands are checked against its
 * type, `emails co "x"` becomes `emails.value co "x"`.
 *
 * @throws {ScimError} 400 invalidFilter for an attribute that the type does not have or that is never returned (a filter on a
 * password would be an oracle), an operator the attribute's type does not have, and an operand of the wrong type.
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { parseFilter, predicateOf, resolveFilter } from "scimkit/filter";
 * const matches = predicateOf(resolveFilter(parseFilter('userName sw "a"'), compileResourceType(User)));
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function resolveFilter(
  filter: Filter<string>,
  resourceType: CompiledResourceType,
  options: ResolveOptions = {},
): Filter<AttributePath> {
  const scope = scopeOf(resourceType, options, (text) => {
    throw unknownAttribute(text);
  });
  // Where every name is known there is nothing to fold.
  return resolveIn(filter, scope) as Filter<AttributePath>;
}

/**
 * The same for a query over several resource types: an attribute that this type does not have has no value here, and `unknown` is
 * told its name [P-3.4.2.1-04]. What that settles is folded away, down to `true` or `false` where it settles everything.
 * @throws {ScimError} 400 invalidFilter as `resolveFilter`, but for unknown attributes.
 * @see RFC 7644 §3.4.2.1
 */
export function resolveWhereKnown(
  filter: Filter<string>,
  resourceType: CompiledResourceType,
  options: ResolveOptions,
  unknown: (text: string) => void,
): Folded {
  return resolveIn(filter, scopeOf(resourceType, options, unknown));
}

/** 400 for a name that no attribute has that can be filtered by. */
export function unknownAttribute(text: string): ScimError {
  return invalidFilter(
    `"${printable(text)}" is not an attribute that can be filtered here; see /Schemas for the attributes.`,
  );
}

function scopeOf(resourceType: CompiledResourceType, options: ResolveOptions, unknown: (text: string) => void): Scope {
  return {
    resourceType,
    options,
    find: (text) => filterablePath(text, resourceType, options),
    isInElement: false,
    unknown,
  };
}

/**
 * Resolves one attribute name for filtering or sorting; undefined where the type has no such attribute, or has it never returned.
 * @see RFC 7644 §3.10; RFC 7643 §7
 */
export function filterablePath(
  text: string,
  resourceType: CompiledResourceType,
  options: ResolveOptions = {},
): AttributePath | undefined {
  const path = resolveMeant(resourceType, text, options.alias);
  if (path === undefined || path.attribute.isHidden || leafOf(path).isHidden) return undefined;
  return options.isReadable?.(leafOf(path)) === false || options.isReadable?.(path.attribute) === false
    ? undefined
    : path;
}

interface Scope {
  readonly resourceType: CompiledResourceType;
  readonly options: ResolveOptions;
  readonly find: (text: string) => AttributePath | undefined;
  /** Whether paths start at one element of a multi-valued attribute. */
  readonly isInElement: boolean;
  /** Told a name that was not found; what it names has no value then. */
  readonly unknown: (text: string) => void;
}

function resolveIn(filter: Filter<string>, scope: Scope): Folded {
  switch (filter.type) {
    case "and":
    case "or":
      return junction(
        filter.type,
        filter.filters.map((part) => resolveIn(part, scope)),
      );
    case "not":
      return negation(resolveIn(filter.filter, scope));
    case "present": {
      const path = findPath(filter.path, scope);
      return path === undefined ? false : resolvePresent(path);
    }
    case "compare": {
      const path = findPath(filter.path, scope);
      return path === undefined ? isTrueOfNothing(filter) : resolveCompare(filter, path, scope);
    }
    case "element":
      return resolveElement(filter, findPath(filter.path, scope), scope);
  }
}

function findPath(text: string, scope: Scope): AttributePath | undefined {
  const path = scope.find(text);
  if (path === undefined) scope.unknown(text);
  return path;
}

/** Of no value, only `ne` (something) and `eq null` are true [R-3 R-33]. */
function isTrueOfNothing({ operator, value }: Compare<string>): boolean {
  return value === null ? operator === "eq" : operator === "ne";
}

/** valFilter: the paths are sub-attributes of the path in front of the bracket; of simple values, `value` is the value itself. */
function resolveElement(element: Element<string>, path: AttributePath | undefined, scope: Scope): Folded {
  const unknown = (text: string): void => scope.unknown(`${element.path}.${text}`);
  if (path === undefined) {
    resolveIn(element.filter, { ...scope, find: () => undefined, unknown });
    return false;
  }
  const { attribute } = path;
  if (path.sub !== undefined || !attribute.multiValued) {
    throw invalidFilter(
      `${path.text}[…] needs a multi-valued attribute in front of the bracket; ${path.text} is not one.`,
    );
  }
  const find = (text: string): AttributePath | undefined => {
    if (attribute.type !== "complex") return text.toLowerCase() === "value" ? pathOf(attribute) : undefined;
    const sub = attribute.sub(text);
    return sub === undefined || sub.isHidden || scope.options.isReadable?.(sub) === false
      ? undefined
      : pathOf(attribute, sub);
  };
  const filter = resolveIn(element.filter, { ...scope, find, isInElement: true, unknown });
  // What is true of every element asks for one element.
  if (typeof filter === "boolean") return filter && { type: "present", path };
  return { type: "element", path, filter };
}

/** Storage holds no URLs: whether there is a `$ref` is whether there is a `value`, and every resource has a location. */
function resolvePresent(path: AttributePath): Filter<AttributePath> {
  const value = isUrl(path) ? path.attribute.sub("value") : undefined;
  return { type: "present", path: value === undefined ? path : pathOf(path.attribute, value) };
}

function resolveCompare(filter: Compare<string>, named: AttributePath, scope: Scope): Filter<AttributePath> {
  if (isUrl(named) || named.text === "meta.location") return resolveUrl(filter, named, scope);
  const { options } = scope;
  const path = impliedValue(named, options);
  const leaf = leafOf(path);
  const { operator } = filter;
  if (leaf.type === "complex") {
    throw invalidFilter(
      `${leaf.path} is complex; compare one of its sub-attributes (${leaf.subAttributes.map((sub) => sub.path).join(", ")}).`,
    );
  }
  if (filter.value === null) {
    if (!EQUALITY.includes(operator))
      throw invalidFilter(`${leaf.path} ${operator} null: only eq and ne can compare with null.`);
    return { type: "compare", path, operator, value: null };
  }
  if (!OPERATORS[leaf.type].includes(operator)) {
    throw invalidFilter(
      `${leaf.path} is of type ${leaf.type}, which ${operator} does not apply to; it has ${OPERATORS[leaf.type].join(", ")} and pr.`,
    );
  }
  return comparison(path, operator, operandFor(leaf, filter, options), scope);
}

/** Of a multi-valued attribute, `ne` means any value or none, as the server has it; within brackets there is but one. */
function comparison(
  path: AttributePath,
  operator: CompareOperator,
  value: CompareValue,
  scope: Scope,
): Filter<AttributePath> {
  const isOneOfSeveral = path.sub?.multiValued === true || (path.attribute.multiValued && !scope.isInElement);
  return operator === "ne" && value !== null && isOneOfSeveral && scope.options.neMultiValued === "none"
    ? { type: "not", filter: { type: "compare", path, operator: "eq", value } }
    : { type: "compare", path, operator, value };
}

/** A complex attribute stands for its `value`. @see RFC 7644 §3.4.2.2, Figure 2: `emails co "example.com"` */
function impliedValue(path: AttributePath, options: ResolveOptions): AttributePath {
  const { attribute } = path;
  const value = path.sub === undefined && attribute.type === "complex" ? attribute.sub("value") : undefined;
  if (value === undefined || (!attribute.multiValued && options.impliedValue === undefined)) return path;
  if (!attribute.multiValued) options.impliedValue?.(path.text);
  return pathOf(attribute, value);
}

const NO_LIMITS: ValueLimits = {
  stringLength: Number.POSITIVE_INFINITY,
  binaryLength: Number.POSITIVE_INFINITY,
  elements: Number.POSITIVE_INFINITY,
  collectionElements: Number.POSITIVE_INFINITY,
};

function operandFor(attribute: Attribute, compare: Compare<string>, options: ResolveOptions): CompareValue {
  const value = unquoted(attribute, compare, options);
  const problem = operandProblem(attribute, value, options);
  if (problem === undefined) return value;
  // Numbers and their texts stand in another order, so that nobody can say what is greater than one.
  const isMeantTwice = typeof value === "number" && ORDERING.includes(compare.operator);
  const fits = (candidate: unknown): boolean =>
    operandProblem(attribute, candidate as CompareValue, options) === undefined;
  const meant = isMeantTwice ? undefined : options.operand?.(attribute, value, fits);
  if (meant !== undefined && fits(meant)) return meant as CompareValue;
  const found =
    problem === "type"
      ? `must be compared with ${EXPECTED[attribute.type]}, not ${jsonTypeOf(value)}`
      : `cannot be compared with this: the operand ${problem}`;
  throw invalidFilter(`${attribute.path} ${found}.`);
}

/** The types whose values are texts. */
const TEXTS: readonly Attribute["type"][] = ["string", "reference", "dateTime", "binary"];

/**
 * An operand without quotes, by the type of its attribute: text is what stood there, a truth is one in any letter case, and a word
 * is no number [R-30a].
 */
function unquoted(attribute: Attribute, compare: Compare<string>, options: ResolveOptions): CompareValue {
  const { value, bare, operator } = compare;
  const { unquotedOperand } = options;
  const isText = TEXTS.includes(attribute.type);
  const isNumber = typeof value === "number";
  const isNumberForText = isText && isNumber && unquotedOperand !== undefined && !ORDERING.includes(operator);
  if (!isNumberForText && (bare === undefined || isNumber)) return value;
  unquotedOperand?.(attribute.path);
  if (isText) return bare ?? JSON.stringify(value);
  const truth = attribute.type === "boolean" ? bare?.toLowerCase() : undefined;
  return truth === "true" ? true : truth === "false" ? false : value;
}

/** Policy on stored values (required, user names) is not asked of operands: a look-up of what cannot exist finds nothing [Q15]. */
function operandProblem(attribute: Attribute, value: CompareValue, options: ResolveOptions): string | undefined {
  const limits = options.limits ?? NO_LIMITS;
  if (attribute.type !== "string" && attribute.type !== "reference") return problemOf(attribute, value, limits);
  if (typeof value !== "string") return "type";
  if (value.length > limits.stringLength) return `must not be longer than ${limits.stringLength} characters`;
  return undefined;
}

function isUrl(path: AttributePath): boolean {
  return path.sub !== undefined && isComputedReference(path.attribute, path.sub);
}

/** `members.$ref eq "https://…/Users/1"` is `members.value eq "1"`; a URL of another server equals none [S-2.4-06 S-2.4-07]. */
function resolveUrl(filter: Compare<string>, named: AttributePath, scope: Scope): Filter<AttributePath> {
  const { options } = scope;
  const { operator, value } = filter;
  if (!EQUALITY.includes(operator))
    throw invalidFilter(`${named.text} can be compared with eq and ne only, not with ${operator}.`);
  if (value !== null && typeof value !== "string")
    throw invalidFilter(`${named.text} must be compared with a URI, not ${jsonTypeOf(value)}.`);
  if (filter.bare !== undefined) options.unquotedOperand?.(named.text);
  const id = value === null ? null : (options.idOf?.(value) ?? "");
  const sub = named.attribute.sub("value");
  return comparison(
    sub === undefined ? idPathOf(scope.resourceType) : pathOf(named.attribute, sub),
    operator,
    id,
    scope,
  );
}

function idPathOf(resourceType: CompiledResourceType): AttributePath {
  const id = resourceType.attribute("id");
  if (id === undefined) throw new TypeError(`${resourceType.name} has no id`);
  return pathOf(id);
}
