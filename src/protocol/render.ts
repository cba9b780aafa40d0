import type { Result } from "../operations/result.ts";
import { schemasOf } from "../schema/canonical.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { StoredResource } from "../storage/adapter.ts";
import type { ScimError } from "./error.ts";
import { entityTag } from "./etag.ts";
import { locationOf } from "./location.ts";
import type { ScimResponse } from "./message.ts";
import type { Selection } from "./selection.ts";

/** URN of a list. @see RFC 7644 §3.4.2 */
export const LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/** What a response needs besides the result. */
export interface RenderOptions {
  /** Absolute, without a slash at the end. */
  readonly baseUrl: string;
  /** All resource types, for `$ref`. */
  readonly resourceTypes: readonly ResourceType[];
  /** Content-Type of the answer. */
  readonly mediaType: string;
  /** HEAD: everything but the body. */
  readonly head: boolean;
}

/** Directory data is personal: no cache keeps it, no browser guesses at its type [H5 H9]. */
const FIXED_HEADERS = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" } as const;

/** Makes the response of what a verb came to. @see RFC 7644 §3.4, §3.14 */
export function render(result: Result, options: RenderOptions): ScimResponse {
  switch (result.type) {
    case "resource": {
      const { resource, resourceType, selection } = result;
      const location = locationOf(options.baseUrl, resourceType, resource.id);
      const headers = { Location: location, "Content-Location": location, ETag: entityTag(resource.meta.version) };
      return respond(result.status, represent(resource, resourceType, selection, options), headers, options);
    }
    case "list": {
      const { found, page, resourceType, selection } = result;
      const resources = found.resources.map((resource) => represent(resource, resourceType, selection, options));
      return respond(
        200,
        listResponse(resources, found.totalResults ?? resources.length, page.startIndex),
        {},
        options,
      );
    }
    case "notModified":
      return { status: 304, headers: { ...FIXED_HEADERS, ETag: entityTag(result.version) }, body: undefined };
    case "patched": {
      const location = locationOf(options.baseUrl, result.resourceType, result.id);
      return {
        status: 204,
        headers: { ...FIXED_HEADERS, Location: location, ETag: entityTag(result.version) },
        body: undefined,
      };
    }
    case "empty":
      return { status: 204, headers: { ...FIXED_HEADERS }, body: undefined };
    case "document":
      return respond(
        200,
        result.body,
        result.location === undefined ? {} : { "Content-Location": result.location },
        options,
      );
  }
}

/** Makes the response of an error. @see RFC 7644 §3.12 */
export function renderError(error: ScimError, mediaType: string, head: boolean): ScimResponse {
  return {
    status: error.status,
    headers: { "Content-Type": mediaType, ...FIXED_HEADERS, ...error.headers },
    body: head ? undefined : JSON.stringify({ ...error.toJSON(), detail: error.detail }),
  };
}

/** All five members always, as numbers and as an array, since Entra and Okta read them [Q26]. @see RFC 7644 §3.4.2 */
export function listResponse(resources: readonly unknown[], totalResults: number, startIndex: number) {
  return { schemas: [LIST_SCHEMA], totalResults, startIndex, itemsPerPage: resources.length, Resources: resources };
}

function respond(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  options: RenderOptions,
): ScimResponse {
  return {
    status,
    headers: { "Content-Type": options.mediaType, ...FIXED_HEADERS, ...headers },
    body: options.head ? undefined : JSON.stringify(body),
  };
}

/** A stored resource as the client sees it: selected, with URLs, and with the schemas of what is shown [A25]. */
function represent(
  resource: StoredResource,
  resourceType: ResourceType,
  selection: Selection,
  options: RenderOptions,
): ResourceObject {
  const meta = {
    ...resource.meta,
    location: locationOf(options.baseUrl, resourceType, resource.id),
    version: entityTag(resource.meta.version),
  };
  const shown = selection.project({ ...resource, meta });
  for (const attribute of [
    ...resourceType.references.map((reference) => reference.attribute),
    ...resourceType.inverses,
  ]) {
    const value = readAttribute(shown, attribute);
    const reference = attribute.sub("$ref");
    if (value === undefined || reference === undefined || !selection.includes(reference)) continue;
    const targets = options.resourceTypes.filter((type) => reference.referenceTypes.includes(type.name));
    const link = (element: unknown): unknown =>
      isObject(element) ? withReference(element, targets, options.baseUrl) : element;
    writeAttribute(shown, attribute, Array.isArray(value) ? value.map(link) : link(value));
  }
  const { schemas: _, meta: shownMeta, ...attributes } = shown;
  return {
    schemas: schemasOf(resourceType, shown),
    ...attributes,
    ...(shownMeta === undefined ? {} : { meta: shownMeta }),
  };
}

function withReference(element: ResourceObject, targets: readonly ResourceType[], baseUrl: string): ResourceObject {
  const target = targets.length === 1 ? targets[0] : targets.find((type) => type.name === element.type);
  return target === undefined || typeof element.value !== "string"
    ? element
    : { ...element, $ref: locationOf(baseUrl, target, element.value) };
}
