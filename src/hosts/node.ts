import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyTooLarge } from "../error.ts";
import { discard, type ScimRequest, type ScimResponse } from "../protocol/message.ts";
import { hasBody } from "../protocol/read-body.ts";
import type { Scim } from "../scim.ts";
import { bodyIncomplete, bodyTaken, joinChunks, refuseEncoding } from "./body.ts";

/** What frameworks add to Node's request: the URL before mounting, and the body where a parser ran first. */
interface MountedRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly body?: unknown;
}

/**
 * How long, in milliseconds, the rest of a refused body is read and dropped, so that the client gets to read the
 * answer.
 */
const LINGER = 1000;

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
 */
export function nodeHandler(scim: Scim): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request: MountedRequest, response) => {
    const gone = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished) gone.abort();
    });
    // Without a listener, writing to a client that has left would end the process.
    response.on("error", () => gone.abort());
    const { method = "GET", url = "/", originalUrl = url } = request;
    let answer: ScimResponse | undefined;
    const asked: ScimRequest = {
      method,
      url: originalUrl,
      headers: headersOf(request),
      body: () => readBody(request, scim.limits.body),
      signal: gone.signal,
    };
    try {
      answer = await scim.handle(asked);
      if (typeof answer.body !== "object" && isStillComing(request, scim.limits.body))
        await refuse(request, response, answer);
      else await send(response, answer);
    } catch (error) {
      // Node refuses the response: a header with a line break, made of an id that a storage adapter gave [T-H2].
      if (answer !== undefined) discard(answer);
      if (!response.headersSent) write(response, scim.error(error, asked)).end();
    }
  };
}

/**
 * Node keeps the first of several Authorization headers and hides the others; `authenticate` must see them all [T-A4].
 */
function headersOf({ headers, rawHeaders }: IncomingMessage): ScimRequest["headers"] {
  const credentials = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "authorization",
  );
  return credentials.length > 1 ? { ...headers, authorization: credentials } : headers;
}

/** Sends an answer, unless something else has answered or the client has left. */
async function send(response: ServerResponse, answer: ScimResponse): Promise<void> {
  if (response.headersSent || response.destroyed) {
    discard(answer);
  } else {
    write(response, answer);
    if (typeof answer.body === "object") return pump(answer.body, response);
  }
  response.end();
}

/** Writes everything but the end. Nothing of it is the framework's: neither its ETag nor its charset. */
function write(
  response: ServerResponse,
  { status, headers, body }: ScimResponse,
  more: Record<string, string> = {},
): ServerResponse {
  if (response.headersSent || response.destroyed) return response;
  response.removeHeader("ETag");
  const length = typeof body === "string" ? { "Content-Length": String(new TextEncoder().encode(body).length) } : {};
  response.writeHead(status, { ...headers, ...length, ...more });
  if (typeof body === "string") response.write(body);
  return response;
}

/** Whether more of a body may arrive than Node should drop in silence for the sake of the connection. */
function isStillComing(request: IncomingMessage, limit: number): boolean {
  const { headers } = request;
  if (request.complete || !hasBody(request.method ?? "")) return false;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > limit;
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
  write(response, answer, request.complete ? {} : { Connection: "close" });
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
  if (length > limit) throw bodyTooLarge(limit);
  if (isFilled(parsed)) return parsed;
  if (length === 0 && headers["transfer-encoding"] === undefined) return undefined;
  if (parsed !== undefined && (request.readableDidRead || request.readableEnded || request.destroyed)) return parsed;
  if (request.readableDidRead || request.readableEnded) throw bodyTaken();
  if (request.destroyed) throw bodyIncomplete();
  refuseEncoding(headers["content-encoding"]);
  return readStream(request, limit);
}

function readStream(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const take = (chunk: Uint8Array): void => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      request.off("data", take);
      chunks.length = 0;
      reject(bodyTooLarge(limit));
    };
    request.on("data", take);
    request.on("end", () => resolve(joinChunks(chunks)));
    request.on("error", () => reject(bodyIncomplete()));
    request.on("close", () => reject(bodyIncomplete()));
  });
}

/** Express 4 sets `{}` where its parser did not feel meant, and leaves the stream to us. */
function isFilled(parsed: unknown): boolean {
  if (typeof parsed === "string" || parsed instanceof Uint8Array) return parsed.length > 0;
  return typeof parsed === "object" && parsed !== null && Object.keys(parsed).length > 0;
}
