import type { Attribute, AttributePath, ComparisonKey } from "./attribute.ts";
import { comparisonKey as standardKey } from "./comparison-key.ts";
import { type CompiledSchema, compilerOf } from "./compile-schema.ts";
import type { CompiledExtension, Extension } from "./extension.ts";
import { resolverOf } from "./path-resolver.ts";
import { PROTOCOL_ENDPOINTS } from "./protocol-endpoints.ts";
import { type SchemaDefinition, SchemaError } from "./schema.ts";

export type { CompiledExtension, Extension } from "./extension.ts";

/** A resource type as data: a schema at an endpoint, with extensions. Made by `defineResourceType`. @see RFC 7643 §6 */
export interface ResourceTypeDefinition<
  S extends SchemaDefinition = SchemaDefinition,
  E extends readonly Extension[] = readonly Extension[],
> {
  readonly name: string;
  /** Relative to the base URL, with a leading slash, e.g. `/Users`. */
  readonly endpoint: string;
  readonly description: string | undefined;
  readonly schema: S;
  readonly extensions: E;
  /**
   * The same resource type with one extension more. `required` (default `false`): every resource must carry its container.
   * @throws {SchemaError} when the extension is already there.
   */
  extend<const X extends SchemaDefinition, const R extends boolean = false>(
    schema: X,
    options?: { readonly required?: R },
  ): ResourceTypeDefinition<S, readonly [...E, Extension<X, R>]>;
  /**
   * The same resource type with an attribute that no two resources of a tenant share a value of: `Group.unique("displayName")`. It is
   * announced so at `/Schemas`; a write that would repeat a value, in whatever letter case unless the attribute is caseExact, is 409
   * uniqueness naming the attribute, and of two at once one succeeds.
   *
   * Say it before there is data: storage of scimkit's own finds resources by a unique attribute, and keeps it unique, among those
   * that were written since; one from before counts when its value changes. In tables of an application (`mappedStorage`), with a
   * constraint of theirs over the key or without, all rows count.
   * @throws {SchemaError} for a name that the base schema does not have, and for a complex attribute.
   * @example
   * ```ts
   * import { Group, User } from "scimkit";
   * const resourceTypes = [User, Group.unique("displayName")];
   * ```
   * @see RFC 7643 §2.2, §7
   */
  unique(name: keyof S["attributes"] & string): ResourceTypeDefinition<S, E>;
}

/**
 * Defines a resource type of your own. `endpoint` defaults to the name with an "s": `Device` → `/Devices`.
 *
 * @throws {SchemaError} for an endpoint that is no single path segment or is the protocol's own, and for extensions that repeat a schema.
 * @example
 * ```ts
 * import { defineResourceType, defineSchema } from "scimkit";
 * const Role = defineResourceType({
 *   name: "Role",
 *   schema: defineSchema({
 *     id: "urn:example:params:scim:schemas:Role", name: "Role",
 *     attributes: { displayName: { required: true } },
 *   }),
 * });
 * ```
 * @see RFC 7643 §6; RFC 7644 §3.2
 */
export function defineResourceType<
  const S extends SchemaDefinition,
  const E extends readonly Extension[] = readonly [],
>(definition: {
  readonly name: string;
  readonly endpoint?: string;
  readonly description?: string | undefined;
  readonly schema: S;
  readonly extensions?: E;
}): ResourceTypeDefinition<S, E> {
  const { name, schema } = definition;
  const extensions = definition.extensions ?? ([] as readonly Extension[] as E);
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name))
    throw new SchemaError(`The resource type name ${JSON.stringify(name)} is not a name.`);
  const endpoint = `/${(definition.endpoint ?? `${name}s`).replace(/^\//, "")}`;
  if (!/^\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*$/.test(endpoint)) {
    throw new SchemaError(
      `The endpoint ${JSON.stringify(endpoint)} of resource type ${name} must be one path segment, e.g. "/Devices".`,
    );
  }
  if (isReserved(endpoint.slice(1))) {
    throw new SchemaError(
      `The endpoint "${endpoint}" of resource type ${name} belongs to the protocol; choose another one.`,
    );
  }
  const urns = [schema.id, ...extensions.map((extension) => extension.schema.id)].map((urn) => urn.toLowerCase());
  const twice = urns.find((urn, index) => urns.indexOf(urn) !== index);
  if (twice !== undefined) throw new SchemaError(`Resource type ${name} has the schema ${twice} twice.`);
  return {
    name,
    endpoint,
    description: definition.description,
    schema,
    extensions,
    extend: (extension, options) =>
      defineResourceType({
        ...definition,
        extensions: [...extensions, { schema: extension, required: options?.required ?? false }],
      }) as never,
    unique: (attribute) => defineResourceType({ ...definition, schema: withUnique(schema, attribute) }),
  };
}

function withUnique<S extends SchemaDefinition>(schema: S, name: string): S {
  const literal = Object.hasOwn(schema.attributes, name) ? schema.attributes[name] : undefined;
  if (literal === undefined) throw new SchemaError(`The schema ${schema.id} has no attribute ${JSON.stringify(name)}.`);
  if (literal.type === "complex")
    throw new SchemaError(`${name} is complex; only one of its sub-attributes can be unique.`);
  return { ...schema, attributes: { ...schema.attributes, [name]: { ...literal, uniqueness: "server" } } };
}

