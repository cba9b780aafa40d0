import type { Steps } from "../../time-slice.ts";

/** A list that is sorted, or the beginning of one. */
export interface Sorted<T> {
  readonly elements: readonly T[];
  /** More elements follow that are not known yet. */
  readonly isCut: boolean;
}

/** The beginning of what sorted lists are together. */
interface Merged<T> {
  /** How many elements of each list are among them. */
  readonly taken: readonly number[];
  readonly merged: readonly T[];
}

/** How many elements are merged in one step. */
const ELEMENTS_IN_STEP = 256;

/**
 * Merges in steps the first `count` elements of sorted lists and stops early where a list that is cut has no more to compare. Of equal
 * elements, the one of the list in front comes first.
 */
export function* mergeFirst<T>(
  lists: readonly Sorted<T>[],
  count: number,
  compare: (left: T, right: T) => number,
): Steps<Merged<T>> {
  const taken = lists.map(() => 0);
  const merged: T[] = [];
  while (merged.length < count) {
    const least = leastHead(lists, taken, compare);
    if (least === undefined) break;
    taken[least.list] = (taken[least.list] as number) + 1;
    merged.push(least.element);
    if (merged.length % ELEMENTS_IN_STEP === 0) yield;
  }
  return { taken, merged };
}

/** The least of the next elements; undefined where there is none, and where one is needed that is not known yet. */
function leastHead<T>(
  lists: readonly Sorted<T>[],
  taken: readonly number[],
  compare: (left: T, right: T) => number,
): { readonly list: number; readonly element: T } | undefined {
  let least: { readonly list: number; readonly element: T } | undefined;
  for (const [list, { elements, isCut }] of lists.entries()) {
    const element = elements[taken[list] as number];
    if (element === undefined && isCut) return undefined;
    if (element === undefined) continue;
    if (least === undefined || compare(element, least.element) < 0) least = { list, element };
  }
  return least;
}
