import type { Call } from "../call/call.ts";
import { readRequest } from "../call/notice.ts";
import type { CreateOperation } from "../call/operation.ts";
import { MANAGED, managedKey } from "../call/ownership.ts";
import type { Result } from "../call/result.ts";
import { conflict, isScimError, ScimError } from "../error.ts";
import type { AdoptionAnswer, AdoptionCandidate, AdoptionReason, Assertion } from "../events/adoption.ts";
import type { Attribute, AttributePath } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { type ResourceObject, readAttribute, valueAt, writeAttribute } from "../schema/value.ts";
import type { Context, StoredResource } from "../storage/adapter.ts";
import { withoutMarks } from "../storage/reference.ts";
import { shownChange } from "./change.ts";
import { type Creation, createNew, isTaken, readCreation } from "./create.ts";
import { isAskedAhead, isFinal, SELECT_FLAT } from "./decide.ts";
import { link, restore } from "./link.ts";
import { receive, SELECT_NONE } from "./stored.ts";
import { findTombstone, readTombstone, type Tombstone } from "./tombstone.ts";
import { isLostRace, MOST_TRIES } from "./write-with-retry.ts";

/** An account that a create met. */
export interface Met {
  readonly reason: AdoptionReason;
  readonly id: string;
  readonly version: string;
  /** Where it is only remembered. */
  readonly tombstone: Tombstone | undefined;
}

/** What came of asking about an account: the result, or that it is not this account, or that the account is no longer what was asked about. */
type Outcome = Result | "other" | "again";

/**
 * Creates a resource, or makes the create an account that exists, where the host says so (`adopt`). What the host was asked about is
 * bound by its version: whatever changes meanwhile, all of it is asked again.
 * @throws {ScimError} 409 uniqueness for what the host refuses, and what a create throws.
 * @see RFC 7644 §3.3
 */
export async function createOrAdopt<C extends Context>(operation: CreateOperation, call: Call<C>): Promise<Result> {
  const creation = await readCreation(operation, call);
  if (call.engine.adopt === undefined) return createNew(creation, call);
  let hasBeenTaken = false;
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const outcome: Awaited<ReturnType<typeof adoptOrCreate>> = await adoptOrCreate(creation, call, hasBeenTaken);
    if (outcome !== "again" && outcome !== "taken") return outcome;
    hasBeenTaken ||= outcome === "taken";
  }
  throw conflict();
}

/** `hasBeenTaken`: a value was taken before by nobody that was found: another tenant, or somebody who had just gone. */
async function adoptOrCreate<C extends Context>(
  creation: Creation,
  call: Call<C>,
  hasBeenTaken: boolean,
): Promise<Result | "again" | "taken"> {
  const { resourceType } = creation;
  for (const find of [byHost, byTombstone]) {
    const met = await find(creation, call);
    const outcome = met === undefined ? "other" : await settle(creation, met, call);
    if (outcome !== "other") return outcome;
  }
  // Who is asked ahead of a write is not to be asked about one that cannot be.
  const held = isAskedAhead(resourceType, call) ? await byValue(creation, call) : undefined;
  if (held !== undefined) return settleHeld(creation, held, call);
  try {
    return await createNew(creation, call);
  } catch (error) {
    if (!isTaken(error) || isFinal(error)) throw error;
    const met = await byValue(creation, call);
    if (met !== undefined) return settleHeld(creation, met, call, error);
    if (hasBeenTaken) throw error;
    return "taken";
  }
}

/** `error` is what storage said of the value. */
async function settleHeld<C extends Context>(
  creation: Creation,
  met: Met,
  call: Call<C>,
  error: unknown = refused(met.reason),
): Promise<Result | "again"> {
  const outcome = await settle(creation, met, call);
  if (outcome === "other") throw error;
  return outcome;
}

function refused(reason: AdoptionReason): ScimError {
  const which = reason.type === "attribute" ? `with this ${reason.attribute} ` : "";
  return new ScimError(409, `An account ${which}exists already, and the server does not link the two.`, {
    scimType: "uniqueness",
  });
}

/** Whom the host names. */
async function byHost<C extends Context>(creation: Creation, call: Call<C>): Promise<Met | undefined> {
  const { resourceType } = creation;
  const id = await call.engine.adopt?.match?.(assertionOf(creation, call), call.context);
  if (id === undefined || id === null) return undefined;
  if (typeof id !== "string") throw new TypeError("adopt.match must give the id of a resource, or undefined.");
  const reason = { type: "host" } as const;
  const version = await versionOf(call, resourceType, id);
  if (version !== undefined) return { reason, id, version, tombstone: undefined };
  const tombstone = await readTombstone(call, resourceType, id);
  return tombstone && { reason, id, version: tombstone.version, tombstone };
}

/** Who had the externalId and was deleted. */
async function byTombstone<C extends Context>(
  { resourceType, resource }: Creation,
  call: Call<C>,
): Promise<Met | undefined> {
  const tombstone = await findTombstone(call, resourceType, resource.externalId);
  return tombstone && { reason: { type: "tombstone" }, id: tombstone.id, version: tombstone.version, tombstone };
}

