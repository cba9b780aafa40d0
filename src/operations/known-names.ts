import { invalidSyntax } from "../error.ts";
import type { CanonicalBody } from "../schema/canonical.ts";
import { notAnAttribute } from "../schema/nearest.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";

/**
 * Refuses a body that names attributes and none that there is. An unknown attribute beside others is left out; of a body of
 * nothing else a create would make an empty resource, and a replacement empty one, for a slip of the pen [R-37a]. What a schema has
 * that nobody registered is none of this server's, and no slip.
 * @throws {ScimError} 400 invalidSyntax naming the first one.
 */
export function checkNamesAny(
  resourceType: CompiledResourceType,
  body: ResourceObject,
  { named }: CanonicalBody,
): void {
  for (const { mutability, path } of named) if (mutability !== "readOnly" && path !== "schemas") return;
  const unknown = unknownIn(resourceType, body);
  if (unknown !== undefined) throw invalidSyntax(notAnAttribute(resourceType, unknown));
}

/** The first name that is none of an attribute, in the body or in the container of an extension. */
function unknownIn(resourceType: CompiledResourceType, body: ResourceObject): string | undefined {
  for (const name of Object.keys(body)) {
    const extension = resourceType.extension(name);
    const inner = body[name];
    if (extension !== undefined && isObject(inner)) {
      const unknown = Object.keys(inner).find((part) => extension.attribute(part) === undefined);
      if (unknown !== undefined) return `${extension.urn}:${unknown}`;
    } else if (resourceType.resolve(name) === undefined && extension === undefined && !/^urn:/i.test(name)) return name;
  }
  return undefined;
}
