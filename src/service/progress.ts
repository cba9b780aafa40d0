import type { Operation } from "../call/operation.ts";
import type { ScimError } from "../error.ts";
import type { Asked } from "../events/event.ts";
import { SCIM_JSON } from "../protocol/media-type.ts";
import type { ScimRequest, ScimResponse } from "../protocol/message.ts";
import type { Context } from "../storage/adapter.ts";
import type { StorageMeter } from "../storage/watch.ts";
import type { RequestEvent } from "./request-event.ts";

/** What is known of a request so far: for its answer if it fails, and for `onRequest` when it is answered. */
export interface Progress<C extends Context> {
  mediaType: string;
  context: C | undefined;
  /** Finds the template of the request's path; nobody knows it before the base URL is known. */
  path: () => string | undefined;
  operation: Operation["type"] | undefined;
  resourceType: string | undefined;
  /** Headers that the answer has, whatever it is. */
  headers: Readonly<Record<string, string>>;
  error: ScimError | undefined;
  /** `onNotice` knows why the answer is an error: whatever fails after it is nobody's answer. */
  isTold: boolean;
  readonly quirks: Set<string>;
  readonly storage: StorageMeter;
}

/** Nothing is known yet. */
export function startProgress<C extends Context>(): Progress<C> {
  return {
    mediaType: SCIM_JSON,
    context: undefined,
    path: () => undefined,
    operation: undefined,
    resourceType: undefined,
    headers: {},
    error: undefined,
    isTold: false,
    quirks: new Set(),
    storage: { calls: 0, scanned: 0 },
  };
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** What was asked, as far as it is known by now. */
export function askedOf<C extends Context>({ method }: Pick<ScimRequest, "method">, progress: Progress<C>): Asked {
  const { operation, resourceType, quirks } = progress;
  const path = progress.path();
  const upper = method.toUpperCase();
  return {
    method: METHODS.find((known) => known === upper) ?? "OTHER",
    ...(path === undefined ? {} : { path }),
    ...(operation === undefined ? {} : { operation }),
    ...(resourceType === undefined ? {} : { resourceType }),
    quirks: [...quirks],
  };
}

/** What `onRequest` is told. */
export function requestEvent<C extends Context>(
  request: Pick<ScimRequest, "method" | "signal">,
  { status }: ScimResponse,
  progress: Progress<C>,
  duration: number,
): RequestEvent<C> {
  const { context, error, storage } = progress;
  return {
    ...askedOf(request, progress),
    status,
    ...(error?.scimType === undefined ? {} : { scimType: error.scimType }),
    ...(error === undefined ? {} : { detail: error.summary }),
    duration,
    storageCalls: storage.calls,
    scanned: storage.scanned,
    aborted: request.signal?.aborted ?? false,
    ...(context === undefined ? {} : { context }),
  };
}
