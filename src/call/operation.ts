import type { ScimError } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import type { PreparedOperation } from "../patch/operation.ts";
import type { Attribute, AttributePath } from "../schema/attribute.ts";
import type { DiscoveryEndpoint } from "../schema/protocol-endpoints.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { IndexPage, Sort } from "../storage/adapter.ts";
import type { Precondition, TagList } from "./preconditions.ts";
import type { Selection } from "./selection.ts";

/** The endpoint of a resource type, or one resource: what an operation on resources can be about. @see RFC 7644 §3.2 */
export type ResourceEndpoint =
  | { readonly type: "resources"; readonly resourceType: CompiledResourceType }
  | { readonly type: "resource"; readonly resourceType: CompiledResourceType; readonly id: string };

/**
 * What a request asks for, once HTTP is behind it: `authorize` decides on it and one file a verb executes it.
 * @see RFC 7644 §3.2
 */
export type Operation =
  | CreateOperation
  | ReadOperation
  | QueryOperation
  | RootQueryOperation
  | ReplaceOperation
  | PatchOperation
  | DeleteOperation
  | BulkOperation
  | DiscoverOperation;

/**
 * What a write says of a computed attribute (a user's `groups`), where `writableGroups` lets it: the resources (groups) to join
 * or to leave. It becomes a PATCH of each. @see RFC 7643 §4.1.2 groups
 */
export interface MembershipChange {
  readonly attribute: Attribute;
  readonly op: "add" | "remove" | "replace";
  /** Undefined: all of them. */
  readonly ids: readonly string[] | undefined;
}

/** A POST to the endpoint of a resource type: makes one resource of it. @see RFC 7644 §3.3 */
export interface CreateOperation {
  readonly type: "create";
  readonly resourceType: CompiledResourceType;
  /** The body as parsed JSON, not yet checked against the schema. */
  readonly body: ResourceObject;
  readonly selection: Selection;
  /** Only with `writableGroups`. */
  readonly memberships?: readonly MembershipChange[];
}

/**
 * A GET of one resource. `ifNoneMatch` holds the versions that the client has: where one of them is current, the answer is
 * 304 without a body.
 * @see RFC 7644 §3.4.1, §3.14
 */
export interface ReadOperation {
  readonly type: "read";
  readonly resourceType: CompiledResourceType;
  readonly id: string;
  readonly selection: Selection;
  /** If-None-Match: `"*"`, or the versions that the client has, without quotes and `W/`. Undefined where there is none. */
  readonly ifNoneMatch: TagList | undefined;
}

/** A page by cursor as a client asks for it. @see RFC 9865 §2 */
export interface SealedPage {
  /** As the client sent it; undefined asks for the first page. */
  readonly cursor: string | undefined;
  readonly count: number;
  /** Every other parameter as the client sent it, as one text: they must be the same on every page. */
  readonly query: string;
}

/** Which part of a result a client asks for. @see RFC 7644 §3.4.2.4; RFC 9865 §2 */
export type AskedPage = IndexPage | SealedPage;

/**
 * A GET of the endpoint of a resource type, or a POST to its `.search`: the resources that match, page by page.
 * @see RFC 7644 §3.4.2, §3.4.3
 */
export interface QueryOperation {
  readonly type: "query";
  readonly resourceType: CompiledResourceType;
  readonly filter: Filter<AttributePath> | undefined;
  readonly sort: Sort | undefined;
  readonly page: AskedPage;
  readonly selection: Selection;
}

/** What a query over all resource types asks of one of them. @see RFC 7644 §3.4.2.1 */
export interface RootPart {
  readonly resourceType: CompiledResourceType;
  /** Resolved for this type; undefined where all of its resources match. */
  readonly filter: Filter<AttributePath> | undefined;
  /** Undefined where the type does not have the attribute that is sorted by: then its resources sort as those without a value. */
  readonly sortPath: AttributePath | undefined;
  readonly selection: Selection;
}

/**
 * A query over all resource types. `authorize` is asked once: let it throw unless the caller may query each one of
 * `resourceTypes`.
 * @see RFC 7644 §3.4.2.1
 */
