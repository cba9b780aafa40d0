/** One request of a client, as it is sent. */
export interface ClientRequest {
  readonly method: string;
  /** Below the base URL (`/Users/42`), or an absolute URL, e.g. a `Location`. */
  readonly path: string;
  /** Parameters of the query, each encoded; those without a value are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** On top of those of the client, whatever the letter case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON, text and bytes as they are. Default none. */
  readonly body?: unknown;
  /** Ends the request, and every attempt at it. */
  readonly signal?: AbortSignal | undefined;
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
}

/** Sends a request and reads its answer, whatever the status. */
export type Send = (request: ClientRequest) => Promise<ClientAnswer>;
