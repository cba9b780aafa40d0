import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ERROR } from "../client/urns.ts";
import type { RawExchange } from "./mask/raw.ts";

export interface ProxyOptions {
  /** Base URL of the server, without a slash at its end. */
  readonly target: string;
  readonly fetch: typeof fetch;
  /** Headers for a request that has no `Authorization` of its own. */
  readonly authorize: () => Promise<Readonly<Record<string, string>>>;
  /** Told of each exchange when the answer has been passed on. What it throws is its own business: it must not throw. */
  readonly onExchange: (exchange: RawExchange) => void;
  /** So many bytes of a body are kept; longer requests are refused, longer answers are passed on and not kept. */
  readonly maxBody: number;
}

/** Headers of one connection, which the next one does not have. @see RFC 9110 §7.6.1 */
const HOP_BY_HOP = new Set(
  "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split(
    " ",
  ),
);
/** What `fetch` makes by itself. */
const OF_THE_WAY = new Set(["host", "content-length", "accept-encoding", "content-encoding", "expect"]);

class TooLong extends Error {}

/** A server that passes requests on to another one, and tells what went by. Not listening yet. */
export function createProxy(options: ProxyOptions): Server {
  return createServer((request, response) => {
    pass(options, request, response).catch((error: unknown) => refuse(response, error, options.target));
  });
}

async function pass(options: ProxyOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { target, onExchange, maxBody } = options;
  const path = pathBelow(target, request.url ?? "/");
  const requestHeaders = headersOf(request);
  const body = await read(request, maxBody);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const answer = await options.fetch(target + path, {
    method: request.method ?? "GET",
    headers: {
      ...(requestHeaders.authorization === undefined ? await options.authorize() : {}),
      ...requestHeaders,
      "accept-encoding": "identity",
    },
    redirect: "manual",
    signal: gone.signal,
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  const responseHeaders = kept(Object.fromEntries(answer.headers));
  response.writeHead(answer.status, { ...responseHeaders, ...locationHere(responseHeaders.location, target, request) });
  const responseBody = await passBody(answer, response, maxBody);
  onExchange({
    method: request.method ?? "GET",
    path,
    requestHeaders,
    requestBody: body.toString("utf8"),
    status: answer.status,
    responseHeaders,
    responseBody,
  });
  response.end();
}

/** Clients may be given the whole base URL with another host, or the host alone. */
function pathBelow(target: string, url: string): string {
  const base = new URL(target).pathname.replace(/\/$/, "");
  return base !== "" && (url === base || url.startsWith(`${base}/`) || url.startsWith(`${base}?`))
    ? url.slice(base.length)
    : url;
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const joined = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : value,
  ]);
  return kept(Object.fromEntries(joined.filter(([, value]) => value !== undefined)));
}

/** Without those of the connection, and those that `Connection` names. */
function kept(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named = new Set((headers.connection ?? "").toLowerCase().split(/\s*,\s*/));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !OF_THE_WAY.has(name) && !named.has(name)),
  );
}

async function read(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) throw new TooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Passes a body on as it comes; the whole of it, or `undefined` where it is too long to be kept. */
async function passBody(answer: Response, response: ServerResponse, most: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length <= most) chunks.push(chunk);
    else chunks.length = 0;
    if (!response.write(chunk)) await new Promise<void>((resolve) => drained(response, resolve));
  }
  return length > most ? undefined : Buffer.concat(chunks).toString("utf8");
}

function drained(response: ServerResponse, resolve: () => void): void {
  response.once("drain", resolve);
  response.once("close", resolve);
}

/** A `Location` of the server leads through the proxy: a client that follows it is still recorded. */
function locationHere(
  location: string | undefined,
  target: string,
  request: IncomingMessage,
): { readonly location?: string } {
  if (!location?.startsWith(`${target}/`)) return {};
  return {
    location: `http://${request.headers.host ?? "127.0.0.1"}${new URL(target).pathname.replace(/\/$/, "")}${location.slice(target.length)}`,
  };
}

function refuse(response: ServerResponse, error: unknown, target: string): void {
  if (response.headersSent) return void response.destroy();
  const status = error instanceof TooLong ? 413 : 502;
  const detail =
    error instanceof TooLong
      ? "The request is longer than the recording proxy passes on."
      : `The recording proxy gets no answer from ${target}.`;
  response.writeHead(status, { "content-type": "application/scim+json", connection: "close" });
  response.end(JSON.stringify({ schemas: [ERROR], status: String(status), detail }));
}
