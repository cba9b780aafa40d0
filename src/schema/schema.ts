import { ATTRIBUTE_TYPES, type AttributeLiteral, MUTABILITIES, RETURNED, UNIQUENESS } from "./attribute.ts";
import { FORMATS } from "./format.ts";

/** A schema as data: what `defineSchema` takes and gives back. @see RFC 7643 §7 */
export interface SchemaDefinition {
  /** The schema's URI, e.g. `urn:ietf:params:scim:schemas:core:2.0:User`. */
  readonly id: string;
  /** Human name, e.g. `User`. */
  readonly name: string;
  readonly description?: string;
  readonly attributes: { readonly [name: string]: AttributeLiteral };
}

/** Thrown when a schema or resource type is registered that RFC 7643 forbids; the message names the attribute. */
export class SchemaError extends TypeError {
  /** Stable mark of this class across copies of the package. */
  readonly code = "ERR_SCIM_SCHEMA";

  constructor(message: string) {
    super(message);
    this.name = "SchemaError";
  }
}

/**
 * Checks a schema literal and gives it back with its exact type, from which `Resource<typeof schema>` is inferred.
 *
 * @throws {SchemaError} naming the attribute, for anything RFC 7643 does not allow: a name outside the grammar, an unknown
 * type or keyword, a complex attribute within a complex one, `referenceTypes` on something else than a reference, …
 * @example
 * ```ts
 * import { defineSchema, type Resource } from "scimkit";
 * const Device = defineSchema({
 *   id: "urn:example:params:scim:schemas:Device",
 *   name: "Device",
 *   attributes: {
 *     serialNumber: { required: true, uniqueness: "server", caseExact: true },
 *     tags: { multiValued: true },
 *   },
 * });
 * const tags: readonly string[] | undefined = ({} as Resource<typeof Device>).tags;
 * ```
 * @see RFC 7643 §7
 */
export function defineSchema<const S extends SchemaDefinition>(schema: S): S {
  checkSchema(schema);
  return schema;
}

function checkSchema(schema: SchemaDefinition): void {
  if (typeof schema.id !== "string" || !isSchemaUri(schema.id)) {
    throw new SchemaError(
      `The schema id ${JSON.stringify(schema.id)} is not a URI such as "urn:example:params:scim:schemas:Device".`,
    );
  }
  if (typeof schema.name !== "string" || schema.name === "")
    throw new SchemaError(`The schema ${schema.id} has no name.`);
  checkAttributes(schema.attributes, schema.id, undefined);
}

