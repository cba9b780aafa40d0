import { invalidCursor, type ScimError } from "../error.ts";
import { comparePlaces, type SortPlace, sortPlaceOf } from "../filter/order.ts";
import type { Sort, StoredResource } from "./adapter.ts";

/** Where a cursor page begins: behind the place, or, going backwards, before it. */
export interface Position {
  readonly place: SortPlace;
  readonly backwards: boolean;
}

/**
 * Writes a position as the cursor that an adapter gives out. It holds the sort key and the id, never an offset, so that
 * rows that come and go elsewhere do not move it.
 */
export function writePosition({ place, backwards }: Position): string {
  const { id, key } = place;
  return JSON.stringify([backwards ? "<" : ">", id, ...(key === undefined ? [] : [key])]);
}

/**
 * Reads what `writePosition` wrote.
 * @throws {ScimError} 400 invalidCursor for anything else.
 */
export function readPosition(cursor: string): Position {
  const [direction, id, key] = parseList(cursor);
  if ((direction !== "<" && direction !== ">") || typeof id !== "string" || !isKey(key)) throw unknownCursor();
  return { place: { id, key }, backwards: direction === "<" };
}

function parseList(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(cursor);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isKey(key: unknown): key is SortPlace["key"] {
  return key === undefined || typeof key === "string" || typeof key === "number" || typeof key === "boolean";
}

/** Refuses a cursor that no query of the adapter gave out. */
export function unknownCursor(): ScimError {
  return invalidCursor("The cursor is not one that this server gave out. Start again without a position: cursor=");
}

/** The place of a row in the order of a cursor walk: by the sort, or by id where there is none. */
export function walkPlace(row: StoredResource, sort: Sort | undefined): SortPlace {
  return sort === undefined ? { key: undefined, id: row.id } : sortPlaceOf(row, sort);
}

/** The order of a cursor walk. @see walkPlace */
export function compareWalk(sort: Sort | undefined): (left: SortPlace, right: SortPlace) => number {
  return comparePlaces(sort?.descending ?? false);
}
