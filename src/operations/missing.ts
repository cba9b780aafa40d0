import { notFound, type ScimError } from "../error.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";

/** 404 for an id, the same for one that never was, one that is deleted and one of another tenant. @see RFC 7644 §3.6 */
export function noSuchResource(resourceType: CompiledResourceType): ScimError {
  return notFound(`No ${resourceType.name} has this id.`);
}
