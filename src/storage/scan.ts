import { comparePlaces, placeOf, type SortPlace } from "../filter/order.ts";
import { predicateOf } from "../filter/predicate.ts";
import { tooMany } from "../protocol/error.ts";
import type { QueryRequest, QueryResult, StoredResource } from "./adapter.ts";

/** Bounds of a scan. */
export interface ScanOptions {
  /** Most rows that one query may look at. Default 100,000; more is 400 tooMany. */
  readonly maxScanned?: number;
}

/** After how many rows a scan looks whether the client is still there. */
const ROWS_BETWEEN_CHECKS = 1024;

/**
 * Answers a query by looking at every row: filters, sorts, pages and counts. For backends that cannot filter themselves, and
 * for what a backend gives back of a filter that it could run only in part. Without a sort the rows' own order is kept, and
 * only the page is held in memory.
 *
 * @throws {ScimError} 400 tooMany when more than `maxScanned` rows were looked at.
 * @example
 * ```ts
 * import { type QueryRequest, queryByScan, type StoredResource } from "scimkit";
 * declare function allUsers(): AsyncIterable<StoredResource>;
 * const query = (request: QueryRequest) => queryByScan(allUsers(), request, { maxScanned: 10_000 });
 * ```
 * @see RFC 7644 §3.4.2
 */
export async function queryByScan(
  rows: Iterable<StoredResource> | AsyncIterable<StoredResource>,
  request: QueryRequest,
  options: ScanOptions = {},
): Promise<QueryResult> {
  const { maxScanned = 100_000 } = options;
  const collect = collector(request);
  let scanned = 0;
  for await (const row of rows) {
    if (++scanned > maxScanned) throw scannedTooMany(maxScanned);
    if (scanned % ROWS_BETWEEN_CHECKS === 0) request.signal?.throwIfAborted();
    collect.add(row);
  }
  return collect.result();
}

/** The same over rows that are in memory, in one turn of the event loop, so that page and total are of one state. */
export function queryRows(rows: Iterable<StoredResource>, request: QueryRequest): QueryResult {
  const collect = collector(request);
  for (const row of rows) collect.add(row);
  return collect.result();
}

function scannedTooMany(maxScanned: number) {
  return tooMany(
    `The query would look at more than ${maxScanned} resources. Filter by an attribute that can be looked up, such as id or userName.`,
  );
}

function collector(request: QueryRequest): { add(row: StoredResource): void; result(): QueryResult } {
  const { page, sort } = request;
  const matches = request.filter === undefined ? () => true : predicateOf(request.filter);
  const isInPage = (position: number): boolean =>
    position >= page.startIndex && position < page.startIndex + page.count;
  let totalResults = 0;
  if (sort === undefined) {
    const resources: StoredResource[] = [];
    return {
      add(row) {
        if (matches(row) && isInPage(++totalResults)) resources.push(row);
      },
      result: () => ({ resources, totalResults }),
    };
  }
  const found: { readonly row: StoredResource; readonly place: SortPlace }[] = [];
  return {
    add(row) {
      // A page of no resources is asked for the total alone.
      if (matches(row) && ++totalResults > 0 && page.count > 0) found.push({ row, place: placeOf(row, sort) });
    },
    result() {
      const compare = comparePlaces(sort.descending);
      found.sort((left, right) => compare(left.place, right.place));
      return {
        resources: found.slice(page.startIndex - 1, page.startIndex - 1 + page.count).map(({ row }) => row),
        totalResults,
      };
    },
  };
}
