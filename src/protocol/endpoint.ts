import type { ResourceEndpoint } from "../call/operation.ts";
import { notFound } from "../error.ts";
import {
  BULK_ENDPOINT,
  DISCOVERY_ENDPOINTS,
  type DiscoveryEndpoint,
  ME_ENDPOINT,
} from "../schema/protocol-endpoints.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { hasDotSegment, isBelow } from "./path.ts";
import { decodeSegment } from "./query-string.ts";

/** Where a URL leads, before anything of the request but its path is known. */
export type Endpoint =
  | ResourceEndpoint
  | { readonly type: "search"; readonly resourceType: CompiledResourceType }
  | { readonly type: "root" }
  | { readonly type: "rootSearch" }
  | { readonly type: "me" }
  | { readonly type: "bulk" }
  | {
      readonly type: "discovery";
      readonly endpoint: DiscoveryEndpoint;
      readonly id: string | undefined;
    };

/** The endpoint of one type. */
export type EndpointOf<T extends Endpoint["type"]> = Extract<Endpoint, { readonly type: T }>;

/** Where a request leads once `/Me` has become somebody's own resource. */
export type FinalEndpoint = Exclude<Endpoint, { readonly type: "me" }>;

/** What follows the base path, cut at the slashes and not decoded; one more in front, and one at the end, do not count. */
function segmentsOf(path: string, basePath: string): readonly string[] {
  let start = basePath.length;
  for (let slashes = 0; slashes < 2 && path[start] === "/"; slashes++) start++;
  const end = path.length > start && path.endsWith("/") ? path.length - 1 : path.length;
  return path.slice(start, end).split("/");
}

function isSegment(name: string, segment: string, anyCase: boolean): boolean {
  return name === segment || (anyCase && name.toLowerCase() === segment.toLowerCase());
}

/**
 * Whether a path leads to one of the discovery endpoints, by the very steps by which `findEndpoint` finds them: what is public
 * here is discovery there, and nothing else [T-A1].
 */
export function isDiscovery(path: string, basePath: string, anyCase: boolean): boolean {
  if (!path.startsWith(`${basePath}/`)) return false;
  const [first = ""] = segmentsOf(path, basePath);
  // Not decoded: a spelling that needs it is no discovery endpoint that anybody has to reach without credentials.
  return DISCOVERY_ENDPOINTS.some((name) => isSegment(name, first, anyCase));
}

/**
 * Finds the endpoint of a path: matched segment by segment, each decoded once, one slash at the end tolerated [Q08].
 * `otherCase` is told of a name in other letter case, and where it is undefined there is none.
 * @throws {ScimError} 404 for every other path.
 * @see RFC 7644 §3.2
 */
export function findEndpoint(
  path: string,
  basePath: string,
  resourceTypes: readonly CompiledResourceType[],
  otherCase: ((segment: string) => void) | undefined,
): Endpoint {
  if (!isBelow(path, basePath) || hasDotSegment(path)) throw notFound();
  const segments = segmentsOf(path, basePath).map(decodeSegment);
  const [first = "", second] = segments;
  if (segments.length > 2 || second === "") throw notFound();
  const exact = resourceTypesByName(resourceTypes).get(first);
  if (exact !== undefined) return resourceTypeEndpoint(exact, second);
  const isNamed = (name: string): boolean => {
    const isFound = isSegment(name, first, otherCase !== undefined);
    if (isFound && name !== first) otherCase?.(first);
    return isFound;
  };
  const discovery = DISCOVERY_ENDPOINTS.find(isNamed);
  if (discovery !== undefined) return discoveryEndpoint(discovery, second);
  const resourceType = resourceTypes.find((type) => isNamed(type.endpoint.slice(1)));
  if (resourceType !== undefined) return resourceTypeEndpoint(resourceType, second);
  const lone = loneEndpoint(first, isNamed);
  if (lone === undefined || second !== undefined) throw notFound();
  return lone;
}

/**
 * Where most requests go: resource types whose name in URLs, as it is written, no other endpoint has in any letter case, so that it does not
 * matter what is looked at first.
 */
const resourceTypesByName = remembered((resourceTypes: readonly CompiledResourceType[]) => {
  const taken = new Set<string>(DISCOVERY_ENDPOINTS.map((name) => name.toLowerCase()));
  const byName = new Map<string, CompiledResourceType>();
  for (const resourceType of resourceTypes) {
    const name = resourceType.endpoint.slice(1);
    if (!taken.has(name.toLowerCase())) byName.set(name, resourceType);
    taken.add(name.toLowerCase());
  }
  return byName;
});

function discoveryEndpoint(endpoint: DiscoveryEndpoint, id: string | undefined): Endpoint {
  // There is one configuration, and nothing below it.
  if (endpoint === "ServiceProviderConfig" && id !== undefined) throw notFound();
  return { type: "discovery", endpoint, id };
}

function resourceTypeEndpoint(resourceType: CompiledResourceType, segment: string | undefined): Endpoint {
  if (segment === undefined) return { type: "resources", resourceType };
  return segment === ".search" ? { type: "search", resourceType } : { type: "resource", resourceType, id: segment };
}

/** The endpoints that nothing follows. */
function loneEndpoint(segment: string, isNamed: (name: string) => boolean): Endpoint | undefined {
  if (isNamed(ME_ENDPOINT)) return { type: "me" };
  if (isNamed(BULK_ENDPOINT)) return { type: "bulk" };
  if (segment === "") return { type: "root" };
  return segment === ".search" ? { type: "rootSearch" } : undefined;
}

/** The path of an endpoint below the base URL, with a name for an id: of a bounded number of values, whatever clients send. */
export function templateOf(endpoint: Endpoint): string {
  switch (endpoint.type) {
    case "resources":
      return endpoint.resourceType.endpoint;
    case "resource":
      return `${endpoint.resourceType.endpoint}/{id}`;
    case "search":
      return `${endpoint.resourceType.endpoint}/.search`;
    case "root":
      return "/";
    case "rootSearch":
      return "/.search";
    case "me":
      return `/${ME_ENDPOINT}`;
    case "bulk":
      return `/${BULK_ENDPOINT}`;
    case "discovery":
      return endpoint.id === undefined ? `/${endpoint.endpoint}` : `/${endpoint.endpoint}/{id}`;
  }
}

/** The template of a path, for what is told of a request that was refused; undefined for one that leads nowhere. */
export function findTemplate(
  path: string,
  basePath: string,
  resourceTypes: readonly CompiledResourceType[],
  anyCase: boolean,
): string | undefined {
  try {
    return templateOf(findEndpoint(path, basePath, resourceTypes, anyCase ? () => undefined : undefined));
  } catch {
    return undefined;
  }
}
