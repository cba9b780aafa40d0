import type { ClientRequest, Send } from "./answer.ts";

/** Options of `createClient`. */
export interface ClientOptions {
  readonly baseUrl: string;
  readonly token?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
}

export interface Client {
  readonly send: Send;
}

export function createClient({ baseUrl, token, fetch: ask = fetch }: ClientOptions): Client {
  const root = baseUrl.replace(/\/+$/, "");
  return {
    async send(request) {
      const url = new URL(/^https?:\/\//.test(request.path) ? request.path : root + request.path);
      for (const [name, value] of Object.entries(request.query ?? {}))
        if (value !== undefined) url.searchParams.set(name, String(value));
      const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` });
      headers.set("accept", "application/scim+json, application/json");
      for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, value);
      const response = await ask(url, {
        method: request.method,
        headers,
        redirect: "manual",
        ...bodyOf(request, headers),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parsed(text), url: url.href };
    },
  };
}

function bodyOf({ body, signal }: ClientRequest, headers: Headers): RequestInit {
  const cancel = signal === undefined ? {} : { signal };
  if (body === undefined) return cancel;
  if (!headers.has("content-type")) headers.set("content-type", "application/scim+json");
  return {
    ...cancel,
    body: typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
