import type { Call } from "../call/call.ts";
import type { DeleteOperation } from "../call/operation.ts";
import { toBind } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import { writeRequest } from "../call/write.ts";
import type { Context, Select } from "../storage/adapter.ts";
import { emitChange } from "./change.ts";
import { noSuchResource } from "./missing.ts";
import { readTarget } from "./read-target.ts";
import { receive } from "./stored.ts";

/** With the groups of a user, which the deletion goes through anyway; without the members of a group. */
const SELECT_SINGLE: Select = { includes: (attribute) => !attribute.collection };

/** Deletes a resource; references to it vanish with it. @see RFC 7644 §3.6 */
export async function remove<C extends Context>(operation: DeleteOperation, call: Call<C>): Promise<Result> {
  const { resourceType, id, ifMatch } = operation;
  // Read for If-Match and for the event, which says who is gone; collections are not looked at.
  const before = await readTarget(operation, SELECT_SINGLE, call);
  const ifVersion = toBind(ifMatch, before.meta.version);
  const request = { ...writeRequest(call, resourceType), id, ifVersion };
  const isDeleted = await call.storageOf(resourceType).delete(request, call.context);
  if (!isDeleted) throw noSuchResource(resourceType);
  emitChange(call, "deleted", resourceType, {
    id,
    version: undefined,
    attributes: [],
    changes: [],
    deltas: [],
    before: receive(before, resourceType, call),
  });
  return { type: "empty" };
}
