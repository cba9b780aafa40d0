import type { CompareOperator, CompareValue, Filter } from "../filter/ast.ts";
import { type Attribute, type AttributePath, leafOf, pathOf } from "../schema/attribute.ts";
import type { CompiledResourceType, ReferenceAttribute } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Sort } from "../storage/adapter.ts";
import { all, below, type Choice, list, map, onceIn, oneOf, unlessOnceIn, weighted } from "./choice.ts";

/** Words whose case, width, composition, order or characters databases treat in ways of their own. */
const WORDS = [
  "a",
  "A",
  "b",
  "ab",
  "AB",
  "abc",
  "ä",
  "a\u0308",
  "Ä",
  "ß",
  "ss",
  "SS",
  "İ",
  "i\u0307",
  "ı",
  "i",
  "I",
  "\u212A",
  "k",
  "Ａ",
  "ﬁ",
  "Σ",
  "σ",
  "ς",
  "é",
  "e\u0301",
  "😀",
  "\uFFFD",
  "z",
  "Z",
  "_",
  "%",
  "a_b",
  "a%b",
  "a\\b",
  "\\",
  "'",
  '"',
  "*",
  "a b",
  " ",
  "0",
  "10",
  "9",
  "null",
  "true",
  "",
  "[x]",
  "^$",
  "a\nb",
  "\t",
  "\u{1D49C}",
  "\uE000",
  "ø",
  "o",
  "日本",
  "日",
];
const NUMBERS = [0, 1, -1, 2, 10, 9, 0.1, 0.5, -0.5, 1e-7, 1e21, 0.30000000000000004, 3, 100];
const INTEGERS = [0, 1, -1, 2, 10, 9, 100, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2147483648, -2147483649];
const DATES = [
  "2024-01-01T00:00:00Z",
  "2024-01-01T00:00:00.000Z",
  "2024-01-01T01:00:00+01:00",
  "2023-12-31T23:59:59.9Z",
  "2024-01-01T00:00:00.5Z",
  "2024-01-01T00:00:00.25Z",
  "2024-01-01T00:00:00",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999999999Z",
];
const BINARIES = ["", "QQ==", "QQ", "QUI=", "SGVsbG8=", "qq=="];
const URIS = [
  "https://example.com/a",
  "HTTPS://EXAMPLE.com/a",
  "https://example.com/A",
  "urn:x:y",
  "a/b",
  "https://example.com/%7Eu",
  "https://example.com/~u",
];

const WORD = map(all(oneOf(WORDS), weighted([3, oneOf([""])], [1, oneOf(WORDS)])), (words) => words.join(""));

/** A simple value of the attribute's type. */
function simpleValue(attribute: Attribute): Choice<CompareValue> {
  switch (attribute.type) {
    case "boolean":
      return oneOf([false, true]);
    case "decimal":
      return oneOf(NUMBERS);
    case "integer":
      return oneOf(INTEGERS);
    case "dateTime":
      return oneOf(DATES);
    case "binary":
      return oneOf(BINARIES);
    case "reference":
      return oneOf(URIS);
    default:
      return WORD;
  }
}

/** Whether generated rows hold the attribute: what storage keeps as it is given. References are given by the caller. */
function isGenerated(resourceType: CompiledResourceType, attribute: Attribute): boolean {
  return (
    attribute.name !== "id" &&
    attribute.name !== "meta" &&
    attribute.name !== "schemas" &&
    attribute.mutability !== "readOnly" &&
    attribute.mutability !== "writeOnly" &&
    !resourceType.references.some((reference) => reference.attribute.path === attribute.path)
  );
}

/** Ids that references may name, by the name of their resource type. */
export type Targets = ReadonlyMap<string, readonly string[]>;

/** Makes the attributes of a resource. Unique values end with `unique`, which must differ from row to row. */
export type MakeRow = (unique: string, targets?: Targets) => ResourceObject;

/**
 * Chooses attributes of a resource of the type: each attribute is missing now and then, values come from a small pool so that
 * rows agree and differ in ways that matter.
 */
export function rowChoice(resourceType: CompiledResourceType): Choice<MakeRow> {
  const generated = resourceType.attributes.filter((attribute) => isGenerated(resourceType, attribute));
  const values = generated.map((attribute) => {
    const isNeeded = attribute.required || resourceType.unique.some(({ text }) => text === attribute.path);
    return isNeeded ? valueChoice(attribute) : unlessOnceIn(3, valueChoice(attribute));
  });
  const references = resourceType.references.map(() =>
    unlessOnceIn(2, list(all(below(MOST_TARGETS), below(60)), 0, 4)),
  );
  return map(all(all(...values), all(...references)), ([values, references]) => (unique, targets = new Map()) => {
    const row: Record<string, unknown> = {};
    for (const [index, attribute] of generated.entries()) assign(row, attribute, values[index]?.(unique));
    for (const [index, reference] of resourceType.references.entries()) {
      const elements = referencesTo(reference, references[index] ?? [], targets);
      assign(row, reference.attribute, reference.attribute.multiValued ? elements : elements?.[0]);
    }
    return row;
  });
}

