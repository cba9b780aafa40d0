import type { Attribute } from "../schema/attribute.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import { andThen, eachOf, oneByOne, type Work } from "../time-slice.ts";
import { checkImmutable, merge, overwrite, requiredUnassigned } from "./complex.ts";
import { type ElementList, isPrimary } from "./element-list.ts";
import type { AttributeOperation } from "./operation.ts";
import type { Op } from "./parse.ts";

/**
 * Applies an operation on a multi-valued attribute as a whole.
 * @throws {ScimError} 400 mutability, invalidValue.
 */
export function applyToList(list: ElementList, { op, value }: AttributeOperation): Work<void> {
  const guard = guardOf(list, op);
  return andThen(changeList(list, op, value as readonly unknown[] | undefined), checkGuard, guard);
}

function changeList(list: ElementList, op: Op, elements: readonly unknown[] | undefined): Work<void> {
  if (op === "add") return addElements(list, elements ?? []);
  if (op === "replace") return replaceElements(list, elements ?? []);
  // "the attribute and all values are removed, and the attribute SHALL be considered unassigned" [P-3.5.2.2-03].
  return elements === undefined ? list.replaceAll([]) : removeListed(list, elements);
}

/** A list as it was before an operation. */
export interface Guard {
  readonly list: ElementList;
  readonly op: Op;
  readonly size: number;
  readonly revision: number;
}

export function guardOf(list: ElementList, op: Op): Guard {
  return { list, op, size: list.size, revision: list.revision };
}

/**
 * Refuses the outcome of an operation where an immutable attribute that had a value changed, or a required one lost its last.
 * @throws {ScimError} 400 mutability, invalidValue.
 */
export function checkGuard(_done: unknown, { list, op, size, revision }: Guard): void {
  if (list.revision === revision || size === 0) return;
  checkImmutable(list.attribute, size);
  if (list.size === 0 && list.attribute.required) throw requiredUnassigned(list.attribute, op);
}

/**
 * "a new value is added to the attribute"; one that is there already is left as it is, but for what is new in it.
 * @see RFC 7644 §3.5.2.1 [P-3.5.2.1-06 P-3.5.2.1-08]
 */
export function addElements(list: ElementList, added: readonly unknown[]): Work<void> {
  const { attribute } = list;
  return andThen(list.twins(), (twinOf) => {
    let primary: number | undefined;
    const add = eachOf(added, (element) => {
      let slot = twinOf(element);
      if (slot === undefined) slot = list.append(element);
      else if (isObject(element) && !attribute.collection) {
        // What makes it the same element is there already, in whatever letter case.
        const { value: _value, type: _type, ...given } = element;
        list.set(slot, merge(attribute, list.at(slot) as ResourceObject, "add", { given, cleared: [] }, list.effort));
      }
      if (isPrimary(element)) primary = slot;
    });
    return andThen(add, () => {
      if (primary !== undefined) makeSolePrimary(list, primary);
    });
  });
}

/** "SHALL cause the server to automatically set primary to false for any other values in the array" [P-3.5.2-19 R-52]. */
export function makeSolePrimary(list: ElementList, primary: number): void {
  for (const slot of [...list.primaries()])
    if (slot !== primary) list.set(slot, { ...(list.at(slot) as ResourceObject), primary: false });
}

/** "the attribute and all values are replaced" [P-3.5.2.3-04]; of an element that stays, what no client may change stays too. */
function replaceElements(list: ElementList, replacement: readonly unknown[]): Work<void> {
  const { attribute } = list;
  if (!attribute.subAttributes.some(isFixed)) return list.replaceAll(replacement);
  return andThen(list.twins(), (twinOf) => {
    const elements: unknown[] = [];
    const overwriteTwins = eachOf(replacement, (element) => {
      const slot = twinOf(element);
      elements.push(slot === undefined ? element : overwrite(attribute, list.at(slot), element));
    });
    return andThen(overwriteTwins, () => list.replaceAll(elements));
  });
}

function isFixed({ mutability }: Attribute): boolean {
  return mutability === "readOnly" || mutability === "immutable";
}

/** Removes the elements that are listed: by `value` where they have one, else those that have all of the given parts. */
function removeListed(list: ElementList, listed: readonly unknown[]): Work<void> {
  return andThen(list.holders(), (holdersOf) => {
    const parts: ResourceObject[] = [];
    const removeHolders = eachOf(listed, (element) => {
      const value = isObject(element) ? element.value : element;
      if (value === undefined) parts.push(element as ResourceObject);
      else for (const slot of holdersOf(value)) list.remove(slot);
    });
    return andThen(removeHolders, () =>
      oneByOne(descriptionsOf(list.attribute, parts), (description) => removeDescribed(list, description)),
    );
  });
}

function removeDescribed(list: ElementList, { names, texts }: Description): Work<void> {
  list.spend(names.length);
  return list.eachSlot((slot) => {
    const text = textOf(list.attribute, list.at(slot), names);
    if (text !== undefined && texts.has(text)) list.remove(slot);
  });
}

/** What elements to remove have: the same parts, and one of the texts that stand for the values of these. */
interface Description {
  readonly names: readonly string[];
  readonly texts: Set<string>;
}

/** The listed parts by their names, so that every element is looked at once for each set of names, however many are listed. */
function descriptionsOf(attribute: Attribute, parts: readonly ResourceObject[]): readonly Description[] {
  const descriptions = new Map<string, Description>();
  for (const part of parts) {
    const names = Object.keys(part).sort();
    const description = descriptions.get(names.join()) ?? { names, texts: new Set<string>() };
    const text = textOf(attribute, part, names);
    if (text !== undefined) description.texts.add(text);
    descriptions.set(names.join(), description);
  }
  return [...descriptions.values()];
}

/** A text that stands for the values of these parts; undefined where one is missing. */
function textOf(attribute: Attribute, element: unknown, names: readonly string[]): string | undefined {
  if (!isObject(element)) return undefined;
  const keys: unknown[] = [];
  for (const name of names) {
    const sub = attribute.sub(name);
    const value = element[name];
    if (sub === undefined || value === undefined) return undefined;
    keys.push(Array.isArray(value) ? value.map((one) => sub.key(one)) : sub.key(value));
  }
  return JSON.stringify(keys);
}
