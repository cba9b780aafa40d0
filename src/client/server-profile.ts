import type { CompareOperator } from "../filter/ast.ts";
import type { KnownCapabilities } from "./capabilities.ts";

/** What a filter is made of; `"[]"` asks for an element: `emails[type eq "work"]`. @see RFC 7644 §3.4.2.2 */
export type FilterWord = CompareOperator | "pr" | "and" | "or" | "not" | "[]";

/** Which filters a server reads. What it does not read is refused here, before it is sent. @see RFC 7644 §3.4.2.2 */
export interface FilterRules {
  /** The operators and joins that it knows; `"[]"` is the filter of an element. Default all. */
  readonly words?: readonly FilterWord[] | undefined;
  /** The only paths that it filters by, in lower case. Default all. */
  readonly paths?: readonly string[] | undefined;
  /** Whether a list without a filter is not what it seems to be, and none is asked for. Default `false`. */
  readonly required?: boolean | undefined;
  /** Most comparisons and joins of one filter. Default as many as one likes. */
  readonly maxNodes?: number | undefined;
  /** Most characters of one filter. Default as many as one likes. */
  readonly maxLength?: number | undefined;
}

/** What a PATCH may hold. @see RFC 7644 §3.5.2 */
export interface PatchRules {
  /** Most operations of a request. Default as many as one likes. */
  readonly maxOperations?: number | undefined;
  /**
   * Whether elements are named by a filter in the path (`emails[type eq "work"].value`). Default `true`; where `false`, a multi-valued
   * attribute is replaced as a whole.
   */
  readonly valuePaths?: boolean | undefined;
  /** Whether simple values are sent as `[{"value": …}]`. Default `false`. */
  readonly listedScalars?: boolean | undefined;
}

/** How who is in a group is changed, and read. @see RFC 7643 §4.2 */
export interface MemberRules {
  /** Most members that one request adds and removes. Default as many as one likes. */
  readonly maxChanges?: number | undefined;
  /** Whether `replace` of `members`, and `remove` of all of them, is taken. Default `true`; where `false`, each that goes is named. */
  readonly replace?: boolean | undefined;
  /**
   * How members are removed. `"path"` (default) by a filter in the path, as the RFC has it; `"list"` by `remove` of `members` with the
   * list of them as its value; `"object"` the same with the value `{ "members": […] }`.
   */
  readonly removal?: "path" | "list" | "object" | undefined;
  /**
   * How members are added. `"list"` (default) by `add` to `members` of a list; `"object"` by `add` of `{ "members": […] }` to
   * `members`; `"resource"` by `add` of `{ "members": […] }` without a path.
   */
  readonly addition?: "list" | "object" | "resource" | undefined;
  /** Whether a group that is read shows its members. Default `true`; where `false`, `update` takes no members. */
  readonly returned?: boolean | undefined;
}

/** How many requests a server takes in a while. */
export interface RateRule {
  readonly requests: number;
  /** The length of the window, in seconds. */
  readonly seconds: number;
  /** The methods that count. Default all. */
  readonly methods?: readonly string[] | undefined;
  /** The only endpoints that count, e.g. `["/Groups"]`. Default all. */
  readonly endpoints?: readonly string[] | undefined;
  /** Only bodies of more bytes than this count. Default all. */
  readonly overBytes?: number | undefined;
}

/**
 * In what a server differs from the RFCs, or narrows them: data, each with the pages that say so and the month in which they did.
 * Nothing in the client knows a server by its name; it reads these rules. One of your own is an object like these, and one that is here
 * can be changed: `{ ...awsIdentityCenter, rates: [] }`.
 *
 * @example
 * ```ts
 * import type { ServerProfile } from "scimkit/client";
 * const inHouse: ServerProfile = {
 *   name: "The directory of our own",
 *   asOf: "2026-11",
 *   sources: ["https://directory.example.com/docs/scim"],
 *   capabilities: { put: false, sort: false },
 *   filter: { words: ["eq"] },
 *   members: { maxChanges: 500 },
 * };
 * ```
 */
export interface ServerProfile {
  /** What people call it. */
  readonly name: string;
  /** When the rules were last compared with their sources: `2026-11`. */
  readonly asOf: string;
  /** Where the rules stand. */
  readonly sources: readonly string[];
  /** What it can do and what not, whatever its ServiceProviderConfig says. Default: what that says. */
  readonly capabilities?: KnownCapabilities | undefined;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly filter?: FilterRules | undefined;
  readonly patch?: PatchRules | undefined;
  readonly members?: MemberRules | undefined;
  /** Most bytes of a request. */
  readonly maxBytes?: number | undefined;
  /** Multi-valued attributes of which it keeps one element; more are refused here, before one is lost. */
  readonly oneElement?: readonly string[] | undefined;
  /** Attributes that it needs at creation, by the names of resource types: `{ User: ["emails"] }`. */
  readonly needs?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Attributes that it does not change once they are there, by the names of resource types: `{ Group: ["displayName"] }`. */
  readonly fixed?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly rates?: readonly RateRule[] | undefined;
}

/** Some of a profile. */
export type ServerTraits = Partial<ServerProfile>;
