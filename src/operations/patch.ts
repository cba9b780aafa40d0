import type { Operation } from "fast-json-patch";
import { type Call, MOST_TRIES, SELECT_NONE, writeRequest } from "../call/call.ts";
import type { PatchOperation } from "../call/operation.ts";
import { matchesTag, type Precondition } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import { tolerance } from "../call/tolerance.ts";
import { conflict, isScimError, versionMismatch } from "../error.ts";
import { applyPatch } from "../patch/apply.ts";
import { classify, type Delta, operationsOf } from "../patch/delta.ts";
import { type PreparedOperation, withPosition } from "../patch/operation.ts";
import { pointerTo } from "../patch/pointer.ts";
import type { Attribute } from "../schema/attribute.ts";
import { schemasOf } from "../schema/canonical.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, DeltaResult, Select } from "../storage/adapter.ts";
import { changesOf, emitChange, namesOf } from "./change.ts";
import { noSuchResource } from "./missing.ts";
import { checkForeignReferences } from "./references.ts";
import { isSameResource } from "./replace.ts";
import { checkStored } from "./stored.ts";

/**
 * Changes a resource. What only adds to or removes from one collection goes to storage as a delta, at a cost that does not
 * depend on the collection's size; everything else is read, patched and written back unless somebody was faster.
 * @see RFC 7644 §3.5.2
 */
export async function patch<C extends Context>(operation: PatchOperation, call: Call<C>): Promise<Result> {
  const delta = classify(operation.operations);
  if (delta !== undefined) {
    const result = await patchByDelta(operation, delta, call);
    if (result !== undefined) return result;
  }
  // However many operations a delta came from, two do the same.
  return patchByReplace(operation, delta === undefined ? operation.operations : operationsOf(delta), call);
}

/** Undefined where storage takes no delta. */
async function patchByDelta<C extends Context>(
  operation: PatchOperation,
  delta: Delta,
  call: Call<C>,
): Promise<Result | undefined> {
  const { resourceType, id, ifMatch, selection } = operation;
  const storage = call.storageOf(resourceType);
  if (storage.applyDelta === undefined || (delta.add.length === 0 && delta.remove.length === 0)) return undefined;
  const ifVersion = await expectedVersion(operation, call);
  if (delta.add.length > 0) await checkForeignReferences(call, resourceType, { [delta.attribute.name]: delta.add }, id);
  const done = await storage
    .applyDelta({ ...writeRequest(call, resourceType), id, ...delta, ifVersion }, call.context)
    .catch((error: unknown) => {
      throw traced(error, operation.operations);
    });
  if (done === "declined") return undefined;
  if (done === undefined) throw missing(resourceType, ifMatch);
  emitDelta(call, resourceType, id, delta, done);
  if (!selection.isExplicit && call.engine.patchResponse === "auto")
    return { type: "patched", resourceType, id, version: done.meta.version };
  return readBack(operation, call);
}

function emitDelta<C extends Context>(
  call: Call<C>,
  resourceType: ResourceType,
  id: string,
  delta: Delta,
  done: DeltaResult,
): void {
  if (done.added.length === 0 && done.removed.length === 0) return;
  emitChange(call, "patched", resourceType, {
    id,
    version: done.meta.version,
    attributes: [delta.attribute.path],
    changes: [],
    deltas: [{ attribute: delta.attribute.path, joined: done.added, left: done.removed }],
  });
}

/** The version that If-Match allows to write over: the one tag itself, or of several the one that is current. */
async function expectedVersion<C extends Context>(
  { resourceType, id, ifMatch }: PatchOperation,
  call: Call<C>,
): Promise<string | undefined> {
  if (ifMatch === undefined || ifMatch === "*") return undefined;
  if ("length" in ifMatch && ifMatch.length === 1) return ifMatch[0];
  const current = await call
    .storageOf(resourceType)
    .get({ resourceType, id, select: SELECT_NONE, signal: call.signal }, call.context);
  if (current === undefined) throw noSuchResource(resourceType);
  if (!matchesTag(ifMatch, current.meta.version)) throw versionMismatch();
  return current.meta.version;
}

function missing(resourceType: ResourceType, ifMatch: Precondition | undefined) {
  return ifMatch === "*" ? versionMismatch() : noSuchResource(resourceType);
}

async function readBack<C extends Context>(
  { resourceType, id, selection }: PatchOperation,
  call: Call<C>,
): Promise<Result> {
  const resource = await call
    .storageOf(resourceType)
    .get({ resourceType, id, select: selection, stream: true, signal: call.signal }, call.context);
  if (resource === undefined) throw noSuchResource(resourceType);
  return { type: "resource", status: 200, resourceType, resource: checkStored(resource), selection };
}

