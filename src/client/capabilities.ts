/**
 * Where a capability is known from. `"announced"`: the server's ServiceProviderConfig says so. `"assumed"`: that document is missing, wrong or
 * silent about it. `"profile"`: the profile of the server (option `server`). `"option"`: the option `capabilities`.
 */
export type Origin = "announced" | "assumed" | "profile" | "option";

/** Whether a server can do something, and how that is known. */
export interface Capability {
  readonly supported: boolean;
  readonly origin: Origin;
}

/**
 * What a server can do, as its ServiceProviderConfig announces it, corrected by the profile of the server and by the options.
 * @see RFC 7643 §5; RFC 9865 §4
 */
export interface Capabilities {
  /** PATCH. Assumed: yes. */
  readonly patch: Capability;
  /** PUT, which no document announces. Assumed: yes. */
  readonly put: Capability;
  /** Bulk requests, of so many operations and bytes at most. Assumed: no. */
  readonly bulk: Capability & {
    readonly maxOperations: number | undefined;
    readonly maxPayloadSize: number | undefined;
  };
  /** Filters, and how many resources an answer holds at most. Assumed: yes. */
  readonly filter: Capability & { readonly maxResults: number | undefined };
  /** `sortBy`. Assumed: no. */
  readonly sort: Capability;
  /** Entity tags and `If-Match`. Assumed: no. */
  readonly etag: Capability;
  /** A change of the password by clients. Assumed: no. */
  readonly changePassword: Capability;
  /** Pages by cursor, of so many resources at most. Assumed: no. @see RFC 9865 */
  readonly cursor: Capability & { readonly maxPageSize: number | undefined };
  /** Pages by `startIndex`. Assumed: yes. @see RFC 7644 §3.4.2.4 */
  readonly index: Capability;
}

/** The name of a capability. This union may grow: give a `switch` over it a default branch. */
export type CapabilityName = keyof Capabilities;

/**
 * What is known better than a server announces it: a boolean is whether it is supported, an object its limits (and that it is).
 * `{ bulk: { maxOperations: 100 }, put: false }`.
 */
export type KnownCapabilities = {
  readonly [K in CapabilityName]?:
    | boolean
    | { readonly [M in Exclude<keyof Capabilities[K], "origin">]?: Capabilities[K][M] };
};
