import {
  bearerToken,
  createScim,
  EnterpriseUserSchema,
  Group,
  type ScimOptions,
  type ScimRequest,
  type ScimResponse,
  User,
} from "scimkit";
import { memoryStorage } from "scimkit/memory";
import type { StorageAdapter } from "scimkit/storage";
import { Badge } from "./badge.ts";

/** A request, as a wrapper sees it. */
export interface Asked {
  method: string;
  /** Below the base URL, without the query. */
  path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** What the JSON is, text where it is none; undefined where there is nothing. */
  // biome-ignore lint/suspicious/noExplicitAny: a body has any shape, and a defect reaches into it
  body: any;
}

/** An answer, as a wrapper may change it. */
export interface Answered {
  status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: see Asked
  body: any;
}

export type Answer = (asked: Asked) => Promise<Answered>;

/** A server with one defect. */
export interface Defect {
  readonly id: string;
  /** What the server does wrong, as the end of “a server that …”. */
  readonly title: string;
  /** Checks that must fail: those that are about this defect. */
  readonly caughtBy: readonly string[];
  /** Other MUSTs that the defect truly shows in: ids, or their beginnings with a slash at the end. Default none. */
  readonly alsoIn?: readonly string[];
  /** Around a good server. */
  readonly wrap?: (next: Answer) => Answer;
  /** Around good storage. */
  readonly storage?: (good: StorageAdapter) => StorageAdapter;
  readonly options?: Partial<Pick<ScimOptions, "bulk" | "limits" | "paging" | "rootQueries" | "profile" | "discovery">>;
}

export const BASE_URL = "https://scim.example/scim/v2";
export const TOKEN = "token-of-the-broken-servers";

/** The `fetch` of a server with the defect; of a good one without. */
export function serverWith({
  wrap = (next) => next,
  storage = (good) => good,
  options = {},
}: Partial<Defect> = {}): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema).extend(Badge), Group],
    storage: storage(memoryStorage({ hashSecret: (secret) => `hash of ${secret.length}` })),
    baseUrl: BASE_URL,
    authenticate: bearerToken(TOKEN),
    ...options,
  });
  const base = new URL(BASE_URL).pathname;
  const answer = wrap(async (asked) => answeredOf(await scim.handle(messageOf(asked))));
  return async (input, init) => {
    const request = input instanceof Request && init === undefined ? input : new Request(input, init);
    const { pathname, searchParams } = new URL(request.url);
    const isBelow = pathname.startsWith(base);
    const asked = await askedOf(request, isBelow ? pathname.slice(base.length) : pathname, searchParams);
    const answered = isBelow ? await answer(asked) : { status: 404, headers: new Headers(), body: undefined };
    return responseOf(answered, request.method);
  };
}

/** What came over the wire, for bodies that no wrapper has changed: a blank more or less can be what a check is about. */
const ORIGINALS = new WeakMap<Headers, { readonly text: string; readonly json: string | undefined }>();

async function askedOf(request: Request, path: string, query: URLSearchParams): Promise<Asked> {
  const text = await request.text();
  const headers = new Headers(request.headers);
  const { body, json } = read(text);
  ORIGINALS.set(headers, { text, json });
  return { method: request.method, path, query, headers, body };
}

function messageOf({ method, path, query, headers, body }: Asked): ScimRequest {
  const search = query.size === 0 ? "" : `?${query}`;
  const original = ORIGINALS.get(headers);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const sent = text === original?.json ? original?.text : text;
  return {
    method,
    url: BASE_URL + path + search,
    headers: Object.fromEntries(headers),
    ...(sent === undefined || sent === "" ? {} : { body: sent }),
  };
}

async function answeredOf({ status, headers, body }: ScimResponse): Promise<Answered> {
  const text = typeof body === "object" ? await new Response(body as BodyInit).text() : (body ?? "");
  return { status, headers: new Headers(headers), body: read(text).body };
}

function responseOf({ status, headers, body }: Answered, method: string): Response {
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  headers.delete("content-length");
  const isEmpty = text === undefined || method === "HEAD" || [101, 204, 205, 304].includes(status);
  return new Response(isEmpty ? null : new TextEncoder().encode(text), { status, headers });
}

/** A body, and how it is written again; JSON that is too deep for that is text. */
function read(text: string): { readonly body: unknown; readonly json: string | undefined } {
  if (text === "") return { body: undefined, json: undefined };
  try {
    const body: unknown = JSON.parse(text);
    return { body, json: JSON.stringify(body) };
  } catch {
    return { body: text, json: undefined };
  }
}
