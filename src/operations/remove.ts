import type { Call } from "../call/call.ts";
import type { DeleteOperation } from "../call/operation.ts";
import { mayTryAgain, toBind } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import { writeRequest } from "../call/write.ts";
import { conflict } from "../error.ts";
import type { Context, Select } from "../storage/adapter.ts";
import { atomically } from "./atomic.ts";
import { asFinal, askAhead } from "./decide.ts";
import { noSuchResource } from "./missing.ts";
import { readTarget } from "./read-target.ts";
import { receive } from "./stored.ts";
import { tellChange } from "./tell.ts";
import { bury, isKept, isRemembered } from "./tombstone.ts";
import { isLostRace, MOST_TRIES } from "./write-with-retry.ts";

/** With the groups of a user, which the deletion goes through anyway; without the members of a group. */
const SELECT_SINGLE: Select = { includes: (attribute) => !attribute.collection };

/**
 * Deletes a resource; references to it vanish with it. Where the host decides on it, what is deleted is the state that it was asked
 * about: what somebody changes meanwhile is asked about again.
 * @see RFC 7644 §3.6
 */
export async function remove<C extends Context>(operation: DeleteOperation, call: Call<C>): Promise<Result> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++)
    if (await removeSeen(operation, call)) return { type: "empty" };
  throw conflict();
}

/** As `remove`, in one step with all that hangs on it. */
export async function removeAtomically<C extends Context>(operation: DeleteOperation, call: Call<C>): Promise<Result> {
  const { resourceType } = operation;
  const isMore = isRemembered(resourceType, call);
  return atomically(resourceType, call, (inner) => remove(operation, inner), isMore);
}

/** Whether it is deleted; not so where another writer was faster, and it does not matter to the client. */
async function removeSeen<C extends Context>(operation: DeleteOperation, call: Call<C>): Promise<boolean> {
  const { resourceType, id, ifMatch } = operation;
  // Read for If-Match and for the event, which says who is gone; collections are not looked at.
  const read = await readTarget(operation, SELECT_SINGLE, call);
  const { version } = read.meta;
  const before = receive(read, resourceType, call);
  const change = { id, version: undefined, attributes: [], changes: [], deltas: [], before };
  await askAhead(call, "deleted", resourceType, change);
  // What is asked about, or remembered, is the state that is deleted.
  const remembers = isRemembered(resourceType, call);
  const isDecided = call.engine.decide !== undefined || remembers;
  const ifVersion = isDecided ? version : toBind(ifMatch, version);
  const keep = isKept(resourceType, call) ? { keep: true } : {};
  const request = { ...writeRequest(call, resourceType), id, ifVersion, ...keep };
  try {
    const isDeleted = await call.storageOf(resourceType).delete(request, call.context);
    if (!isDeleted) throw noSuchResource(resourceType);
  } catch (error) {
    if (isDecided && isLostRace(error) && mayTryAgain(ifMatch)) return false;
    throw error;
  }
  if (remembers) await asFinal(() => bury(call, resourceType, read));
  await tellChange(call, "deleted", resourceType, id, () => change);
  return true;
}
