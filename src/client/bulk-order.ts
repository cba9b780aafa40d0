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
      if (needed === undefined) throw new TypeError(`bulk: bulkId:${id} is the bulkId of no operation; correct the reference.`);
      if (needed !== one) one.needs.push(needed);
    }
  return ordered(placed);
}

/** Strongly connected parts, what is needed first (Tarjan, without recursion: a chain may be as long as the list). */
function ordered(all: readonly Placed[]): readonly (readonly Placed[])[] {
  const units: Placed[][] = [];
  const index = new Map<Placed, number>();
  const low = new Map<Placed, number>();
  const open: Placed[] = [];
  const isOpen = new Set<Placed>();
  const enter = (one: Placed): { readonly one: Placed; next: number } => {
    index.set(one, index.size);
    low.set(one, index.get(one) as number);
    open.push(one);
    isOpen.add(one);
    return { one, next: 0 };
  };
  const lower = (one: Placed, to: number | undefined): void => {
    low.set(one, Math.min(low.get(one) as number, to as number));
  };
  const leave = (one: Placed): void => {
    if (low.get(one) !== index.get(one)) return;
    const unit = open.splice(open.indexOf(one));
    for (const member of unit) isOpen.delete(member);
    units.push(unit.sort((left, right) => left.place - right.place));
  };
  for (const start of all) {
    const stack = index.has(start) ? [] : [enter(start)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const needed = top.one.needs[top.next++];
      if (needed === undefined) {
        stack.pop();
        leave(top.one);
        const parent = stack.at(-1);
        if (parent !== undefined) lower(parent.one, low.get(top.one));
      } else if (!index.has(needed)) stack.push(enter(needed));
      else if (isOpen.has(needed)) lower(top.one, index.get(needed));
    }
  }
  return units;
}
