import type { CompiledResourceType } from "../schema/resource-type.ts";

/**
 * What a transaction knows of storages that it does not hold. Nobody asks them while it is open: they may have the connections of the
 * same pool, and transactions that hold all of them would wait for one more, each for the others.
 */
export interface Elsewhere {
  /** Whether the storage of a resource type may be asked: it is the transaction's own, or takes part in none. */
  readonly isWithin: (resourceType: CompiledResourceType) => boolean;
  /** Whether there is a resource of a type, by `placeOf`. */
  readonly known: ReadonlyMap<string, boolean>;
}

/** A resource that there may be in another storage. */
export interface Place {
  readonly resourceType: CompiledResourceType;
  readonly id: string;
}

export function placeOf({ resourceType, id }: Place): string {
  return `${resourceType.name} ${id}`;
}

/** Ends a transaction: something has to be looked up in another storage before it begins again. */
export class NotLookedUp extends Error {
  readonly places: readonly Place[];

  constructor(places: readonly Place[]) {
    super("What another storage has was not looked up.");
    this.places = places;
  }
}

/** @throws {NotLookedUp} where some of them have to be looked up first. */
export function checkLookedUp(elsewhere: Elsewhere | undefined, places: readonly Place[]): void {
  if (elsewhere === undefined) return;
  const { isWithin, known } = elsewhere;
  const missing = places.filter((place) => !(isWithin(place.resourceType) || known.has(placeOf(place))));
  if (missing.length > 0) throw new NotLookedUp(missing);
}
