import type { Filter } from "../filter/ast.ts";
import { parseFilter } from "../filter/parser.ts";
import { filterablePath, type ResolveOptions, resolveFilter } from "../filter/resolve.ts";
import type { Call } from "../operations/call.ts";
import { type AttributePath, leafOf } from "../schema/attribute.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context, IndexPage, Sort } from "../storage/adapter.ts";
import {
  forbidden,
  invalidFilter,
  invalidValue,
  methodNotAllowed,
  notFound,
  notImplemented,
  ScimError,
  sensitive,
} from "./error.ts";
import { parseTags, type TagList } from "./etag.ts";
import type { Operation } from "./operation.ts";
import { readPatch, tolerance } from "./patch-body.ts";
import { decodeSegment, parseQueryString } from "./query-string.ts";
import { parseOptions, resolveOptions } from "./resolve-options.ts";
import { type Search, searchFromBody, searchFromUrl } from "./search.ts";
import { type Selection, selectionOf } from "./selection.ts";

/** Where a URL leads, before anything of the request but its path is known. */
export type Endpoint =
  | { readonly type: "resources"; readonly resourceType: ResourceType }
  | { readonly type: "resource"; readonly resourceType: ResourceType; readonly id: string }
  | { readonly type: "search"; readonly resourceType: ResourceType }
  | {
      readonly type: "discovery";
      readonly endpoint: "ServiceProviderConfig" | "ResourceTypes" | "Schemas";
      readonly id: string | undefined;
    }
  | { readonly type: "unsupported"; readonly feature: string };

const DISCOVERY = ["ServiceProviderConfig", "ResourceTypes", "Schemas"] as const;

/** Features of RFC 7644 that this version of scimkit does not have; asked for, they are 501 and not 404. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  Bulk: "Bulk",
  Me: "/Me",
  ".search": "Searching over all resource types",
};

/** Splits a URL into its path and query without normalising it: `%2e%2e` must stay what it is [H3]. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const scheme = url.indexOf("://");
  const pathStart = scheme === -1 ? 0 : url.indexOf("/", scheme + 3);
  const whole = pathStart === -1 ? "" : url.slice(pathStart);
  const hash = whole.indexOf("#");
  const text = hash === -1 ? whole : whole.slice(0, hash);
  const mark = text.indexOf("?");
  return mark === -1 ? { path: text, query: "" } : { path: text.slice(0, mark), query: text.slice(mark + 1) };
}

/**
 * Finds the endpoint of a path: matched segment by segment, each decoded once, one slash at the end tolerated [Q08].
 * @throws {ScimError} 404 for every other path.
 * @see RFC 7644 §3.2
 */
export function findEndpoint(
  path: string,
  basePath: string,
  resourceTypes: readonly ResourceType[],
  anyCase: boolean,
): Endpoint {
  if (path !== basePath && !path.startsWith(`${basePath}/`)) throw notFound();
  const segments = path
    .slice(basePath.length)
    .replace(/^\/{1,2}/, "")
    .replace(/\/$/, "")
    .split("/")
    .map(decodeSegment);
  const [first = "", second, ...rest] = segments;
  const isNamed = (name: string): boolean => name === first || (anyCase && name.toLowerCase() === first.toLowerCase());
  if (rest.length > 0 || second === "") throw notFound();
  const discovery = DISCOVERY.find(isNamed);
  if (discovery !== undefined) {
    if (discovery === "ServiceProviderConfig" && second !== undefined) throw notFound();
    return { type: "discovery", endpoint: discovery, id: second };
  }
  const resourceType = resourceTypes.find((type) => isNamed(type.endpoint.slice(1)));
  if (resourceType !== undefined) {
    if (second === undefined) return { type: "resources", resourceType };
    return second === ".search" ? { type: "search", resourceType } : { type: "resource", resourceType, id: second };
  }
  if (first === "") return { type: "unsupported", feature: "Querying all resource types at once" };
  const feature = Object.keys(UNSUPPORTED).find(isNamed);
  if (feature !== undefined && second === undefined)
    return { type: "unsupported", feature: UNSUPPORTED[feature] as string };
  throw notFound();
}

