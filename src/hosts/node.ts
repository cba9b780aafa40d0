import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { bodyTooLarge } from "../error.ts";
import { discard, type ScimRequest, type ScimResponse } from "../protocol/message.ts";
import type { Scim } from "../scim.ts";
import { bodyIncomplete, bodyTaken, checkBodyHeaders, joinChunks, LINGER } from "./body.ts";
import { problemAhead } from "./parser-error.ts";

/** What frameworks add to Node's request: the URL before mounting, what they took off it, and the body where a parser ran first. */
interface MountedRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  readonly body?: unknown;
}

/** Options of `errorHandler`, and of `nodeHandler` besides `host`. */
export interface NodeHandlerOptions {
  /**
   * Keeps the runtime alive until a promise has settled, so that a listener that goes on after the answer is not cut off where Node is
   * frozen or ended with it: `waitUntil` of `@vercel/functions`, or what collects promises for the end of a function or a test.
   * Default: nobody waits, as in a server that stays.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** What is handed to `authenticate`, `throttle` and `tenant` as `host`. */
export interface NodeHost<H> {
  /** Gives it for a request. Default: the request itself, with whatever middleware has put there (`user`, `session`, `ip`). */
  readonly host: (request: IncomingMessage) => H;
}

/** A listener of `node:http`, and middleware of Express and Connect. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Mounts scimkit on `node:http`, Express, Connect or Fastify's raw requests. The body is read here once the client is
 * authenticated, with `limits.body` as its bound; where a parser (`express.json()`) has read it already, `request.body` is taken. Never
 * rejects.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { createScim, Group, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * import { nodeHandler } from "scimkit/node";
 * const scim = createScim({
 *   resourceTypes: [User, Group], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2", authenticate: () => ({}),
 * });
 * createServer(nodeHandler(scim));
 * ```
 * @example
 * A session that middleware ahead of it has found, in Express:
 * ```ts
 * import type { Request } from "express";
 * import { createScim, errors, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * import { nodeHandler } from "scimkit/node";
 * const scim = createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2",
 *   authenticate: (_request, host: Request & { user?: { tenant: string } }) => {
 *     if (host.user === undefined) throw errors.unauthorized();
 *     return { tenant: host.user.tenant, address: host.ip };
 *   },
 * });
 * const handler = nodeHandler(scim);
 * ```
 */
export function nodeHandler(scim: Scim<IncomingMessage>, options?: NodeHandlerOptions): NodeHandler;
/**
 * As above, with something else of the host's own than the request: `host: () => ctx` in Koa, or Fastify's request. What it throws is
 * the answer, as what `authenticate` throws.
 */
export function nodeHandler<H>(scim: Scim<H>, options: NodeHandlerOptions & NodeHost<H>): NodeHandler;
export function nodeHandler(
  scim: Scim,
  { waitUntil, host }: NodeHandlerOptions & Partial<NodeHost<unknown>> = {},
): NodeHandler {
  return async (request: MountedRequest, response) => {
    const gone = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished) gone.abort();
    });
    // Without a listener, writing to a client that has left would end the process.
    response.on("error", () => gone.abort());
    let answer: ScimResponse | undefined;
    const asked: ScimRequest = {
      ...askedOf(request),
      body: () => readBody(request, scim.limits.body),
      signal: gone.signal,
      waitUntil,
    };
    try {
      answer = await scim.handle(asked, host === undefined ? request : host(request));
      await respond(request, response, answer, scim.limits.body);
    } catch (error) {
      // Node refuses the response: a header with a line break, made of an id that a storage adapter gave [T-H2].
      if (answer !== undefined) discard(answer);
      if (!response.headersSent) write(response, scim.error(error, asked)).end();
    }
  };
}

/**
 * For Express (4 and 5): turns the errors of body parsers into SCIM errors, where a parser runs ahead of scimkit and refuses a body
 * before it gets there: broken JSON is 400 invalidSyntax, a body that is too large 413. Without it, such a client gets Express's
 * HTML. A `ScimError` that other middleware gives to `next` is answered as well; every other error goes on to the next handler.
 * Mount it at the same path, behind the service. Where scimkit is mounted ahead of parsers, as it should be, nothing gets here.
 *
 * @example
 * ```ts
 * import express from "express";
 * import type { Scim } from "scimkit";
 * import { errorHandler, nodeHandler } from "scimkit/node";
 * declare const scim: Scim;
 * const app = express();
 * app.use(express.json());
 * app.use("/scim/v2", nodeHandler(scim), errorHandler(scim));
 * ```
 * @see RFC 7644 §3.12
 */
export function errorHandler(
  scim: Pick<Scim, "error" | "limits">,
  { waitUntil }: NodeHandlerOptions = {},
): (error: unknown, request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  // Express knows a handler of errors by its four parameters.
  return (error, request, response, next) => {
    const problem = problemAhead(error);
    if (problem === undefined || response.headersSent) return next(error);
    respond(request, response, scim.error(problem, { ...askedOf(request), waitUntil }), scim.limits.body).catch(next);
  };
}

/** What method, URL and headers say. */
function askedOf(request: MountedRequest): Pick<ScimRequest, "method" | "url" | "localUrls" | "headers"> {
  const { method = "GET", url = "/", originalUrl = url, baseUrl = "" } = request;
  return { method, url: originalUrl, localUrls: [url, baseUrl + url], headers: headersOf(request) };
}

