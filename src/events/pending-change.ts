import type { StateOf } from "../schema/resource.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import type { AdoptionReason } from "./adoption.ts";
import type { CollectionDelta, DeltaOf, JsonPatchOperation } from "./event.ts";

/**
 * A change that is about to be committed, as `decide` is asked about it. `resourceType` tells those of `createScim` apart, and the
 * states, the deltas and what is read are typed by them; code that stands elsewhere names the types that it understands.
 *
 * @example
 * ```ts
 * import { errors, type Group, type PendingChange, type User } from "scimkit";
 * async function decide(change: PendingChange<typeof User | typeof Group>): Promise<void> {
 *   if (change.resourceType !== "Group" || change.operation !== "delete") return;
 *   if ((await change.before())?.displayName === "Admins") throw errors.conflict("The group of the admins must stay.");
 * }
 * ```
 */
export type PendingChange<
  R extends ResourceTypeDefinition = ResourceTypeDefinition,
  T extends ResourceTypeDefinition = R,
> = R extends ResourceTypeDefinition ? PendingOf<R["name"], StateOf<R>, DeltaOf<R>, T> : never;

/** A state that is read: of a resource type by its name, where the types are known by theirs. */
type StateNamed<T extends ResourceTypeDefinition, N> = string extends T["name"]
  ? ResourceObject
  : StateOf<Extract<T, { readonly name: N }>>;

/** A change to a resource of one type, by its parts, where the server has the types `T`. */
interface PendingOf<Name extends string, S, D, T extends ResourceTypeDefinition> {
  /** What makes it; one of a bulk request is what the single request would be. */
  readonly operation: "create" | "replace" | "patch" | "delete";
  /**
   * Of a create that is to be an account which exists (`adopt`): how it will be told of, and why it met the account. `before` is what the
   * account was; undefined where somebody comes back who was deleted. Absent: the create is a new resource.
   */
  readonly adoption?: { readonly type: "adopted" | "restored"; readonly reason: AdoptionReason };
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: Name;
  /** Its endpoint, e.g. `/Users`. */
  readonly endpoint: string;
  /** Ahead of a create it is the id that storage is asked to take (`isWritten`). */
  readonly id: string;
  /** Paths of the attributes that change, writeOnly ones by name alone. */
  readonly attributes: readonly string[];
  /** What is done, as RFC 6902 operations on the resource; collections are in `deltas`. */
  readonly changes: readonly JsonPatchOperation[];
  /** Who joins and who leaves a collection (a group's members). */
  readonly deltas: readonly D[];
  /** The account goes into service or out of it with this change. A create does neither. */
  readonly turned: "activated" | "deactivated" | undefined;
  /**
   * The state before, without secrets, and without collections that the change does not look at; undefined for a create. It is read
   * when it is asked for, where the change needs no look at it: then it is the resource without its collections.
   */
  before(): Promise<S | undefined>;
  /** The state after, likewise; undefined for a delete. */
  after(): Promise<S | undefined>;
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
   * Aborted when the time of the request (`timeout`) is up, or the client has left: pass it on to whatever is waited for. The transaction
   * stays open until `decide` has settled, and with it whoever waits for its locks. Undefined where nothing ends the request early.
   */
  readonly signal: AbortSignal | undefined;
  /**
   * Reads a resource in the same transaction; undefined where there is none. One of a type that is in another storage is read beside
   * it, over another connection.
   * @param attributes paths of those that are wanted. Default: all but collections and what has to be computed.
   * @throws {TypeError} for a type or an attribute that is not served.
   */
  read<N extends T["name"]>(resourceType: N, id: string): Promise<StateNamed<T, N> | undefined>;
  read<N extends T["name"]>(
    resourceType: N,
    id: string,
    attributes: readonly string[] | undefined,
  ): Promise<Partial<StateNamed<T, N>> | undefined>;
  /**
   * Counts resources in the same transaction, or beside it as `read` does; the change itself is among them if it `isWritten`.
   * @param filter as in a request. Default: all of the type.
   * @throws {TypeError} for a type that is not served. {ScimError} 400 invalidFilter for a filter that does not parse.
   */
  count(resourceType: T["name"], filter?: string): Promise<number>;
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
export type Decide<C extends Context = Context, R extends ResourceTypeDefinition = ResourceTypeDefinition> = (
  change: PendingChange<R>,
  context: C,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that only looks returns nothing.
) => void | Amendment | Promise<void | Amendment>;

/**
 * A change to a resource of whatever type: for code that stands apart from the resource types of a server, such as a package or a rule
 * that several servers share. Every `PendingChange` is one.
 */
export type AnyPendingChange = PendingOf<string, ResourceObject, CollectionDelta, ResourceTypeDefinition>;

/**
 * A `decide` for whatever resource types.
 *
 * @example
 * ```ts
 * import { type AnyDecide, errors } from "scimkit";
 * const keepGroups: AnyDecide = ({ operation, resourceType }) => {
 *   if (operation === "delete" && resourceType === "Group") throw errors.forbidden("Groups stay: empty it instead.");
 * };
 * ```
 */
export type AnyDecide<C extends Context = Context> = (change: AnyPendingChange, context: C) => ReturnType<Decide<C>>;
