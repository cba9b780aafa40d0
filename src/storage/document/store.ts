import type { HashSecret } from "../secrets.ts";

/** Where a document is: its key among those of one kind and tenant. Each of the three may be any text; no tenant is `""`. */
export interface DocumentKey extends DocumentPlace {
  /** Up to some hundred characters; a unique value may be longer, as long as what a client sent. */
  readonly key: string;
}

/** Where documents of one kind are. There are eight kinds or so; the store need not know what they mean. */
export interface DocumentPlace {
  readonly tenant: string;
  readonly kind: string;
}

/** What a store keeps under a key. Both are opaque to it. */
export interface Document {
  /** 36 characters that no other state of this or another document has: what a compare-and-swap compares. */
  readonly revision: string;
  /** JSON text, mostly; as large as the resource, a group's members included. */
  readonly text: string;
}

/** A document as `list` gives it. */
export interface ListedDocument extends Document {
  readonly key: string;
}

/** One part of what `atomic` does. */
export interface DocumentChange extends DocumentKey {
  /** The revision that the document must have; `undefined`: there must be none under the key. */
  readonly before: string | undefined;
  /** What is there afterwards; `undefined`: nothing, `"kept"`: what was there before. */
  readonly after: Document | "kept" | undefined;
}

/** How documents are read. */
export interface DocumentReads {
  /** What people call the store: errors and notices name it. */
  readonly name: string;
  /** The documents under some keys, in their order; `undefined` for one that is not there. They may be of different moments. */
  get(keys: readonly DocumentKey[]): Promise<readonly (Document | undefined)[]>;
  /** All documents of a kind, in any order. What changes meanwhile may be given in either state; one moment for all is better. */
  list(place: DocumentPlace): AsyncIterable<ListedDocument> | Iterable<ListedDocument>;
}

/** A store that changes several documents in one step: a script, a transaction, a conditional batch. */
export interface AtomicDocuments extends DocumentReads {
  /**
   * Looks whether each document is in the state that its change names, and then makes all changes: `true`. Where one of them is not,
   * nothing is changed: `false`. Nobody comes in between, from whatever process, and nobody sees a part.
   */
  atomic(changes: readonly DocumentChange[]): Promise<boolean>;
}

/** A store that compares and swaps one document at a time. */
export interface SingleDocuments extends DocumentReads {
  /** Writes a document where there is none; `false` where there is one. */
  insert(key: DocumentKey, document: Document): Promise<boolean>;
  /** Writes a document over the one of that revision; `false` where there is none, or another one. */
  swap(key: DocumentKey, document: Document, revision: string): Promise<boolean>;
  /** Removes the document of that revision; `false` where there is none, or another one. */
  remove(key: DocumentKey, revision: string): Promise<boolean>;
  /**
   * `false`: the three functions look first and write then, so that of two processes at once both may be told `true`. The adapter
   * then says so in its capabilities, and is for one process. Default: each of the three is one step.
   */
  readonly atomic?: false | undefined;
}

/** What `documentStorage` needs of a store: two functions to read, and either one or three to write. */
export type DocumentStore = AtomicDocuments | SingleDocuments;

/** Options of `documentStorage` besides the store's functions. */
export interface DocumentStorageSettings {
  /**
   * Makes of a writeOnly value (a password) what is kept of it, such as an Argon2 hash. Default: such values are dropped, and a
   * `secretDropped` notice says so; they are never kept as given.
   */
  readonly hashSecret?: HashSecret | undefined;
  /** Most resources that one query may look at; beyond it 400 tooMany. Default 100,000. */
  readonly maxScanned?: number | undefined;
}

/** A change's or a document's place as one text. */
export function nameOf({ tenant, kind, key }: DocumentKey): string {
  return JSON.stringify([tenant, kind, key]);
}

/** A document in a state that none ever had. */
export function newDocument(text: string): Document {
  return { revision: crypto.randomUUID(), text };
}
