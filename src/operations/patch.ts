import type { Call } from "../call/call.ts";
import type { PatchOperation } from "../call/operation.ts";
import { mayTryAgain, toBind, toBindUnseen } from "../call/preconditions.ts";
import type { Result } from "../call/result.ts";
import type { Selection } from "../call/selection.ts";
import { tolerance } from "../call/settings.ts";
import { writeRequest } from "../call/write.ts";
import { conflict, isScimError } from "../error.ts";
import type { CollectionDelta } from "../events/event.ts";
import { applyWork, type Patched } from "../patch/apply.ts";
import { type Delta, divide } from "../patch/delta.ts";
import { type PreparedOperation, withPosition } from "../patch/operation.ts";
import type { Attribute } from "../schema/attribute.ts";
import { fitAttribute } from "../schema/fit.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, DeltaResult, StoredResource } from "../storage/adapter.ts";
import { doSoon, finishInSlices } from "../time-slice.ts";
import { hasTransactions, inTransaction } from "./bulk/transaction.ts";
import { askAhead, isAskedAhead } from "./decide.ts";
import { noSuchResource } from "./missing.ts";
import { readBack } from "./read.ts";
import { readTarget } from "./read-target.ts";
import { settleForeignReferences } from "./references.ts";
import { SELECT_NONE } from "./stored.ts";
import { tellChange, tellNothing, tellWrite } from "./tell.ts";
import { isChanged, isLostRace, MOST_TRIES, type Rewrite, writeWithRetry } from "./write-with-retry.ts";

/**
 * Changes a resource. What only adds to or removes from a collection goes to storage as a delta of it, at a cost that does not
 * depend on the collection's size; everything else is read, patched and written back unless somebody was faster. A request that
 * has both, or several deltas, is done in one transaction; where storage has none, or references lead into another storage, all of it
 * is read and written back.
 * @see RFC 7644 §3.5.2
 */
export async function patch<C extends Context>(operation: PatchOperation, call: Call<C>): Promise<Result> {
  const { resourceType, operations } = operation;
  const dividing = doSoon(divide(operations), call.slice, call.signal);
  const { deltas, rest } = dividing instanceof Promise ? await dividing : dividing;
  const isAlone = rest.length === 0 && deltas.length === 1;
  const takesDeltas = call.storageOf(resourceType).applyDelta !== undefined;
  const parts = takesDeltas && (isAlone || canBeInParts(resourceType, call)) ? deltas.filter(saysSomething) : [];
  const write = (inner: Call<C>): Promise<Done> => patchInParts(operation, parts, inner);
  const isWhole = isAlone || parts.length === 0;
  return show(operation, isWhole ? await write(call) : await inTransaction(call, [resourceType], write), call);
}

/**
 * Whether several writes can be made one. Not where another storage is asked for what is referred to: both may have the connections of
 * one pool, and transactions that hold all of them would wait for one more.
 */
function canBeInParts<C extends Context>(resourceType: CompiledResourceType, call: Call<C>): boolean {
  const foreign = call.engine.references.get(resourceType)?.foreign ?? [];
  return foreign.length === 0 && hasTransactions(resourceType, call);
}

function saysSomething({ add, remove }: Delta): boolean {
  return add.length > 0 || remove.length > 0;
}

/** What became of a PATCH. */
interface Done {
  /** Storage took all of it as deltas, so that nobody has looked at the resource. */
  readonly isUnseen: boolean;
  /** The version that it came to, as far as that is known. */
  readonly version: string | undefined;
  readonly selection: Selection;
  /** The resource as it was written, where that is what is shown. */
  readonly stored?: StoredResource;
}

/** First the deltas, then what is left of the operations; a delta that storage declines is left too. */
function patchInParts<C extends Context>(
  operation: PatchOperation,
  deltas: readonly Delta[],
  call: Call<C>,
): Promise<Done> {
  return deltas.length === 0
    ? patchByReplace(operation, operation.operations, { version: undefined, changed: [] }, call)
    : patchByDeltas(operation, deltas, call);
}

async function patchByDeltas<C extends Context>(
  operation: PatchOperation,
  deltas: readonly Delta[],
  call: Call<C>,
): Promise<Done> {
  let { ifMatch } = operation;
  let version: string | undefined;
  const taken = new Set<Attribute>();
  const changed: CollectionDelta[] = [];
  for (const delta of deltas) {
    const { attribute } = delta;
    const done = await applyDelta({ ...operation, ifMatch }, delta, call);
    if (done === "declined") continue;
    taken.add(attribute);
    version = done.meta.version;
    if (done.added.length + done.removed.length === 0) continue;
    changed.push({ attribute: attribute.path, joined: done.added, left: done.removed });
    // The version that the client demanded was there; the one since is this transaction's.
    ifMatch = undefined;
  }
  const left = operation.operations.filter((one) => !isAbout(one, taken));
  if (taken.size > 0 && left.length === 0) {
    const telling = tellDeltas(operation, changed, version, call);
    const amended = telling && (await telling);
    const { selection } = operation;
    return { isUnseen: true, version: amended?.meta.version ?? version, selection };
  }
  return patchByReplace({ ...operation, ifMatch }, left, { version, changed }, call);
}

