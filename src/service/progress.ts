import type { Operation } from "../call/operation.ts";
import type { ScimError } from "../error.ts";
import type { Asked } from "../events/event.ts";
import { type Endpoint, findTemplate, templateOf } from "../protocol/endpoint.ts";
import { SCIM_JSON } from "../protocol/media-type.ts";
import type { ScimRequest, ScimResponse } from "../protocol/message.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import type { StorageMeter } from "../storage/watch.ts";
import type { RequestEvent } from "./request-event.ts";

/** Where the endpoint of a request is looked for. */
interface Sought {
  readonly path: string;
  readonly basePath: string;
  readonly resourceTypes: readonly CompiledResourceType[];
  readonly anyCase: boolean;
}

/**
 * What is known of a request so far, nothing at first: for its answer if it fails, and for `onRequest` when it is answered. Every request has
 * one and few are asked what is in it, so that it holds what things are made of rather than the things.
 */
export class Progress<C extends Context> {
  mediaType = SCIM_JSON;
  context: C | undefined = undefined;
  /** Undefined as long as the base URL is not known. */
  sought: Sought | undefined = undefined;
  /** Where the path leads, once it is found. */
  endpoint: Endpoint | undefined = undefined;
  operation: Operation["type"] | undefined = undefined;
  resourceType: string | undefined = undefined;
  /** Headers that the answer has, whatever it is. */
  headers: Readonly<Record<string, string>> | undefined = undefined;
  error: ScimError | undefined = undefined;
  /** `onNotice` knows why the answer is an error: whatever fails after it is nobody's answer. */
  isTold = false;
  /** Rules that were needed, each once. */
  readonly quirks: string[] = [];
  readonly storage: StorageMeter = { calls: 0, scanned: 0 };

  /** The template of the request's path, as far as it is known where it leads. */
  get path(): string | undefined {
    if (this.endpoint !== undefined) return templateOf(this.endpoint);
    if (this.sought === undefined) return undefined;
    const { path, basePath, resourceTypes, anyCase } = this.sought;
    return findTemplate(path, basePath, resourceTypes, anyCase);
  }

  needed(quirk: string): void {
    if (!this.quirks.includes(quirk)) this.quirks.push(quirk);
  }

  /** A response with the headers that the answer has, whatever it is. */
  withHeaders(response: ScimResponse): ScimResponse {
    return this.headers === undefined ? response : { ...response, headers: { ...response.headers, ...this.headers } };
  }
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** What was asked, as far as it is known by now. */
export function askedOf<C extends Context>({ method }: Pick<ScimRequest, "method">, progress: Progress<C>): Asked {
  const { path, operation, resourceType, quirks } = progress;
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
