import type { Call } from "../call/call.ts";
import { emitNotice } from "../call/notice.ts";
import type { ReadOperation } from "../call/operation.ts";
import { hasTag } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import type { Context, StorageNotice } from "../storage/adapter.ts";
import type { Viewed } from "../storage/view.ts";
import { viewOne } from "../storage/watch.ts";
import { noSuchResource } from "./missing.ts";
import { receiveViewed } from "./stored.ts";

/** Reads one resource, at once where storage has it at hand; 304 where If-None-Match has its version. @see RFC 7644 §3.4.1, §3.14 */
export function read<C extends Context>(operation: ReadOperation, call: Call<C>): Result | Promise<Result> {
  const { resourceType, id, selection } = operation;
  const { signal, context } = call;
  const notify = (notice: StorageNotice): void => emitNotice(notice, resourceType, call);
  const request = { resourceType, id, select: selection, stream: true, signal, notify };
  // It goes into the answer, and to nobody.
  const found = viewOne(call.storageOf(resourceType), request, context);
  return found instanceof Promise
    ? found.then((stored) => resultOf(operation, stored, call))
    : resultOf(operation, found, call);
}

function resultOf<C extends Context>(
  { resourceType, selection, ifNoneMatch }: ReadOperation,
  found: Viewed | undefined,
  call: Call<C>,
): Result {
  if (found === undefined) throw noSuchResource(resourceType);
  const resource = receiveViewed(found, resourceType, call);
  if (ifNoneMatch !== undefined && hasTag(ifNoneMatch, resource.meta.version))
    return { type: "notModified", resourceType, resource };
  return { type: "resource", status: 200, resourceType, resource, isPlain: found.isPlain, selection };
}

/** The resource as it is now, for the answer to a write that did not get it from storage. */
export async function readBack<C extends Context>(
  { resourceType, id, selection }: Pick<ReadOperation, "resourceType" | "id" | "selection">,
  call: Call<C>,
): Promise<Result> {
  return read({ type: "read", resourceType, id, selection, ifNoneMatch: undefined }, call);
}
