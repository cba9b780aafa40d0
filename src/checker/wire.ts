import { type ClientAnswer, type ClientRequest, createClient, isScimClientError } from "../client/index.ts";
import type { Clock } from "./clock.ts";
import type { Exchange } from "./exchange.ts";
import type { Mask } from "./mask.ts";
import { createPace, type Pace } from "./pace.ts";

export interface WireOptions {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  /** Headers that open the door; asked for before each request, as a token may have to be made anew. */
  readonly authorize: () => Promise<Readonly<Record<string, string>>>;
  /** In milliseconds, for each request. */
  readonly timeout: number;
  /** Requests a second; `undefined` for as fast as it goes. */
  readonly rate: number | undefined;
  readonly clock: Clock;
  readonly mask: Mask;
  readonly onExchange?:
    | ((one: { readonly check?: string | undefined; readonly exchange: Exchange }) => void)
    | undefined;
}

export interface WireRequest extends ClientRequest {
  /** Whether a 429 is an answer like another, and not a reason to wait. */
  readonly once?: boolean | undefined;
  /** Ends waits for the request's turn, and not what is under way. */
  readonly until?: AbortSignal | undefined;
  readonly anonymous?: boolean | undefined;
  readonly scheme?: string | undefined;
  /** The id of the check that asks. */
  readonly check?: string | undefined;
}

/** What came of a request: no `answer` where there was none, or only a part of one. */
export interface Sent {
  readonly answer: ClientAnswer | undefined;
  readonly exchange: Exchange;
  /** Whether it never left: nobody listens, or the certificate is not trusted. */
  readonly isUnsent: boolean;
}

export type Send = (request: WireRequest) => Promise<Sent>;

/** The way to the server: paced, with a time limit, and each request written down. */
export interface Wire {
  readonly send: Send;
  /** How many have been sent. */
  readonly requests: number;
  /** Waits that the server has asked for, in milliseconds. */
  readonly waited: number;
}

/** Longer bodies are cut where they are written down. */
const LONGEST = 64 * 1024;

export function createWire(options: WireOptions): Wire {
  const pace = createPace(options.rate, options.clock);
  let requests = 0;
  return {
    get requests() {
      return requests;
    },
    get waited() {
      return pace.waited;
    },
    async send(request) {
      for (let attempt = 0; ; attempt++) {
        await pace.turn(request.until);
        requests++;
        const sent = await sendOnce(options, request);
        options.onExchange?.({ check: request.check, exchange: sent.exchange });
        if (request.once || !(await isWorthAnother(pace, sent, attempt, request))) return sent;
      }
    },
  };
}

async function isWorthAnother(pace: Pace, { answer }: Sent, attempt: number, request: WireRequest): Promise<boolean> {
  return answer !== undefined && (await pace.hasWaited(answer, attempt, request.until));
}

async function sendOnce(options: WireOptions, request: WireRequest): Promise<Sent> {
  const { baseUrl, clock, mask, timeout } = options;
  const record: { request?: Request; response?: Response; body?: string | undefined } = {};
  const recording = async (sent: Request): Promise<Response> => {
    record.request = sent;
    record.body = sent.body === null ? undefined : await sent.clone().text();
    record.response = await options.fetch(sent);
    return record.response;
  };
  const at = clock.now();
  const begun = performance.now();
  let answer: ClientAnswer | undefined;
  let error: unknown;
  try {
    request.until?.throwIfAborted();
    const headers = withoutBlank({
      ...(request.anonymous ? {} : spelled(await options.authorize(), request.scheme)),
      ...lowered(request.headers),
    });
    const { send } = createClient({ baseUrl, fetch: recording, timeout });
    answer = await send({ ...request, headers, retry: false });
  } catch (thrown) {
    error = thrown;
  }
  mask.learn(record.body, record.request && plainUrl(record.request.url));
  const exchange: Exchange = {
    method: request.method,
    url: mask.text(record.request?.url ?? baseUrl + request.path),
    requestHeaders: record.request ? mask.headers(record.request.headers) : {},
    requestBody: record.body === undefined ? undefined : cut(mask.text(record.body)),
    status: record.response?.status,
    responseHeaders: record.response ? mask.headers(record.response.headers) : {},
    responseBody: cut(mask.text(answer?.text ?? "")),
    ...(error === undefined ? {} : { error: mask.text(reasonOf(error, timeout)) }),
    at,
    ms: Math.round(performance.now() - begun),
  };
  return { answer, exchange, isUnsent: record.request === undefined || isUnsent(error) };
}

/** Whether it failed before anything was sent: to find the host, to connect, to trust. */
function isUnsent(error: unknown): boolean {
  return isScimClientError(error) && (error.code === "unreachable" || error.code === "tls");
}

/** For a look at what stands in a filter. */
function plainUrl(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll("+", " "));
  } catch {
    return url;
  }
}

/** The credentials with the scheme in front of them in the letters that a check asks for. */
function spelled(headers: Readonly<Record<string, string>>, scheme: string | undefined): Record<string, string> {
  if (scheme === undefined) return { ...headers };
  const entries = Object.entries(lowered(headers));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name === "authorization" ? value.replace(/^\S+(?=\s)/, scheme) : value]),
  );
}

function lowered(headers: ClientRequest["headers"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** An empty header is one that is not sent: that is how a check asks without credentials. */
function withoutBlank(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

/** The innermost cause says most: `fetch failed` alone says nothing. */
function reasonOf(thrown: unknown, timeout: number): string {
  if (isScimClientError(thrown)) {
    if (thrown.code === "timeout") return `no answer within ${timeout / 1000} seconds`;
    if (thrown.code === "aborted") return "the run was stopped";
    if (thrown.cause === undefined) return thrown.message;
  }
  const { name, message, cause, code } = thrown as {
    readonly name?: string;
    readonly message?: string;
    readonly cause?: unknown;
    readonly code?: string;
  };
  if (name === "AbortError") return "the run was stopped";
  if (cause !== undefined) return reasonOf(cause, timeout);
  return [code, message ?? String(thrown)].filter((part) => part !== undefined && part !== "").join(": ");
}
