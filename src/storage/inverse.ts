import type { Attribute } from "../schema/attribute.ts";
import { HOLDER_NAME } from "../schema/core/holder-name.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import type { StoredResource } from "./adapter.ts";

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

/**
 * A copy of a resource with its computed attributes, such as a user's `groups`, in the place of whatever stood there. `holdersOf` gives
 * the resources of that type which may refer to it: all of the tenant's, or those that an index finds.
 *
 * @example
 * ```ts
 * import type { CompiledResourceType } from "scimkit";
 * import { type StoredResource, withInverses } from "scimkit/storage";
 * declare const groups: readonly StoredResource[];
 * const present = (type: CompiledResourceType, user: StoredResource) => withInverses(type, user, () => groups);
 * ```
 * @see RFC 7643 §4.1.2 groups
 */
export function withInverses<R extends ResourceObject>(
  { inverses }: CompiledResourceType,
  resource: R,
  holdersOf: (resourceType: string) => Iterable<StoredResource>,
): R {
  const computed: Record<string, unknown> = { ...resource };
  for (const attribute of inverses) {
    if (attribute.inverseOf === undefined) continue;
    const { resourceType, attribute: name } = attribute.inverseOf;
    const refers = (holder: StoredResource): boolean =>
      elementsIn(holder[name]).some((element) => element.value === resource.id);
    const elements = [...holdersOf(resourceType)]
      .filter(refers)
      .map((holder) => inverseElement(attribute, holder.id, holder[HOLDER_NAME]));
    if (elements.length > 0) computed[attribute.name] = elements;
    else delete computed[attribute.name];
  }
  return computed as R;
}

function elementsIn(value: unknown): readonly ResourceObject[] {
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}
