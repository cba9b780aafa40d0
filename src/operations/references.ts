import { type Call, checkedByStorage, SELECT_NONE } from "../call/call.ts";
import { invalidValue } from "../error.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";

/**
 * Checks references that may lead into another storage than the resource's own, which storage cannot check itself. Those within
 * one storage are checked there, in the same atomic step as the write. `holder` is the id of the resource, where it has one yet.
 * @throws {ScimError} 400 invalidValue for a reference to nothing, and for a list that names its own resource.
 * @see RFC 7643 §2.3.7
 */
export async function checkForeignReferences<C extends Context>(
  call: Call<C>,
  resourceType: ResourceType,
  resource: ResourceObject,
  holder?: string,
): Promise<void> {
  const { engine, context, signal } = call;
  if (engine.references === "ignore") return;
  const checked = checkedByStorage(engine, resourceType);
  for (const { attribute, resourceTypes } of resourceType.references) {
    const targets = engine.resourceTypes.filter((type) => resourceTypes.includes(type.name));
    // A type without an endpoint here cannot be checked; with none left that storage does not check, there is nothing to do.
    if (targets.every((type) => checked.includes(type.name))) continue;
    const value = readAttribute(resource, attribute);
    const elements = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const [index, element] of elements.entries()) {
      const id = isObject(element) ? element.value : undefined;
      if (typeof id !== "string") continue;
      const where = `${attribute.path}${attribute.multiValued ? `[${index}]` : ""}.value`;
      if (attribute.multiValued && id === holder)
        throw invalidValue(`${where} names the resource itself; leave it out.`);
      const found = await Promise.all(
        targets.map((type) =>
          call.storageOf(type).get({ resourceType: type, id, select: SELECT_NONE, signal }, context),
        ),
      );
      if (found.every((resource) => resource === undefined))
        throw invalidValue(`${where} names no ${resourceTypes.join(" or ")} of this server.`);
    }
  }
}
