import { type Call, writeRequest } from "../call/call.ts";
import type { DeleteOperation } from "../call/operation.ts";
import { matchesTag } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import { versionMismatch } from "../error.ts";
import type { Context, Select } from "../storage/adapter.ts";
import { emitChange } from "./change.ts";
import { noSuchResource } from "./missing.ts";

/** With the groups of a user, which the deletion goes through anyway; without the members of a group. */
const SELECT_SINGLE: Select = { includes: (attribute) => !attribute.collection };

/** Deletes a resource; references to it vanish with it. @see RFC 7644 §3.6 */
export async function remove<C extends Context>(operation: DeleteOperation, call: Call<C>): Promise<Result> {
  const { resourceType, id, ifMatch } = operation;
  const storage = call.storageOf(resourceType);
  // Read for If-Match and for the event, which says who is gone; collections are not looked at.
  const before = await storage.get({ resourceType, id, select: SELECT_SINGLE, signal: call.signal }, call.context);
  if (before === undefined) throw ifMatch === "*" ? versionMismatch() : noSuchResource(resourceType);
  if (ifMatch !== undefined && !matchesTag(ifMatch, before.meta.version)) throw versionMismatch();
  // "*" asks for existence alone, so no version is bound to the write.
  const ifVersion = ifMatch === undefined || ifMatch === "*" ? undefined : before.meta.version;
  const deleted = await storage.delete({ ...writeRequest(call, resourceType), id, ifVersion }, call.context);
  if (!deleted) throw noSuchResource(resourceType);
  emitChange(call, "deleted", resourceType, {
    id,
    version: undefined,
    attributes: [],
    changes: [],
    deltas: [],
    before,
  });
  return { type: "empty" };
}
