import type { Call } from "../../call/call.ts";
import { collectionStreams } from "../../call/collection-streams.ts";
import { readRequest } from "../../call/notice.ts";
import type { RootPart, RootQueryOperation } from "../../call/operation.ts";
import type { ListItem } from "../../call/result.ts";
import { comparePlaces, type SortPlace, sortKey } from "../../filter/order.ts";
import { pathOf } from "../../schema/attribute.ts";
import type { Context, Page, QueryResult, Select, StoredResource } from "../../storage/adapter.ts";
import { receive, SELECT_NONE } from "../stored.ts";

/** How much of the resources is read: all that is shown, what decides on their order, or nothing of them. */
type Extent = "whole" | "place" | "nothing";

/** One resource type as a query over several of them reads it. */
export interface Source {
  read(page: Page, extent: Extent): Promise<QueryResult>;
  item(resource: StoredResource): ListItem;
  /** The place of a resource in the order over all types. */
  place(resource: StoredResource): SortPlace;
}

/** Makes the source of one resource type. */
export function sourceOf<C extends Context>(
  { resourceType, filter, selection, sortPath }: RootPart,
  order: RootQueryOperation["order"],
  call: Call<C>,
): Source {
  const id = resourceType.attribute("id");
  if (id === undefined) throw new TypeError(`${resourceType.name} has no id`);
  // The resources of a type without the attribute are all equal in it: their ids decide.
  const sort =
    order && (sortPath === undefined ? { path: pathOf(id), descending: false } : { ...order, path: sortPath });
  const place: Select = {
    includes: (attribute) => attribute === sort?.path.attribute || attribute === sort?.path.sub,
  };
  const selects: Readonly<Record<Extent, Select>> = {
    whole: { includes: (attribute) => selection.includes(attribute) || place.includes(attribute) },
    place,
    nothing: SELECT_NONE,
  };
  const storage = call.storageOf(resourceType);
  const maxComparisons = call.engine.limits.comparisons;
  return {
    async read(page, extent) {
      const found = await storage.query(
        {
          ...readRequest(call, resourceType),
          filter,
          sort,
          page,
          select: selects[extent],
          stream: extent === "whole",
          maxComparisons,
        },
        call.context,
      );
      return { ...found, resources: found.resources.map((stored) => receive(stored, resourceType, call)) };
    },
    item: (resource) => ({ resourceType, resource, selection }),
    place: (resource) => ({
      key: sortPath === undefined ? undefined : sortKey(resource, sortPath),
      id: resource.id,
    }),
  };
}

/** The order over several types. Keys under one name need not be of one type there; then numbers come before strings. */
export function compareOver(descending: boolean): (left: SortPlace, right: SortPlace) => number {
  const compare = comparePlaces(descending);
  return (left, right) => {
    const [leftType, rightType] = [typeof left.key, typeof right.key];
    if (left.key === undefined || right.key === undefined || leftType === rightType) return compare(left, right);
    return leftType < rightType === descending ? 1 : -1;
  };
}

/** Frees the streams of resources that will not be rendered. */
export async function freeItems(items: readonly ListItem[]): Promise<void> {
  await Promise.allSettled(
    items.map(({ resourceType, resource }) => collectionStreams(resourceType, [resource]).free()),
  );
}
