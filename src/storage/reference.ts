import { invalidValue } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { CompiledResourceType, ReferenceAttribute } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { MissingReference, StorageNotice, WriteRequest } from "./adapter.ts";

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
export function findReference(
  { references }: CompiledResourceType,
  { path }: Attribute,
): ReferenceAttribute | undefined {
  return references.find(({ attribute }) => attribute.path === path);
}

/**
 * Every reference that a resource holds, as the client or storage wrote it. Adapters look the ids up, and give what
 * they found to `settleReference`.
 *
 * @example
 * ```ts
 * import { compileResourceType, Group } from "scimkit";
 * import { referencesIn } from "scimkit/storage";
 * const group = { schemas: [Group.schema.id], displayName: "Staff", members: [{ value: "u1" }, { value: "u2" }] };
 * const ids = [...referencesIn(compileResourceType(Group), group)].map(({ id }) => id); // ["u1", "u2"]
 * ```
 * @see RFC 7643 §2.4
 */
export function* referencesIn(resourceType: CompiledResourceType, resource: ResourceObject): Generator<HeldReference> {
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

/** What `settleReference` needs to know of a write. */
export interface SettleOptions extends Pick<WriteRequest, "checkReferences"> {
  /** The id of the resource that holds the reference. */
  readonly holder: string;
  /** Collects what is to be told by `notify` after the write. */
  readonly notices?: StorageNotice[];
}

/**
 * The element as it is to be stored: with `type` naming the resource type that was `found`, whatever the client said
 * [S-4.2-05], or with `$ref: null` where it leads to nothing and is kept; undefined where it is left out. `found` is
 * undefined where the tenant has no resource of that id; `checkReferences` comes with the write request.
 *
 * @throws {ScimError} 400 invalidValue for a reference to nothing that is refused, and for a list (a group's members)
 * that names its own resource. The detail names the place, never the id.
 * @see RFC 7643 §2.4
 */
export function settleReference(
  held: HeldReference,
  found: string | undefined,
  { holder, checkReferences, notices }: SettleOptions,
): ResourceObject | undefined {
  const { resourceTypes, name } = held.reference;
  if (!namesHolder(held, holder) && found !== undefined && resourceTypes.includes(found))
    return foundElement(held, found);
  const missing = checkReferences[name];
  return missing === undefined ? held.element : settleMissing(held, missing, { holder, notices });
}

/** Whether a list (a group's members) names the very resource that holds it, which is no member of itself. */
export function namesHolder({ id, reference }: HeldReference, holder: string | undefined): boolean {
  return reference.attribute.multiValued && id === holder;
}

/** The same of a reference that leads to nothing, or to its own resource; that one may not have an id yet. */
export function settleMissing(
  held: HeldReference,
  missing: MissingReference,
  { holder, notices }: { readonly holder: string | undefined; readonly notices: StorageNotice[] | undefined },
): ResourceObject | undefined {
  const { id, reference } = held;
  const { attribute, resourceTypes } = reference;
  const isSelf = namesHolder(held, holder);
  if (isSelf && missing === "keep") return held.element;
  const where = `${attribute.path}${held.index === undefined ? "" : `[${held.index}]`}.value`;
  if (isSelf) throw invalidValue(`${where} names the resource itself; leave it out.`);
  // What a resource cannot be without cannot be left out either.
  if (missing === "refuse" || (missing === "drop" && attribute.required && !attribute.multiValued))
    throw invalidValue(
      `${where} names no ${resourceTypes.join(" or ")}; create the resource first, or leave the reference out.`,
    );
  const outcome = missing === "drop" ? "dropped" : "kept";
  notices?.push({ type: "missingReference", attribute: attribute.path, value: id, outcome });
  return missing === "drop" ? undefined : { ...held.element, $ref: null };
}

/**
 * A resource with all its references as `settleReference` has them; one that is left out goes, and with the last one its
 * attribute. `typeOf` gives the resource type of an id, undefined where the tenant has none.
 * @throws {ScimError} 400 invalidValue as `settleReference`.
 * @see RFC 7643 §2.4
 */
export function settleReferences<R extends ResourceObject>(
  resourceType: CompiledResourceType,
  resource: R,
  typeOf: (id: string) => string | undefined,
  options: SettleOptions,
): R {
  const held = [...referencesIn(resourceType, resource)];
  if (held.length === 0) return resource;
  const settled = new Map<unknown, ResourceObject | undefined>();
  for (const each of held) settled.set(each.element, settleReference(each, typeOf(each.id), options));
  return withSettled(resource, held, settled);
}

/** Whether a stored element is one that led nowhere when it was written. */
export function isMissing(element: unknown): boolean {
  return isObject(element) && element.$ref === null;
}

/** The stored references of a resource that led nowhere when they were written. */
export function missingReferences(
  resourceType: CompiledResourceType,
  resource: ResourceObject,
): readonly HeldReference[] {
  if (resourceType.references.every(({ attribute }) => !isAnyMissing(readAttribute(resource, attribute)))) return [];
  return [...referencesIn(resourceType, resource)].filter(({ element }) => isMissing(element));
}

/** Whether a stored attribute holds such an element, or is one. */
export function isAnyMissing(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isMissing) : isMissing(value);
}

