import { type Call, type Router, servesBulk } from "../call/call.ts";
import type { CreateOperation, Operation } from "../call/operation.ts";
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
  /** The service asks, to end what a client may do: it is not bound by the `operations` of a resource type. */
  readonly isOwn?: boolean;
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
  if (read !== undefined) return read;
  const allowed = allowedBy(readers);
  // Where nothing is served, no method can be named that would be.
  if (allowed.length === 0) throw notImplemented("This server does not serve this endpoint to clients.");
  throw methodNotAllowed(request.method, allowed);
}

/** Of what reads requests about a resource type, that which its clients may ask for. */
function permitted(
  resourceType: CompiledResourceType,
  { isOwn = false }: RequestParts,
  readers: {
    readonly [operation in ResourceOperation]?: readonly [keyof Readers, NonNullable<Readers[keyof Readers]>];
  },
): Readers {
  const entries = Object.entries(readers) as [ResourceOperation, readonly [keyof Readers, () => Operation]][];
  return Object.fromEntries(
    entries.filter(([operation]) => isOwn || resourceType.operations.has(operation)).map(([, reader]) => reader),
  );
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
      return permitted(endpoint.resourceType, request, {
        query: ["POST", () => queryOperation(endpoint.resourceType, bodySearch(request, call), call)],
      });
    case "bulk":
      if (!servesBulk(call.engine)) throw notImplemented("Bulk is not supported by this server.");
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
    read: async (endpoint, { method, version, body, isOwn = false }, call) => {
      const header = (name: string) => (name === "if-match" ? version : undefined);
      return route(endpoint, { method, query: "", header, body: () => body, isOwn }, call)();
    },
  };
}

function readersOfType<C extends Context>(
  resourceType: CompiledResourceType,
  request: RequestParts,
  call: Call<C>,
): Readers {
  const search = urlSearch(request, call);
  const checked = (operation: Operation & { readonly type: "query" }): Operation => {
    if (operation.filter !== undefined) checkSensitive(operation.filter, call);
    return operation;
  };
  const query = (): Operation | Promise<Operation> => {
    const operation = queryOperation(resourceType, search, call);
    return operation instanceof Promise ? operation.then(checked) : checked(operation);
  };
  const create = (): Operation => {
    const selection = requestSelection(resourceType, search, call);
    const body = request.body();
    return { type: "create", resourceType, selection, body, ...memberships(resourceType, body, "add", call) };
  };
  return permitted(resourceType, request, { query: ["GET", query], create: ["POST", create] });
}

function readersOfResource<C extends Context>(
  { resourceType, id }: EndpointOf<"resource">,
  request: RequestParts,
  call: Call<C>,
): Readers {
  const select = (): Selection => requestSelection(resourceType, urlSearch(request, call), call);
  const read = (): Operation => ({
    type: "read",
    resourceType,
    id,
    selection: select(),
    ifNoneMatch: tags(request, call),
  });
  const replace = (): Operation => {
    const body = request.body();
    const groups = memberships(resourceType, body, "replace", call);
    const ifMatch = precondition(request, call);
    return { type: "replace", resourceType, id, selection: select(), body, ifMatch, ...groups };
  };
  const patch = async (): Promise<Operation> => ({
    type: "patch",
    resourceType,
    id,
    selection: select(),
    ...(await readPatch(resourceType, request.body(), call)),
    ifMatch: precondition(request, call),
  });
  const remove = (): Operation => ({ type: "delete", resourceType, id, ifMatch: precondition(request, call) });
  return permitted(resourceType, request, {
    read: ["GET", read],
    replace: ["PUT", replace],
    patch: ["PATCH", patch],
    delete: ["DELETE", remove],
  });
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
