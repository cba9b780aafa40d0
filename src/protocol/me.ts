import { notFound, notImplemented } from "../error.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import type { EndpointOf } from "./endpoint.ts";

/** The resource of the authenticated subject, for `/Me`. @see RFC 7644 §3.11 */
export interface Me {
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: string;
  readonly id: string;
}

/** Says which resource is the caller's own; undefined where it has none. @see RFC 7644 §3.11 */
export type ResolveMe<C extends Context> = (context: C) => Me | undefined | Promise<Me | undefined>;

/**
 * The endpoint that `/Me` stands for. From here on it is a request for that resource like any other: the same operations,
 * authorisation, ETags and rules.
 * @throws {ScimError} 501 without `resolveMe` [P-3.11-01 T-A12]; 404 for a caller that has no resource.
 * @throws {TypeError} for an answer of `resolveMe` that names no resource type of this server.
 * @see RFC 7644 §3.11
 */
export async function endpointOfMe<C extends Context>(
  resolveMe: ResolveMe<C> | undefined,
  context: C,
  resourceTypes: readonly CompiledResourceType[],
): Promise<EndpointOf<"resource">> {
  if (resolveMe === undefined) throw notImplemented("/Me is not supported by this server.");
  const me = await resolveMe(context);
  if (me === undefined) throw notFound("The credentials belong to no resource of this server, so there is no /Me.");
  const resourceType = resourceTypes.find(({ name }) => name === me.resourceType);
  if (resourceType === undefined || typeof me.id !== "string" || me.id === "")
    throw new TypeError("resolveMe must return { resourceType, id } with the name of a resource type and an id.");
  return { type: "resource", resourceType, id: me.id };
}
