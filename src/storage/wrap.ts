import type { Context, StorageAdapter } from "./adapter.ts";
import { createManyOf, creatingMany } from "./create-many.ts";

/**
 * The adapter that a wrapper stands around: the one that was given, or the one of a transaction. It always has `applyDelta`, which
 * declines where the adapter itself has none.
 */
export type WrappedStorage<C extends Context = Context> = StorageAdapter<C> &
  Required<Pick<StorageAdapter<C>, "applyDelta">>;

/** What a wrapper does itself; what it leaves out goes straight through. */
export type StorageWrapper<C extends Context = Context> = (next: WrappedStorage<C>) => Partial<StorageAdapter<C>>;

/**
 * Puts something around a storage: a log, an audit, a cache, encryption. `around` gets the adapter that is wrapped and gives the functions
 * that it does itself; all others, and members that the contract does not name (`prepare`, `reindex`), are those of the adapter. It
 * is asked once for the storage and once for the adapter of each transaction, so that what a bulk request or a PATCH in parts writes
 * goes through it too. With `{ ...storage, create }` it would not: a transaction hands out an adapter that knows nothing of the copy.
 *
 * - A resource comes in by `create` and `replace` (`resource` and `before`), and goes out by both of them, `get` and `query`. Elements
 *   of collections come and go by `applyDelta` as well.
 * - An `applyDelta` of the wrapper is left out where the adapter has none, so that the core is not sent there in vain; there is always one to
 *   call on `next`.
 * - A `create` of the wrapper is asked for each resource of an import as well, which is then written one by one.
 * - What storage compares it must have as it is: a value that a wrapper encrypts can be neither unique nor found by a filter.
 * - `outbox`, `ledger` and the upkeep (`exportTenant`) are the adapter's own, unless the wrapper gives others: an event in the outbox is in
 *   clear, and so is who was deleted and is kept in the ledger (`lifecycle`); what `exportTenant` gives is as it is stored.
 *
 * @example
 * ```ts
 * import { memoryStorage } from "scimkit/memory";
 * import { wrapStorage } from "scimkit/storage";
 * const audited = wrapStorage(memoryStorage(), (next) => ({
 *   async delete(request, context) {
 *     const isGone = await next.delete(request, context);
 *     if (isGone) console.log("deleted", request.resourceType.name, request.id, "for", context.tenant);
 *     return isGone;
 *   },
 * }));
 * ```
 */
export function wrapStorage<C extends Context, A extends StorageAdapter<C>>(
  inner: A & StorageAdapter<C>,
  around: StorageWrapper<C>,
): A {
  return wrapped<C>(inner, around) as A;
}

function wrapped<C extends Context>(inner: StorageAdapter<C>, around: StorageWrapper<C>): StorageAdapter<C> {
  const members = membersOf(inner);
  const next: WrappedStorage<C> = { ...members, applyDelta: members.applyDelta ?? (async () => "declined") };
  const { applyDelta, transaction = members.transaction, ...own } = around(next);
  return {
    ...members,
    ...own,
    ...(members.applyDelta === undefined || applyDelta === undefined ? {} : { applyDelta }),
    ...(transaction === undefined
      ? {}
      : {
          transaction: <T>(work: (storage: StorageAdapter<C>) => Promise<T>, context: C): Promise<T> =>
            transaction((storage) => work(wrapped(storage, around)), context),
        }),
  };
}

/** All that an adapter has, of its class as well: its functions go on to work on the adapter itself. */
function membersOf<C extends Context>(inner: StorageAdapter<C>): StorageAdapter<C> {
  const members: Record<PropertyKey, unknown> = {};
  for (let at: object | null = inner; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Reflect.ownKeys(at)) {
      if (name === "constructor" || Object.hasOwn(members, name)) continue;
      const member: unknown = Reflect.get(inner, name, inner);
      members[name] = typeof member === "function" ? member.bind(inner) : member;
    }
  const many = createManyOf(inner);
  if (many !== undefined) creatingMany(members.create as StorageAdapter<C>["create"], many);
  return members as unknown as StorageAdapter<C>;
}