/** Who has a value that must be unique. */
async function byValue<C extends Context>(
  { resourceType, resource }: Creation,
  call: Call<C>,
): Promise<Met | undefined> {
  for (const path of resourceType.unique) {
    for (const value of valuesAt(resource, path)) {
      const found = await holderOf(call, resourceType, path, value);
      if (found === undefined) continue;
      const reason = { type: "attribute", attribute: path.text } as const;
      return { reason, id: found.id, version: found.meta.version, tombstone: undefined };
    }
  }
  return undefined;
}

function valuesAt(resource: ResourceObject, path: AttributePath): readonly (string | number | boolean)[] {
  const found: unknown = valueAt(resource, path);
  const list: readonly unknown[] = Array.isArray(found) ? found : [found];
  return list.filter((value) => typeof value === "string" || typeof value === "number" || typeof value === "boolean");
}

/** Of the tenant alone, whatever the value must be unique over. */
async function holderOf<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  path: AttributePath,
  value: string | number | boolean,
): Promise<StoredResource | undefined> {
  const { resources } = await call.storageOf(resourceType).query(
    {
      ...readRequest(call, resourceType),
      filter: { type: "compare", path, operator: "eq", value },
      page: { startIndex: 1, count: 1 },
      select: SELECT_NONE,
      maxComparisons: call.engine.limits.comparisons,
    },
    call.context,
  );
  return resources[0];
}

async function versionOf<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  id: string,
): Promise<string | undefined> {
  const request = { ...readRequest(call, resourceType), id, select: SELECT_NONE };
  return (await call.storageOf(resourceType).get(request, call.context))?.meta.version;
}

/** Asks the host about an account, and does what it says. */
async function settle<C extends Context>(creation: Creation, met: Met, call: Call<C>): Promise<Outcome> {
  const answer = await ask(creation, met, call);
  if (answer === "refuse") {
    // Nobody has what is only remembered: the create is a new account.
    if (met.tombstone !== undefined) return "other";
    if (met.reason.type === "attribute") return "other";
    throw refused(met.reason);
  }
  if (met.tombstone !== undefined) return restore(creation, met, met.tombstone, call);
  try {
    return await link(creation, met, answer, call);
  } catch (error) {
    if (isFinal(error) || !(isLostRace(error) || isGone(error))) throw error;
    return "again";
  }
}

function isGone(error: unknown): boolean {
  return isScimError(error) && error.status === 404;
}

const ANSWERS: readonly unknown[] = ["refuse", "link", "restore"] satisfies readonly AdoptionAnswer[];

async function ask<C extends Context>(creation: Creation, met: Met, call: Call<C>): Promise<AdoptionAnswer> {
  const candidate = await candidateOf(creation, met, call);
  const answer = (await call.engine.adopt?.decide(candidate, call.context)) ?? "refuse";
  if (!ANSWERS.includes(answer)) throw new TypeError(`adopt must answer "refuse", "link" or "restore".`);
  return answer;
}

async function candidateOf<C extends Context>(
  creation: Creation,
  { reason, id, version, tombstone }: Met,
  call: Call<C>,
): Promise<AdoptionCandidate> {
  const { resourceType } = creation;
  return {
    ...assertionOf(creation, call),
    reason,
    id,
    version,
    isRemembered: tombstone !== undefined,
    isManaged: await isManaged(call, resourceType, id),
    existing: () =>
      tombstone === undefined ? existing(call, resourceType, id) : rememberedOf(resourceType, tombstone),
  };
}

async function existing<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  id: string,
): Promise<ResourceObject> {
  const select = {
    includes: (attribute: Attribute) => attribute.inverseOf !== undefined || SELECT_FLAT.includes(attribute),
  };
  const request = { ...readRequest(call, resourceType), id, select };
  const stored = await call.storageOf(resourceType).get(request, call.context);
  // Who has gone since is asked about again, whatever the answer is.
  if (stored === undefined) return { id };
  return shown(resourceType, withoutMarks(resourceType, receive(stored, resourceType, call)));
}

async function rememberedOf(
  resourceType: CompiledResourceType,
  { id, externalId, resource = {} }: Tombstone,
): Promise<ResourceObject> {
  return shown(resourceType, { ...resource, id, ...(externalId === undefined ? {} : { externalId }) });
}

function assertionOf<C extends Context>({ resourceType, resource, named }: Creation, call: Call<C>): Assertion {
  const asserted: Record<string, unknown> = {};
  for (const attribute of named) {
    const value = attribute.isStored ? readAttribute(resource, attribute) : undefined;
    if (value !== undefined) writeAttribute(asserted, attribute, value);
  }
  return {
    resourceType: resourceType.name,
    endpoint: resourceType.endpoint,
    attributes: shown(resourceType, asserted),
    transaction: call.storageOf(resourceType).handle,
  };
}

function shown(resourceType: CompiledResourceType, after: ResourceObject): ResourceObject {
  const change = { id: "", version: undefined, attributes: [], changes: [], deltas: [], after };
  return shownChange(resourceType, change).after ?? {};
}

async function isManaged<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  id: string,
): Promise<boolean | undefined> {
  const { ledger } = call.storageOf(resourceType);
  if (ledger === undefined || call.engine.ownership === undefined) return undefined;
  const [entry] = await ledger.read(MANAGED, [managedKey(resourceType.name, id)], call.context);
  return entry !== undefined && entry.value.disconnected === undefined;
}
