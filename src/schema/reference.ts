/**
 * Tells whether the text can be a URI or a relative reference: the characters of RFC 3986, well-formed percent escapes,
 * and an authority that a URL parser accepts. Non-ASCII characters are let through (IRIs are common in profile URLs).
 * @see RFC 7643 §2.3.7
 */
export function isReference(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code <= 0x20 || code === 0x7f || FORBIDDEN.has(value[index] as string)) return false;
    if (code === 0x25 && !(isHex(value.charCodeAt(index + 1)) && isHex(value.charCodeAt(index + 2)))) return false;
  }
  return !hasAuthority(value) || URL.canParse(value);
}

const FORBIDDEN = new Set(['"', "<", ">", "\\", "^", "`", "{", "|", "}"]);

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** A scheme, "://" and more; a relative reference may well have a URL in its query. */
function hasAuthority(value: string): boolean {
  const colon = value.indexOf("://");
  if (colon <= 0) return false;
  for (let index = 0; index < colon; index++) if (!isSchemeCharacter(value.charCodeAt(index), index)) return false;
  return true;
}

/** scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ). @see RFC 3986 §3.1 */
function isSchemeCharacter(code: number, index: number): boolean {
  if (isLetter(code)) return true;
  return index > 0 && (isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e);
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/**
 * The form of a reference that is compared: RFC 3986 §6.2 normalisation; for references to SCIM resources the API version
 * segment does not count [S-2.4-06 S-2.4-07].
 */
export function normalizeReference(value: string, toResource: boolean): string {
  if (!hasAuthority(value) || !URL.canParse(value)) return value.normalize("NFC");
  const url = new URL(value);
  if (!toResource) return normalizeEscapes(url.href);
  const segments = url.pathname.split("/");
  // The last two segments are the endpoint and the id, which may look like a version.
  const kept = segments.filter((segment, index) => index >= segments.length - 2 || !isVersionSegment(segment));
  return normalizeEscapes(`${url.protocol}//${url.host}${kept.join("/")}${url.search}${url.hash}`);
}

/** Percent escapes in upper case, and those of unreserved characters undone. @see RFC 3986 §6.2.2.1, §6.2.2.2 */
function normalizeEscapes(url: string): string {
  let normalized = "";
  let at = 0;
  for (let percent = url.indexOf("%"); percent !== -1; percent = url.indexOf("%", at)) {
    const isEscape = isHex(url.charCodeAt(percent + 1)) && isHex(url.charCodeAt(percent + 2));
    const end = isEscape ? percent + 3 : percent + 1;
    const code = isEscape ? Number.parseInt(url.slice(percent + 1, end), 16) : 0;
    normalized +=
      url.slice(at, percent) + (isUnreserved(code) ? String.fromCharCode(code) : url.slice(percent, end).toUpperCase());
    at = end;
  }
  return normalized + url.slice(at);
}

/** unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~". @see RFC 3986 §2.3 */
function isUnreserved(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 0x2d || code === 0x2e || code === 0x5f || code === 0x7e;
}

/** "v" and digits. @see RFC 7644 §3.13 */
function isVersionSegment(segment: string): boolean {
  if (segment.length < 2 || (segment[0] !== "v" && segment[0] !== "V")) return false;
  for (let index = 1; index < segment.length; index++) if (!isDigit(segment.charCodeAt(index))) return false;
  return true;
}
