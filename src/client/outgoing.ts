import type { ClientRequest } from "./answer.ts";
import type { Outgoing } from "./attempt.ts";
import { ScimClientError } from "./error.ts";

type HeaderList = Readonly<Record<string, string>>;

/** The base URL of a client, without its last slash. @throws {TypeError} for what is none, and for one with credentials in it */
export function baseOf(baseUrl: string): URL {
  const url = tryUrl(baseUrl);
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError(
      `createClient: baseUrl must be an absolute URL such as https://example.com/scim/v2, and is ${JSON.stringify(baseUrl)}.`,
    );
  if (url.username !== "" || url.password !== "")
    throw new TypeError("createClient: baseUrl must not hold a name or a password; give them by authenticate.");
  url.hash = "";
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

function tryUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** A request as it goes out, but for what lets it in. @throws {ScimClientError} where it would leave the origin of the client */
export function outgoingOf(request: ClientRequest, base: URL, always: HeaderList): Outgoing {
  const { method, body } = request;
  const url = urlOf(request, base);
  if (url.origin !== base.origin)
    throw new ScimClientError(
      `${method} ${url.href} was not sent, as it leads away from ${base.origin}, whose token nobody else is to see.`,
      { code: "redirected", method, url: url.href },
    );
  const outgoing = { method, url };
  const headers = withHeaders(new Headers({ accept: "application/scim+json, application/json" }), always, outgoing);
  const isBare = typeof body === "string" || body instanceof Uint8Array;
  if (body !== undefined) headers.set("content-type", "application/scim+json");
  return { ...outgoing, headers, body: body === undefined || isBare ? body : JSON.stringify(body) };
}

/**
 * The headers, and these. The platform's own error for a value that no header can hold shows the value, which may be a token.
 * @throws {ScimClientError} for such a value
 */
export function withHeaders(headers: Headers, more: HeaderList, { method, url }: Pick<Outgoing, "method" | "url">) {
  for (const [name, value] of Object.entries(more))
    try {
      headers.set(name, value);
    } catch {
      throw new ScimClientError(
        `${method} ${url.href} was not sent, as its header ${name} cannot hold what it is given: correct the token or the headers.`,
        { code: "credentials", method, url: url.href },
      );
    }
  return headers;
}

function urlOf({ path, query = {} }: ClientRequest, base: URL): URL {
  const url = new URL(/^https?:\/\//i.test(path) ? path : base.origin + base.pathname.replace(/\/$/, "") + path);
  // With %20 for a blank: not every server reads a plus sign as one.
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  const own = base.search.slice(1);
  url.search = [url.search.slice(1), own, ...parameters].filter((part) => part !== "").join("&");
  return url;
}
