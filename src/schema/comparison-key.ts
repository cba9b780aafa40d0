import type { ComparisonKey } from "./attribute.ts";
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
export const comparisonKey: ComparisonKey = (attribute, value) => {
  if (typeof value !== "string") return value as number | boolean;
  switch (attribute.type) {
    case "dateTime":
      return instantOf(value) ?? value;
    case "binary":
      return withoutPadding(value);
    case "reference":
      return normalizeReference(value, attribute.resourceTypes.length > 0);
    default:
      return attribute.comparison === "username" ? userNameKey(value) : stringKey(value, attribute.caseExact);
  }
};

/** NFC, and lower case unless `caseExact`. */
export function stringKey(value: string, caseExact: boolean): string {
  if (isAscii(value)) return caseExact ? value : value.toLowerCase();
  return caseExact ? value.normalize("NFC") : value.normalize("NFC").toLowerCase().normalize("NFC");
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
