import type { BulkMethod, ResourceEndpoint } from "../../call/operation.ts";
import { invalidSyntax, invalidValue, notFound } from "../../error.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { bulkIdOf, PREFIX } from "./references.ts";

/** Longest path of an operation, in UTF-16 code units: an endpoint, and an id of which each byte may be escaped. */
const LONGEST_PATH = 2048;

/** What an operation is about: a resource type's endpoint for a POST, a resource for the others. @see RFC 7644 §3.7 */
export type BulkTarget =
  | { readonly type: "resources"; readonly resourceType: CompiledResourceType }
  | {
      readonly type: "resource";
      readonly resourceType: CompiledResourceType;
      /** Where `bulkId` is set, not yet the id but the reference to it. */
      readonly id: string;
      /** The path is `/Users/bulkId:qwerty`. */
      readonly bulkId: string | undefined;
    };

/**
 * Finds the target of an operation. A path is relative to the service root, and a path alone: it names neither another
 * server nor a query, it climbs nowhere, and it never leads to another bulk request, a search or discovery [T-G6]. `find` is the
 * router's, `isPosted` knows the bulkIds of the request.
 *
 * @throws {ScimError} 400 invalidSyntax for what is no such path, 400 invalidValue where method and path do not go together,
 * 404 for an endpoint that is not there.
 * @see RFC 7644 §3.7
 */
export function findTarget(
  method: BulkMethod,
  path: string,
  find: (path: string) => ResourceEndpoint | undefined,
  isPosted: (bulkId: string) => boolean,
): BulkTarget {
  checkLength(path);
  const reference = referenceIn(path);
  const bulkId = reference !== undefined && isPosted(reference.bulkId) ? reference.bulkId : undefined;
  // What stands in the place of the reference is never looked at as a path, so that it can lead nowhere else.
  const endpoint = findEndpoint(bulkId === undefined ? path : `${reference?.endpoint}/${PREFIX}`, find);
  if (endpoint === undefined)
    throw invalidValue("A bulk operation is about resources; its path must be a resource type endpoint or a resource.");
  // [P-3.7-05]
  if (method === "POST" && endpoint.type !== "resources")
    throw invalidValue(
      `The path of a POST must be the endpoint of a resource type, e.g. ${endpoint.resourceType.endpoint}.`,
    );
  if (method !== "POST" && endpoint.type !== "resource")
    throw invalidValue(
      `The path of a ${method} must name a resource, e.g. ${endpoint.resourceType.endpoint}/2819c223.`,
    );
  if (endpoint.type === "resources") return endpoint;
  const id = bulkId === undefined ? endpoint.id : `${PREFIX}${bulkId}`;
  // A URL with such a segment is shortened by every client, and would lead elsewhere.
  if (id === "." || id === ".." || !id.isWellFormed()) throw notFound();
  return { ...endpoint, id, bulkId: bulkIdOf(id) };
}

/**
 * The endpoint and the bulkId of `/Groups/bulkId:qwerty`, whatever characters the bulkId has: clients write it as it stands in the
 * POST, and it need not be part of a URL. One slash in front, none, and no other segment.
 */
function referenceIn(path: string): { readonly endpoint: string; readonly bulkId: string } | undefined {
  const slash = path.indexOf("/", 1);
  const bulkId = slash === -1 ? undefined : bulkIdOf(path.slice(slash + 1));
  return bulkId === undefined ? undefined : { endpoint: path.slice(0, slash), bulkId };
}

function checkLength(path: string): void {
  if (path.length > LONGEST_PATH) throw invalidSyntax(`path may have ${LONGEST_PATH} characters at most.`);
}

function findEndpoint(
  path: string,
  find: (path: string) => ResourceEndpoint | undefined,
): ResourceEndpoint | undefined {
  checkPath(path);
  return find(path.startsWith("/") ? path : `/${path}`);
}

function checkPath(path: string): void {
  if (path.includes("://") || path.startsWith("//"))
    throw invalidSyntax('path must be relative to the service root, e.g. "/Users/2819c223".');
  if (path.includes("?") || path.includes("#"))
    throw invalidSyntax("path must be a path alone, without a query and without a fragment.");
}
