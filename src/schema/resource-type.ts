import type { Attribute, AttributePath, ComparisonKey } from "./attribute.ts";
import { comparisonKey as standardKey } from "./comparison-key.ts";
import { type CompiledSchema, compilerOf } from "./compile-schema.ts";
import type { CompiledExtension, Extension } from "./extension.ts";
import { isKeepable, keptAttribute, keptPath } from "./kept.ts";
import { noneOf } from "./known-names.ts";
import { nearestHint } from "./nearest-name.ts";
import { resolverOf } from "./path-resolver.ts";
import { PROTOCOL_ENDPOINTS } from "./protocol-endpoints.ts";
import { type SchemaDefinition, SchemaError } from "./schema.ts";

export type { CompiledExtension, Extension } from "./extension.ts";

/** What clients may do with the resources of a type, by the names that operations have. @see RFC 7644 §3.2 */
export const RESOURCE_OPERATIONS = ["create", "read", "query", "replace", "patch", "delete"] as const;

/**
 * Something that clients may do with the resources of a type: `"create"` (POST), `"read"` (GET of one), `"query"` (GET and
 * `.search` of many), `"replace"` (PUT), `"patch"`, `"delete"`. This union may grow: give a `switch` over it a default branch.
 * @see RFC 7644 §3.2
 */
export type ResourceOperation = (typeof RESOURCE_OPERATIONS)[number];

/** A resource type as data: a schema at an endpoint, with extensions. Made by `defineResourceType`. @see RFC 7643 §6 */
export interface ResourceTypeDefinition<
  S extends SchemaDefinition = SchemaDefinition,
  E extends readonly Extension[] = readonly Extension[],
  N extends string = string,
> {
  /** As it is announced and told; events narrow by it. */
  readonly name: N;
  /** Relative to the base URL, with a leading slash, e.g. `/Users`. */
  readonly endpoint: string;
  readonly description: string | undefined;
  readonly schema: S;
  readonly extensions: E;
  /** What clients may do with its resources; all else is refused. */
  readonly operations: readonly ResourceOperation[];
  /** What becomes of attributes that nobody declared: they are left out, or kept. */
  readonly openAttributes: OpenAttributes;
  /** What `refer` was told, by the names of attributes: resource types that must be there when a server is made. */
  readonly refers: { readonly [attribute: string]: readonly string[] };
  /**
   * The same resource type with one extension more. `required` (default `false`): every resource must carry its container.
   * @throws {SchemaError} when the extension is already there.
   */
  extend<const X extends SchemaDefinition, const R extends boolean = false>(
    schema: X,
    options?: { readonly required?: R },
  ): ResourceTypeDefinition<S, readonly [...E, Extension<X, R>], N>;
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
  unique(name: keyof S["attributes"] & string): ResourceTypeDefinition<S, E, N>;
  /**
   * The same resource type with a reference that leads to the resource types of these names, and to no others: groups that devices
   * belong to. It is announced so at `/Schemas` (in `$ref`, and as what `type` suggests); a write that names a resource of
   * another type is 400 invalidValue, or whatever the attribute's `integrity` says of what is not there.
   * @throws {SchemaError} for a name that is no reference of the base schema, and for no resource types. `createScim` throws it for
   * a resource type that the server does not have.
   * @example
   * ```ts
   * import { defineResourceType, defineSchema, Group, User } from "scimkit";
   * const Device = defineResourceType({
   *   name: "Device",
   *   schema: defineSchema({
   *     id: "urn:example:params:scim:schemas:Device", name: "Device", attributes: { serialNumber: { required: true } },
   *   }),
   * });
   * const resourceTypes = [User, Device, Group.refer("members", ["User", "Group", "Device"])];
   * ```
   * @see RFC 7643 §2.4, §4.2
   */
  refer(name: keyof S["attributes"] & string, resourceTypes: readonly string[]): ResourceTypeDefinition<S, E, N>;
  /**
   * The same resource type, that keeps what nobody declared (`openAttributes: "keep"`), as a relay does that passes on what its
   * customers send: top-level members, and objects under the URNs of extensions that it does not have. They are stored as they came,
   * returned, selected, filtered and sorted by as texts, and changed by PATCH and PUT as others are; nothing of them is checked but
   * their size. `/Schemas` does not announce them. Members of objects and of extensions that are declared are no part of it.
   * @example
   * ```ts
   * import { User } from "scimkit";
   * const resourceTypes = [User.open()];
   * ```
   * @see RFC 7644 §3.3
   */
  open(): ResourceTypeDefinition<S, E, N>;
}

/**
 * What becomes of attributes that nobody declared. `"drop"`: they are left out, or refused, as the profile says. `"keep"`: they are
 * stored as they came and returned.
 * @see RFC 7644 §3.3
 */
