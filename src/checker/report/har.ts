import type { Exchange } from "../exchange.ts";
import type { Report } from "../report.ts";
import { masked } from "./masked.ts";
import { HOMEPAGE } from "./words.ts";

/** An exchange of a run, and the check that it belongs to. */
export interface CheckExchange {
  /** Absent for what the run itself asked: discovery, cleaning up. */
  readonly check?: string | undefined;
  readonly exchange: Exchange;
}

/** All that went over the wire as HAR 1.2, for the network view of a browser; without exchanges, those of the failures. Credentials are masked. */
export function toHar(report: Report, exchanges: readonly CheckExchange[] = ofFailures(report)): string {
  const har = {
    log: {
      version: "1.2",
      creator: { name: "scimkit", version: report.tool.version, comment: HOMEPAGE },
      pages: [],
      entries: exchanges.map(entryOf),
      comment: `SCIM 2.0 check of ${report.target}`,
    },
  };
  return `${JSON.stringify(har, null, 2)}\n`;
}

function ofFailures({ results }: Report): readonly CheckExchange[] {
  return results.flatMap(({ id, failure }) => (failure?.exchanges ?? []).map((exchange) => ({ check: id, exchange })));
}

function entryOf({ check, exchange }: CheckExchange): object {
  const { at, ms, error, ...shown } = masked(exchange);
  const said = [check, error].filter((text) => text !== undefined).join(": ");
  return {
    startedDateTime: new Date(at).toISOString(),
    time: ms,
    request: requestOf(shown),
    response: responseOf(shown),
    cache: {},
    timings: { send: 0, wait: ms, receive: 0 },
    ...(said === "" ? {} : { comment: said }),
  };
}

function requestOf({ method, url, requestHeaders, requestBody }: Omit<Exchange, "at" | "ms">): object {
  const query = URL.canParse(url) ? [...new URL(url).searchParams] : [];
  return {
    method,
    url,
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: pairsOf(Object.entries(requestHeaders)),
    queryString: pairsOf(query),
    headersSize: -1,
    bodySize: bytesOf(requestBody ?? ""),
    ...(requestBody === undefined
      ? {}
      : { postData: { mimeType: requestHeaders["content-type"] ?? "", text: requestBody, params: [] } }),
  };
}

/** Where there was no answer, the status is 0, as browsers write it. */
function responseOf({ status = 0, responseHeaders, responseBody }: Omit<Exchange, "at" | "ms">): object {
  const size = bytesOf(responseBody);
  return {
    status,
    statusText: "",
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: pairsOf(Object.entries(responseHeaders)),
    content: { size, mimeType: responseHeaders["content-type"] ?? "", text: responseBody },
    redirectURL: responseHeaders.location ?? "",
    headersSize: -1,
    bodySize: size,
  };
}

function pairsOf(pairs: readonly (readonly [string, string])[]): readonly object[] {
  return pairs.map(([name, value]) => ({ name, value }));
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
