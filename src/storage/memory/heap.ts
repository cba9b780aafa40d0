/** Gives what comes first of all that is in it, at a cost that grows with the logarithm of how much that is. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #isBefore: (left: T, right: T) => boolean;

  constructor(isBefore: (left: T, right: T) => boolean) {
    this.#isBefore = isBefore;
  }

  /** What comes first; undefined where there is nothing. */
  get first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let place = items.length;
    for (; place > 0; place = (place - 1) >> 1) {
      const above = items[(place - 1) >> 1] as T;
      if (!this.#isBefore(item, above)) break;
      items[place] = above;
    }
    items[place] = item;
  }

  /** Removes what comes first. */
  shift(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let place = 0;
    for (let below = 1; below < items.length; below = 2 * place + 1) {
      const other = below + 1;
      if (other < items.length && this.#isBefore(items[other] as T, items[below] as T)) below = other;
      if (!this.#isBefore(items[below] as T, last)) break;
      items[place] = items[below] as T;
      place = below;
    }
    items[place] = last;
  }
}