export type OpenAttributes = "drop" | "keep";

/**
 * Defines a resource type of your own. `endpoint` defaults to the name with an "s": `Device` → `/Devices`.
 *
 * `operations` is what clients may do with its resources, by default everything: `["read", "query"]` makes a list that is only
 * looked at. What is not among them is 405 with `Allow`, or 501 where the endpoint has nothing at all, wherever it is asked for: at
 * the endpoint and at a resource, in a bulk request, by `/Me`; a query over all types leaves out a type that cannot be queried. Discovery
 * says of it what it has words for: attributes that no client can write are readOnly at `/Schemas`, and `/ServiceProviderConfig`
 * supports PATCH and bulk requests where some type does. A host's own code and the storage are not bound by it.
 *
 * `openAttributes` says what becomes of attributes that nobody declared: by default, `"drop"`, they are left out (or refused, where the
 * profile says so); `"keep"` is as `open()` has it, whatever the profile says.
 *
 * @throws {SchemaError} for an endpoint that is no single path segment or is the protocol's own, for extensions that repeat a schema,
 * for operations that are none, and for members that a definition does not have.
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
  const N extends string = string,
>(definition: {
  readonly name: N;
  readonly endpoint?: string;
  readonly description?: string | undefined;
  readonly schema: S;
  readonly extensions?: E;
  /** Default: all of them. */
  readonly operations?: readonly ResourceOperation[] | undefined;
  /** Default `"drop"`. */
  readonly openAttributes?: OpenAttributes | undefined;
  /** As `refer` says it, by the name of the attribute. Default: what the schema says. */
  readonly refers?: { readonly [attribute: string]: readonly string[] } | undefined;
}): ResourceTypeDefinition<S, E, N> {
  const { name, refers = {}, operations = RESOURCE_OPERATIONS, openAttributes = "drop" } = definition;
  checkMembers(definition);
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
  checkOperations(name, operations);
  if (openAttributes !== "drop" && openAttributes !== "keep")
    throw new SchemaError(`The openAttributes of resource type ${name} must be "drop" or "keep".`);
  const schema = Object.entries(refers).reduce(
    (current, [attribute, types]) => withReference(current, attribute, types),
    definition.schema,
  );
  const urns = [schema.id, ...extensions.map((extension) => extension.schema.id)].map((urn) => urn.toLowerCase());
  const twice = urns.find((urn, index) => urns.indexOf(urn) !== index);
  if (twice !== undefined) throw new SchemaError(`Resource type ${name} has the schema ${twice} twice.`);
  return {
    name,
    endpoint,
    description: definition.description,
    schema,
    extensions,
    operations: RESOURCE_OPERATIONS.filter((operation) => operations.includes(operation)),
    openAttributes,
    refers,
    extend: (extension, options) => {
      if (typeof extension?.id !== "string")
        throw new SchemaError(
          `${name}.extend takes a schema, such as EnterpriseUserSchema; a resource type has its own in schema.`,
        );
      return defineResourceType({
        ...definition,
        extensions: [...extensions, { schema: extension, required: options?.required ?? false }],
      }) as never;
    },
    unique: (attribute) => defineResourceType({ ...definition, schema: withUnique(schema, attribute) }),
    refer: (attribute, resourceTypes) =>
      defineResourceType({ ...definition, refers: { ...refers, [attribute]: [...resourceTypes] } }),
    open: () => defineResourceType({ ...definition, openAttributes: "keep" }),
  };
}

/** What a definition may have, and what a resource type has besides: the one may be made of the other. */
const MEMBERS: { readonly [K in keyof ResourceTypeDefinition]: true } = {
  name: true,
  endpoint: true,
  description: true,
  schema: true,
  extensions: true,
  operations: true,
  openAttributes: true,
  refers: true,
  extend: true,
  unique: true,
  refer: true,
  open: true,
};

/** A member that is misspelt would be passed over, and leave open what it is to close. */
function checkMembers(definition: object): void {
  const names = Object.keys(MEMBERS).slice(0, -4);
  const stranger = Object.keys(definition).find((name) => !Object.hasOwn(MEMBERS, name));
  if (stranger !== undefined) throw new SchemaError(`defineResourceType: ${noneOf("", stranger, names)}`);
}

function checkOperations(name: string, operations: readonly ResourceOperation[]): void {
  const all: readonly string[] = RESOURCE_OPERATIONS;
  if (!Array.isArray(operations) || operations.length === 0)
    throw new SchemaError(
      `The operations of resource type ${name} must be a list of at least one of ${all.join(", ")}.`,
    );
  const stranger: unknown = operations.find((operation) => !all.includes(operation));
  if (stranger === undefined) return;
  throw new SchemaError(
    `Resource type ${name} has the operation ${JSON.stringify(stranger)}, which is none of ${all.join(", ")}.${nearestHint(all, String(stranger))}`,
  );
}

