import type { Call } from "../call/call.ts";
import { fitResource } from "../schema/fit.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, Select, StoredResource } from "../storage/adapter.ts";
import { getOrCreate } from "../storage/get-or-create.ts";
import { isUsableId } from "../storage/id.ts";
import { isFitting } from "../storage/lend.ts";
import type { Viewed } from "../storage/view.ts";

/** Reads the least: for the question whether a resource is there, and in which version. */
export const SELECT_NONE: Select = { includes: () => false };

/**
 * What an adapter gives back, as the resource type declares it now: all that goes on to clients and events. Values that have no
 * meaning so are told of, once for each attribute.
 * @throws {TypeError} as `checkStored`.
 */
export function receive<C extends Context>(
  stored: StoredResource,
  resourceType: CompiledResourceType,
  { engine, context }: Call<C>,
): StoredResource {
  if (isFitting(stored, resourceType)) return stored;
  const { resource, misfits } = fitResource(resourceType, checkStored(stored));
  for (const { path } of misfits) {
    const told = getOrCreate(TOLD, engine.resourceTypes, () => new Set<string>());
    const name = `${resourceType.name} ${path}`;
    if (told.has(name)) continue;
    told.add(name);
    engine.emit({ type: "misfit", resourceType: resourceType.name, id: stored.id, attribute: path, context });
  }
  return resource;
}

/** The same of what may be known to be as the resource type has it. */
export function receiveViewed<C extends Context>(
  { resource, isFit }: Viewed,
  resourceType: CompiledResourceType,
  call: Call<C>,
): StoredResource {
  return isFit ? checkStored(resource) : receive(resource, resourceType, call);
}

/** The misfits that each engine has told of. */
const TOLD = new WeakMap<object, Set<string>>();

/**
 * Checks what an adapter gives back before it becomes a URL or a header: an id without control characters and without the
 * reserved word bulkId, and a version that can stand in an entity tag [S-3.1-08].
 * @throws {TypeError} a fault of the adapter; the client gets a 500.
 */
function checkStored(resource: StoredResource): StoredResource {
  const { id, meta } = resource;
  if (!isUsableId(id)) throw new TypeError("The storage adapter returned a resource whose id is not a usable string.");
  if (typeof meta?.version !== "string" || !/^[ !#-~]+$/.test(meta.version))
    throw new TypeError(`The storage adapter returned the resource ${id} without a usable meta.version.`);
  return resource;
}
