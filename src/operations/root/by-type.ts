import type { ListItem } from "../../call/result.ts";
import type { CursorPage, IndexPage, QueryResult } from "../../storage/adapter.ts";
import {
  BEGIN,
  END,
  positionOf,
  type RootPage,
  readStandings,
  type Standing,
  totalOf,
  writeStandings,
} from "./page.ts";
import { freeItems, type Source } from "./source.ts";

/** A page of one type after the other, by index: it begins where the types before it end. */
export async function indexPageByType(sources: readonly Source[], { startIndex, count }: IndexPage): Promise<RootPage> {
  let totalResults = 0;
  const items = await readInTurn(sources, async (source, before) => {
    const page = { startIndex: Math.max(1, startIndex - totalResults), count: count - before };
    const found = await source.read(page, page.count === 0 ? "nothing" : "whole");
    totalResults += found.totalResults ?? found.resources.length;
    return found;
  });
  return { items, totalResults };
}

/** A page of one type after the other, by cursor. */
export async function cursorPageByType(sources: readonly Source[], { cursor, count }: CursorPage): Promise<RootPage> {
  const standings = readStandings(cursor, sources.length);
  const results: QueryResult[] = [];
  const next: Standing[] = [];
  let isFull = count === 0;
  const items = await readInTurn(sources, async (source, before, index) => {
    const standing = standings[index] as Standing;
    if (!isFull && standing !== END) {
      const found = await source.read({ cursor: positionOf(standing), count: count - before }, "whole");
      results.push(found);
      next.push(found.nextCursor ?? END);
      // A storage may give less than it was asked for; what it has left comes before the next type.
      isFull = found.nextCursor !== undefined || before + found.resources.length >= count;
      return found;
    }
    // A type that was not begun is the next page only if there is something in it.
    const isToCome = standing === BEGIN && count > 0;
    const found = await source.read({ cursor: undefined, count: isToCome ? 1 : 0 }, "nothing");
    results.push(found);
    next.push(isToCome && found.resources.length === 0 ? END : standing);
    return undefined;
  });
  return { items, totalResults: totalOf(results), nextCursor: count === 0 ? undefined : writeStandings(next) };
}

/** Reads one type after the other and puts together what they give; where one fails, what was read is freed. */
async function readInTurn(
  sources: readonly Source[],
  read: (source: Source, before: number, index: number) => Promise<QueryResult | undefined>,
): Promise<readonly ListItem[]> {
  const items: ListItem[] = [];
  try {
    for (const [index, source] of sources.entries()) {
      const found = await read(source, items.length, index);
      if (found !== undefined) items.push(...found.resources.map(source.item));
    }
  } catch (error) {
    await freeItems(items);
    throw error;
  }
  return items;
}
