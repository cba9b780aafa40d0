import type { Attribute } from "../schema/attribute.ts";

/** The JSON pointer of an attribute in a resource, or of what is below it. @see RFC 6901 §3 */
export function pointerTo(attribute: Attribute, ...below: readonly (string | number)[]): string {
  const container = attribute.extension === undefined ? "" : pointerOf(attribute.extension);
  return `${container}${pointerOf(attribute.name, ...below)}`;
}

/** A JSON pointer of member names and positions. */
export function pointerOf(...steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
