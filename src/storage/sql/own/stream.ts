import type { Attribute } from "../../../schema/attribute.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import { findReference } from "../../reference.ts";
import type { Database, Session } from "../database.ts";
import {
  CHUNK,
  changed,
  closeCollection,
  type KeyedElement,
  nextChunk,
  type OpenCollection,
  readAhead,
  type StreamPlace,
} from "./read-ahead.ts";
import { elementOf, type Large, type SelectedRow } from "./resource.ts";
import { resolveElements } from "./settle.ts";

/**
 * Makes of the first elements of a collection, which are more than `CHUNK`, the stream of all. `isMixed`: there may be rows of it that
 * are references of the document.
 */
export type StreamOf = (
  row: SelectedRow,
  attribute: Attribute,
  first: readonly KeyedElement[],
  isMixed: boolean,
) => unknown;

/** Leaves collections that are held whole to the caller of `resourceOf`, and makes streams of the others. */
export function largeOf(streamOf: StreamOf | undefined): Large {
  return (row, attribute, elements, isMixed) =>
    streamOf === undefined || elements.length <= CHUNK
      ? undefined
      : streamOf(row, attribute, elements as unknown as readonly KeyedElement[], isMixed);
}

/**
 * Reads what is asked for, with streams for large collections. It may be asked twice. `drop` closes the streams that were made, for
 * who begins again.
 */
type ReadStreamed<T> = (session: Session, streamOf: StreamOf, drop: () => void) => Promise<T>;

/**
 * Reads so that collections that are too large to hold are handed out as streams, in the state that was read. When the first
 * element is asked for, all of them are read ahead at once as far as there is room; what is left is read chunk by chunk, each of
 * which proves that its resource is still what it was, or breaks the stream off. So a stream holds no connection, and no state of
 * the database, while it waits for its client.
 */
export function readWithStreams<T>(database: Database, place: StreamPlace, read: ReadStreamed<T>): Promise<T> {
  const collections: OpenCollection[] = [];
  let ahead: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    ahead ??= readAhead(database, collections, undefined, async (_session, stale) => {
      throw changed(stale);
    });
    return ahead;
  };
  return read(database, opening(database, place, collections, begin), () => closeAll(database, collections));
}

/**
 * The same, read ahead before anything is handed out. What was changed in between is read again, in the state that its collections
 * are read in: no number of writers keeps a reader from its answer, nor the answer from one that has written.
 */
export async function readAheadWithStreams<T>(
  database: Database,
  place: StreamPlace,
  read: ReadStreamed<T>,
): Promise<T> {
  const collections: OpenCollection[] = [];
  const streamOf = opening(database, place, collections, () => Promise.resolve());
  const drop = (): void => closeAll(database, collections);
  const found = await read(database, streamOf, drop);
  if (collections.length === 0) return found;
  const again = (session: Session): Promise<T> => {
    drop();
    return read(session, streamOf, drop);
  };
  try {
    return await readAhead(database, collections, found, again);
  } catch (error) {
    drop();
    throw error;
  }
}

function closeAll(database: Database, collections: OpenCollection[]): void {
  for (const collection of collections.splice(0)) closeCollection(database, collection);
}

/** Makes streams, and notes them in `collections`. */
function opening(
  database: Database,
  place: StreamPlace,
  collections: OpenCollection[],
  begin: () => Promise<void>,
): StreamOf {
  return ({ id, version, mark = "" }, attribute, first, isMixed) => {
    const last = first.at(-1)?.[2] ?? "";
    const collection = {
      place,
      attribute,
      id,
      version,
      mark,
      isMixed,
      last,
      isRead: false,
      isClosed: false,
      ahead: [],
    };
    collections.push(collection);
    return elementStream(database, collection, first, begin);
  };
}

/** Elements one by one; the first one is handed out behind `begin`. */
function elementStream(
  database: Database,
  collection: OpenCollection,
  first: readonly KeyedElement[],
  begin: () => Promise<void>,
): AsyncIterable<ResourceObject> {
  const reference = findReference(collection.place.resourceType, collection.attribute);
  let chunk: readonly ResourceObject[] = [];
  let position = 0;
  let isBegun = false;
  const read = async (): Promise<readonly KeyedElement[] | undefined> => {
    if (isBegun) return nextChunk(database, collection);
    await begin();
    isBegun = true;
    return first;
  };
  const close = (): void => {
    chunk = [];
    closeCollection(database, collection);
  };
  const fill = async (): Promise<void> => {
    const keyed = await read();
    if (keyed === undefined) return close();
    const elements = keyed.map(([value, rest]) => elementOf([value, rest]));
    chunk = await resolveElements(database, collection.place, reference, elements);
    position = 0;
  };
  const iterator: AsyncIterator<ResourceObject> = {
    async next() {
      try {
        while (!collection.isClosed && position >= chunk.length) await fill();
      } catch (error) {
        close();
        throw error;
      }
      const element = collection.isClosed ? undefined : chunk[position++];
      return element === undefined ? { done: true, value: undefined } : { done: false, value: element };
    },
    async return() {
      close();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
