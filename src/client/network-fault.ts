import type { ClientErrorCode } from "./error.ts";

/**
 * What kind of fault made `fetch` reject. Platforms agree on no form: Node has codes in `cause`, several of them in an AggregateError, others
 * have sentences. What is not recognised counts as cut, after which nobody knows whether the server has got the request.
 */
export function kindOfFault(error: unknown): {
  readonly code: ClientErrorCode;
  readonly words: string;
  readonly isFinal: boolean;
} {
  const words = [...wordsOf(error, 0)].filter((word) => word !== "" && word !== "fetch failed");
  const all = words.join(" ");
  const text = words.at(-1) ?? "no reason is given";
  if (/CERT|SELF_SIGNED|UNABLE_TO_|_SSL_|ERR_TLS|certificate|\bTLS\b|EPROTO/i.test(all))
    return { code: "tls", words: text, isFinal: true };
  if (/ENOTFOUND|ERR_INVALID_URL|bad port|name not resolved|unknown scheme/i.test(all))
    return { code: "unreachable", words: text, isFinal: true };
  // A host may also become unreachable once it has got the request: only a failure to connect is one that surely has not been sent.
  if (/ECONNREFUSED|EAI_AGAIN|connect E(?:HOSTUNREACH|NETUNREACH|TIMEDOUT)|CONNECT_TIMEOUT|refused/i.test(all))
    return { code: "unreachable", words: text, isFinal: false };
  return { code: "cut", words: text, isFinal: false };
}

function* wordsOf(error: unknown, depth: number): Generator<string> {
  if (typeof error !== "object" || error === null || depth > 4) return;
  const { code, message, cause, errors } = error as Record<string, unknown>;
  yield [code, message].filter((one) => typeof one === "string" && one !== "").join(" ");
  for (const inner of Array.isArray(errors) ? errors : [cause]) yield* wordsOf(inner, depth + 1);
}
