import type { Call } from "../call/call.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, Page, Select, StoredResource } from "../storage/adapter.ts";

/** How many resources are read at a time. */
const PAGE = 100;

/** All resources of a type, a page at a time, in the order of storage; nothing is held while the caller works. */
export async function* walk<C extends Context>(
  resourceType: CompiledResourceType,
  select: Select,
  { storageOf, signal, context }: Call<C>,
): AsyncGenerator<StoredResource, void> {
  const storage = storageOf(resourceType);
  const canCursor = storage.capabilities?.cursor === true;
  let page: Page = canCursor ? { cursor: undefined, count: PAGE } : { startIndex: 1, count: PAGE };
  for (;;) {
    signal?.throwIfAborted();
    const found = await storage.query({ resourceType, select, page, signal }, context);
    yield* found.resources;
    if ("startIndex" in page) {
      if (found.resources.length < PAGE) return;
      page = { startIndex: page.startIndex + PAGE, count: PAGE };
    } else {
      if (found.nextCursor === undefined) return;
      page = { cursor: found.nextCursor, count: PAGE };
    }
  }
}
