import type { Exchange } from "../exchange.ts";

/** What stands where a secret was. */
export const MASK = "***";

const SECRET_HEADER = /^(?:(?:proxy-)?authorization|cookie|set-cookie)$|token|secret|password|api-?key|signature/i;
const SECRET_VALUE = /("(?:password|access_token|refresh_token|client_secret)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;
const SECRET_PARAMETER = /([?&](?:access_token|token|api_?key|client_secret|code|sig|signature)=)[^&#]+/gi;
const SECRET_USER = /^(https?:\/\/)[^/@]+@/i;

/** An exchange whose credentials are gone, whoever made it: those of headers, of bodies and of the URL. */
export function masked(exchange: Exchange): Exchange {
  const { url, requestBody, responseBody, requestHeaders, responseHeaders } = exchange;
  return {
    ...exchange,
    url: url.replace(SECRET_USER, "$1").replaceAll(SECRET_PARAMETER, `$1${MASK}`),
    requestHeaders: maskedHeaders(requestHeaders),
    responseHeaders: maskedHeaders(responseHeaders),
    requestBody: requestBody?.replaceAll(SECRET_VALUE, `$1"${MASK}"`),
    responseBody: responseBody.replaceAll(SECRET_VALUE, `$1"${MASK}"`),
  };
}

export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name);
}

/** The scheme of an `Authorization` says what was tried and is no secret. */
function maskedHeaders(headers: Exchange["requestHeaders"]): Exchange["requestHeaders"] {
  const mask = (value: string): string => {
    const scheme = /^(?:Bearer|Basic|Digest|DPoP)(?= )/i.exec(value)?.[0];
    return scheme === undefined ? MASK : `${scheme} ${MASK}`;
  };
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? mask(value) : value]),
  );
}
