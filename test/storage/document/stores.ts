import type {
  AtomicDocuments,
  Document,
  DocumentChange,
  DocumentKey,
  DocumentPlace,
  ListedDocument,
  SingleDocuments,
} from "../../../src/storage/index.ts";

/** What several adapters share: the documents of a store, as another process would find them. */
export class Shelf {
  readonly documents = new Map<string, DocumentKey & Document>();
  /** Called before each call: to fail it, or to look on. */
  before: (call: string) => void | Promise<void> = () => undefined;

  get text(): string {
    return JSON.stringify([...this.documents.values()]);
  }
}

const nameOf = ({ tenant, kind, key }: DocumentKey): string => JSON.stringify([tenant, kind, key]);

function reads(shelf: Shelf) {
  return {
    name: "shelf",
    async get(keys: readonly DocumentKey[]) {
      await shelf.before("get");
      return keys.map((key) => shelf.documents.get(nameOf(key)));
    },
    async *list({ tenant, kind }: DocumentPlace): AsyncGenerator<ListedDocument> {
      await shelf.before("list");
      yield* [...shelf.documents.values()].filter((one) => one.tenant === tenant && one.kind === kind);
    },
  };
}

/** A store that changes several documents in one step. */
export function atomicStore(shelf: Shelf): AtomicDocuments {
  return {
    ...reads(shelf),
    async atomic(changes: readonly DocumentChange[]) {
      await shelf.before("atomic");
      if (changes.some((change) => shelf.documents.get(nameOf(change))?.revision !== change.before)) return false;
      for (const { after, before: _, ...key } of changes)
        if (after === undefined) shelf.documents.delete(nameOf(key));
        else if (after !== "kept") shelf.documents.set(nameOf(key), { ...key, ...after });
      return true;
    },
  };
}

/** A store that swaps one document at a time. */
export function singleStore(shelf: Shelf): SingleDocuments {
  const swap = (key: DocumentKey, after: Document | undefined, revision: string | undefined): boolean => {
    if (shelf.documents.get(nameOf(key))?.revision !== revision) return false;
    if (after === undefined) shelf.documents.delete(nameOf(key));
    else shelf.documents.set(nameOf(key), { ...key, ...after });
    return true;
  };
  return {
    ...reads(shelf),
    async insert(key, document) {
      await shelf.before("insert");
      return swap(key, document, undefined);
    },
    async swap(key, document, revision) {
      await shelf.before("swap");
      return swap(key, document, revision);
    },
    async remove(key, revision) {
      await shelf.before("remove");
      return swap(key, undefined, revision);
    },
  };
}
