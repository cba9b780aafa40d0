import type { SessionExchange, SessionMessage } from "../session.ts";
import { createHeaderMask } from "./headers.ts";
import { leakOf } from "./leaks.ts";
import { createPseudonyms } from "./pseudonyms.ts";
import { createTextMask } from "./text.ts";
import { createValueMask } from "./values.ts";

/** An exchange as it went over the wire. Headers by names in lower case. */
export interface RawExchange {
  readonly method: string;
  /** Below the base URL. */
  readonly path: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** `undefined` where it was too long to be kept. */
  readonly responseBody: string | undefined;
}

/**
 * Masks exchanges of one session: the same value is the same pseudonym in all of them.
 *
 * @throws {Error} where something that must not be in a recording is still in it; nothing of the exchange may be written then
 */
export function createExchangeMask(secrets: ReadonlySet<string> = new Set()) {
  const { text } = createTextMask(createPseudonyms());
  const values = createValueMask(text);
  const headers = createHeaderMask(text);

  function message(raw: string, isDiscovery: boolean): Pick<SessionMessage, "body" | "bodyText"> {
    if (raw === "") return {};
    const masked = values.body(raw, isDiscovery);
    const parsed = jsonOf(masked);
    // Twice the same member, `1.0`, and what is no JSON: a parser would not give them back.
    return parsed !== undefined && JSON.stringify(parsed) === masked ? { body: parsed } : { bodyText: masked };
  }

  return (raw: RawExchange): SessionExchange => {
    const isDiscovery = /^\/(?:Schemas|ResourceTypes|ServiceProviderConfigs?)(?:[/?]|$)/i.test(raw.path);
    const exchange: SessionExchange = {
      request: {
        method: raw.method,
        path: values.path(raw.path),
        headers: headers(raw.requestHeaders, raw.status === 401),
        ...message(raw.requestBody, false),
      },
      response: {
        status: raw.status,
        headers: headers(raw.responseHeaders, false),
        ...(raw.responseBody === undefined
          ? { bodyOmitted: "too long to be kept" }
          : message(raw.responseBody, isDiscovery)),
      },
    };
    const leak = leakOf(raw, exchange, secrets);
    if (leak !== undefined) throw new Error(`${leak} was not masked`);
    return exchange;
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
