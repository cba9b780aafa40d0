import { locationOf } from "../../call/location.ts";
import { entityTag } from "../../call/preconditions.ts";
import { errorMessage, type ScimError } from "../../error.ts";
import type { ResourceObject } from "../../schema/value.ts";
import type { PlannedOperation } from "./plan.ts";

/** URN of a bulk response. @see RFC 7644 §3.7 */
export const BULK_RESPONSE_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/** An operation that failed. */
export interface Failed {
  readonly type: "failed";
  readonly error: ScimError;
  /** What was thrown, which is the error itself unless something failed inside. */
  readonly thrown: unknown;
  /** The request as a whole was given up: what is to be told of that is told of the request. */
  readonly isGivenUp: boolean;
  /** Of the resource that was meant; undefined for a POST. */
  readonly id: string | undefined;
}

/** What one operation came to. */
export type Outcome =
  | {
      readonly type: "done";
      /** As the single request would have had it. */
      readonly status: number;
      readonly id: string;
      /** The version after the operation; undefined where nothing is left. */
      readonly version: string | undefined;
      /** Of a POST: it became an account that existed. */
      readonly isAdopted?: boolean;
    }
  | Failed;

/**
 * One element of the response's `Operations`: `status` is a string, a resource that is there or was meant has its
 * `location`, and no body comes back where nothing went wrong [T-G11].
 * @see RFC 7644 §3.7.3
 */
export function operationResult(
  { entry, target }: PlannedOperation,
  outcome: Outcome,
  { baseUrl, engine: { etags } }: { readonly baseUrl: string; readonly engine: { readonly etags: boolean } },
): ResourceObject {
  const { method, bulkId } = entry;
  const { id } = outcome;
  const location =
    target === undefined || id === undefined ? {} : { location: locationOf(baseUrl, target.resourceType, id) };
  const common = { ...location, ...(method && { method }), ...(bulkId === undefined ? {} : { bulkId }) };
  if (outcome.type === "failed") {
    const { error } = outcome;
    return { ...common, status: String(error.status), response: errorMessage(error) };
  }
  const { status } = outcome;
  const version = etags ? outcome.version : undefined;
  return { ...common, ...(version === undefined ? {} : { version: entityTag(version) }), status: String(status) };
}
