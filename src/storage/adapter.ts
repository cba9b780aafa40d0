import type { Filter } from "../filter/ast.ts";
import type { Sort } from "../filter/order.ts";
import type { Attribute, AttributePath } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ShapeChange } from "../schema/shape.ts";
import type { Context } from "./context.ts";
import type { Ledger } from "./ledger.ts";
import type { Outbox } from "./outbox.ts";

export type { Sort } from "../filter/order.ts";
export type { Context } from "./context.ts";

/**
 * A resource as storage keeps it: canonical attribute names, extensions under their URN, no unassigned attribute, no
 * URLs. `meta` holds resourceType, created, lastModified and version.
 * @see RFC 7643 §3
 */
export interface StoredResource {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly meta: StoredMeta;
  readonly [attribute: string]: unknown;
}

/**
 * `version` is opaque: printable ASCII without quotes, changed with every real change, never reused for the same id.
 * @see RFC 7643 §3.1 meta
 */
export interface StoredMeta {
  readonly resourceType: string;
  readonly created: string;
  readonly lastModified: string;
  readonly version: string;
}

/** A resource on its way into storage: as `StoredResource`, but the version is storage's to give. @see RFC 7643 §3 */
export interface NewResource {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly meta: Omit<StoredMeta, "version">;
  readonly [attribute: string]: unknown;
}

/**
 * Which attributes the caller will look at. Storage may return more, except that collections are best left unread.
 * @see RFC 7644 §3.9
 */
export interface Select {
  includes(attribute: Attribute): boolean;
}

/** Selects every attribute. */
export const SELECT_ALL: Select = { includes: () => true };

/** How the schema of a resource type differs from one that data in storage was written under. */
export interface SchemaChange {
  readonly resourceType: string;
  readonly tenant: string | undefined;
  readonly changes: readonly ShapeChange[];
  /** Whether `reindex` is needed until look-ups cost what they should. Answers are true before that too. */
  readonly needsReindex: boolean;
}

/** What storage tells besides its result. This union may grow: give a `switch` over it a default branch. */
export type StorageNotice =
  /** A writeOnly attribute was not kept, because the adapter has no hash function for it. */
  | { readonly type: "secretDropped"; readonly attribute: string }
  /** A reference (`attribute` is its path) to a resource that is not there was kept all the same, or left out. */
  | {
      readonly type: "missingReference";
      readonly attribute: string;
      /** The id that it names. */
      readonly value: string;
      readonly outcome: "kept" | "dropped";
    }
  /**
   * A create took what was there, by the value of a unique attribute (`attribute` is its path): a resource that was deleted and is back
   * (`"restored"`), or one that other tenants have and this one had not (`"adopted"`). The event of the create says so.
   */
  | { readonly type: "met"; readonly outcome: "adopted" | "restored"; readonly attribute: string }
  /**
   * An attribute (`attribute` is its path) has another value than the write gave it. The result of the call has it so, and the event of the
   * change has what the result has. Without `isAgreed` the value is not this tenant's alone and stays as it was, which the host is told.
   * `isAgreed: true`: the host has it so, because it lies where another one does, or is kept in a form of its own; nobody is told.
   */
  | { readonly type: "attributeKept"; readonly attribute: string; readonly isAgreed?: true }
  /**
   * Resources of the type were written when its attributes were declared otherwise: what that means, and whether `reindex` is to be
   * run. Told once in a process for each such state.
   */
  | { readonly type: "schemaChanged"; readonly change: SchemaChange };

/**
 * What becomes of a reference that names no resource of an allowed type in the same storage and tenant: `"refuse"` is 400
 * invalidValue. `"keep"` stores it with `$ref: null`, by which the core knows that it leads nowhere, and which is gone
 * from what storage gives back as soon as the resource is there. `"drop"` leaves it out. @see RFC 7643 §2.3.7
 */
export type MissingReference = "refuse" | "keep" | "drop";

