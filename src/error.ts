/** URN of the error message. @see RFC 7644 §3.12 */
export const ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

/**
 * Every `scimType` keyword and the HTTP status it travels with.
 * @see RFC 7644 §3.12 Table 9 (uniqueness: §3.3, sensitive: §7.5.2) and RFC 9865 §2.1
 */
export const SCIM_TYPES = {
  invalidFilter: 400,
  tooMany: 400,
  uniqueness: 409,
  mutability: 400,
  invalidSyntax: 400,
  invalidPath: 400,
  noTarget: 400,
  invalidValue: 400,
  invalidVers: 400,
  sensitive: 403,
  invalidCursor: 400,
  expiredCursor: 400,
  invalidCount: 400,
} as const;

/**
 * A keyword of RFC 7644 Table 9 or RFC 9865 §2.1. This union may grow: give a `switch` over it a default branch.
 * @see RFC 7644 §3.12; RFC 9865 §2.1
 */
export type ScimType = keyof typeof SCIM_TYPES;

/** The JSON body of an error response. `status` is a string, as the RFC demands. @see RFC 7644 §3.12 */
export interface ErrorMessage {
  readonly schemas: readonly [typeof ERROR_SCHEMA];
  readonly status: string;
  readonly scimType?: ScimType;
  readonly detail: string;
}

/** What an error can carry besides its text. @see RFC 7644 §3.12 */
export interface ScimErrorOptions {
  /** The keyword, only for the statuses that RFC 7644 gives it. */
  readonly scimType?: ScimType | undefined;
  /** Headers of the answer, e.g. `WWW-Authenticate`, `Allow`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The cause, for `onNotice({ type: "fault" })`; never part of the answer. */
  readonly cause?: unknown;
  /**
   * The detail without what it repeats of the request, for what `onNotice` and `onRequest` are told. Default: the detail itself, so give
   * one wherever a detail quotes a value.
   */
  readonly summary?: string | undefined;
}

/**
 * The one error class: whatever is thrown as a `ScimError` reaches the client as a SCIM error body; anything else becomes
 * a 500 that says nothing of the inside. Recognise it by `code`, not by `instanceof` (ESM and CommonJS copies differ).
 *
 * @example
 * ```ts
 * import { ScimError } from "scimkit";
 * throw new ScimError(403, "This directory is managed by the HR system; change the user there.");
 * ```
 * @see RFC 7644 §3.12
 */
export class ScimError extends Error {
  /** Stable mark of this class across copies of the package. */
  readonly code = "ERR_SCIM";
  /** HTTP status, 400…599. */
  readonly status: number;
  /** Keyword of Table 9, when the status has one. */
  readonly scimType: ScimType | undefined;
  /** One sentence for the person who reads the client's log: what is wrong and what to change. */
  readonly detail: string;
  /** Extra headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the host is told instead of `detail`, where that repeats something of the request. */
  readonly summary: string;

  constructor(status: number, detail: string, options: ScimErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ScimError";
    this.status = status;
    this.detail = detail;
    this.scimType = options.scimType;
    this.headers = options.headers ?? {};
    this.summary = options.summary ?? detail;
  }

  /** The error as the body of a response. */
  toJSON(): ErrorMessage {
    return errorMessage(this);
  }
}

/** The body of a response to an error, whatever a class of a host's own makes of `toJSON`. @see RFC 7644 §3.12 */
export function errorMessage({ status, scimType, detail }: ScimError): ErrorMessage {
  return { schemas: [ERROR_SCHEMA], status: String(status), ...(scimType === undefined ? {} : { scimType }), detail };
}

/**
 * Tells a `ScimError` of any copy or version of the package from other thrown values: by its `code`, its `status` (400…599) and its
 * `detail`. These three are there always; of another version, what else it has may differ.
 *
 * @example
 * ```ts
 * import { isScimError } from "scimkit";
 * declare function provision(): Promise<void>;
 * await provision().catch((error: unknown) => {
 *   if (!isScimError(error)) throw error;
 *   console.warn(error.status, error.scimType, error.detail);
 * });
 * ```
 * @see RFC 7644 §3.12
 */
export function isScimError(value: unknown): value is ScimError {
  if (typeof value !== "object" || value === null) return false;
  const { code, status, detail } = value as { code?: unknown; status?: unknown; detail?: unknown };
  return code === "ERR_SCIM" && isErrorStatus(status) && typeof detail === "string";
}

