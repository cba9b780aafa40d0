/** Words of clients that tell nothing of their customer. */
const AGENTS =
  /^(?:okta|scim|client|integration|python|requests|java|apache|httpclient|okhttp|go|http|node|axios|undici|azure|microsoft|aad|entra|keycloak|authentik|sailpoint|onelogin|jumpcloud|pingone|pingfederate|google|curl|mozilla|ruby|faraday|guzzlehttp|dotnet|\d+)$/i;

type MaskHeader = (value: string, text: (value: string) => string, isRefused: boolean) => string | undefined;

/** A media type or the like. */
const plain: MaskHeader = (value, text) => (/^[\w\s.,;=*/+"-]*$/.test(value) ? value : text(value));
const whole: MaskHeader = (value, text) => text(value);
const version: MaskHeader = (value, text) => value.replace(/^(W\/)?(.*)$/s, (_, weak = "", tag) => weak + text(tag));

const MASKS: Readonly<Record<string, MaskHeader>> = {
  accept: plain,
  "accept-charset": plain,
  "content-type": plain,
  prefer: plain,
  "if-match": version,
  "if-none-match": version,
  etag: version,
  location: whole,
  "content-location": whole,
  authorization: (_, __, isRefused) => (isRefused ? "Bearer wrong" : "Bearer <token>"),
  "www-authenticate": (value) => /^[\w-]*/.exec(value)?.[0],
  "retry-after": (value) => (/^\d{1,6}$/.test(value) ? value : undefined),
  "user-agent": (value, text) =>
    value.replaceAll(/[\p{L}\p{N}\p{M}]+/gu, (word) => (AGENTS.test(word) ? word : text(word))),
};

/** Masks headers; those that are not known are left away. A wrong token is told from a good one, and neither is kept. */
export function createHeaderMask(text: (value: string) => string) {
  return (raw: Readonly<Record<string, string>>, isRefused: boolean): Record<string, string> =>
    Object.fromEntries(
      Object.entries(raw).flatMap(([name, value]) => {
        const kept = MASKS[name]?.(value, text, isRefused);
        return kept === undefined ? [] : [[name, kept]];
      }),
    );
}
