import type { Operation } from "fast-json-patch";
import type { CollectionDelta } from "../events/event.ts";
import { pointerOf, pointerTo } from "../patch/pointer.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, isSame, type ResourceObject, readAttribute } from "../schema/value.ts";

/** What is different in two states of a resource. */
export interface Difference {
  /** Paths of the attributes whose values differ. */
  readonly attributes: readonly string[];
  /** RFC 6902 operations on whole attributes, collections left out. */
  readonly changes: readonly Operation[];
  /** Who joined a collection and who left it. */
  readonly deltas: readonly CollectionDelta[];
}

/** The difference of two states, for the events that tell of it. */
export function differenceOf(resourceType: ResourceType, before: ResourceObject, after: ResourceObject): Difference {
  const differing = resourceType.content.filter(
    (attribute) => !isSame(readAttribute(before, attribute), readAttribute(after, attribute)),
  );
  const isAssigned = (state: ResourceObject, urn: string): boolean => state[urn] !== undefined;
  const urns = resourceType.extensions.map(({ urn }) => urn);
  return {
    attributes: differing.map(({ path }) => path),
    changes: [
      // An extension's container comes before its first attribute and goes after its last: an operation needs a parent.
      ...urns.filter((urn) => !isAssigned(before, urn) && isAssigned(after, urn)).map(addContainer),
      ...differing.filter(({ collection }) => !collection).map((attribute) => changeOf(attribute, before, after)),
      ...urns.filter((urn) => isAssigned(before, urn) && !isAssigned(after, urn)).map(removeContainer),
    ],
    deltas: differing
      .filter(({ collection }) => collection)
      .map((attribute) => deltaOf(attribute, before, after))
      .filter(({ joined, left }) => joined.length > 0 || left.length > 0),
  };
}

function addContainer(urn: string): Operation {
  return { op: "add", path: pointerOf(urn), value: {} };
}

function removeContainer(urn: string): Operation {
  return { op: "remove", path: pointerOf(urn) };
}

function changeOf(attribute: Attribute, before: ResourceObject, after: ResourceObject): Operation {
  const path = pointerTo(attribute);
  const value = readAttribute(after, attribute);
  if (value === undefined) return { op: "remove", path };
  return { op: readAttribute(before, attribute) === undefined ? "add" : "replace", path, value };
}

function deltaOf(attribute: Attribute, before: ResourceObject, after: ResourceObject): CollectionDelta {
  const was = elementsByKey(attribute, readAttribute(before, attribute));
  const is = elementsByKey(attribute, readAttribute(after, attribute));
  return {
    attribute: attribute.path,
    joined: [...is].filter(([key]) => !was.has(key)).map(([, element]) => element),
    left: [...was].filter(([key]) => !is.has(key)).map(([, element]) => element.value),
  };
}

/** The elements of a collection by what tells them apart. */
function elementsByKey(attribute: Attribute, elements: unknown): ReadonlyMap<unknown, ResourceObject> {
  const identity = attribute.sub("value");
  const objects = Array.isArray(elements) ? elements.filter(isObject) : [];
  return new Map(objects.map((element) => [identity?.key(element.value), element]));
}

/** Whether two states are the same; the elements of a collection have no order. @see RFC 7643 §2.3.8 */
export function isSameResource(resourceType: ResourceType, before: ResourceObject, after: ResourceObject): boolean {
  return resourceType.content.every((attribute) => {
    const old = readAttribute(before, attribute);
    const value = readAttribute(after, attribute);
    return attribute.collection && Array.isArray(old) && Array.isArray(value)
      ? isSameCollection(attribute, old, value)
      : isSame(old, value);
  });
}

function isSameCollection(attribute: Attribute, old: readonly unknown[], value: readonly unknown[]): boolean {
  if (old.length !== value.length) return false;
  const identity = attribute.sub("value");
  const keyOf = (element: unknown): unknown => identity?.key(isObject(element) ? element.value : element);
  const byKey = new Map(old.map((element) => [keyOf(element), element]));
  return value.every((element) => isSame(byKey.get(keyOf(element)), element));
}
