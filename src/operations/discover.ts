import { type Call, type Engine, servesBulk } from "../call/call.ts";
import type { DiscoverOperation } from "../call/operation.ts";
import type { Result } from "../call/result.ts";
import { notFound } from "../error.ts";
import type { AttributeLiteral } from "../schema/attribute.ts";
import { PASSWORD } from "../schema/core/password.ts";
import { ResourceTypeSchema } from "../schema/core/resource-type.ts";
import { SchemaSchema } from "../schema/core/schema.ts";
import { ServiceProviderConfigSchema } from "../schema/core/service-provider-config.ts";
import type { CompiledResourceType, ResourceOperation } from "../schema/resource-type.ts";
import type { SchemaDefinition } from "../schema/schema.ts";
import { schemaToJson } from "../schema/schema-json.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { keepsSecret } from "../storage/secrets.ts";

/**
 * Answers the three discovery endpoints. Sorting, paging and selection do not apply there; a list is always whole.
 * @see RFC 7644 §4
 */
export function discover<C extends Context>(operation: DiscoverOperation, call: Call<C>): Result {
  const { engine, baseUrl } = call;
  switch (operation.endpoint) {
    case "ServiceProviderConfig":
      return resultOf(serviceProviderConfig(engine, baseUrl));
    case "ResourceTypes": {
      const types = engine.resourceTypes.map((type) => resourceTypeDocument(type, baseUrl));
      return operation.id === undefined
        ? { type: "documents", documents: types }
        : resultOf(types.find((type) => type.id === operation.id));
    }
    case "Schemas": {
      const schemas = schemasOfEngine(engine).map((schema) => schemaDocument(schema, baseUrl));
      const urn = operation.id?.toLowerCase();
      return urn === undefined
        ? { type: "documents", documents: schemas }
        : resultOf(schemas.find((schema) => schema.id.toLowerCase() === urn));
    }
  }
}

function resultOf(document: (ResourceObject & { readonly meta: { readonly location: string } }) | undefined): Result {
  if (document === undefined)
    throw notFound("No such schema or resource type; the list is at the endpoint without the last segment.");
  return { type: "document", body: document, location: document.meta.location };
}

/** Computed from what is implemented and enforced, never from a wish. @see RFC 7643 §5 */
function serviceProviderConfig<C extends Context>(engine: Engine<C>, baseUrl: string) {
  const queryable = engine.resourceTypes.filter(({ operations }) => operations.has("query"));
  const can = (feature: "filter" | "sort"): boolean =>
    queryable.length > 0 && queryable.every((type) => engine.adapterOf(type).capabilities?.[feature] === true);
  return {
    schemas: [
      ServiceProviderConfigSchema.id,
      ...Object.keys(engine.announced).filter((name) => name.toLowerCase().startsWith("urn:")),
    ],
    ...(engine.documentationUri === undefined ? {} : { documentationUri: engine.documentationUri }),
    patch: { supported: engine.resourceTypes.some(({ operations }) => operations.has("patch")) },
    bulk: bulkSupport(engine),
    filter: { supported: can("filter"), maxResults: engine.limits.results },
    changePassword: { supported: engine.resourceTypes.some((type) => keepsPasswords(type, engine)) },
    sort: { supported: can("sort") },
    etag: { supported: engine.etags },
    ...(engine.pagination.cursor ? { pagination: pagination(engine) } : {}),
    authenticationSchemes: engine.authenticationSchemes,
    ...engine.announced,
    meta: { resourceType: "ServiceProviderConfig", location: `${baseUrl}/ServiceProviderConfig` },
  };
}

/** For those alone that implement cursors. @see RFC 9865 §4 */
function pagination<C extends Context>({ pagination: { cursor, index, default: method }, limits, cursors }: Engine<C>) {
  return {
    cursor,
    index,
    defaultPaginationMethod: method,
    defaultPageSize: Math.min(limits.defaultResults, limits.results),
    maxPageSize: limits.results,
    cursorTimeout: cursors.timeout,
  };
}

