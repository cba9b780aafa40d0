import type { Call } from "../call/call.ts";
import { checkedByStorage } from "../call/write.ts";
import { invalidValue } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { SELECT_NONE } from "./stored.ts";

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
  const { engine } = call;
  if (engine.references === "ignore") return;
  const checked = checkedByStorage(engine, resourceType);
  for (const { attribute, resourceTypes } of resourceType.references) {
    const targets = engine.resourceTypes.filter((type) => resourceTypes.includes(type.name));
    // A type without an endpoint here cannot be checked; with none left that storage does not check, there is nothing to do.
    if (targets.every((type) => checked.includes(type.name))) continue;
    for (const { id, where } of referencesIn(resource, attribute)) {
      if (attribute.multiValued && id === holder)
        throw invalidValue(`${where} names the resource itself; leave it out.`);
      if (!(await isThere(id, targets, call)))
        throw invalidValue(`${where} names no ${resourceTypes.join(" or ")} of this server.`);
    }
  }
}

/** The ids that an attribute holds, and where each of them stands. */
function referencesIn(resource: ResourceObject, attribute: Attribute) {
  const value = readAttribute(resource, attribute);
  const elements = Array.isArray(value) ? value : [value];
  return elements.flatMap((element: unknown, index) => {
    const id = isObject(element) ? element.value : undefined;
    const where = `${attribute.path}${attribute.multiValued ? `[${index}]` : ""}.value`;
    return typeof id === "string" ? [{ id, where }] : [];
  });
}

async function isThere<C extends Context>(id: string, types: readonly ResourceType[], call: Call<C>): Promise<boolean> {
  const found = await Promise.all(
    types.map((resourceType) => {
      const request = { resourceType, id, select: SELECT_NONE, signal: call.signal };
      return call.storageOf(resourceType).get(request, call.context);
    }),
  );
  return found.some((resource) => resource !== undefined);
}
