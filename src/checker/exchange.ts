/** One request and its answer, as they went over the wire. Secrets are masked where it is written down. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  /** By names in lower case. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string | undefined;
  /** Absent where there was no answer; `error` says why. */
  readonly status: number | undefined;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
  readonly error?: string | undefined;
  /** When it was sent, in milliseconds since 1970, and how long it took. */
  readonly at: number;
  readonly ms: number;
}
