import type { Call } from "../call/call.ts";
import type { CreateOperation, MembershipChange, PatchOperation, ReplaceOperation } from "../call/operation.ts";
import type { Result } from "../call/result.ts";
import { invalidValue, isScimError } from "../error.ts";
import { operationsOf } from "../patch/delta.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { inTransaction } from "./bulk/transaction.ts";
import { patch } from "./patch.ts";
import { readBack } from "./read.ts";
import { SELECT_NONE } from "./stored.ts";

type MemberWrite = CreateOperation | ReplaceOperation | PatchOperation;

/** A group that the resource joins or leaves. */
interface GroupChange {
  readonly holder: CompiledResourceType;
  readonly attribute: Attribute;
  readonly id: string;
  readonly joins: boolean;
}

/**
 * Does a write that says as well which groups the resource is in (`writableGroups`). Each group changes by a PATCH of its own,
 * which `authorize` is asked for before anything is written, and which is told as one. Where storage has transactions all of it
 * is one; where it has none, what could be refused has been by then.
 * @throws {ScimError} 400 invalidValue for a group that is not there; what `authorize` and the write throw.
 */
export function withMemberships<C extends Context, O extends MemberWrite>(
  operation: O,
  call: Call<C>,
  write: (operation: O, call: Call<C>) => Promise<Result>,
): Promise<Result> {
  const { memberships } = operation;
  return memberships === undefined || memberships.length === 0
    ? write(operation, call)
    : writeWith(memberships, operation, call, write);
}

async function writeWith<C extends Context, O extends MemberWrite>(
  memberships: readonly MembershipChange[],
  operation: O,
  call: Call<C>,
  write: (operation: O, call: Call<C>) => Promise<Result>,
): Promise<Result> {
  const { resourceType, selection } = operation;
  const id = operation.type === "create" ? call.engine.newId() : operation.id;
  const before = operation.type === "create" ? {} : await readGroups(resourceType, id, memberships, call);
  // What is not there is the write's to refuse.
  if (before === undefined) return write(operation, call);
  const changes = changesOf(memberships, before, call);
  await checkGroups(changes, call);
  for (const change of changes) await call.authorize(patchOf(change, id, call));
  const types = [resourceType, ...changes.map(({ holder }) => holder)];
  let writtenId = id;
  const result = await inTransaction(call, types, async (inner) => {
    const engine = { ...inner.engine, newId: () => id };
    const written = await write(operation, operation.type === "create" ? { ...inner, engine } : inner);
    writtenId = written.type === "resource" ? written.resource.id : id;
    const groupCall = { ...inner, engine: { ...inner.engine, patchResponse: "auto" } } as const;
    for (const change of changes) await patch(patchOf(change, writtenId, call), groupCall).catch(unknownGroup(change));
    return written;
  });
  const isShown = memberships.some(({ attribute }) => selection.includes(attribute));
  if (result.type !== "resource" || !isShown) return result;
  const current = await readBack({ resourceType, id: writtenId, selection }, call);
  return current.type === "resource" ? { ...result, resource: current.resource, selection: current.selection } : result;
}

async function readGroups<C extends Context>(
  resourceType: CompiledResourceType,
  id: string,
  memberships: readonly MembershipChange[],
  call: Call<C>,
) {
  const select = { includes: (attribute: Attribute) => memberships.some((change) => change.attribute === attribute) };
  return call.storageOf(resourceType).get({ resourceType, id, select, signal: call.signal }, call.context);
}

/** What the changes come to. */
function changesOf<C extends Context>(
  memberships: readonly MembershipChange[],
  before: ResourceObject,
  { engine }: Call<C>,
): readonly GroupChange[] {
  return [...new Set(memberships.map(({ attribute }) => attribute))].flatMap((inverse) => {
    const { inverseOf } = inverse;
    const holder = engine.resourceTypes.find(({ name }) => name === inverseOf?.resourceType);
    const attribute = inverseOf && holder?.attribute(inverseOf.attribute);
    if (holder === undefined || attribute === undefined) return [];
    const old = idsOf(readAttribute(before, inverse));
    const now = memberships.filter((change) => change.attribute === inverse).reduce(applied, old);
    const change = (joins: boolean) => (id: string) => ({ holder, attribute, id, joins });
    return [
      ...[...old].filter((id) => !now.has(id)).map(change(false)),
      ...[...now].filter((id) => !old.has(id)).map(change(true)),
    ];
  });
}

function idsOf(elements: unknown): ReadonlySet<string> {
  return new Set((Array.isArray(elements) ? elements : []).filter(isObject).map(({ value }) => String(value)));
}

/** The groups after a change; a remove that names none leaves them all. */
function applied(before: ReadonlySet<string>, { op, ids }: MembershipChange): ReadonlySet<string> {
  if (op === "replace" || ids === undefined) return new Set(ids);
  if (op === "add") return new Set([...before, ...ids]);
  return new Set([...before].filter((id) => !ids.includes(id)));
}

async function checkGroups<C extends Context>(changes: readonly GroupChange[], call: Call<C>): Promise<void> {
  for (const change of changes.filter(({ joins }) => joins)) {
    const { holder: resourceType, id } = change;
    const request = { resourceType, id, select: SELECT_NONE, signal: call.signal };
    if ((await call.storageOf(resourceType).get(request, call.context)) === undefined) throw noSuchGroup(change);
  }
}

function patchOf<C extends Context>(
  { holder, attribute, id, joins }: GroupChange,
  member: string,
  { engine }: Call<C>,
): PatchOperation {
  const delta = joins ? { attribute, add: [{ value: member }], remove: [] } : { attribute, add: [], remove: [member] };
  const selection = engine.selectionOf(holder);
  return { type: "patch", resourceType: holder, id, operations: operationsOf(delta), selection, ifMatch: undefined };
}

/** A group that has gone meanwhile is one that is not there, and no user that is not. */
function unknownGroup(change: GroupChange) {
  return (error: unknown): never => {
    throw isScimError(error) && error.status === 404 ? noSuchGroup(change) : error;
  };
}

function noSuchGroup({ holder }: GroupChange) {
  return invalidValue(`A ${holder.name} that the request names is not there; create it first, or leave it out.`);
}
