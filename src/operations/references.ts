import { invalidValue } from "../protocol/error.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { type Call, SELECT_NONE } from "./call.ts";

/**
 * Checks references into other storages than the resource's own, which storage cannot check itself. Those within one storage
 * are checked there, in the same atomic step as the write.
 * @throws {ScimError} 400 invalidValue for a reference to nothing.
 * @see RFC 7643 §2.3.7
 */
export async function checkForeignReferences<C extends Context>(
  call: Call<C>,
  resourceType: ResourceType,
  resource: ResourceObject,
): Promise<void> {
  const { engine, context, signal } = call;
  if (engine.references === "ignore") return;
  const own = engine.adapterOf(resourceType);
  for (const { attribute, resourceTypes } of resourceType.references) {
    const targets = engine.resourceTypes.filter((type) => resourceTypes.includes(type.name));
    // A type without an endpoint here cannot be checked, and one storage for all types has checked already.
    if (targets.length === 0 || targets.some((type) => engine.adapterOf(type) === own)) continue;
    const value = readAttribute(resource, attribute);
    const elements = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const [index, element] of elements.entries()) {
      const id = isObject(element) ? element.value : undefined;
      if (typeof id !== "string") continue;
      const found = await Promise.all(
        targets.map((type) =>
          call.storageOf(type).get({ resourceType: type, id, select: SELECT_NONE, signal }, context),
        ),
      );
      if (found.every((resource) => resource === undefined)) {
        const where = attribute.multiValued ? `${attribute.path}[${index}]` : attribute.path;
        throw invalidValue(`${where}.value names no ${resourceTypes.join(" or ")} of this server.`);
      }
    }
  }
}
