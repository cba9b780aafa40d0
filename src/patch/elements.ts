import type { Attribute } from "../schema/attribute.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import { checkImmutable, merge, overwrite, requiredUnassigned } from "./complex.ts";
import { type ElementList, isPrimary } from "./element-list.ts";
import type { AttributeOperation } from "./operation.ts";
import type { Op } from "./parse.ts";

/**
 * Applies an operation on a multi-valued attribute as a whole.
 * @throws {ScimError} 400 mutability, invalidValue.
 */
export function applyToList(list: ElementList, { op, value }: AttributeOperation): void {
  const elements = value as readonly unknown[] | undefined;
  guard(list, op, () => {
    if (op === "add") return addElements(list, elements ?? []);
    if (op === "replace") return replaceElements(list, elements ?? []);
    if (elements !== undefined) return removeListed(list, elements);
    // "the attribute and all values are removed, and the attribute SHALL be considered unassigned" [P-3.5.2.2-03].
    list.replaceAll([]);
  });
}

/**
 * Does something to the elements, and refuses the outcome where an immutable attribute that had a value changed, or a required
 * one lost its last.
 * @throws {ScimError} 400 mutability, invalidValue.
 */
export function guard(list: ElementList, op: Op, work: () => void): void {
  const { attribute, size, revision } = list;
  work();
  if (list.revision === revision || size === 0) return;
  checkImmutable(attribute, size);
  if (list.size === 0 && attribute.required) throw requiredUnassigned(attribute, op);
}

/**
 * "a new value is added to the attribute"; one that is there already is left as it is, but for what is new in it.
 * @see RFC 7644 §3.5.2.1 [P-3.5.2.1-06 P-3.5.2.1-08]
 */
export function addElements(list: ElementList, added: readonly unknown[]): void {
  const { attribute } = list;
  let primary: number | undefined;
  for (const element of added) {
    let slot = list.twinOf(element);
    if (slot === undefined) slot = list.append(element);
    else if (isObject(element) && !attribute.collection) {
      // What makes it the same element is there already, in whatever letter case.
      const { value: _value, type: _type, ...given } = element;
      list.set(slot, merge(attribute, list.at(slot) as ResourceObject, "add", { given, cleared: [] }, list.effort));
    }
    if (isPrimary(element)) primary = slot;
  }
  if (primary !== undefined) makeSolePrimary(list, primary);
}

/** "SHALL cause the server to automatically set primary to false for any other values in the array" [P-3.5.2-19 R-52]. */
export function makeSolePrimary(list: ElementList, primary: number): void {
  for (const slot of [...list.primaries()])
    if (slot !== primary) list.set(slot, { ...(list.at(slot) as ResourceObject), primary: false });
}

/** "the attribute and all values are replaced" [P-3.5.2.3-04]; of an element that stays, what no client may change stays too. */
function replaceElements(list: ElementList, replacement: readonly unknown[]): void {
  const { attribute } = list;
  if (!attribute.subAttributes.some(isFixed)) return list.replaceAll(replacement);
  list.replaceAll(
    replacement.map((element) => {
      const slot = list.twinOf(element);
      return slot === undefined ? element : overwrite(attribute, list.at(slot), element);
    }),
  );
}

function isFixed({ mutability }: Attribute): boolean {
  return mutability === "readOnly" || mutability === "immutable";
}

/** Removes the elements that are listed: by `value` where they have one, else those that have all of the given parts. */
function removeListed(list: ElementList, listed: readonly unknown[]): void {
  const parts: ResourceObject[] = [];
  for (const element of listed) {
    const value = isObject(element) ? element.value : element;
    if (value === undefined) parts.push(element as ResourceObject);
    else for (const slot of list.withValue(value)) list.remove(slot);
  }
  if (parts.length === 0) return;
  const { attribute } = list;
  list.spend(parts.length);
  for (const slot of [...list.slots()]) {
    const element = list.at(slot);
    if (isObject(element) && parts.some((part) => hasParts(attribute, element, part))) list.remove(slot);
  }
}

function hasParts(attribute: Attribute, element: ResourceObject, part: ResourceObject): boolean {
  return Object.entries(part).every(([name, expected]) => {
    const sub = attribute.sub(name);
    const value = element[name];
    return sub !== undefined && value !== undefined && textOf(sub, value) === textOf(sub, expected);
  });
}

function textOf(sub: Attribute, value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? value.map((one) => sub.key(one)) : sub.key(value));
}
