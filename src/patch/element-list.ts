import type { Attribute } from "../schema/attribute.ts";
import { isObject, isSame, type ResourceObject } from "../schema/value.ts";
import { withoutDuplicates } from "../schema/value-reader.ts";
import { forEach, isEvery, type Steps } from "../time-slice.ts";
import type { Effort } from "./effort.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { SlotIndex } from "./slot-index.ts";

/** Above this, one replacement costs less than so many removals, each of which moves the rest of the array. */
const MOST_SINGLE_REMOVALS = 8;

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
  readonly #changed = new Set<number>();
  #byValue: SlotIndex | undefined;
  #byIdentity: SlotIndex | undefined;
  #values: { readonly revision: number; readonly elements: readonly unknown[] } | undefined;
  #primaries: Set<number> | undefined;

  constructor(attribute: Attribute, stored: unknown, effort: Effort) {
    this.attribute = attribute;
    this.effort = effort;
    this.#stored = Array.isArray(stored) ? stored : [];
    this.#elements = [...this.#stored];
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

  /** The slots that hold an element, in order. */
  *slots(): Generator<number> {
    for (let slot = 0; slot < this.#elements.length; slot++) if (this.#elements[slot] !== undefined) yield slot;
  }

  /** The elements that are new or changed. */
  *changed(): Generator<unknown> {
    if (this.#isReplaced) {
      for (const slot of this.slots()) yield this.#elements[slot];
      return;
    }
    for (const slot of this.#changed) if (this.#elements[slot] !== undefined) yield this.#elements[slot];
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
    if (isObject(element) && Object.keys(element).length === 0) return this.remove(slot);
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
  *replaceAll(elements: readonly unknown[]): Steps<void> {
    if (yield* isSameList(this.#live(), elements)) return;
    this.#elements = [...elements];
    this.#size = elements.length;
    this.#isReplaced = true;
    this.#isRewritten = true;
    this.#byValue = undefined;
    this.#byIdentity = undefined;
    this.#primaries = undefined;
    this.#revision++;
  }

  /**
   * Finds the slot of the element that is the same one: that has the value and the type; of a collection and of simple values,
   * the value; of elements without a value, everything. What it gives holds until all elements are replaced.
   */
  *twins(): Steps<(element: unknown) => number | undefined> {
    const index = this.#byIdentity ?? (yield* this.#indexBy((one) => this.#identityOf(one)));
    this.#byIdentity = index;
    return (element) => index.find(this.#identityOf(element), (slot) => this.#elements[slot])[0];
  }

  /** Finds the slots of the elements that have a `value`, in order. What it gives holds until all elements are replaced. */
  *holders(): Steps<(value: unknown) => readonly number[]> {
    const index = this.#byValue ?? (yield* this.#indexBy((element) => this.#valueKeyOf(element)));
    this.#byValue = index;
    const attribute = this.attribute.sub("value") ?? this.attribute;
    return (value) => index.find(attribute.key(value), (slot) => this.#elements[slot]);
  }

  /** The slots of the elements that are primary. */
  primaries(): ReadonlySet<number> {
    if (this.#primaries === undefined) {
      this.#primaries = new Set();
      for (const slot of this.slots()) if (isPrimary(this.#elements[slot])) this.#primaries.add(slot);
    }
    return this.#primaries;
  }

  /** The elements as they are now. */
  *values(): Steps<readonly unknown[]> {
    if (this.#values?.revision === this.#revision) return this.#values.elements;
    const live = this.#live();
    const elements = this.#isRewritten ? yield* withoutDuplicates(this.attribute, live) : live;
    this.#values = { revision: this.#revision, elements };
    return elements;
  }

  /**
   * The RFC 6902 operations that make of the stored array what the list holds now; `pointer` gives the path of what is below
   * the attribute. An array that is gone or that changed in many places is one operation.
   */
  *operations(pointer: (...below: readonly (string | number)[]) => string): Steps<readonly JsonPatchOperation[]> {
    if (this.#revision === 0) return [];
    const values = yield* this.values();
    if (yield* isSameList(values, this.#stored)) return [];
    if (values.length === 0) return [{ op: "remove", path: pointer() }];
    if (this.#stored.length === 0) return [{ op: "add", path: pointer(), value: values }];
    const isWhole = this.#isReplaced || this.attribute.collection || values.length !== this.#size;
    const removed = isWhole ? [] : this.#removedSlots();
    return isWhole || removed.length > MOST_SINGLE_REMOVALS
      ? [{ op: "replace", path: pointer(), value: values }]
      : this.#changes(removed, pointer);
  }

  /** One operation for each place that changed. */
  #changes(
    removed: readonly number[],
    pointer: (...below: readonly (string | number)[]) => string,
  ): readonly JsonPatchOperation[] {
    const operations: JsonPatchOperation[] = [];
    for (const slot of this.#changed) {
      if (slot >= this.#stored.length || this.#elements[slot] === undefined) continue;
      operations.push(...differences(this.#stored[slot], this.#elements[slot], (...below) => pointer(slot, ...below)));
    }
    // From the last to the first, so that no position moves before it is used.
    for (const slot of removed) operations.push({ op: "remove", path: pointer(slot) });
    for (const value of this.#elements.slice(this.#stored.length))
      if (value !== undefined) operations.push({ op: "add", path: pointer("-"), value });
    return operations;
  }

  /** The stored array as a copy that the operations may be applied to: what they do not touch is shared. */
  draft(): unknown[] {
    const draft = [...this.#stored];
    if (!this.#isReplaced) {
      for (const slot of this.#changed) {
        const element = draft[slot];
        if (isObject(element)) draft[slot] = { ...element };
      }
    }
    return draft;
  }

  #live(): readonly unknown[] {
    return this.#elements.filter((element) => element !== undefined);
  }

  #removedSlots(): readonly number[] {
    const slots = [...this.#changed].filter((slot) => slot < this.#stored.length && this.#elements[slot] === undefined);
    return slots.sort((left, right) => right - left);
  }

  #note(slot: number, before: unknown, after: unknown): void {
    this.#revision++;
    this.#changed.add(slot);
    if (this.#primaries !== undefined) {
      if (isPrimary(after)) this.#primaries.add(slot);
      else this.#primaries.delete(slot);
    }
    this.#byValue?.note(slot, before, after);
    this.#byIdentity?.note(slot, before, after);
  }

  *#indexBy(keyOf: (element: unknown) => unknown): Steps<SlotIndex> {
    const index = new SlotIndex(keyOf);
    yield* forEach(this.slots(), (slot) => index.note(slot, undefined, this.#elements[slot]));
    return index;
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

/** Whether two lists are the same. */
function* isSameList(left: readonly unknown[], right: readonly unknown[]): Steps<boolean> {
  return left.length === right.length && (yield* isEvery(left, (element, index) => isSame(element, right[index])));
}

/** Whether an element is the primary one. @see RFC 7643 §2.4 */
export function isPrimary(element: unknown): boolean {
  return isObject(element) && element.primary === true;
}

/** RFC 6902 operations between two elements, or between two complex values. */
export function differences(
  before: unknown,
  after: unknown,
  pointer: (...below: readonly (string | number)[]) => string,
): readonly JsonPatchOperation[] {
  if (isSame(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ op: "replace", path: pointer(), value: after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => difference(before, after, name, pointer(name)));
}

function difference(
  before: ResourceObject,
  after: ResourceObject,
  name: string,
  path: string,
): readonly JsonPatchOperation[] {
  const [old, value] = [before[name], after[name]];
  if (isSame(old, value)) return [];
  if (value === undefined) return [{ op: "remove", path }];
  return [{ op: old === undefined ? "add" : "replace", path, value }];
}
