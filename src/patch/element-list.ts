import type { Attribute } from "../schema/attribute.ts";
import { hasNoMember, isObject, isSame } from "../schema/value.ts";
import { withoutDuplicates } from "../schema/value-reader.ts";
import { andThen, eachInSteps, eachOf, isEvery, isFew, type Steps, Unfinished, type Work } from "../time-slice.ts";
import { changed } from "./changes.ts";
import type { Effort } from "./effort.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { pointerTo } from "./pointer.ts";
import { SlotIndex } from "./slot-index.ts";

/** Above this, one replacement costs less than so many removals, each of which moves the rest of the array. */
const MOST_SINGLE_REMOVALS = 8;

/** Of fewer numbers than these a list is looked through as fast as a set. */
const MOST_LOOKED_THROUGH = 16;

/** What a list came to. */
export interface FinishedList {
  /** The elements as they are to be stored; the very array that was stored where nothing changed. */
  readonly elements: readonly unknown[];
  /** The RFC 6902 operations that make them of the stored array. */
  readonly changes: readonly JsonPatchOperation[];
}

/**
 * The elements of one multi-valued attribute while a PATCH works on them. Every element keeps its slot until the end, and an
 * index by `value` finds it there, so that a step costs the same whatever the number of the others. The stored array and its
 * elements are only looked at: what changes is put into the list as a new object.
 */
export class ElementList {
  readonly attribute: Attribute;
  readonly #stored: readonly unknown[];
  readonly effort: Effort;
  /** By slot; undefined where the element is gone. */
  #elements: unknown[];
  #size: number;
  /** How often the list changed. */
  #revision = 0;
  /** The slots are no longer those of the stored elements. */
  #isReplaced = false;
  /** Elements changed other than by being added or removed, so that two may have become the same. */
  #isRewritten = false;
  /** The slots that changed, in the order in which they first did; and as a set, where they are many. */
  readonly #changed: number[] = [];
  #isChanged: Set<number> | undefined;
  #byValue: SlotIndex | undefined;
  #byIdentity: SlotIndex | undefined;
  #values: { readonly revision: number; readonly elements: readonly unknown[] } | undefined;
  #primaries: Set<number> | undefined;

  constructor(attribute: Attribute, stored: unknown, effort: Effort) {
    this.attribute = attribute;
    this.effort = effort;
    this.#stored = Array.isArray(stored) ? stored : [];
    this.#elements = this.#stored.slice();
    this.#size = this.#elements.length;
  }

  get size(): number {
    return this.#size;
  }

  /** Grows with every real change. */
  get revision(): number {
    return this.#revision;
  }

  /** How many elements there were at first. */
  get storedSize(): number {
    return this.#stored.length;
  }