async function patchByReplace<C extends Context>(
  operation: PatchOperation,
  operations: readonly PreparedOperation[],
  call: Call<C>,
): Promise<Result> {
  const { resourceType, id, ifMatch } = operation;
  const storage = call.storageOf(resourceType);
  const named = namedBy(resourceType, operations);
  const selection = operation.selection.forWrite(named);
  // A collection that no operation names is neither read nor written.
  const untouched = resourceType.attributes.filter((attribute) => attribute.collection && !named.has(attribute));
  // What a client echoes must be compared, even where storage has to compute it.
  const unread = [...untouched, ...resourceType.inverses.filter((attribute) => !named.has(attribute))];
  const select: Select = { includes: (attribute) => !unread.includes(attribute) };
  // One that the answer shows all the same is streamed, whatever its size.
  const isReadBack = untouched.some((attribute) => selection.includes(attribute));
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const before = await storage.get({ resourceType, id, select, signal: call.signal }, call.context);
    if (before === undefined) throw missing(resourceType, ifMatch);
    if (ifMatch !== undefined && !matchesTag(ifMatch, before.meta.version)) throw versionMismatch();
    const state = without(before, [...untouched, ...resourceType.inverses]);
    const patched = applyPatch(resourceType, without(before, unread), operations, {
      createOnNoMatch: tolerance(call, "createOnNoMatch"),
      limits: call.engine.limits,
      maxComparisons: call.engine.limits.comparisons,
    });
    const { secrets } = patched;
    const after = without(patched.resource, resourceType.inverses);
    if (Object.keys(secrets).length === 0 && isSameResource(resourceType, state, after)) {
      return readBack({ ...operation, selection }, call);
    }
    await checkForeignReferences(call, resourceType, after, id);
    const request = writeRequest(call, resourceType);
    const resource = {
      ...after,
      schemas: schemasOf(resourceType, after),
      id,
      meta: { resourceType: resourceType.name, created: before.meta.created, lastModified: request.at },
    };
    try {
      const stored = await storage.replace(
        {
          ...request,
          id,
          resource,
          secrets,
          ifVersion: before.meta.version,
          before,
          select: isReadBack ? SELECT_NONE : selection,
          untouched,
        },
        call.context,
      );
      if (stored === undefined) throw noSuchResource(resourceType);
      const { version } = checkStored(stored).meta;
      // A secret that storage does not keep is no change [A67].
      if (version !== before.meta.version)
        emitChange(call, "patched", resourceType, {
          id,
          version,
          attributes: [...namesOf(resourceType, state, after), ...Object.keys(secrets)],
          changes: withoutCollections(resourceType, patched.changes),
          deltas: changesOf(resourceType, state, after).deltas,
          before: state,
          after: resource,
        });
      if (isReadBack) return readBack({ ...operation, selection }, call);
      return { type: "resource", status: 200, resourceType, resource: stored, selection };
    } catch (error) {
      // Only the client's own If-Match is worth a 412; otherwise the operations are applied to the new state.
      if (!isScimError(error) || error.status !== 412 || (ifMatch !== undefined && ifMatch !== "*"))
        throw traced(error, operation.operations);
    }
  }
  throw conflict();
}

/** An error of storage's, with the position of the operation where there was only one that it can come from. */
function traced(error: unknown, operations: readonly PreparedOperation[]): unknown {
  const [first] = operations;
  const isOne = first !== undefined && operations.every(({ index }) => index === first.index);
  return isOne && isScimError(error) && error.scimType !== undefined ? withPosition(error, first.index) : error;
}

/** The top-level attributes that the operations name. */
function namedBy(resourceType: ResourceType, operations: readonly PreparedOperation[]): ReadonlySet<Attribute> {
  return new Set(
    operations.flatMap((operation): readonly Attribute[] => {
      if (operation.type === "schemas") return resourceType.extensions.flatMap(({ attributes }) => attributes);
      if (operation.type === "extension") return operation.extension.attributes;
      return [operation.type === "attribute" ? operation.path.attribute : operation.attribute];
    }),
  );
}

/** Storage may give more than was selected; what was not asked for must not be written back. */
function without(resource: ResourceObject, attributes: readonly Attribute[]): ResourceObject {
  const state: Record<string, unknown> = { ...resource };
  for (const attribute of attributes)
    if (readAttribute(state, attribute) !== undefined) writeAttribute(state, attribute, undefined);
  return state;
}

/** Collections change by deltas, which say who joined and who left. */
function withoutCollections(resourceType: ResourceType, changes: readonly Operation[]): readonly Operation[] {
  const pointers = resourceType.attributes.filter(({ collection }) => collection).map((one) => pointerTo(one));
  return changes.filter(({ path }) => !pointers.includes(path));
}
