import { bodyTooLarge } from "../error.ts";
import { discard, type ScimResponse } from "../protocol/message.ts";
import { hasDotSegment, splitUrl } from "../protocol/path.ts";
import type { Scim } from "../scim.ts";
import { bodyIncomplete, bodyTaken, checkBodyHeaders, joinChunks, LINGER } from "./body.ts";

/** Options of `fetchHandler`, besides `host`. */
export interface FetchHandlerOptions {
  /**
   * Keeps the runtime alive until a promise has settled, so that a listener that goes on after the answer is not cut off: `waitUntil` of
   * `@vercel/functions`, `after` of Next.js. Default: the `waitUntil` of the context that the runtime gives as second or third
   * argument (Workers, Netlify); where there is none, as in a server that stays, nothing has to wait.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** What is handed to `authenticate`, `throttle` and `tenant` as `host`. */
export interface FetchHost<H> {
  /** Gives it for a request, and for what the runtime gave beside it. Default: the request itself. */
  readonly host: (request: Request, bindings: unknown, context: unknown) => H;
}

/** What a runtime calls with a request: `bindings` and `context` are what some of them give beside it. */
export type FetchHandler = (request: Request, bindings?: unknown, context?: unknown) => Promise<Response>;

/**
 * Mounts scimkit wherever requests and responses are the web's own: Hono, Workers, Deno, Bun, Next.js. Give it the
 * request with its body unread: that is read here once the client is authenticated, with `limits.body` as its bound, so
 * that a larger one is refused (413) before it is in memory. Never rejects.
 *
 * `@hono/node-server` gives a second argument, which is `context.env` in Hono: there, the path as the client sent it is found, before
 * `Request` has resolved dot segments. Of what other runtimes give as second and third argument, `waitUntil` alone is looked for: it
 * keeps Workers and functions alive until the listeners of the service are done.
 *
 * @example
 * ```ts
 * import { createScim, Group, User } from "scimkit";
 * import { fetchHandler } from "scimkit/fetch";
 * import { memoryStorage } from "scimkit/memory";
 * const scim = createScim({
 *   resourceTypes: [User, Group], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2", authenticate: () => ({}),
 * });
 * export default { fetch: fetchHandler(scim) };
 * ```
 * @example
 * On Workers with Hono, the context goes along:
 * ```ts
 * import { Hono } from "hono";
 * import type { Scim } from "scimkit";
 * import { fetchHandler } from "scimkit/fetch";
 * declare const scim: Scim;
 * const handle = fetchHandler(scim);
 * const app = new Hono();
 * app.all("/scim/v2/*", (context) => handle(context.req.raw, context.env, context.executionCtx));
 * ```
 * @example
 * What middleware ahead of it has found, in Hono:
 * ```ts
 * import { type Context, Hono } from "hono";
 * import { createScim, errors, User } from "scimkit";
 * import { fetchHandler } from "scimkit/fetch";
 * import { memoryStorage } from "scimkit/memory";
 * type Found = Context<{ Variables: { tenant: string | undefined } }>;
 * const scim = createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2",
 *   authenticate: (_request, found: Found) => {
 *     const tenant = found.get("tenant");
 *     if (tenant === undefined) throw errors.unauthorized();
 *     return { tenant };
 *   },
 * });
 * const app = new Hono<{ Variables: { tenant: string | undefined } }>();
 * app.all("/scim/v2/*", (found) => fetchHandler(scim, { host: () => found })(found.req.raw, found.env));
 * ```
 */
export function fetchHandler(scim: Scim<Request>, options?: FetchHandlerOptions): FetchHandler;
/**
 * As above, with something else of the host's own than the request: `host: () => context` in Hono, where `context.var` holds what
 * middleware ahead of it has found. What it throws is the answer, as what `authenticate` throws.
 */
export function fetchHandler<H>(scim: Scim<H>, options: FetchHandlerOptions & FetchHost<H>): FetchHandler;
export function fetchHandler(
  scim: Scim,
  { waitUntil: keepAlive, host }: FetchHandlerOptions & Partial<FetchHost<unknown>> = {},
): FetchHandler {
  return async (request, bindings, context) => {
    const { method, signal } = request;
    const url = urlOf(request, bindings);
    const ofNode = nodeRequestOf(request, bindings);
    const headers = headersOf(request, ofNode);
    const incoming = incomingBody(request, headers, scim.limits.body, ofNode !== undefined);
    let answer: ScimResponse | undefined;
    const waitUntil = keepAlive ?? waitUntilOf(context) ?? waitUntilOf(bindings);
    const asked = { method, url, headers, body: incoming.read, signal, waitUntil };
    try {
      answer = await scim.handle(asked, host === undefined ? request : host(request, bindings, context));
      const keepsConnection = incoming.isOver() || (await incoming.drop());
      return toResponse(answer, keepsConnection);
    } catch (error) {
      // The runtime refuses the response: a header with a line break, made of an id that a storage adapter gave [T-H2].
      if (answer !== undefined) discard(answer);
      return toResponse(scim.error(error, asked), true);
    }
  };
}

/** `waitUntil` of a runtime's context, which has to be called as its own. */
function waitUntilOf(context: unknown): FetchHandlerOptions["waitUntil"] {
  if (typeof context !== "object" || context === null || !("waitUntil" in context)) return undefined;
  const { waitUntil } = context;
  return typeof waitUntil === "function" ? (work) => void waitUntil.call(context, work) : undefined;
}

/**
 * The URL of a request; with the path that the client sent, where that is known and `Request` has made another of it, so that a path
 * leads where it does over `node:http`: nowhere [T-H3].
 */
function urlOf({ url }: Request, bindings: unknown): string {
  const { incoming } = Object(bindings) as { readonly incoming?: { readonly url?: unknown } };
  const target = incoming?.url;
  if (typeof target !== "string") return url;
  const { path } = splitUrl(target);
  return hasDotSegment(path) ? new URL(url).origin + path : url;
}

function toResponse({ status, headers, body }: ScimResponse, keepsConnection: boolean): Response {
  // The runtime reads a stream as the client does, and cancels it when the client leaves.
  return new Response((body as BodyInit | undefined) ?? null, {
    status,
    headers: keepsConnection ? headers : { ...headers, Connection: "close" },
  });
}

type ByteReader = ReadableStreamDefaultReader<Uint8Array>;

/** The most bytes of a refused body that are read for the sake of its connection. */
const MOST_DROPPED = 16 * 1024 * 1024;

/** The body of a request: read if it is wanted, and out of the way of the next request if not. */
interface IncomingBody {
  /** The body as bytes, nothing where there is none. @throws {ScimError} why it is not taken */
  read(): Promise<Uint8Array | undefined>;
  /** Whether there is nothing to drop: there was no body, or all of it has been read. */
  isOver(): boolean;
  /**
   * Reads what is left of the body and keeps nothing of it. Many servers turn Node's request into a stream that holds it up: what
   * nobody reads stays in the connection, in front of the next request, until the server cuts both off. Of a body that could have
   * been taken this goes on behind the answer; of a larger one, for a second and 16 MiB at most, before it, because a connection
   * that ends in the middle of a body can take the answer with it. `false`: there is more, so that it has to end with the answer.
   */
  drop(): Promise<boolean>;
}

function incomingBody(
  request: Request,
  headers: Readonly<Record<string, string>>,
  limit: number,
  isOfNode: boolean,
): IncomingBody {
  const length = Number(headers["content-length"] ?? 0);
  const isChunked = headers["transfer-encoding"] !== undefined;
  let state: "unread" | "reading" | "refused" | "over" = "unread";
  let reader: ByteReader | undefined;

  /** What nobody has asked for yet, where the headers say that there is something. */
  const unread = (): ByteReader | undefined => {
    const isExpected = (length > 0 || isChunked) && request.method !== "GET" && request.method !== "HEAD";
    if (!isExpected || request.bodyUsed || request.body === null || request.body.locked) return undefined;
    return request.body.getReader();
  };
  const readStream = async (): Promise<Uint8Array | undefined> => {
    if (request.body === null) return undefined;
    if (request.body.locked) throw bodyTaken();
    // A reader, because not every runtime can iterate over a stream.
    reader = request.body.getReader();
    state = "reading";
    const { isOver, chunks } = await readWithin(reader, limit);
    state = isOver ? "over" : "refused";
    if (!isOver) throw bodyTooLarge(limit);
    return joinChunks(chunks);
  };
  return {
    async read() {
      if (request.bodyUsed) throw bodyTaken();
      checkBodyHeaders(headers, limit);
      if (isChunked || !(length > 0) || !isOfNode) return readStream();
      state = "reading";
      const whole = await readWhole(request);
      state = "over";
      return whole.length === 0 ? undefined : whole;
    },
    isOver: () => state === "over" || (state === "unread" && length === 0 && !isChunked),
    async drop() {
      if (state === "reading" || length > MOST_DROPPED) return false;
      const rest = state === "refused" ? reader : unread();
      if (rest === undefined) return true;
      if (state === "refused" || isChunked || length > limit || headers.connection?.toLowerCase() === "close")
        return dropRest(rest, LINGER);
      void dropRest(rest);
      return true;
    },
  };
}

/** What is looked at of Node's own request. */
interface NodeRequest {
  readonly httpVersionMajor?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
}

/**
 * Node's request, where this one is the very one that `@hono/node-server` has made of it, whose parser hands on no more bytes than
 * Content-Length says; one that middleware put in its place may have a body of any size behind the same header.
 */
function nodeRequestOf(request: Request, bindings: unknown): NodeRequest | undefined {
  const { incoming } = Object(bindings) as { readonly incoming?: unknown };
  if (typeof incoming !== "object" || incoming === null) return undefined;
  return isPartOf(request, (part) => part === incoming) ? (incoming as NodeRequest) : undefined;
}

/** Whether an object keeps such a part under a symbol. */
function isPartOf(whole: object, isIt: (part: unknown) => boolean): boolean {
  return Object.getOwnPropertySymbols(whole).some((key) => isIt(Reflect.get(whole, key)));
}

/**
 * The headers under their names in lower case. Node has read them already: those of the web are made anew, of what Node has, for
 * whoever asks for them first, and take as long as all the rest that is done here. So Node's are taken where nobody has asked yet, and
 * may have changed some, and where none came twice, for which the two have different rules.
 */
function headersOf(request: Request, ofNode: NodeRequest | undefined): Readonly<Record<string, string>> {
  if (ofNode !== undefined && ofNode.httpVersionMajor === 1 && !isPartOf(request, isHeaders)) {
    const { headers, rawHeaders } = ofNode;
    const isSame = Object.keys(headers).length * 2 === rawHeaders.length && headers["set-cookie"] === undefined;
    if (isSame) return headers;
  }
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    // An assignment to this one would be about the prototype.
    if (name !== "__proto__") headers[name] = value;
  });
  return headers;
}

