import type { Exchange } from "../exchange.ts";
import { isSecretHeader } from "../secrets.ts";

/** Headers that curl sets itself, or that are of one connection. */
const OWN = new Set(["host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding"]);

/** The request as a command that can be pasted into a POSIX shell; the token is taken from `SCIM_TOKEN`. */
export function toCurl({ method, url, requestHeaders, requestBody }: Exchange): string {
  // Without -g, curl would read brackets of a filter as a pattern of many URLs.
  const flags = /[[\]{}]/.test(url) ? "-gi" : "-i";
  const head = `curl ${flags} ${method === "HEAD" ? "-I" : `-X ${quoted(method)}`} ${quoted(url)}`;
  const headers = Object.entries(requestHeaders)
    .filter(([name]) => !OWN.has(name.toLowerCase()))
    .map(([name, value]) => `-H ${isSecretHeader(name) ? secret(name, value) : quoted(`${name}: ${value}`)}`);
  const body = requestBody === undefined || requestBody === "" ? [] : [`--data-raw ${quoted(requestBody)}`];
  return [head, ...headers, ...body].join(" \\\n  ");
}

/** Double quotes, so that the shell puts the token in. */
function secret(name: string, value: string): string {
  const scheme = /^(Bearer|Basic|Digest|DPoP) /i.exec(value)?.[1];
  const isAuthorization = name.toLowerCase() === "authorization";
  return `"${name}: ${scheme ?? (isAuthorization ? "Bearer" : "")}${scheme || isAuthorization ? " " : ""}$SCIM_TOKEN"`;
}

function quoted(text: string): string {
  return /^[A-Za-z]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
