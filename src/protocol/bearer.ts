import { unauthorized } from "../error.ts";
import type { Context } from "../storage/adapter.ts";
import type { HostArgument, ScimRequest } from "./message.ts";

/** Options of `bearerToken`. @see RFC 6750 §2.1 */
export interface BearerOptions {
  /** `true`: the token is taken without the word Bearer in front as well, as Okta's header mode sends it. Default `false`: 401. */
  readonly bare?: boolean | undefined;
}

/** Shortest token that can be called a secret. */
const SHORTEST = 16;

/**
 * Says whose token it is: what it gives is the context, and for a token that nobody has it gives nothing. What it throws is a fault of
 * the server, and no answer about the token.
 * @see RFC 6750 §3
 */
export type VerifyToken<C extends Context, H = unknown> = (
  token: string,
  request: ScimRequest,
  host: H,
) => C | null | undefined | Promise<C | null | undefined>;

/**
 * An `authenticate` function that gives contexts of one type. (It is written as an intersection because TypeScript puts off what it
 * infers of a call that gives a plain function, and the other options of `createScim` would not know the context.)
 * @see RFC 6750 §2.1
 */
export type BearerAuthentication<C extends Context, H = unknown> = ((
  request: ScimRequest,
  ...host: HostArgument<H>
) => Promise<C>) &
  CallableFunction;

/**
 * Makes an `authenticate` function for bearer tokens, as administrators paste them into identity providers. Give one token, a context
 * for each, or a function that looks a token up, for those that are in a database or are made while the server runs. Fixed tokens are
 * compared in constant time; let a function look up the digest, which a database can be searched for
 * without telling by its time how much of a token was right. For other schemes (Basic, a header of the client's own) write an
 * `authenticate` of your own.
 *
 * A request without exactly one bearer token, and a token that nobody has, is 401; a function gets nothing but visible ASCII without
 * blanks and commas. A `ScimError` that it throws is the answer, whatever else it throws is a 500.
 *
 * @throws {TypeError} when there is no token (an environment variable that is not set), or one of fewer than 16 characters or
 *   with anything but visible ASCII in it; commas are refused too, since they join two headers into one.
 * @example
 * ```ts
 * import { createHash } from "node:crypto";
 * import { bearerToken } from "scimkit";
 * declare const connections: { byDigest(digest: string): Promise<{ tenant: string } | undefined> }; // yours
 *
 * const single = bearerToken("vJ3kq2mUJ8T0w8aEoYy4");
 * const tenants = bearerToken({ vJ3kq2mUJ8T0w8aEoYy4: { tenant: "acme" }, "9Zr1cXq7LwTn5bHdPf0S": { tenant: "globex" } });
 * const inDatabase = bearerToken((token) => connections.byDigest(createHash("sha256").update(token).digest("hex")));
 * ```
 * @see RFC 6750 §2.1, §3
 */
export function bearerToken(token: string, options?: BearerOptions): BearerAuthentication<Context>;
export function bearerToken<C extends Context, H = unknown>(
  verify: VerifyToken<C, H>,
  options?: BearerOptions,
): BearerAuthentication<C, H>;
export function bearerToken<C extends Context>(
  contexts: Readonly<Record<string, C>>,
  options?: BearerOptions,
): BearerAuthentication<C>;
export function bearerToken(
  tokens: string | Readonly<Record<string, Context>> | VerifyToken<Context>,
  { bare = false }: BearerOptions = {},
): BearerAuthentication<Context> {
  const verify = typeof tokens === "function" ? tokens : fixedTokens(tokens);
  return async (request, host) => {
    const credential = credentialOf(request, bare);
    if (credential === undefined) throw unauthorized(undefined, { headers: { "WWW-Authenticate": "Bearer" } });
    const context = isToken(credential) ? await verify(credential, request, host) : undefined;
    if (context !== undefined && context !== null) return context;
    throw unauthorized(
      "The bearer token is not valid here. Check the token in the identity provider's configuration.",
      {
        headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
      },
    );
  };
}

/** Looks for a token among those that are known from the start. */
function fixedTokens(tokens: string | Readonly<Record<string, Context>>): VerifyToken<Context> {
  const entries: (readonly [string, Context])[] =
    typeof tokens === "string" ? [[tokens, {}]] : Object.entries(tokens ?? {});
  if (entries.length === 0) throw new TypeError("bearerToken: there is no token.");
  for (const [token] of entries) checkToken(token);
  const size = 2 ** Math.ceil(Math.log2(Math.max(...entries.map(([token]) => token.length))));
  const known = entries.map(([token, context]) => ({ token: paddedToken(token, size), length: token.length, context }));

  return (credential) => {
    let found: Context | undefined;
    for (const candidate of known) if (isSameToken(candidate, credential)) found = candidate.context;
    return found;
  };
}

interface KnownToken {
  /** Its characters, and zeros up to the next power of two from the longest token's length. */
  readonly token: Uint8Array;
  readonly length: number;
  readonly context: Context;
}

function paddedToken(token: string, size: number): Uint8Array {
  const padded = new Uint8Array(size);
  padded.set(new TextEncoder().encode(token));
  return padded;
}

/**
 * Looks at every character that the client sent, wherever the first that differs stands and however long the token is: so the time tells
 * what the client knows already [T-A3]. (A digest of either, which hides the same, costs twenty times as much, and is asynchronous on
 * most runtimes.)
 */
function isSameToken({ token, length }: KnownToken, credential: string): boolean {
  // Where the credential is longer it starts over: it differs by its length.
  const last = token.length - 1;
  let difference = length ^ credential.length;
  for (let index = 0; index < credential.length; index++)
    difference |= (token[index & last] ?? 0) ^ credential.charCodeAt(index);
  return difference === 0;
}

/** The text names no token: it ends in logs. */
function checkToken(token: string): void {
  if (token.length < SHORTEST) throw new TypeError(`bearerToken: a token must have ${SHORTEST} characters or more.`);
  if (!isToken(token)) throw new TypeError("bearerToken: a token must be visible ASCII without blanks and commas.");
}

/** Visible ASCII without a comma, which joins two headers into one. */
function isToken(text: string): boolean {
  return /^[!-+\--~]+$/.test(text);
}

/** credentials = "Bearer" 1*SP b64token: the scheme in any letter case, and nothing else, in one header [T-A2 T-A4]. */
function credentialOf({ headers }: ScimRequest, bare: boolean): string | undefined {
  const value = onlyValue(headers);
  if (value === undefined) return undefined;
  if (bare && !value.trim().includes(" ")) return value.trim();
  return /^ *bearer +([^ ]+) *$/i.exec(value)?.[1];
}

const AUTHORIZATION = "authorization";

/** The value of the header, which may have any letter case; nothing where there are several. */
function onlyValue(headers: ScimRequest["headers"]): string | undefined {
  let found: string | undefined;
  for (const name of Object.keys(headers)) {
    if (name.length !== AUTHORIZATION.length || name.toLowerCase() !== AUTHORIZATION) continue;
    for (const value of [headers[name] ?? []].flat()) {
      if (found !== undefined) return undefined;
      found = value;
    }
  }
  return found;
}