/** A URI by RFC 3986 as far as it matters here: a scheme, a colon, something behind it, no blank and no quote. */
function isSchemaUri(text: string): boolean {
  const colon = text.indexOf(":");
  return colon > 0 && colon < text.length - 1 && isName(text.slice(0, colon)) && !/[\s"'<>\\^`{|}]/.test(text);
}

function checkAttributes(
  attributes: { readonly [name: string]: AttributeLiteral },
  where: string,
  parent: { readonly path: string; readonly multiValued: boolean } | undefined,
): void {
  const seen = new Set<string>();
  for (const [name, attribute] of Object.entries(attributes)) {
    const path = parent === undefined ? name : `${parent.path}.${name}`;
    const refuse = (problem: string): never => {
      throw new SchemaError(`Attribute "${path}" of ${where} ${problem}.`);
    };
    if (!isName(name) && !(name === "$ref" && parent !== undefined)) {
      refuse('is not a legal name: a letter, then letters, digits, "-", "_" or "$"');
    }
    if (name in Object.prototype) refuse("has the name of a JavaScript object member; choose another one");
    if (seen.has(name.toLowerCase())) refuse("differs from another attribute only in letter case");
    seen.add(name.toLowerCase());
    checkAttribute(attribute, parent, refuse);
    if (attribute.subAttributes !== undefined) {
      checkAttributes(attribute.subAttributes, where, { path, multiValued: attribute.multiValued ?? false });
    }
  }
}

function checkAttribute(
  attribute: AttributeLiteral,
  parent: { readonly multiValued: boolean } | undefined,
  refuse: (problem: string) => never,
): void {
  const type = attribute.type ?? "string";
  const oneOf = (key: string, value: unknown, allowed: readonly string[]): void => {
    if (value !== undefined && !allowed.includes(value as string)) {
      refuse(`has ${key} ${JSON.stringify(value)}; it must be one of ${allowed.join(", ")}`);
    }
  };
  oneOf("type", attribute.type, ATTRIBUTE_TYPES);
  oneOf("mutability", attribute.mutability, MUTABILITIES);
  oneOf("returned", attribute.returned, RETURNED);
  oneOf("uniqueness", attribute.uniqueness, UNIQUENESS);
  oneOf("format", attribute.format, FORMATS);
  oneOf("comparison", attribute.comparison, ["plain", "username"]);
  for (const key of ["multiValued", "required", "caseExact", "collection"] as const) {
    if (attribute[key] !== undefined && typeof attribute[key] !== "boolean")
      refuse(`has a ${key} that is not a boolean`);
  }
  for (const key of ["canonicalValues", "referenceTypes"] as const) {
    const values: unknown = attribute[key];
    const isList = Array.isArray(values) && values.every((value) => typeof value === "string");
    if (values !== undefined && !isList) refuse(`has ${key} that are not an array of strings`);
  }
  const isComplex = type === "complex";
  if (isComplex && parent !== undefined) refuse("is complex within a complex attribute, which RFC 7643 §2.3.8 forbids");
  if (isComplex && Object.keys(attribute.subAttributes ?? {}).length === 0)
    refuse("is complex and has no subAttributes");
  if (!isComplex && attribute.subAttributes !== undefined) refuse(`has subAttributes but is of type ${type}`);
  if (isComplex && (attribute.uniqueness ?? "none") !== "none") refuse("is complex and so cannot be unique itself");
  if (type === "boolean" && ((attribute.uniqueness ?? "none") !== "none" || attribute.caseExact === true)) {
    refuse("is boolean, which has neither uniqueness nor letter case");
  }
  if (type !== "reference" && attribute.referenceTypes !== undefined)
    refuse(`has referenceTypes but is of type ${type}`);
  if (type === "reference" && (attribute.referenceTypes ?? []).length === 0)
    refuse("is a reference without referenceTypes");
  if (attribute.format !== undefined && type !== (attribute.format === "certificate" ? "binary" : "string"))
    refuse(`has the format ${attribute.format} but is of type ${type}`);
  if (attribute.mutability === "writeOnly" && (attribute.returned ?? "never") !== "never") {
    refuse('is writeOnly and so must be returned "never"');
  }
  if (
    attribute.collection === true &&
    !(isComplex && attribute.multiValued === true && attribute.subAttributes?.value !== undefined)
  ) {
    refuse('is a collection and so must be multi-valued, complex, and have a sub-attribute "value"');
  }
  if (attribute.inverseOf !== undefined && attribute.mutability !== "readOnly")
    refuse("is computed (inverseOf) and so must be readOnly");
  checkDefaultSubAttributes(attribute, refuse);
}

/** The meaning of the default sub-attributes is fixed. @see RFC 7643 §2.4 [S-2.4-02] */
function checkDefaultSubAttributes(attribute: AttributeLiteral, refuse: (problem: string) => never): void {
  if (attribute.multiValued !== true) return;
  const expected = { primary: "boolean", type: "string", display: "string", $ref: "reference" } as const;
  for (const [name, type] of Object.entries(expected)) {
    const found = attribute.subAttributes?.[name];
    if (found !== undefined && (found.type ?? "string") !== type) {
      refuse(`has a sub-attribute "${name}" of type ${found.type ?? "string"}; RFC 7643 §2.4 makes it ${type}`);
    }
  }
}

/** ATTRNAME = ALPHA *(nameChar); nameChar = "$" / "-" / "_" / DIGIT / ALPHA. @see RFC 7643 §2.1 */
function isName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9$_-]*$/.test(name);
}

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
 * is open: every attribute is `unknown`.
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
    const literal = characteristics as AttributeLiteral;
    // Some servers print an empty list for simple attributes; one with content is refused by the checks [S-1.2-01].
    if (subAttributes === undefined || subAttributes.length === 0) return [name, literal];
    return [name, { ...literal, subAttributes: attributesFromJson(subAttributes, where) }];
  });
  const names = entries.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new SchemaError(`Attribute "${twice}" of ${where} is defined twice.`);
  return Object.fromEntries(entries);
}

/** The schema as `/Schemas` publishes it: every characteristic stated, nothing that has no meaning for the type. */
export function schemaToJson(schema: SchemaDefinition): SchemaJson {
  return {
    id: schema.id,
    name: schema.name,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    attributes: attributesToJson(schema.attributes),
  };
}

function attributesToJson(attributes: { readonly [name: string]: AttributeLiteral }): AttributeJson[] {
  return Object.entries(attributes).map(([name, literal]) => {
    const type = literal.type ?? "string";
    const isText = type === "string" || type === "reference" || type === "binary";
    const mutability = literal.mutability ?? "readWrite";
    return {
      name,
      type,
      ...(literal.referenceTypes === undefined ? {} : { referenceTypes: literal.referenceTypes }),
      multiValued: literal.multiValued ?? false,
      ...(literal.description === undefined ? {} : { description: literal.description }),
      required: literal.required ?? false,
      ...(literal.canonicalValues === undefined ? {} : { canonicalValues: literal.canonicalValues }),
      ...(isText ? { caseExact: type === "string" ? (literal.caseExact ?? false) : true } : {}),
      mutability,
      returned: literal.returned ?? (mutability === "writeOnly" ? "never" : "default"),
      ...(type === "complex" || type === "boolean" || type === "binary"
        ? {}
        : { uniqueness: literal.uniqueness ?? "none" }),
      ...(literal.subAttributes === undefined ? {} : { subAttributes: attributesToJson(literal.subAttributes) }),
    };
  });
}
