import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, StorageNotice } from "../storage/adapter.ts";
import type { Call } from "./call.ts";
import { emitNotice } from "./notice.ts";

/** What every write request to storage carries. */
export function writeRequest<C extends Context>(call: Call<C>, resourceType: CompiledResourceType) {
  const { engine } = call;
  const rules = engine.references.get(resourceType);
  return {
    resourceType,
    signal: call.signal,
    at: engine.now().toISOString(),
    checkReferences: rules?.checkReferences ?? {},
    notify(notice: StorageNotice) {
      if (notice.type === "missingReference" && rules?.untold.has(notice.attribute) === true) return;
      emitNotice(notice, resourceType, call);
    },
  };
}
