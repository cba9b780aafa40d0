import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, StorageNotice } from "../storage/adapter.ts";
import type { Call } from "./call.ts";

/** Tells the host what storage told of a request for a resource type. */
export function emitNotice<C extends Context>(
  notice: StorageNotice,
  resourceType: CompiledResourceType,
  { engine, context }: Call<C>,
): void {
  if (notice.type !== "schemaChanged") return engine.emit({ ...notice, resourceType: resourceType.name, context });
  const { changes, needsReindex } = notice.change;
  engine.emit({ type: "schemaChanged", resourceType: resourceType.name, changes, needsReindex, context });
}

/** What every read request to storage carries. */
export function readRequest<C extends Context>(call: Call<C>, resourceType: CompiledResourceType) {
  return {
    resourceType,
    signal: call.signal,
    notify: (notice: StorageNotice): void => emitNotice(notice, resourceType, call),
  };
}
