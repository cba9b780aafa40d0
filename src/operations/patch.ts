import type { Call } from "../call/call.ts";
import type { PatchOperation } from "../call/operation.ts";
import { toBind, toBindUnseen } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import { tolerance } from "../call/settings.ts";
import { writeRequest } from "../call/write.ts";
import { isScimError } from "../error.ts";
import { applyPatch } from "../patch/apply.ts";
import { classify, type Delta, operationsOf } from "../patch/delta.ts";
import { type PreparedOperation, withPosition } from "../patch/operation.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, DeltaResult, StoredResource } from "../storage/adapter.ts";
import { emitChange } from "./change.ts";
import { noSuchResource } from "./missing.ts";
import { readBack } from "./read.ts";
import { readTarget } from "./read-target.ts";
import { settleForeignReferences } from "./references.ts";
import { SELECT_NONE } from "./stored.ts";
import { emitWrite, writeWithRetry } from "./write-with-retry.ts";

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
  const { resourceType, id, selection } = operation;
  const storage = call.storageOf(resourceType);
  if (storage.applyDelta === undefined || (delta.add.length === 0 && delta.remove.length === 0)) return undefined;
  const ifVersion = await versionToBind(operation, call);
  const { name } = delta.attribute;
  const settled = await settleForeignReferences(call, resourceType, { [name]: delta.add } as ResourceObject, id);
  const add = (settled[name] ?? []) as Delta["add"];
  const done = await storage
    .applyDelta({ ...writeRequest(call, resourceType), id, ...delta, add, ifVersion }, call.context)
    .catch((error: unknown) => {
      throw locate(error, operation.operations);
    });
  if (done === "declined") return undefined;
  if (done === undefined) throw noSuchResource(resourceType);
  emitDelta(call, resourceType, id, delta, done);
  if (!selection.isExplicit && call.engine.patchResponse === "auto")
    return { type: "patched", resourceType, id, version: done.meta.version };
  return showDone(operation, done.meta.version, call);
}

/** The resource as it is now, for a PATCH that is done; where it has been deleted meanwhile, that it is done. */
async function showDone<C extends Context>(operation: PatchOperation, version: string, call: Call<C>): Promise<Result> {
  const { resourceType, id, selection } = operation;
  try {
    return await readBack({ resourceType, id, selection }, call);
  } catch (error) {
    if (isScimError(error) && error.status === 404) return { type: "patched", resourceType, id, version };
    throw error;
  }
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

/** Of several tags, the one that is current is found out by a look at the resource. */
async function versionToBind<C extends Context>(operation: PatchOperation, call: Call<C>): Promise<string | undefined> {
  const known = toBindUnseen(operation.ifMatch);
  if (known !== undefined) return known.version;
  const current = await readTarget(operation, SELECT_NONE, call);
  return toBind(operation.ifMatch, current.meta.version);
}

async function patchByReplace<C extends Context>(
  operation: PatchOperation,
  operations: readonly PreparedOperation[],
  call: Call<C>,
): Promise<Result> {
  const { resourceType, id } = operation;
  const scope = scopeOf(resourceType, operations);
  const selection = operation.selection.forWrite(scope.named);
  // A collection that is not read but shown all the same is streamed, whatever its size.
  const isReadBack = scope.untouched.some((attribute) => selection.includes(attribute));
  const written = await writeWithRetry(
    operation,
    {
      select: { includes: (attribute) => !scope.unread.includes(attribute) },
      compute: (read) => apply(resourceType, read, operations, scope, call),
      shown: isReadBack ? SELECT_NONE : selection,
      untouched: scope.untouched,
      explain: (error) => locate(error, operation.operations),
    },
    call,
  );
  if (written !== undefined) emitWrite(call, "patched", operation, written, written.rewrite.changes);
  if (written === undefined) return readBack({ resourceType, id, selection }, call);
  if (isReadBack) return showDone({ ...operation, selection }, written.stored.meta.version, call);
  return { type: "resource", status: 200, resourceType, resource: written.stored, selection };
}

/** What the operations are about, and what they are not. */
interface Scope {
  /** The top-level attributes that the operations name. */
  readonly named: ReadonlySet<Attribute>;
  /** Collections that no operation names: they are neither read nor written. */
  readonly untouched: readonly Attribute[];
  /** These, and what storage would have to compute. */
  readonly unread: readonly Attribute[];
}

function scopeOf(resourceType: ResourceType, operations: readonly PreparedOperation[]): Scope {
  const named = namedBy(resourceType, operations);
  const untouched = resourceType.attributes.filter((attribute) => attribute.collection && !named.has(attribute));
  // What a client echoes must be compared, even where storage has to compute it.
  const unread = [...untouched, ...resourceType.inverses.filter((attribute) => !named.has(attribute))];
  return { named, untouched, unread };
}

/** Applies the operations to the state that was read. @throws {ScimError} 400 as `applyPatch`. */
function apply<C extends Context>(
  resourceType: ResourceType,
  read: StoredResource,
  operations: readonly PreparedOperation[],
  { untouched, unread }: Scope,
  call: Call<C>,
) {
  const { limits } = call.engine;
  const { resource, secrets, changes } = applyPatch(resourceType, omit(read, unread), operations, {
    createOnNoMatch: tolerance("createOnNoMatch", call),
    limits,
    maxComparisons: limits.comparisons,
  });
  return {
    before: omit(read, [...untouched, ...resourceType.inverses]),
    after: omit(resource, resourceType.inverses),
    secrets,
    changes,
  };
}

/** Gives an error of storage's the position of the operation, where there is only one that it can come from. */
function locate(error: unknown, operations: readonly PreparedOperation[]): unknown {
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
function omit(resource: ResourceObject, attributes: readonly Attribute[]): ResourceObject {
  const state: Record<string, unknown> = { ...resource };
  for (const attribute of attributes)
    if (readAttribute(state, attribute) !== undefined) writeAttribute(state, attribute, undefined);
  return state;
}