/** What is left of a request once its endpoint is known. */
export interface RequestParts {
  /** In capitals; HEAD has become GET. */
  readonly method: string;
  readonly query: string;
  header(name: string): string | undefined;
  /** Parses the body as one JSON object. */
  body(): ResourceObject;
}

/**
 * Turns a request into the operation that it asks for; nothing after it reads HTTP.
 * @throws {ScimError} 405 with Allow, 501, and 400 for everything that does not parse.
 * @see RFC 7644 §3.2 Table 2
 */
export function route<C extends Context>(endpoint: Endpoint, request: RequestParts, call: Call<C>): Operation {
  switch (endpoint.type) {
    case "unsupported":
      throw notImplemented(`${endpoint.feature} is not supported by this server.`);
    case "discovery":
      if (request.method !== "GET") throw methodNotAllowed(request.method, ["GET", "HEAD"]);
      if (parseQueryString(request.query).filter !== undefined)
        throw forbidden("Discovery endpoints cannot be filtered; leave the filter out.");
      return { type: "discover", endpoint: endpoint.endpoint, id: endpoint.id };
    case "search":
      if (request.method !== "POST") throw methodNotAllowed(request.method, ["POST"]);
      return queryOperation(
        endpoint.resourceType,
        searchFromBody(request.body(), tolerance(call, "missingSchemas")),
        call,
      );
    case "resources":
      return onResources(endpoint.resourceType, request, call);
    case "resource":
      return onResource(endpoint.resourceType, endpoint.id, request, call);
  }
}

function onResources<C extends Context>(resourceType: ResourceType, request: RequestParts, call: Call<C>): Operation {
  const search = searchFromUrl(parseQueryString(request.query));
  if (request.method === "GET") {
    const operation = queryOperation(resourceType, search, call);
    if (operation.filter !== undefined) checkSensitive(operation.filter, call);
    return operation;
  }
  if (request.method === "POST") {
    return { type: "create", resourceType, selection: selection(resourceType, search, call), body: request.body() };
  }
  throw methodNotAllowed(request.method, ["GET", "HEAD", "POST"]);
}

function onResource<C extends Context>(
  resourceType: ResourceType,
  id: string,
  request: RequestParts,
  call: Call<C>,
): Operation {
  const selected = (): Selection => selection(resourceType, searchFromUrl(parseQueryString(request.query)), call);
  switch (request.method) {
    case "GET":
      return {
        type: "read",
        resourceType,
        id,
        selection: selected(),
        ifNoneMatch: tags(request.header("if-none-match")),
      };
    case "PUT":
      return {
        type: "replace",
        resourceType,
        id,
        selection: selected(),
        body: request.body(),
        ifMatch: tags(request.header("if-match")),
      };
    case "DELETE":
      return { type: "delete", resourceType, id, ifMatch: tags(request.header("if-match")) };
    case "PATCH":
      return {
        type: "patch",
        resourceType,
        id,
        selection: selected(),
        operations: readPatch(resourceType, request.body(), call),
        ifMatch: tags(request.header("if-match")),
      };
    default:
      throw methodNotAllowed(request.method, ["GET", "HEAD", "PUT", "PATCH", "DELETE"]);
  }
}

function tags(header: string | undefined): TagList | undefined {
  return header === undefined ? undefined : parseTags(header);
}

/** @see RFC 7644 §3.9 */
function selection<C extends Context>(resourceType: ResourceType, search: Search, call: Call<C>): Selection {
  const { quirks, limits, isReadable } = call.engine;
  let { excludedAttributes } = search;
  const standard = call.engine.selections.get(resourceType);
  if (
    standard !== undefined &&
    isReadable === undefined &&
    search.attributes === undefined &&
    excludedAttributes === undefined
  )
    return standard;
  if (search.attributes !== undefined && excludedAttributes !== undefined) {
    if (!quirks.reads.bothSelections)
      throw invalidValue("attributes and excludedAttributes exclude each other; send one of them.");
    call.note(quirks.ruleOf("bothSelections"), "excludedAttributes");
    excludedAttributes = undefined;
  }
  return selectionOf(
    resourceType,
    { attributes: search.attributes, excludedAttributes },
    {
      lenientNames: quirks.reads.lenientNames,
      maxNames: limits.attributes,
      isReadable: isReadable && ((attribute) => isReadable(attribute, resourceType, call.context)),
    },
  );
}