/** Whether an operation is about one of the collections. */
function isAbout(operation: PreparedOperation, collections: ReadonlySet<Attribute>): boolean {
  if (operation.type === "attribute") return collections.has(operation.path.attribute);
  return operation.type === "element" && collections.has(operation.attribute);
}

/** The delta as the host decides on it, where it is asked ahead: bound to the version that it was asked about. */
async function applyDelta<C extends Context>(
  operation: PatchOperation,
  delta: Delta,
  call: Call<C>,
): Promise<DeltaResult | "declined"> {
  const { resourceType, id, ifMatch } = operation;
  if (!isAskedAhead(resourceType, call))
    return applyBound(operation, delta, await versionToBind(operation, call), call);
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const { version } = (await readTarget(operation, SELECT_NONE, call)).meta;
    const deltas = [{ attribute: delta.attribute.path, joined: delta.add, left: delta.remove }];
    const change = { id, version, attributes: [delta.attribute.path], changes: [], deltas };
    const assignments = await askAhead(call, "patched", resourceType, change);
    // What the host sets besides takes a look at the resource.
    if (assignments.length > 0) return "declined";
    try {
      return await applyBound(operation, delta, version, call);
    } catch (error) {
      if (!isLostRace(error) || !mayTryAgain(ifMatch)) throw error;
    }
  }
  throw conflict();
}

async function applyBound<C extends Context>(
  operation: PatchOperation,
  delta: Delta,
  ifVersion: string | undefined,
  call: Call<C>,
): Promise<DeltaResult | "declined"> {
  const { resourceType, id, operations } = operation;
  const { attribute } = delta;
  const storage = call.storageOf(resourceType);
  if (storage.applyDelta === undefined) return "declined";
  const given = { [attribute.name]: delta.add } as ResourceObject;
  const settled = await settleForeignReferences(call, resourceType, given, id);
  const add = (settled[attribute.name] ?? []) as Delta["add"];
  const request = { ...writeRequest(call, resourceType), id, ...delta, add, ifVersion };
  const done = await storage.applyDelta(request, call.context).catch((error: unknown) => {
    const collections = new Set([attribute]);
    throw locate(
      error,
      operations.filter((one) => isAbout(one, collections)),
    );
  });
  if (done === undefined) throw noSuchResource(resourceType);
  if (done === "declined") return done;
  return { ...done, added: (fitAttribute(attribute, done.added) ?? []) as DeltaResult["added"] };
}

/** Of several tags, the one that is current is found out by a look at the resource. */
async function versionToBind<C extends Context>(operation: PatchOperation, call: Call<C>): Promise<string | undefined> {
  const known = toBindUnseen(operation.ifMatch);
  if (known !== undefined) return known.version;
  const current = await readTarget(operation, SELECT_NONE, call);
  return toBind(operation.ifMatch, current.meta.version);
}

/** Tells of deltas that changed something, as `tellChange`. */
function tellDeltas<C extends Context>(
  { resourceType, id, selection }: PatchOperation,
  deltas: readonly CollectionDelta[],
  version: string | undefined,
  call: Call<C>,
): undefined | Promise<StoredResource | undefined> {
  if (deltas.length === 0) return tellNothing(call, "patched", resourceType, id);
  const changeOf = () => ({ id, version, attributes: deltas.map(({ attribute }) => attribute), changes: [], deltas });
  return tellChange(call, "patched", resourceType, id, changeOf, selection);
}

/** What the deltas of a request did before the rest of it. */
interface Before {
  readonly version: string | undefined;
  readonly changed: readonly CollectionDelta[];
}

async function patchByReplace<C extends Context>(
  operation: PatchOperation,
  operations: readonly PreparedOperation[],
  { version, changed }: Before,
  call: Call<C>,
): Promise<Done> {
  const { resourceType } = operation;
  const named = namedBy(resourceType, operation.operations);
  const scope = scopeOf(resourceType, operations === operation.operations ? named : namedBy(resourceType, operations));
  const selection = operation.selection.forWrite(named);
  // A collection that is not read but shown all the same is streamed, whatever its size.
  const isReadBack = scope.untouched.some((attribute) => selection.includes(attribute));
  const { spent } = call.effort;
  const written = await writeWithRetry(
    operation,
    {
      select: { includes: (attribute) => !scope.unread.includes(attribute) },
      compute: (read) => {
        call.effort.backTo(spent);
        return apply(resourceType, read, operations, scope, call);
      },
      shown: isReadBack ? SELECT_NONE : selection,
      untouched: scope.untouched,
      explain: (error) => locate(error, operations),
    },
    call,
    "patched",
  );
  const shown = isReadBack ? SELECT_NONE : selection;
  const known = { changes: written?.isOtherwise === true ? undefined : written?.rewrite.changes, deltas: changed };
  const telling =
    written === undefined || !isChanged(written)
      ? tellDeltas(operation, changed, version, call)
      : tellWrite(call, "patched", operation, written, shown, known);
  const amended = telling && (await telling);
  if (written === undefined) return { isUnseen: false, version: amended?.meta.version ?? version, selection };
  const stored = amended ?? written.stored;
  return { isUnseen: false, version: stored.meta.version, selection, ...(isReadBack ? {} : { stored }) };
}