/** Complete even where there is none, because clients refuse what lacks a number [Q95]. @see RFC 7644 §3.7.4 */
function bulkSupport<C extends Context>(engine: Engine<C>) {
  const { limits } = engine;
  return servesBulk(engine)
    ? { supported: true, maxOperations: limits.bulkOperations, maxPayloadSize: limits.body }
    : { supported: false, maxOperations: 0, maxPayloadSize: 0 };
}

function keepsPasswords<C extends Context>(type: CompiledResourceType, engine: Engine<C>): boolean {
  const isSettable = type.operations.has("replace") || type.operations.has("patch");
  return isSettable && type.attribute(PASSWORD) !== undefined && keeps(type, PASSWORD, engine);
}

function keeps<C extends Context>(type: CompiledResourceType, path: string, engine: Engine<C>): boolean {
  return keepsSecret(engine.adapterOf(type).capabilities ?? {}, type, path);
}

/** @see RFC 7643 §6 */
function resourceTypeDocument(type: CompiledResourceType, baseUrl: string) {
  const { description } = type.definition;
  return {
    schemas: [ResourceTypeSchema.id],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    ...(description === undefined ? {} : { description }),
    schema: type.urn,
    schemaExtensions: type.extensions.map((extension) => ({ schema: extension.urn, required: extension.required })),
    meta: { resourceType: "ResourceType", location: `${baseUrl}/ResourceTypes/${type.name}` },
  };
}

/**
 * Every schema that a resource may carry, and the three of discovery itself [S-7-01]. What storage drops of a resource type is not
 * offered, unless another type of the same schema has it kept.
 */
function schemasOfEngine<C extends Context>(engine: Engine<C>): readonly SchemaDefinition[] {
  const used = engine.resourceTypes.flatMap((type) => [
    { type, prefix: "", schema: type.definition.schema },
    ...type.extensions.map(({ schema, urn }) => ({ type, prefix: `${urn}:`, schema })),
  ]);
  const offered = used.map(({ schema }) => {
    const users = used.filter((use) => use.schema === schema);
    const kept = withoutDropped(schema, (name) => users.some(({ type, prefix }) => keeps(type, prefix + name, engine)));
    return asWritable(
      kept,
      users.map(({ type }) => type),
    );
  });
  const all = [...offered, ServiceProviderConfigSchema, ResourceTypeSchema, SchemaSchema];
  return [...new Map(all.map((schema) => [schema.id.toLowerCase(), schema])).values()];
}

/**
 * The schema as far as clients can write it: what none of its resource types lets them change is immutable, and what none lets them
 * set is readOnly.
 */
function asWritable(schema: SchemaDefinition, types: readonly CompiledResourceType[]): SchemaDefinition {
  const can = (operation: ResourceOperation): boolean => types.some(({ operations }) => operations.has(operation));
  if (can("replace") || can("patch")) return schema;
  const mutability = can("create") ? "immutable" : "readOnly";
  return { ...schema, attributes: withMutability(schema.attributes, mutability) };
}

function withMutability(
  attributes: SchemaDefinition["attributes"],
  mutability: "immutable" | "readOnly",
): SchemaDefinition["attributes"] {
  const restricted = ([name, literal]: [string, AttributeLiteral]): [string, AttributeLiteral] => {
    const { mutability: own = "readWrite", subAttributes } = literal;
    const isFree = own === "readWrite" || (own === "immutable" && mutability === "readOnly");
    return [
      name,
      {
        ...literal,
        mutability: isFree ? mutability : own,
        ...(subAttributes === undefined ? {} : { subAttributes: withMutability(subAttributes, mutability) }),
      },
    ];
  };
  return Object.fromEntries(Object.entries(attributes).map(restricted));
}

/** One that is required stays, since a create without it is refused. */
function withoutDropped(schema: SchemaDefinition, isKept: (name: string) => boolean): SchemaDefinition {
  const attributes = Object.entries(schema.attributes).filter(
    ([name, { mutability, required }]) => mutability !== "writeOnly" || required === true || isKept(name),
  );
  return { ...schema, attributes: Object.fromEntries(attributes) };
}

/** @see RFC 7643 §7 */
function schemaDocument(schema: SchemaDefinition, baseUrl: string) {
  return {
    schemas: [SchemaSchema.id],
    ...schemaToJson(schema),
    meta: { resourceType: "Schema", location: `${baseUrl}/Schemas/${schema.id}` },
  };
}
