import type { Attribute } from "../../../schema/attribute.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import { findReference } from "../../reference.ts";
import type { Database, Session } from "../database.ts";
import { literal } from "../dialect/dialect.ts";
import { sql } from "../dialect/fragment.ts";
import { type ApartElement, elementOf } from "./resource.ts";
import { resolveElements } from "./settle.ts";
import type { Tables } from "./tables.ts";

/** How many elements of a collection are in memory at a time. */
export const CHUNK = 1000;

/** An element as it is selected for a stream: with the key that the next chunk begins behind. */
export type KeyedElement = readonly [...ApartElement, key: string];

/** Whose collections are streamed. */
interface StreamPlace {
  readonly tables: Tables;
  readonly tenant: string;
  readonly resourceType: ResourceType;
}

/** Makes of the first elements of a collection, which are one more than `CHUNK`, the stream of all. */
export type StreamOf = (id: string, attribute: Attribute, first: readonly KeyedElement[]) => unknown;

/** Leaves collections that are held whole to the caller of `resourceOf`, and makes streams of the others. */
export function largeOf(streamOf: StreamOf | undefined) {
  return (id: string, attribute: Attribute, elements: readonly ApartElement[]): unknown =>
    streamOf === undefined || elements.length <= CHUNK
      ? undefined
      : streamOf(id, attribute, elements as unknown as readonly KeyedElement[]);
}

/**
 * Reads so that collections that are too large to hold are handed out as streams. Mostly there is none, and the read is
 * all there is to it. Otherwise it is done again on a state that is held, on a connection of its own, until the last
 * stream has ended: by its last element, by its failure, or early by `return()`.
 */
export async function readWithStreams<T>(
  database: Database,
  place: StreamPlace,
  read: (session: Session, streamOf: StreamOf) => Promise<T>,
): Promise<T> {
  let isLarge = false;
  const found = await read(database, () => {
    isLarge = true;
    return [];
  });
  if (!isLarge) return found;
  const held = await hold(database);
  let open = 1;
  const close = async (): Promise<void> => {
    if (--open === 0) await held.release();
  };
  try {
    return await read(held.session, (id, attribute, first) => {
      open++;
      return elementStream(chunksOf(held.session, place, id, attribute, first), close);
    });
  } finally {
    // Streams that were made before a failure are never seen by anybody.
    await close();
  }
}

/** A state of the database that does not change until it is released. */
interface Held {
  readonly session: Session;
  release(): Promise<void>;
}

function hold(database: Database): Promise<Held> {
  return new Promise((resolve, reject) => {
    const ended: Promise<void> = database.snapshot(
      (session) =>
        new Promise<void>((end) => {
          const release = async (): Promise<void> => {
            end();
            // Nothing was written, so that it does not matter how the transaction ends.
            await ended.catch(() => undefined);
          };
          resolve({ session, release });
        }),
    );
    ended.catch(reject);
  });
}

async function* chunksOf(
  session: Session,
  place: StreamPlace,
  id: string,
  attribute: Attribute,
  first: readonly KeyedElement[],
): AsyncGenerator<readonly ResourceObject[]> {
  const { tables, tenant, resourceType } = place;
  const reference = findReference(resourceType, attribute);
  const resolved = (elements: readonly ResourceObject[]) => resolveElements(session, place, reference, elements);
  let last = first.at(-1)?.[2] ?? "";
  yield resolved(first.map(([value, rest]) => elementOf([value, rest])));
  for (;;) {
    const rows = await session.run<{ id: string | null; element: string; key: string }>(
      sql`SELECT coalesce(m.target, m.value) AS id, m.element, m.key FROM ${tables.element} m
        WHERE m.tenant = ${tenant} AND m.id = ${id} AND m.attribute = ${literal(attribute.path)}
        AND m.key > ${last} ORDER BY m.key LIMIT ${CHUNK}`,
    );
    yield resolved(rows.map((row) => elementOf([row.id, row.element])));
    const end = rows.at(-1);
    if (end === undefined || rows.length < CHUNK) return;
    last = end.key;
  }
}

/** Elements one by one. `close` is called once, also where nobody ever asks for an element. */
function elementStream(
  chunks: AsyncGenerator<readonly ResourceObject[]>,
  close: () => Promise<void>,
): AsyncIterable<ResourceObject> {
  let chunk: readonly ResourceObject[] = [];
  let position = 0;
  let isOpen = true;
  const end = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    chunk = [];
    await close();
  };
  const iterator: AsyncIterator<ResourceObject> = {
    async next() {
      while (isOpen && position >= chunk.length) {
        try {
          const { done, value } = await chunks.next();
          if (done === true) await end();
          else [chunk, position] = [value, 0];
        } catch (error) {
          await end();
          throw error;
        }
      }
      const element = chunk[position++];
      return element === undefined ? { done: true, value: undefined } : { done: false, value: element };
    },
    async return() {
      await end();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