/** The elements that were drawn, as far as there is a resource that they can name; each is a number and that of a type. */
function referencesTo(
  { attribute, resourceTypes }: ReferenceAttribute,
  drawn: readonly (readonly number[])[],
  targets: Targets,
): readonly unknown[] | undefined {
  const chosen = drawn.flatMap(([number = 0, ofType = 0]) => {
    const name = resourceTypes[ofType % resourceTypes.length];
    const id = name === undefined ? undefined : targets.get(name)?.[number];
    return name === undefined || id === undefined ? [] : [referenceTo(attribute, name, id)];
  });
  return distinct(attribute, chosen);
}

function assign(row: Record<string, unknown>, attribute: Attribute, value: unknown): void {
  if (value !== undefined) writeAttribute(row, attribute, value);
}

/** References name one of the first resources of a type, so that they meet. */
const MOST_TARGETS = 5;

function referenceTo(attribute: Attribute, name: string, id: string): ResourceObject {
  const type = attribute.sub("type");
  const tells = type !== undefined && (type.canonicalValues.length === 0 || type.canonicalValues.includes(name));
  return { value: id, ...(tells ? { type: name } : {}) };
}

/** Makes a value; what must be unique ends with `unique`. */
type MakeValue = (unique: string) => unknown;

function valueChoice(attribute: Attribute): Choice<MakeValue> {
  if (!attribute.multiValued) return singleValue(attribute);
  const primary = attribute.sub("primary");
  return map(all(list(singleValue(attribute), 0, 3), onceIn(3), onceIn(2)), ([makers, hasPrimary, isReversed]) => {
    return (unique) => {
      const values = makers
        .map((make, index) => make(`${unique}${index}`))
        .filter((value) => value !== undefined)
        .map((value, index) =>
          primary !== undefined && isObject(value)
            ? { ...withoutPrimary(value), ...(index === 0 && hasPrimary ? { primary: true } : {}) }
            : value,
        );
      return distinct(attribute, isReversed ? values.reverse() : values);
    };
  });
}

function withoutPrimary({ primary: _, ...element }: Record<string, unknown>): Record<string, unknown> {
  return element;
}

/** Elements as a canonical body has them: none twice, in a collection none with the value of another. */
function distinct(attribute: Attribute, elements: readonly unknown[]): readonly unknown[] | undefined {
  const seen = new Set<unknown>();
  const kept = elements.filter((element) => {
    const plain =
      attribute.collection && isObject(element) ? attribute.sub("value")?.key(element.value) : JSON.stringify(element);
    if (seen.has(plain)) return false;
    seen.add(plain);
    return true;
  });
  return kept.length === 0 ? undefined : kept;
}

function singleValue(attribute: Attribute): Choice<MakeValue> {
  if (attribute.type !== "complex") {
    const isUnique = attribute.uniqueness !== "none";
    return map(
      simpleValue(attribute),
      (value) => (unique) => (isUnique && typeof value === "string" ? `${value}${unique}` : value),
    );
  }
  const subs = attribute.subAttributes.filter(
    ({ name, mutability }) => mutability !== "readOnly" && mutability !== "writeOnly" && name !== "$ref",
  );
  const parts = subs.map((sub) => {
    const isNeeded = sub.required || sub.uniqueness !== "none" || (attribute.collection && sub.name === "value");
    return isNeeded ? singleValue(sub) : unlessOnceIn(3, singleValue(sub));
  });
  return map(all(...parts), (parts) => (unique) => {
    const element: Record<string, unknown> = {};
    for (const [index, sub] of subs.entries()) {
      const value = parts[index]?.(unique);
      if (value !== undefined) element[sub.name] = sub.multiValued ? [value] : value;
    }
    return Object.keys(element).length === 0 ? undefined : element;
  });
}

const EQUALITY: readonly CompareOperator[] = ["eq", "ne"];
const ORDERING: readonly CompareOperator[] = [...EQUALITY, "gt", "ge", "lt", "le"];
const ALL: readonly CompareOperator[] = [...ORDERING, "co", "sw", "ew"];

/** The operators that the attribute's type has. @see RFC 7644 §3.4.2.2 Table 3 */
export function operatorsOf(attribute: Pick<Attribute, "type">): readonly CompareOperator[] {
  switch (attribute.type) {
    case "string":
    case "reference":
      return ALL;
    case "boolean":
    case "binary":
      return EQUALITY;
    case "complex":
      return [];
    default:
      return ORDERING;
  }
}

/** Paths that a filter may name: stored and computed attributes, and their sub-attributes. */
export function filterPaths(resourceType: CompiledResourceType): readonly AttributePath[] {
  return resourceType.attributes
    .filter(({ name, isHidden }) => name !== "meta" && name !== "schemas" && !isHidden)
    .flatMap((attribute) => [
      pathOf(attribute),
      ...attribute.subAttributes
        .filter(({ name, isHidden }) => name !== "$ref" && !isHidden)
        .map((sub) => pathOf(attribute, sub)),
    ]);
}

