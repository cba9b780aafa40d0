import { decoded } from "../encoded.ts";
import type { SessionExchange } from "../session.ts";
import type { RawExchange } from "./exchange.ts";

const EMAIL = /[^\s"'<>()[\],;:@/=\\]{1,320}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const PASSWORD = /"[\w.:-]{0,200}(?:password|secret|token)"\s*:\s*("(?:[^"\\]|\\.)*")/gi;

/**
 * The second look: whether a token, a password or an e-mail address of the exchange is still in what is to be written, as it is or encoded.
 * It knows nothing of how masking is done. What leaks is named by its kind, never by its value.
 */
export function leakOf(raw: RawExchange, masked: SessionExchange, secrets: ReadonlySet<string>): string | undefined {
  const written = JSON.stringify(masked);
  const forms = [written, plain(written)].map((form) => form.toLowerCase());
  const isIn = (value: string) => {
    const encodings = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
    return encodings.some((encoding) => forms.some((form) => form.includes(encoding.toLowerCase())));
  };
  const source = [raw.path, plain(raw.path), raw.requestBody, raw.responseBody ?? ""].join("\n");
  if (credentials(raw, secrets).some(isIn)) return "a token";
  if (passwords(source).some(isIn)) return "a password";
  return [...source.matchAll(EMAIL)].some(([address]) => isIn(address)) ? "an e-mail address" : undefined;
}

function credentials(
  { requestHeaders, responseHeaders }: RawExchange,
  secrets: ReadonlySet<string>,
): readonly string[] {
  const { authorization = "", cookie = "" } = requestHeaders;
  const tokens = authorization.split(/\s+/).slice(-1);
  const cookies = [cookie, responseHeaders["set-cookie"] ?? ""].flatMap((line) => line.split(/[;=]\s*/));
  // Shorter ones are words of every text.
  return [...tokens, ...cookies.filter((part) => part.length >= 12), ...secrets].filter((value) => value.length >= 5);
}

function passwords(source: string): readonly string[] {
  return [...source.matchAll(PASSWORD)]
    .map(([, value = '""']) => String(JSON.parse(value)))
    .filter((value) => value.length >= 5);
}

const plain = (text: string): string => text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (codes) => decoded(codes) ?? codes);
