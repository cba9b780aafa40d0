import type { CollectionStreams } from "../call/collection-streams.ts";
import type { ListItem } from "../call/result.ts";
import { type ElementStream, isElementStream, peek } from "../schema/element-stream.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import { TimeSlice } from "../time-slice.ts";

/** The least number of UTF-16 code units of a chunk, but for the last: a write for each element would cost more than the element. */
const CHUNK = 32_768;

/** Arrays up to this length are written at a stretch. */
const SHORT = 1000;

const MAKE = Symbol("make");

/** A resource of a body that is made when its turn comes. */
interface Unmade {
  readonly [MAKE]: () => ResourceObject | Promise<ResourceObject>;
}

/** Puts a resource into a body without making it yet, so that a long list holds nobody up. */
export function unmade(make: Unmade[typeof MAKE]): unknown {
  return { [MAKE]: make } satisfies Unmade;
}

function isUnmade(value: unknown): value is Unmade {
  return typeof value === "object" && value !== null && MAKE in value;
}

/** How many small resources are written at a stretch: of a text for each, a quarter of the time would be spent on there being so many. */
const TOGETHER = 8;

/**
 * The text of resources, with commas between them, in slices: at once where all of them take no more than what is left of the slice. Each is made
 * and written at a stretch, and where they are small, some together. @throws the signal's reason where the client leaves meanwhile.
 */
export function resourcesText(
  count: number,
  make: (index: number) => ResourceObject,
  areSmall: boolean,
  slice: TimeSlice,
  signal: AbortSignal | undefined,
): string | Promise<string> {
  let text = "";
  let index = 0;
  /** Whether all are written. What came before the first was a part of the stretch. */
  const write = (): boolean => {
    while (index < count) {
      if (slice.isOver) return false;
      const end = Math.min(count, areSmall ? index + TOGETHER : index + 1);
      text += separate(index) + textOf(index, end, make);
      index = end;
    }
    return true;
  };
  const writeRest = async (): Promise<string> => {
    do await slice.next(signal);
    while (!write());
    return text;
  };
  return write() ? text : writeRest();
}

function textOf(index: number, end: number, make: (index: number) => ResourceObject): string {
  if (end === index + 1) return JSON.stringify(make(index));
  const made: ResourceObject[] = [];
  for (let at = index; at < end; at++) made.push(make(at));
  return JSON.stringify(made).slice(1, -1);
}

/** Whether a resource has an array that is not written at a stretch. */
export function holdsLong({ resourceType, resource, isPlain }: ListItem): boolean {
  if (isPlain === true) return false;
  for (const attribute of listsOf(resourceType)) if (isLong(readAttribute(resource, attribute))) return true;
  return false;
}

const listsOf = remembered((resourceType: CompiledResourceType) =>
  resourceType.attributes.filter(({ multiValued }) => multiValued),
);

/**
 * The body as JSON text, made in slices: at once where that takes no more than what is left of the slice. @throws the signal's reason where
 * the client leaves meanwhile.
 */
export function jsonText(body: unknown, slice: TimeSlice, signal: AbortSignal | undefined): string | Promise<string> {
  const pending: Segment[] = segmentsOf(body).reverse();
  let text = "";
  while (pending.length > 0) {
    // What came before the body was a part of the stretch.
    const next = pending.at(-1);
    if (slice.isOver || !(typeof next === "string" || isUnmade(next))) return restOfText(text, pending, slice, signal);
    text += takeText(pending, slice);
  }
  return text;
}

async function restOfText(
  begun: string,
  pending: Segment[],
  slice: TimeSlice,
  signal: AbortSignal | undefined,
): Promise<string> {
  let text = begun;
  for await (const chunk of chunksOf(pending, slice, signal)) text += chunk;
  return text;
}

/**
 * The body as JSON: text where all of it fits into one chunk, otherwise a stream that asks storage for elements only as fast as
 * it is read. Streams of several resources are read one after the other. A fault before the first chunk rejects; a later one
 * goes to `onFault` and breaks the stream off, so that nobody takes half of an answer for the whole.
 */
