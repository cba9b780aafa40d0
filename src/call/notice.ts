import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, StorageNotice } from "../storage/adapter.ts";
import type { Call } from "./call.ts";

/** Tells the host what storage told of a request for a resource type. */
export function emitNotice<C extends Context>(
  notice: StorageNotice,
  resourceType: CompiledResourceType,
  { engine, context }: Call<C>,
): void {
  const of = { resourceType: resourceType.name, storage: engine.adapterOf(resourceType).name, context };
  // What a create met, and what the host has storage make of a value, is told with the event of the change.
  if (notice.type === "met" || (notice.type === "attributeKept" && notice.isAgreed === true)) return;
  if (notice.type !== "schemaChanged") return engine.emit({ ...notice, ...of });
  const { changes, needsReindex } = notice.change;
  engine.emit({ type: "schemaChanged", changes, needsReindex, ...of });
}

/** What every read request to storage carries. */
export function readRequest<C extends Context>(call: Call<C>, resourceType: CompiledResourceType) {
  return {
    resourceType,
    signal: call.signal,
    notify: (notice: StorageNotice): void => emitNotice(notice, resourceType, call),
  };
}
