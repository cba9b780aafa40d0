import type { Call } from "../call/call.ts";
import type { AskedPage, SealedPage } from "../call/operation.ts";
import type { ListPlace } from "../call/result.ts";
import type { Context, CursorPage, IndexPage, Page, QueryResult } from "../storage/adapter.ts";

/** Tells a page by cursor from one by index, as clients ask for them. */
export function isSealed(page: AskedPage): page is SealedPage {
  return "query" in page;
}

/** What was found, as far as it matters where it lies. */
type Found = Omit<QueryResult, "resources"> & { readonly resources: readonly unknown[] };

/** Where a page by index lies. */
export function placeOf({ totalResults, resources }: Found, { startIndex }: IndexPage): ListPlace {
  return { totalResults: totalResults ?? resources.length, startIndex };
}

/**
 * The page as storage is asked for it: a client's cursor is opened.
 * @param endpoint where the query was sent to, e.g. `/Users`.
 * @throws {ScimError} 400 invalidCursor, expiredCursor, invalidCount
 */
export async function openPage<C extends Context>(page: AskedPage, endpoint: string, call: Call<C>): Promise<Page> {
  if (!isSealed(page)) return page;
  const { cursor, count, query } = page;
  const opened: CursorPage = {
    cursor:
      cursor === undefined
        ? undefined
        : await call.engine.cursors.open(cursor, { binding: bindingOf(query, endpoint, call), count }),
    count,
  };
  return opened;
}

/** Where a page lies, as the client is told it: with its cursors sealed. */
export async function sealPlace<C extends Context>(
  found: Found,
  page: AskedPage,
  endpoint: string,
  call: Call<C>,
): Promise<ListPlace> {
  const { totalResults } = found;
  if (!isSealed(page)) return placeOf(found, page);
  const use = { binding: bindingOf(page.query, endpoint, call), count: page.count };
  const seal = (position: string): Promise<string> => call.engine.cursors.seal(position, use);
  const { nextCursor, previousCursor } = found;
  return {
    totalResults,
    // Never with the first page, whatever an adapter says [C-2-10].
    previousCursor: previousCursor === undefined || page.cursor === undefined ? undefined : await seal(previousCursor),
    nextCursor: nextCursor === undefined ? undefined : await seal(nextCursor),
  };
}

/** Who asks what, where: a cursor that another tenant, caller, endpoint or query got opens nothing [C-2-12 C-5.2-01]. */
function bindingOf<C extends Context>(query: string, endpoint: string, call: Call<C>): string {
  const { engine, context, baseUrl } = call;
  return JSON.stringify([context.tenant ?? null, engine.cursorIdentity?.(context) ?? null, baseUrl + endpoint, query]);
}
