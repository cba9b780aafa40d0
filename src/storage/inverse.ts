import type { Attribute } from "../schema/attribute.ts";
import type { ResourceObject } from "../schema/value.ts";

/** What `type` says in an inverse element: storage knows who holds a reference, and not who holds the holder. */
export const DIRECT = "direct";

/** What a sub-attribute of an inverse element tells. */
export type InversePart =
  /** The id of the holder. */
  | "id"
  /** Its `HOLDER_NAME`. */
  | "name"
  /** That it is `DIRECT`. */
  | "direct";

const PARTS: ReadonlyMap<string, InversePart> = new Map([
  ["value", "id"],
  ["display", "name"],
  ["type", "direct"],
]);

/** What a sub-attribute of an inverse element tells; undefined for one that no inverse element has. */
export function inversePart({ name }: Attribute): InversePart | undefined {
  return PARTS.get(name);
}

/**
 * The inverse element of a holder: what stands in a user's `groups` for a group that holds the user. `attribute` has an
 * `inverseOf`, and its schema decides which of the parts there are.
 * @see RFC 7643 §4.1.2 groups
 */
export function inverseElement(attribute: Attribute, id: string, name: unknown): ResourceObject {
  const display = attribute.sub("display") !== undefined && typeof name === "string" ? { display: name } : {};
  const type = attribute.sub("type") === undefined ? {} : { type: DIRECT };
  return { value: id, ...display, ...type };
}