/** What a choice of a query makes of the rows that there are: operands are often values of theirs. */
export type OverRows<T> = (rows: readonly ResourceObject[]) => T;

type MakeFilter = OverRows<Filter<AttributePath>>;

/**
 * Chooses a filter over the attributes of the type, resolved. Operands are often values of the rows, or parts of them in
 * another letter case, so that both outcomes are frequent.
 */
export function filterChoice(resourceType: CompiledResourceType, depth = 2): Choice<MakeFilter> {
  return junction(depth, leaf(filterPaths(resourceType), true));
}

function junction(depth: number, term: Choice<MakeFilter>): Choice<MakeFilter> {
  if (depth === 0) return term;
  // A list that may be empty shrinks to any part of it; one part is that part itself.
  const parts = list(junction(depth - 1, term), 0, 3);
  return map(all(term, parts, oneOf(["and", "or"]), onceIn(4)), ([spare, parts, type, isNegated]) => (rows) => {
    const made = (parts.length === 0 ? [spare] : parts).map((make) => make(rows));
    const filters = made.flatMap((part) => (part.type === type ? part.filters : [part]));
    const [only] = filters;
    const filter: Filter<AttributePath> = only !== undefined && filters.length === 1 ? only : { type, filters };
    return isNegated ? { type: "not", filter } : filter;
  });
}

function leaf(paths: readonly AttributePath[], mayNest: boolean): Choice<MakeFilter> {
  return weighted(...paths.map((path) => [1, leafAt(path, mayNest)] as const));
}

function leafAt(path: AttributePath, mayNest: boolean): Choice<MakeFilter> {
  const { attribute, sub } = path;
  const own = plainLeaf(path);
  if (!mayNest || sub !== undefined || !attribute.multiValued) return own;
  const inner =
    attribute.type === "complex"
      ? attribute.subAttributes.filter(({ name }) => name !== "$ref").map((part) => pathOf(attribute, part))
      : [path];
  if (inner.length === 0) return own;
  const within = map(
    junction(1, leaf(inner, false)),
    (make): MakeFilter =>
      (rows) => ({ type: "element", path, filter: make(rows) }),
  );
  return weighted([1, own], [1, within]);
}

function plainLeaf(path: AttributePath): Choice<MakeFilter> {
  const present = oneOf<MakeFilter>([() => ({ type: "present", path })]);
  const operators = operatorsOf(leafOf(path));
  if (operators.length === 0) return present;
  const compare = map(
    all(oneOf(operators), operand(path)),
    ([operator, make]): MakeFilter =>
      (rows) => ({ type: "compare", path, operator, value: make(rows) }),
  );
  const withNull = map(
    oneOf(EQUALITY),
    (operator): MakeFilter =>
      () => ({ type: "compare", path, operator, value: null }),
  );
  return weighted([2, present], [9, compare], [1, withNull]);
}

const AS_IT_IS = (text: string): string => text;
const LETTER_CASES = [AS_IT_IS, (text: string) => text.toUpperCase(), (text: string) => text.toLowerCase()];

function operand(path: AttributePath): Choice<OverRows<CompareValue>> {
  const known = unlessOnceIn(4, below(1000));
  const part = unlessOnceIn(2, all(below(8), below(3)));
  return map(
    all(known, simpleValue(leafOf(path)), part, oneOf(LETTER_CASES)),
    ([known, invented, part, inCase]) =>
      (rows) => {
        const values = known === undefined ? [] : rows.flatMap((row) => simpleValuesAt(row, path));
        const value = known === undefined || values.length === 0 ? invented : values[known % values.length];
        if (typeof value !== "string" || leafOf(path).type !== "string") return value as CompareValue;
        if (part === undefined) return inCase(value);
        const letters = [...value];
        const from = part[0] % (letters.length + 1);
        return inCase(letters.slice(from, from + 1 + part[1]).join(""));
      },
  );
}

function simpleValuesAt(row: ResourceObject, { attribute, sub }: AttributePath): readonly unknown[] {
  const value = readAttribute(row, attribute);
  const elements: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return elements
    .flatMap((element) => (sub === undefined ? element : isObject(element) ? (element[sub.name] ?? []) : []))
    .filter((plain) => !isObject(plain));
}

/** Chooses a sort by any path whose first value is defined: not a computed attribute and no collection. */
export function sortChoice(resourceType: CompiledResourceType): Choice<Sort | undefined> {
  const paths = filterPaths(resourceType).filter(
    ({ attribute, sub }) =>
      attribute.inverseOf === undefined &&
      !attribute.collection &&
      (sub ?? attribute).type !== "complex" &&
      (sub ?? attribute).type !== "binary",
  );
  return unlessOnceIn(
    4,
    map(all(oneOf(paths), oneOf([false, true])), ([path, descending]) => ({ path, descending })),
  );
}
