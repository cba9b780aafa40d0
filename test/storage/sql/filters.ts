import fc from "fast-check";
import type { CompareOperator, Filter } from "../../../src/filter/ast.ts";
import { type Attribute, type AttributePath, leafOf, pathOf } from "../../../src/schema/attribute.ts";
import type { CompiledResourceType } from "../../../src/schema/resource-type.ts";

/** What attributes of each type are compared with. */
export interface Operands {
  readonly texts: readonly string[];
  readonly dates: readonly string[];
  readonly numbers: readonly number[];
  readonly integers: readonly number[];
  readonly urls: readonly string[];
  readonly bits: readonly string[];
}

const EQUALITY: readonly CompareOperator[] = ["eq", "ne"];
const ORDER: readonly CompareOperator[] = ["gt", "ge", "lt", "le"];
const SUBSTRING: readonly CompareOperator[] = ["co", "sw", "ew"];

/** Random filters as the core resolves them: every path that the type has, every operator that its type allows. */
export function resolvedFilters(
  resourceType: CompiledResourceType,
  operands: Operands,
): fc.Arbitrary<Filter<AttributePath> | undefined> {
  const attributes = resourceType.attributes.filter(isComparable);
  const paths = attributes.flatMap(simplePaths);
  const lists = attributes.filter((attribute) => attribute.multiValued && attribute.name !== "schemas");
  const elements = lists.map((attribute) =>
    nested(
      fc.oneof(
        ...(attribute.type === "complex" ? attribute.subAttributes.filter(isComparable) : [undefined]).map((sub) =>
          term(pathOf(attribute, sub), operands),
        ),
      ),
    ).map((filter): Filter<AttributePath> => ({ type: "element", path: pathOf(attribute), filter })),
  );
  const complex = attributes.filter((attribute) => attribute.type === "complex").map(presence);
  const one = fc.oneof(
    { weight: 6, arbitrary: fc.oneof(...paths.map((path) => term(path, operands))) },
    { weight: elements.length === 0 ? 0 : 3, arbitrary: fc.oneof(...elements, ...complex) },
  );
  return fc.option(nested(one), { nil: undefined, freq: 12 });
}

/** Every path that can be sorted by. */
export function sortPaths(resourceType: CompiledResourceType): readonly AttributePath[] {
  const attributes = resourceType.attributes.filter(isComparable);
  return [...attributes.flatMap(simplePaths), ...attributes.map((attribute) => pathOf(attribute))].filter(
    // What a collection or a computed attribute begins with is not said.
    ({ attribute }) => !attribute.collection && attribute.inverseOf === undefined,
  );
}

/** A `$ref` and a location are no part of what is stored. */
function isComparable(attribute: Attribute): boolean {
  return attribute.mutability !== "writeOnly" && attribute.name !== "$ref" && attribute.name !== "location";
}

function simplePaths(attribute: Attribute): AttributePath[] {
  return attribute.type === "complex"
    ? attribute.subAttributes.filter(isComparable).map((sub) => pathOf(attribute, sub))
    : [pathOf(attribute)];
}

function presence(attribute: Attribute): fc.Arbitrary<Filter<AttributePath>> {
  return fc.constant({ type: "present", path: pathOf(attribute) });
}

function term(path: AttributePath, operands: Operands): fc.Arbitrary<Filter<AttributePath>> {
  const leaf = leafOf(path);
  const operators = operatorsOf(leaf);
  const compare = fc
    .tuple(fc.constantFrom(...operators), fc.constantFrom(...operandsOf(path, operands)))
    .map(([operator, value]): Filter<AttributePath> => ({ type: "compare", path, operator, value }));
  const withNull = fc
    .constantFrom("eq" as const, "ne" as const)
    .map((operator): Filter<AttributePath> => ({ type: "compare", path, operator, value: null }));
  const present = fc.constant<Filter<AttributePath>>({ type: "present", path });
  return fc.oneof(
    { weight: 8, arbitrary: compare },
    { weight: 1, arbitrary: withNull },
    { weight: 1, arbitrary: present },
  );
}

/** The operators that an attribute has. */
export function operatorsOf({ type }: Attribute): readonly CompareOperator[] {
  if (type === "boolean" || type === "binary") return EQUALITY;
  return type === "string" || type === "reference" ? [...EQUALITY, ...ORDER, ...SUBSTRING] : [...EQUALITY, ...ORDER];
}

/** What a path is compared with. */
export function operandsOf(path: AttributePath, operands: Operands): readonly (string | number | boolean)[] {
  const { name, type, parent } = leafOf(path);
  if (name === "id" || (name === "value" && parent !== undefined && parent.sub("$ref") !== undefined))
    return ["u001", "u002", "g001", "g000", "t001", "nobody", "\tnobody", "U001", "00"];
  if (name === "version") return ["1", "2", ""];
  switch (type) {
    case "boolean":
      return [true, false];
    case "integer":
      return operands.integers;
    case "decimal":
      return operands.numbers;
    case "dateTime":
      return operands.dates;
    case "binary":
      return operands.bits;
    case "reference":
      return [...operands.urls, "", "example", "urn:"];
    default:
      return [...operands.texts, "a\u0000", "\u0000", "direct", "User", "group"];
  }
}

function nested(one: fc.Arbitrary<Filter<AttributePath>>): fc.Arbitrary<Filter<AttributePath>> {
  const { filter } = fc.letrec<{ filter: Filter<AttributePath> }>((tie) => ({
    filter: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      one,
      tie("filter").map((inner): Filter<AttributePath> => ({ type: "not", filter: inner })),
      fc
        .tuple(fc.constantFrom("and" as const, "or" as const), fc.array(tie("filter"), { minLength: 2, maxLength: 3 }))
        .map(([type, filters]): Filter<AttributePath> => ({ type, filters })),
    ),
  }));
  return filter;
}