/** The resource as it is now; where it has been deleted meanwhile, that it was changed before. */
async function show<C extends Context>(
  { resourceType, id }: PatchOperation,
  { isUnseen, version, selection, stored }: Done,
  call: Call<C>,
): Promise<Result> {
  if (stored !== undefined) return { type: "resource", status: 200, resourceType, resource: stored, selection };
  const isSilent = isUnseen && !selection.isExplicit && call.engine.patchResponse === "auto";
  if (isSilent && version !== undefined) return { type: "patched", resourceType, id, version };
  try {
    return await readBack({ resourceType, id, selection }, call);
  } catch (error) {
    if (version !== undefined && isScimError(error) && error.status === 404)
      return { type: "patched", resourceType, id, version };
    throw error;
  }
}

/** What the operations are about, and what they are not. */
interface Scope {
  /** Collections that no operation names: they are neither read nor written. */
  readonly untouched: readonly Attribute[];
  /** These, and what storage would have to compute. */
  readonly unread: readonly Attribute[];
}

function scopeOf(resourceType: CompiledResourceType, named: ReadonlySet<Attribute>): Scope {
  const untouched = collectionsOf(resourceType).filter((attribute) => !named.has(attribute));
  // What a client echoes must be compared, even where storage has to compute it.
  const unread = [...untouched, ...resourceType.inverses.filter((attribute) => !named.has(attribute))];
  return { untouched, unread };
}

const collectionsOf = remembered(({ attributes }: CompiledResourceType) =>
  attributes.filter(({ collection }) => collection),
);

/** Applies the operations to the state that was read. @throws {ScimError} 400 as `applyPatch`. */
function apply<C extends Context>(
  resourceType: CompiledResourceType,
  read: StoredResource,
  operations: readonly PreparedOperation[],
  { untouched, unread }: Scope,
  call: Call<C>,
) {
  const { effort, engine, slice, signal } = call;
  const options = {
    createOnNoMatch: tolerance("createOnNoMatch", call),
    overwritingReplace: tolerance("overwritingReplace", call),
    limits: engine.limits,
  };
  const work = applyWork(resourceType, omit(read, unread), operations, effort, options);
  const rewriteOf = ({ resource, secrets, changes }: Patched): Rewrite => ({
    before: omit(read, [...untouched, ...resourceType.inverses]),
    after: omit(resource, resourceType.inverses),
    secrets,
    changes,
  });
  const applying = finishInSlices(work, slice, signal);
  return applying instanceof Promise ? applying.then(rewriteOf) : rewriteOf(applying);
}

/** Gives an error of storage's the position of the operation, where there is only one that it can come from. */
function locate(error: unknown, operations: readonly PreparedOperation[]): unknown {
  const [first] = operations;
  const isOne = first !== undefined && operations.every(({ index }) => index === first.index);
  return isOne && isScimError(error) && error.scimType !== undefined ? withPosition(error, first.index) : error;
}

/** The top-level attributes that the operations name. */
function namedBy(resourceType: CompiledResourceType, operations: readonly PreparedOperation[]): ReadonlySet<Attribute> {
  const named = new Set<Attribute>();
  for (const operation of operations) {
    if (operation.type === "attribute") named.add(operation.path.attribute);
    else if (operation.type !== "schemas" && operation.type !== "extension") named.add(operation.attribute);
    else for (const one of attributesIn(resourceType, operation)) named.add(one);
  }
  return named;
}

function attributesIn(
  { extensions }: CompiledResourceType,
  operation: PreparedOperation & { readonly type: "schemas" | "extension" },
): readonly Attribute[] {
  return operation.type === "extension"
    ? operation.extension.attributes
    : extensions.flatMap(({ attributes }) => attributes);
}

/** Storage may give more than was selected; what was not asked for must not be written back. */
function omit(resource: ResourceObject, attributes: readonly Attribute[]): ResourceObject {
  const state: Record<string, unknown> = { ...resource };
  for (const attribute of attributes)
    if (readAttribute(state, attribute) !== undefined) writeAttribute(state, attribute, undefined);
  return state;
}
