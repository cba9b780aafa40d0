import type { Context, GetRequest, QueryRequest, QueryResult, StorageAdapter, StoredResource } from "./adapter.ts";

/** A resource for somebody who reads it and hands it to nobody: it may be the very object that storage keeps. */
export interface Viewed {
  readonly resource: StoredResource;
  /** It is as its resource type declares it (`fitResource`), so that nobody need look. */
  readonly isFit: boolean;
}

/** The same of a page. */
export interface ViewedPage extends QueryResult {
  readonly areFit: boolean;
}

/**
 * Reads of an adapter that copy nothing. Like `get` and `query`, but that what they give must not be changed, and that it is no promise where
 * it is there at once.
 */
export interface Views<C extends Context = Context> {
  get(request: GetRequest, context: C): Viewed | undefined | Promise<Viewed | undefined>;
  query(request: QueryRequest, context: C): ViewedPage | Promise<ViewedPage>;
}

const VIEWS = new WeakMap<object, { readonly query: unknown; readonly views: Views<never> }>();

/**
 * Gives the reads of an adapter views. They belong to these very functions, and are no member of the adapter: a wrapper of the host's that
 * has reads of its own is asked for those, and nobody but the core gets hold of what storage keeps.
 */
export function viewing<C extends Context, A extends StorageAdapter<C>>(adapter: A, views: Views<C>): A {
  VIEWS.set(adapter.get, { query: adapter.query, views });
  return adapter;
}

/** The views of an adapter; undefined where it has none. */
export function viewsOf<C extends Context>({ get, query }: StorageAdapter<C>): Views<C> | undefined {
  const found = VIEWS.get(get);
  return found?.query === query ? found?.views : undefined;
}

/** What was read in the usual way. */
export function copied(resource: StoredResource | undefined): Viewed | undefined {
  return resource && { resource, isFit: false };
}

/** A page that was. */
export function copiedPage(page: QueryResult): ViewedPage {
  return { ...page, areFit: false };
}
