import type { ScimType } from "../error.ts";
import type { JsonPatchOperation } from "../patch/json-patch.ts";
import type { CollectionsOf, StateOf } from "../schema/resource.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { ShapeChange } from "../schema/shape.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import type { AdoptionReason } from "./adoption.ts";

export type { JsonPatchOperation } from "../patch/json-patch.ts";

/** Who joined and who left a collection (a group's members). @see RFC 7643 §4.2 members */
export interface CollectionDelta<P extends string = string, E = ResourceObject> {
  /** Path of the attribute, e.g. `members`. */
  readonly attribute: P;
  /** Elements that were not there before. */
  readonly joined: readonly E[];
  /** `value`s of elements that are no longer there. */
  readonly left: readonly ValueOf<E>[];
}

type ValueOf<E> = E extends { readonly value?: infer V } ? Exclude<V, undefined> : unknown;

/** What may join and leave a resource of a type: one of its collections, where the type is known by its name. */
export type DeltaOf<R extends ResourceTypeDefinition> = string extends R["name"]
  ? CollectionDelta
  : DeltaOfCollection<CollectionsOf<R>>;

type DeltaOfCollection<P> = P extends { readonly path: infer N extends string; readonly element: infer E }
  ? CollectionDelta<N, E>
  : never;

/**
 * A change that is committed, as `onChange` is told of it. A host hangs its own business on it: frees a licence, opens a mailbox,
 * ends sessions. A request that changes nothing leaves no event.
 *
 * `before`, `after` and `changes` hold no secrets: writeOnly attributes, and those that are never returned, are in `attributes`
 * by name alone. Of collections they hold what the operation looked at, so read `deltas` for members; a PATCH that storage took
 * as deltas, or of which nothing else changed anything, has neither `before` nor `after`.
 *
 * `deleted` stands for all that vanishes with the resource: a user's memberships end without an event for each group.
 * `before` says which groups these were (a user's `groups`), as of a moment before.
 *
 * The listener of `createScim` gets the changes of its `resourceTypes`: `resourceType` tells them apart, and `before`, `after` and
 * `deltas` are typed by them. A listener that stands elsewhere names the types of which it understands the changes, as in
 * `ChangeEvent<Context, typeof User | typeof Group>`; without them it gets resources of whatever type. Types that a tenant alone has
 * (the option `tenant`) are told of too: name them there, or let those that you do not know pass.
 *
 * @example
 * ```ts
 * import type { ChangeEvent } from "scimkit";
 * declare function freeLicence(userId: string): void;
 * function onChange(event: ChangeEvent): void {
 *   if (event.type === "deactivated" || (event.type === "deleted" && event.resourceType === "User")) freeLicence(event.id);
 * }
 * ```
 * @example
 * ```ts
 * import type { ChangeEvent, Context, Group, User } from "scimkit";
 * declare function welcome(mail: string): void;
 * function onChange(event: ChangeEvent<Context, typeof User | typeof Group>): void {
 *   const mail = event.resourceType === "User" ? event.after?.emails?.[0]?.value : undefined;
 *   if (event.type === "created" && mail !== undefined) welcome(mail);
 * }
 * ```
 * @see RFC 9967 §2.4
 */
export type ChangeEvent<
  C extends Context = Context,
  R extends ResourceTypeDefinition = ResourceTypeDefinition,
> = R extends ResourceTypeDefinition ? ChangeOf<C, R["name"], StateOf<R>, DeltaOf<R>> : never;

/** A change to a resource of one type, by its parts, so that one of a known type goes where any is taken. */
interface ChangeOf<C extends Context, N extends string, S, D> {
  /** What became of the resource. Kinds may be added by any release, so let those that you do not know pass. */
  readonly type:
    | "created"
    | "replaced"
    | "patched"
    | "deleted"
    | "activated"
    | "deactivated"
    /** A create became an account that existed (`adopt`): `before` is what it was. */
    | "adopted"
    /** The same, of one that was out of service; or somebody came back who had been deleted: then there is no `before`. */
    | "restored";
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: N;
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
  readonly changes: readonly JsonPatchOperation[];
  readonly deltas: readonly D[];
  /**
   * Names the change among all others: the same in a `replaced` or `patched` and in the `deactivated` that comes with it. Those
   * of a bulk request differ in what follows the colon alone: the position of the operation in the request, from 0.
   * @see RFC 9967 §2.2 txn, §2.5.1.2
   */
  readonly transaction: string;
  readonly before?: S;
  readonly after?: S;
  /** Of `adopted` and `restored`: why the create met the account. */
  readonly reason?: AdoptionReason;
  /** When, as ISO 8601 text. */
  readonly at: string;
  readonly context: C;
}