  /** Accounts for looking at every element. @throws {ScimError} 400 tooMany. */
  spend(comparisons: number): void {
    this.effort.spend(this.#size * comparisons);
  }

  at(slot: number): unknown {
    return this.#elements[slot];
  }

  /** Does something with each slot that holds an element, in order; `cost` says how many times as much work it is as a look. */
  eachSlot(work: (slot: number) => void, cost = 1): Work<void> {
    if (!isFew(this.#elements.length * cost)) return new Unfinished(this.#eachSlotInSteps(work));
    for (let slot = 0; slot < this.#elements.length; slot++) if (this.#elements[slot] !== undefined) work(slot);
  }

  #eachSlotInSteps(work: (slot: number) => void): Steps<void> {
    return eachInSteps(this.#elements, (element, slot) => {
      if (element !== undefined) work(slot);
    });
  }

  /** The first that is found in the elements that are new or changed. */
  findInChanged<T>(find: (element: unknown) => T | undefined): Work<T | undefined> {
    if (!this.#isReplaced && isFew(this.#changed.length)) {
      for (const slot of this.#changed) {
        const element = this.#elements[slot];
        const found = element === undefined ? undefined : find(element);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    const changed = this.#isReplaced ? this.#live() : this.#changed.map((slot) => this.#elements[slot]).filter(isThere);
    return findIn(changed, find);
  }

  /** Adds an element behind the others, and says in which slot. */
  append(element: unknown): number {
    const slot = this.#elements.length;
    this.#elements.push(element);
    this.#size++;
    this.#note(slot, undefined, element);
    return slot;
  }

  /** Puts another value into a slot. A complex value in which nothing is left is no element any more. */
  set(slot: number, element: unknown): void {
    const before = this.#elements[slot];
    if (before === element) return;
    if (isObject(element) && hasNoMember(element)) return this.remove(slot);
    if (isSame(before, element)) return;
    this.#elements[slot] = element;
    this.#isRewritten = true;
    this.#note(slot, before, element);
  }

  remove(slot: number): void {
    const before = this.#elements[slot];
    if (before === undefined) return;
    this.#elements[slot] = undefined;
    this.#size--;
    this.#note(slot, before, undefined);
  }

  /** Takes other elements instead of all that there are. */
  replaceAll(elements: readonly unknown[]): Work<void> {
    return andThen(isSameList(this.#live(), elements), (isSameOne) => {
      if (isSameOne) return;
      this.#elements = elements.slice();
      this.#size = elements.length;
      this.#isReplaced = true;
      this.#isRewritten = true;
      this.#byValue = undefined;
      this.#byIdentity = undefined;
      this.#primaries = undefined;
      this.#revision++;
    });
  }

  /**
   * Finds the slot of the element that is the same one: that has the value and the type; of a collection and of simple values,
   * the value; of elements without a value, everything. What it gives holds until all elements are replaced.
   */
  twins(): Work<(element: unknown) => number | undefined> {
    const known = this.#byIdentity ?? this.#indexBy((one) => this.#identityOf(one));
    return andThen(known, (index) => {
      this.#byIdentity = index;
      return (element) => index.find(this.#identityOf(element), (slot) => this.#elements[slot])[0];
    });
  }

  /** Finds the slots of the elements that have a `value`, in order. What it gives holds until all elements are replaced. */
  holders(): Work<(value: unknown) => readonly number[]> {
    const known = this.#byValue ?? this.#indexBy((element) => this.#valueKeyOf(element));
    return andThen(known, (index) => {
      this.#byValue = index;
      const attribute = this.attribute.sub("value") ?? this.attribute;
      return (value) => index.find(attribute.key(value), (slot) => this.#elements[slot]);
    });
  }

  /** The slots of the elements that are primary. */
  primaries(): ReadonlySet<number> {
    if (this.#primaries === undefined) {
      this.#primaries = new Set();
      for (let slot = 0; slot < this.#elements.length; slot++)
        if (isPrimary(this.#elements[slot])) this.#primaries.add(slot);
    }
    return this.#primaries;
  }

  /** The elements as they are now. */
  values(): Work<readonly unknown[]> {
    if (this.#values?.revision === this.#revision) return this.#values.elements;
    const live = this.#live();
    return andThen(this.#isRewritten ? withoutDuplicates(this.attribute, live) : live, ElementList.#remember, this);
  }

  static #remember(elements: readonly unknown[], list: ElementList): readonly unknown[] {
    list.#values = { revision: list.#revision, elements };
    return elements;
  }

  /** What the list came to. An array that is gone or that changed in many places is one operation. */
  finish(): Work<FinishedList> {
    if (this.#revision === 0) return { elements: this.#stored, changes: [] };
    return andThen(this.values(), ElementList.#compare, this);
  }

  static #compare(values: readonly unknown[], list: ElementList): Work<FinishedList> {
    return andThen(isSameList(values, list.#stored), ElementList.#finish, values, list);
  }

  static #finish(isAsStored: boolean, values: readonly unknown[], list: ElementList): FinishedList {
    return isAsStored ? { elements: list.#stored, changes: [] } : list.#finishAs(values);
  }

  #finishAs(values: readonly unknown[]): FinishedList {
    const path = pointerTo(this.attribute);
    if (values.length === 0) return { elements: values, changes: [{ op: "remove", path }] };
    if (this.#stored.length === 0) return { elements: values, changes: [{ op: "add", path, value: values }] };
    const isWhole = this.#isReplaced || this.attribute.collection || values.length !== this.#size;
    const removed = isWhole ? [] : this.#removedSlots();
    return isWhole || removed.length > MOST_SINGLE_REMOVALS
      ? { elements: values, changes: [{ op: "replace", path, value: values }] }
      : this.#changedInPlaces(removed, path);
  }

  /** One operation for each place that changed. */
  #changedInPlaces(removed: readonly number[], path: string): FinishedList {
    const changes: JsonPatchOperation[] = [];
    const elements = this.#elements.slice();
    for (const slot of this.#changed) {
      const element = this.#elements[slot];
      if (slot >= this.#stored.length || element === undefined) continue;
      elements[slot] = changed(this.#stored[slot], element, `${path}/${slot}`, changes, asItIs);
    }
    // From the last to the first, so that no position moves before it is used.
    for (const slot of removed) changes.push({ op: "remove", path: `${path}/${slot}` });
    for (let slot = this.#stored.length; slot < elements.length; slot++)
      if (elements[slot] !== undefined) changes.push({ op: "add", path: `${path}/-`, value: elements[slot] });
    return { elements: elements.length === this.#size ? elements : elements.filter(isThere), changes };
  }

  #live(): readonly unknown[] {
    return this.#elements.length === this.#size ? this.#elements.slice() : this.#elements.filter(isThere);
  }

  #removedSlots(): readonly number[] {
    const slots = this.#changed.filter((slot) => slot < this.#stored.length && this.#elements[slot] === undefined);
    return slots.sort((left, right) => right - left);
  }

  #note(slot: number, before: unknown, after: unknown): void {
    this.#revision++;
    this.#noteSlot(slot);
    if (this.#primaries !== undefined) {
      if (isPrimary(after)) this.#primaries.add(slot);
      else this.#primaries.delete(slot);
    }
    this.#byValue?.note(slot, before, after);
    this.#byIdentity?.note(slot, before, after);
  }

  #noteSlot(slot: number): void {
    if (this.#changed.length === MOST_LOOKED_THROUGH) this.#isChanged ??= new Set(this.#changed);
    if (this.#isChanged?.has(slot) ?? this.#changed.includes(slot)) return;
    this.#changed.push(slot);
    this.#isChanged?.add(slot);
  }

  #indexBy(keyOf: (element: unknown) => unknown): Work<SlotIndex> {
    const index = new SlotIndex(keyOf);
    return andThen(
      this.eachSlot((slot) => index.note(slot, undefined, this.#elements[slot])),
      () => index,
    );
  }

  #valueKeyOf(element: unknown): unknown {
    if (!isObject(element)) return this.attribute.key(element);
    return element.value === undefined ? undefined : this.attribute.sub("value")?.key(element.value);
  }

  #identityOf(element: unknown): unknown {
    if (!isObject(element)) return this.attribute.key(element);
    const { subAttributes, collection } = this.attribute;
    const value = this.#valueKeyOf(element);
    if (value === undefined) return JSON.stringify(subAttributes.map(({ name }) => element[name] ?? null));
    const type = collection || element.type === undefined ? undefined : this.attribute.sub("type");
    // An object, so that it is no list of all sub-attributes.
    return JSON.stringify({ value, type: type?.key(element.type) });
  }
}

/** Elements are objects of their own: nothing is put into them. */
function asItIs(value: unknown): unknown {
  return value;
}

function isThere(element: unknown): boolean {
  return element !== undefined;
}

function findIn<T>(elements: readonly unknown[], find: (element: unknown) => T | undefined): Work<T | undefined> {
  let found: T | undefined;
  const look = eachOf(elements, (element) => {
    found ??= find(element);
  });
  return andThen(look, () => found);
}

/** Whether two lists are the same. */
function isSameList(left: readonly unknown[], right: readonly unknown[]): Work<boolean> {
  if (left.length !== right.length) return false;
  if (!isFew(left.length)) return new Unfinished(isEvery(left, (element, index) => isSame(element, right[index])));
  return isSame(left, right);
}

/** Whether an element is the primary one. @see RFC 7643 §2.4 */
export function isPrimary(element: unknown): boolean {
  return isObject(element) && element.primary === true;
}
