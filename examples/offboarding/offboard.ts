import type { DrainHandler } from "scimkit";
import type { Access } from "./access.ts";

/**
 * Ends what a person gets in with, when the person is deactivated or deleted. Give it to `scim.drain`. What it throws brings the event back, so it
 * lets every failure through; and it may be done twice, because ending what has ended does no harm.
 */
export function createOffboarding({ endSessions, revokeKeys }: Access): DrainHandler {
  return async ({ type, resourceType, id }, { signal }) => {
    if (resourceType !== "User" || (type !== "deactivated" && type !== "deleted")) return;
    await endSessions(id, signal);
    await revokeKeys(id, signal);
  };
}