/** What every call carries. */
export interface StorageRequest {
  readonly resourceType: CompiledResourceType;
  /** Aborted when the client has gone; a write that has begun is finished or undone, never left half-way. */
  readonly signal?: AbortSignal | undefined;
  /** Tells the host what storage did or found besides. */
  readonly notify?: ((notice: StorageNotice) => void) | undefined;
}

/** What every write carries. */
export interface WriteRequest extends StorageRequest {
  /** The present as ISO 8601 text, for `meta.lastModified` of other resources that the write touches. */
  readonly at: string;
  /**
   * What becomes of references to nothing, by the name of their attribute (`Group.members`). One of an attribute that is
   * not named is not for this storage to judge, and is stored as it is.
   */
  readonly checkReferences: Readonly<Record<string, MissingReference>>;
  /** Tells the host what storage did besides. */
  readonly notify: (notice: StorageNotice) => void;
}

/**
 * Values of writeOnly attributes by attribute path; `null` unassigns. They never travel inside `resource`.
 * @see RFC 7643 §7, §9.2
 */
export type Secrets = Readonly<Record<string, unknown>>;

/** What every read carries. @see RFC 7644 §3.4 */
export interface ReadRequest extends StorageRequest {
  readonly select: Select;
  /**
   * `true`: the caller takes collections (a group's members) as async iterables as well, so that one too large to hold
   * is handed out element by element, in one consistent state with the rest of the resource. Where that state cannot be
   * kept until a slow client has read all of it, the iterator rejects: the answer is then cut off, and `onNotice` is told of
   * the error as a fault. Never is one half of one state and one of another. Nor may a stream hold what others need, such
   * as a connection, while it waits to be asked for the next element. The core takes one iterator of each, those of a page one after the other in the order of its resources, and always ends it: by the
   * last element, by the iterator's own failure, or early by `return()`, even before the first `next()`, so that it
   * must free what it holds (an async generator that has not begun frees nothing). A collection may be an array all the
   * same. Absent: it must be.
   */
  readonly stream?: boolean | undefined;
}

/** Asks for one resource by its id. @see RFC 7644 §3.4.1 */
export interface GetRequest extends ReadRequest {
  readonly id: string;
}

/** Position of an index page: `startIndex` is 1-based. @see RFC 7644 §3.4.2.4 */
export interface IndexPage {
  readonly startIndex: number;
  readonly count: number;
}

/**
 * Position of a cursor page. `cursor` is what a result of the same query gave as `nextCursor` or `previousCursor`, to
 * the letter (the core signs what clients see of it); undefined asks for the first page. Walking all pages meets every
 * resource that stays unchanged meanwhile exactly once: the position is a key, never an offset. @see RFC 9865 §2
 */
export interface CursorPage {
  readonly cursor: string | undefined;
  readonly count: number;
}

/** Which part of a result is asked for. @see RFC 7644 §3.4.2.4; RFC 9865 §2 */
export type Page = IndexPage | CursorPage;

/** Tells a cursor page from an index page. @see RFC 9865 §2 */
export function isCursorPage(page: Page): page is CursorPage {
  return !("startIndex" in page);
}

/** Asks for the resources of a type that match, a page of them. @see RFC 7644 §3.4.2 */
export interface QueryRequest extends ReadRequest {
  /** Resolved: every path carries its attribute definition. */
  readonly filter?: Filter<AttributePath> | undefined;
  /** Absent: any total order that stays the same from page to page. */
  readonly sort?: Sort | undefined;
  /** A cursor page only where `capabilities.cursor` is `true`. */
  readonly page: Page;
  /**
   * Most comparisons that the query may cost: resources looked at × comparisons of the filter. The core gives
   * `limits.comparisons`; beyond it 400 tooMany. Absent: no bound. `queryByScan` holds it by itself.
   */
  readonly maxComparisons?: number | undefined;
}

