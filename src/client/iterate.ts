import { openPageGuard, type PageGuard } from "./page-guard.ts";
import type { AnyResource, ListPage } from "./read-answer.ts";

/** Where a page begins. `{}`: the server has no pages. */
export interface PagePlace {
  readonly cursor?: string;
  readonly startIndex?: number;
}

/** How a list is read. */
export interface PagePlan {
  /** `"none"`: by one request. */
  readonly by: "cursor" | "index" | "none";
  /** Resources that are asked for at a time. */
  readonly count: number;
  /** What the server gives at most, where it says so. */
  readonly maxResults: number | undefined;
  /** Reads a page; `undefined` where the server refuses a page behind the last one. */
  read(place: PagePlace): Promise<ListPage>;
  /** The error that ends the list. */
  fail(words: string): Error;
}

/**
 * All resources of a list, a page at a time, each once, as far as that can be known. It goes on by what came, not by what was asked for, and ends
 * with an error where a list would be cut short in silence.
 * @see RFC 7644 §3.4.2.4; RFC 9865
 */
export async function* iterate(plan: PagePlan): AsyncGenerator<AnyResource, void> {
  const guard = openPageGuard();
  let place: PagePlace | undefined = { cursor: { cursor: "" }, index: { startIndex: 1 }, none: {} }[plan.by];
  let given = 0;
  let lastTotal: number | undefined;
  while (place !== undefined) {
    const page: ListPage = await plan.read(place);
    const fresh = guard.fresh(page.resources);
    given += fresh.length;
    yield* fresh;
    const walk = { page, given, lastTotal, guard, plan };
    place = place.startIndex === undefined ? nextCursor(walk) : nextIndex(place.startIndex, walk);
    lastTotal = page.totalResults;
  }
}

interface Walk {
  /** The page that was read last. */
  readonly page: ListPage;
  /** Resources that were given, those of this page included. */
  readonly given: number;
  /** What the page before it announced. */
  readonly lastTotal: number | undefined;
  readonly guard: PageGuard;
  readonly plan: PagePlan;
}

function nextCursor({ page, given, guard, plan }: Walk): PagePlace | undefined {
  const { resources, totalResults = 0, nextCursor: cursor } = page;
  const { length } = resources;
  if (cursor !== undefined) {
    if (guard.isRepeat(resources, cursor)) throw plan.fail("gives the same pages again and again.");
    return { cursor };
  }
  if (totalResults <= length || given > length) return undefined;
  if (plan.by === "none") throw plan.fail(`announces ${totalResults} resources, gives ${length} and has no pages.`);
  // The first page of a server that has passed the cursor over.
  return { startIndex: length + 1 };
}

function nextIndex(startIndex: number, walk: Walk): PagePlace | undefined {
  const { page, given, lastTotal = 0, guard, plan } = walk;
  const { length } = page.resources;
  // A total that has been passed was that of one page, or of a list that has shrunk: it does not tell where the end is.
  const total = given > (page.totalResults ?? 0) ? undefined : page.totalResults;
  // What stood behind resources that were deleted has moved up, ahead of this page.
  const fallen = Math.max(0, lastTotal - (page.totalResults ?? lastTotal));
  const next = fallen > 0 ? Math.max(1, startIndex - fallen) : startIndex + length;
  if (length === 0) return fallen > 0 && startIndex > 1 ? { startIndex: next } : emptyEnd(startIndex, total, plan);
  guard.allow(Math.ceil((2 * Math.min(fallen, startIndex)) / length));
  if (guard.isRepeat(page.resources)) {
    if (given >= (total ?? 0)) return undefined;
    throw plan.fail(`announces ${total} resources and gives the same ${length} again and again.`);
  }
  return next > (total ?? next) && !isFullFirst(startIndex, length, plan) ? undefined : { startIndex: next };
}

/** Some announce the number of the page as that of the list: a full page is worth a look behind it. */
function isFullFirst(startIndex: number, length: number, { count, maxResults }: PagePlan): boolean {
  return startIndex === 1 && (length >= count || length === maxResults);
}

function emptyEnd(startIndex: number, total = 0, { fail }: PagePlan): undefined {
  if (total >= startIndex) throw fail(`announces ${total} resources and gives none from ${startIndex} on.`);
}
