import type { Attribute, AttributeLiteral, ComparisonKey, OwnCharacteristics, Returned } from "./attribute.ts";
import { standardKeyOf, comparisonKey as standardKeys } from "./comparison-key.ts";

/** The characteristics that every attribute has, each with the RFC's default where the literal does not say. @see RFC 7643 §2.2 */
export function characteristicsOf(literal: AttributeLiteral) {
  const {
    type = "string",
    multiValued = false,
    required = false,
    mutability = "readWrite",
    uniqueness = "none",
  } = literal;
  // References and binaries are case exact whatever a schema prints [S-2.3.6-04 S-2.3.7-04].
  const caseExact = type === "reference" || type === "binary" || (literal.caseExact ?? false);
  const returned: Returned = literal.returned ?? (mutability === "writeOnly" ? "never" : "default");
  return { type, multiValued, required, caseExact, mutability, returned, uniqueness };
}

// Tenants may have thousands of attributes of their own, most of which have no such list.
const NONE: never[] = Object.freeze([]) as unknown as never[];
const NOTHING_OWN: OwnCharacteristics = Object.freeze({});
const noAttribute = (): undefined => undefined;

/** Compiles one attribute literal; names and nonsense have been checked by `defineSchema`. */
export function compileAttribute(
  name: string,
  literal: AttributeLiteral,
  owner: { readonly prefix: string; readonly extension: string | undefined; readonly parent?: Attribute },
  comparisonKey: ComparisonKey,
): Attribute {
  const { type, multiValued, caseExact, mutability, returned, uniqueness } = characteristicsOf(literal);
  const { referenceTypes = NONE, canonicalValues = NONE, scimkit: own = NOTHING_OWN } = literal;
  const { integrity = "required", collection = false, comparison = "plain", lifecycle = false, inverseOf } = own;
  const isComplex = literal.subAttributes !== undefined;
  const subAttributes: Attribute[] = isComplex ? [] : NONE;
  const byName = isComplex ? new Map<string, Attribute>() : undefined;
  const resourceTypes: readonly string[] =
    referenceTypes === NONE ? NONE : referenceTypes.filter((name) => name !== "external" && name !== "uri");
  const attribute: Attribute = {
    name,
    path: owner.parent === undefined ? owner.prefix + name : `${owner.parent.path}.${name}`,
    extension: owner.extension,
    parent: owner.parent,
    type,
    description: literal.description,
    multiValued,
    // The value is what tells the elements of a collection apart and what storage files them under.
    required: literal.required ?? (owner.parent?.collection === true && name === "value"),
    canonicalValues,
    caseExact,
    mutability,
    returned,
    uniqueness,
    referenceTypes,
    resourceTypes,
    isHidden: mutability === "writeOnly" || returned === "never",
    isStored: mutability !== "writeOnly" && inverseOf === undefined,
    subAttributes,
    integrity,
    collection,
    comparison,
    format: own.format,
    inverseOf,
    lifecycle,
    default: own.default,
    sub: byName === undefined ? noAttribute : (subName) => byName.get(subName) ?? byName.get(subName.toLowerCase()),
    key:
      comparisonKey === standardKeys
        ? standardKeyOf({ type, resourceTypes, comparison, caseExact })
        : (value) => comparisonKey(attribute, value),
  };
  for (const [subName, sub] of Object.entries(literal.subAttributes ?? {})) {
    const compiled = compileAttribute(subName, sub, { ...owner, parent: attribute }, comparisonKey);
    subAttributes.push(compiled);
    byName?.set(subName, compiled).set(subName.toLowerCase(), compiled);
  }
  return attribute;
}
