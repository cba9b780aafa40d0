import { type ScimError, tooMany } from "../error.ts";
import { comparePlaces, type SortPlace, sortPlaceOf } from "../filter/order.ts";
import { predicateInSteps } from "../filter/predicate.ts";
import { doInSlices, type Steps, TimeSlice } from "../time-slice.ts";
import {
  type CursorPage,
  type IndexPage,
  isCursorPage,
  type QueryRequest,
  type QueryResult,
  type Sort,
  type StoredResource,
} from "./adapter.ts";
import { Cost } from "./cost.ts";
import { compareWalk, readPosition, walkPlace, writePosition } from "./keyset.ts";
import { sortInSteps } from "./sort-in-steps.ts";

/** Bounds of a scan. */
export interface ScanOptions {
  /** Most rows that one query may look at. Default 100,000; more is 400 tooMany. */
  readonly maxScanned?: number | undefined;
}

/** After how many rows a scan looks whether the client is still there. */
const ROWS_BETWEEN_CHECKS = 1024;

/**
 * Answers a query by looking at every row: filters, sorts, pages and counts. For backends that cannot filter
 * themselves, and for what a backend gives back of a filter that it could run only in part. Without a sort the rows'
 * own order is kept, and only the page is held in memory. However many rows there are, others have their turns of the event loop
 * in between.
 *
 * @throws {ScimError} 400 tooMany when more than `maxScanned` rows were looked at, or it took more than the request's
 * `maxComparisons`.
 * @example
 * ```ts
 * import { type QueryRequest, queryByScan, type StoredResource } from "scimkit/storage";
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
  const scan = new Scan<StoredResource>(request, (row) => row);
  const slice = new TimeSlice();
  let scanned = 0;
  for await (const row of rows) {
    if (++scanned > maxScanned) throw scannedTooMany(maxScanned);
    if (scanned % ROWS_BETWEEN_CHECKS === 0) request.signal?.throwIfAborted();
    const steps = scan.lookAt(row);
    if (steps !== undefined) await doInSlices(steps, slice, request.signal);
    // The work of the backend counts as well, which may be done in this thread.
    if (slice.isOver) await slice.next(request.signal);
  }
  return { ...(await doInSlices(scan.result(), slice, request.signal)), scanned };
}

/** What a scan finds: `QueryResult` over rows of any kind. */
export type Found<Row> = Omit<QueryResult, "resources"> & { readonly resources: readonly Row[] };

/**
 * The same in steps, over rows that are in memory.
 * @param view what the filter and the sort look at.
 */
export function* scanInSteps<Row>(
  rows: Iterable<Row>,
  request: QueryRequest,
  view: (row: Row) => StoredResource,
): Steps<Found<Row>> {
  const scan = new Scan(request, view);
  for (const row of rows) {
    const steps = scan.lookAt(row);
    if (steps !== undefined) yield* steps;
    if (scan.endsStep()) yield;
  }
  return yield* scan.result();
}

/** What a row costs besides the comparisons, and after how much of both a step ends: some ten microseconds. */
const COST_OF_ROW = 64;
const COST_OF_STEP = 1024;

/** Looks at one row after the other. */
class Scan<Row> {
  readonly #view: (row: Row) => StoredResource;
  readonly #matches: (resource: StoredResource) => boolean | Steps<boolean>;
  readonly #cost: Cost;
  readonly #collect: Collector<Row>;
  #inStep = 0;

  constructor(request: QueryRequest, view: (row: Row) => StoredResource) {
    this.#view = view;
    this.#matches = request.filter === undefined ? () => true : predicateInSteps(request.filter);
    this.#cost = new Cost(request);
    this.#collect = collectorFor(request);
  }

  /**
   * @returns what is left to do of it, if it is much.
   * @throws {ScimError} 400 tooMany where it goes beyond `maxComparisons`.
   */
  lookAt(row: Row): Steps<void> | undefined {
    const resource = this.#view(row);
    this.#inStep += COST_OF_ROW + this.#cost.spend(resource);
    const matched = this.#matches(resource);
    if (typeof matched !== "boolean") return this.#addIf(matched, row, resource);
    return matched ? this.#collect.add(row, resource) : undefined;
  }