export interface RootQueryOperation {
  readonly type: "rootQuery";
  /** The types of which the answer may hold resources: all that the filter does not rule out by itself. */
  readonly resourceTypes: readonly CompiledResourceType[];
  /** One for each of `resourceTypes`, in this order. */
  readonly parts: readonly RootPart[];
  /** Undefined: one type after the other, each in the order of its storage. */
  readonly order: { readonly descending: boolean } | undefined;
  readonly page: AskedPage;
}

/** A PUT: the resource becomes what the body says, as far as a client may set it. @see RFC 7644 §3.5.1 */
export interface ReplaceOperation {
  readonly type: "replace";
  readonly resourceType: CompiledResourceType;
  readonly id: string;
  readonly body: ResourceObject;
  readonly selection: Selection;
  /**
   * If-Match: `"*"`, or the versions of which one must be current, without quotes and `W/`. Where If-None-Match is sent as
   * well, both as `{ match, noneOf }`. Undefined where neither is sent.
   */
  readonly ifMatch: Precondition | undefined;
  /** Only with `writableGroups`. */
  readonly memberships?: readonly MembershipChange[];
}

/** A PATCH: all of its operations are done, in their order, or none. @see RFC 7644 §3.5.2 */
export interface PatchOperation {
  readonly type: "patch";
  readonly resourceType: CompiledResourceType;
  readonly id: string;
  /** What the operations do, resolved against the schema. */
  readonly operations: readonly PreparedOperation[];
  readonly selection: Selection;
  /** As of `ReplaceOperation`. */
  readonly ifMatch: Precondition | undefined;
  /** Only with `writableGroups`. */
  readonly memberships?: readonly MembershipChange[];
}

/** A DELETE of one resource; references to it vanish with it. @see RFC 7644 §3.6 */
export interface DeleteOperation {
  readonly type: "delete";
  readonly resourceType: CompiledResourceType;
  readonly id: string;
  /** As of `ReplaceOperation`. */
  readonly ifMatch: Precondition | undefined;
}

/** The methods that an operation of a bulk request may have [P-3.7-03]. */
export const BULK_METHODS = ["POST", "PUT", "PATCH", "DELETE"] as const;

/** One of `BULK_METHODS`. @see RFC 7644 §3.7 */
export type BulkMethod = (typeof BULK_METHODS)[number];

/**
 * One element of `Operations`, as the client sent it: read, not yet routed, its bulkId references still in place.
 * @see RFC 7644 §3.7
 */
export interface BulkEntry {
  /** In capitals; undefined where the client sent none of the four. */
  readonly method: BulkMethod | undefined;
  /** The name that a POST gives to the resource that it creates; of another operation only a label, given back. */
  readonly bulkId: string | undefined;
  /** Works as If-Match of a PUT, PATCH or DELETE. */
  readonly version: string | undefined;
  /** Relative to the service root: `/Users`, `/Users/2819…`. Undefined where it is no string. */
  readonly path: string | undefined;
  /** The body of the single request; checked no further than that it is there. */
  readonly data: unknown;
  /** Why the operation cannot even be tried. */
  readonly problem: ScimError | undefined;
}

/**
 * A bulk request as a whole. `authorize` is asked about it before anything is done, and then about each operation in it, as about
 * the single request, once its references are resolved.
 * @see RFC 7644 §3.7
 */
export interface BulkOperation {
  readonly type: "bulk";
  /** In request order. */
  readonly entries: readonly BulkEntry[];
  /** After how many failed operations the rest is left undone; undefined: none. */
  readonly failOnErrors: number | undefined;
}

/**
 * A GET of one of the endpoints at which the server tells of itself. `authorize` is asked about it only where it is known who
 * asks (`discovery.anonymous`).
 * @see RFC 7644 §4
 */
export interface DiscoverOperation {
  readonly type: "discover";
  readonly endpoint: DiscoveryEndpoint;
  /** Name of one resource type, or URN of one schema. */
  readonly id: string | undefined;
}
