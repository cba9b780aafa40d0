import type { Call, Router } from "../call/call.ts";
import type { CreateOperation, Operation } from "../call/operation.ts";
import { type Precondition, parseTags, readPrecondition, type TagList } from "../call/preconditions.ts";
import type { Selection } from "../call/selection.ts";
import { tolerance } from "../call/settings.ts";
import { forbidden, methodNotAllowed, notImplemented } from "../error.ts";
import type { Search } from "../filter/search.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { readBulk } from "./bulk-body.ts";
import { type EndpointOf, type FinalEndpoint, findEndpoint } from "./endpoint.ts";
import { membershipsInBody } from "./memberships.ts";
import { withoutUnknownSchemas } from "./message-schemas.ts";
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
  /** Parses the body as one JSON object; to be asked once it is there. */
  body(): ResourceObject;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** What reads a request to an endpoint, by the methods that it has. */
type Readers = { readonly [method in (typeof METHODS)[number]]?: () => Operation | Promise<Operation> };

/**
 * Finds what turns a request into the operation that it asks for, so that a method that the endpoint does not have is refused
 * before the body is there; nothing after it reads HTTP.
 * @throws {ScimError} 405 with Allow, 501; what it returns throws 400 for everything that does not parse.
 */
export function route<C extends Context>(
  endpoint: FinalEndpoint,
  request: RequestParts,
  call: Call<C>,
): () => Operation | Promise<Operation> {
  const readers = readersOf(endpoint, request, call);
  const method = METHODS.find((known) => known === request.method);
  const read = method && readers[method];
  if (read === undefined) throw methodNotAllowed(request.method, allowedBy(readers));
  return read;
}

/** Where there is GET, there is HEAD. */
function allowedBy(readers: Readers): readonly string[] {
  return Object.keys(readers).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}

/** @see RFC 7644 §3.2 Table 2 */
function readersOf<C extends Context>(endpoint: FinalEndpoint, request: RequestParts, call: Call<C>): Readers {
  switch (endpoint.type) {
    case "discovery":
      return { GET: () => discoverOperation(endpoint, request) };
    case "root":
      return { GET: () => rootQueryInUrl(request, call) };
    case "rootSearch":
      return { POST: () => rootQueryInBody(request, call) };
    case "search":
      return { POST: () => queryOperation(endpoint.resourceType, bodySearch(request, call), call) };
    case "bulk":
      if (!call.engine.bulk) throw notImplemented("Bulk is not supported by this server.");
      return { POST: () => bulkOperation(request, call) };
    case "resources":
      return readersOfType(endpoint.resourceType, request, call);
    case "resource":
      return readersOfResource(endpoint, request, call);
  }
}

/** Reads the requests within a bulk request: they have no query, and of the headers If-Match alone. @see RFC 7644 §3.7 */
export function routerOf<C extends Context>(resourceTypes: readonly CompiledResourceType[]): Router<C> {
  return {
    find(path, otherCase) {
      const endpoint = findEndpoint(path, "", resourceTypes, otherCase);
      return endpoint.type === "resources" || endpoint.type === "resource" ? endpoint : undefined;
    },
    read: async (endpoint, { method, version, body }, call) =>
      route(
        endpoint,
        { method, query: "", header: (name) => (name === "if-match" ? version : undefined), body: () => body },
        call,
      )(),
  };
}

function readersOfType<C extends Context>(
  resourceType: CompiledResourceType,
  request: RequestParts,
  call: Call<C>,
): Readers {
  const search = urlSearch(request, call);
  return {
    GET: () => {
      const operation = queryOperation(resourceType, search, call);
      if (operation.filter !== undefined) checkSensitive(operation.filter, call);
      return operation;
    },
    POST: () => {
      const selection = requestSelection(resourceType, search, call);
      const body = request.body();
      return { type: "create", resourceType, selection, body, ...memberships(resourceType, body, "add", call) };
    },
  };
}

