import type { CollectionStreams } from "../call/collection-streams.ts";
import { type ElementStream, isElementStream, peek } from "../schema/element-stream.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";

/** The least number of UTF-16 code units of a chunk, but for the last: a write for each element would cost more than the element. */
const CHUNK = 32_768;

const FINISH = Symbol("finish");

/** A resource with streams in it, in a body that is still to be written. */
interface StreamedResource {
  readonly shown: ResourceObject;
  /** Makes the resource of what is shown, once it is known which collections are empty. */
  readonly [FINISH]: (shown: ResourceObject) => ResourceObject;
}

/** Marks a resource whose streams are to be looked into when its turn comes. */
export function streamedResource(shown: ResourceObject, finish: (shown: ResourceObject) => ResourceObject): unknown {
  return { shown, [FINISH]: finish } satisfies StreamedResource;
}

function isStreamedResource(value: unknown): value is StreamedResource {
  return typeof value === "object" && value !== null && FINISH in value;
}

/**
 * The body as JSON: text where all of it fits into one chunk, otherwise a stream that asks storage for elements only as fast as
 * it is read. Streams of several resources are read one after the other. A fault before the first chunk rejects; a later one
 * goes to `onFault` and breaks the stream off, so that nobody takes half of an answer for the whole.
 */
export async function streamedBody(
  body: unknown,
  streams: CollectionStreams,
  onFault: (error: unknown) => void,
): Promise<string | ReadableStream<Uint8Array>> {
  const chunks = chunksOf(body);
  const free = (): Promise<void> => streams.free().catch(onFault);
  let first: string | undefined;
  try {
    first = (await chunks.next()).value ?? "";
  } catch (error) {
    await free();
    throw error;
  }
  if (first.length < CHUNK) {
    await free();
    return first;
  }
  const encoder = new TextEncoder();
  let hasLeft = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const text = first ?? (await chunks.next()).value;
          first = undefined;
          // What storage says to somebody who has left is nobody's fault.
          if (hasLeft) return;
          if (text !== undefined) return controller.enqueue(encoder.encode(text));
          await free();
          controller.close();
        } catch (error) {
          if (hasLeft) return;
          onFault(error);
          await free();
          controller.error(error);
        }
      },
      async cancel() {
        hasLeft = true;
        await free();
      },
    },
    // Nothing is asked of storage before somebody reads.
    { highWaterMark: 0 },
  );
}

type Segment = string | ElementStream | StreamedResource;

/** The text of a body in chunks of `CHUNK` or more, the last one in what is left. */
async function* chunksOf(body: unknown): AsyncGenerator<string, undefined> {
  let text = "";
  const pending: Segment[] = segmentsOf(body).reverse();
  for (let segment = pending.pop(); segment !== undefined; segment = pending.pop()) {
    if (typeof segment === "string") text += segment;
    else if (isStreamedResource(segment)) {
      const { [FINISH]: finish, shown } = segment;
      pending.push(...segmentsOf(finish(await omitEmpty(shown))).reverse());
    } else {
      let separator = "[";
      for await (const element of segment) {
        text += separator + JSON.stringify(element);
        separator = ",";
        if (text.length < CHUNK) continue;
        yield text;
        text = "";
      }
      text += "]";
    }
    if (text.length < CHUNK) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
  return undefined;
}

/** An empty collection is unassigned, and an extension without values is not there [S-2.5-04]. */
async function omitEmpty(shown: ResourceObject): Promise<ResourceObject> {
  const filled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(shown)) {
    if (isElementStream(value)) {
      const elements = await peek(value);
      if (elements !== undefined) filled[name] = elements;
    } else if (holdsStream(value)) {
      const container = await omitEmpty(value);
      if (Object.keys(container).length > 0) filled[name] = container;
    } else filled[name] = value;
  }
  return filled;
}

function holdsStream(value: unknown): value is ResourceObject {
  return isObject(value) && Object.values(value).some(isElementStream);
}

/** JSON text wherever it is known already, and what is still to come. */
function segmentsOf(value: unknown): Segment[] {
  if (isElementStream(value) || isStreamedResource(value)) return [value];
  if (!isUnfinished(value)) return [JSON.stringify(value)];
  if (Array.isArray(value))
    return ["[", ...value.flatMap((item, index) => [separate(index), ...segmentsOf(item)]), "]"];
  const members = Object.entries(value as ResourceObject).filter(([, member]) => member !== undefined);
  return [
    "{",
    ...members.flatMap(([name, member], index) => [
      `${separate(index)}${JSON.stringify(name)}:`,
      ...segmentsOf(member),
    ]),
    "}",
  ];
}

function separate(index: number): string {
  return index === 0 ? "" : ",";
}

/** Whether a stream is somewhere in it: in a resource, in an extension of it, or in a resource of a list. */
function isUnfinished(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(
    (inner) => isElementStream(inner) || isStreamedResource(inner) || isUnfinished(inner),
  );
}
