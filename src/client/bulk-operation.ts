import type { ScimClientError } from "./error.ts";

/** One operation of a bulk request. @see RFC 7644 §3.7 */
export interface BulkOperation {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base URL: `/Users`, `/Users/42`, `/Users/bulkId:ada`. */
  readonly path: string;
  /** By which others refer to what is created: `"bulkId:ada"` in their `data` or `path`. One is made up for a POST without. */
  readonly bulkId?: string | undefined;
  /** Only this version is changed. */
  readonly version?: string | undefined;
  /** What is created, the replacement, or the body of a PATCH. */
  readonly data?: unknown;
}

/** What became of an operation. */
export interface BulkResult {
  /** As it was given. */
  readonly operation: BulkOperation;
  /** Of the server; undefined where the operation was not done, and `reason` says why. */
  readonly status: number | undefined;
  /** Of the resource; for a POST, of what was created. */
  readonly id?: string | undefined;
  readonly location?: string | undefined;
  readonly version?: string | undefined;
  /** What the server says of a failure, or of the resource where it says it. */
  readonly response?: unknown;
  /** Why it was not done, or is not known to be. */
  readonly reason?: string | undefined;
  /** What was thrown where no answer came: the operation may have been done if `mayHaveHappened` says so. */
  readonly error?: ScimClientError | undefined;
}

/** Whether an operation has failed, or was not done. */
export function isFailure({ status }: BulkResult): boolean {
  // What is redirected has not been done.
  return status === undefined || status < 200 || status > 299;
}
