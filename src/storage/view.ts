import type { Context, GetRequest, QueryRequest, QueryResult, StorageAdapter, StoredResource } from "./adapter.ts";
import { isOneStepEach } from "./lend.ts";

/** A resource for somebody who reads it and hands it to nobody: it may be the very object that storage keeps. */
export interface Viewed {
  readonly resource: StoredResource;
  /** It is as its resource type declares it (`fitResource`), so that nobody need look. */
  readonly isFit: boolean;
  /**
   * Besides, its members are in the order of the schema, it has none but those that storage keeps, and none that is computed, a stream or a long
   * list: shown whole, it can be cloned as it is, and written together with others.
   */
  readonly isPlain: boolean;
}

/** The same of a page. */
export interface ViewedPage extends Omit<QueryResult, "resources"> {
  readonly resources: readonly Viewed[];
}

/**
 * Reads of an adapter for the core. Like those of the adapter that it lends by (`lend.ts`), but that what is there at once is no promise, which
 * costs as much as to find it, and that it says of each resource whether it fits.
 */
export interface Views<C extends Context = Context> {
  get(request: GetRequest, context: C): Viewed | undefined | Promise<Viewed | undefined>;
  query(request: QueryRequest, context: C): ViewedPage | Promise<ViewedPage>;
}

const VIEWS = new WeakMap<object, Views<never>>();

/** Gives an adapter views. As with `lendsBy`, nobody but the core gets hold of what storage keeps. */
export function viewsBy<C extends Context>(adapter: StorageAdapter<C>, views: Views<C>): void {
  VIEWS.set(adapter, views);
}

/** The views of an adapter that lends; undefined where it has none, and where it does not lend (any more). */
export function viewsOf<C extends Context>(adapter: StorageAdapter<C>): Views<C> | undefined {
  return isOneStepEach(adapter) ? VIEWS.get(adapter) : undefined;
}

/** What was read in the usual way. */
export function copied(resource: StoredResource | undefined): Viewed | undefined {
  return resource && copy(resource);
}

/** A page that was. */
export function copiedPage(page: QueryResult): ViewedPage {
  return { ...page, resources: page.resources.map(copy) };
}

function copy(resource: StoredResource): Viewed {
  return { resource, isFit: false, isPlain: false };
}
