import type { CollectionDelta } from "../events/event.ts";
import type { JsonPatchOperation } from "../patch/json-patch.ts";
import { pointerOf, pointerTo } from "../patch/pointer.ts";
import type { Attribute } from "../schema/attribute.ts";
import { isKept, KEPT_NAME } from "../schema/kept.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, isSame, type ResourceObject, readAttribute } from "../schema/value.ts";
import { forEach, isEvery, type Steps, Unfinished, type Work } from "../time-slice.ts";

/** What is different in two states of a resource. */
export interface Difference {
  /** Paths of the attributes whose values differ. */
  readonly attributes: readonly string[];
  /** RFC 6902 operations on whole attributes, collections left out. */
  readonly changes: readonly JsonPatchOperation[];
  /** Who joined a collection and who left it. */
  readonly deltas: readonly CollectionDelta[];
}

/** The difference of two states, for the events that tell of it. */
export function* differenceOf(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  after: ResourceObject,
): Steps<Difference> {
  const differing: Attribute[] = [];
  const deltas: CollectionDelta[] = [];
  for (const attribute of resourceType.content) {
    const [old, value] = [readAttribute(before, attribute), readAttribute(after, attribute)];
    if (yield* isSameValue(attribute, old, value)) continue;
    differing.push(attribute);
    if (attribute.collection) deltas.push(yield* deltaOf(attribute, old, value));
  }
  const isAssigned = (state: ResourceObject, urn: string): boolean => state[urn] !== undefined;
  const urns = resourceType.extensions.map(({ urn }) => urn);
  return {
    attributes: differing.flatMap((one) => (isKept(one) ? keptDiffering(before, after) : [one.path])),
    changes: [
      // An extension's container comes before its first attribute and goes after its last: an operation needs a parent.
      ...urns.filter((urn) => !isAssigned(before, urn) && isAssigned(after, urn)).map(addContainer),
      ...differing
        .filter((attribute) => !attribute.collection && !isKept(attribute))
        .map((attribute) => changeOf(attribute, before, after)),
      ...(differing.some(isKept) ? keptDiffering(before, after) : []).map((name) => keptChange(name, before, after)),
      ...urns.filter((urn) => isAssigned(before, urn) && !isAssigned(after, urn)).map(removeContainer),
    ],
    deltas: deltas.filter(({ joined, left }) => joined.length > 0 || left.length > 0),
  };
}

/** The names of what nobody declared and what differs. */
function keptDiffering(before: ResourceObject, after: ResourceObject): readonly string[] {
  const [old, now] = [keptIn(before), keptIn(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => !isSame(old[name], now[name]));
}

function keptIn(resource: ResourceObject): ResourceObject {
  const kept = resource[KEPT_NAME];
  return isObject(kept) ? kept : {};
}

/** To who is told of it, what nobody declared stands beside all else. */
function keptChange(name: string, before: ResourceObject, after: ResourceObject): JsonPatchOperation {
  const path = pointerOf(name);
  const value = keptIn(after)[name];
  if (value === undefined) return { op: "remove", path };
  return { op: keptIn(before)[name] === undefined ? "add" : "replace", path, value };
}

function addContainer(urn: string): JsonPatchOperation {
  return { op: "add", path: pointerOf(urn), value: {} };
}

function removeContainer(urn: string): JsonPatchOperation {
  return { op: "remove", path: pointerOf(urn) };
}

function changeOf(attribute: Attribute, before: ResourceObject, after: ResourceObject): JsonPatchOperation {
  const path = pointerTo(attribute);
  const value = readAttribute(after, attribute);
  if (value === undefined) return { op: "remove", path };
  return { op: readAttribute(before, attribute) === undefined ? "add" : "replace", path, value };
}

function* deltaOf(attribute: Attribute, before: unknown, after: unknown): Steps<CollectionDelta> {
  const was = yield* elementsByKey(attribute, before);
  const is = yield* elementsByKey(attribute, after);
  return {
    attribute: attribute.path,
    joined: [...is].filter(([key]) => !was.has(key)).map(([, element]) => element),
    left: [...was].filter(([key]) => !is.has(key)).map(([, element]) => element.value),
  };
}

/** The elements of a collection by what tells them apart. */
function* elementsByKey(attribute: Attribute, elements: unknown): Steps<ReadonlyMap<unknown, ResourceObject>> {
  const identity = attribute.sub("value");
  const byKey = new Map<unknown, ResourceObject>();
  yield* forEach(Array.isArray(elements) ? elements.filter(isObject) : [], (element) =>
    byKey.set(identity?.key(element.value), element),
  );
  return byKey;
}

/** Whether two states are the same; the elements of a collection have no order. @see RFC 7643 §2.3.8 */
export function isSameResource(
  { content }: CompiledResourceType,
  before: ResourceObject,
  after: ResourceObject,
): Work<boolean> {
  const long: Attribute[] = [];
  for (const attribute of content) {
    const [old, value] = [readAttribute(before, attribute), readAttribute(after, attribute)];
    if (old === value) continue;
    if (attribute.collection) long.push(attribute);
    else if (!isSame(old, value)) return false;
  }
  return long.length === 0 || new Unfinished(areSame(long, before, after));
}

function* areSame(attributes: readonly Attribute[], before: ResourceObject, after: ResourceObject): Steps<boolean> {
  for (const attribute of attributes)
    if (!(yield* isSameValue(attribute, readAttribute(before, attribute), readAttribute(after, attribute))))
      return false;
  return true;
}

function* isSameValue(attribute: Attribute, old: unknown, value: unknown): Steps<boolean> {
  if (!attribute.collection || !Array.isArray(old) || !Array.isArray(value)) return isSame(old, value);
  if (old.length !== value.length) return false;
  // Mostly nothing has moved.
  if (yield* isEvery(value, (element, index) => isSame(old[index], element))) return true;
  const byKey = yield* elementsByKey(attribute, old);
  const identity = attribute.sub("value");
  return yield* isEvery(value, (element) => {
    const key = identity?.key(isObject(element) ? element.value : element);
    return isSame(byKey.get(key), element);
  });
}