function isErrorStatus(status: unknown): boolean {
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status < 600;
}

/** An error of any copy or version as one of this copy; what another one has in other shapes than ours is left out. */
export function ownError(error: ScimError): ScimError {
  if (error instanceof ScimError) return error;
  const { status, detail, scimType, headers, summary, cause } = error as Partial<ScimError> & typeof error;
  const texts = Object.entries(Object(headers) as object).filter(([, value]) => typeof value === "string");
  return new ScimError(status, detail, {
    ...(typeof scimType === "string" ? { scimType } : {}),
    ...(typeof summary === "string" ? { summary } : {}),
    headers: Object.fromEntries(texts),
    cause,
  });
}

function ofType(scimType: ScimType) {
  return (detail: string, options: ScimErrorOptions = {}): ScimError =>
    new ScimError(SCIM_TYPES[scimType], detail, { ...options, scimType });
}

function ofStatus(status: number, standard: string) {
  return (detail: string = standard, options: ScimErrorOptions = {}): ScimError =>
    new ScimError(status, detail, options);
}

/**
 * 400 invalidFilter: the filter does not parse, or asks for a comparison that its attribute does not have.
 * @see RFC 7644 §3.12 Table 9
 */
export const invalidFilter = ofType("invalidFilter");
/** 400 tooMany: the query would examine or return more than the server allows. @see RFC 7644 §3.12 Table 9 */
export const tooMany = ofType("tooMany");
/** 400 mutability: the change is against the attribute's mutability. @see RFC 7644 §3.12 Table 9 */
export const mutability = ofType("mutability");
/** 400 invalidSyntax: the body is not JSON, or not the message that the endpoint reads. @see RFC 7644 §3.12 Table 9 */
export const invalidSyntax = ofType("invalidSyntax");
/** 400 invalidPath: the PATCH path does not parse or names no attribute of the schema. @see RFC 7644 §3.12 Table 9 */
export const invalidPath = ofType("invalidPath");
/** 400 noTarget: the PATCH path selects nothing where a target is needed. @see RFC 7644 §3.12 Table 9 */
export const noTarget = ofType("noTarget");
/** 400 invalidValue: a required value is missing, or a value does not fit its attribute. @see RFC 7644 §3.12 Table 9 */
export const invalidValue = ofType("invalidValue");
/** 400 invalidVers: the protocol version of the request is not served here. @see RFC 7644 §3.12 Table 9, §3.13 */
export const invalidVers = ofType("invalidVers");
/** 400 invalidCursor: the cursor is unintelligible, forged, or belongs to another query. @see RFC 9865 §2.1 */
export const invalidCursor = ofType("invalidCursor");
/** 400 expiredCursor: the cursor was good once. @see RFC 9865 §2.1 */
export const expiredCursor = ofType("expiredCursor");
/** 400 invalidCount: `count` does not fit the cursor that it comes with. @see RFC 9865 §2.1 */
export const invalidCount = ofType("invalidCount");
/** 403 sensitive: the filter belongs into the body of POST /.search. @see RFC 7644 §7.5.2 */
export const sensitive = ofType("sensitive");

/**
 * 409 uniqueness: another resource holds the value. A storage adapter throws it with the attribute's name.
 *
 * @example
 * ```ts
 * import { errors } from "scimkit";
 * throw errors.uniqueness("userName");
 * ```
 * @see RFC 7644 §3.3
 */
export function uniqueness(attribute: string, options: ScimErrorOptions = {}): ScimError {
  return new ScimError(409, `Another resource already has this value of ${attribute}; ${attribute} must be unique.`, {
    ...options,
    scimType: "uniqueness",
  });
}

/**
 * 412: the resource has another version than the one the request (or the adapter's caller) expected.
 * @see RFC 7644 §3.14
 */
export const versionMismatch = ofStatus(
  412,
  "The resource has changed: its current version does not match If-Match. Read it again and repeat the change.",
);
/**
 * 401: who asks is not known. The answer challenges by the schemes that the service announces (`discovery.authenticationSchemes`):
 * `Bearer` by default, `Basic realm="SCIM"` for `httpbasic`, both where there are both; `headers["WWW-Authenticate"]` says something else.
 *
 * @example
 * ```ts
 * import { errors, type ScimOptions } from "scimkit";
 * declare const accounts: { check(credentials: string): Promise<{ tenant: string } | undefined> }; // yours
 * const authenticate: ScimOptions["authenticate"] = async ({ headers }) => {
 *   const found = await accounts.check(String(headers.authorization ?? ""));
 *   if (found === undefined) throw errors.unauthorized();
 *   return found;
 * };
 * ```
 * @see RFC 7644 §2, §3.12 Table 8; RFC 9110 §15.5.2
 */
