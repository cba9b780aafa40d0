import type { Attribute, AttributePath } from "../schema/attribute.ts";

/** Whether a path is the resource's own `id`; what an extension calls so has its URN in front. @see RFC 7643 §3.1 */
export function isId({ text }: AttributePath): boolean {
  return text === "id";
}

/**
 * Whether something can be the id of a resource: text that stands in a URL, without control characters and without the reserved word
 * bulkId [S-3.1-08].
 * @see RFC 7643 §3.1 id
 */
export function isUsableId(id: unknown): id is string {
  if (typeof id !== "string" || id === "" || id.length > LONGEST_ID || id.includes("bulkId")) return false;
  return isPrintable(id) && id.isWellFormed();
}

/** Whether a text has no control characters. */
export function isPrintable(text: string): boolean {
  // Most texts that are asked about are ids of letters, digits and hyphens.
  if (/^[ -~]*$/.test(text)) return true;
  for (const character of text) if (character < " " || character === "\u007f") return false;
  return true;
}

const LONGEST_ID = 255;

/** Whether a path is one of the ids that resources of every type have: the server's `id`, the client's `externalId`. */
export function isCommonId(path: AttributePath): boolean {
  return isId(path) || path.text === "externalId";
}

/**
 * Whether the comparison key of an id in this attribute (the `value` of a reference) is the id itself, as it is for
 * `id`: ids are stored in NFC. Only then does what is filed under ids answer for the attribute.
 */
export function isComparedAsId({ type, caseExact, comparison }: Attribute): boolean {
  return type === "string" && caseExact && comparison === "plain";
}
