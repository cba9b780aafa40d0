import type { Row } from "./row.ts";

/**
 * The rows of one resource type: by id, and in the order of creation. A page costs about its own size, wherever it lies and
 * however many rows there are.
 */
export interface Rows {
  readonly size: number;
  /** The oldest row. */
  readonly first: Row | undefined;
  /** The newest row. */
  readonly last: Row | undefined;
  get(id: string): Row | undefined;
  /** Puts a row at its place in the order of creation. */
  set(id: string, row: Row): void;
  delete(id: string): boolean;
  /** All rows, the oldest first. */
  values(): Iterable<Row>;
  /** The rows from a position on, the oldest being number 1. */
  from(startIndex: number): Iterable<Row>;
  /** The rows created after this place in the order, the oldest first. */
  after(order: number): Iterable<Row>;
  /** The rows created before this place in the order, the newest first. */
  before(order: number): Iterable<Row>;
}

/** Most rows of one chunk. Large enough that a million rows are few chunks, small enough that taking one out moves little. */
const LARGEST_CHUNK = 1024;

/** Makes an empty list. The order is kept in chunks, none of which is empty: finding a place is a binary search over them. */
export function createRows(): Rows {
  const byId = new Map<string, Row>();
  const chunks: Row[][] = [];

  /** The chunk that a place in the order falls into. */
  const chunkOf = (order: number): number => Math.max(0, firstWhere(chunks, ([row]) => (row as Row).order > order) - 1);
  const placeIn = (chunk: readonly Row[], order: number): number => firstWhere(chunk, (row) => row.order >= order);

  function* forwards(chunkIndex: number, index: number): Generator<Row> {
    for (let at = chunkIndex, start = index; at < chunks.length; at++, start = 0) {
      const chunk = chunks[at] as Row[];
      for (let place = start; place < chunk.length; place++) yield chunk[place] as Row;
    }
  }

  const insert = (row: Row): void => {
    const at = chunkOf(row.order);
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
      insert(row);
    }
  };

  /** Joins a chunk with the one behind it where both are small, so that few rows never lie in many chunks. */
  const join = (at: number): void => {
    const [chunk, next] = [chunks[at], chunks[at + 1]];
    if (chunk === undefined || next === undefined || chunk.length + next.length > LARGEST_CHUNK / 2) return;
    chunk.push(...next);
    chunks.splice(at + 1, 1);
  };

  const remove = (row: Row): void => {
    const at = chunkOf(row.order);
    const chunk = chunks[at] as Row[];
    chunk.splice(placeIn(chunk, row.order), 1);
    if (chunk.length === 0) chunks.splice(at, 1);
    join(at);
    join(at - 1);
  };

  return {
    get size() {
      return byId.size;
    },
    get first() {
      return chunks[0]?.[0];
    },
    get last() {
      return chunks.at(-1)?.at(-1);
    },
    get: (id) => byId.get(id),
    set(id, row) {
      const before = byId.get(id);
      if (before !== undefined) remove(before);
      byId.set(id, row);
      insert(row);
    },
    delete(id) {
      const row = byId.get(id);
      if (row === undefined) return false;
      byId.delete(id);
      remove(row);
      return true;
    },
    values: () => forwards(0, 0),
    from(startIndex) {
      let before = startIndex - 1;
      let at = 0;
      for (let chunk = chunks[at]; chunk !== undefined && before >= chunk.length; chunk = chunks[++at])
        before -= chunk.length;
      return forwards(at, before);
    },
    after(order) {
      const at = chunkOf(order);
      return forwards(at, placeIn(chunks[at] ?? [], order + 1));
    },
    *before(order) {
      const start = chunkOf(order);
      for (let at = start; at >= 0; at--) {
        const chunk = chunks[at] ?? [];
        const end = at === start ? placeIn(chunk, order) : chunk.length;
        for (let place = end - 1; place >= 0; place--) yield chunk[place] as Row;
      }
    },
  };
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
