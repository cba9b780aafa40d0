import { type ScimError, unavailable } from "../../../error.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { TimeSlice } from "../../../time-slice.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { Database, Session } from "../database.ts";
import { cast, literal } from "../dialect/dialect.ts";
import { raw, sql } from "../dialect/fragment.ts";
import { createTurns, LONGEST_WAIT, type Turns } from "../turns.ts";
import type { ApartElement } from "./resource.ts";
import { markOf } from "./shapes.ts";
import type { Tables } from "./tables.ts";

/** How many elements of a collection are read at a time. */
export const CHUNK = 1000;

/**
 * How much is kept of what was read ahead of the clients of one database, in UTF-16 code units of JSON: some 340,000 members. Who
 * comes when there is no room left is served chunk by chunk.
 */
const MOST_AHEAD = 32 * 1024 * 1024;

/** How many may read ahead at a time: each has a connection meanwhile, and a pool may have few. */
const AT_ONCE = 2;

/** An element as it is selected for a stream: with the key that the next chunk begins behind. */
export type KeyedElement = readonly [...ApartElement, key: string];

/** Whose collections are streamed. */
export interface StreamPlace {
  readonly tables: Tables;
  readonly tenant: string;
  readonly resourceType: CompiledResourceType;
}

/** A collection that is handed out, and how far it was read. */
export interface OpenCollection {
  readonly place: StreamPlace;
  readonly attribute: Attribute;
  readonly id: string;
  /** The version of the resource that the collection is of. */
  readonly version: string;
  /** The mark of the resource's row: under another one the elements may be elsewhere, though the version is the same. */
  readonly mark: string;
  /** There may be rows of it that are references of the document. */
  readonly isMixed: boolean;
  /** The key of the last element that was read. */
  last: string;
  /** There is nothing more to read. */
  isRead: boolean;
  /** Nobody asks for more. */
  isClosed: boolean;
  /** Chunks that were read, and not asked for yet, as JSON. */
  readonly ahead: string[];
}

/** What is kept of one database for clients that are still to ask for it. */
interface Store {
  /** How much more there is room for. */
  room: number;
  readonly turns: Turns;
}

const STORES = new WeakMap<Database, Store>();

function storeOf(database: Database): Store {
  return getOrCreate(STORES, database, () => ({ room: MOST_AHEAD, turns: createTurns(AT_ONCE) }));
}

/**
 * Reads collections to their ends, or as far as there is room, in one state of the database: as fast as that gives them, so that a
 * connection is never held for a client that is slow, and a client never too slow for a collection that changes often. Where a
 * resource is no longer what it was, `again` reads all in the same state, and puts the collections of that into the place of
 * those before; or it throws, with `changed`.
 * @returns what there was at first, or what `again` gave.
 */
export async function readAhead<T>(
  database: Database,
  collections: readonly OpenCollection[],
  first: T,
  again: (session: Session, stale: OpenCollection) => Promise<T>,
): Promise<T> {
  const store = storeOf(database);
  if (store.room <= 0) return first;
  const read = async (session: Session): Promise<T> => {
    const stale = await fillRoom(store, session, collections);
    if (stale === undefined) return first;
    const found = await again(session, stale);
    await fillRoom(store, session, collections);
    return found;
  };
  return store.turns.run(performance.now() + LONGEST_WAIT, () => database.snapshot(read));
}

/** Gives the first collection whose resource is no longer what it was; those behind it are not read. */
async function fillRoom(
  store: Store,
  session: Session,
  collections: readonly OpenCollection[],
): Promise<OpenCollection | undefined> {
  const slice = new TimeSlice();
  for (const collection of collections)
    while (!collection.isRead && !collection.isClosed && store.room > 0) {
      const chunk = await readChunk(session, collection);
      if (chunk === undefined) return collection;
      if (collection.isClosed) break;
      store.room -= chunk.text.length;
      collection.ahead.push(chunk.text);
      if (slice.isOver) await slice.next();
    }
  return undefined;
}

/**
 * The next chunk, from what was read ahead or by a statement of its own; undefined behind the last one.
 * @throws {ScimError} 503 where the resource is no longer what it was.
 */
