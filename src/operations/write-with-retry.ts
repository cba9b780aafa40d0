import type { Call } from "../call/call.ts";
import { mayTryAgain } from "../call/preconditions.ts";
import { writeRequest } from "../call/write.ts";
import { conflict, isScimError } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import { schemasOf } from "../schema/canonical.ts";
import { clearSecrets, withLeftOver } from "../schema/fit.ts";
import { latestOf } from "../schema/latest.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, NewResource, Secrets, Select, StorageNotice, StoredResource } from "../storage/adapter.ts";
import { withoutMarks } from "../storage/reference.ts";
import { doAll, doInSlices, finishInSlices } from "../time-slice.ts";
import { withAssignments } from "./amendment.ts";
import { askAhead, isAskedAhead, isTold, type Verb } from "./decide.ts";
import { type Difference, differenceOf, isSameResource } from "./difference.ts";
import { noSuchResource } from "./missing.ts";
import { readTarget, type Target } from "./read-target.ts";
import { heldIn, isDropped, isOtherwise, settleForeignReferences, withKept, withoutDropped } from "./references.ts";
import { withoutTombstoneNames } from "./renamed-tombstones.ts";
import { receive } from "./stored.ts";

/** How often a write without If-Match starts again when another writer was faster. */
export const MOST_TRIES = 10;

/** The change that a write makes of the state that it reads. */
export interface Rewrite {
  /** The state before, as far as the write is about it. */
  readonly before: ResourceObject;
  readonly after: ResourceObject;
  readonly secrets: Secrets;
  /** The operations that made it, where the verb knows them. */
  readonly changes?: Difference["changes"] | undefined;
}

/** How a verb rewrites a resource. */
export interface Rewriting<R extends Rewrite> {
  /** What is read. */
  readonly select: Select;
  /**
   * Makes the change. It is asked again, of the new state, where another writer was faster. It may take its time: what it is given is
   * a copy, and the write asks for the version of it.
   */
  readonly compute: (read: StoredResource) => R | Promise<R>;
  /** What is looked at in the result. */
  readonly shown: Select;
  /** Collections that are neither read nor written. */
  readonly untouched?: readonly Attribute[];
  /** Says what an error of storage's is about. Default: it stays what it is. */
  readonly explain?: (error: unknown) => unknown;
}

/** What became of a write. */
export interface Written<R extends Rewrite> {
  readonly rewrite: R;
  /** What was read. */
  readonly read: StoredResource;
  /** What storage was given. */
  readonly resource: NewResource;
  /** What storage made of it. */
  readonly stored: StoredResource;
  /** What is different in it, where somebody is told. */
  readonly difference: Difference;
  /** Whether storage has something else than it was given, so that what the operations did is not all that is different. */
  readonly isOtherwise: boolean;
}

/**
 * Writes what is computed from the state that was read, by compare-and-swap: a write that another one overtakes starts
 * again from the new state, unless the client said which version it knows. No update is lost, and what changes nothing is
 * not written at all. `verb` is what the host is asked about; undefined for what it has decided on already.
 *
 * @returns undefined where nothing changes.
 * @throws {ScimError} 404 and 412 as `readTarget`, 412 for a lost race that is the client's, 409 when others keep winning,
 * and what `compute` throws.
 */
export async function writeWithRetry<C extends Context, R extends Rewrite>(
  target: Target,
  rewriting: Rewriting<R>,
  call: Call<C>,
  verb: Verb | undefined,
): Promise<Written<R> | undefined> {
  const { resourceType } = target;
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const read = await readTarget(target, rewriting.select, call);
    if (call.slice.isOver) await call.slice.next(call.signal);
    const received = receive(read, resourceType, call);
    // Mostly nothing of this takes time, and then nothing is waited for.
    const computing = rewriting.compute(withoutMarks(resourceType, received));
    const computed = computing instanceof Promise ? await computing : computing;
    const rewrite = withoutTombstoneNames(resourceType, computed, call);
    const isNothing = changesNothing(target, rewrite, call);
    if (isNothing instanceof Promise ? await isNothing : isNothing) return undefined;
    const settling = settle(target, read, rewrite, verb, call);
    const after = settling instanceof Promise ? await settling : settling;
    const leaves = received !== read;
    const written = await swap(target, { read, leaves }, { ...rewrite, after }, rewriting, call);
    if (written !== undefined) return written;
  }
  throw conflict();
}

/** The state to write, with what the host sets besides where it is asked ahead, and with its references settled. */
function settle<C extends Context>(
  target: Target,
  read: StoredResource,
  rewrite: Rewrite,
  verb: Verb | undefined,
  call: Call<C>,
): ResourceObject | Promise<ResourceObject> {
  const { resourceType, id } = target;
  const settled = (decided: ResourceObject) => settleForeignReferences(call, resourceType, decided, id);
  return verb !== undefined && isAskedAhead(resourceType, call)
    ? decideAhead(target, read, rewrite, verb, call).then(settled)
    : settled(rewrite.after);
}

/** The state to write, with what the host sets besides, who is asked ahead. */
async function decideAhead<C extends Context>(
  { resourceType, id }: Target,
  read: StoredResource,
  { before, after, secrets }: Rewrite,
  verb: Verb,
  call: Call<C>,
): Promise<ResourceObject> {
  const difference = (await tellingOf(resourceType, before, after, call))(after, []);
  const change = {
    ...difference,
    id,
    version: read.meta.version,
    attributes: [...difference.attributes, ...Object.keys(secrets)],
    before,
    after,
  };
  return withAssignments(resourceType, after, await askAhead(call, verb, resourceType, change));
}