/** What a request, or one operation of a bulk request, asked for, as far as that was understood. No value of it is in here. */
export interface Asked {
  /** The HTTP verb; one that SCIM does not have is `OTHER`, whatever it was. */
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OTHER";
  /** Below the base URL, with names for ids: `/Users`, `/Users/{id}`, `/Users/.search`, `/Me`, `/`. Absent where there is no such endpoint. */
  readonly path?: string;
  /** Absent where it came not that far (401, 404, a filter that does not parse). */
  readonly operation?: "create" | "read" | "query" | "rootQuery" | "replace" | "patch" | "delete" | "bulk" | "discover";
  /** Name of the resource type, where the path names one. */
  readonly resourceType?: string;
  /** Position of the operation in its bulk request, from 0; absent outside of one. */
  readonly position?: number;
  /** Ids of the rules that fired, each once. */
  readonly quirks: readonly string[];
}

/**
 * A request, or one operation of a bulk request, was refused: the client got a 4xx, or a 501 for what is switched off. Of an
 * operation the bulk response says so, and the request itself is a 200.
 * @see RFC 7644 §3.12, §3.7.3
 */
export interface RefusedEvent<C extends Context = Context> extends Asked {
  readonly type: "refused";
  readonly status: number;
  /** The keyword of an error that has one. */
  readonly scimType?: ScimType;
  /**
   * The sentence that the client got, without what it repeats of the client's filter or path. It names attributes, also
   * such that the client made up, and no value. What a host or an adapter writes into a `ScimError` stands here as it is: see its `summary`.
   */
  readonly detail: string;
  /**
   * What the driver said, where a constraint, a trigger or a type of the database refused the write; else absent. It may quote what is
   * stored, so that it is not enumerable: `JSON.stringify` and `console.log` pass over it, `event.cause` gives it.
   */
  readonly cause?: unknown;
  /** Undefined where nobody was authenticated. */
  readonly context: C | undefined;
}

/**
 * Something failed inside: the client got a 500, a 503 or another 5xx; or none of it, because it had its answer already (a
 * listener that threw, a stream that broke off, storage that failed after the time was up), and then there is no `status`.
 * A client that leaves is no fault (`onRequest` says `aborted`), a `timeout` is one.
 */
export interface FaultEvent<C extends Context = Context> extends Partial<Asked> {
  readonly type: "fault";
  /** What was thrown, for the host's own log. Of a `ScimError`, `cause` is what the driver said, if any. */
  readonly error: unknown;
  /**
   * The change at which `onChange` failed, so that it can be tried again; it has values of the resource, which no log should show.
   * Absent where something else failed.
   */
  readonly event?: ChangeEvent<C>;
  /** The name of the storage that threw it, where one did. */
  readonly storage?: string;
  /** What the client got. */
  readonly status?: number;
  /** The sentence that the client got, as in `refused`. */
  readonly detail?: string;
  /** Undefined where nobody was authenticated. */
  readonly context: C | undefined;
}

/**
 * An event was handed out in vain: the handler of `drain` failed. The events behind it of the same resource wait for it, and no others do. It is
 * told of each attempt, so that a host can raise the alarm where `attempts` grows.
 */
export interface UndeliveredEvent<C extends Context = Context> {
  readonly type: "undelivered";
  readonly resourceType: string;
  readonly id: string;
  /** Key of the tenant; absent in a single-tenant server. */
  readonly tenant?: string;
  /** How often the event was handed out by now. */
  readonly attempts: number;
  /** In how many milliseconds it is handed out again. */
  readonly retryIn: number;
  /** What the handler threw. */
  readonly error: unknown;
  /** Always undefined: the request that the event is of has ended. */
  readonly context: C | undefined;
}

