/** The slots that are filed under one key. */
interface Drawer {
  slots: number[];
  /** Some of them may hold another element by now, or stand out of order. */
  isUntidy: boolean;
}

/**
 * Finds the slots of a list by a key of their elements. A change is noted in constant time; a drawer is tidied when somebody
 * looks into it, so that a look costs what is found and what has changed since.
 */
export class SlotIndex {
  readonly #keyOf: (element: unknown) => unknown;
  readonly #drawers = new Map<unknown, Drawer>();

  /** Elements whose key is undefined are not filed. */
  constructor(keyOf: (element: unknown) => unknown) {
    this.#keyOf = keyOf;
  }

  /** Notes that the element of a slot changed; undefined stands for none. */
  note(slot: number, before: unknown, after: unknown): void {
    const old = before === undefined ? undefined : this.#keyOf(before);
    const key = after === undefined ? undefined : this.#keyOf(after);
    if (old === key) return;
    const left = this.#drawers.get(old);
    if (left !== undefined) left.isUntidy = true;
    if (key === undefined) return;
    const drawer = this.#drawers.get(key);
    if (drawer === undefined) {
      this.#drawers.set(key, { slots: [slot], isUntidy: false });
      return;
    }
    if ((drawer.slots.at(-1) ?? -1) >= slot) drawer.isUntidy = true;
    drawer.slots.push(slot);
  }

  /** The slots whose elements have the key, in order; `at` gives the element of a slot. */
  find(key: unknown, at: (slot: number) => unknown): readonly number[] {
    const drawer = this.#drawers.get(key);
    if (drawer === undefined) return [];
    if (drawer.isUntidy) {
      const isHere = (slot: number): boolean => {
        const element = at(slot);
        return element !== undefined && this.#keyOf(element) === key;
      };
      drawer.slots = [...new Set(drawer.slots)].filter(isHere).sort((left, right) => left - right);
      drawer.isUntidy = false;
    }
    return drawer.slots;
  }
}
