import type { BulkOperation } from "./bulk-operation.ts";
import { referencesOf } from "./bulk-references.ts";

/** An operation, with its place among those that were given. */
export interface Placed {
  readonly operation: BulkOperation;
  readonly place: number;
  readonly needs: readonly Placed[];
}

/**
 * The operations in an order in which what is referred to comes first, else as they were given. Those that refer to each other in a circle
 * come together, as only the server can tell them apart.
 *
 * @throws {TypeError} for a bulkId that two operations have, and for a reference to none
 */
export function unitsOf(operations: readonly BulkOperation[]): readonly (readonly Placed[])[] {
  const placed = operations.map((operation, place) => ({ operation, place, needs: [] as Placed[] }));
  const byId = new Map<string, Placed>();
  for (const one of placed) {
    const { bulkId } = one.operation;
    if (bulkId === undefined) continue;
    if (byId.has(bulkId)) throw new TypeError(`bulk: two operations have the bulkId ${bulkId}; give each its own.`);
    byId.set(bulkId, one);
  }
  for (const one of placed)
    for (const id of referencesOf(one.operation)) {
      const needed = byId.get(id);
      if (needed === undefined)
        throw new TypeError(`bulk: bulkId:${id} is the bulkId of no operation; correct the reference.`);
      if (needed !== one) one.needs.push(needed);
    }
  return ordered(placed);
}

function ordered(all: readonly Placed[]): readonly (readonly Placed[])[] {
  const walk = new Walk();
  for (const start of all) walk.from(start);
  return walk.units;
}

interface Step {
  readonly one: Placed;
  /** Which of its needs is looked at next. */
  next: number;
}

/** Strongly connected parts, what is needed first (Tarjan, without recursion: a chain may be as long as the list). */
class Walk {
  readonly units: Placed[][] = [];
  readonly #index = new Map<Placed, number>();
  readonly #low = new Map<Placed, number>();
  readonly #open: Placed[] = [];
  readonly #isOpen = new Set<Placed>();

  from(start: Placed): void {
    const steps = this.#index.has(start) ? [] : [this.#enter(start)];
    for (let top = steps.at(-1); top !== undefined; top = steps.at(-1)) {
      const needed = top.one.needs[top.next++];
      if (needed === undefined) {
        steps.pop();
        this.#leave(top.one, steps.at(-1)?.one);
      } else if (!this.#index.has(needed)) steps.push(this.#enter(needed));
      else if (this.#isOpen.has(needed)) this.#lower(top.one, this.#index.get(needed));
    }
  }

  #enter(one: Placed): Step {
    this.#low.set(one, this.#index.size);
    this.#index.set(one, this.#index.size);
    this.#open.push(one);
    this.#isOpen.add(one);
    return { one, next: 0 };
  }

  #leave(one: Placed, parent: Placed | undefined): void {
    if (this.#low.get(one) === this.#index.get(one)) {
      const unit = this.#open.splice(this.#open.lastIndexOf(one));
      for (const member of unit) this.#isOpen.delete(member);
      this.units.push(unit.sort((left, right) => left.place - right.place));
    }
    if (parent !== undefined) this.#lower(parent, this.#low.get(one));
  }

  #lower(one: Placed, to: number | undefined): void {
    this.#low.set(one, Math.min(this.#low.get(one) as number, to as number));
  }
}
