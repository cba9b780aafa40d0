import type { Exchange } from "../exchange.ts";
import { isSecretHeader, MASK, withoutCredentials, withoutSecretMembers } from "../secrets.ts";

const PARAMETER = /([?&](?:access_token|token|api_?key|client_secret|code|sig|signature)=)[^&#]+/gi;
const USER = /^(https?:\/\/)[^/@]+@/i;

/**
 * An exchange without the credentials of headers, bodies and the URL that are known by their names: a second look, ahead of whatever is
 * written. What this run knows to be secret is gone before (`createMask`); a report that was read from a file comes from who knows where.
 */
export function masked(exchange: Exchange): Exchange {
  const { url, requestBody, responseBody, requestHeaders, responseHeaders } = exchange;
  return {
    ...exchange,
    url: url.replace(USER, "$1").replaceAll(PARAMETER, `$1${MASK}`),
    requestHeaders: maskedHeaders(requestHeaders),
    responseHeaders: maskedHeaders(responseHeaders),
    requestBody: requestBody === undefined ? undefined : withoutSecretMembers(requestBody),
    responseBody: withoutSecretMembers(responseBody),
  };
}

function maskedHeaders(headers: Exchange["requestHeaders"]): Exchange["requestHeaders"] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? withoutCredentials(value) : value]),
  );
}
