import type { Operation } from "../call/operation.ts";
import type { ScimError } from "../error.ts";
import { SCIM_JSON } from "../protocol/media-type.ts";
import type { ScimRequest, ScimResponse } from "../protocol/message.ts";
import type { Context } from "../storage/adapter.ts";
import type { StorageMeter } from "../storage/watch.ts";
import type { RequestEvent } from "./request-event.ts";

/** What is known of a request so far: for its answer if it fails, and for `observe` when it is answered. */
export interface Progress<C extends Context> {
  mediaType: string;
  context: C | undefined;
  operation: Operation["type"] | undefined;
  resourceType: string | undefined;
  /** Headers that the answer has, whatever it is. */
  headers: Readonly<Record<string, string>>;
  error: ScimError | undefined;
  readonly quirks: Set<string>;
  readonly storage: StorageMeter;
}

/** Nothing is known yet. */
export function startProgress<C extends Context>(): Progress<C> {
  return {
    mediaType: SCIM_JSON,
    context: undefined,
    operation: undefined,
    resourceType: undefined,
    headers: {},
    error: undefined,
    quirks: new Set(),
    storage: { calls: 0, scanned: 0 },
  };
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** What `observe` is told. */
export function requestEvent<C extends Context>(
  request: ScimRequest,
  { status }: ScimResponse,
  progress: Progress<C>,
  duration: number,
): RequestEvent<C> {
  const { context, operation, resourceType, error, quirks, storage } = progress;
  const method = request.method.toUpperCase();
  return {
    method: METHODS.find((known) => known === method) ?? "OTHER",
    ...(operation === undefined ? {} : { operation }),
    ...(resourceType === undefined ? {} : { resourceType }),
    status,
    ...(error?.scimType === undefined ? {} : { scimType: error.scimType }),
    duration,
    quirks: [...quirks],
    storageCalls: storage.calls,
    scanned: storage.scanned,
    aborted: request.signal?.aborted ?? false,
    ...(context === undefined ? {} : { context }),
  };
}
