import type { ResourceType } from "../schema/resource-type.ts";
import type { Context, StorageNotice } from "../storage/adapter.ts";
import type { Call, Engine } from "./call.ts";

/** What every write request to storage carries. */
export function writeRequest<C extends Context>(call: Call<C>, resourceType: ResourceType) {
  const { engine, context } = call;
  return {
    resourceType,
    signal: call.signal,
    at: engine.now().toISOString(),
    checkReferences: engine.references === "check" ? checkedByStorage(engine, resourceType) : [],
    notify: (notice: StorageNotice) => engine.emit({ ...notice, resourceType: resourceType.name, context }),
  };
}

/**
 * Names of the resource types whose ids the storage of a resource type can check: those that it holds itself, unless an
 * attribute names resources here and elsewhere, of which storage sees the one half only.
 */
export function checkedByStorage<C extends Context>(engine: Engine<C>, resourceType: ResourceType): readonly string[] {
  const own = engine.adapterOf(resourceType);
  const isHere = (type: ResourceType): boolean => engine.adapterOf(type) === own;
  const divided = new Set(
    resourceType.references.flatMap(({ resourceTypes }) =>
      engine.resourceTypes.every((type) => isHere(type) || !resourceTypes.includes(type.name)) ? [] : resourceTypes,
    ),
  );
  return engine.resourceTypes.filter((type) => isHere(type) && !divided.has(type.name)).map(({ name }) => name);
}