/** A page of the resources that match. @see RFC 7644 §3.4.2 */
export interface QueryResult {
  readonly resources: readonly StoredResource[];
  /**
   * How many resources match, whatever the page. Only a cursor page may leave it out, where counting costs too much.
   */
  readonly totalResults?: number | undefined;
  /** Of a cursor page: where the next one begins; undefined on the last. */
  readonly nextCursor?: string | undefined;
  /** Of a cursor page: where the one before begins; undefined on the first, and where the adapter cannot walk back. */
  readonly previousCursor?: string | undefined;
  /** How many rows were looked at, for `onRequest`; undefined where the adapter does not know. */
  readonly scanned?: number | undefined;
}

/** Asks for a new resource. `resource.id` is a proposal; the adapter may choose another one. @see RFC 7644 §3.3 */
export interface CreateRequest extends WriteRequest {
  readonly resource: NewResource;
  readonly secrets: Secrets;
  /** What the resource had where it comes from, when a directory moves here. Storage that cannot keep it passes over it. */
  readonly moved?: Moved | undefined;
  /** What the caller will look at in the result. */
  readonly select: Select;
  /**
   * Who had `resource.id` was deleted here and comes back. It takes its id again where that can be, in another version than all that it
   * had; `version` is the last of them. Where the id cannot be had, the adapter chooses another one. What a `delete` with `keep` left of
   * it is written over. Without it, a `resource.id` that such a row still has is `uniqueness("id")`, or another id is chosen.
   */
  readonly restores?: { readonly version: string } | undefined;
}

/** What a resource brings along from another storage. */
export interface Moved {
  /** The version that it had, so that what clients remember of it holds on. Else it begins anew. */
  readonly version?: string | undefined;
  /** What another storage kept of writeOnly attributes (a hash, as `exportTenant` gives it), by path. */
  readonly secrets?: Secrets | undefined;
}

/**
 * Asks for another state of a resource, whole: what a PUT, or a PATCH that is no delta, came to.
 * @see RFC 7644 §3.5.1, §3.5.2
 */
export interface ReplaceRequest extends WriteRequest {
  readonly id: string;
  readonly resource: NewResource;
  readonly secrets: Secrets;
  /** What the caller will look at in the result. */
  readonly select: Select;
  /** Write only if this is still the version, else throw `errors.versionMismatch()`. */
  readonly ifVersion?: string | undefined;
  /** The state that `resource` was made from, so that only differences need writing. */
  readonly before?: StoredResource | undefined;
  /**
   * Collections that neither `resource` nor `before` holds, because the write does not touch them: they stay as they
   * are.
   */
  readonly untouched?: readonly Attribute[] | undefined;
  /** `true`: the resource gets another version even where nothing in it changes, so that of two such writes at once one is refused. */
  readonly touch?: boolean | undefined;
}

/** A change of one collection without a look at it: first `remove`, then `add`. @see RFC 7644 §3.5.2 */
export interface DeltaRequest extends WriteRequest {
  readonly id: string;
  readonly attribute: Attribute;
  /** Elements to add; one whose `value` is there already stays as it is. */
  readonly add: readonly Readonly<Record<string, unknown>>[];
  /** `value`s of elements to remove; those that are not there do not matter. */
  readonly remove: readonly unknown[];
  readonly ifVersion?: string | undefined;
}

/** What a delta did. @see RFC 7644 §3.5.2 */
export interface DeltaResult {
  readonly meta: StoredMeta;
  /** Elements that were not there before, as stored. Empty, and `removed` too: nothing changed, nor did the version. */
  readonly added: readonly Readonly<Record<string, unknown>>[];
  /** `value`s of elements that were there before. */
  readonly removed: readonly unknown[];
}

/** Asks for the end of a resource, if `ifVersion` is still its version where that is given. @see RFC 7644 §3.6 */
export interface DeleteRequest extends WriteRequest {
  readonly id: string;
  readonly ifVersion?: string | undefined;
  /** `true`: what is deleted is to be kept out of sight. Given only where `capabilities.keepsDeleted` is `true`. */
  readonly keep?: boolean | undefined;
}

