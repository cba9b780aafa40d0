/** What a player needs to see of an answer. */
export interface PlayedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

/** The server that a recording is played on. */
export interface Stage<A extends PlayedAnswer = PlayedAnswer> {
  ask(
    method: string,
    path: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown },
  ): Promise<A>;
  /** Digits that nothing on the server has in its name. */
  readonly tag: string;
  readonly domain: string;
  readonly baseUrl: string;
}
