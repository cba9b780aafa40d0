import { type Attribute, type AttributePath, leafOf } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, isSame, type ResourceObject, readAttribute, valueAt, writeAttribute } from "../schema/value.ts";

// What adapters that keep resources whole ask of them.

/**
 * The values that a path names, as a list: of a single-valued attribute one or none, of a part of several elements that of each which
 * has it.
 *
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { valuesAt } from "scimkit/storage";
 * const path = compileResourceType(User).resolve("emails.value");
 * if (path !== undefined) valuesAt({ emails: [{ value: "ada@example.com" }] }, path); // ["ada@example.com"]
 * ```
 * @see RFC 7644 §3.10
 */
export function valuesAt(resource: ResourceObject, path: AttributePath): readonly unknown[] {
  return listOf(valueAt(resource, path));
}

/**
 * A resource with another value of an attribute, or, with `undefined`, without it; an extension's container comes and goes with its
 * content. The resource that was given stays as it is.
 *
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { withAttribute } from "scimkit/storage";
 * const title = compileResourceType(User).attribute("title");
 * if (title !== undefined) withAttribute({ userName: "ada" }, title, "Countess"); // { userName: "ada", title: "Countess" }
 * ```
 * @see RFC 7643 §3
 */
export function withAttribute<R extends ResourceObject>(resource: R, attribute: Attribute, value: unknown): R {
  const changed: Record<string, unknown> = { ...resource };
  writeAttribute(changed, attribute, value);
  return changed as R;
}

/** A value of an attribute as a list: its elements, the one value, or none. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/**
 * The elements of a collection, each once: the first of those that have one `value`. Elements without one are all kept.
 * @see RFC 7643 §2.4
 */
export function distinctElements(attribute: Attribute, elements: readonly unknown[]): readonly unknown[] {
  const value = attribute.sub("value");
  const seen = new Set<unknown>();
  return elements.filter((element) => {
    const id = isObject(element) ? element.value : undefined;
    if (id === undefined || value === undefined) return true;
    const key = value.key(id);
    return !seen.has(key) && seen.add(key);
  });
}

/** A value that must be unique, as an index keeps it. */
export interface UniqueKey {
  readonly path: AttributePath;
  /** `attribute.key(value)`: what is compared. */
  readonly key: string | number | boolean;
  /** Unique over all tenants, not only in its own [uniqueness "global"]. */
  readonly isGlobal: boolean;
}

/**
 * The values of a resource that no other one of its schema (`resourceType.urn`) may have, by the keys under which they are compared.
 * Values that do not fit their attribute, from before it was declared so, have none.
 *
 * @example
 * ```ts
 * import { errors, type CompiledResourceType } from "scimkit";
 * import { type NewResource, uniqueKeys } from "scimkit/storage";
 * declare function isTaken(urn: string, path: string, key: string | number | boolean): boolean;
 * function checkUnique(type: CompiledResourceType, resource: NewResource): void {
 *   for (const { path, key } of uniqueKeys(type, resource))
 *     if (isTaken(type.urn, path.text, key)) throw errors.uniqueness(path.text);
 * }
 * ```
 * @see RFC 7643 §7 uniqueness
 */
export function uniqueKeys({ unique }: CompiledResourceType, resource: ResourceObject): readonly UniqueKey[] {
  return unique.flatMap((path) => {
    const leaf = leafOf(path);
    return valuesAt(resource, path)
      .filter((value) => fits(leaf, value))
      .map((value): UniqueKey => ({ path, key: leaf.key(value), isGlobal: leaf.uniqueness === "global" }));
  });
}

function fits({ type }: Attribute, value: unknown): boolean {
  switch (type) {
    case "boolean":
      return typeof value === "boolean";
    case "integer":
    case "decimal":
      return typeof value === "number";
    default:
      return typeof value === "string";
  }
}

/**
 * Whether two states of a resource are the same, so that a write from one to the other keeps the version: `meta`, the order of names
 * and the order of a collection's elements do not count; that of other lists does.
 * @see RFC 7643 §2.4
 */
export function isSameResource(type: CompiledResourceType, left: ResourceObject, right: ResourceObject): boolean {
  return isSame(comparable(type, left), comparable(type, right));
}

/** A resource as it is compared: collections as objects, by what their elements hold. */
function comparable({ attributes }: CompiledResourceType, { meta: _, ...resource }: ResourceObject): ResourceObject {
  const plain: Record<string, unknown> = { ...resource };
  for (const attribute of attributes) {
    const elements = attribute.collection ? readAttribute(resource, attribute) : undefined;
    if (!Array.isArray(elements)) continue;
    const sorted = elements.map((element) => JSON.stringify(element, inOrder)).sort();
    writeAttribute(plain, attribute, sorted.length === 0 ? undefined : sorted);
  }
  return plain;
}

function inOrder(_: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
