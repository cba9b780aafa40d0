import { invalidValue } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { ReferenceAttribute, ResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";

/** One reference that a resource holds: a member of a group, the manager of a user. @see RFC 7643 §2.4 */
export interface HeldReference {
  readonly reference: ReferenceAttribute;
  /** The complex value whose `value` is the id. */
  readonly element: ResourceObject;
  readonly id: string;
  /** Position among the elements; undefined where the attribute is not multi-valued. */
  readonly index: number | undefined;
}

/** What an attribute refers to; undefined for one that is no reference. */
export function findReference({ references }: ResourceType, { path }: Attribute): ReferenceAttribute | undefined {
  return references.find(({ attribute }) => attribute.path === path);
}

/**
 * Every reference that a resource holds, as the client or storage wrote it. Adapters look the ids up, and give what
 * they found to `settleReference`.
 *
 * @example
 * ```ts
 * import { compileResourceType, Group, referencesIn } from "scimkit";
 * const group = { schemas: [Group.schema.id], displayName: "Staff", members: [{ value: "u1" }, { value: "u2" }] };
 * const ids = [...referencesIn(compileResourceType(Group), group)].map(({ id }) => id); // ["u1", "u2"]
 * ```
 * @see RFC 7643 §2.4
 */
export function* referencesIn(resourceType: ResourceType, resource: ResourceObject): Generator<HeldReference> {
  for (const reference of resourceType.references) {
    const { attribute } = reference;
    const value = readAttribute(resource, attribute);
    const elements: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (let index = 0; index < elements.length; index++) {
      const element = elements[index];
      if (!isObject(element) || typeof element.value !== "string") continue;
      yield { reference, element, id: element.value, index: attribute.multiValued ? index : undefined };
    }
  }
}

/**
 * The element as it is to be stored: with `type` naming the resource type that was `found`, whatever the client said
 * [S-4.2-05]. `found` is undefined where the tenant has no resource of that id; `holder` is the id of the resource that
 * holds the reference, and `checkReferences` comes with the write request.
 *
 * @throws {ScimError} 400 invalidValue for a checked reference that names nothing, and for a list (a group's members)
 * that names its own resource. The detail names the place, never the id.
 * @see RFC 7643 §2.4
 */
export function settleReference(
  held: HeldReference,
  found: string | undefined,
  { holder, checkReferences }: { readonly holder: string; readonly checkReferences: readonly string[] },
): ResourceObject {
  const { element, id, reference } = held;
  const { attribute, resourceTypes } = reference;
  const isSelf = attribute.multiValued && id === holder;
  if (!isSelf && found !== undefined && resourceTypes.includes(found)) {
    return element.type !== found && typeIsResourceType(reference, found) ? { ...element, type: found } : element;
  }
  if (!resourceTypes.some((name) => checkReferences.includes(name))) return element;
  const where = `${attribute.path}${held.index === undefined ? "" : `[${held.index}]`}.value`;
  if (isSelf) throw invalidValue(`${where} names the resource itself; leave it out.`);
  throw invalidValue(
    `${where} names no ${resourceTypes.join(" or ")}; create the resource first, or leave the reference out.`,
  );
}

/** `type` tells the resource type, unless its canonical values say that it means something else ("work", "deputy"). */
function typeIsResourceType({ attribute }: ReferenceAttribute, name: string): boolean {
  const type = attribute.sub("type");
  return type !== undefined && (type.canonicalValues.length === 0 || type.canonicalValues.includes(name));
}