/** Sends an answer, whatever is left of the body. */
function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ScimResponse,
  limit: number,
): Promise<void> {
  const mustLinger = typeof answer.body !== "object" && isStillComing(request, response, limit);
  return mustLinger ? refuse(request, response, answer) : send(response, answer);
}

/**
 * Node keeps the first of several Authorization headers and hides the others; `authenticate` must see them all [T-A4].
 */
function headersOf({ headers, rawHeaders }: IncomingMessage): ScimRequest["headers"] {
  if (headers.authorization === undefined) return headers;
  const credentials: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 13 && name.toLowerCase() === "authorization") credentials.push(rawHeaders[index + 1] as string);
  }
  return credentials.length > 1 ? { ...headers, authorization: credentials } : headers;
}

/** Sends an answer, unless something else has answered or the client has left. */
async function send(response: ServerResponse, answer: ScimResponse): Promise<void> {
  if (response.headersSent || response.destroyed) {
    discard(answer);
  } else {
    writeHead(response, answer);
    if (typeof answer.body === "object") return pump(answer.body, response);
    // With the end, and not ahead of it: so head and body are one piece, and one call of the system.
    response.end(answer.body);
    return;
  }
  response.end();
}

/** Writes everything but the end. Nothing of it is the framework's: neither its ETag nor its charset. */
function write(
  response: ServerResponse,
  answer: ScimResponse,
  more?: Readonly<Record<string, string>>,
): ServerResponse {
  if (response.headersSent || response.destroyed) return response;
  writeHead(response, answer, more);
  if (typeof answer.body === "string") response.write(answer.body);
  return response;
}

function writeHead(
  response: ServerResponse,
  { status, headers, body }: ScimResponse,
  more?: Readonly<Record<string, string>>,
): void {
  response.removeHeader("ETag");
  const sent: OutgoingHttpHeaders = { ...headers, ...more };
  if (typeof body === "string") sent["Content-Length"] = Buffer.byteLength(body);
  response.writeHead(status, sent);
}

/**
 * Whether more of a body may arrive than Node should drop in silence for the sake of the connection; or any at all, where the
 * connection ends with the answer: Node would cut it at once.
 */
function isStillComing(request: IncomingMessage, response: ServerResponse, limit: number): boolean {
  const { headers, complete } = request;
  const length = Number(headers["content-length"] ?? 0);
  if (complete || request.method === "GET" || request.method === "HEAD") return false;
  return headers["transfer-encoding"] !== undefined || length > limit || (length > 0 && !response.shouldKeepAlive);
}

/**
 * Writes a stream as fast as the client reads it, and cancels it when the client leaves. A stream that fails destroys the
 * connection, so that nobody takes half of an answer for the whole.
 */
async function pump(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const leave = (): void => void reader.cancel().catch(() => undefined);
  if (response.destroyed) return leave();
  response.on("close", leave);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!response.write(value) && !response.destroyed) await writable(response);
    }
    if (!response.destroyed) response.end();
  } catch {
    response.destroy();
  }
}

/** Settles when the client has read enough, or has left. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}

/**
 * Answers a request whose body stays unread, then drops what still arrives for a moment: closing at once would reset
 * the connection, and the client might never see the answer.
 */
async function refuse(request: IncomingMessage, response: ServerResponse, answer: ScimResponse): Promise<void> {
  // HTTP/2 has no such header; there a stream ends alone.
  const mustSay = !request.complete && request.httpVersionMajor < 2;
  write(response, answer, mustSay ? { Connection: "close" } : {});
  if (!request.complete && !request.destroyed) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LINGER);
      const finish = (): void => {
        clearTimeout(timer);
        resolve();
      };
      request.on("end", finish).on("error", finish).on("close", finish).resume();
    });
  }
  response.end();
}

/** The body as bytes or as a parser left it, nothing where there is none. @throws {ScimError} why it is not taken */
async function readBody(request: MountedRequest, limit: number): Promise<unknown> {
  const { headers, body: parsed } = request;
  const length = Number(headers["content-length"] ?? 0);
  const isParsed = isFilled(parsed);
  if (!isParsed && length === 0 && headers["transfer-encoding"] === undefined) return undefined;
  const wasRead = request.readableDidRead || request.readableEnded;
  if (isParsed || (parsed !== undefined && (wasRead || request.destroyed))) {
    if (length > limit) throw bodyTooLarge(limit);
    return parsed;
  }
  if (wasRead) throw bodyTaken();
  if (request.destroyed) throw bodyIncomplete();
  checkBodyHeaders(headers, limit);
  return readStream(request, limit);
}

function readStream(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let isSettled = false;
    // Every request closes in the end: an error for those that are read already would cost as much as the reading.
    const breakOff = (): void => {
      if (!isSettled) reject(bodyIncomplete());
      isSettled = true;
    };
    const take = (chunk: Uint8Array): void => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      isSettled = true;
      request.off("data", take);
      chunks.length = 0;
      reject(bodyTooLarge(limit));
    };
    request.on("data", take);
    request.on("end", () => {
      isSettled = true;
      resolve(joinChunks(chunks));
    });
    request.on("error", breakOff).on("close", breakOff);
  });
}

/** Express 4 sets `{}` where its parser did not feel meant, and leaves the stream to us. */
function isFilled(parsed: unknown): boolean {
  if (typeof parsed === "string" || parsed instanceof Uint8Array) return parsed.length > 0;
  return typeof parsed === "object" && parsed !== null && Object.keys(parsed).length > 0;
}
