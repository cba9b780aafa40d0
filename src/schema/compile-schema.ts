import { type Attribute, type AttributePath, type ComparisonKey, pathOf } from "./attribute.ts";
import { compileAttribute } from "./compile-attribute.ts";
import { CommonAttributes } from "./core/common.ts";
import type { CompiledExtension, Extension } from "./extension.ts";
import { finderOf, type NamedAttributes } from "./path-resolver.ts";
import { remembered } from "./remembered.ts";
import type { SchemaDefinition } from "./schema.ts";

/** The attributes of a schema, compiled for where they stand in a resource. */
export interface CompiledSchema extends NamedAttributes {
  readonly attributes: readonly Attribute[];
  /** What a resource holds of them by itself. */
  readonly content: readonly Attribute[];
  /** Those that name other resources by id. */
  readonly references: readonly Attribute[];
  /** Those that storage computes from the references of others. */
  readonly inverses: readonly Attribute[];
  /** Those of them, and of their sub-attributes, that storage keeps unique. */
  readonly unique: readonly AttributePath[];
}

/** What there is to compile under one comparison key. */
export interface Compiler {
  /** `schemas`, `id`, `externalId`, `meta`. */
  readonly common: CompiledSchema;
  /** A base schema; its finder finds the common attributes as well. */
  readonly base: (schema: SchemaDefinition) => CompiledSchema;
  readonly extension: (extension: Extension) => CompiledSchema & CompiledExtension;
}

/**
 * Compiles each schema once, whatever resource types it is part of: tenants have types of their own by the thousand, of which all
 * but an extension is the same.
 */
export const compilerOf: (comparisonKey: ComparisonKey) => Compiler = remembered((comparisonKey) => {
  const compile = (attributes: SchemaDefinition["attributes"], prefix = "", extension?: string): Attribute[] =>
    Object.entries(attributes).map(([name, literal]) =>
      compileAttribute(name, literal, { prefix, extension }, comparisonKey),
    );
  const common = schemaOf("", compile(CommonAttributes));
  const extended = remembered((schema: SchemaDefinition) =>
    schemaOf(schema.id, compile(schema.attributes, `${schema.id}:`, schema.id)),
  );
  return {
    common,
    base: remembered((schema) => {
      // The characteristics of RFC 7643 §3.1 win over a schema that declares id, externalId or meta itself [S-3.1-03].
      const own = compile(schema.attributes).filter(({ name }) => common.attribute(name) === undefined);
      return { ...schemaOf(schema.id, own), attribute: finderOf([...common.attributes, ...own]) };
    }),
    extension: remembered(({ schema, required }) => ({ urn: schema.id, schema, required, ...extended(schema) })),
  };
});

function schemaOf(urn: string, attributes: readonly Attribute[]): CompiledSchema {
  return {
    prefix: `${urn.toLowerCase()}:`,
    attributes,
    content: attributes.filter((one) => !SERVER_NAMES.has(one.path) && one.inverseOf === undefined),
    references: attributes.filter(isReference),
    inverses: attributes.filter((one) => one.inverseOf !== undefined),
    unique: attributes.flatMap(uniquePathsOf),
    attribute: finderOf(attributes),
  };
}

function uniquePathsOf(attribute: Attribute): AttributePath[] {
  return [
    ...(isUnique(attribute) ? [pathOf(attribute)] : []),
    ...attribute.subAttributes.filter(isUnique).map((sub) => pathOf(attribute, sub)),
  ];
}

function isUnique(attribute: Attribute): boolean {
  return attribute.uniqueness !== "none" && attribute.path !== "id";
}

/** The common attributes that are not the client's. @see RFC 7643 §3.1 */
const SERVER_NAMES: ReadonlySet<string> = new Set(["schemas", "id", "meta"]);

function isReference(attribute: Attribute): boolean {
  const leadsToResources = (attribute.sub("$ref")?.resourceTypes ?? []).length > 0;
  return leadsToResources && attribute.mutability !== "readOnly" && attribute.sub("value") !== undefined;
}
