import type { OperationFacts } from "../call/facts.ts";
import type { IdRequest } from "../call/id-request.ts";
import type { Limits } from "../call/limits.ts";
import type { OwnershipOptions } from "../call/ownership.ts";
import type { Adopt, AdoptOptions, LifecycleOptions } from "../events/adoption.ts";
import type { ChangeEvent, ScimNotice } from "../events/event.ts";
import type { Decide } from "../events/pending-change.ts";
import type { ResolveMe } from "../protocol/me.ts";
import type { ScimRequest } from "../protocol/message.ts";
import type { Profile } from "../quirks/profile.ts";
import type { ProfileName } from "../quirks/profiles.ts";
import type { Attribute, ComparisonKey } from "../schema/attribute.ts";
import type { CompiledResourceType, ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Context, StorageAdapter } from "../storage/adapter.ts";
import type { Announcements } from "./announce.ts";
import type { ScimPlugin } from "./plugins.ts";
import type { RequestEvent } from "./request-event.ts";
import type { TenantOptions } from "./tenant.ts";

/** One entry of `authenticationSchemes` at `/ServiceProviderConfig`. @see RFC 7643 §5 */
export interface AuthenticationScheme {
  readonly type: "oauth" | "oauth2" | "oauthbearertoken" | "httpbasic" | "httpdigest" | (string & {});
  readonly name: string;
  readonly description: string;
  readonly specUri?: string | undefined;
  readonly documentationUri?: string | undefined;
  readonly primary?: boolean | undefined;
}

/**
 * Ways of paging, and how cursors are made: sealed, with all in them that they need, so that the server keeps nothing of them.
 *
 * @example
 * ```ts
 * import type { PagingOptions } from "scimkit";
 * const paging: PagingOptions = { default: "cursor", cursorSecret: "32 characters or more from a safe place" };
 * ```
 * @see RFC 9865
 */
export interface PagingOptions<C extends Context = Context> {
  /** `false`: `startIndex` is 400. Default `true`. */
  readonly index?: boolean | undefined;
  /** `false`: `cursor` is ignored, as RFC 7644 alone has it. Default: whether every storage adapter can page by cursor. */
  readonly cursor?: boolean | undefined;
  /** How a query is paged that has neither parameter. Default `"index"` where that is on. */
  readonly default?: "index" | "cursor" | undefined;
  /**
   * At least 32 characters that nobody can guess, the same in every process of the service. Of several, the first seals new
   * cursors and all open old ones: to change the secret, put the new one in front and drop the old one after `cursorTimeout`.
   * Default: made when the first cursor comes or goes, for the life of the process (on Workers: of the isolate), with a `warning`.
   */
  readonly cursorSecret?: string | readonly string[] | undefined;
  /** For how many seconds a cursor is good at least. Default 3,600; published as `pagination.cursorTimeout`. */
  readonly cursorTimeout?: number | undefined;
  /**
   * What of the caller a cursor is bound to, besides the tenant: the user, or the state of the permissions, so that a change of
   * them ends the walks under way. Whatever it is, every page is authorised anew. Default: nothing.
   */
  readonly cursorIdentity?: ((context: C) => string) | undefined;
}

/**
 * What the discovery endpoints say, and to whom.
 *
 * @example
 * ```ts
 * import type { DiscoveryOptions } from "scimkit";
 * const discovery: DiscoveryOptions = { anonymous: false, documentationUri: "https://example.com/help/scim" };
 * ```
 * @see RFC 7644 §4
 */
export interface DiscoveryOptions {
  /** `false`: they need authentication as well. Default `true`: everybody may read them. */
  readonly anonymous?: boolean | undefined;
  /**
   * Published at `/ServiceProviderConfig`, and what a 401 challenges by that says nothing else: `Bearer` for `oauthbearertoken` and
   * `oauth2`, `Basic` for `httpbasic`, the primary one first. Default: one entry for bearer tokens.
   */
  readonly authenticationSchemes?: readonly AuthenticationScheme[] | undefined;
  /** Where people read about this service; published at `/ServiceProviderConfig`. Default: not said. */
  readonly documentationUri?: string | undefined;
  /** More members of `/ServiceProviderConfig`: `securityEvents`, or the host's own under a URN. Default none. */
  readonly announce?: Announcements | undefined;
}

