import type { Row } from "./row.ts";

/** Rows by comparison key. Most keys have one row, which is kept without a set around it. */
export interface KeyIndex {
  add(key: unknown, row: Row): void;
  delete(key: unknown, row: Row): void;
  /** The rows of a key, in no particular order. */
  rows(key: unknown): Iterable<Row>;
  count(key: unknown): number;
  /** The rows of each key that several have. */
  shared(): Iterable<ReadonlySet<Row>>;
}

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
      return bucket === undefined ? [] : bucket instanceof Set ? bucket : [bucket];
    },
    count(key) {
      const bucket = buckets.get(key);
      return bucket === undefined ? 0 : bucket instanceof Set ? bucket.size : 1;
    },
    *shared() {
      for (const bucket of buckets.values()) if (bucket instanceof Set && bucket.size > 1) yield bucket;
    },
  };
}