export async function nextChunk(
  database: Database,
  collection: OpenCollection,
): Promise<readonly KeyedElement[] | undefined> {
  const text = collection.ahead.shift();
  if (text !== undefined) {
    storeOf(database).room += text.length;
    return JSON.parse(text) as readonly KeyedElement[];
  }
  if (collection.isRead) return undefined;
  const chunk = await readChunk(database, collection);
  if (chunk === undefined) throw changed(collection);
  return chunk.elements;
}

/** Ends a collection, and makes room for others. */
export function closeCollection(database: Database, collection: OpenCollection): void {
  collection.isClosed = true;
  const store = storeOf(database);
  for (const text of collection.ahead.splice(0)) store.room += text.length;
}

interface Chunk {
  readonly text: string;
  readonly elements: readonly KeyedElement[];
}

/** The next chunk by one statement; undefined where the resource no longer has the version that the collection is of. */
async function readChunk(session: Session, collection: OpenCollection): Promise<Chunk | undefined> {
  const { attribute, id, version, mark, isMixed, last } = collection;
  const { tables, tenant } = collection.place;
  const { dialect } = session;
  if (dialect.readsElementsAsRows === true) return readChunkOfRows(session, collection);
  const rows = sql`SELECT m.key, m.target, m.value, m.element FROM ${tables.element} m
    WHERE m.tenant = ${tenant} AND m.id = ${id} AND m.attribute = ${literal(attribute.path)}
    AND m.key > ${last}${raw(isMixed ? " AND m.element IS NOT NULL" : "")} ORDER BY m.key LIMIT ${raw(String(CHUNK))}`;
  const parts = [raw("coalesce(c.target, c.value)"), dialect.nested(raw("c.element")), raw("c.key")];
  const [row] = await session.run<{ elements: string | null }>(
    sql`SELECT ${dialect.aggregate(parts, sql`(${rows}) c`)} AS elements FROM ${tables.resource} r
      WHERE r.tenant = ${tenant} AND r.id = ${id} AND ${cast(dialect, raw("r.version"), "text")} = ${version}
      AND ${markOf(dialect)} = ${mark}`,
  );
  if (row === undefined) return undefined;
  const text = row.elements ?? "[]";
  return noteChunk(collection, { text, elements: JSON.parse(text) as readonly KeyedElement[] });
}

function noteChunk(collection: OpenCollection, chunk: Chunk): Chunk {
  const { elements } = chunk;
  collection.isRead = elements.length < CHUNK;
  collection.last = elements.at(-1)?.[2] ?? collection.last;
  return chunk;
}

/** The same where elements come as rows: one without a key says that the resource is what it was, and has no more. */
async function readChunkOfRows(session: Session, collection: OpenCollection): Promise<Chunk | undefined> {
  const { attribute, id, version, mark, isMixed, last } = collection;
  const { tables, tenant } = collection.place;
  const { dialect } = session;
  const rows = await session.run<{ key: string | null; value: string | null; element: string | null }>(
    sql`SELECT m.key, coalesce(m.target, m.value) AS value, m.element FROM ${tables.resource} r
      LEFT JOIN ${tables.element} m ON m.id = ${id} AND m.tenant = ${tenant} AND m.attribute = ${literal(attribute.path)}
        AND m.key > ${last}${raw(isMixed ? " AND m.element IS NOT NULL" : "")}
      WHERE r.tenant = ${tenant} AND r.id = ${id} AND ${cast(dialect, raw("r.version"), "text")} = ${version}
        AND ${markOf(dialect)} = ${mark} ORDER BY m.key LIMIT ${raw(String(CHUNK))}`,
  );
  if (rows.length === 0) return undefined;
  const elements = rows.flatMap(({ key, value, element }): KeyedElement[] =>
    key === null ? [] : [[value, element, key]],
  );
  return noteChunk(collection, { text: JSON.stringify(elements), elements });
}

/** What a client is told whose collection is of a state that is no more. */
export function changed({ attribute: { path } }: OpenCollection): ScimError {
  return unavailable(
    `The resource was changed while its ${path} were read, and there are too many to hold them for a client. Read it again.`,
    { headers: { "Retry-After": "1" } },
  );
}