/**
 * The clocks that a service reads, for hosts with one of their own and for tests.
 *
 * @example
 * ```ts
 * import type { ClockOptions } from "scimkit";
 * const clock: ClockOptions = { now: () => new Date("2026-01-01T00:00:00Z") };
 * ```
 */
export interface ClockOptions {
  /** The time of day, for `meta`, events and cursors. Default `() => new Date()`. */
  readonly now?: (() => Date) | undefined;
  /** What `onRequest` measures durations with: milliseconds that never go back. Default `() => performance.now()`. */
  readonly timer?: (() => number) | undefined;
}

/** Options of `createScim`. Only the first three, and one of `authenticate` and `unsafeNoAuthentication`, are needed. */
export interface ScimOptions<
  C extends Context = Context,
  T extends readonly ResourceTypeDefinition[] = readonly ResourceTypeDefinition[],
  H = unknown,
> {
  /** The resource types that are served. Names and endpoints must be unique. `decide` and `onChange` get changes that are typed by them. */
  readonly resourceTypes: T;
  /**
   * One adapter for all resource types, or one for each by name. Across adapters, references are looked up before a write and
   * not in one step with it, and neither a user's `groups` nor the end of a membership with its user is computed.
   */
  readonly storage: StorageAdapter<NoInfer<C>> | { readonly [resourceType: string]: StorageAdapter<NoInfer<C>> };
  /**
   * The URL under which clients see the service, e.g. `https://example.com/scim/v2`; a function for hosts whose base URL
   * depends on the request (a tenant in the path). The request's Host header is never looked at.
   */
  readonly baseUrl: string | ((request: ScimRequest) => string);
  /**
   * Below which path requests arrive here, where that is not the path of `baseUrl`, because a proxy or a framework has taken
   * something off or put something in front: `"/"` where all of it is gone. A function for hosts where that depends on the request.
   * Requests of every tenant are looked for there, whatever their own `baseUrl`. Default: the path of the base URL.
   */
  readonly path?: (string | ((request: ScimRequest) => string)) | undefined;
  /**
   * Says who asks; the result is the `context` of everything that follows. Throws `errors.unauthorized()`. Runs before the body is read.
   *
   * `host` is what the host knows of the request by itself: what was given to `handle` beside it. `nodeHandler` gives the request of
   * Node, Express or Connect, where `req.user`, the client's address and the like stand, `fetchHandler` the `Request`; either gives something
   * else by its option `host`. What of it later functions need, put into the context.
   */
  readonly authenticate?: ((request: ScimRequest, host: H) => C | Promise<C>) | undefined;
  /** `true` serves everybody without a question. Only where something in front of the library has authenticated the request. */
  readonly unsafeNoAuthentication?: true | undefined;
  /**
   * Says what the caller's tenant has of its own: a base URL, resource types, a profile. Runs after authentication and gets
   * its result and `host`, so that no client can name its tenant. Default: all tenants are alike. With it, the discovery endpoints show a
   * client that authenticates what its tenant has, and anonymous ones what these options have.
   */
  readonly tenant?:
    | ((context: C, host: H) => TenantOptions | undefined | Promise<TenantOptions | undefined>)
    | undefined;
  /**
   * Lets a request through or throws `errors.tooManyRequests(seconds)`. Runs after authentication and before the body is read and
   * anything else is done; `context` is undefined where discovery is asked for without credentials, and `host` is as that of
   * `authenticate`. Default: no limit.
   */
  readonly throttle?: ((request: ScimRequest, context: C | undefined, host: H) => void | Promise<void>) | undefined;
  /** Says which resource `/Me` stands for. Default: `/Me` is 501. */
  readonly resolveMe?: ResolveMe<C> | undefined;
  /**
   * Decides on each operation, after it is understood and before storage is asked. Throws `errors.forbidden()`. Default: allows all.
   *
   * It is told facts, not the request: what the operation is for (`access`), on which resource types, and whether it `touches` an
   * attribute, however the client spelt it. What the values are is the business of `decide`. It is not asked about the discovery
   * endpoints while they are anonymous (`discovery.anonymous`), but for a client that authenticates where there is `tenant`.
   */
  readonly authorize?: ((operation: OperationFacts<T[number]["name"]>, context: C) => void | Promise<void>) | undefined;
  /**
   * Decides on each change within the same atomic step as its write, once it is known what it comes to: lets it pass, vetoes it by
   * throwing a `ScimError` that a person understands (409, 400, 403), or returns attributes to set besides. Rows of the host's own that
   * are written by `change.transaction` stand or fall with the change. Asked for each operation of a bulk request, and for each group
   * that `writableGroups` changes; where another writer was faster or the database asks for a retry, it is asked again. Where storage
   * has no transactions, it is asked ahead of the write, which is then bound to the version that it was asked about. It runs
   * while rows are locked: ask nobody far away, and no server that writes to the same storage. What else it throws is a 500. Default:
   * every change passes, and costs nothing more.
   */
  readonly decide?: Decide<C, T[number]> | undefined;
  /**
   * Says whether a create is an account that exists: one with the same unique value, one that the host's own look-up names (`match`), one
   * that was deleted and is remembered (`lifecycle`). A function is `decide` of `AdoptOptions`. What it says is bound to the version that
   * it was shown; whatever changes meanwhile is asked again. Accounts of other tenants are never asked about. The answer is 201 with the
   * id of the account; `adopted` or `restored` is told. Default: a taken value is 409 `uniqueness`, and nobody else is looked for.
   * docs/adopting.md has more. @see RFC 7644 §3.3
   */
  readonly adopt?: Adopt<C, T[number]> | AdoptOptions<C, T[number]> | undefined;
  /** What becomes of resources that are deleted. Default: they are deleted, and forgotten. docs/leaving.md has a table of all of it. */
  readonly lifecycle?: LifecycleOptions | undefined;
  /**
   * `true`: every event is kept in the outbox of storage, in the transaction of its change, until it is handed out; so none is lost when
   * the process dies. Refused where an adapter has no outbox or no transactions. Default `false`: listeners are told after the commit, and
   * no further.
   */
  readonly outbox?: boolean | undefined;
  /**
   * `true`, or how: it is remembered which resources an identity provider owns, in the same transaction as the write by which it came to
   * own them: a create, or any write to one that was there. `ownershipOf` of `scimkit/ownership` tells of it, says which attributes the
   * host's own people are not to edit, and lets a provider go. Refused where an adapter has no ledger. Default `false`: nothing is
   * remembered, and nothing costs more.
   */
  readonly ownership?: boolean | OwnershipOptions<C> | undefined;
  /** Attributes that this caller may not read are neither returned nor usable in filters and sorting. Default: all may be read. */
  readonly isReadable?: ((attribute: Attribute, resourceType: CompiledResourceType, context: C) => boolean) | undefined;
  /**
   * How requests are read, and what is refused: a profile by its name, or one that `defineProfile` made, for which settings such as
   * `putOmitted` and `references` are. Default `"lenient"`, which serves the identity providers as they are.
   */
  readonly profile?: ProfileName | Profile | undefined;
  /**
   * `true`: a POST, PUT or PATCH of a user may say by `groups` which groups the user is in, as Keeper and ConnId do: a PUT that
   * names `groups` names all of them. Each group that changes is changed by a PATCH of its own: `authorize` is asked for it
   * before anything is written, so that one that is refused fails the whole request, and events tell of it. A group that is
   * not there is 400 invalidValue. Where storage has transactions user and groups change together; where it has
   * none, a fault between them leaves what is done. `/Schemas` says readOnly all the same, and a bulkId is no group.
   * Default `false`: `groups` is readOnly, as RFC 7643 has it.
   * @see RFC 7643 §4.1.2
   */
  readonly writableGroups?: boolean | undefined;
  /**
   * `false`: queries over all resource types, `GET /` and `POST /.search`, are 501. Default `true`. `authorize` gets one
   * `rootQuery` operation for them.
   */
  readonly rootQueries?: boolean | undefined;
  /** Ways of paging, and how cursors are made. Default: by index, and by cursor where the client asks for it and every storage adapter can. */
  readonly paging?: PagingOptions<C> | undefined;
  /**
   * Attribute paths that must not be filtered by in a URL: a GET with one is 403 sensitive, POST /.search serves it. One that no
   * resource type has is refused, with the one that is meant. Default none.
   * @see RFC 7644 §7.5.2
   */
  readonly sensitiveAttributes?: readonly string[] | undefined;
  /** What the discovery endpoints say. Default: that they are open to all, and that bearer tokens are taken. */
  readonly discovery?: DiscoveryOptions | undefined;
  /** Bounds on requests; those left out have the defaults of `Limits`. */
  readonly limits?: { readonly [L in keyof Limits]?: Limits[L] | undefined } | undefined;
  /** `false`: `/Bulk` is 501, and announced as unsupported. Default `true`: bulk requests are served within the limits. */
  readonly bulk?: boolean | undefined;
  /**
   * Milliseconds that a request may take; then it is answered with 503, and its signal tells storage to stop. A write that has
   * begun is finished or undone, and its events are still told. Default: as long as storage takes.
   */
  readonly timeout?: number | undefined;
  /**
   * Told of each change once it is committed, in the order of what happened to each resource. It cannot fail a request: what it
   * throws, or a promise of its rejects with, `onNotice` is told as a `fault` with the event. Default: nobody is told.
   */
  readonly onChange?: ((event: ChangeEvent<C, T[number]>) => unknown) | undefined;
  /**
   * Told of refusals, faults, quirks, warnings and whatever else is no change. It cannot fail a request: what it throws it is told
   * as a `fault`, but what it throws at one is dropped. Default: nobody is told.
   */
  readonly onNotice?: ((event: ScimNotice<C>) => unknown) | undefined;
  /** Told of each request once, when its answer is known: for counters and timings. What it throws is dropped. */
  readonly onRequest?: ((event: RequestEvent<C>) => unknown) | undefined;
  /**
   * What other packages add: listeners, refusals, rules, announcements; each with a name of its own. All listeners are told, those of
   * these options first; any `authorize` may refuse. Default: none.
   */
  readonly plugins?: readonly ScimPlugin<NoInfer<C>>[] | undefined;
  /**
   * Replaces the key by which values are compared, sorted and kept unique. Storage must have been filled under the same
   * one. Default: `comparisonKey`.
   */
  readonly comparisonKey?: ComparisonKey | undefined;
  /** The clocks that are read. Default: those of the runtime. */
  readonly clock?: ClockOptions | undefined;
  /** Makes ids. Default `crypto.randomUUID()`; never guessable, never containing "bulkId". */
  readonly newId?: (() => string) | undefined;
  /**
   * Gives the id of a new resource, so that those that people have elsewhere stay theirs when a directory moves here; undefined leaves
   * it to `newId`. Asked of each create, and of each line of an import that has no id, with what the client asserts in canonical form.
   * An id that is taken is answered with 409; one that no URL can hold (empty, longer than 255 characters, with control characters or
   * the word bulkId in it) is a fault of the host, and a 500. It is asked ahead of the transaction of the write, but for operations of a
   * bulk request that refer to each other in a circle: those are asked about within it, where a look into the same storage in memory waits
   * for ever. Storage may choose another one (where the database makes the ids): the
   * answer and the event say which. Default: `newId` makes them all.
   *
   * @example
   * ```ts
   * import { type IdRequest, User } from "scimkit";
   * declare const oldIds: ReadonlyMap<string, string>;
   * function idFor({ resourceType, resource: { externalId } }: IdRequest): string | undefined {
   *   return resourceType === User.name && typeof externalId === "string" ? oldIds.get(externalId) : undefined;
   * }
   * ```
   * @see RFC 7643 §3.1 id
   */
  readonly idFor?: ((request: IdRequest, context: C) => string | undefined | Promise<string | undefined>) | undefined;
}
