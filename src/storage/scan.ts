import { tooMany } from "../error.ts";
import { comparePlaces, type SortPlace, sortPlaceOf } from "../filter/order.ts";
import { predicateOf } from "../filter/predicate.ts";
import {
  type CursorPage,
  type IndexPage,
  isCursorPage,
  type QueryRequest,
  type QueryResult,
  type Sort,
  type StoredResource,
} from "./adapter.ts";
import { compareWalk, readPosition, walkPlace, writePosition } from "./keyset.ts";

/** Bounds of a scan. */
export interface ScanOptions {
  /** Most rows that one query may look at. Default 100,000; more is 400 tooMany. */
  readonly maxScanned?: number;
}

/** After how many rows a scan looks whether the client is still there. */
const ROWS_BETWEEN_CHECKS = 1024;

/**
 * Answers a query by looking at every row: filters, sorts, pages and counts. For backends that cannot filter
 * themselves, and for what a backend gives back of a filter that it could run only in part. Without a sort the rows'
 * own order is kept, and only the page is held in memory.
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
  const collect = collectorFor(request);
  let scanned = 0;
  for await (const row of rows) {
    if (++scanned > maxScanned) throw scannedTooMany(maxScanned);
    if (scanned % ROWS_BETWEEN_CHECKS === 0) request.signal?.throwIfAborted();
    collect.add(row);
  }
  return { ...collect.result(), scanned };
}

/** The same over rows that are in memory, in one turn of the event loop, so that page and total are of one state. */
export function queryRows(rows: Iterable<StoredResource>, request: QueryRequest): QueryResult {
  const collect = collectorFor(request);
  for (const row of rows) collect.add(row);
  return collect.result();
}

function scannedTooMany(maxScanned: number) {
  return tooMany(
    `The query would look at more than ${maxScanned} resources. Filter by an attribute that can be looked up, such as id or userName.`,
  );
}

interface Collector {
  add(row: StoredResource): void;
  result(): QueryResult;
}

function collectorFor(request: QueryRequest): Collector {
  const matches = request.filter === undefined ? () => true : predicateOf(request.filter);
  const { page, sort } = request;
  if (isCursorPage(page)) return cursorCollector(page, sort, matches);
  return sort === undefined ? indexCollector(page, matches) : sortedCollector(page, sort, matches);
}

type Matches = (row: StoredResource) => boolean;

function indexCollector(page: IndexPage, matches: Matches): Collector {
  const resources: StoredResource[] = [];
  let totalResults = 0;
  const isInPage = (position: number): boolean =>
    position >= page.startIndex && position < page.startIndex + page.count;
  return {
    add(row) {
      if (matches(row) && isInPage(++totalResults)) resources.push(row);
    },
    result: () => ({ resources, totalResults }),
  };
}

function sortedCollector(page: IndexPage, sort: Sort, matches: Matches): Collector {
  const compare = comparePlaces(sort.descending);
  const first = firstOf(page.startIndex - 1 + page.count, compare);
  let totalResults = 0;
  return {
    add(row) {
      // A page of no resources is asked for the total alone.
      if (matches(row) && ++totalResults > 0 && page.count > 0) first.add({ row, place: sortPlaceOf(row, sort) });
    },
    result: () => ({
      resources: first
        .inOrder()
        .slice(page.startIndex - 1)
        .map(({ row }) => row),
      totalResults,
    }),
  };
}

function cursorCollector({ cursor, count }: CursorPage, sort: Sort | undefined, matches: Matches): Collector {
  const position = cursor === undefined ? undefined : readPosition(cursor);
  const backwards = position?.backwards ?? false;
  const forwards = compareWalk(sort);
  const compare: typeof forwards = backwards ? (left, right) => forwards(right, left) : forwards;
  // One more than the page, to know whether another one follows.
  const first = firstOf(count + 1, compare);
  let totalResults = 0;
  let isAnyBehind = false;
  return {
    add(row) {
      if (!matches(row)) return;
      totalResults++;
      const place = walkPlace(row, sort);
      if (position === undefined || compare(place, position.place) > 0) first.add({ row, place });
      else isAnyBehind = true;
    },
    result() {
      const found = first.inOrder();
      const isAnyAhead = found.length > count;
      const inPage = found.slice(0, count);
      if (backwards) inPage.reverse();
      const [isAnyBefore, isAnyAfter] = backwards ? [isAnyAhead, isAnyBehind] : [isAnyBehind, isAnyAhead];
      const [start, end] = [inPage[0], inPage.at(-1)];
      return {
        resources: inPage.map(({ row }) => row),
        totalResults,
        ...(isAnyAfter && end !== undefined
          ? { nextCursor: writePosition({ place: end.place, backwards: false }) }
          : {}),
        ...(isAnyBefore && start !== undefined
          ? { previousCursor: writePosition({ place: start.place, backwards: true }) }
          : {}),
      };
    },
  };
}

interface Placed {
  readonly row: StoredResource;
  readonly place: SortPlace;
}

/** Keeps the first `count` of all that is added, and never holds more than twice as many. */
function firstOf(
  count: number,
  compare: (left: SortPlace, right: SortPlace) => number,
): { add(placed: Placed): void; inOrder(): readonly Placed[] } {
  const kept: Placed[] = [];
  const cut = (): void => {
    kept.sort((left, right) => compare(left.place, right.place));
    if (kept.length > count) kept.length = count;
  };
  return {
    add(placed) {
      kept.push(placed);
      if (kept.length > 2 * count + 64) cut();
    },
    inOrder() {
      cut();
      return kept;
    },
  };
}
