import type { Call } from "../call/call.ts";
import type { CollectionDelta } from "../events/event.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, Select, StoredResource } from "../storage/adapter.ts";
import { type Assignment, withAssignments } from "./amendment.ts";
import { type Change, emitChange, eventsOf } from "./change.ts";
import { asFinal, askWithin, isTold, SELECT_FLAT, type Verb } from "./decide.ts";
import type { Difference } from "./difference.ts";
import { noteOwner } from "./ownership.ts";
import type { Target } from "./read-target.ts";
import { isChanged, type Rewrite, type Written, writeWithRetry } from "./write-with-retry.ts";

/**
 * Settles a change that is written: asks the host about it where that is done within the transaction, writes what the host sets
 * besides, keeps the events where they must not be lost, and tells of them once it is committed. What changed is asked for where somebody
 * is told of it.
 * @returns the resource as the host amended it; undefined where it stays as it was written.
 * @throws what `decide` throws: then nothing of the change is left, nor told.
 */
export function tellChange<C extends Context>(
  call: Call<C>,
  verb: Verb,
  resourceType: CompiledResourceType,
  id: string,
  changeOf: () => Change,
  shown: Select = SELECT_FLAT,
): undefined | Promise<StoredResource | undefined> {
  const { decide, outbox, ownership } = call.engine;
  if (!isTold(call)) {
    return ownership === undefined
      ? undefined
      : asFinal(async () => {
          await noteOwner(call, verb, resourceType, id);
          return undefined;
        });
  }
  const change = changeOf();
  // Nothing comes between a write and its event, so that those of one resource are told in their order.
  if (decide === undefined && !outbox && ownership === undefined) {
    emitChange(call, verb, resourceType, change);
    return undefined;
  }
  return asFinal(async () => {
    const assignments = await askWithin(call, verb, resourceType, change);
    const written = assignments.length === 0 ? undefined : await amend(call, resourceType, change, assignments, shown);
    await noteOwner(call, verb, resourceType, change.id);
    await keepAndEmit(
      call,
      verb,
      resourceType,
      written === undefined ? change : withAmendment(resourceType, change, written),
    );
    return written?.stored;
  });
}

async function keepAndEmit<C extends Context>(
  call: Call<C>,
  verb: Verb,
  resourceType: CompiledResourceType,
  change: Change,
): Promise<void> {
  const { engine, context } = call;
  const events = eventsOf(call, verb, resourceType, change);
  const { outbox } = engine.outbox ? call.storageOf(resourceType) : {};
  const kept = outbox?.append(
    events.map(({ context: _, ...event }) => ({
      resourceType: event.resourceType,
      id: event.id,
      event: JSON.stringify(event),
      at: event.at,
    })),
    context,
  );
  for (const event of events) engine.emit(event);
  await kept;
}

/** Writes what the host sets besides, in the transaction of the write that it was asked about. */
async function amend<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  { id }: Change,
  assignments: readonly Assignment[],
  shown: Select,
): Promise<Written<Rewrite> | undefined> {
  const untouched = resourceType.attributes.filter(({ collection }) => collection);
  const compute = (read: StoredResource): Rewrite => {
    const before = contentOf(resourceType, read);
    return { before, after: withAssignments(resourceType, before, assignments), secrets: {} };
  };
  const rewriting = { select: SELECT_FLAT, compute, shown, untouched };
  const written = await writeWithRetry({ resourceType, id, ifMatch: undefined }, rewriting, call, undefined);
  return written !== undefined && isChanged(written) ? written : undefined;
}

function contentOf(resourceType: CompiledResourceType, read: StoredResource): ResourceObject {
  const content: Record<string, unknown> = {};
  for (const attribute of resourceType.content) {
    const value = isFlat(attribute) ? readAttribute(read, attribute) : undefined;
    if (value !== undefined) writeAttribute(content, attribute, value);
  }
  return content;
}

function isFlat(attribute: Attribute): boolean {
  return SELECT_FLAT.includes(attribute);
}

/** The change and what the host set besides, as one. */
function withAmendment(
  resourceType: CompiledResourceType,
  change: Change,
  { stored, difference, resource }: Written<Rewrite>,
): Change {
  const after = change.after === undefined ? undefined : withUnamended(resourceType, resource, change.after);
  return {
    ...change,
    version: stored.meta.version,
    attributes: [...new Set([...change.attributes, ...difference.attributes])],
    changes: [...change.changes, ...difference.changes],
    ...(after === undefined ? {} : { after }),
  };
}

/** The amended resource, which lacks what the host unassigned, with what no amendment is about. */
function withUnamended(
  resourceType: CompiledResourceType,
  amended: ResourceObject,
  written: ResourceObject,
): ResourceObject {
  const whole: Record<string, unknown> = { ...amended };
  for (const attribute of resourceType.attributes) {
    const value = isFlat(attribute) ? undefined : readAttribute(written, attribute);
    if (value === undefined) continue;
    const { extension } = attribute;
    const container = extension === undefined ? undefined : whole[extension];
    if (extension !== undefined && isObject(container)) whole[extension] = { ...container };
    writeAttribute(whole, attribute, value);
  }
  return whole;
}

/** What a verb knows of a write better than the two states of it. */
interface Known {
  /** The operations that made it. Default: those of the difference. */
  readonly changes?: Difference["changes"] | undefined;
  /** What became of collections apart from it. Default: nothing. */
  readonly deltas?: readonly CollectionDelta[];
}

/** Says of a write that changed nothing whose resource it is. */
export function tellNothing<C extends Context>(
  call: Call<C>,
  verb: Verb,
  resourceType: CompiledResourceType,
  id: string,
): undefined | Promise<undefined> {
  return call.engine.ownership && noteOwner(call, verb, resourceType, id).then(() => undefined);
}

/** Tells of a write that changed something, as `tellChange`. */
export function tellWrite<C extends Context>(
  call: Call<C>,
  verb: "replaced" | "patched",
  { resourceType, id }: Target,
  written: Written<Rewrite>,
  shown: Select,
  { changes, deltas = [] }: Known = {},
): undefined | Promise<StoredResource | undefined> {
  if (!isChanged(written)) return tellNothing(call, verb, resourceType, id);
  const changeOf = (): Change => {
    const { rewrite, difference } = written;
    return {
      id,
      version: written.stored.meta.version,
      attributes: [
        ...difference.attributes,
        ...Object.keys(rewrite.secrets),
        ...deltas.map(({ attribute }) => attribute),
      ],
      changes: changes ?? difference.changes,
      deltas: [...difference.deltas, ...deltas],
      before: rewrite.before,
      after: written.resource,
    };
  };
  return tellChange(call, verb, resourceType, id, changeOf, shown);
}