  /** Whether enough was done to see if it is time for others: to look at the clock costs more than to look at a row. */
  endsStep(): boolean {
    if (this.#inStep < COST_OF_STEP) return false;
    this.#inStep = 0;
    return true;
  }

  *#addIf(matched: Steps<boolean>, row: Row, resource: StoredResource): Steps<void> {
    const rest = (yield* matched) ? this.#collect.add(row, resource) : undefined;
    if (rest !== undefined) yield* rest;
  }

  *result(): Steps<Found<Row>> {
    const settle = this.#collect.settle?.();
    if (settle !== undefined) yield* settle;
    return this.#collect.result();
  }
}

/** Refuses a query that would look at too many rows. */
export function scannedTooMany(maxScanned: number): ScimError {
  return tooMany(
    `The query would look at more than ${maxScanned} resources. Filter by an attribute that can be looked up, such as id or userName.`,
  );
}

/** Takes what matches. */
interface Collector<Row> {
  /** What is to be done before more is added, if there is anything. */
  add(row: Row, resource: StoredResource): Steps<void> | undefined;
  /** To be done once, before the result is asked for. */
  settle?(): Steps<void>;
  result(): Found<Row>;
}

function collectorFor<Row>({ page, sort }: QueryRequest): Collector<Row> {
  if (isCursorPage(page)) return cursorCollector(page, sort);
  return sort === undefined ? indexCollector(page) : sortedCollector(page, sort);
}

function indexCollector<Row>(page: IndexPage): Collector<Row> {
  const resources: Row[] = [];
  let totalResults = 0;
  const isInPage = (position: number): boolean =>
    position >= page.startIndex && position < page.startIndex + page.count;
  return {
    add(row) {
      if (isInPage(++totalResults)) resources.push(row);
      return undefined;
    },
    result: () => ({ resources, totalResults }),
  };
}

function sortedCollector<Row>(page: IndexPage, sort: Sort): Collector<Row> {
  const compare = comparePlaces(sort.descending);
  const first = new First<Row>(page.startIndex - 1 + page.count, compare);
  let totalResults = 0;
  return {
    add(row, resource) {
      totalResults++;
      // A page of no resources is asked for the total alone.
      return page.count > 0 ? first.add({ row, place: sortPlaceOf(resource, sort) }) : undefined;
    },
    settle: () => first.cut(),
    result: () => ({ resources: first.kept.slice(page.startIndex - 1).map(({ row }) => row), totalResults }),
  };
}

function cursorCollector<Row>({ cursor, count }: CursorPage, sort: Sort | undefined): Collector<Row> {
  const position = cursor === undefined ? undefined : readPosition(cursor);
  const backwards = position?.backwards ?? false;
  const forwards = compareWalk(sort);
  const compare: typeof forwards = backwards ? (left, right) => forwards(right, left) : forwards;
  // One more than the page, to know whether another one follows.
  const first = new First<Row>(count + 1, compare);
  let totalResults = 0;
  let isAnyBehind = false;
  return {
    add(row, resource) {
      totalResults++;
      const place = walkPlace(resource, sort);
      if (position === undefined || compare(place, position.place) > 0) return first.add({ row, place });
      isAnyBehind = true;
      return undefined;
    },
    settle: () => first.cut(),
    result() {
      const found = first.kept;
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

interface Placed<Row> {
  readonly row: Row;
  readonly place: SortPlace;
}

/** Keeps the first `count` of all that is added, and never holds more than twice as many. */
class First<Row> {
  readonly #count: number;
  readonly #compare: (left: SortPlace, right: SortPlace) => number;
  /** In order after `cut`. */
  kept: Placed<Row>[] = [];
  /** The last of the first ones: what comes behind it is none of them. */
  #last: SortPlace | undefined;

  constructor(count: number, compare: (left: SortPlace, right: SortPlace) => number) {
    this.#count = count;
    this.#compare = compare;
  }

  add(placed: Placed<Row>): Steps<void> | undefined {
    if (this.#last !== undefined && this.#compare(placed.place, this.#last) > 0) return undefined;
    this.kept.push(placed);
    return this.kept.length > 2 * this.#count + 64 ? this.cut() : undefined;
  }

  *cut(): Steps<void> {
    const sorted = yield* sortInSteps(this.kept, (left, right) => this.#compare(left.place, right.place));
    if (sorted.length >= this.#count) {
      sorted.length = this.#count;
      this.#last = sorted.at(-1)?.place;
    }
    this.kept = sorted;
  }
}
