import { normalizeReference } from "../schema/reference.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";

/** The absolute URL of a resource: `meta.location`, `Location` and `$ref`. @see RFC 7643 §3.1 */
export function locationOf(baseUrl: string, resourceType: CompiledResourceType, id: string): string {
  // Most ids have nothing to encode, and to look is faster than to encode.
  return `${baseUrl}${resourceType.endpoint}/${/^[\w.~-]*$/.test(id) ? id : encodeURIComponent(id)}`;
}

/**
 * The id in the URL of a resource of this server. Relative references start at the service root, and the API version
 * segment does not count [S-2.3.7-02 S-2.4-06]; no URL is ever fetched.
 */
export function idOfUrl(
  baseUrl: string,
  resourceTypes: readonly CompiledResourceType[],
  url: string,
): string | undefined {
  const relative = url.replace(/^(?:\.{0,2}\/)+/, "");
  const absolute = normalizeReference(url.includes("://") ? url : `${baseUrl}/${relative}`, true);
  for (const resourceType of resourceTypes) {
    const prefix = normalizeReference(`${baseUrl}${resourceType.endpoint}/`, true);
    if (!absolute.startsWith(prefix)) continue;
    const id = absolute.slice(prefix.length);
    return id === "" || id.includes("/") ? undefined : safeDecode(id);
  }
  return undefined;
}

function safeDecode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
