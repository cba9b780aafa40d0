import type { ClientAnswer } from "./answer.ts";
import { isObject } from "./json-object.ts";
import { notScim, problemOf } from "./problem.ts";

/** A resource as it came, of whatever type. */
export type AnyResource = Record<string, unknown> & { readonly id: string };

/** A page of a list. */
export interface ListPage {
  readonly resources: readonly AnyResource[];
  readonly totalResults: number | undefined;
  readonly nextCursor: string | undefined;
}

/** @throws {ScimClientError} for a status that is no success */
export function expectSuccess(method: string, answer: ClientAnswer): ClientAnswer {
  if (answer.status < 200 || answer.status > 299) throw problemOf(method, answer);
  return answer;
}

/**
 * The resource that an answer holds, `undefined` for an answer without one. What no schema knows is kept; `null`, which says "none"
 * (RFC 7643 §2.5), is left out, and an id is a text. The entity tag becomes `meta.version` where that is missing.
 * @throws {ScimClientError} for a body that is no resource
 */
export function resourceOf(method: string, answer: ClientAnswer): AnyResource | undefined {
  const { body, headers, text } = answer;
  if (answer.status === 204 || text === "") return undefined;
  const resource = readResource(body);
  if (resource === undefined || "Resources" in resource)
    throw notScim(method, answer, "a resource was expected, with its id");
  const tag = headers.get("etag");
  const meta = (resource.meta ?? {}) as Record<string, unknown>;
  if (tag !== null && typeof meta === "object") Object.assign(resource, { meta: { version: tag, ...meta } });
  return resource;
}

/** The page that an answer holds. @throws {ScimClientError} for a body that is no list */
export function pageOf(method: string, answer: ClientAnswer): ListPage {
  const list = isObject(answer.body) ? answer.body : {};
  const member = (name: string): unknown => list[name] ?? list[name.toLowerCase()];
  const { nextCursor } = list;
  const totalResults = numberOf(list.totalResults);
  const found = member("Resources") ?? (totalResults === undefined ? undefined : []);
  const resources = Array.isArray(found) ? found.map(readResource) : [undefined];
  if (resources.includes(undefined))
    throw notScim(method, answer, "a list of resources was expected, each with its id");
  return {
    resources: resources as AnyResource[],
    totalResults,
    nextCursor: typeof nextCursor === "string" && nextCursor !== "" ? nextCursor : undefined,
  };
}

function readResource(value: unknown): AnyResource | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value.id === "number") value.id = String(value.id);
  if (typeof value.id !== "string" || value.id === "") return undefined;
  dropNulls(value);
  return value as AnyResource;
}

/** As deep as resources are: what is deeper is none of SCIM. */
function dropNulls(value: object, depth = 0): void {
  for (const [name, inner] of Object.entries(value)) {
    if (inner === null && !Array.isArray(value)) delete (value as Record<string, unknown>)[name];
    else if (typeof inner === "object" && inner !== null && depth < 8) dropNulls(inner, depth + 1);
  }
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