/**
 * A stored resource as storage gives it back: references that led nowhere when they were written, and whose resource is
 * there now, are true ones. `typeOf` gives the resource type of an id, undefined where there is none.
 *
 * @example
 * ```ts
 * import { compileResourceType, Group } from "scimkit";
 * import { resolveReferences } from "scimkit/storage";
 * const group = { displayName: "Staff", members: [{ value: "u1", $ref: null }] };
 * resolveReferences(compileResourceType(Group), group, () => "User").members; // [{ value: "u1", type: "User" }]
 * ```
 * @see RFC 7643 §2.3.7
 */
export function resolveReferences<R extends ResourceObject>(
  resourceType: CompiledResourceType,
  resource: R,
  typeOf: (id: string) => string | undefined,
): R {
  const missing = missingReferences(resourceType, resource);
  if (missing.length === 0) return resource;
  const resolved = new Map<unknown, ResourceObject>();
  for (const held of missing) resolved.set(held.element, resolveReference(held, typeOf(held.id)));
  const replaced = (element: unknown): unknown => resolved.get(element) ?? element;
  return withElements(resource, missing, replaced);
}

/** A resource without the marks of references to nothing, as clients and events have it. */
export function withoutMarks<R extends ResourceObject>(resourceType: CompiledResourceType, resource: R): R {
  const missing = missingReferences(resourceType, resource);
  return missing.length === 0 ? resource : withElements(resource, missing, withoutMark);
}

/** The same of one element. */
export function withoutMark(element: unknown): unknown {
  if (!isObject(element) || element.$ref !== null) return element;
  const { $ref: _, ...rest } = element;
  return rest;
}

/** One such reference, where its resource was `found`. */
export function resolveReference(held: HeldReference, found: string | undefined): ResourceObject {
  return found !== undefined && held.reference.resourceTypes.includes(found) ? foundElement(held, found) : held.element;
}

/**
 * A resource with its references as they are to be stored, which `settled` gives by element; one that it gives as
 * undefined is left out, and with the last one its attribute.
 */
export function withSettled<R extends ResourceObject>(
  resource: R,
  held: readonly HeldReference[],
  settled: ReadonlyMap<unknown, ResourceObject | undefined>,
): R {
  return withElements(resource, held, (element) => (settled.has(element) ? settled.get(element) : element));
}

function withElements<R extends ResourceObject>(
  resource: R,
  held: readonly HeldReference[],
  replaced: (element: unknown) => unknown,
): R {
  const changed: Record<string, unknown> = { ...resource };
  for (const attribute of new Set(held.map(({ reference }) => reference.attribute))) {
    const value = readAttribute(resource, attribute);
    const elements = Array.isArray(value) ? value.map(replaced).filter((one) => one !== undefined) : replaced(value);
    writeAttribute(changed, attribute, Array.isArray(elements) && elements.length === 0 ? undefined : elements);
    // An extension whose last attribute goes is no longer there.
    const { extension } = attribute;
    if (extension !== undefined && changed[extension] === undefined && Array.isArray(changed.schemas))
      changed.schemas = changed.schemas.filter((urn) => urn !== extension);
  }
  return changed as R;
}

/**
 * A resource without its references to one that is deleted, whose id and resource type these are; with the last one goes the attribute,
 * and with the last attribute of an extension its URN. The very resource where it has none: then its version stays.
 * @see RFC 7644 §3.6
 */
export function withoutReferencesTo<R extends ResourceObject>(
  resourceType: CompiledResourceType,
  resource: R,
  id: string,
  type: string,
): R {
  const held = [...referencesIn(resourceType, resource)].filter(
    (each) => each.id === id && each.reference.resourceTypes.includes(type),
  );
  if (held.length === 0) return resource;
  return withSettled(resource, held, new Map(held.map(({ element }) => [element, undefined])));
}

function foundElement({ element, reference }: HeldReference, found: string): ResourceObject {
  const known = isMissing(element) ? (withoutMark(element) as ResourceObject) : element;
  return known.type !== found && typeIsResourceType(reference, found) ? { ...known, type: found } : known;
}

/** `type` tells the resource type, unless its canonical values say that it means something else ("work", "deputy"). */
function typeIsResourceType({ attribute }: ReferenceAttribute, name: string): boolean {
  const type = attribute.sub("type");
  return type !== undefined && (type.canonicalValues.length === 0 || type.canonicalValues.includes(name));
}
