import type { Call } from "../call/call.ts";
import { readRequest } from "../call/notice.ts";
import type { ReadOperation } from "../call/operation.ts";
import { hasTag } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import type { Context } from "../storage/adapter.ts";
import { noSuchResource } from "./missing.ts";
import { receive } from "./stored.ts";

/** Reads one resource; 304 where If-None-Match has its version. @see RFC 7644 §3.4.1, §3.14 */
export async function read<C extends Context>(operation: ReadOperation, call: Call<C>): Promise<Result> {
  const { resourceType, id, selection, ifNoneMatch } = operation;
  const stored = await call
    .storageOf(resourceType)
    .get({ ...readRequest(call, resourceType), id, select: selection, stream: true }, call.context);
  if (stored === undefined) throw noSuchResource(resourceType);
  const resource = receive(stored, resourceType, call);
  if (ifNoneMatch !== undefined && hasTag(ifNoneMatch, resource.meta.version))
    return { type: "notModified", resourceType, resource };
  return { type: "resource", status: 200, resourceType, resource, selection };
}

/** The resource as it is now, for the answer to a write that did not get it from storage. */
export function readBack<C extends Context>(
  { resourceType, id, selection }: Pick<ReadOperation, "resourceType" | "id" | "selection">,
  call: Call<C>,
): Promise<Result> {
  return read({ type: "read", resourceType, id, selection, ifNoneMatch: undefined }, call);
}
