import { isObject } from "../../schema/value.ts";
import { CommandError } from "../command.ts";
import type { Connection } from "../connection.ts";
import { neighboursOf } from "./neighbours.ts";
import { networkFault } from "./network-fault.ts";

/** What is needed to ask a server. */
export interface Reaching {
  readonly connection: Connection;
  readonly fetch: typeof fetch;
  /** Milliseconds for each request, 30,000 unless they are given. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

interface Seen {
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

/**
 * Finds out whether there is a SCIM server at the base URL that takes the credentials, by two GETs that change nothing.
 *
 * @throws {CommandError} where there is none: what was tried, and what to type instead.
 */
export async function reach(reaching: Reaching): Promise<void> {
  const { connection } = reaching;
  const { baseUrl } = connection;
  const config = await see(reaching, baseUrl, "/ServiceProviderConfig");
  refuseRedirect(config, baseUrl);
  const users = await see(reaching, baseUrl, "/Users?count=1");
  for (const seen of [users, config])
    if (seen.status === 401) throw new CommandError(await unauthorized(seen, reaching));
  if ([config, users].some((seen) => isScim(seen) && seen.status < 400)) return;
  refuseRedirect(users, baseUrl);
  for (const neighbour of neighboursOf(baseUrl))
    if (await isThere(reaching, neighbour))
      throw new CommandError(`${baseUrl} is no SCIM base URL, and ${neighbour} is one. Did you mean that?`);
  // Errors of SCIM come from a SCIM server, which may well have nothing that works: that is for the checks to say.
  if (!isScim(config) && !isScim(users)) throw new CommandError(nothingThere(baseUrl, config, users));
}

async function isThere(reaching: Reaching, baseUrl: string): Promise<boolean> {
  const seen = await see(reaching, baseUrl, "/ServiceProviderConfig").catch(() => undefined);
  return seen !== undefined && isScim(seen) && seen.status < 400;
}

async function see(
  { connection, fetch, timeout = 30_000, signal }: Reaching,
  baseUrl: string,
  path: string,
): Promise<Seen> {
  const url = new URL(baseUrl + path);
  const headers = { accept: "application/scim+json, application/json", ...(await connection.headers()) };
  const within = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]);
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal: within });
    const text = await response.text();
    return { path, status: response.status, headers: response.headers, text, body: parsed(text) };
  } catch (error) {
    if (signal?.aborted) throw new CommandError("stopped before the server was asked anything.");
    throw new CommandError(`${networkFault(error, new URL(baseUrl), timeout)}.`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A document of SCIM by its `schemas`, or by what it has where a server leaves these out; a SCIM error is one too. */
function isScim({ body }: Seen): boolean {
  if (!isObject(body)) return false;
  const { schemas } = body;
  if (Array.isArray(schemas) && schemas.some((one) => /^urn:ietf:params:scim:/i.test(String(one)))) return true;
  return "totalResults" in body || "authenticationSchemes" in body;
}

function refuseRedirect({ status, headers }: Seen, baseUrl: string): void {
  const location = headers.get("location");
  if (status < 300 || status > 399 || status === 304) return;
  if (location === null || !URL.canParse(location, baseUrl))
    throw new CommandError(`${baseUrl} redirects (${status}) and does not say where: give the URL that it leads to.`);
  const target = new URL(location, `${baseUrl}/`);
  const base = target.href.replace(/\/ServiceProviderConfig\/?(?:\?.*)?$|\/Users\/?\?.*$/, "");
  throw new CommandError(
    base === target.href
      ? `${baseUrl} redirects (${status}) to ${base}, most often a page to sign in: give a token with --token, or look at the URL.`
      : `${baseUrl} redirects (${status}): give ${base} instead, as credentials are not sent after a redirect.`,
  );
}

async function unauthorized({ path, headers, body }: Seen, { connection }: Reaching): Promise<string> {
  const given = await connection.headers();
  const challenge = headers.get("www-authenticate");
  const detail = isObject(body) && typeof body.detail === "string" ? `: ${body.detail}` : "";
  const said = `${connection.baseUrl} refused ${path.replace(/\?.*/, "")} (401${detail}${challenge === null ? "" : `; WWW-Authenticate: ${challenge}`})`;
  return Object.keys(given).length === 0
    ? `${said}: give a token with --token, or set SCIM_TOKEN.`
    : `${said}: the server does not take these credentials. Look at --token (is it another environment's, or over?), or give --header "Name: value" where it is no bearer token.`;
}

function nothingThere(baseUrl: string, config: Seen, users: Seen): string {
  const isPage = [config, users].some(({ text }) => /^\s*</.test(text));
  const statuses = `GET ${config.path} gave ${config.status}, GET /Users ${users.status}`;
  if (config.status >= 500 && users.status >= 500)
    return `${baseUrl} does not work: ${statuses}. Look at the log of the server.`;
  if (config.status === 403 && users.status === 403)
    return `${baseUrl} forbids these credentials everything (403): give the token the right to provision.`;
  return `${baseUrl} answers ${isPage ? "HTML instead of JSON" : "no SCIM"}: ${statuses}. Give the base URL that stands in the server's manual, up to and without /Users.`;
}
