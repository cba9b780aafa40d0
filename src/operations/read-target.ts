import type { Call } from "../call/call.ts";
import { readRequest } from "../call/notice.ts";
import { isMet, type Precondition } from "../call/preconditions.ts";
import { versionMismatch } from "../error.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, Select, StoredResource } from "../storage/adapter.ts";
import { noSuchResource } from "./missing.ts";

/** The resource that a write is about, and what the client demands of it. */
export interface Target {
  readonly resourceType: CompiledResourceType;
  readonly id: string;
  readonly ifMatch: Precondition | undefined;
}

/**
 * Reads the resource that a write is about, as storage has it.
 * @throws {ScimError} 404 where there is none, whatever is demanded of it [R-39a]; 412 where it is not what If-Match demands.
 * @see RFC 9110 §13.1.1, §13.2.1
 */
export async function readTarget<C extends Context>(
  target: Target,
  select: Select,
  call: Call<C>,
): Promise<StoredResource> {
  const { resourceType, id, ifMatch } = target;
  const found = await call
    .storageOf(resourceType)
    .get({ ...readRequest(call, resourceType), id, select }, call.context);
  if (found === undefined) throw noSuchResource(resourceType);
  if (!isMet(ifMatch, found.meta.version)) throw versionMismatch();
  return found;
}
