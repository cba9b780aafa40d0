import type { Operation } from "fast-json-patch";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";

/** Who joined and who left a collection (a group's members). @see RFC 7643 §4.2 members */
export interface CollectionDelta {
  /** Path of the attribute, e.g. `members`. */
  readonly attribute: string;
  /** Elements that were not there before. */
  readonly joined: readonly ResourceObject[];
  /** `value`s of elements that are no longer there. */
  readonly left: readonly unknown[];
}

/**
 * A change that is committed. A host hangs its own business on it: frees a licence, opens a mailbox, ends sessions. A request
 * that changes nothing leaves no event.
 *
 * `before`, `after` and `changes` hold no secrets: writeOnly attributes, and those that are never returned, are in `attributes`
 * by name alone. Of collections they hold what the operation looked at, so read `deltas` for members; a PATCH that storage took
 * as a delta never read the resource and has neither `before` nor `after`.
 *
 * `deleted` stands for all that vanishes with the resource: a user's memberships end without an event for each group.
 * `before` says which groups these were (a user's `groups`), as of a moment before.
 * @see RFC 9967 §2.4
 */
export interface ChangeEvent<C extends Context = Context> {
  readonly type: "created" | "replaced" | "patched" | "deleted" | "activated" | "deactivated";
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: string;
  /** Its endpoint, e.g. `/Users`. */
  readonly endpoint: string;
  readonly id: string;
  /** As the client set it, where it is known. */
  readonly externalId?: string;
  /** The version after the change; absent when deleted. */
  readonly version?: string;
  /** Paths of the attributes that changed, writeOnly ones by name alone. */
  readonly attributes: readonly string[];
  /** What was done, as RFC 6902 operations on the resource; collections are in `deltas`. */
  readonly changes: readonly Operation[];
  readonly deltas: readonly CollectionDelta[];
  /**
   * Names the change among all others: the same in a `replaced` or `patched` and in the `deactivated` that comes with it. Those
   * of a bulk request differ in what follows the colon alone: the position of the operation in the request, from 0.
   * @see RFC 9967 §2.2 txn, §2.5.1.2
   */
  readonly transaction: string;
  readonly before?: ResourceObject;
  readonly after?: ResourceObject;
  /** When, as ISO 8601 text. */
  readonly at: string;
  readonly context: C;
}

/**
 * What `on` is told, in the order of what happened to each resource. `activated` and `deactivated` follow the `replaced` or
 * `patched` that they belong to; a create is `created` alone, whatever its `active`. No event carries a secret, a token or a filter's operands; `error` carries the thrown value for the
 * host's own log.
 *
 * @example
 * ```ts
 * import type { ScimEvent } from "scimkit";
 * declare function freeLicence(userId: string): void;
 * function on(event: ScimEvent): void {
 *   if (event.type === "deactivated" || (event.type === "deleted" && event.resourceType === "User")) freeLicence(event.id);
 * }
 * ```
 */
export type ScimEvent<C extends Context = Context> =
  | ChangeEvent<C>
  /** Something failed inside and the client got a 500; `error` is what was thrown. */
  | { readonly type: "error"; readonly error: unknown; readonly context: C | undefined }
  /** Something to put right in the host's settings. */
  | {
      readonly type: "warning";
      readonly code: "cursorSecretGenerated";
      readonly message: string;
      readonly context: C | undefined;
    }
  /** A quirk rule fired; `path` says where in the request. */
  | { readonly type: "quirk"; readonly quirk: string; readonly path: string; readonly context: C | undefined }
  /** The request named an attribute that the resource type does not have; it was left out. */
  | {
      readonly type: "unknownAttribute";
      readonly path: string;
      readonly resourceType: string;
      readonly context: C | undefined;
    }
  /**
   * A reference (`attribute` is its path, `value` the id) names a resource that is not there: it was `"kept"`, and leads
   * somewhere once the resource exists, or `"dropped"`. The option `references` decides.
   */
  | {
      readonly type: "missingReference";
      readonly attribute: string;
      readonly value: string;
      readonly outcome: "kept" | "dropped";
      readonly resourceType: string;
      readonly context: C | undefined;
    }
  /** Storage dropped a writeOnly attribute, having no hash function for it. */
  | {
      readonly type: "secretDropped";
      readonly attribute: string;
      readonly resourceType: string;
      readonly context: C | undefined;
    };