/**
 * What an adapter can do; `ServiceProviderConfig` is computed from it. Whatever is left out is `false`: an adapter says what it has
 * been made to do, and nothing else is asked of it. @see RFC 7643 §5
 */
export interface StorageCapabilities {
  /** `true`: `query` does as its `filter` says (`queryByScan` does). Default `false`: a filter is answered with 400 invalidFilter. */
  readonly filter?: boolean;
  /** `true`: `query` does as its `sort` says. Default `false`: sortBy is ignored, as RFC 7644 §3.4.2.3 lets a server do. */
  readonly sort?: boolean;
  /** `true`: cursor pages are answered, and announced as RFC 9865 has it. Default `false`. */
  readonly cursor?: boolean;
  /**
   * `true`: writeOnly attributes (a password) are kept, hashed; a list: those that it names, as in `["User.password"]`. What is
   * not kept is not announced, nor is changing passwords where that is one of them, and what a client sends of it all the same
   * is for the adapter to drop and tell of (`secretDropped`). Default `false`: none is.
   */
  readonly secrets?: boolean | readonly string[];
  /**
   * `true`: every call goes by `context.tenant`, and sees nothing of another tenant. Default `false`: there is one tenant, that of a context
   * without `tenant`; the core answers any other one with 500, so that an adapter which ignores its context shows nobody what is not
   * theirs.
   */
  readonly tenants?: boolean;
  /**
   * `true`: a reference to nothing can be stored, and is where `checkReferences` says `"keep"` or says nothing. Default `false`: it cannot,
   * as under a foreign key: it is left out where `checkReferences` says `"keep"`, and refused where it says nothing; `createScim` then
   * refuses `references: "ignore"`.
   */
  readonly danglingReferences?: boolean;
  /**
   * `true`: a delete with `keep` leaves the row where it is, out of sight: for every call it is gone but for a create that `restores` it.
   * A list: so it is for the resource types that it names. Default `false`: what is deleted is gone, and the core keeps what it needs of
   * it in the ledger.
   */
  readonly keepsDeleted?: boolean | readonly string[];
  /**
   * `false`: a check and the write that depends on it are one step within this process, and not beside another one: one process alone may
   * write. Said of a store that can neither compare and swap nor make a transaction; the kit then leaves out what it asks of two processes, and
   * says so on the score card. Default `true`, as the contract has it.
   */
  readonly atomic?: boolean;
  /**
   * The multi-valued attributes, as in `["User.emails"]`, whose elements have no order, as rows of a table have none: another order alone
   * is no change, and two elements that are alike are one. Default: they come back in the order in which they were given, but for those of
   * collections.
   */
  readonly unordered?: readonly string[];
}

/** Whether an adapter keeps deleted resources of a type out of sight, where a delete asks for it. */
export function keepsDeleted({ keepsDeleted: kept = false }: StorageCapabilities, resourceType: string): boolean {
  return typeof kept === "boolean" ? kept : kept.includes(resourceType);
}

