import type { Call, Router } from "../call/call.ts";
import type { Operation } from "../call/operation.ts";
import { type Precondition, parseTags, readPrecondition, type TagList } from "../call/preconditions.ts";
import type { Selection } from "../call/selection.ts";
import { tolerance } from "../call/settings.ts";
import { forbidden, methodNotAllowed, notImplemented } from "../error.ts";
import type { Search } from "../filter/search.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { readBulk } from "./bulk-body.ts";
import { type Endpoint, findEndpoint } from "./endpoint.ts";
import { readPatch } from "./patch-body.ts";
import { checkSensitive, queryOperation, requestSelection } from "./query.ts";
import { parseQueryString } from "./query-string.ts";
import { rootQueryOperation } from "./root-query.ts";
import { searchFromBody, searchFromUrl } from "./search.ts";

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
export function route<C extends Context>(
  endpoint: Exclude<Endpoint, { readonly type: "me" }>,
  request: RequestParts,
  call: Call<C>,
): Operation {
  switch (endpoint.type) {
    case "discovery":
      if (request.method !== "GET") throw methodNotAllowed(request.method, ["GET", "HEAD"]);
      if (parseQueryString(request.query).filter !== undefined)
        throw forbidden("Discovery endpoints cannot be filtered; leave the filter out.");
      return { type: "discover", endpoint: endpoint.endpoint, id: endpoint.id };
    case "root": {
      if (request.method !== "GET") throw methodNotAllowed(request.method, ["GET", "HEAD"]);
      checkRootQueries(call);
      const operation = rootQueryOperation(urlSearch(request, call), call);
      for (const { filter } of operation.parts) if (filter !== undefined) checkSensitive(filter, call);
      return operation;
    }
    case "rootSearch":
      if (request.method !== "POST") throw methodNotAllowed(request.method, ["POST"]);
      checkRootQueries(call);
      return rootQueryOperation(bodySearch(request, call), call);
    case "search":
      if (request.method !== "POST") throw methodNotAllowed(request.method, ["POST"]);
      return queryOperation(endpoint.resourceType, bodySearch(request, call), call);
    case "bulk":
      return bulkOperation(request, call);
    case "resources":
      return onResources(endpoint.resourceType, request, call);
    case "resource":
      return onResource(endpoint.resourceType, endpoint.id, request, call);
  }
}

/** Reads the requests within a bulk request: they have no query, and of the headers If-Match alone. @see RFC 7644 §3.7 */
export function routerOf<C extends Context>(resourceTypes: readonly ResourceType[]): Router<C> {
  return {
    find(path, otherCase) {
      const endpoint = findEndpoint(path, "", resourceTypes, otherCase);
      return endpoint.type === "resources" || endpoint.type === "resource" ? endpoint : undefined;
    },
    read: (endpoint, { method, version, body }, call) =>
      route(
        endpoint,
        { method, query: "", header: (name) => (name === "if-match" ? version : undefined), body: () => body },
        call,
      ),
  };
}

/** @see RFC 7644 §3.7 */
function bulkOperation<C extends Context>(request: RequestParts, call: Call<C>): Operation {
  const { bulk, limits } = call.engine;
  if (!bulk) throw notImplemented("Bulk is not supported by this server.");
  if (request.method !== "POST") throw methodNotAllowed(request.method, ["POST"]);
  return {
    type: "bulk",
    ...readBulk(request.body(), {
      maxOperations: limits.bulkOperations,
      missingSchemas: tolerance("missingSchemas", call),
    }),
  };
}

function onResources<C extends Context>(resourceType: ResourceType, request: RequestParts, call: Call<C>): Operation {
  const search = urlSearch(request, call);
  if (request.method === "GET") {
    const operation = queryOperation(resourceType, search, call);
    if (operation.filter !== undefined) checkSensitive(operation.filter, call);
    return operation;
  }
  if (request.method === "POST") {
    return {
      type: "create",
      resourceType,
      selection: requestSelection(resourceType, search, call),
      body: request.body(),
    };
  }
  throw methodNotAllowed(request.method, ["GET", "HEAD", "POST"]);
}

function onResource<C extends Context>(
  resourceType: ResourceType,
  id: string,
  request: RequestParts,
  call: Call<C>,
): Operation {
  const selected = (): Selection => requestSelection(resourceType, urlSearch(request, call), call);
  switch (request.method) {
    case "GET":
      return {
        type: "read",
        resourceType,
        id,
        selection: selected(),
        ifNoneMatch: tags(request, call),
      };
    case "PUT":
      return {
        type: "replace",
        resourceType,
        id,
        selection: selected(),
        body: request.body(),
        ifMatch: precondition(request, call),
      };
    case "DELETE":
      return { type: "delete", resourceType, id, ifMatch: precondition(request, call) };
    case "PATCH":
      return {
        type: "patch",
        resourceType,
        id,
        selection: selected(),
        operations: readPatch(resourceType, request.body(), call),
        ifMatch: precondition(request, call),
      };
    default:
      throw methodNotAllowed(request.method, ["GET", "HEAD", "PUT", "PATCH", "DELETE"]);
  }
}

/** The parameters in the URL, as the quirks have them. */
function urlSearch<C extends Context>(request: RequestParts, call: Call<C>): Search {
  return call.engine.quirks.search(searchFromUrl(parseQueryString(request.query)), call.note);
}

/** The parameters in the body, as the quirks have them. */
function bodySearch<C extends Context>(request: RequestParts, call: Call<C>): Search {
  return call.engine.quirks.search(searchFromBody(request.body(), tolerance("missingSchemas", call)), call.note);
}

function checkRootQueries<C extends Context>(call: Call<C>): void {
  if (!call.engine.rootQueries)
    throw notImplemented(
      "This server does not query all resource types at once; query the endpoint of one resource type.",
    );
}

/** Where versions are not shown, what is said of them is passed over [P-3.14-09]. */
function tags<C extends Context>(request: RequestParts, call: Call<C>): TagList | undefined {
  const header = call.engine.etags ? request.header("if-none-match") : undefined;
  return header === undefined ? undefined : parseTags(header);
}

function precondition<C extends Context>(request: RequestParts, call: Call<C>): Precondition | undefined {
  return call.engine.etags ? readPrecondition(request.header("if-match"), request.header("if-none-match")) : undefined;
}
