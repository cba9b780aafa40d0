import { type Chunks, insertRow, removeRow, rowsAfter, rowsBefore, rowsBehind } from "./chunks.ts";
import type { Row } from "./row.ts";

/**
 * The rows of one resource type: by id, and in the order of creation. A page costs about its own size, wherever it lies
 * and however many rows there are.
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
  /** All rows, the oldest first, as they are now: a list of its own. */
  list(): readonly Row[];
  /** The rows from a position on, the oldest being number 1. */
  from(startIndex: number): Iterable<Row>;
  /** The rows created after this place in the order, the oldest first. */
  after(order: number): Iterable<Row>;
  /** The rows created before this place in the order, the newest first. */
  before(order: number): Iterable<Row>;
}

/** Makes an empty list. */
export function createRows(): Rows {
  const byId = new Map<string, Row>();
  const chunks: Chunks = [];
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
      if (before !== undefined) removeRow(chunks, before);
      byId.set(id, row);
      insertRow(chunks, row);
    },
    delete(id) {
      const row = byId.get(id);
      if (row === undefined) return false;
      byId.delete(id);
      removeRow(chunks, row);
      return true;
    },
    list: () => chunks.flat(),
    from: (startIndex) => rowsBehind(chunks, startIndex - 1),
    after: (order) => rowsAfter(chunks, order),
    before: (order) => rowsBefore(chunks, order),
  };
}