/** The schema with a reference that leads to these resource types. */
function withReference<S extends SchemaDefinition>(schema: S, name: string, resourceTypes: readonly string[]): S {
  const { attributes } = schema;
  const literal = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  const $ref = literal?.subAttributes?.$ref;
  if (literal === undefined || $ref === undefined) {
    const names = Object.keys(attributes).filter((one) => attributes[one]?.subAttributes?.$ref !== undefined);
    throw new SchemaError(
      `The schema ${schema.id} has no reference ${JSON.stringify(name)}; its references: ${names.join(", ") || "none"}.${nearestHint(names, name)}`,
    );
  }
  if (resourceTypes.length === 0 || resourceTypes.some((type) => typeof type !== "string" || type === ""))
    throw new SchemaError(`${name} of the schema ${schema.id} must refer to at least one resource type, by its name.`);
  const { type } = literal.subAttributes ?? {};
  const subAttributes = {
    ...literal.subAttributes,
    $ref: { ...$ref, referenceTypes: resourceTypes },
    // What suggests the names of resource types, suggests these.
    ...(type?.canonicalValues === undefined ? {} : { type: { ...type, canonicalValues: resourceTypes } }),
  };
  return { ...schema, attributes: { ...attributes, [name]: { ...literal, subAttributes } } };
}

function withUnique<S extends SchemaDefinition>(schema: S, name: string): S {
  const literal = Object.hasOwn(schema.attributes, name) ? schema.attributes[name] : undefined;
  if (literal === undefined)
    throw new SchemaError(
      `The schema ${schema.id} has no attribute ${JSON.stringify(name)}.${nearestHint(Object.keys(schema.attributes), name)}`,
    );
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
  /** What clients may do with its resources. Storage is asked for all else as well, by the service and its host. */
  readonly operations: ReadonlySet<ResourceOperation>;
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
  /**
   * The attribute whose value, an object, is what nobody declared, where the type keeps that (`openAttributes: "keep"`); it is one of
   * `attributes` and of `content`. Storage keeps it as it keeps the others, and need not be able to look into it. Undefined where what
   * nobody declared is left out.
   */
  readonly kept: Attribute | undefined;
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
  /** The path of something that nobody declared and that is kept; undefined where it is left out, or could not be kept so. */
  keptPath(text: string): AttributePath | undefined;
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
  const kept = definition.openAttributes === "keep" ? keptAttribute(comparisonKey) : undefined;
  const open = kept === undefined ? [] : [kept];
  const resolve = resolverOf(base, extensions);
  const schemas = [base, ...extensions];
  const isOfSchema = (name: string): boolean =>
    schemas.some(({ prefix }) => `${name.toLowerCase()}:`.startsWith(prefix));
  return {
    name: definition.name,
    endpoint: definition.endpoint,
    definition,
    operations: new Set(definition.operations ?? RESOURCE_OPERATIONS),
    urn: definition.schema.id,
    common: common.attributes,
    core: base.attributes,
    extensions,
    attributes: [...all(({ attributes }) => attributes), ...open],
    content: [...all(({ content }) => content), ...open],
    unique: all(({ unique }) => unique),
    references: all(({ references }) => references).map((attribute) => ({
      name: `${definition.name}.${attribute.path}`,
      attribute,
      resourceTypes: attribute.sub("$ref")?.resourceTypes ?? [],
    })),
    inverses: all(({ inverses }) => inverses),
    kept,
    hasStandardKeys: comparisonKey === standardKey,
    extension(text) {
      const exact = extensions.find(({ urn }) => urn === text);
      if (exact !== undefined) return exact;
      const prefix = `${text.toLowerCase()}:`;
      return extensions.find((extension) => extension.prefix === prefix);
    },
    attribute:
      kept === undefined ? base.attribute : (name) => base.attribute(name) ?? (name === kept.name ? kept : undefined),
    resolve,
    keptPath(text) {
      if (kept === undefined || !isKeepable(text) || resolve(text) !== undefined || isOfSchema(text)) return undefined;
      return keptPath(kept, text, comparisonKey);
    },
  };
}

/** Resolves a path, or, where the type has none of that name, the path that is meant by it, or what nobody declared and is kept. */
export function resolveMeant(
  resourceType: CompiledResourceType,
  text: string,
  alias: ((name: string) => string | undefined) | undefined,
): AttributePath | undefined {
  const path = resourceType.resolve(text);
  if (path !== undefined) return path;
  const meant = alias?.(text);
  return meant === undefined ? resourceType.keptPath(text) : resourceType.resolve(meant);
}
