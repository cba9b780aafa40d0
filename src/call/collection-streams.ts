import { type ElementStream, isElementStream, type OpenStream, openStream } from "../schema/element-stream.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { readAttribute, writeAttribute } from "../schema/value.ts";
import type { StoredResource } from "../storage/adapter.ts";
import type { ListItem } from "./result.ts";

/** The collections of one response that come from storage as streams. */
export interface CollectionStreams {
  /** Whether there is none, as with most responses. */
  readonly isEmpty: boolean;
  /** The resources, with streams that `free` can end. */
  readonly resources: readonly StoredResource[];
  /** Ends all that are not at their end; rejects with the first fault of storage. */
  free(): Promise<void>;
}

const collectionsOf = remembered((resourceType: CompiledResourceType) =>
  resourceType.attributes.filter((attribute) => attribute.collection),
);

/** Whether a resource that came from storage holds a stream. */
export function isStreamed({ resourceType, resource }: Pick<ListItem, "resourceType" | "resource">): boolean {
  for (const attribute of collectionsOf(resourceType))
    if (isElementStream(readAttribute(resource, attribute))) return true;
  return false;
}

/** Takes over the streams in resources that came from storage: whatever becomes of the response, they must be freed. */
export function collectionStreams(
  resourceType: CompiledResourceType,
  resources: readonly StoredResource[],
): CollectionStreams {
  const collections = collectionsOf(resourceType);
  const open: OpenStream[] = [];
  const taken = resources.map((resource) => {
    const streamed = collections.filter((attribute) => isElementStream(readAttribute(resource, attribute)));
    if (streamed.length === 0) return resource;
    const copy: Record<string, unknown> = { ...resource };
    for (const attribute of streamed) {
      const stream = openStream(readAttribute(resource, attribute) as ElementStream);
      open.push(stream);
      writeAttribute(copy, attribute, stream);
    }
    return copy as unknown as StoredResource;
  });
  return {
    isEmpty: open.length === 0,
    resources: taken,
    free: () => freeAll(open),
  };
}

/** The streams of several resources, as one. */
export function joinStreams(parts: readonly CollectionStreams[]): CollectionStreams {
  return {
    isEmpty: parts.every(({ isEmpty }) => isEmpty),
    resources: parts.flatMap(({ resources }) => resources),
    free: () => freeAll(parts),
  };
}

/** Frees all, whatever becomes of some. */
async function freeAll(parts: readonly { free(): Promise<void> }[]): Promise<void> {
  const outcomes = await Promise.allSettled(parts.map((part) => part.free()));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
