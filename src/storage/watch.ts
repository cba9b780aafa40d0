import type {
  Context,
  CreateRequest,
  DeleteRequest,
  DeltaRequest,
  DeltaResult,
  GetRequest,
  QueryRequest,
  QueryResult,
  ReplaceRequest,
  StorageAdapter,
  StorageCapabilities,
  StoredResource,
} from "./adapter.ts";
import type { Ledger } from "./ledger.ts";
import { lendingOf } from "./lend.ts";
import type { Outbox } from "./outbox.ts";
import { copied, copiedPage, type Viewed, type ViewedPage, viewsOf } from "./view.ts";

/** What one request has asked of storage so far. */
export interface StorageMeter {
  calls: number;
  /** Rows that queries looked at, as far as adapters tell. */
  scanned: number;
}

/** Which storage an error came from, for the host. */
const origins = new WeakMap<object, string>();

/** The name of the storage that threw an error; undefined where none did. */
export function storageBehind(error: unknown): string | undefined {
  return typeof error === "object" && error !== null ? origins.get(error) : undefined;
}

/** Does what a storage does, and remembers of an error that it came from there. */
export async function from<T>(name: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw cameFrom(name, error);
  }
}

/** An error, of which it is remembered that it came from a storage. */
function cameFrom(name: string, error: unknown): unknown {
  if (typeof error === "object" && error !== null && !origins.has(error)) origins.set(error, name);
  return error;
}

/**
 * The adapter as one request of the core uses it: every call carries the signal and is counted, and none begins once the client has
 * gone. A write that has begun is left to the adapter, which finishes or undoes it. Each request makes one, and calls a function or two of it.
 */
export class WatchedStorage<C extends Context> implements StorageAdapter<C> {
  readonly adapter: StorageAdapter<C>;
  readonly name: string;
  readonly contract = 1;
  declare readonly capabilities?: StorageCapabilities;
  declare readonly handle?: unknown;
  declare readonly outbox?: Outbox<C>;
  declare readonly ledger?: Ledger<C>;
  declare readonly applyDelta?: NonNullable<StorageAdapter<C>["applyDelta"]>;
  declare readonly transaction?: NonNullable<StorageAdapter<C>["transaction"]>;
  /** The adapter as the core may have it. */
  readonly #lending: StorageAdapter<C>;
  readonly #signal: AbortSignal | undefined;
  readonly #meter: StorageMeter;

  constructor(adapter: StorageAdapter<C>, signal: AbortSignal | undefined, meter: StorageMeter) {
    this.adapter = adapter;
    this.#lending = lendingOf(adapter);
    this.#signal = signal;
    this.#meter = meter;
    const { capabilities, handle, outbox, ledger, applyDelta, transaction } = adapter;
    this.name = adapter.name;
    if (capabilities !== undefined) this.capabilities = capabilities;
    if (handle !== undefined) this.handle = handle;
    if (outbox !== undefined) this.outbox = outbox;
    if (ledger !== undefined) this.ledger = ledger;
    if (applyDelta !== undefined) this.applyDelta = this.#applyDelta;
    if (transaction !== undefined) this.transaction = this.#transaction;
  }

  /** @throws the signal's reason, instead of a call; so do all others. */
  async get(request: GetRequest, context: C): Promise<StoredResource | undefined> {
    try {
      return await this.#lending.get(this.#begin(request), context);
    } catch (error) {
      throw cameFrom(this.name, error);
    }
  }

  async query(request: QueryRequest, context: C): Promise<QueryResult> {
    try {
      return this.#counted(await this.#lending.query(this.#begin(request), context));
    } catch (error) {
      throw cameFrom(this.name, error);
    }
  }

  /** As `get`, for somebody who only reads it. Not of the contract, so that what a transaction or a wrapper gives is never taken for it. */
  view(request: GetRequest, context: C): Viewed | undefined | Promise<Viewed | undefined> {
    const views = viewsOf(this.adapter);
    if (views === undefined) return this.get(request, context).then(copied);
    return this.#looking(() => views.get(this.#begin(request), context));
  }

  /** As `query`. */
  viewPage(request: QueryRequest, context: C): ViewedPage | Promise<ViewedPage> {
    const views = viewsOf(this.adapter);
    if (views === undefined) return this.query(request, context).then(copiedPage);
    const found = this.#looking(() => views.query(this.#begin(request), context));
    return found instanceof Promise ? found.then((page) => this.#counted(page)) : this.#counted(found);
  }

  #counted<T extends { readonly scanned?: number | undefined }>(page: T): T {
    this.#meter.scanned += page.scanned ?? 0;
    return page;
  }

  #looking<T>(look: () => T | Promise<T>): T | Promise<T> {
    const fail = (error: unknown): never => {
      throw cameFrom(this.name, error);
    };
    try {
      const found = look();
      return found instanceof Promise ? found.catch(fail) : found;
    } catch (error) {
      return fail(error);
    }
  }

  async create(request: CreateRequest, context: C): Promise<StoredResource> {
    try {
      return await this.#lending.create(this.#begin(request), context);
    } catch (error) {
      throw cameFrom(this.name, error);
    }
  }

  async replace(request: ReplaceRequest, context: C): Promise<StoredResource | undefined> {
    try {
      return await this.#lending.replace(this.#begin(request), context);
    } catch (error) {
      throw cameFrom(this.name, error);
    }
  }

  async delete(request: DeleteRequest, context: C): Promise<boolean> {
    try {
      return await this.adapter.delete(this.#begin(request), context);
    } catch (error) {
      throw cameFrom(this.name, error);
    }
  }

  async #applyDelta(request: DeltaRequest, context: C): Promise<DeltaResult | "declined" | undefined> {
    try {
      return await this.adapter.applyDelta?.(this.#begin(request), context);
    } catch (error) {
      throw cameFrom(this.name, error);
    }
  }

  async #transaction<T>(work: (storage: StorageAdapter<C>) => Promise<T>, context: C): Promise<T> {
    this.#signal?.throwIfAborted();
    const inTurn = (inner: StorageAdapter<C>): Promise<T> => work(new WatchedStorage(inner, this.#signal, this.#meter));
    return (await this.adapter.transaction?.(inTurn, context)) as T;
  }

  #begin<R extends { readonly signal?: AbortSignal | undefined }>(request: R): R {
    const signal = this.#signal;
    signal?.throwIfAborted();
    this.#meter.calls++;
    return request.signal === signal ? request : { ...request, signal };
  }
}

/** Reads a resource that is handed to nobody: a view, where a request asks. */
export function viewOne<C extends Context>(
  storage: StorageAdapter<C>,
  request: GetRequest,
  context: C,
): Viewed | undefined | Promise<Viewed | undefined> {
  return storage instanceof WatchedStorage
    ? storage.view(request, context)
    : storage.get(request, context).then(copied);
}

/** Reads a page of which nothing is handed to anybody. */
export function viewPage<C extends Context>(
  storage: StorageAdapter<C>,
  request: QueryRequest,
  context: C,
): ViewedPage | Promise<ViewedPage> {
  return storage instanceof WatchedStorage
    ? storage.viewPage(request, context)
    : storage.query(request, context).then(copiedPage);
}
