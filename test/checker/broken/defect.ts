import { bearerToken, createScim, EnterpriseUserSchema, Group, type ScimOptions, User } from "scimkit";
import { fetchHandler } from "scimkit/fetch";
import { memoryStorage } from "scimkit/memory";
import type { StorageAdapter } from "scimkit/storage";

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
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: storage(memoryStorage()),
    baseUrl: BASE_URL,
    authenticate: bearerToken(TOKEN),
    ...options,
  });
  const handler = fetchHandler(scim);
  const answer = wrap(async (asked) => answeredOf(await handler(requestOf(asked))));
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    const base = new URL(BASE_URL).pathname;
    if (!pathname.startsWith(base)) return handler(request);
    return responseOf(await answer(await askedOf(request, pathname.slice(base.length))), request.method);
  };
}

async function askedOf(request: Request, path: string): Promise<Asked> {
  const text = await request.text();
  return {
    method: request.method,
    path,
    query: new URL(request.url).searchParams,
    headers: new Headers(request.headers),
    body: parsed(text),
  };
}

function requestOf({ method, path, query, headers, body }: Asked): Request {
  const search = query.size === 0 ? "" : `?${query}`;
  headers.delete("content-length");
  return new Request(BASE_URL + path + search, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

async function answeredOf(response: Response): Promise<Answered> {
  return {
    status: response.status,
    headers: new Headers(response.headers),
    body: parsed(await response.text()),
  };
}

function responseOf({ status, headers, body }: Answered, method: string): Response {
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  headers.delete("content-length");
  const isEmpty = method === "HEAD" || [101, 204, 205, 304].includes(status);
  return new Response(isEmpty ? null : text, { status, headers });
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
