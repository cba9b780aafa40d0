import type { Attribute, AttributePath } from "../schema/attribute.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isCommonId } from "./id.ts";

/** Whether storage keeps the values of a path unique. */
export function isUnique(resourceType: ResourceType, { text }: AttributePath): boolean {
  return resourceType.unique.some((path) => path.text === text);
}

/** Whether storage keeps values in an attribute unique, its own or those of a sub-attribute. */
export function hasUniqueParts(resourceType: ResourceType, { path }: Attribute): boolean {
  return resourceType.unique.some(({ attribute }) => attribute.path === path);
}

/** Whether a unique attribute's values are so beyond the tenant, over all of them [S-7-23]. */
export function isUniqueOverTenants({ uniqueness }: Attribute): boolean {
  return uniqueness === "global";
}

/**
 * The name under which an attribute's values are unique: resource types that share the schema share the uniqueness of
 * its attributes [S-7-24]. The attributes that all types have share theirs too.
 */
export function uniqueName({ urn }: ResourceType, path: AttributePath): string {
  const { attribute, text } = path;
  return attribute.extension !== undefined || isCommonId(path) ? text : `${urn} ${text}`;
}
