import type { Call } from "../call/call.ts";
import { demandsExistence, isMet, type Precondition } from "../call/preconditions.ts";
import { type ScimError, versionMismatch } from "../error.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import type { Context, Select, StoredResource } from "../storage/adapter.ts";
import { noSuchResource } from "./missing.ts";

/** The resource that a write is about, and what the client demands of it. */
export interface Target {
  readonly resourceType: ResourceType;
  readonly id: string;
  readonly ifMatch: Precondition | undefined;
}

/**
 * Reads the resource that a write is about.
 * @throws {ScimError} 404 where there is none; 412 where it is not what If-Match demands.
 * @see RFC 9110 §13.1.1
 */
export async function readTarget<C extends Context>(
  target: Target,
  select: Select,
  { storageOf, context, signal }: Call<C>,
): Promise<StoredResource> {
  const { resourceType, id, ifMatch } = target;
  const found = await storageOf(resourceType).get({ resourceType, id, select, signal }, context);
  if (found === undefined) throw missingTarget(target);
  if (!isMet(ifMatch, found.meta.version)) throw versionMismatch();
  return found;
}

/** The error for a write whose resource is not there. */
export function missingTarget({ resourceType, ifMatch }: Target): ScimError {
  return demandsExistence(ifMatch) ? versionMismatch() : noSuchResource(resourceType);
}
