import type { Attribute } from "../schema/attribute.ts";
import { isObject, isSame, type ResourceObject } from "../schema/value.ts";
import type { DeltaRequest, StorageNotice } from "./adapter.ts";
import { findReference, settleReference } from "./reference.ts";

/** What a delta comes to. */
export interface SettledDelta {
  /** All elements as they are to be stored. */
  readonly elements: readonly ResourceObject[];
  /** What `DeltaResult` tells. Both are empty where nothing changes: then the version stays. */
  readonly added: readonly ResourceObject[];
  readonly removed: readonly unknown[];
  /** To be told by `request.notify` once it is written. */
  readonly notices: readonly StorageNotice[];
}

/**
 * Works a delta out over the elements that a collection has: first `remove`, then `add`, of which one that is there stays as it is, with
 * references settled. For adapters that keep a collection with its resource; one that keeps rows does it by statements.
 * @param stored what the collection holds, as `readAttribute` gives it.
 * @param typeOf gives the resource type of an id, undefined where the tenant has none.
 *
 * @throws {ScimError} 400 invalidValue for an added reference to nothing that is refused.
 * @example
 * ```ts
 * import { type DeltaRequest, settleDelta } from "scimkit/storage";
 * declare function typeOf(id: string): string | undefined;
 * function deltaOf(request: DeltaRequest) {
 *   const { elements, added, removed } = settleDelta(request, [{ value: "u1" }], typeOf);
 *   return { isChanged: added.length + removed.length > 0, elements };
 * }
 * ```
 * @see RFC 7644 §3.5.2
 */
export function settleDelta(
  request: DeltaRequest,
  stored: unknown,
  typeOf: (id: string) => string | undefined,
): SettledDelta {
  const { attribute, resourceType, checkReferences, id } = request;
  const reference = findReference(resourceType, attribute);
  const elements: readonly ResourceObject[] = Array.isArray(stored) ? stored.filter(isObject) : [];
  const before = new Map(elements.map((element) => [keyOf(attribute, element.value), element]));
  const after = new Map(before);
  const notices: StorageNotice[] = [];
  for (const value of request.remove) after.delete(keyOf(attribute, value));
  request.add.forEach((element, index) => {
    const key = keyOf(attribute, element.value);
    if (after.has(key)) return;
    const { value } = element;
    if (reference === undefined || typeof value !== "string") after.set(key, element);
    else {
      const held = { reference, element, id: value, index };
      const settled = settleReference(held, typeOf(value), { holder: id, checkReferences, notices });
      if (settled !== undefined) after.set(key, settled);
    }
  });
  const differs = (key: unknown): boolean => !isSame(before.get(key), after.get(key));
  const added = [...after].filter(([key]) => differs(key)).map(([, element]) => element);
  const removed = [...before].filter(([key]) => differs(key)).map(([, element]) => element.value);
  return { elements: [...after.values()], added, removed, notices };
}

function keyOf(attribute: Attribute, value: unknown): unknown {
  const sub = attribute.sub("value");
  return sub === undefined || value === undefined ? value : sub.key(value);
}
