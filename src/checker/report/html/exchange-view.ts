import type { Exchange } from "../../exchange.ts";
import { toCurl } from "../curl.ts";
import { indented } from "../indented.ts";
import { masked } from "../masked.ts";
import { duration } from "../words.ts";
import { html, type Markup } from "./markup.ts";

/** The exchanges of a failure: those that led to it folded, the telling one unfolded. */
export function exchangesView(exchanges: readonly Exchange[]): readonly Markup[] {
  return exchanges.map((exchange, at) => exchangeView(masked(exchange), at === exchanges.length - 1));
}

function exchangeView(exchange: Exchange, isOpen: boolean): Markup {
  const { method, url, status, error, ms } = exchange;
  return html`<details class="exchange"${isOpen ? html` open` : ""}>
<summary><span>${method} ${pathOf(url)}</span> <span class="soft number">${status ?? "no answer"}, ${duration(ms)}</span></summary>
<div class="part"><h4>Request</h4><pre class="curl">${toCurl(exchange)}</pre></div>
<div class="part"><h4>Answer</h4><pre>${status === undefined ? `No answer: ${error ?? "unknown reason"}` : answerText(exchange)}</pre></div>
</details>
`;
}

function answerText({ status, responseHeaders, responseBody }: Exchange): string {
  const headers = Object.entries(responseHeaders).map(([name, value]) => `${name}: ${value}`);
  return [String(status), ...headers, ...(responseBody === "" ? [] : ["", indented(responseBody)])].join("\n");
}

/** What follows the host, as that is the same everywhere; for reading, without percent signs. */
function pathOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  try {
    return pathname + decodeURIComponent(search);
  } catch {
    return pathname + search;
  }
}
