import type { Row } from "./row.ts";

/**
 * Rows in the order of creation, in chunks, none of which is empty: finding a place is a binary search over them, and
 * taking one row out moves those of its chunk alone.
 */
export type Chunks = Row[][];

/**
 * Most rows of one chunk. Large enough that a million rows are few chunks, small enough that taking one out moves
 * little.
 */
const LARGEST_CHUNK = 1024;

/** Puts a row at its place in the order. */
export function insertRow(chunks: Chunks, row: Row): void {
  const at = chunkOf(chunks, row.order);
  const chunk = chunks[at];
  if (chunk === undefined) {
    chunks.push([row]);
    return;
  }
  const place = placeIn(chunk, row.order);
  if (chunk.length < LARGEST_CHUNK) chunk.splice(place, 0, row);
  else if (place === chunk.length) chunks.splice(at + 1, 0, [row]);
  else {
    chunks.splice(at + 1, 0, chunk.splice(LARGEST_CHUNK / 2));
    insertRow(chunks, row);
  }
}

/** Takes out a row that is there. */
export function removeRow(chunks: Chunks, row: Row): void {
  const at = chunkOf(chunks, row.order);
  const chunk = chunks[at] as Row[];
  chunk.splice(placeIn(chunk, row.order), 1);
  if (chunk.length === 0) chunks.splice(at, 1);
  joinSmall(chunks, at);
  joinSmall(chunks, at - 1);
}

/** Joins a chunk with the one behind it where both are small, so that few rows never lie in many chunks. */
function joinSmall(chunks: Chunks, at: number): void {
  const [chunk, next] = [chunks[at], chunks[at + 1]];
  if (chunk === undefined || next === undefined || chunk.length + next.length > LARGEST_CHUNK / 2) return;
  chunk.push(...next);
  chunks.splice(at + 1, 1);
}

/** The rows behind the first `count`. */
export function rowsBehind(chunks: Chunks, count: number): Iterable<Row> {
  let left = count;
  let at = 0;
  for (let chunk = chunks[at]; chunk !== undefined && left >= chunk.length; chunk = chunks[++at]) left -= chunk.length;
  return forwards(chunks, at, left);
}

/** The rows created after a place in the order, the oldest first. */
export function rowsAfter(chunks: Chunks, order: number): Iterable<Row> {
  const at = chunkOf(chunks, order);
  return forwards(chunks, at, placeIn(chunks[at] ?? [], order + 1));
}

/** The rows created before a place in the order, the newest first. */
export function* rowsBefore(chunks: Chunks, order: number): Generator<Row> {
  const start = chunkOf(chunks, order);
  for (let at = start; at >= 0; at--) {
    const chunk = chunks[at] ?? [];
    const end = at === start ? placeIn(chunk, order) : chunk.length;
    for (let place = end - 1; place >= 0; place--) yield chunk[place] as Row;
  }
}

function* forwards(chunks: Chunks, chunkIndex: number, index: number): Generator<Row> {
  for (let at = chunkIndex, start = index; at < chunks.length; at++, start = 0) {
    const chunk = chunks[at] as Row[];
    for (let place = start; place < chunk.length; place++) yield chunk[place] as Row;
  }
}

/** The chunk that a place in the order falls into. */
function chunkOf(chunks: Chunks, order: number): number {
  return Math.max(0, firstWhere(chunks, ([row]) => (row as Row).order > order) - 1);
}

function placeIn(chunk: readonly Row[], order: number): number {
  return firstWhere(chunk, (row) => row.order >= order);
}

/** The first index at which a condition holds that holds from there on; the length where it holds nowhere. */
function firstWhere<T>(list: readonly T[], holds: (element: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(list[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
