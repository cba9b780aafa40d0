import { isReference } from "./reference.ts";

/** What the text of an attribute means beyond its type. The RFC asks for these forms; few identity providers keep to all of them. */
export const FORMATS = ["languageTag", "acceptLanguage", "timeZone", "country", "certificate"] as const;
/**
 * What the text of an attribute means: checked where formats are enforced. This union may grow: give a `switch` over it a default
 * branch. @see RFC 7643 §4.1
 */
export type Format = (typeof FORMATS)[number];

/** Checks a text against its format; `"uri"` is that of external references. Gives the problem as the end of the sentence "locale …", or undefined. */
export function formatProblem(format: Format | "uri", value: string): string | undefined {
  if (value === "" || CHECKS[format](value)) return undefined;
  return PROBLEMS[format];
}

const PROBLEMS: Readonly<Record<Format | "uri", string>> = {
  uri: "must be a URI (RFC 3986)",
  languageTag: 'must be a language tag such as "en-US" (RFC 5646)',
  acceptLanguage: 'must be languages as in Accept-Language, such as "da, en-GB;q=0.8"',
  timeZone: 'must be the name of a time zone such as "America/Los_Angeles"',
  country: 'must be a country code of two letters such as "US" (ISO 3166-1 alpha-2)',
  certificate: "must be exactly one X.509 certificate, DER in base64",
};

const CHECKS: Readonly<Record<Format | "uri", (value: string) => boolean>> = {
  uri: isReference,
  languageTag: isLanguageTag,
  acceptLanguage: isAcceptLanguage,
  timeZone: isTimeZone,
  country: (value) => /^[A-Za-z]{2}$/.test(value) && isRegion(value),
  certificate: isOneCertificate,
};

/** An underscore between the parts is taken for the hyphen that is meant. @see RFC 7643 §4.1.1 locale */
function isLanguageTag(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value.replaceAll("_", "-")).length === 1;
  } catch {
    return false;
  }
}

/** @see RFC 9110 §12.5.4 */
function isAcceptLanguage(value: string): boolean {
  return value.split(",").every((range) => {
    const [tag = "", weight, ...more] = range.split(";").map((part) => part.trim());
    const isWeight = weight === undefined || /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.test(weight);
    return more.length === 0 && isWeight && (tag === "*" || isLanguageTag(tag));
  });
}

/** By the runtime's own time zone database. */
function isTimeZone(value: string): boolean {
  // An offset ("+01:00") is no name, though Intl takes it.
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** Codes without a name are not assigned. */
function isRegion(value: string): boolean {
  return new Intl.DisplayNames("en", { type: "region", fallback: "none" }).of(value.toUpperCase()) !== undefined;
}

/**
 * Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE, signature BIT STRING }: one DER value whose
 * length covers all bytes [S-4.1.2-15].
 * @see RFC 5280 §4.1
 */
function isOneCertificate(value: string): boolean {
  const bytes = bytesOf(value);
  const outer = bytes === undefined ? undefined : derValue(bytes, 0);
  if (bytes === undefined || outer?.tag !== SEQUENCE || outer.end !== bytes.length) return false;
  const tags: number[] = [];
  for (let at = outer.start; at < outer.end; ) {
    const part = derValue(bytes, at);
    if (part === undefined || part.end > outer.end || tags.length === 3) return false;
    tags.push(part.tag);
    at = part.end;
  }
  return tags.length === 3 && tags[0] === SEQUENCE && tags[1] === SEQUENCE && tags[2] === BIT_STRING;
}

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;

interface DerValue {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** Tag, length and value. @see ITU-T X.690 §8.1 */
function derValue(bytes: Uint8Array, at: number): DerValue | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first - 0x80;
    // Indefinite lengths are not DER; four bytes are more than any body may have.
    if (count === 0 || count > 4) return undefined;
    length = 0;
    for (const byte of bytes.subarray(start, start + count)) length = length * 256 + byte;
    start += count;
  }
  const end = start + length;
  return end > bytes.length ? undefined : { tag, start, end };
}

function bytesOf(value: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