function isHeaders(part: unknown): boolean {
  return part instanceof Headers;
}

/**
 * Reads a body at once, for which `@hono/node-server` has a short way; where `body` is asked for, it makes a stream and another request,
 * which takes as long as all the rest.
 * @throws {ScimError} 400 for a body that breaks off, 500 for one that somebody else is reading.
 */
async function readWhole(request: Request): Promise<Uint8Array> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    throw request.bodyUsed ? bodyIncomplete() : bodyTaken();
  }
}

/** Reads until the end, or one chunk past the limit. @throws {ScimError} 400 for a body that breaks off. */
async function readWithin(reader: ByteReader, limit: number) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= limit) {
    const { done, value } = await reader.read().catch(() => {
      throw bodyIncomplete();
    });
    if (done) return { isOver: true, chunks };
    size += value.length;
    if (value.length > 0) chunks.push(value);
  }
  return { isOver: false, chunks: [] };
}

/**
 * Whether the body came to its end within `MOST_DROPPED` bytes and, where they are given, so many milliseconds; a stream that goes
 * on is cancelled.
 */
async function dropRest(reader: ByteReader, patience?: number): Promise<boolean> {
  let isLate = false;
  // It settles a read that is waiting, as if the body were at its end.
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  const giveUp = (): void => {
    isLate = true;
    cancel();
  };
  const timer = patience === undefined ? undefined : setTimeout(giveUp, patience);
  try {
    for (let size = 0; size <= MOST_DROPPED; ) {
      const { done, value } = await reader.read();
      if (done) return !isLate;
      size += Math.max(1, value.length);
    }
    cancel();
    return false;
  } catch {
    // The client has left.
    return false;
  } finally {
    clearTimeout(timer);
  }
}