/** @see RFC 7644 §3.4.2 */
function queryOperation<C extends Context>(resourceType: ResourceType, search: Search, call: Call<C>) {
  const options = resolveOptions(resourceType, call);
  return {
    type: "query",
    resourceType,
    filter: search.filter === undefined ? undefined : filterOf(search.filter, resourceType, options, call),
    sort: sortOf(resourceType, search, options, call),
    page: pageOf(search, call),
    selection: selection(resourceType, search, call),
  } as const satisfies Operation;
}

function filterOf<C extends Context>(
  text: string,
  resourceType: ResourceType,
  options: ResolveOptions,
  call: Call<C>,
): Filter<AttributePath> {
  const { storageOf } = call.engine;
  // A filter that is not supported must not be ignored: the client would take every resource for a match [P-3.4.2.2-01].
  if (storageOf(resourceType).capabilities?.filter === false)
    throw invalidFilter("This server does not support filters.");
  const parsed = parseFilter(text, parseOptions(call));
  return resolveFilter(parsed, resourceType, options);
}

/** @see RFC 7644 §3.4.2.3 */
function sortOf<C extends Context>(
  resourceType: ResourceType,
  search: Search,
  options: ResolveOptions,
  call: Call<C>,
): Sort | undefined {
  const order = search.sortOrder?.toLowerCase() ?? "ascending";
  if (order !== "ascending" && order !== "descending") throw invalidValue("sortOrder must be ascending or descending.");
  if (search.sortBy === undefined || search.sortBy === "") return undefined;
  if (call.engine.storageOf(resourceType).capabilities?.sort === false) return undefined;
  const path = filterablePath(search.sortBy, resourceType, options);
  if (path === undefined)
    throw invalidValue(
      `sortBy names no attribute of ${resourceType.name} that can be sorted by; see /Schemas for the attributes.`,
    );
  const value = leafOf(path).type === "complex" ? path.attribute.sub("value") : undefined;
  if (leafOf(path).type === "complex" && value === undefined) {
    throw invalidValue(`sortBy names ${path.text}, which is complex; name one of its sub-attributes.`);
  }
  return {
    path: value === undefined ? path : { text: value.path, attribute: path.attribute, sub: value },
    descending: order === "descending",
  };
}

/** @see RFC 7644 §3.4.2.4 */
function pageOf<C extends Context>(search: Search, call: Call<C>): IndexPage {
  const { results, defaultResults } = call.engine.limits;
  const count = Math.min(Math.max(search.count ?? defaultResults, 0), results);
  return { startIndex: Math.max(search.startIndex ?? 1, 1), count };
}

/** @see RFC 7644 §7.5.2 */
function checkSensitive<C extends Context>(filter: Filter<AttributePath>, call: Call<C>): void {
  const { sensitiveAttributes } = call.engine;
  if (sensitiveAttributes.length === 0) return;
  const walk = (part: Filter<AttributePath>): void => {
    if (part.type === "and" || part.type === "or") return part.filters.forEach(walk);
    if (part.type === "not") return walk(part.filter);
    const names = [part.path.attribute.path, part.path.text].map((name) => name.toLowerCase());
    if (sensitiveAttributes.some((name) => names.includes(name.toLowerCase()))) {
      throw sensitive(
        "The filter holds sensitive data, which must not stand in a URL. Send the query in the body of POST …/.search.",
      );
    }
    if (part.type === "element") walk(part.filter);
  };
  walk(filter);
}

/** Reads the header of a request in any letter case; several values are joined as HTTP has it. */
export function headerReader(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): (name: string) => string | undefined {
  return (name) => {
    const direct = headers[name];
    const key =
      direct !== undefined ? name : Object.keys(headers).find((candidate) => candidate.toLowerCase() === name);
    const value = key === undefined ? undefined : headers[key];
    return typeof value === "string" || value === undefined ? value : value.join(", ");
  };
}

/** 400 for a body that is missing where one is needed. */
export function bodyMissing(): ScimError {
  return new ScimError(400, "The request needs a JSON body.", { scimType: "invalidSyntax" });
}