export async function streamedJson(
  body: unknown,
  streams: CollectionStreams,
  onFault: (error: unknown) => void,
): Promise<string | ReadableStream<Uint8Array>> {
  const chunks = chunksOf(segmentsOf(body).reverse(), new TimeSlice());
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

/** The elements of a collection, of which storage has handed out a stream or a long array. */
type Elements = ElementStream | readonly unknown[];

type Segment = string | Elements | Unmade | Promise<ResourceObject>;

/** The text of a body in chunks of `CHUNK` or more, the last one in what is left. */
async function* chunksOf(
  pending: Segment[],
  slice: TimeSlice,
  signal?: AbortSignal,
): AsyncGenerator<string, undefined> {
  let text = "";
  // What came before the body was one stretch.
  if (slice.isOver) await slice.next(signal);
  for await (const piece of piecesOf(pending, slice)) {
    text += piece;
    if (text.length >= CHUNK) {
      yield text;
      text = "";
    }
    if (slice.isOver) await slice.next(signal);
  }
  if (text !== "") yield text;
  return undefined;
}

/** The text of a body: as much as can be made at once, or an element of a long collection. */
async function* piecesOf(pending: Segment[], slice: TimeSlice): AsyncGenerator<string, void> {
  while (pending.length > 0) {
    const text = takeText(pending, slice);
    if (text !== "") yield text;
    const next = pending.at(-1);
    if (next instanceof Promise) {
      pending.pop();
      pending.push(...segmentsOf(await next).reverse());
    } else if (isElements(next)) {
      pending.pop();
      let separator = "[";
      for await (const element of next) {
        yield separator + JSON.stringify(element);
        separator = ",";
      }
      yield "]";
    }
  }
}

/** Takes what is there or can be made at once: a segment at least, and then no more than fits a chunk and the slice. */
function takeText(pending: Segment[], slice: TimeSlice): string {
  let text = "";
  do {
    const segment = pending.at(-1);
    if (typeof segment === "string") {
      pending.pop();
      text += segment;
    } else if (isUnmade(segment)) {
      pending.pop();
      const made = segment[MAKE]();
      pending.push(...(made instanceof Promise ? [silent(made)] : segmentsOf(made).reverse()));
    } else break;
  } while (text.length < CHUNK && !slice.isOver);
  return text;
}

/** A failure is for the one who waits, which is not before all text in front was taken: until then it is no failure of the process. */
function silent<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** A resource without the streams that have no element: an empty collection is unassigned, and an extension without values is not there [S-2.5-04]. */
export async function withoutEmpty(resource: ResourceObject): Promise<ResourceObject> {
  const filled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(resource)) {
    if (isElementStream(value)) {
      const elements = await peek(value);
      if (elements !== undefined) filled[name] = elements;
    } else if (isObject(value) && Object.values(value).some(isElementStream)) {
      const container = await withoutEmpty(value);
      if (Object.keys(container).length > 0) filled[name] = container;
    } else filled[name] = value;
  }
  return filled;
}

/** JSON text wherever it is known already, and what is still to come. */
function segmentsOf(value: unknown, levels = LEVELS): Segment[] {
  if (isApart(value)) return [value];
  if (!holdsApart(value, levels)) return [JSON.stringify(value)];
  if (Array.isArray(value))
    return ["[", ...value.flatMap((item, index) => [separate(index), ...segmentsOf(item, levels - 1)]), "]"];
  const members = Object.entries(value as ResourceObject).filter(([, member]) => member !== undefined);
  return [
    "{",
    ...members.flatMap(([name, member], index) => [
      `${separate(index)}${JSON.stringify(name)}:`,
      ...segmentsOf(member, levels - 1),
    ]),
    "}",
  ];
}

function separate(index: number): string {
  return index === 0 ? "" : ",";
}

/** How deep what is not written at a stretch may lie: a resource in the array of a list, an attribute in an extension of a resource. */
const LEVELS = 2;

function isApart(value: unknown): value is Elements | Unmade {
  return isUnmade(value) || isElements(value);
}

function isElements(value: unknown): value is Elements {
  return isElementStream(value) || isLong(value);
}

/** The resources of a page, however many, are each made and written apart: one of them tells for all. */
function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > SHORT && !isUnmade(value[0]);
}

function holdsApart(value: unknown, levels: number): boolean {
  if (levels === 0 || typeof value !== "object" || value === null) return false;
  const inside = (inner: unknown): boolean => isApart(inner) || holdsApart(inner, levels - 1);
  return (Array.isArray(value) ? value : Object.values(value)).some(inside);
}
