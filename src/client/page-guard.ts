import type { AnyResource } from "./read-answer.ts";

/** How many ids are remembered, so that a resource which writes have shifted to a later page is given once. */
const REMEMBERED = 4_000;
/** Pages one after the other that may hold nothing new. */
const IDLE = 3;
/** How often one may go back on purpose without anything new. */
const BACKS = 10;
/** And that may hold nothing at all, as a server may give while it looks for what a filter matches. */
const EMPTY = 1_000;

/** Tells what is new of a page, and whether pages go round in circles, in memory that does not grow with the list. */
export interface PageGuard {
  /** What of the page was not on one of the pages before. */
  fresh(page: readonly AnyResource[]): readonly AnyResource[];
  /** Whether this page leads nowhere: it was here before, or nothing new has come for a while. `at` names its place, where it has one. */
  isRepeat(page: readonly AnyResource[], at?: string): boolean;
  /** So many pages more may hold nothing new, as some of them are read twice on purpose. */
  allow(pages: number): void;
}

export function openPageGuard(): PageGuard {
  const recent = new Set<string>();
  let idle = 0;
  let empty = 0;
  let backs = 0;
  // Brent's way to find a circle of whatever length: one page is remembered, twice as long each time.
  let mark: string | undefined;
  let steps = 0;
  let reach = 1;
  return {
    fresh(page) {
      const fresh = page.filter(({ id }) => !recent.has(id));
      // What has come just now is remembered longest.
      for (const { id } of page) {
        recent.delete(id);
        recent.add(id);
      }
      for (const id of recent) {
        if (recent.size <= Math.max(REMEMBERED, page.length)) break;
        recent.delete(id);
      }
      empty = page.length === 0 ? empty + 1 : 0;
      if (fresh.length > 0) [idle, backs] = [0, 0];
      else if (page.length > 0) idle++;
      return fresh;
    },
    isRepeat(page, at = "") {
      const here = JSON.stringify([page.length === 0 ? at : "", ...page.map(({ id }) => id)]);
      if (here === mark || idle >= IDLE || empty > EMPTY) return true;
      if (++steps === reach) {
        mark = here;
        steps = 0;
        reach *= 2;
      }
      return false;
    },
    allow(pages) {
      if (pages === 0 || backs++ >= BACKS) return;
      idle -= pages;
      // What is read twice on purpose is no circle.
      mark = undefined;
    },
  };
}
