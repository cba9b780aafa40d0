import type { Call } from "../call/call.ts";
import { emitNotice } from "../call/notice.ts";
import type { QueryOperation, SealedPage } from "../call/operation.ts";
import type { ListPlace, Result } from "../call/result.ts";
import type { Context, Page, StorageNotice } from "../storage/adapter.ts";
import type { ViewedPage } from "../storage/view.ts";
import { viewPage } from "../storage/watch.ts";
import { isSealed, openPage, placeOf, sealPlace } from "./page.ts";
import { receiveViewed } from "./stored.ts";

/** Finds the resources of one type, at once where storage has them at hand. Nothing found is a success with an empty list. @see RFC 7644 §3.4.2 */
export function query<C extends Context>(operation: QueryOperation, call: Call<C>): Result | Promise<Result> {
  const { page } = operation;
  if (isSealed(page)) return querySealed(operation, page, call);
  const found = pageOf(operation, page, call);
  return found instanceof Promise
    ? found.then((one) => listOf(operation, one, placeOf(one, page), call))
    : listOf(operation, found, placeOf(found, page), call);
}

/** A page by cursor. */
async function querySealed<C extends Context>(
  operation: QueryOperation,
  page: SealedPage,
  call: Call<C>,
): Promise<Result> {
  const { endpoint } = operation.resourceType;
  const found = await pageOf(operation, await openPage(page, endpoint, call), call);
  return listOf(operation, found, await sealPlace(found, page, endpoint, call), call);
}

function pageOf<C extends Context>(
  { resourceType, filter, sort, selection }: QueryOperation,
  page: Page,
  call: Call<C>,
): ViewedPage | Promise<ViewedPage> {
  const { signal, context, engine } = call;
  const notify = (notice: StorageNotice): void => emitNotice(notice, resourceType, call);
  const { comparisons: maxComparisons } = engine.limits;
  const read = { resourceType, select: selection, stream: true, signal, notify };
  // It goes into the answer, and to nobody.
  return viewPage(call.storageOf(resourceType), { ...read, filter, sort, page, maxComparisons }, context);
}

function listOf<C extends Context>(
  { resourceType, selection }: QueryOperation,
  { resources }: ViewedPage,
  place: ListPlace,
  call: Call<C>,
): Result {
  const items = resources.map((viewed) => ({
    resourceType,
    resource: receiveViewed(viewed, resourceType, call),
    isPlain: viewed.isPlain,
    selection,
  }));
  return { type: "list", items, place };
}