/**
 * The storage boundary: five verbs and two optional fast paths. Every method may be given any tenant's context and must
 * never look outside of it.
 *
 * - Results are copies: changing them changes nothing in storage.
 * - Unknown id: `get` and `replace` give `undefined`, `delete` gives `false`. An update never creates.
 * - `errors.uniqueness(attribute)`, `errors.versionMismatch()` and `errors.invalidValue(detail)` (dangling reference) are the errors to
 *   throw; any other error is a 500 for the client and goes to `onNotice({ type: "fault" })`.
 * - Check and write are one atomic step.
 * - The elements of a collection have no order: another order alone is no change.
 * - A call whose client has gone (`signal`) rejects or gives the right result, never "nothing there".
 *
 * `storageConformance` of `scimkit/testing` tries all of it.
 *
 * What stands around an adapter (a log, an audit, encryption) is made by `wrapStorage`, which reaches into transactions as well.
 *
 * @example
 * ```ts
 * import type { StorageAdapter } from "scimkit";
 * import { errors, queryByScan, type StoredResource } from "scimkit/storage";
 * const meta = { resourceType: "User", created: "2026-01-01T00:00:00Z", lastModified: "2026-01-01T00:00:00Z", version: "1" };
 * const ada: StoredResource = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], id: "1", userName: "ada", meta };
 * const refuse = async () => {
 *   throw errors.forbidden("This directory is read only.");
 * };
 * const readOnly: StorageAdapter = {
 *   name: "one user",
 *   contract: 1,
 *   capabilities: { filter: true, sort: true },
 *   get: async ({ id }) => (id === ada.id ? ada : undefined),
 *   query: (request) => queryByScan([ada], request),
 *   create: refuse,
 *   replace: refuse,
 *   delete: refuse,
 * };
 * ```
 */
export interface StorageAdapter<C extends Context = Context> {
  /** What people call the storage: errors and notices name it. Any text that is not empty, such as `"memory"`. */
  readonly name: string;
  /**
   * The number of the contract that the adapter was written to: this one is 1. `createScim` refuses another number, because a call would
   * not mean to the adapter what it means to the core. Members that a release adds to the contract are optional, and need no new number.
   */
  readonly contract: 1;
  /** What it can do. Default: none of it. */
  readonly capabilities?: StorageCapabilities;
  /**
   * Optional: looks whether the adapter can hold resources of a type, so that one which it cannot fails when `createScim` runs and not at
   * the first request; those of a tenant fail when the tenant is first seen. It asks no database.
   * @throws {Error} that says what does not fit, and what to change.
   */
  accepts?(resourceType: CompiledResourceType): void;
  /** Reads one resource. Attributes with `inverseOf` are computed when selected. */
  get(request: GetRequest, context: C): Promise<StoredResource | undefined>;
  /** Finds resources: filter, then sort, then page. Page and total come from one snapshot. */
  query(request: QueryRequest, context: C): Promise<QueryResult>;
  /**
   * Stores a new resource and gives it back as stored. The adapter may choose another id. Throws
   * `errors.uniqueness(attribute)`.
   */
  create(request: CreateRequest, context: C): Promise<StoredResource>;
  /** Replaces a resource whole; attributes missing from `resource` are gone afterwards, secrets not named stay. */
  replace(request: ReplaceRequest, context: C): Promise<StoredResource | undefined>;
  /**
   * Optional fast path: adds to and removes from one collection at a cost that does not depend on its size. Undefined
   * for an unknown id; `"declined"` sends the caller to `get` and `replace`.
   */
  applyDelta?(request: DeltaRequest, context: C): Promise<DeltaResult | "declined" | undefined>;
  /** Deletes a resource; references to it vanish with it, and their holders get a new version. */
  delete(request: DeleteRequest, context: C): Promise<boolean>;
  /**
   * Optional: runs `work` with an adapter whose calls take effect together or, when `work` rejects, not at all. `work`
   * may run more than once where the database asks for a retry. The core puts one around each operation of a bulk
   * request, and around a PATCH of a collection together with other attributes, which without it, or where references lead into
   * another storage, is read as a whole.
   */
  transaction?<T>(work: (storage: StorageAdapter<C>) => Promise<T>, context: C): Promise<T>;
  /**
   * Of the adapter that `transaction` hands to its work: what the driver knows the transaction by (a Kysely), so that a host can
   * write rows of its own in it. It becomes `change.transaction` of `decide`.
   */
  readonly handle?: unknown;
  /** Optional: where events wait until they are handed out. Without it `outbox: true` is refused. */
  readonly outbox?: Outbox<C>;
  /** Optional: what is remembered beside the resources. Without it nothing is: no tombstones, no ownership. */
  readonly ledger?: Ledger<C>;
}