function readersOfResource<C extends Context>(
  { resourceType, id }: EndpointOf<"resource">,
  request: RequestParts,
  call: Call<C>,
): Readers {
  const select = (): Selection => requestSelection(resourceType, urlSearch(request, call), call);
  return {
    GET: () => ({ type: "read", resourceType, id, selection: select(), ifNoneMatch: tags(request, call) }),
    PUT: () => {
      const body = request.body();
      const groups = memberships(resourceType, body, "replace", call);
      const ifMatch = precondition(request, call);
      return { type: "replace", resourceType, id, selection: select(), body, ifMatch, ...groups };
    },
    PATCH: async () => ({
      type: "patch",
      resourceType,
      id,
      selection: select(),
      ...(await readPatch(resourceType, request.body(), call)),
      ifMatch: precondition(request, call),
    }),
    DELETE: () => ({ type: "delete", resourceType, id, ifMatch: precondition(request, call) }),
  };
}

function memberships<C extends Context>(
  resourceType: CompiledResourceType,
  body: ResourceObject,
  op: "add" | "replace",
  call: Call<C>,
): Pick<CreateOperation, "memberships"> {
  const found = call.engine.writableGroups ? membershipsInBody(resourceType, body, op, call) : [];
  return found.length === 0 ? {} : { memberships: found };
}

function discoverOperation({ endpoint, id }: EndpointOf<"discovery">, { query }: RequestParts): Operation {
  if (parseQueryString(query).filter !== undefined)
    throw forbidden("Discovery endpoints cannot be filtered; leave the filter out.");
  return { type: "discover", endpoint, id };
}

function rootQueryInUrl<C extends Context>(request: RequestParts, call: Call<C>): Operation {
  checkRootQueries(call);
  const operation = rootQueryOperation(urlSearch(request, call), call);
  for (const { filter } of operation.parts) if (filter !== undefined) checkSensitive(filter, call);
  return operation;
}

function rootQueryInBody<C extends Context>(request: RequestParts, call: Call<C>): Operation {
  checkRootQueries(call);
  return rootQueryOperation(bodySearch(request, call), call);
}

/** @throws {ScimError} 501 */
function checkRootQueries<C extends Context>(call: Call<C>): void {
  if (!call.engine.rootQueries)
    throw notImplemented(
      "This server does not query all resource types at once; query the endpoint of one resource type.",
    );
}

/** @see RFC 7644 §3.7 */
function bulkOperation<C extends Context>(request: RequestParts, call: Call<C>): Operation {
  const options = {
    maxOperations: call.engine.limits.bulkOperations,
    missingSchemas: tolerance("missingSchemas", call),
  };
  return { type: "bulk", ...readBulk(withoutUnknownSchemas(request.body(), call), options) };
}

/** The parameters in the URL, as the quirks have them. */
function urlSearch<C extends Context>(request: RequestParts, call: Call<C>): Search {
  return call.engine.quirks.search(
    searchFromUrl(parseQueryString(request.query, tolerance("parameterCase", call))),
    call.note,
  );
}

/** The parameters in the body, as the quirks have them. */
function bodySearch<C extends Context>(request: RequestParts, call: Call<C>): Search {
  const options = { missingSchemas: tolerance("missingSchemas", call), texts: tolerance("searchTexts", call) };
  return call.engine.quirks.search(searchFromBody(withoutUnknownSchemas(request.body(), call), options), call.note);
}

/** Where versions are not shown, what is said of them is passed over [P-3.14-09]. */
function tags<C extends Context>(request: RequestParts, call: Call<C>): TagList | undefined {
  const header = call.engine.etags ? request.header("if-none-match") : undefined;
  return header === undefined ? undefined : parseTags(header);
}

function precondition<C extends Context>(request: RequestParts, call: Call<C>): Precondition | undefined {
  return call.engine.etags ? readPrecondition(request.header("if-match"), request.header("if-none-match")) : undefined;
}
