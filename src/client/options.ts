import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { KnownCapabilities } from "./capabilities.ts";
import type { ServerTraits } from "./server-profile.ts";

/**
 * Sends one request: the `fetch` of the platform, `fetchHandler(scim)` of `scimkit/fetch`, or one that wraps them (a proxy, a certificate of
 * one's own, a log). It is always given a `Request`.
 */
export type ClientFetch = (request: Request) => Promise<Response>;

/** What `authenticate` is told of the request that it is to give credentials for. */
export interface CredentialFacts {
  readonly method: string;
  readonly url: string;
  /** Whether the server has refused the credentials that were given before (401): give new ones. */
  readonly isRefused: boolean;
}

/**
 * How long a client goes on with one request. Waits between attempts are those that the server asks for (`Retry-After`, rate limit headers), or
 * else grow from `firstWait` to `longestWait`, doubled each time, of which a random part is waited ("full jitter").
 */
export interface RetryOptions {
  /** Attempts at one request, the first included. Default 8; 1: no attempt is repeated. */
  readonly attempts?: number | undefined;
  /** Milliseconds that the attempts and the waits between them take at most; a longer wait is not begun. Default 300,000. */
  readonly time?: number | undefined;
  /** Milliseconds. Default 500. */
  readonly firstWait?: number | undefined;
  /** Milliseconds. Default 30,000. */
  readonly longestWait?: number | undefined;
}

/** Time and chance, for tests that are not to wait. */
export interface ClientClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Ends after so many milliseconds, or rejects as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

/** Options of `createClient`. */
export interface ClientOptions<R extends ResourceTypeDefinition = ResourceTypeDefinition> {
  /** Where the endpoints are: `https://example.com/scim/v2`. What is sent stays at its origin. */
  readonly baseUrl: string;
  /** The resource types that are worked with; `client.resource` takes these and no other. Default none: `client.send` alone. */
  readonly resourceTypes?: readonly R[] | undefined;
  /** A bearer token, or who gives it. A function is asked ahead of each request, and once more after a 401. */
  readonly token?: string | ((facts: CredentialFacts) => string | Promise<string>) | undefined;
  /** As `token`, for what is no bearer token: gives the headers. */
  readonly authenticate?:
    | ((facts: CredentialFacts) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)
    | undefined;
  /** In what the server departs from the RFCs, e.g. a profile of this package. Default nothing. */
  readonly server?: ServerTraits | undefined;
  /** What you know better than server and profile. Default nothing. */
  readonly capabilities?: KnownCapabilities | undefined;
  /** Default: that of the platform. */
  readonly fetch?: ClientFetch | undefined;
  /** Headers of every request. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long a client goes on with a request that failed for a while. Default: the defaults of `RetryOptions`, about five minutes. */
  readonly retry?: RetryOptions | undefined;
  /** Requests at once; others wait. Default 8. */
  readonly concurrency?: number | undefined;
  /** Milliseconds that one attempt may take, its answer read. Default 60,000. */
  readonly timeout?: number | undefined;
  /** Bytes of an answer that are read. Default 64 MiB. */
  readonly maxAnswerSize?: number | undefined;
  /** Ends every request of the client. Default never. */
  readonly signal?: AbortSignal | undefined;
  /** For tests. Default: that of the platform. */
  readonly clock?: ClientClock | undefined;
}
