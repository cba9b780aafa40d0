import type { PartOf } from "../schema/resource.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";

/**
 * Why a create met an account that exists. `attribute`: it has the value of a unique attribute (`attribute` is its path). `host`: `match`
 * named it. `tombstone`: it was deleted, and its externalId is remembered. More reasons may come: have a default branch.
 */
export type AdoptionReason =
  | { readonly type: "attribute"; readonly attribute: string }
  | { readonly type: "host" }
  | { readonly type: "tombstone" };

/**
 * What a client asserts by a create. `resourceType` tells the types of `createScim` apart; what stands elsewhere names those that it
 * understands, as in `Assertion<typeof User>`.
 */
export type Assertion<R extends ResourceTypeDefinition = ResourceTypeDefinition> = R extends ResourceTypeDefinition
  ? AssertionOf<R["name"], PartOf<R>>
  : never;

/** An assertion about a resource of one type, by its parts, so that one of a known type goes where any is taken. */
interface AssertionOf<N extends string, P> {
  /** Name of the resource type, e.g. `User`. */
  readonly resourceType: N;
  /** Its endpoint, e.g. `/Users`. */
  readonly endpoint: string;
  /** What the client names, with canonical names and values, without secrets. */
  readonly attributes: P;
  /** What the driver knows the transaction by that the create is part of; undefined where there is none. */
  readonly transaction: unknown;
}

/**
 * An account that a create met. It is one of the same tenant, always. `resourceType` tells the types of `createScim` apart; what stands
 * elsewhere names those that it understands, as in `AdoptionCandidate<typeof User>`.
 */
export type AdoptionCandidate<R extends ResourceTypeDefinition = ResourceTypeDefinition> =
  R extends ResourceTypeDefinition ? CandidateOf<R["name"], PartOf<R>> : never;

/** A candidate of one type, by its parts. */
interface CandidateOf<N extends string, P> extends AssertionOf<N, P> {
  readonly reason: AdoptionReason;
  /** The id of the account. */
  readonly id: string;
  /** Its version: what is linked is this version and no other. Of a tombstone the last one. */
  readonly version: string;
  /** Whether it was deleted and is remembered: nobody has it now. */
  readonly isRemembered: boolean;
  /** Whether an identity provider owns it already; undefined where nobody keeps account of that. */
  readonly isManaged: boolean | undefined;
  /**
   * The account as it is, without secrets and without collections. Of one that is remembered what was kept of it, which is the id and
   * the externalId at least.
   */
  existing(): Promise<P>;
}

/**
 * What becomes of the create. `"refuse"`: it is not this account: 409 `uniqueness`, and where the account is only remembered, a new one.
 * `"link"`: the create is this account: it takes what the client asserts, and keeps its id. `"restore"`: likewise, and it is in service
 * again (`active: true`, unless the client says `false`).
 */
export type AdoptionAnswer = "refuse" | "link" | "restore";

/**
 * Says whether a create is an account that exists. May throw a `ScimError` that says why not.
 *
 * An equal e-mail address or user name alone is no proof: who may name accounts in a directory would take over whichever account he
 * names. Link where the tenant's directory is the authority for the address (a domain that the tenant has verified), and never accounts
 * that may do more than the directory's administrator.
 */
export type Adopt<C extends Context = Context, R extends ResourceTypeDefinition = ResourceTypeDefinition> = (
  candidate: AdoptionCandidate<R>,
  context: C,
) => AdoptionAnswer | Promise<AdoptionAnswer>;

/**
 * How a create becomes an account that exists.
 *
 * @example
 * ```ts
 * import { createScim, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * declare function idByVerifiedAddress(address: unknown, tenant: string | undefined): Promise<string | undefined>;
 * createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2", authenticate: () => ({}),
 *   adopt: {
 *     match: ({ attributes }, { tenant }: { tenant?: string }) => idByVerifiedAddress(attributes.userName, tenant),
 *     decide: ({ reason, isManaged }) => (reason.type === "attribute" || isManaged === true ? "refuse" : "restore"),
 *   },
 * });
 * ```
 */
export interface AdoptOptions<C extends Context = Context, R extends ResourceTypeDefinition = ResourceTypeDefinition> {
  /** Is asked about each account that a create meets. */
  readonly decide: Adopt<C, R>;
  /**
   * Looks an account up before anything is written, by what scimkit cannot know: gives the id of a resource of the same tenant and type,
   * or undefined for none. What it names is then asked about. Default: nobody is looked up.
   */
  readonly match?:
    | ((asserted: Assertion<R>, context: C) => string | undefined | Promise<string | undefined>)
    | undefined;
  /**
   * `"put"`: what is linked takes what the client asserts as by a PUT: what it does not name is cleared. Default `"patch"`: as by a PATCH
   * that replaces each attribute that is named and leaves the others; of a collection (a group's members) elements are added and none goes.
   */
  readonly take?: "patch" | "put" | undefined;
}

/**
 * What becomes of resources that are deleted.
 *
 * @example
 * ```ts
 * import { createScim, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2", authenticate: () => ({}),
 *   lifecycle: { remember: 30 * 24 * 3600 },
 *   adopt: ({ reason }) => (reason.type === "tombstone" ? "restore" : "refuse"),
 * });
 * ```
 * @see RFC 7644 §3.6
 */
export interface LifecycleOptions {
  /**
   * For how many seconds the externalId of a deleted resource is remembered with its id, so that who returns gets the id back by
   * `adopt`. Default: it is forgotten; with `delete: "deactivate"` it is remembered without an end.
   */
  readonly remember?: number | undefined;
  /**
   * `"deactivate"`: what is deleted is kept out of sight, so that it comes back as it was: in its row, where a mapping names a column for
   * it (`deleted`), else as a document in the ledger. For clients it is gone either way: 404, its names free, out of groups and lists.
   * Default `"delete"`: it is deleted.
   */
  readonly delete?: "delete" | "deactivate" | undefined;
}
