import type { Call } from "../call/call.ts";
import type { ChangeEvent, CollectionDelta } from "../events/event.ts";
import type { JsonPatchOperation } from "../patch/json-patch.ts";
import { pointerOf, pointerTo } from "../patch/pointer.ts";
import type { Attribute } from "../schema/attribute.ts";
import { KEPT_NAME, pointerBeside, withKeptBeside } from "../schema/kept.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { copyValue, isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { withoutMark, withoutMarks } from "../storage/reference.ts";
import type { Difference } from "./difference.ts";

/** What a verb knows of the change that it makes. */
export interface Change extends Difference {
  readonly id: string;
  readonly version: string | undefined;
  readonly before?: ResourceObject | undefined;
  readonly after?: ResourceObject | undefined;
}

/** What the events of a resource type keep to themselves. */
interface Reserve {
  /** Attributes that no event shows: those that are never returned, and those with such a part. */
  readonly hidden: readonly Attribute[];
  /** Where they stand, and the collections, of which `deltas` tell. */
  readonly pointers: readonly string[];
}

const reserveOf = remembered(({ attributes }: CompiledResourceType): Reserve => {
  const hidden = attributes.filter((one) => one.isHidden || one.subAttributes.some((sub) => sub.isHidden));
  const apart = [...hidden, ...attributes.filter(({ collection }) => collection)];
  return { hidden, pointers: apart.map((attribute) => pointerTo(attribute)) };
});

function hideSecrets(
  resourceType: CompiledResourceType,
  resource: ResourceObject | undefined,
): ResourceObject | undefined {
  if (resource === undefined) return undefined;
  const secret = reserveOf(resourceType).hidden.filter((attribute) => readAttribute(resource, attribute) !== undefined);
  if (secret.length === 0) return resource;
  const copy: Record<string, unknown> = { ...resource };
  for (const attribute of secret) writeAttribute(copy, attribute, undefined);
  return copy;
}

/** What of a change the host may see: copies, since storage may have the very objects (`storage/lend.ts`). */
export function shownChange(
  resourceType: CompiledResourceType,
  change: Change,
): Pick<Change, "before" | "after" | "changes" | "deltas"> {
  const shown = (resource: ResourceObject | undefined) =>
    resource && copyValue(withKeptBeside(withoutMarks(resourceType, hideSecrets(resourceType, resource) ?? resource)));
  const { pointers } = reserveOf(resourceType);
  return {
    before: shown(change.before),
    after: shown(change.after),
    changes: change.changes
      .filter(({ path }) => !pointers.some((pointer) => path === pointer || path.startsWith(`${pointer}/`)))
      .flatMap((one) => (one.path.startsWith(`/${KEPT_NAME}`) ? keptBeside(one) : [one]))
      .map(copyValue),
    deltas: copyValue(shownDeltas(resourceType, change.deltas)),
  };
}

/**
 * An operation on what nobody declared, as one on what clients see: there is no object that holds it. One that makes the object has
 * what it begins with, and before one that removes it come those on its members.
 */
function keptBeside(operation: JsonPatchOperation): readonly JsonPatchOperation[] {
  const { path } = operation;
  if (path !== `/${KEPT_NAME}`) return [{ ...operation, path: pointerBeside(path) }];
  const kept: unknown = "value" in operation ? operation.value : undefined;
  return Object.entries(isObject(kept) ? kept : {}).map(([name, value]) => ({
    op: "add",
    path: pointerOf(name),
    value,
  }));
}

/** The events of a change: its own, and that of an account's going in or out of service that comes with it. */
export function eventsOf<C extends Context>(
  call: Call<C>,
  type: ChangeEvent["type"],
  resourceType: CompiledResourceType,
  change: Change,
): readonly ChangeEvent<C>[] {
  const { engine, context } = call;
  const { id, version, attributes } = change;
  const { before, after, changes, deltas } = shownChange(resourceType, change);
  const externalId = (after ?? before)?.externalId;
  const { adoption } = call;
  const event: ChangeEvent<C> = {
    type: adoption?.type ?? type,
    resourceType: resourceType.name,
    endpoint: resourceType.endpoint,
    id,
    ...(typeof externalId === "string" ? { externalId } : {}),
    ...(version === undefined ? {} : { version }),
    attributes,
    changes,
    deltas,
    transaction: call.transaction ?? crypto.randomUUID(),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after: { ...after, meta: { ...(after.meta as ResourceObject), version } } }),
    ...(adoption === undefined ? {} : { reason: adoption.reason }),
    at: engine.now().toISOString(),
    context,
  };
  const turned = turnOf(resourceType, change.before, change.after);
  return turned === undefined ? [event] : [event, { ...event, type: turned }];
}

/** Tells the host of a committed change. */
export function emitChange<C extends Context>(
  call: Call<C>,
  type: ChangeEvent["type"],
  resourceType: CompiledResourceType,
  change: Change,
): void {
  for (const event of eventsOf(call, type, resourceType, change)) call.engine.emit(event);
}

/** Who joined, without what is never returned of them; of a collection that is never returned itself there is nothing to tell. */
function shownDeltas(
  resourceType: CompiledResourceType,
  deltas: readonly CollectionDelta[],
): readonly CollectionDelta[] {
  return deltas.flatMap((delta) => {
    const attribute = resourceType.resolve(delta.attribute)?.attribute;
    if (attribute?.isHidden === true) return [];
    const hidden = (attribute?.subAttributes ?? []).filter((sub) => sub.isHidden).map(({ name }) => name);
    const joined = delta.joined.map((element) => withoutMark(omitNames(element, hidden)) as ResourceObject);
    return [{ ...delta, joined }];
  });
}

function omitNames(element: ResourceObject, names: readonly string[]): ResourceObject {
  if (names.length === 0) return element;
  return Object.fromEntries(Object.entries(element).filter(([name]) => !names.includes(name)));
}

/** Whether the lifecycle attribute (a user's `active`) turned. A resource that does not say counts as active. */
export function turnOf(
  resourceType: CompiledResourceType,
  before: ResourceObject | undefined,
  after: ResourceObject | undefined,
): "activated" | "deactivated" | undefined {
  const attribute = resourceType.attributes.find((candidate) => candidate.lifecycle);
  if (attribute === undefined || before === undefined || after === undefined) return undefined;
  const was = readAttribute(before, attribute) !== false;
  const is = readAttribute(after, attribute) !== false;
  return was === is ? undefined : is ? "activated" : "deactivated";
}
