import type { AttributeLiteral } from "./attribute.ts";
import { ruleBrokenBy, unknownKeyProblem } from "./attribute-rules.ts";
import { CommonAttributes } from "./core/common.ts";
import { isObject } from "./value.ts";

/** A schema as data: what `defineSchema` takes and gives back. @see RFC 7643 §7 */
export interface SchemaDefinition {
  /** The schema's URI, e.g. `urn:ietf:params:scim:schemas:core:2.0:User`. */
  readonly id: string;
  /** Human name, e.g. `User`. */
  readonly name: string;
  readonly description?: string;
  readonly attributes: { readonly [name: string]: AttributeLiteral };
}

/**
 * Thrown when a schema or resource type is registered that RFC 7643 forbids; the message names the attribute.
 * @see RFC 7643 §7
 */
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
 * type or keyword, a complex attribute within a complex one, a writeOnly sub-attribute of an attribute that is not writeOnly itself,
 * `referenceTypes` on something else than a reference, an attribute that every resource has anyway (`schemas`, `id`, `externalId`,
 * `meta`), a member that means nothing (`mutabilty`), …
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

/** What a schema may say of itself. */
const SCHEMA_KEYS = ["id", "name", "description", "attributes"] as const satisfies readonly (keyof SchemaDefinition)[];

/** @throws {SchemaError} for anything RFC 7643 does not allow. */
export function checkSchema(schema: SchemaDefinition): void {
  if (typeof schema.id !== "string" || !isSchemaUri(schema.id)) {
    throw new SchemaError(
      `The schema id ${JSON.stringify(schema.id)} is not a URI such as "urn:example:params:scim:schemas:Device".`,
    );
  }
  if (typeof schema.name !== "string" || schema.name === "")
    throw new SchemaError(`The schema ${schema.id} has no name.`);
  const stranger = Object.keys(schema).find((key) => !SCHEMA_KEYS.some((known) => known === key));
  if (stranger !== undefined)
    throw new SchemaError(`The schema ${schema.id} has ${unknownKeyProblem(stranger, SCHEMA_KEYS)}.`);
  if (!isObject(schema.attributes))
    throw new SchemaError(`The schema ${schema.id} has no attributes; name them in an object, by their names.`);
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
  parent: string | undefined,
): void {
  const seen = new Set<string>();
  for (const [name, attribute] of Object.entries(attributes)) {
    const path = parent === undefined ? name : `${parent}.${name}`;
    const problem =
      nameProblem(name, parent, seen) ??
      (isObject(attribute) ? ruleBrokenBy(attribute, parent !== undefined) : "is not described by an object");
    if (problem !== undefined) throw new SchemaError(`Attribute "${path}" of ${where} ${problem}.`);
    seen.add(name.toLowerCase());
    if (attribute.subAttributes !== undefined) checkAttributes(attribute.subAttributes, where, path);
  }
}

function nameProblem(name: string, parent: string | undefined, seen: ReadonlySet<string>): string | undefined {
  if (!isName(name) && !(name === "$ref" && parent !== undefined))
    return 'is not a legal name: a letter, then letters, digits, "-", "_" or "$"';
  if (parent === undefined && COMMON.has(name.toLowerCase()))
    return "is one that every resource has by RFC 7643 §3.1; leave it out of the schema";
  if (name in Object.prototype) return "has the name of a JavaScript object member; choose another one";
  return seen.has(name.toLowerCase()) ? "differs from another attribute only in letter case" : undefined;
}

/** What a schema must not have twice: clients that read it would not know which of the two is meant. */
const COMMON: ReadonlySet<string> = new Set(Object.keys(CommonAttributes).map((name) => name.toLowerCase()));

/** ATTRNAME = ALPHA *(nameChar); nameChar = "$" / "-" / "_" / DIGIT / ALPHA. @see RFC 7643 §2.1 */
function isName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9$_-]*$/.test(name);
}
