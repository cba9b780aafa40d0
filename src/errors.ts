import {
  conflict,
  expiredCursor,
  forbidden,
  internalError,
  invalidCount,
  invalidCursor,
  invalidFilter,
  invalidPath,
  invalidSyntax,
  invalidValue,
  invalidVers,
  methodNotAllowed,
  mutability,
  noTarget,
  notAcceptable,
  notFound,
  notImplemented,
  payloadTooLarge,
  sensitive,
  tooMany,
  tooManyRequests,
  unauthorized,
  unavailable,
  uniqueness,
  unsupportedMediaType,
  versionMismatch,
} from "./error.ts";

/**
 * What a host, an adapter or a hook throws so that the client gets a SCIM error: a function for each keyword of RFC 7644 Table 9 and
 * RFC 9865 §2.1, and for each status that has none. Each makes a `ScimError`; its detail is one sentence for the person who reads the
 * client's log, and those for a status have one of their own.
 *
 * @example
 * ```ts
 * import { errors } from "scimkit";
 * throw errors.conflict("No seat is left; free one or buy more, then repeat the request.");
 * ```
 * @see RFC 7644 §3.12
 */
export const errors = Object.freeze({
  /** 400 invalidFilter: the filter does not parse, or asks for a comparison that its attribute does not have. */
  invalidFilter,
  /** 400 tooMany: the query would examine or return more than the server allows. */
  tooMany,
  /** 409 uniqueness: another resource holds the value of this attribute. `errors.uniqueness("userName")` */
  uniqueness,
  /** 400 mutability: the change is against the attribute's mutability. */
  mutability,
  /** 400 invalidSyntax: the body is not JSON, or not the message that the endpoint reads. */
  invalidSyntax,
  /** 400 invalidPath: the PATCH path does not parse or names no attribute of the schema. */
  invalidPath,
  /** 400 noTarget: the PATCH path selects nothing where a target is needed. */
  noTarget,
  /** 400 invalidValue: a required value is missing, or a value does not fit its attribute. */
  invalidValue,
  /** 400 invalidVers: the protocol version of the request is not served here. */
  invalidVers,
  /** 403 sensitive: the filter belongs into the body of POST /.search. */
  sensitive,
  /** 400 invalidCursor: the cursor is unintelligible, forged, or belongs to another query. */
  invalidCursor,
  /** 400 expiredCursor: the cursor was good once. */
  expiredCursor,
  /** 400 invalidCount: `count` does not fit the cursor that it comes with. */
  invalidCount,
  /** 401: who asks is not known. The answer challenges by the schemes that the service announces. */
  unauthorized,
  /** 403: who asks is known and may not do this. */
  forbidden,
  /** 404: no such endpoint or resource. */
  notFound,
  /** 405: the endpoint exists and does not have this method; the second argument lists those that it has. */
  methodNotAllowed,
  /** 406: the client accepts neither application/scim+json nor application/json. */
  notAcceptable,
  /** 409 without a keyword: what is asked for does not go together with what is there. */
  conflict,
  /** 412: the resource has another version than the one that the request (or the adapter's caller) expected. */
  versionMismatch,
  /** 413: the request is larger than a limit; the detail names the limit. */
  payloadTooLarge,
  /** 415: the body is not JSON. */
  unsupportedMediaType,
  /** 429: wait for so many seconds, which are sent as `Retry-After`. `errors.tooManyRequests(30)` */
  tooManyRequests,
  /** 500: something failed inside; the option `cause` goes to `onNotice`, never into the answer. */
  internalError,
  /** 501: the feature is not supported or switched off here. */
  notImplemented,
  /** 503: storage cannot be reached; the outcome of a write is unknown, repeating it is safe. Sent with `Retry-After`. */
  unavailable,
});
