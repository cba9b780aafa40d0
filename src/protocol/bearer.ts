import { isSameBytes } from "../call/same-bytes.ts";
import { unauthorized } from "../error.ts";
import type { Context } from "../storage/adapter.ts";
import type { ScimRequest } from "./message.ts";

/** Options of `bearerToken`. @see RFC 6750 §2.1 */
export interface BearerOptions {
  /** `true`: the token is taken without the word Bearer in front as well, as Okta's header mode sends it. Default `false`: 401. */
  readonly bare?: boolean;
}

/** Shortest token that can be called a secret. */
const SHORTEST = 16;

/**
 * Makes an `authenticate` function for long-lived bearer tokens, as administrators paste them into identity providers. Tokens
 * are compared by their SHA-256 digests in constant time. Give one token, or a context for each. For other schemes (Basic,
 * a header of the client's own) write an `authenticate` of your own: it sees every header as it came.
 *
 * @throws {TypeError} when there is no token (an environment variable that is not set), or one of fewer than 16 characters or
 *   with anything but visible ASCII in it; commas are refused too, since they join two headers into one.
 * @example
 * ```ts
 * import { bearerToken } from "scimkit";
 * const single = bearerToken("vJ3kq2mUJ8T0w8aEoYy4");
 * const tenants = bearerToken({ vJ3kq2mUJ8T0w8aEoYy4: { tenant: "acme" }, "9Zr1cXq7LwTn5bHdPf0S": { tenant: "globex" } });
 * ```
 * @see RFC 6750 §2.1, §3
 */
export function bearerToken(token: string, options?: BearerOptions): (request: ScimRequest) => Promise<Context>;
export function bearerToken<C extends Context>(
  contexts: Readonly<Record<string, C>>,
  options?: BearerOptions,
): (request: ScimRequest) => Promise<C>;
export function bearerToken(
  tokens: string | Readonly<Record<string, Context>>,
  { bare = false }: BearerOptions = {},
): (request: ScimRequest) => Promise<Context> {
  const entries: (readonly [string, Context])[] =
    typeof tokens === "string" ? [[tokens, {}]] : Object.entries(tokens ?? {});
  if (entries.length === 0) throw new TypeError("bearerToken: there is no token.");
  for (const [token] of entries) checkToken(token);
  let known: readonly KnownToken[] | undefined;

  return async (request) => {
    const credential = credentialOf(request, bare);
    if (credential === undefined) throw unauthorized();
    // At the first request, because some runtimes allow no asynchronous work while a module loads; and the digests are kept, not
    // their promise, which belongs to the request that it was made in.
    known ??= await Promise.all(entries.map(async ([token, context]) => ({ digest: await digestOf(token), context })));
    const digest = await digestOf(credential);
    let found: Context | undefined;
    for (const candidate of known) if (isSameBytes(candidate.digest, digest)) found = candidate.context;
    if (found !== undefined) return found;
    throw unauthorized(
      "The bearer token is not valid here. Check the token in the identity provider's configuration.",
      {
        headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
      },
    );
  };
}

interface KnownToken {
  readonly digest: Uint8Array;
  readonly context: Context;
}

/** The text names no token: it ends in logs. */
function checkToken(token: string): void {
  if (token.length < SHORTEST) throw new TypeError(`bearerToken: a token must have ${SHORTEST} characters or more.`);
  if (!/^[!-+\--~]*$/.test(token))
    throw new TypeError("bearerToken: a token must be visible ASCII without blanks and commas.");
}

/** credentials = "Bearer" 1*SP b64token: the scheme in any letter case, and nothing else, in one header [T-A2 T-A4]. */
function credentialOf(request: ScimRequest, bare: boolean): string | undefined {
  const values = Object.entries(request.headers)
    .filter(([name]) => name.toLowerCase() === "authorization")
    .flatMap(([, value]) => value ?? []);
  const [value] = values;
  if (value === undefined || values.length > 1) return undefined;
  if (bare && !value.trim().includes(" ")) return value.trim();
  const [scheme, credential, ...more] = value.split(" ").filter((part) => part !== "");
  return scheme?.toLowerCase() === "bearer" && more.length === 0 ? credential : undefined;
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
