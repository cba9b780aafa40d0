import type { ListItem } from "../../call/result.ts";
import { tooMany } from "../../error.ts";
import type { SortPlace } from "../../filter/order.ts";
import type { CursorPage, IndexPage, Page, QueryResult, StoredResource } from "../../storage/adapter.ts";
import { doAll, doInSlices, type Steps, TimeSlice } from "../../time-slice.ts";
import { mergeFirst, type Sorted } from "./merge.ts";
import { END, positionOf, type RootPage, readStandings, type Standing, totalOf, writeStandings } from "./page.ts";
import { compareOver, freeItems, type Source } from "./source.ts";

/** How pages of several sorted types are merged. */
export interface MergeOptions {
  readonly descending: boolean;
  /** Deepest result of an index page. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * A page of the merged order, by index. The places of all results up to its end are merged; then each type reads its own part of
 * the page, and nothing else.
 * @throws {ScimError} 400 tooMany
 */
export async function indexPageBySort(
  sources: readonly Source[],
  { startIndex, count }: IndexPage,
  { descending, limit, signal }: MergeOptions,
): Promise<RootPage> {
  const compare = compareOver(descending);
  const end = count === 0 ? 0 : startIndex - 1 + count;
  if (end > limit)
    throw tooMany(
      `By index, a sorted list of several resource types can be read up to result ${limit} (limits.mergedResults). Page by cursor, narrow the filter, or query one resource type.`,
    );
  const results = await Promise.all(sources.map((source) => source.read({ startIndex: 1, count: end }, "place")));
  const slice = new TimeSlice();
  const places = await doInSlices(placesOf(sources, results), slice, signal);
  const first = (await doInSlices(mergeFirst(places, startIndex - 1, compare), slice, signal)).taken;
  const last = (await doInSlices(mergeFirst(places, end, compare), slice, signal)).taken;
  const pages = sources.map((_, index): Page | undefined => {
    const [from, to] = [first[index] as number, last[index] as number];
    return to > from ? { startIndex: from + 1, count: to - from } : undefined;
  });
  const found = await readWhole(sources, pages);
  return { items: mergeItems(sources, found, compare), totalResults: totalOf(results) };
}

/**
 * A page of the merged order, by cursor. What makes the page is decided on places alone; then each type is read for just as many
 * resources, and its position kept behind the last one: what comes and goes between the two readings moves no position.
 */
export async function cursorPageBySort(
  sources: readonly Source[],
  { cursor, count }: CursorPage,
  { descending, signal }: Omit<MergeOptions, "limit">,
): Promise<RootPage> {
  const compare = compareOver(descending);
  const standings = readStandings(cursor, sources.length);
  const results = await Promise.all(
    sources.map((source, index) => {
      const standing = standings[index] as Standing;
      return standing === END
        ? source.read({ cursor: undefined, count: 0 }, "nothing")
        : source.read({ cursor: positionOf(standing), count }, "place");
    }),
  );
  const slice = new TimeSlice();
  const places = await doInSlices(placesOf(sources, results), slice, signal);
  const { taken } = await doInSlices(mergeFirst(places, count, compare), slice, signal);
  const found = await readWhole(
    sources,
    taken.map((share, index) =>
      share === 0 ? undefined : { cursor: positionOf(standings[index] as Standing), count: share },
    ),
  );
  const next = sources.map((_, index): Standing => {
    const read = found[index];
    if (read !== undefined) return read.nextCursor ?? END;
    return results[index]?.resources.length === 0 ? END : (standings[index] as Standing);
  });
  return {
    items: mergeItems(sources, found, compare),
    totalResults: totalOf(results),
    nextCursor: count === 0 ? undefined : writeStandings(next),
  };
}

function* placesOf(sources: readonly Source[], results: readonly QueryResult[]): Steps<readonly Sorted<SortPlace>[]> {
  const places: Sorted<SortPlace>[] = [];
  for (const [index, { resources, nextCursor }] of results.entries()) {
    const elements: SortPlace[] = [];
    for (const resource of resources) {
      elements.push((sources[index] as Source).place(resource));
      yield;
    }
    places.push({ elements, isCut: nextCursor !== undefined });
  }
  return places;
}

/** Reads whole resources; a type whose page is undefined is not asked. Where one fails, what the others gave is freed. */
async function readWhole(
  sources: readonly Source[],
  pages: readonly (Page | undefined)[],
): Promise<readonly (QueryResult | undefined)[]> {
  const outcomes = await Promise.allSettled(
    sources.map(async (source, index) => {
      const page = pages[index];
      return page === undefined ? undefined : source.read(page, "whole");
    }),
  );
  const found = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : undefined));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed === undefined) return found;
  await freeItems(found.flatMap((result, index) => (result?.resources ?? []).map((sources[index] as Source).item)));
  throw failed.reason;
}

/** All resources that were found, in order. */
function mergeItems(
  sources: readonly Source[],
  found: readonly (QueryResult | undefined)[],
  compare: (left: SortPlace, right: SortPlace) => number,
): readonly ListItem[] {
  const lists = found.map((result, index) => {
    const { item, place } = sources[index] as Source;
    const elements = (result?.resources ?? []).map((resource: StoredResource) => ({
      item: item(resource),
      place: place(resource),
    }));
    return { elements, isCut: false };
  });
  // A page, and no more than one.
  const all = doAll(mergeFirst(lists, Number.POSITIVE_INFINITY, (left, right) => compare(left.place, right.place)));
  return all.merged.map(({ item }) => item);
}
