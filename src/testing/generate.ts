import type { CompareOperator, CompareValue, Filter } from "../filter/ast.ts";
import { type Attribute, type AttributePath, leafOf, pathOf } from "../schema/attribute.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Sort } from "../storage/adapter.ts";
import type { Random } from "./random.ts";

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

/** A simple value of the attribute's type. */
function simpleValue(attribute: Attribute, random: Random): unknown {
  switch (attribute.type) {
    case "boolean":
      return random.oneIn(2);
    case "decimal":
      return random.pick(NUMBERS);
    case "integer":
      return random.pick(INTEGERS);
    case "dateTime":
      return random.pick(DATES);
    case "binary":
      return random.pick(BINARIES);
    case "reference":
      return random.pick(URIS);
    default:
      return random.oneIn(4) ? random.pick(WORDS) + random.pick(WORDS) : random.pick(WORDS);
  }
}

/** Whether generated rows hold the attribute: what storage keeps as it is given. References are given by the caller. */
function isGenerated(resourceType: ResourceType, attribute: Attribute): boolean {
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

/**
 * Makes random attributes of a resource of the type: each attribute is missing now and then, values come from a small pool so
 * that rows agree and differ in ways that matter. Unique values end with `unique`, which must differ from row to row.
 */
export function randomAttributes(
  resourceType: ResourceType,
  random: Random,
  unique: string,
  targets: Targets = new Map(),
): ResourceObject {
  const row: Record<string, unknown> = {};
  for (const attribute of resourceType.attributes) {
    const isNeeded = attribute.required || resourceType.unique.some(({ text }) => text === attribute.path);
    if (!isGenerated(resourceType, attribute) || (!isNeeded && random.oneIn(3))) continue;
    const value = randomValue(attribute, random, unique);
    if (value !== undefined) writeAttribute(row, attribute, value);
  }
  for (const { attribute, resourceTypes } of resourceType.references) {
    if (random.oneIn(2)) continue;
    const known = resourceTypes.flatMap((name) => (targets.get(name) ?? []).map((id) => ({ name, id })));
    const chosen = attribute.multiValued
      ? known.filter(() => random.oneIn(3))
      : known.filter(() => random.oneIn(3)).slice(0, 1);
    const elements = chosen.map(({ name, id }) => {
      const type = attribute.sub("type");
      const tells = type !== undefined && (type.canonicalValues.length === 0 || type.canonicalValues.includes(name));
      return { value: id, ...(tells ? { type: name } : {}) };
    });
    if (elements.length > 0) writeAttribute(row, attribute, attribute.multiValued ? elements : elements[0]);
  }
  return row;
}

function randomValue(attribute: Attribute, random: Random, unique: string): unknown {
  if (!attribute.multiValued) return singleValue(attribute, random, unique);
  const values = random
    .list(1, 3, (index) => singleValue(attribute, random, `${unique}${index}`))
    .filter((value) => value !== undefined);
  const primary = attribute.sub("primary");
  const elements = values.map((value, index) =>
    primary !== undefined && isObject(value)
      ? { ...withoutPrimary(value), ...(index === 0 && random.oneIn(3) ? { primary: true } : {}) }
      : value,
  );
  if (random.oneIn(2)) elements.reverse();
  return distinct(attribute, elements);
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

function singleValue(attribute: Attribute, random: Random, unique: string): unknown {
  if (attribute.type !== "complex") {
    const value = simpleValue(attribute, random);
    return attribute.uniqueness !== "none" && typeof value === "string" ? `${value}${unique}` : value;
  }
  const element: Record<string, unknown> = {};
  for (const sub of attribute.subAttributes) {
    if (sub.mutability === "readOnly" || sub.mutability === "writeOnly" || sub.name === "$ref") continue;
    const isNeeded = sub.required || sub.uniqueness !== "none" || (attribute.collection && sub.name === "value");
    if (!isNeeded && random.oneIn(3)) continue;
    // The value of a collection's element is an identifier: storage may ask that it begins with no white space.
    if (attribute.collection && sub.name === "value")
      element.value = String(singleValue(sub, random, unique)).trimStart();
    else element[sub.name] = sub.multiValued ? [singleValue(sub, random, unique)] : singleValue(sub, random, unique);
  }
  return Object.keys(element).length === 0 ? undefined : element;
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
export function filterPaths(resourceType: ResourceType): readonly AttributePath[] {
  return resourceType.attributes
    .filter(
      ({ name, mutability, returned }) =>
        name !== "meta" && name !== "schemas" && mutability !== "writeOnly" && returned !== "never",
    )
    .flatMap((attribute) => [
      pathOf(attribute),
      ...attribute.subAttributes
        .filter(
          ({ name, mutability, returned }) => name !== "$ref" && mutability !== "writeOnly" && returned !== "never",
        )
        .map((sub) => pathOf(attribute, sub)),
    ]);
}

/**
 * Makes a random filter over the attributes of the type, resolved. Operands are often values of the rows, or parts of them in
 * another letter case, so that both outcomes are frequent.
 */
export function randomFilter(
  resourceType: ResourceType,
  rows: readonly ResourceObject[],
  random: Random,
  depth = 2,
): Filter<AttributePath> {
  return junction(random, depth, () => leaf(filterPaths(resourceType), rows, random, true));
}

function junction(random: Random, depth: number, make: () => Filter<AttributePath>): Filter<AttributePath> {
  if (depth === 0 || random.oneIn(3)) return make();
  const kind = random.below(3);
  if (kind === 2) return { type: "not", filter: junction(random, depth - 1, make) };
  const type = kind === 0 ? "and" : "or";
  const filters = random
    .list(2, 3, () => junction(random, depth - 1, make))
    .flatMap((part) => (part.type === type ? part.filters : [part]));
  return { type, filters };
}

function leaf(
  paths: readonly AttributePath[],
  rows: readonly ResourceObject[],
  random: Random,
  mayNest: boolean,
): Filter<AttributePath> {
  const path = random.pick(paths);
  const { attribute, sub } = path;
  if (mayNest && sub === undefined && attribute.multiValued && random.oneIn(2)) {
    const inner =
      attribute.type === "complex"
        ? attribute.subAttributes.filter(({ name }) => name !== "$ref").map((part) => pathOf(attribute, part))
        : [path];
    return { type: "element", path, filter: junction(random, 1, () => leaf(inner, rows, random, false)) };
  }
  const operators = operatorsOf(leafOf(path));
  if (operators.length === 0 || random.oneIn(6)) return { type: "present", path };
  if (random.oneIn(10)) return { type: "compare", path, operator: random.pick(EQUALITY), value: null };
  return { type: "compare", path, operator: random.pick(operators), value: operand(path, rows, random) };
}

function operand(path: AttributePath, rows: readonly ResourceObject[], random: Random): CompareValue {
  const known = rows.flatMap((row) => simpleValuesAt(row, path));
  const value = known.length > 0 && !random.oneIn(4) ? random.pick(known) : simpleValue(leafOf(path), random);
  if (typeof value !== "string" || leafOf(path).type !== "string") return value as CompareValue;
  const letters = [...value];
  const from = random.below(letters.length + 1);
  const text = random.oneIn(2) ? letters.slice(from, from + 1 + random.below(3)).join("") : value;
  return random.oneIn(3) ? text.toUpperCase() : random.oneIn(3) ? text.toLowerCase() : text;
}

function simpleValuesAt(row: ResourceObject, { attribute, sub }: AttributePath): readonly unknown[] {
  const value = readAttribute(row, attribute);
  const elements: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return elements
    .flatMap((element) => (sub === undefined ? element : isObject(element) ? (element[sub.name] ?? []) : []))
    .filter((plain) => !isObject(plain));
}

/** A random sort by any path whose first value is defined: not a computed attribute and no collection. */
export function randomSort(resourceType: ResourceType, random: Random): Sort | undefined {
  if (random.oneIn(4)) return undefined;
  const paths = filterPaths(resourceType).filter(
    ({ attribute, sub }) =>
      attribute.inverseOf === undefined &&
      !attribute.collection &&
      (sub ?? attribute).type !== "complex" &&
      (sub ?? attribute).type !== "binary",
  );
  return { path: random.pick(paths), descending: random.oneIn(2) };
}
