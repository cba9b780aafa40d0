import type { Attribute, AttributePath } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";

/** Whether storage keeps the values of a path unique. */
export function isUnique(resourceType: CompiledResourceType, { text }: AttributePath): boolean {
  return resourceType.unique.some((path) => path.text === text);
}

/** Whether storage keeps values in an attribute unique, its own or those of a sub-attribute. */
export function hasUniqueParts(resourceType: CompiledResourceType, { path }: Attribute): boolean {
  return resourceType.unique.some(({ attribute }) => attribute.path === path);
}

/** Whether a unique attribute's values are so beyond the tenant, over all of them [S-7-23]. */
export function isUniqueOverTenants({ uniqueness }: Attribute): boolean {
  return uniqueness === "global";
}
