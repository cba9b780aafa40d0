import type { Attribute } from "../schema/attribute.ts";
import { remembered } from "../schema/remembered.ts";

/** The JSON pointer of an attribute in a resource. @see RFC 6901 §3 */
export const pointerTo: (attribute: Attribute) => string = remembered(({ extension, name }) =>
  extension === undefined ? pointerOf(name) : pointerOf(extension) + pointerOf(name),
);

/** The JSON pointer of a member. */
export function pointerOf(name: string): string {
  return name.includes("~") || name.includes("/") ? `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}` : `/${name}`;
}
