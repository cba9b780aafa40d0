import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import type { CollectionDelta, JsonPatchOperation } from "./event.ts";

/** A change that is about to be committed, as `decide` is asked about it. */
export interface PendingChange {
  /** What makes it; one of a bulk request is what the single request would be. */
  readonly operation: "create" | "replace" | "patch" | "delete";
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: string;
  /** Its endpoint, e.g. `/Users`. */
  readonly endpoint: string;
  /** Ahead of a create it is the id that storage is asked to take (`isWritten`). */
  readonly id: string;
  /** Paths of the attributes that change, writeOnly ones by name alone. */
  readonly attributes: readonly string[];
  /** What is done, as RFC 6902 operations on the resource; collections are in `deltas`. */
  readonly changes: readonly JsonPatchOperation[];
  /** Who joins and who leaves a collection (a group's members). */
  readonly deltas: readonly CollectionDelta[];
  /** The account goes into service or out of it with this change. A create does neither. */
  readonly turned: "activated" | "deactivated" | undefined;
  /**
   * The state before, without secrets, and without collections that the change does not look at; undefined for a create. It is read
   * when it is asked for, where the change needs no look at it: then it is the resource without its collections.
   */
  before(): Promise<ResourceObject | undefined>;
  /** The state after, likewise; undefined for a delete. */
  after(): Promise<ResourceObject | undefined>;
  /**
   * `true`: it is written, in a transaction that ends with what `decide` says. `false`: storage has no transactions, so that it is
   * written afterwards, bound to the version that was seen. Of a delta, `joined` and `left` are then those that the client names.
   */
  readonly isWritten: boolean;
  /**
   * What the driver knows the transaction by, for rows of the host's own: the Kysely of `sqlStorage` and `mappedStorage`. Undefined where
   * storage has no transactions.
   */
  readonly transaction: unknown;
  /**
   * Reads a resource in the same transaction; undefined where there is none.
   * @param attributes paths of those that are wanted. Default: all but collections and what has to be computed.
   * @throws {TypeError} for a type or an attribute that is not served.
   */
  read(resourceType: string, id: string, attributes?: readonly string[]): Promise<ResourceObject | undefined>;
  /**
   * Counts resources in the same transaction; the change itself is among them if it `isWritten`.
   * @param filter as in a request. Default: all of the type.
   * @throws {TypeError} for a type that is not served. {ScimError} 400 invalidFilter for a filter that does not parse.
   */
  count(resourceType: string, filter?: string): Promise<number>;
}

/**
 * Attributes to set besides, by name (those of an extension in an object under its URN); `null` unassigns. readOnly ones are the
 * host's to set. Collections and writeOnly attributes are not.
 */
export type Amendment = Readonly<Record<string, unknown>>;

/**
 * Decides on a change within the same atomic step as its write. Returns nothing to let it pass, or attributes to set besides; throws
 * a `ScimError` that a person understands (409, 400, 403) to veto it: then nothing of it is done.
 */
export type Decide<C extends Context = Context> = (
  change: PendingChange,
  context: C,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that only looks returns nothing.
) => void | Amendment | Promise<void | Amendment>;
