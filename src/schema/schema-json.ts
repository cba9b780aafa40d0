import { ATTRIBUTE_KEYS, type AttributeLiteral, type AttributeType, type OwnCharacteristics } from "./attribute.ts";
import { characteristicsOf } from "./compile-attribute.ts";
import { checkSchema, type SchemaDefinition, SchemaError } from "./schema.ts";

/** An attribute definition as `/Schemas` publishes it. @see RFC 7643 §7 */
export interface AttributeJson {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly description?: string;
  readonly required?: boolean;
  readonly canonicalValues?: readonly string[];
  readonly caseExact?: boolean;
  readonly mutability?: string;
  readonly returned?: string;
  readonly uniqueness?: string;
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeJson[];
  /** What `schemaFromJson` is told besides, for a schema that a host keeps as JSON. `/Schemas` and `schemaToJson` leave it out. */
  readonly scimkit?: OwnCharacteristics;
}

/** A Schema resource, without `meta`. @see RFC 7643 §7, §8.7 */
export interface SchemaJson {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly attributes: readonly AttributeJson[];
}

/**
 * Makes a schema from its RFC 7643 JSON, for schemas that are only known at run time. The static type of such a resource
 * is open: every attribute is `unknown`. Members that RFC 7643 does not have are passed over, since servers publish some of their own.
 *
 * @throws {SchemaError} as `defineSchema`.
 * @example
 * ```ts
 * import { defineResourceType, schemaFromJson } from "scimkit";
 * const schema = schemaFromJson({
 *   id: "urn:example:params:scim:schemas:Badge", name: "Badge",
 *   attributes: [{ name: "number", type: "string", multiValued: false, required: true }],
 * });
 * const Badge = defineResourceType({ name: "Badge", schema });
 * ```
 * @see RFC 7643 §7
 */
export function schemaFromJson(json: SchemaJson): SchemaDefinition {
  const schema: SchemaDefinition = {
    id: json.id,
    name: json.name ?? json.id,
    ...(json.description === undefined ? {} : { description: json.description }),
    attributes: attributesFromJson(json.attributes, json.id),
  };
  checkSchema(schema);
  return schema;
}

function attributesFromJson(attributes: readonly AttributeJson[], where: string): Record<string, AttributeLiteral> {
  const entries = attributes.map(({ name, subAttributes, ...characteristics }): [string, AttributeLiteral] => {
    if (typeof name !== "string") throw new SchemaError(`An attribute of ${where} has no name.`);
    const literal = characteristicsIn(characteristics as AttributeLiteral);
    // Some servers print an empty list for simple attributes; one with content is refused by the checks [S-1.2-01].
    if (subAttributes === undefined || subAttributes.length === 0) return [name, literal];
    return [name, { ...literal, subAttributes: attributesFromJson(subAttributes, where) }];
  });
  const names = entries.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new SchemaError(`Attribute "${twice}" of ${where} is defined twice.`);
  return Object.fromEntries(entries);
}

/** What servers publish besides the characteristics of the RFC says nothing to scimkit, whatever it is called. */
function characteristicsIn(literal: AttributeLiteral): AttributeLiteral {
  const known: readonly string[] = ATTRIBUTE_KEYS;
  return Object.fromEntries(Object.entries(literal).filter(([name]) => known.includes(name)));
}

/**
 * The schema as `/Schemas` publishes it: every characteristic stated, nothing that has no meaning for the type, and none of
 * scimkit's own.
 *
 * @example
 * ```ts
 * import { schemaToJson, UserSchema } from "scimkit";
 * schemaToJson(UserSchema).attributes[0]; // { name: "userName", type: "string", multiValued: false, … }
 * ```
 * @see RFC 7643 §7
 */
export function schemaToJson(schema: SchemaDefinition): SchemaJson {
  return withoutUndefined<SchemaJson>({
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: attributesToJson(schema.attributes),
  });
}

function attributesToJson(attributes: { readonly [name: string]: AttributeLiteral }): AttributeJson[] {
  return Object.entries(attributes).map(([name, literal]) => {
    const { description, referenceTypes, canonicalValues, subAttributes } = literal;
    const { type, multiValued, required, caseExact, mutability, returned, uniqueness } = characteristicsOf(literal);
    return withoutUndefined<AttributeJson>({
      name,
      type,
      referenceTypes,
      multiValued,
      description,
      required,
      // `[]` and absent are one state, and there are clients that make an empty choice of `[]`.
      canonicalValues: canonicalValues?.length === 0 ? undefined : canonicalValues,
      caseExact: HAVE_CASE.includes(type) ? caseExact : undefined,
      mutability,
      returned,
      uniqueness: HAVE_NO_UNIQUENESS.includes(type) ? undefined : uniqueness,
      subAttributes: subAttributes && attributesToJson(subAttributes),
    });
  });
}

/** The types that `caseExact` says something of. */
const HAVE_CASE: readonly AttributeType[] = ["string", "reference", "binary"];

/** The types that `uniqueness` says nothing of. */
const HAVE_NO_UNIQUENESS: readonly AttributeType[] = ["complex", "boolean", "binary"];

/** The object without the members that are undefined. */
function withoutUndefined<T>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