export const unauthorized = ofStatus(
  401,
  "The request carries no valid credentials. Send valid ones in the Authorization header.",
);
/**
 * 403: who asks is known and may not do this.
 *
 * @example
 * ```ts
 * import { errors, type ScimOptions } from "scimkit";
 * const authorize: ScimOptions["authorize"] = (operation) => {
 *   if (operation.type === "delete") throw errors.forbidden("Users are deactivated here, never deleted.");
 * };
 * ```
 * @see RFC 7644 §3.12 Table 8
 */
export const forbidden = ofStatus(403, "The credentials do not permit this operation.");
/** 404: no such endpoint or resource. @see RFC 7644 §3.12 Table 8 */
export const notFound = ofStatus(404, "No such endpoint.");
/** 405: the endpoint exists and does not have this method; `allow` lists those it has. */
export function methodNotAllowed(method: string, allow: readonly string[]): ScimError {
  const list = allow.join(", ");
  return new ScimError(405, `The endpoint does not support ${method}. It supports ${list}.`, {
    headers: { Allow: list },
    // A method can be any word.
    summary: `The endpoint does not support this method. It supports ${list}.`,
  });
}
/** 406: the client accepts neither application/scim+json nor application/json. */
export const notAcceptable = ofStatus(
  406,
  "Responses are application/scim+json or application/json; Accept must permit one of them.",
);
/**
 * 409 without a keyword: what is asked for does not go together with what is there. Default: another writer kept winning.
 * @see RFC 7644 §3.12 Table 8
 */
export const conflict = ofStatus(
  409,
  "The resource was changed by other requests while this one ran. Repeat the request.",
);
/** 413: the request is larger than a limit; the detail names the limit. @see RFC 7644 §3.12 Table 8 */
export const payloadTooLarge = ofStatus(413, "The request body is too large.");
/** 413 for a body of too many bytes. One limit holds for all requests, under the name that `/ServiceProviderConfig` gives it. */
export function bodyTooLarge(limit: number): ScimError {
  return payloadTooLarge(
    `The size of the request body exceeds the maxPayloadSize (${limit}). The option of the server is limits.body, in bytes.`,
  );
}
/** 415: the body is not JSON. @see RFC 7644 §3.8; RFC 9110 §15.5.16 */
export const unsupportedMediaType = ofStatus(
  415,
  "Request bodies must be application/scim+json or application/json; set Content-Type accordingly.",
);
/**
 * 429: the host's limiter says wait; `retryAfter` is in seconds and is sent as a whole number of them, a day at most (Okta reads
 * nothing else).
 *
 * @example
 * ```ts
 * import { errors } from "scimkit";
 * throw errors.tooManyRequests(30); // Retry-After: 30
 * ```
 * @see RFC 6585 §4
 */
export function tooManyRequests(retryAfter: number, detail?: string): ScimError {
  const seconds = Number.isNaN(retryAfter) ? 1 : Math.min(Math.max(0, Math.ceil(retryAfter)), 86_400);
  return new ScimError(429, detail ?? `Too many requests. Try again in ${seconds} s.`, {
    headers: { "Retry-After": String(seconds) },
  });
}
/** 500: something failed inside; the cause goes to `onNotice({ type: "fault" })`, never into the answer. */
export const internalError = ofStatus(
  500,
  "The server failed to process the request. Nothing about the request needs to change; try again later.",
);
/** 501: the feature is not supported or switched off here. */
export const notImplemented = ofStatus(501, "This server does not support the operation.");
/**
 * 503: storage cannot be reached; the outcome of a write is unknown, repeating it is safe. The answer says in `Retry-After` after
 * how many seconds: 5, or what `headers` say where it is known.
 *
 * @example
 * ```ts
 * import { errors } from "scimkit";
 * throw errors.unavailable("The directory is moved to another server.", { headers: { "Retry-After": "120" } });
 * ```
 * @see RFC 9110 §10.2.3, §15.6.4
 */
export const unavailable = ofStatus(503, "Storage is not available. Try again later.");
