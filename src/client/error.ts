import type { ClientAnswer } from "./answer.ts";

/**
 * What went wrong. This union may grow: give a `switch` over it a default branch.
 *
 * - `"answered"`: the server answered with an error; `status`, `scimType` and `detail` say which.
 * - `"not-scim"`: the answer is none of SCIM (HTML, another JSON, a wrong message): no such method, or a base URL that is off.
 * - `"redirected"`: the server leads elsewhere, where the client does not follow with its token.
 * - `"too-large"`: the answer is larger than the limit.
 * - `"paging"`: a list cannot be read to its end: pages that repeat, or lack what they announce.
 * - `"unreachable"`: no connection; nothing was sent.
 * - `"tls"`: no trust in the server's certificate; nothing was sent.
 * - `"cut"`: the connection broke before the answer was there.
 * - `"timeout"`: no answer in time.
 * - `"aborted"`: the caller's signal; `cause` is its reason.
 * - `"credentials"`: `authenticate` or `token` of the client failed; `cause` is what it threw.
 */
export type ClientErrorCode =
  | "answered"
  | "not-scim"
  | "redirected"
  | "too-large"
  | "paging"
  | "unreachable"
  | "tls"
  | "cut"
  | "timeout"
  | "aborted"
  | "credentials";

/** What an error of the client is made of, besides its text. */
export interface ClientErrorFacts {
  readonly code: ClientErrorCode;
  /** Of the request, in capitals. */
  readonly method: string;
  /** Of the request, without credentials. */
  readonly url: string;
  /** Default: there was none. */
  readonly answer?: ClientAnswer | undefined;
  /** Keyword of RFC 7644 Table 9. Default: the server named none. */
  readonly scimType?: string | undefined;
  /** The server's own words. Default none. */
  readonly detail?: string | undefined;
  /** Whether the server may have done what was asked. Default `false`. */
  readonly mayHaveHappened?: boolean | undefined;
  /** What was thrown below, if anything. */
  readonly cause?: unknown;
}

/**
 * The one error of the client. Its message is one sentence that names the request and what to change; no token is in it.
 *
 * @example
 * ```ts
 * import { isScimClientError } from "scimkit/client";
 * declare function provision(): Promise<void>;
 * await provision().catch((error: unknown) => {
 *   if (isScimClientError(error) && error.status === 409) console.warn(error.scimType, error.detail);
 *   else throw error;
 * });
 * ```
 * @see RFC 7644 §3.12
 */
export class ScimClientError extends Error {
  /** What kind of fault it is. */
  readonly code: ClientErrorCode;
  /** Of the request, in capitals. */
  readonly method: string;
  /** Of the request, without credentials. */
  readonly url: string;
  /** HTTP status, where there is an answer. */
  readonly status: number | undefined;
  /** Keyword of RFC 7644 Table 9, or another that the server made up. */
  readonly scimType: string | undefined;
  /** The server's own words. */
  readonly detail: string | undefined;
  /** What the server answered. */
  readonly answer: ClientAnswer | undefined;
  /** Whether the server may have done what was asked, in this attempt or one before it: read before you ask again. */
  readonly mayHaveHappened: boolean;

  constructor(message: string, facts: ClientErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "ScimClientError";
    this.code = facts.code;
    this.method = facts.method;
    this.url = facts.url;
    this.status = facts.answer?.status;
    this.scimType = facts.scimType;
    this.detail = facts.detail;
    this.answer = facts.answer;
    this.mayHaveHappened = facts.mayHaveHappened ?? false;
  }

  /** The same, of which more is known. */
  with(more: Partial<ClientErrorFacts>): ScimClientError {
    return new ScimClientError(this.message, { ...this, cause: this.cause, ...more });
  }
}

/**
 * Tells a `ScimClientError` of any copy or version of the package from other thrown values.
 *
 * @example
 * ```ts
 * import { isScimClientError } from "scimkit/client";
 * const isGone = (error: unknown) => isScimClientError(error) && error.status === 404;
 * ```
 */
export function isScimClientError(value: unknown): value is ScimClientError {
  if (!(value instanceof Error) || value.name !== "ScimClientError") return false;
  const { code, method, url } = value as Partial<ScimClientError>;
  return [code, method, url].every((one) => typeof one === "string");
}
