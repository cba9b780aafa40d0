/**
 * A request as any host can give it: the web's `Request`, Node's `IncomingMessage` or a test's literal are all turned into
 * this by an adapter of a few lines.
 * @see RFC 7644 §3.1
 */
export interface ScimRequest {
  readonly method: string;
  /** Absolute URL, or path and query. Only what follows the base URL's path is looked at; the host name never is. */
  readonly url: string;
  /**
   * What frameworks have made of the URL on its way, the nearest first (in Express: `req.url`, then `req.baseUrl` with it). Only
   * where the option `path` is given, the first that lies below it is looked at instead of `url`.
   */
  readonly localUrls?: readonly string[];
  /**
   * Names in any letter case; several values joined by ", ", or as a list. What is handed to `authenticate`, `throttle` and every
   * other function of the options has names in lower case, whatever the host gave; one that came under two spellings is a list.
   */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /**
   * Bytes or text as received, or a value that the host has parsed from JSON already; leave it out where there is none. A
   * function that gives one of these is called once at most, after authentication and `throttle`, so that nobody's body is read
   * before it is known who sends it; a `ScimError` that it throws is the answer.
   */
  readonly body?: unknown;
  /** Aborted when the client has gone. It reaches every call of the storage adapter, and none begins afterwards. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Given what goes on after the answer, for runtimes that end with it (Workers, serverless functions): each promise that a listener
   * of `onChange`, `onNotice` or `onRequest` returns, and the request itself where its time was up. None rejects. It may be called
   * until those that it was given have settled. Default: nobody waits.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** What a host gives beside a request: it may be left out where nobody asks for it. */
export type HostArgument<H> = unknown extends H ? [host?: H] : [host: H];

/**
 * The answer. `body` is JSON: text, or a stream of its bytes where storage hands out a collection that is too large to hold;
 * absent where HTTP has none (204, 304, HEAD). A host reads a stream as fast as the client does, cancels it when the client
 * leaves, and breaks the connection off when it fails. Header names are in their usual case.
 * @see RFC 7644 §3.8
 */
export interface ScimResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array> | undefined;
}

/** Frees what an answer holds that is not sent. */
export function discard({ body }: ScimResponse): void {
  if (typeof body === "object") body.cancel().catch(() => undefined);
}
