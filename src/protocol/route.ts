import { type Call, type Router, servesBulk } from "../call/call.ts";
import type { CreateOperation, Operation, PatchOperation, QueryOperation } from "../call/operation.ts";
import { type Precondition, parseTags, readPrecondition, type TagList } from "../call/preconditions.ts";
import type { Selection } from "../call/selection.ts";
import { tolerance } from "../call/settings.ts";
import { forbidden, methodNotAllowed, notImplemented } from "../error.ts";
import type { Search } from "../filter/search.ts";
import type { CompiledResourceType, ResourceOperation } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { readBulk } from "./bulk-body.ts";
import { type EndpointOf, type FinalEndpoint, findEndpoint } from "./endpoint.ts";
import { membershipsInBody } from "./memberships.ts";
import { withoutUnknownSchemas } from "./message-schemas.ts";
import { type PatchParts, readPatch } from "./patch-body.ts";
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
  /** The service asks, to end what a client may do: it is not bound by the `operations` of a resource type. */
  readonly isOwn?: boolean;
}

/** What reads a request: some read the body in steps. */
type Reader = () => Operation | Promise<Operation>;

/** The methods of an endpoint, each with what it does with resources; undefined where that is none of a type's `operations`. */
type Methods = { readonly [method: string]: ResourceOperation | undefined };

const METHODS_OF: { readonly [type in FinalEndpoint["type"]]: Methods } = {
  discovery: { GET: undefined },
  root: { GET: undefined },
  rootSearch: { POST: undefined },
  search: { POST: "query" },
  bulk: { POST: undefined },
  resources: { GET: "query", POST: "create" },
  resource: { GET: "read", PUT: "replace", PATCH: "patch", DELETE: "delete" },
};

/**
 * Finds what turns a request into the operation that it asks for, so that a method that the endpoint does not have is refused
 * before the body is there; nothing after it reads HTTP.
 * @throws {ScimError} 405 with Allow, 501; what it returns throws 400 for everything that does not parse.
 */
export function route<C extends Context>(endpoint: FinalEndpoint, request: RequestParts, call: Call<C>): Reader {
  const read = readerOf(endpoint, request, call);
  const methods = METHODS_OF[endpoint.type];
  const { method } = request;
  if (read !== undefined && Object.hasOwn(methods, method) && isPermitted(endpoint, methods[method], request))
    return read;
  const allowed = Object.keys(methods).filter((one) => isPermitted(endpoint, methods[one], request));
  // Where nothing is served, no method can be named that would be.
  if (allowed.length === 0) throw notImplemented("This server does not serve this endpoint to clients.");
  // Where there is GET, there is HEAD.
  throw methodNotAllowed(
    method,
    allowed.flatMap((one) => (one === "GET" ? ["GET", "HEAD"] : [one])),
  );
}

/** Whether clients may ask for it of the resource type of the endpoint. */
function isPermitted(
  endpoint: FinalEndpoint,
  operation: ResourceOperation | undefined,
  { isOwn = false }: RequestParts,
): boolean {
  return (
    operation === undefined || isOwn || !("resourceType" in endpoint) || endpoint.resourceType.operations.has(operation)
  );
}

/** What reads the request, if its method is one of the endpoint's. @see RFC 7644 §3.2 Table 2 */
function readerOf<C extends Context>(
  endpoint: FinalEndpoint,
  request: RequestParts,
  call: Call<C>,
): Reader | undefined {
  switch (endpoint.type) {
    case "discovery":
      return () => discoverOperation(endpoint, request);
    case "root":
      return () => rootQueryInUrl(request, call);
    case "rootSearch":
      return () => rootQueryInBody(request, call);
    case "search":
      return () => queryOperation(endpoint.resourceType, bodySearch(request, call), call);
    case "bulk":
      if (!servesBulk(call.engine)) throw notImplemented("Bulk is not supported by this server.");
      return () => bulkOperation(request, call);
    case "resources":
      return readerOfType(endpoint.resourceType, request, call);
    case "resource":
      return readerOfResource(endpoint, request, call);
  }
}

/** Reads the requests within a bulk request: they have no query, and of the headers If-Match alone. @see RFC 7644 §3.7 */
export function routerOf<C extends Context>(resourceTypes: readonly CompiledResourceType[]): Router<C> {
  return {
    find(path, otherCase) {
      const endpoint = findEndpoint(path, "", resourceTypes, otherCase);
      return endpoint.type === "resources" || endpoint.type === "resource" ? endpoint : undefined;
    },
    read: async (endpoint, { method, version, body, isOwn = false }, call) => {
      const header = (name: string) => (name === "if-match" ? version : undefined);
      return route(endpoint, { method, query: "", header, body: () => body, isOwn }, call)();
    },
  };
}

function readerOfType<C extends Context>(
  resourceType: CompiledResourceType,
  request: RequestParts,
  call: Call<C>,
): Reader {
  // Whatever the method: what is wrong with the URL is said before there is a body.
  const search = urlSearch(request, call);
  if (request.method === "GET")
    return () => {
      const operation = queryOperation(resourceType, search, call);
      return operation instanceof Promise
        ? operation.then((one) => withoutSensitive(one, call))
        : withoutSensitive(operation, call);
    };
  return () => {
    const selection = requestSelection(resourceType, search, call);
    const body = request.body();
    return { type: "create", resourceType, selection, body, ...memberships(resourceType, body, "add", call) };
  };
}

function withoutSensitive<C extends Context>(operation: QueryOperation, call: Call<C>): QueryOperation {
  if (operation.filter !== undefined) checkSensitive(operation.filter, call);
  return operation;
}

function readerOfResource<C extends Context>(
  { resourceType, id }: EndpointOf<"resource">,
  request: RequestParts,
  call: Call<C>,
): Reader | undefined {
  const select = (): Selection => requestSelection(resourceType, urlSearch(request, call), call);
  switch (request.method) {
    case "GET":
      return () => ({ type: "read", resourceType, id, selection: select(), ifNoneMatch: tags(request, call) });
    case "PUT":
      return () => {
        const body = request.body();
        const groups = memberships(resourceType, body, "replace", call);
        const ifMatch = precondition(request, call);
        return { type: "replace", resourceType, id, selection: select(), body, ifMatch, ...groups };
      };
    case "PATCH":
      return () => {
        const selection = select();
        const operationOf = (parts: PatchParts): PatchOperation => ({
          type: "patch",
          resourceType,
          id,
          selection,
          ...parts,
          ifMatch: precondition(request, call),
        });
        const parts = readPatch(resourceType, request.body(), call);
        return parts instanceof Promise ? parts.then(operationOf) : operationOf(parts);
      };
    case "DELETE":
      return () => ({ type: "delete", resourceType, id, ifMatch: precondition(request, call) });
    default:
      return undefined;
  }
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

async function rootQueryInUrl<C extends Context>(request: RequestParts, call: Call<C>): Promise<Operation> {
  checkRootQueries(call);
  const operation = await rootQueryOperation(urlSearch(request, call), call);
  for (const { filter } of operation.parts) if (filter !== undefined) checkSensitive(filter, call);
  return operation;
}

async function rootQueryInBody<C extends Context>(request: RequestParts, call: Call<C>): Promise<Operation> {
  checkRootQueries(call);
  return rootQueryOperation(bodySearch(request, call), call);
}

/** @throws {ScimError} 501 */
function checkRootQueries<C extends Context>(call: Call<C>): void {
  if (!call.engine.rootQueries || !call.engine.resourceTypes.some(({ operations }) => operations.has("query")))
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
