/** An exchange as it went over the wire. Headers by names in lower case. */
export interface RawExchange {
  readonly method: string;
  /** Below the base URL. */
  readonly path: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** `undefined` where it was too long to be kept. */
  readonly responseBody: string | undefined;
}
