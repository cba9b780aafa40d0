/** One request of a client, as it is sent. */
export interface ClientRequest {
  readonly method: string;
  /** Below the base URL (`/Users/42`), or an absolute URL of the same origin, e.g. a `Location`. */
  readonly path: string;
  /** Parameters of the query, each encoded; those without a value are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** On top of those of the client, whatever the letter case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON, text and bytes as they are. Default none. */
  readonly body?: unknown;
  /** Ends the request, and every attempt at it. */
  readonly signal?: AbortSignal | undefined;
  /**
   * When it is sent again. `false`: never, and what is answered or thrown is that of the one attempt. `"refused"`: only where the server
   * surely has not done it (429, no connection). `true`: it may be done twice, so also after 408, 502, 503, 504, a cut connection and a
   * time-out. Default: `true` for GET, HEAD, PUT, DELETE, `POST …/.search`, and a PATCH that has the same effect when it is done twice (with
   * `If-Match`, or without an `add` of elements that have no `value`); `"refused"` for all else.
   */
  readonly retry?: boolean | "refused" | undefined;
}

/** What a server answered. */
export interface ClientAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came, read by the charset that it names; empty where there is none. */
  readonly text: string;
  /** The body as JSON, whatever its `Content-Type`; `undefined` where it is none. */
  readonly body: unknown;
  /** Where it came from. */
  readonly url: string;
  /** Whether an earlier attempt at the same request may have been done: then a 404 to DELETE and a 412 can be the echo of it. */
  readonly isRepeat?: boolean | undefined;
}

/** Sends a request and reads its answer, whatever the status. @throws {ScimClientError} where there is no answer */
export type Send = (request: ClientRequest) => Promise<ClientAnswer>;
