import { isObject } from "../schema/value.ts";
import { ASSUMED_FEATURES, ASSUMED_SCHEMAS, ASSUMED_TYPES, GROUP, USER } from "./assumed.ts";
import type { Feature, ResourceTypeFact, SchemaFact, ServerFacts } from "./facts.ts";
import type { Json } from "./json.ts";
import { schemaFact } from "./schema-facts.ts";
import type { Sent } from "./wire.ts";

type Ask = (path: string) => Promise<Sent>;

/** What a server says of itself, and remarks on what it does not say. Nothing that it answers ends it. */
export async function discover(
  baseUrl: string,
  ask: Ask,
): Promise<{ readonly facts: ServerFacts; readonly remarks: readonly string[] }> {
  const remarks: string[] = [];
  const config = await readConfig(ask, remarks);
  const listed = await readList(ask, "/Schemas", remarks);
  const schemas = new Map(listed.flatMap((one) => schemaFact(one) ?? []).map((schema) => [schema.id, schema]));
  if (schemas.size === 0) remarks.push("/Schemas names no schema that can be read: those of RFC 7643 are assumed.");
  const types = (await readList(ask, "/ResourceTypes", remarks)).flatMap((one) => typeFact(one, baseUrl) ?? []);
  if (types.length === 0) remarks.push("/ResourceTypes names no type that can be read: User and Group are assumed.");
  const resourceTypes = types.length === 0 ? assumedTypes(schemas) : types;
  for (const { schema, extensions } of resourceTypes)
    for (const id of [schema, ...extensions.map((extension) => extension.schema)])
      await complete(schemas, id, ask, remarks);
  return { facts: { baseUrl, resourceTypes, schemas, ...factsOf(config), ...known(resourceTypes) }, remarks };
}

async function readConfig(ask: Ask, remarks: string[]): Promise<Record<string, unknown> | undefined> {
  const { answer, exchange } = await ask("/ServiceProviderConfig");
  if (answer?.status === 200 && isObject(answer.body)) return answer.body;
  remarks.push(
    `GET /ServiceProviderConfig gave ${answer === undefined ? exchange.error : seen(answer.status, answer.text)}: PATCH and filters are assumed, bulk, sorting and ETags are not.`,
  );
  return undefined;
}

/** The resources of a list; an array of them is taken for one, as is a list whose pages have to be turned. */
async function readList(ask: Ask, path: string, remarks: string[]): Promise<readonly unknown[]> {
  const { answer, exchange } = await ask(path);
  const body = answer?.status === 200 ? answer.body : undefined;
  if (Array.isArray(body)) {
    remarks.push(`GET ${path} gave an array and no ListResponse.`);
    return body;
  }
  if (isObject(body) && Array.isArray(body.Resources)) return body.Resources;
  remarks.push(`GET ${path} gave ${answer === undefined ? exchange.error : seen(answer.status, answer.text)}.`);
  return [];
}

function seen(status: number, text: string): string {
  const start = text.trimStart().slice(0, 40).replaceAll(/\s+/g, " ");
  if (start === "") return `${status} without a body`;
  return start.startsWith("<") ? `${status} with HTML or XML` : `${status} with "${start}…"`;
}

function typeFact(json: unknown, baseUrl: string): ResourceTypeFact | undefined {
  if (!isObject(json) || typeof json.schema !== "string" || typeof json.endpoint !== "string") return undefined;
  const extensions = Array.isArray(json.schemaExtensions) ? json.schemaExtensions.filter(isObject) : [];
  return {
    name: typeof json.name === "string" ? json.name : json.schema,
    endpoint: belowBase(json.endpoint, baseUrl),
    schema: json.schema,
    extensions: extensions.flatMap(({ schema, required }) =>
      typeof schema === "string" ? [{ schema, required: required === true }] : [],
    ),
  };
}

/** Endpoints are relative to the base URL; some servers print whole URLs, or leave the slash out. */
function belowBase(endpoint: string, baseUrl: string): string {
  const below = endpoint.startsWith(baseUrl) ? endpoint.slice(baseUrl.length) : endpoint;
  const path = /^https?:\/\//.test(below) ? `/${below.slice(below.lastIndexOf("/") + 1)}` : below;
  return `/${path.replace(/^\/+|\/+$/g, "")}`;
}

function assumedTypes(schemas: ReadonlyMap<string, SchemaFact>): readonly ResourceTypeFact[] {
  return schemas.size === 0 ? ASSUMED_TYPES : ASSUMED_TYPES.filter(({ schema }) => schemas.has(schema));
}

/** A schema that a type names and the list does not have: asked for by itself, and else assumed. */
async function complete(schemas: Map<string, SchemaFact>, id: string, ask: Ask, remarks: string[]): Promise<void> {
  if (schemas.has(id)) return;
  const { answer } = await ask(`/Schemas/${encodeURIComponent(id)}`);
  const found = (answer?.status === 200 ? schemaFact(answer.body) : undefined) ?? ASSUMED_SCHEMAS.get(id);
  if (found === undefined) remarks.push(`Nothing describes the schema ${id}: its attributes are not known.`);
  else schemas.set(id, found);
}

function known(types: readonly ResourceTypeFact[]): Pick<ServerFacts, "users" | "groups"> {
  const find = (schema: string, endpoint: string) =>
    types.find((type) => type.schema === schema) ?? types.find((type) => type.endpoint.toLowerCase() === endpoint);
  return { users: find(USER, "/users"), groups: find(GROUP, "/groups") };
}

function factsOf(
  config: Record<string, unknown> | undefined,
): Pick<ServerFacts, "serviceProviderConfig" | "features" | "areFeaturesAssumed" | "maxResults" | "bulk"> {
  const { bulk, filter, pagination, ...rest }: Json = config ?? {};
  const announced: readonly (readonly [Feature, unknown])[] = [
    ["patch", rest.patch?.supported],
    ["bulk", bulk?.supported],
    ["filter", filter?.supported],
    ["sort", rest.sort?.supported],
    ["etag", rest.etag?.supported],
    ["changePassword", rest.changePassword?.supported],
    ["pagination.cursor", pagination?.cursor],
    // RFC 9865 §4: who says nothing of pages has them by index.
    ["pagination.index", pagination?.index ?? true],
  ];
  return {
    serviceProviderConfig: config,
    areFeaturesAssumed: config === undefined,
    features: config === undefined ? ASSUMED_FEATURES : new Map(announced.map(([name, value]) => [name, isYes(value)])),
    maxResults: limit(filter?.maxResults),
    bulk: { maxOperations: limit(bulk?.maxOperations), maxPayloadSize: limit(bulk?.maxPayloadSize) },
  };
}

function isYes(value: unknown): boolean {
  return value === true || String(value).toLowerCase() === "true";
}

function limit(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}
