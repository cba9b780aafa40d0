import type { Context, CreateRequest, StorageAdapter } from "./adapter.ts";

/**
 * Stores many new resources of one type, all of them or none, and gives their ids in the same order. What one of them is refused for
 * is thrown as a `ScimError`, whichever it is: the core then asks for each of them alone.
 */
export type CreateMany<C extends Context = Context> = (
  requests: readonly CreateRequest[],
  context: C,
) => Promise<readonly string[]>;

const MANY = new WeakMap<object, CreateMany<never>>();

/**
 * Gives the `create` of an adapter a faster way for imports. It belongs to this very function: an adapter that wraps another one and
 * has a `create` of its own has no such way unless it says so, so that nothing goes past what it does.
 *
 * @example
 * ```ts
 * import { creatingMany, type CreateRequest, type StoredResource } from "scimkit/storage";
 * declare function insert(requests: readonly CreateRequest[]): Promise<readonly StoredResource[]>;
 * const create = creatingMany(
 *   async (request: CreateRequest) => (await insert([request]))[0] as StoredResource,
 *   async (requests) => (await insert(requests)).map(({ id }) => id),
 * );
 * ```
 */
export function creatingMany<C extends Context, F extends StorageAdapter<C>["create"]>(
  create: F,
  many: CreateMany<C>,
): F {
  MANY.set(create, many);
  return create;
}

/** The faster way of an adapter; undefined where it has none. */
export function createManyOf<C extends Context>({ create }: StorageAdapter<C>): CreateMany<C> | undefined {
  return MANY.get(create) as CreateMany<C> | undefined;
}
