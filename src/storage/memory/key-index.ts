import type { Row } from "./row.ts";

/** Rows by comparison key. Most keys have one row, which is kept without a set around it. */
export interface KeyIndex {
  add(key: unknown, row: Row): void;
  delete(key: unknown, row: Row): void;
  /** The rows of a key, in no particular order. */
  rows(key: unknown): Iterable<Row>;
  count(key: unknown): number;
  /** The keys that several rows have. */
  shared(): Iterable<readonly [key: unknown, rows: ReadonlySet<Row>]>;
}

/** What an index gives for a key that nobody has. */
export const NO_ROWS: readonly Row[] = [];

/** Makes an empty index. */
export function keyIndex(): KeyIndex {
  const buckets = new Map<unknown, Row | Set<Row>>();
  return {
    add(key, row) {
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, row);
      else if (bucket instanceof Set) bucket.add(row);
      else if (bucket !== row) buckets.set(key, new Set([bucket, row]));
    },
    delete(key, row) {
      const bucket = buckets.get(key);
      if (bucket instanceof Set) {
        bucket.delete(row);
        if (bucket.size === 0) buckets.delete(key);
      } else if (bucket === row) buckets.delete(key);
    },
    rows(key) {
      const bucket = buckets.get(key);
      return bucket === undefined ? NO_ROWS : bucket instanceof Set ? bucket : [bucket];
    },
    count(key) {
      const bucket = buckets.get(key);
      return bucket === undefined ? 0 : bucket instanceof Set ? bucket.size : 1;
    },
    *shared() {
      for (const [key, bucket] of buckets) if (bucket instanceof Set && bucket.size > 1) yield [key, bucket];
    },
  };
}
