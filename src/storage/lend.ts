import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, StorageAdapter, StoredResource } from "./adapter.ts";

// A storage that keeps objects copies what comes and what goes, because nobody knows what a caller does with it. The core changes nothing
// in place, and gives hosts copies of what it has from storage: between the two of them, most of a write in memory was copying. So
// storage of our own has a second adapter for the core, which gives and takes the very objects. Whoever has the adapter as the host has
// it (the host, a wrapper around it) gets copies as ever; and where the host has put functions of its own in the place of the adapter's (to
// count calls, to fail in a test), it is these that are called.

interface Lent {
  readonly lending: object;
  /** What the host's adapter does, as it was made. */
  readonly made: Partial<StorageAdapter<never>>;
}

const LENDING = new WeakMap<object, Lent>();

/** Says which adapter does the same as this one with the very objects: what it gives nobody may change, and what it is given is its own. */
export function lendsBy<C extends Context>(adapter: StorageAdapter<C>, lending: StorageAdapter<C>): void {
  LENDING.set(adapter, { lending, made: { ...adapter } as Partial<StorageAdapter<never>> });
}

/** The adapter as the core may use it, which changes none of the objects that it gets, and none that it has given. */
export function lendingOf<C extends Context>(adapter: StorageAdapter<C>): StorageAdapter<C> {
  const lent = LENDING.get(adapter);
  return lent !== undefined && isAsMade(adapter, lent) ? (lent.lending as StorageAdapter<C>) : adapter;
}

/** By name, since this is asked for each request. */
function isAsMade(adapter: object, { made }: Lent): boolean {
  const now = adapter as Partial<StorageAdapter<never>>;
  return (
    now.get === made.get &&
    now.query === made.query &&
    now.create === made.create &&
    now.replace === made.replace &&
    now.applyDelta === made.applyDelta &&
    now.delete === made.delete
  );
}

/** Whether each call of an adapter is one step, which nobody sees half of, without a transaction around it: so it is of those that lend. */
export function isOneStepEach<C extends Context>(adapter: StorageAdapter<C>): boolean {
  return lendingOf(adapter) !== adapter;
}

/**
 * Where a resource that is lent says of what type it is as a whole. A symbol, which no JSON has and no copy for a host takes along; a weak map
 * instead was a twentieth of a PATCH.
 */
const FITTING = Symbol("fitting");

interface Marked {
  [FITTING]?: CompiledResourceType | undefined;
}

/** Notes of a resource that is lent that all of it is as a resource type has it; undefined: nobody knows. */
export function noteFitting(resource: StoredResource & Marked, resourceType: CompiledResourceType | undefined): void {
  // Written in any case: what a write was given may have been lent before, and has the note of that.
  resource[FITTING] = resourceType;
}

/** Whether storage knows that all of a resource is as a resource type has it, so that nobody need look. */
export function isFitting(resource: StoredResource & Marked, resourceType: CompiledResourceType): boolean {
  return resource[FITTING] === resourceType;
}
