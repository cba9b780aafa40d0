import type { Attribute } from "../../schema/attribute.ts";
import { type ResourceObject, readAttribute } from "../../schema/value.ts";
import { getOrCreate } from "../get-or-create.ts";
import { NO_ROWS } from "./key-index.ts";
import { idIn, idKey, type ReferenceIndex } from "./reference-index.ts";
import { type Content, type Elements, listOf, type Row } from "./row.ts";
import type { Tenant } from "./tenant.ts";
import { Undo } from "./undo.ts";

/**
 * One state of a tenant for a reader: the present one, and from `hold` on the one of that moment, whatever is written meanwhile.
 * Nobody waits for anybody: a write notes once what it changes, however many readers there are, and a reader looks through the
 * notes of all that came since.
 */
export class State {
  readonly tenant: Tenant;
  readonly #created: number;
  #undo: Undo | undefined;

  constructor(tenant: Tenant) {
    this.tenant = tenant;
    this.#created = tenant.created;
  }

  /** Keeps the state; to be called in the turn in which it was made, and followed by `release`. */
  hold(): void {
    if (this.#undo !== undefined) return;
    const { readers } = this.tenant;
    const newest = readers.newest?.deref();
    this.#undo = newest?.isEmpty === true ? newest : new Undo();
    if (newest !== undefined && newest !== this.#undo) newest.next = this.#undo;
    readers.newest = new WeakRef(this.#undo);
    readers.count++;
  }

  release(): void {
    if (this.#undo === undefined) return;
    this.#undo = undefined;
    const { readers } = this.tenant;
    if (--readers.count === 0) readers.newest = undefined;
  }

  /** What has changed since, as it was before, and what has gone. Of what changed twice, the first counts. */
  since(): Pick<Undo, "contents" | "elements" | "deleted"> {
    const since = new Undo();
    for (const { contents, elements, deleted } of this.#undos()) {
      addMissing(since.contents, contents);
      addMissing(since.deleted, deleted);
      for (const [collection, changed] of elements)
        addMissing(
          getOrCreate(since.elements, collection, () => new Map()),
          changed,
        );
    }
    return since;
  }

  content(row: Row): Content {
    return this.#noted(({ contents }) => contents.get(row)) ?? row.content;
  }

  /** What is stored of an attribute, wherever the one who wrote it kept it. */
  stored(row: Row, place: Pick<Attribute, "path" | "extension" | "name">): unknown {
    const { collections, document } = this.content(row);
    const elements = collections.get(place.path);
    return elements === undefined ? readAttribute(document, place) : [...this.elements(elements)];
  }

  /** The elements of a collection. */
  elements(elements: Elements): Iterable<ResourceObject> {
    const isChanged = this.#noted((undo) => undo.elements.get(elements)) !== undefined;
    return (isChanged ? this.#before(elements) : elements).values();
  }

  /** The rows that refer to an id. */
  holdersOf(index: ReferenceIndex, id: string): readonly Row[] {
    // Most ids have none, and are asked for by every read.
    if (this.#undo === undefined && index.holders.count(idKey(id)) === 0) return NONE;
    const rows = this.#holders(index, idKey(id));
    return rows === NO_ROWS ? NO_ROWS : [...rows].filter((row) => this.#holds(row, index, id));
  }

  /** The name of the resource type of an id; undefined where there is no such resource. */
  typeOf(id: string): string | undefined {
    const row = this.#noted(({ deleted }) => deleted.get(id)) ?? this.tenant.byId.get(id);
    return row === undefined || this.#isLater(row) ? undefined : row.content.resourceType.name;
  }

  /** Rows among which those that refer to an id are. */
  #holders(index: ReferenceIndex, key: unknown): Iterable<Row> {
    if (this.#undo === undefined) return index.holders.rows(key);
    const rows = new Set(index.holders.rows(key));
    for (const { holders } of this.#undos()) for (const row of holders.get(index)?.rows(key) ?? []) rows.add(row);
    return rows;
  }

  /** Whether an element of the attribute names the id: two ids may share a key. */
  #holds(row: Row, index: ReferenceIndex, id: string): boolean {
    if (this.#isLater(row)) return false;
    const { collections, document } = this.content(row);
    const elements = collections.get(index.path);
    if (elements !== undefined) return idIn(this.#element(elements, elements.keyOfValue(id) ?? id)) === id;
    return listOf(readAttribute(document, index)).some((element) => idIn(element) === id);
  }

  #element(elements: Elements, key: unknown): ResourceObject | undefined {
    const changed = this.#noted((undo) => {
      const found = undo.elements.get(elements);
      return found?.has(key) ? found : undefined;
    });
    return changed === undefined ? elements.get(key) : changed.get(key);
  }

  /** The elements of a collection with all that was noted of it undone, the latest first. */
  #before(elements: Elements): ReadonlyMap<unknown, ResourceObject> {
    const before = new Map(elements);
    for (const undo of [...this.#undos()].reverse()) {
      for (const [key, element] of undo.elements.get(elements) ?? []) {
        if (element === undefined) before.delete(key);
        else before.set(key, element);
      }
    }
    return before;
  }

  /** The oldest note of something: how it was when this reader began. */
  #noted<T>(find: (undo: Undo) => T | undefined): T | undefined {
    for (let undo = this.#undo; undo !== undefined; undo = undo.next) {
      const found = find(undo);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  *#undos(): Generator<Undo> {
    for (let undo = this.#undo; undo !== undefined; undo = undo.next) yield undo;
  }

  /** Whether a row was created after this reader began. */
  #isLater({ order }: Row): boolean {
    return this.#undo !== undefined && order >= this.#created;
  }
}

const NONE: readonly Row[] = [];

function addMissing<K, V>(into: Map<K, V>, more: ReadonlyMap<K, V>): void {
  for (const [key, value] of more) if (!into.has(key)) into.set(key, value);
}
