import type { AdoptionReason, AdoptOptions, LifecycleOptions } from "../events/adoption.ts";
import type { ScimEvent } from "../events/event.ts";
import type { Decide } from "../events/pending-change.ts";
import type { Effort } from "../patch/effort.ts";
import type { ActiveQuirks, QuirkNote } from "../quirks/quirk.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context, StorageAdapter } from "../storage/adapter.ts";
import type { TimeSlice } from "../time-slice.ts";
import type { Cursors } from "./cursor.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { IdRequest } from "./id-request.ts";
import type { Limits } from "./limits.ts";
import type { BulkMethod, Operation, ResourceEndpoint } from "./operation.ts";
import type { OwnershipRules } from "./ownership.ts";
import type { Pagination } from "./pagination.ts";
import type { ReferenceRules } from "./reference-rules.ts";
import type { Result } from "./result.ts";
import type { Selection } from "./selection.ts";

/** What `createScim` made of its options, once for all requests. */
export interface Engine<C extends Context> {
  readonly resourceTypes: readonly CompiledResourceType[];
  /** The adapter as the host gave it: to tell which types share one, and what it can do. Verbs ask `Call.storageOf`. */
  readonly adapterOf: (resourceType: CompiledResourceType) => StorageAdapter<C>;
  /** The selection of a request that names no attributes. */
  readonly selectionOf: (resourceType: CompiledResourceType) => Selection;
  readonly limits: Limits;
  /** Whether bulk requests are served. */
  readonly bulk: boolean;
  readonly quirks: ActiveQuirks;
  readonly unknownAttributes: "ignore" | "reject";
  readonly canonicalValues: "suggest" | "enforce";
  readonly formats: "ignore" | "enforce";
  readonly references: ReadonlyMap<CompiledResourceType, ReferenceRules>;
  readonly writableGroups: boolean;
  readonly putOmitted: "clear" | "keep";
  readonly patchResponse: "auto" | "resource";
  readonly etags: boolean;
  readonly neMultiValued: "any" | "none";
  readonly rootQueries: boolean;
  readonly pagination: Pagination;
  readonly cursors: Cursors;
  /** What of a context cursors are bound to, besides the tenant. */
  readonly cursorIdentity: ((context: C) => string) | undefined;
  /** Paths of attributes, in lower case. */
  readonly sensitiveAttributes: ReadonlySet<string>;
  readonly isReadable: ((attribute: Attribute, resourceType: CompiledResourceType, context: C) => boolean) | undefined;
  readonly authenticationSchemes: readonly Readonly<Record<string, unknown>>[];
  readonly documentationUri: string | undefined;
  /** What the host adds to `/ServiceProviderConfig`. */
  readonly announced: ResourceObject;
  /** Asked about each change, in one step with its write. */
  readonly decide: Decide<C> | undefined;
  /** How it is remembered which resources a provider owns; undefined: it is not. */
  readonly ownership: OwnershipRules<C> | undefined;
  /** How a create becomes an account that exists; undefined where it never does. */
  readonly adopt: AdoptOptions<C> | undefined;
  /** What becomes of resources that are deleted. */
  readonly lifecycle: LifecycleOptions;
  /** Whether events are kept in the outbox of storage. */
  readonly outbox: boolean;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Whether somebody listens to changes (`onChange`): what nobody hears of need not be worked out. */
  readonly hearsChanges: boolean;
  /** Tells the host. `waitUntil` is given the promises of listeners; a call's own engine knows that of its request. */
  readonly emit: (event: ScimEvent<C>, waitUntil?: (work: Promise<unknown>) => void) => void;
  readonly idFor: ((request: IdRequest, context: C) => string | undefined | Promise<string | undefined>) | undefined;
}

/** Whether there is anything that a bulk request may do. */
export function servesBulk<C extends Context>({ bulk, resourceTypes }: Engine<C>): boolean {
  return bulk && resourceTypes.some(({ operations }) => BULK_OPERATIONS.some((one) => operations.has(one)));
}

const BULK_OPERATIONS = ["create", "replace", "patch", "delete"] as const;

/** What a single request within a bulk request says beside its endpoint. */
export interface InnerRequest {
  readonly method: BulkMethod;
  readonly body: ResourceObject;
  /** Works as If-Match. */
  readonly version: string | undefined;
  /** The service itself asks, to end what the client may do. */
  readonly isOwn?: boolean;
}

/**
 * Reads the single requests within a bulk request as if each had come alone. It is handed down with the call, because what
 * reads HTTP stands above the verbs.
 */
export interface Router<C extends Context> {
  /**
   * What a path is about, relative to the service root and with a slash in front; undefined for an endpoint that is not about
   * resources. `otherCase` is told of an endpoint in other letter case, and where it is undefined there is none.
   * @throws {ScimError} 404 for a path that leads nowhere.
   */
  find(path: string, otherCase: ((segment: string) => void) | undefined): ResourceEndpoint | undefined;
  /** @throws {ScimError} 400 for what does not parse, 405 for what clients may not do. */
  read(endpoint: ResourceEndpoint, request: InnerRequest, call: Call<C>): Promise<Operation>;
}

/** A create that is an account which exists: what its write is told as. */
export interface Adoption {
  readonly type: "adopted" | "restored";
  readonly reason: AdoptionReason;
}

/** One request on its way through the verbs. */
export interface Call<C extends Context> {
  readonly engine: Engine<C>;
  readonly context: C;
  /** Absolute, without a slash at the end. */
  readonly baseUrl: string;
  readonly signal: AbortSignal | undefined;
  /** What the request may do at a stretch: work of a client's length looks at it between its steps. */
  readonly slice: TimeSlice;
  /** What the request may still look at, a bulk request as a whole. */
  readonly effort: Effort;
  readonly note: QuirkNote;
  /** What events call the change, where several requests or tokens must share it; else each change has a name of its own. */
  readonly transaction?: string;
  /** Within a transaction: what it knows of other storages. */
  readonly elsewhere?: Elsewhere;
  /** Of a write that links a create to an account: it is told of as such, and changes the version whatever it changes. */
  readonly adoption?: Adoption;
  /**
   * The adapter of a resource type for this request: it is not asked any more once the client has gone. Within a bulk
   * operation it is the one that `transaction` handed out.
   */
  readonly storageOf: (resourceType: CompiledResourceType) => StorageAdapter<C>;
  /**
   * Asks the host whether the caller may do this. Throws what `authorize` throws; anonymous discovery is not asked about. A promise only
   * where the host gives one.
   */
  readonly authorize: (operation: Operation) => void | PromiseLike<void>;
  readonly router: Router<C>;
  /** Authorises an operation and executes it: the one that the request asks for, and each one within a bulk request. */
  readonly run: (operation: Operation, call: Call<C>) => Result | Promise<Result>;
}
