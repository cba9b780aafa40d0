import type { Operation } from "fast-json-patch";
import type { Call } from "../call/call.ts";
import type { ChangeEvent, CollectionDelta } from "../events/event.ts";
import { pointerOf, pointerTo } from "../patch/pointer.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";

/** What a verb knows of the change that it made. */
interface Change {
  readonly id: string;
  readonly version: string | undefined;
  readonly attributes: readonly string[];
  readonly changes: readonly Operation[];
  readonly deltas: readonly CollectionDelta[];
  readonly before?: ResourceObject | undefined;
  readonly after?: ResourceObject | undefined;
}

/** Attributes that no event shows: those that are never returned, and those with such a part. */
const hidden = new WeakMap<ResourceType, readonly Attribute[]>();

function hiddenIn(resourceType: ResourceType): readonly Attribute[] {
  let found = hidden.get(resourceType);
  if (found === undefined) {
    found = resourceType.attributes.filter((one) => one.isHidden || one.subAttributes.some((sub) => sub.isHidden));
    hidden.set(resourceType, found);
  }
  return found;
}

function shown(resourceType: ResourceType, resource: ResourceObject | undefined): ResourceObject | undefined {
  const secret = hiddenIn(resourceType).filter(
    (attribute) => resource && readAttribute(resource, attribute) !== undefined,
  );
  if (resource === undefined || secret.length === 0) return resource;
  const copy: Record<string, unknown> = { ...resource };
  for (const attribute of secret) writeAttribute(copy, attribute, undefined);
  return copy;
}

/** Tells the host of a committed change, and of an account's going in or out of service that comes with it. */
export function emitChange<C extends Context>(
  call: Call<C>,
  type: ChangeEvent["type"],
  resourceType: ResourceType,
  change: Change,
): void {
  const { engine, context } = call;
  const { id, version, attributes, deltas } = change;
  const [before, after] = [shown(resourceType, change.before), shown(resourceType, change.after)];
  const apart = [...hiddenIn(resourceType), ...resourceType.attributes.filter(({ collection }) => collection)];
  const pointers = apart.map((attribute) => pointerTo(attribute));
  const changes = change.changes.filter(
    ({ path }) => !pointers.some((pointer) => path === pointer || path.startsWith(`${pointer}/`)),
  );
  const externalId = (after ?? before)?.externalId;
  const event: ChangeEvent<C> = {
    type,
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
    at: engine.now().toISOString(),
    context,
  };
  engine.emit(event);
  const turned = turnOf(resourceType, change.before, change.after);
  if (turned !== undefined) engine.emit({ ...event, type: turned });
}

/** Whether the lifecycle attribute (a user's `active`) turned. A resource that does not say counts as active. */
function turnOf(
  resourceType: ResourceType,
  before: ResourceObject | undefined,
  after: ResourceObject | undefined,
): "activated" | "deactivated" | undefined {
  const attribute = resourceType.attributes.find((candidate) => candidate.lifecycle);
  if (attribute === undefined || before === undefined || after === undefined) return undefined;
  const was = readAttribute(before, attribute) !== false;
  const is = readAttribute(after, attribute) !== false;
  return was === is ? undefined : is ? "activated" : "deactivated";
}

/** The stored attributes whose values differ. */
function differing(resourceType: ResourceType, before: ResourceObject, after: ResourceObject): readonly Attribute[] {
  return resourceType.content.filter(
    (attribute) => !isSame(readAttribute(before, attribute), readAttribute(after, attribute)),
  );
}

/** Paths of the attributes whose values differ. */
export function namesOf(resourceType: ResourceType, before: ResourceObject, after: ResourceObject): readonly string[] {
  return differing(resourceType, before, after).map((attribute) => attribute.path);
}

/** The difference of two states: RFC 6902 operations on whole attributes, and for collections who joined and who left. */
export function changesOf(
  resourceType: ResourceType,
  before: ResourceObject,
  after: ResourceObject,
): { readonly changes: readonly Operation[]; readonly deltas: readonly CollectionDelta[] } {
  const changes: Operation[] = [];
  const deltas: CollectionDelta[] = [];
  // An extension's container comes before its first attribute and goes after its last, since an operation needs a parent.
  for (const { urn } of resourceType.extensions)
    if (before[urn] === undefined && after[urn] !== undefined)
      changes.push({ op: "add", path: pointerOf(urn), value: {} });
  for (const attribute of differing(resourceType, before, after)) {
    const old = readAttribute(before, attribute);
    const value = readAttribute(after, attribute);
    if (attribute.collection) {
      const delta = collectionDelta(attribute, old, value);
      if (delta.joined.length > 0 || delta.left.length > 0) deltas.push(delta);
      continue;
    }
    const path = pointerTo(attribute);
    if (value === undefined) changes.push({ op: "remove", path });
    else changes.push({ op: old === undefined ? "add" : "replace", path, value });
  }
  for (const { urn } of resourceType.extensions)
    if (before[urn] !== undefined && after[urn] === undefined) changes.push({ op: "remove", path: pointerOf(urn) });
  return { changes, deltas };
}

function collectionDelta(attribute: Attribute, old: unknown, value: unknown): CollectionDelta {
  const identity = attribute.sub("value");
  const byKey = (elements: unknown): Map<unknown, ResourceObject> =>
    new Map(
      (Array.isArray(elements) ? elements.filter(isObject) : []).map((element) => [
        identity?.key(element.value),
        element,
      ]),
    );
  const [was, is] = [byKey(old), byKey(value)];
  return {
    attribute: attribute.path,
    joined: [...is].filter(([key]) => !was.has(key)).map(([, element]) => element),
    left: [...was].filter(([key]) => !is.has(key)).map(([, element]) => element.value),
  };
}