/** A secret is always a change, since nobody can say whether it is the stored one. */
function changesNothing<C extends Context>(
  { resourceType }: Target,
  { before, after, secrets }: Rewrite,
  { slice, signal, adoption }: Call<C>,
): boolean | Promise<boolean> {
  if (Object.keys(secrets).length > 0 || adoption !== undefined) return false;
  return finishInSlices(isSameResource(resourceType, before, after), slice, signal);
}

/** Says what is different in what was written, given the resource as storage kept it and what it told. */
export type Telling = (kept: ResourceObject, notices: readonly StorageNotice[]) => Difference;

/**
 * What will be told of a write that makes one state of another, once storage says what it left out. It is made before the write,
 * because afterwards nothing may come between it and its event: the next write to the resource would be told of first. Where nobody is
 * told it says nothing.
 */
export function tellingOf<C extends Context>(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  given: ResourceObject,
  call: Call<C>,
): Telling | Promise<Telling> {
  return isTold(call) ? tellingDifference(resourceType, before, given, call) : tellNothing;
}

async function tellingDifference<C extends Context>(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  given: ResourceObject,
  { slice, signal }: Call<C>,
): Promise<Telling> {
  const steps = differenceOf(resourceType, before, withoutMarks(resourceType, given));
  const difference = await doInSlices(steps, slice, signal);
  // What storage does next, it may do at a stretch.
  if (slice.isOver) await slice.next(signal);
  const isOther = (notice: StorageNotice): boolean => isDropped(notice) || isOtherwise(notice);
  return (kept, notices) => (notices.some(isOther) ? doAll(differenceOf(resourceType, before, kept)) : difference);
}

const NO_DIFFERENCE: Difference = { attributes: [], changes: [], deltas: [] };
const tellNothing: Telling = () => NO_DIFFERENCE;

/** The resource that a write is made of. */
interface Seen {
  readonly read: StoredResource;
  /** Whether it has more than its resource type has a meaning for, which is left in it. */
  readonly leaves: boolean;
}

/** Writes, unless another writer was faster; then undefined. */
async function swap<C extends Context, R extends Rewrite>(
  { resourceType, id, ifMatch }: Target,
  { read, leaves }: Seen,
  rewrite: R,
  { shown: select, untouched, explain = (error) => error }: Rewriting<R>,
  call: Call<C>,
): Promise<Written<R> | undefined> {
  const { after, secrets } = rewrite;
  const telling = tellingOf(resourceType, rewrite.before, after, call);
  const tell = telling instanceof Promise ? await telling : telling;
  const request = writeRequest(call, resourceType);
  const resource = {
    ...after,
    schemas: schemasOf(resourceType, after),
    id,
    meta: {
      resourceType: resourceType.name,
      created: read.meta.created,
      // The clock of a server that wrote before may be ahead, and no change is older than the one before it.
      lastModified: latestOf(request.at, read.meta.lastModified, read.meta.created),
    },
  };
  const notices: StorageNotice[] = [];
  const notify = (notice: StorageNotice): void => void notices.push(notice);
  const { version: ifVersion } = read.meta;
  const before = without(read, untouched);
  const swapping = {
    ...request,
    notify,
    id,
    resource: leaves ? withLeftOver(resourceType, resource, before) : resource,
    secrets: { ...clearSecrets(resourceType, read), ...secrets },
    ifVersion,
    before,
    select,
    untouched,
    ...(call.adoption === undefined ? {} : { touch: true }),
  };
  try {
    const stored = await call.storageOf(resourceType).replace(swapping, call.context);
    if (stored === undefined) throw noSuchResource(resourceType);
    const isHeld = heldIn(resourceType, read);
    for (const notice of notices) if (!isHeld(notice)) request.notify(notice);
    const kept = <T extends ResourceObject>(given: T): T => {
      const dropped = withoutDropped(resourceType, given, notices);
      return withoutMarks(resourceType, withKept(resourceType, dropped, stored, notices));
    };
    const written = { ...rewrite, after: kept(after) };
    const difference = tell(written.after, notices);
    return {
      rewrite: written,
      read,
      resource: kept(resource),
      stored: receive(stored, resourceType, call),
      difference,
      isOtherwise: notices.some(isOtherwise),
    };
  } catch (error) {
    if (isLostRace(error) && mayTryAgain(ifMatch)) return undefined;
    throw explain(error);
  }
}

/** Storage may give more than was selected; what a write is not about must not be written back. */
function without(read: StoredResource, untouched: readonly Attribute[] = []): StoredResource {
  const more = untouched.filter((attribute) => readAttribute(read, attribute) !== undefined);
  if (more.length === 0) return read;
  const rest: Record<string, unknown> = { ...read };
  for (const attribute of more) writeAttribute(rest, attribute, undefined);
  return rest as unknown as StoredResource;
}

/** Whether another writer was faster. */
export function isLostRace(error: unknown): boolean {
  return isScimError(error) && error.status === 412;
}

/** Whether a write changed anything: not so one of secrets that storage does not keep. */
export function isChanged({ read, stored }: Written<Rewrite>): boolean {
  return stored.meta.version !== read.meta.version;
}
