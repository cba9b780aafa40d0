import type { Attribute, AttributePath } from "./attribute.ts";

/** A plain JSON object with canonical attribute names. @see RFC 7643 §2.1 */
export type ResourceObject = Readonly<Record<string, unknown>>;

/** Where in a resource an attribute stands: its name, in its extension's container where it has one. */
export type AttributePlace = Pick<Attribute, "extension" | "name">;

/** The value of an attribute in a resource, looked up in its extension's container where it has one. */
export function readAttribute(resource: ResourceObject, attribute: AttributePlace): unknown {
  if (attribute.extension === undefined) return resource[attribute.name];
  const container = resource[attribute.extension];
  return isObject(container) ? container[attribute.name] : undefined;
}

/** Sets or, with `undefined`, unassigns an attribute; an extension's container comes and goes with its content. */
export function writeAttribute(resource: Record<string, unknown>, attribute: AttributePlace, value: unknown): void {
  if (attribute.extension === undefined) {
    if (value === undefined) delete resource[attribute.name];
    else resource[attribute.name] = value;
    return;
  }
  const there = resource[attribute.extension];
  const { [attribute.name]: _, ...container } = isObject(there) ? there : {};
  if (value !== undefined) container[attribute.name] = value;
  if (Object.keys(container).length === 0) delete resource[attribute.extension];
  else resource[attribute.extension] = container;
}

/** The value that a path names; for a sub-attribute of a multi-valued attribute the list of its values. */
export function valueAt(resource: ResourceObject, path: AttributePath): unknown {
  return valueWithin(readAttribute(resource, path.attribute), path);
}

/** The same, given the value of the attribute that the path begins with. */
export function valueWithin(value: unknown, { sub }: AttributePath): unknown {
  if (sub === undefined || value === undefined) return value;
  const { name } = sub;
  if (Array.isArray(value)) return value.flatMap((element) => (element as ResourceObject)[name] ?? []);
  return (value as ResourceObject)[name];
}

/** A JSON object, as opposed to an array, null or a scalar. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether two JSON values are the same: member order and the spelling of undefined do not count, array order does.
 * @see RFC 7643 §2.3.8
 */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left)) return Array.isArray(right) && isSameList(left, right);
  return !Array.isArray(right) && isSameObject(left as ResourceObject, right as ResourceObject);
}

function isSameList(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (!isSame(left[index], right[index])) return false;
  return true;
}

function isSameObject(left: ResourceObject, right: ResourceObject): boolean {
  // Without lists of their names: values are compared all the time, and mostly differ in the first.
  let more = 0;
  for (const name in left) {
    const value = left[name];
    if (value === undefined || !Object.hasOwn(left, name)) continue;
    if (!Object.hasOwn(right, name) || !isSame(value, right[name])) return false;
    more++;
  }
  for (const name in right) if (right[name] !== undefined && Object.hasOwn(right, name)) more--;
  return more === 0;
}

/** Whether an object has no member. */
export function hasNoMember(object: object): boolean {
  for (const name in object) if (Object.hasOwn(object, name)) return false;
  return true;
}

/** A deep copy of a JSON value; what is not plain JSON is kept as it is. */
export function copyValue<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyValue) as T;
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = copyValue(value[name]);
  return copy as T;
}
