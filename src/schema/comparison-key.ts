import type { Attribute, ComparisonKey } from "./attribute.ts";
import { instantOf } from "./date-time.ts";
import { normalizeReference } from "./reference.ts";

/**
 * The standard comparison key, used alike by filters, sorting, uniqueness and storage:
 *
 * - strings: NFC, and Unicode lower case unless `caseExact`;
 * - `comparison: "username"`: PRECIS UsernameCaseMapped — width mapping, lower case, NFC (so ß and ss differ);
 * - references: RFC 3986 normalisation, and for SCIM resources without the API version segment;
 * - binary: without padding; dateTime: the instant in UTC as text that sorts in time order;
 * - numbers and booleans: themselves.
 *
 * Databases must store this key; their own `lower()` disagrees with it.
 *
 * @example
 * ```ts
 * import { comparisonKey, createScim, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2",
 *   authenticate: () => ({}),
 *   comparisonKey: (attribute, value) => comparisonKey(attribute, typeof value === "string" ? value.trim() : value),
 * });
 * ```
 * @see RFC 7643 §2.3, §2.4; RFC 7644 §5; RFC 8265 §3.3
 */
export const comparisonKey: ComparisonKey = (attribute, value) => standardKeyOf(attribute)(value);

type KeyOf = Attribute["key"];

/** A key function of texts as one of values: whatever is no text is its own key. */
const ofTexts =
  (key: (text: string) => string): KeyOf =>
  (value) =>
    typeof value === "string" ? key(value) : (value as number | boolean);

/** The standard keys of texts in any letter case. */
export const foldedKey: KeyOf = ofTexts((text) => stringKey(text, false));
/** The standard keys of user names, which for ASCII are those of texts in any letter case. */
export const nameKey: KeyOf = ofTexts(userNameKey);
/** The standard keys of texts whose letter case counts. */
export const exactKey: KeyOf = ofTexts((text) => stringKey(text, true));
/** The standard keys of times. */
export const instantKey: KeyOf = ofTexts((text) => instantOf(text) ?? text);
const binaryKey = ofTexts(withoutPadding);
const resourceKey = ofTexts((text) => normalizeReference(text, true));
const referenceKey = ofTexts((text) => normalizeReference(text, false));

/** The function that makes the standard keys of an attribute; attributes alike in this have the same one. */
export function standardKeyOf(
  attribute: Pick<Attribute, "type" | "resourceTypes" | "comparison" | "caseExact">,
): KeyOf {
  switch (attribute.type) {
    case "dateTime":
      return instantKey;
    case "binary":
      return binaryKey;
    case "reference":
      return attribute.resourceTypes.length > 0 ? resourceKey : referenceKey;
    default:
      if (attribute.comparison === "username") return nameKey;
      return attribute.caseExact ? exactKey : foldedKey;
  }
}

/** NFC, and lower case unless `caseExact`. Most texts are ASCII, and their own key: one look at each character, and no copy. */
export function stringKey(value: string, caseExact: boolean): string {
  let hasCapitals = false;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code > 0x7f) return caseExact ? value.normalize("NFC") : value.normalize("NFC").toLowerCase().normalize("NFC");
    if (code >= 0x41 && code <= 0x5a) hasCapitals = true;
  }
  return hasCapitals && !caseExact ? value.toLowerCase() : value;
}

/**
 * Whether the key of a text begins with a key, as far as that can be told without making it: of texts in any letter case (`folded`), or
 * of those whose case counts. Undefined where either is not ASCII so far: then the key has to be made.
 */
export function beginsWithKey(text: string, key: string, folded: boolean): boolean | undefined {
  // Composition makes no ASCII character of another one, so that where two differ the keys do.
  for (let index = 0; index < key.length; index++) {
    if (index === text.length) return false;
    const code = text.charCodeAt(index);
    const wanted = key.charCodeAt(index);
    if (code > 0x7f || wanted > 0x7f) return undefined;
    const own = folded && code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
    if (own !== wanted) return false;
  }
  // What follows may be an accent on the last character.
  return text.charCodeAt(key.length) > 0x7f ? undefined : true;
}

/** PRECIS UsernameCaseMapped, except that characters outside the profile are compared instead of refused. @see RFC 8265 §3.3 */
export function userNameKey(value: string): string {
  return isAscii(value) ? value.toLowerCase() : stringKey(mapWidth(value.normalize("NFC")), false);
}

function isAscii(value: string): boolean {
  for (let index = 0; index < value.length; index++) if (value.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** Maps full-width and half-width characters to their decomposition and leaves every other compatibility character alone. */
function mapWidth(value: string): string {
  let mapped = "";
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    const hasWidth = code === 0x3000 || (code >= 0xff01 && code <= 0xffee);
    mapped += hasWidth ? character.normalize("NFKC") : character;
  }
  return mapped;
}

function withoutPadding(value: string): string {
  let end = value.length;
  while (end > 0 && value.charCodeAt(end - 1) === 0x3d) end--;
  return value.slice(0, end);
}

/** Orders two keys of one attribute: numbers by value, `false` before `true`, strings by code point. */
export function compareKeys(left: string | number | boolean, right: string | number | boolean): number {
  if (typeof left === "string" && typeof right === "string") return compareCodePoints(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Code point order, which is what binary collations of UTF-8 databases use (UTF-16 order differs above U+FFFF). */
function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
