import type { Call } from "../../call/call.ts";
import type { RootQueryOperation } from "../../call/operation.ts";
import type { Result } from "../../call/result.ts";
import { type Context, isCursorPage, type Page } from "../../storage/adapter.ts";
import { openPage, sealPlace } from "../page.ts";
import { cursorPageBySort, indexPageBySort } from "./by-sort.ts";
import { cursorPageByType, indexPageByType } from "./by-type.ts";
import type { RootPage } from "./page.ts";
import { type Source, sourceOf } from "./source.ts";

/** The endpoint that cursors of root queries are bound to. */
const ROOT = "/";

/**
 * Finds resources of several types, which may lie in several storages. Without a sort they come one type after the other;
 * with one they are merged, and those of a type without the attribute sort as those that miss it. The order is the same on
 * every page.
 * @throws {ScimError} 400 tooMany for a sorted index page beyond `limits.mergedResults`.
 * @see RFC 7644 §3.4.2.1
 */
export async function rootQuery<C extends Context>(operation: RootQueryOperation, call: Call<C>): Promise<Result> {
  const page = await openPage(operation.page, ROOT, call);
  const sources = operation.parts.map((part) => sourceOf(part, operation.order, call));
  const found = await find(sources, page, operation.order, call);
  const resources = found.items.map(({ resource }) => resource);
  return {
    type: "list",
    items: found.items,
    place: await sealPlace({ ...found, resources }, operation.page, ROOT, call),
  };
}

function find<C extends Context>(
  sources: readonly Source[],
  page: Page,
  order: RootQueryOperation["order"],
  { engine, signal }: Call<C>,
): Promise<RootPage> {
  // One type alone needs no merging: its storage sorts it.
  if (order === undefined || sources.length < 2)
    return isCursorPage(page) ? cursorPageByType(sources, page) : indexPageByType(sources, page);
  const options = { descending: order.descending, limit: engine.limits.mergedResults, signal };
  return isCursorPage(page) ? cursorPageBySort(sources, page, options) : indexPageBySort(sources, page, options);
}