/**
 * All that a service tells: what `onChange` and `onNotice` are told, in the order of what happened to each resource; for a listener
 * that is given to both. `activated` and `deactivated` follow the `replaced` or `patched` that they belong to; a create is
 * `created` alone, whatever its `active`. No event carries a secret, a token or a filter's operands; `fault` carries the thrown
 * value for the host's own log.
 *
 * This union may grow: give a `switch` over it a default branch.
 *
 * @example
 * ```ts
 * import type { ScimEvent } from "scimkit";
 * const kinds = new Map<string, number>();
 * function count({ type }: ScimEvent): void {
 *   kinds.set(type, (kinds.get(type) ?? 0) + 1);
 * }
 * ```
 */
export type ScimEvent<C extends Context = Context, R extends ResourceTypeDefinition = ResourceTypeDefinition> =
  | ChangeEvent<C, R>
  | ScimNotice<C>;

/**
 * What `onNotice` is told: all that happens beside changes. Whatever was refused is told as `refused`, whatever failed as `fault`,
 * each once. Kinds may be added by any release, so let those that you do not know pass.
 *
 * This union may grow: give a `switch` over it a default branch.
 *
 * @example
 * ```ts
 * import type { ScimNotice } from "scimkit";
 * function onNotice(notice: ScimNotice): void {
 *   if (notice.type === "fault") console.error(notice.error);
 *   else if (notice.type === "warning") console.warn(notice.message);
 * }
 * ```
 */
export type ScimNotice<C extends Context = Context> =
  | RefusedEvent<C>
  | FaultEvent<C>
  | UndeliveredEvent<C>
  /**
   * Something to put right in the host's settings, told once. `cursorSecretGenerated`, with the first cursor: cursors end with the
   * process. `outsideBaseUrl`: the first request that is not below the path of `baseUrl` or the option `path`; the message has both
   * paths.
   */
  | {
      readonly type: "warning";
      readonly code: "cursorSecretGenerated" | "outsideBaseUrl";
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
   * somewhere once the resource exists, or `"dropped"`. The setting `references` of the profile decides.
   */
  | {
      readonly type: "missingReference";
      readonly attribute: string;
      readonly value: string;
      readonly outcome: "kept" | "dropped";
      /** The name of the storage that told of it. */
      readonly storage: string;
      readonly resourceType: string;
      readonly context: C | undefined;
    }
  /**
   * A stored value has no meaning as its attribute is declared now, because it was written when that was declared otherwise: it is
   * shown as unassigned, and kept until it is overwritten. Told with the first resource that is met, once for each attribute.
   */
  | {
      readonly type: "misfit";
      readonly attribute: string;
      readonly resourceType: string;
      readonly id: string;
      readonly context: C | undefined;
    }
  /**
   * Resources of the type were written when its attributes were declared otherwise, by another release: what that changed, and
   * whether `reindex` of the storage is to be run. Told with the first request that meets such resources, once in a process for each
   * tenant and set of schemas.
   */
  | {
      readonly type: "schemaChanged";
      /** The name of the storage that told of it. */
      readonly storage: string;
      readonly resourceType: string;
      /** None where the resources are of a release that did not say under which schema it wrote. */
      readonly changes: readonly ShapeChange[];
      /** Until then answers are true, and some of them cost more than they should. */
      readonly needsReindex: boolean;
      readonly context: C | undefined;
    }
  /**
   * A write asked for another value of an attribute than is kept, because other tenants have the resource too and the value is not this
   * one's to change: it stays as it was, and the answer shows it so.
   */
  | {
      readonly type: "attributeKept";
      readonly attribute: string;
      /** The name of the storage that told of it. */
      readonly storage: string;
      readonly resourceType: string;
      readonly context: C | undefined;
    }
  /** Storage dropped a writeOnly attribute, having no hash function for it. */
  | {
      readonly type: "secretDropped";
      readonly attribute: string;
      /** The name of the storage that told of it. */
      readonly storage: string;
      readonly resourceType: string;
      readonly context: C | undefined;
    };

/** Whether something that is told is a change, and no notice. */
export function isChange<C extends Context>(event: ScimEvent<C>): event is ChangeEvent<C> {
  return "changes" in event && "transaction" in event;
}
