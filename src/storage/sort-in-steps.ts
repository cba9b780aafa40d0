import type { Steps } from "../time-slice.ts";

/** Most elements that are sorted in one step: about a millisecond. */
const LONGEST_RUN = 1024;

/** Sorts a list in steps, each of which is short however long the list is: runs of it, which are then merged two by two. */
export function* sortInSteps<T>(list: readonly T[], compare: (left: T, right: T) => number): Steps<T[]> {
  let runs: T[][] = [];
  for (let start = 0; start < list.length; start += LONGEST_RUN) {
    runs.push(list.slice(start, start + LONGEST_RUN).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [left, right] = [runs[at] as T[], runs[at + 1]];
      merged.push(right === undefined ? left : yield* merge(left, right, compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

/** Of equal elements, those of the left list come first. */
function* merge<T>(left: readonly T[], right: readonly T[], compare: (left: T, right: T) => number): Steps<T[]> {
  const merged: T[] = [];
  let [ofLeft, ofRight] = [0, 0];
  while (ofLeft < left.length || ofRight < right.length) {
    const isLeft =
      ofRight === right.length || (ofLeft < left.length && compare(left[ofLeft] as T, right[ofRight] as T) <= 0);
    merged.push((isLeft ? left[ofLeft++] : right[ofRight++]) as T);
    if (merged.length % LONGEST_RUN === 0) yield;
  }
  return merged;
}