function isReserved(endpoint: string): boolean {
  return PROTOCOL_ENDPOINTS.some((name) => name.toLowerCase() === endpoint.toLowerCase());
}

/** A complex attribute whose `value` is the id of another resource: a member, a manager. @see RFC 7643 §2.4 */
export interface ReferenceAttribute {
  /** With the name of its resource type in front: `Group.members`. */
  readonly name: string;
  readonly attribute: Attribute;
  /** Names of the resource types that `value` may name. */
  readonly resourceTypes: readonly string[];
}

/** A resource type compiled once, when `createScim` runs; storage adapters get it with every call. @see RFC 7643 §6 */
export interface CompiledResourceType {
  readonly name: string;
  readonly endpoint: string;
  readonly definition: ResourceTypeDefinition;
  /** The base schema's URN. */
  readonly urn: string;
  /** `schemas`, `id`, `externalId`, `meta`. */
  readonly common: readonly Attribute[];
  /** Attributes of the base schema. */
  readonly core: readonly Attribute[];
  readonly extensions: readonly CompiledExtension[];
  /** Common, core and extension attributes, in this order. */
  readonly attributes: readonly Attribute[];
  /**
   * What a resource holds by itself: `attributes` without `schemas`, `id` and `meta`, which are the server's, and without those
   * that storage computes from the references of others.
   */
  readonly content: readonly Attribute[];
  /** Attributes and sub-attributes (with their parent) that storage keeps unique, in the tenant (`server`) or beyond (`global`). */
  readonly unique: readonly AttributePath[];
  /** Attributes that name other resources by id. */
  readonly references: readonly ReferenceAttribute[];
  /** Attributes that storage computes from the references of others. */
  readonly inverses: readonly Attribute[];
  /** Whether values are compared by the standard key, about which storage may know more than what `Attribute.key` gives. */
  readonly hasStandardKeys: boolean;
  extension(urn: string): CompiledExtension | undefined;
  /** A common or core attribute by its name in any letter case. */
  attribute(name: string): Attribute | undefined;
  /**
   * Resolves `[URN:]attr[.sub]`, in any letter case. The longest registered URN wins. An extension attribute without its URN
   * is found only where `lenient` says so and exactly one extension has it.
   */
  resolve(text: string, lenient?: boolean): AttributePath | undefined;
}

/**
 * Compiles a resource type; everything that depends on the schema alone happens here, once. `comparisonKey` is that of
 * `createScim`, where it is not the standard one. Types that have a schema object in common share the attributes that are made of it.
 *
 * @example
 * ```ts
 * import { compileResourceType, EnterpriseUserSchema, User } from "scimkit";
 * const type = compileResourceType(User.extend(EnterpriseUserSchema));
 * type.resolve("EMAILS.Value")?.text; // "emails.value"
 * type.unique.map(({ text }) => text); // ["userName"]
 * ```
 * @see RFC 7643 §6
 */
export function compileResourceType(
  definition: ResourceTypeDefinition,
  comparisonKey: ComparisonKey = standardKey,
): CompiledResourceType {
  const compiler = compilerOf(comparisonKey);
  const { common } = compiler;
  const base = compiler.base(definition.schema);
  const extensions = definition.extensions.map(compiler.extension);
  const parts = [common, base, ...extensions];
  const all = <T>(list: (part: CompiledSchema) => readonly T[]): readonly T[] => ([] as T[]).concat(...parts.map(list));
  return {
    name: definition.name,
    endpoint: definition.endpoint,
    definition,
    urn: definition.schema.id,
    common: common.attributes,
    core: base.attributes,
    extensions,
    attributes: all(({ attributes }) => attributes),
    content: all(({ content }) => content),
    unique: all(({ unique }) => unique),
    references: all(({ references }) => references).map((attribute) => ({
      name: `${definition.name}.${attribute.path}`,
      attribute,
      resourceTypes: attribute.sub("$ref")?.resourceTypes ?? [],
    })),
    inverses: all(({ inverses }) => inverses),
    hasStandardKeys: comparisonKey === standardKey,
    extension(text) {
      const exact = extensions.find(({ urn }) => urn === text);
      if (exact !== undefined) return exact;
      const prefix = `${text.toLowerCase()}:`;
      return extensions.find((extension) => extension.prefix === prefix);
    },
    attribute: base.attribute,
    resolve: resolverOf(base, extensions),
  };
}

/** Resolves a path, or, where the type has none of that name, the path that is meant by it. */
export function resolveMeant(
  resourceType: CompiledResourceType,
  text: string,
  alias: ((name: string) => string | undefined) | undefined,
): AttributePath | undefined {
  const path = resourceType.resolve(text);
  if (path !== undefined) return path;
  const meant = alias?.(text);
  return meant === undefined ? undefined : resourceType.resolve(meant);
}
