import type { Call } from "../call/call.ts";
import { readRequest } from "../call/notice.ts";
import type { QueryOperation } from "../call/operation.ts";
import type { Result } from "../call/result.ts";
import type { Context } from "../storage/adapter.ts";
import { openPage, sealPlace } from "./page.ts";
import { receive } from "./stored.ts";

/** Finds the resources of one type. Nothing found is a success with an empty list. @see RFC 7644 §3.4.2 */
export async function query<C extends Context>(operation: QueryOperation, call: Call<C>): Promise<Result> {
  const { resourceType, filter, sort, page, selection } = operation;
  const opened = await openPage(page, resourceType.endpoint, call);
  const found = await call.storageOf(resourceType).query(
    {
      ...readRequest(call, resourceType),
      filter,
      sort,
      page: opened,
      select: selection,
      stream: true,
      maxComparisons: call.engine.limits.comparisons,
    },
    call.context,
  );
  const items = found.resources.map((stored) => ({
    resourceType,
    resource: receive(stored, resourceType, call),
    selection,
  }));
  return { type: "list", items, place: await sealPlace(found, page, resourceType.endpoint, call) };
}
