import { type Attribute, isExternalReference } from "./attribute.ts";
import { instantOf } from "./date-time.ts";
import { isReference } from "./reference.ts";

/** Bounds on values, each an option of `createScim({ limits })`. @see RFC 7643 §2.3 */
export interface ValueLimits {
  /** Longest string, reference or dateTime in UTF-16 code units. Default 8,192. */
  readonly stringLength: number;
  /** Longest binary (base64 text) in characters. Default 65,536. */
  readonly binaryLength: number;
  /** Most elements of one multi-valued attribute, and most names of one body that no schema has. Default 1,000. */
  readonly elements: number;
  /** Most elements of a collection (members) in one request. Default 50,000. */
  readonly collectionElements: number;
}

export const DEFAULT_VALUE_LIMITS: ValueLimits = {
  stringLength: 8192,
  binaryLength: 65_536,
  elements: 1000,
  collectionElements: 50_000,
};

/** What each type looks like to a person who sent something else. */
export const EXPECTED: Readonly<Record<Attribute["type"], string>> = {
  string: "a string",
  boolean: "true or false",
  decimal: "a number",
  integer: "a whole number",
  dateTime: 'a date and time such as "2026-01-31T09:30:00Z"',
  binary: "a base64 string",
  reference: "a URI",
  complex: "an object",
};

/** Names the JSON type of a value for an error message, never the value itself. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * Checks one simple value against its attribute. Gives the problem as the end of the sentence "emails[0].value …", or
 * undefined where there is none; "type" means the JSON type itself is wrong.
 * @see RFC 7643 §2.3
 */
export function problemOf(attribute: Attribute, value: unknown, limits: ValueLimits): "type" | string | undefined {
  switch (attribute.type) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "type";
    case "decimal":
      if (typeof value !== "number") return "type";
      return Number.isFinite(value) ? undefined : "must be a number that a double can hold";
    case "integer":
      if (typeof value !== "number") return "type";
      if (!Number.isInteger(value)) return "must be a whole number";
      return Number.isSafeInteger(value) ? undefined : "must be between -(2^53 - 1) and 2^53 - 1";
    case "complex":
      return "type";
    default:
      return typeof value === "string" ? textProblem(attribute, value, limits) : "type";
  }
}

function textProblem(attribute: Attribute, value: string, limits: ValueLimits): string | undefined {
  const longest = attribute.type === "binary" ? limits.binaryLength : limits.stringLength;
  return characterProblem(value, longest) ?? meaningProblem(attribute, value);
}

/** What no text of any type may be or hold. */
export function characterProblem(value: string, longest: number): string | undefined {
  if (value.length > longest) return `must not be longer than ${longest} characters (it has ${value.length})`;
  if (!value.isWellFormed()) return "must be well-formed Unicode (it contains half of a surrogate pair)";
  return value.includes("\u0000") ? "must not contain the character NUL" : undefined;
}

function meaningProblem(attribute: Attribute, value: string): string | undefined {
  switch (attribute.type) {
    case "dateTime":
      return instantOf(value) === undefined ? `must be ${EXPECTED.dateTime}` : undefined;
    case "binary":
      return isBase64(value) ? undefined : "must be base64 text (RFC 4648 section 4)";
    case "reference":
      // What an external one may hold besides a URI is a question of format.
      if (value.trim() === "") return "must be a URI (RFC 3986), not blank";
      return isExternalReference(attribute) || isReference(value) ? undefined : "must be a URI (RFC 3986)";
    default:
      if (attribute.required && value.trim() === "") return "must not be empty, because it is required";
      return attribute.comparison === "username" ? userNameProblem(value) : undefined;
  }
}

/** Invisible twins of a user name are refused: control, format, unassigned and private-use characters, outer white space. */
function userNameProblem(value: string): string | undefined {
  if (value !== value.trim()) return "must not begin or end with white space";
  // One character class, so linear in the length of the text.
  return /[\p{Cc}\p{Cf}\p{Cn}\p{Co}]/u.test(value)
    ? "must not contain control, invisible or unassigned characters"
    : undefined;
}

/** base64 with or without padding. @see RFC 7643 §2.3.6 */
export function isBase64(value: string): boolean {
  let end = value.length;
  while (end > 0 && value.length - end < 2 && value.charCodeAt(end - 1) === 0x3d) end--;
  if (end % 4 === 1 || (end !== value.length && value.length % 4 !== 0)) return false;
  for (let index = 0; index < end; index++) if (!isBase64Digit(value.charCodeAt(index))) return false;
  return true;
}

function isBase64Digit(code: number): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f
  );
}
