import type { Attribute } from "./attribute.ts";
import { instantOf } from "./date-time.ts";
import { isElementStream, mapElements } from "./element-stream.ts";
import { numberOf } from "./number-text.ts";
import type { ResourceType } from "./resource-type.ts";
import { isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "./value.ts";

// Data outlives schemas: what storage holds may have been written when an attribute was declared otherwise, or by a release that
// knows attributes that this one does not. One rule for all of it: what has one meaning as the attribute is declared now is read so;
// what has none is unassigned for everybody who reads, and kept until it is overwritten; what no schema names is never shown, and kept.

/** What a resource type makes of a stored resource. */
export interface Fitted<R extends ResourceObject> {
  /** What the type names, in the shapes that it declares: the very object that was given where all of it is so. */
  readonly resource: R;
  /** Attributes with a value that has no meaning as they are declared now. */
  readonly misfits: readonly Attribute[];
}

/** A stored resource as its type declares it. @see RFC 7643 §2.2, §2.3 */
export function fit<R extends ResourceObject>(resourceType: ResourceType, stored: R): Fitted<R> {
  let fitted: Record<string, unknown> | undefined;
  const misfits: Attribute[] = [];
  const change = (): Record<string, unknown> => (fitted ??= copyOf(resourceType, stored));
  for (const name of Object.keys(stored)) if (!isKnown(resourceType, name)) delete change()[name];
  for (const extension of resourceType.extensions) {
    const container = stored[extension.urn];
    if (container === undefined) continue;
    if (!isObject(container)) delete change()[extension.urn];
    else
      for (const name of Object.keys(container))
        if (extension.attribute(name)?.name !== name) forget(change(), extension.urn, name);
  }
  for (const attribute of resourceType.attributes) {
    if (isServers(attribute)) continue;
    const value = readAttribute(stored, attribute);
    if (value === undefined) continue;
    const fits = fitAttribute(attribute, value);
    if (fits === value) continue;
    writeAttribute(change(), attribute, fits);
    if (isMisfit(attribute, value, fits)) misfits.push(attribute);
  }
  return { resource: (fitted ?? stored) as R, misfits };
}

/** Whether a type knows the names of all attributes of a stored resource. */
export function knowsAll(resourceType: ResourceType, stored: ResourceObject): boolean {
  return Object.keys(stored).every((name) => {
    const extension = resourceType.extension(name);
    if (extension?.urn !== name) return isKnown(resourceType, name);
    const container = stored[name];
    return isObject(container) && Object.keys(container).every((inner) => extension.attribute(inner)?.name === inner);
  });
}

/** The value of an attribute as it is declared; undefined where it has no meaning so. The very value where it is so already. */
export function fitAttribute(attribute: Attribute, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (isElementStream(value))
    return mapElements(value, (element) => fitSingle(attribute, element) as ResourceObject | undefined);
  if (!attribute.multiValued) {
    if (!Array.isArray(value)) return fitSingle(attribute, value);
    return value.length === 1 ? fitSingle(attribute, value[0]) : undefined;
  }
  if (!Array.isArray(value)) {
    const single = fitSingle(attribute, value);
    return single === undefined ? undefined : [single];
  }
  let isChanged = false;
  const elements: unknown[] = [];
  for (const element of value) {
    const fits = fitSingle(attribute, element);
    isChanged ||= fits !== element;
    if (fits !== undefined) elements.push(fits);
  }
  return !isChanged ? value : elements.length === 0 ? undefined : elements;
}

/**
 * A resource with what `fit` left out of the stored one that it was made from: what no schema names, and values without a meaning
 * that nothing has been written over. `before` is the stored resource as storage gave it.
 */
export function withLeftOver<R extends ResourceObject>(
  resourceType: ResourceType,
  resource: R,
  before: ResourceObject,
): R {
  const { resource: fitted } = fit(resourceType, before);
  if (fitted === before) return resource;
  const whole: Record<string, unknown> = { ...resource };
  for (const name of Object.keys(before))
    if (!isKnown(resourceType, name) && whole[name] === undefined) whole[name] = before[name];
  for (const { urn, attribute } of resourceType.extensions) {
    const container = before[urn];
    if (!isObject(container)) continue;
    for (const name of Object.keys(container))
      if (attribute(name)?.name !== name)
        whole[urn] = { [name]: container[name], ...(whole[urn] as object | undefined) };
  }
  for (const attribute of resourceType.attributes) {
    if (isServers(attribute) || !attribute.isStored) continue;
    const stored = readAttribute(before, attribute);
    if (stored === undefined || isElementStream(stored)) continue;
    const fits = readAttribute(fitted, attribute);
    if (fits === stored) continue;
    const value = leftOver(attribute, stored, fits, readAttribute(resource, attribute));
    if (value !== undefined) writeAttribute(whole, attribute, value);
  }
  return whole as R;
}

/** Clear values of writeOnly attributes among what storage gave: from before they were writeOnly. By path. */
export function clearSecrets(resourceType: ResourceType, stored: ResourceObject): Readonly<Record<string, unknown>> {
  const secrets: Record<string, unknown> = {};
  for (const attribute of resourceType.attributes) {
    if (attribute.mutability !== "writeOnly") continue;
    const value = readAttribute(stored, attribute);
    const fits = value === undefined || value === null ? undefined : fitAttribute(attribute, value);
    if (fits !== undefined) secrets[attribute.path] = fits;
  }
  return secrets;
}

/** What is stored of an attribute of which something did not fit, given what it is to be now. */
function leftOver(attribute: Attribute, stored: unknown, fits: unknown, now: unknown): unknown {
  if (now === undefined) return fits === undefined ? stored : undefined;
  if (isSame(now, fits)) return isLossless(attribute, stored, fits) ? now : stored;
  if (attribute.type !== "complex") return now;
  if (!attribute.multiValued) return isObject(stored) ? { ...unfitParts(attribute, stored), ...(now as object) } : now;
  if (!Array.isArray(stored) || !Array.isArray(now)) return now;
  return now.map((element: ResourceObject) => {
    const twin = stored.find((other) => isObject(other) && isTwin(attribute, other, element));
    return twin === undefined ? element : { ...unfitParts(attribute, twin as ResourceObject), ...element };
  });
}

/** Elements are told apart by their `value`, or else by all that they say. */
function isTwin(attribute: Attribute, stored: ResourceObject, element: ResourceObject): boolean {
  const value = attribute.sub("value");
  if (value !== undefined && stored.value !== undefined && element.value !== undefined)
    return isSame(fitAttribute(value, stored.value), element.value);
  return isSame(fitSingle(attribute, stored), element);
}

function unfitParts(attribute: Attribute, stored: ResourceObject): Record<string, unknown> {
  const parts: Record<string, unknown> = {};
  for (const name of Object.keys(stored)) {
    const sub = attribute.sub(name);
    if (sub?.name !== name || fitPart(sub, stored[name]) === undefined) parts[name] = stored[name];
  }
  return parts;
}

/** Whether all that a stored value says is in what fits of it. */
function isLossless(attribute: Attribute, stored: unknown, fits: unknown): boolean {
  if (attribute.multiValued && Array.isArray(stored))
    return stored.length === (fits as readonly unknown[]).length && stored.every((one) => isWhole(attribute, one));
  return isWhole(attribute, Array.isArray(stored) ? stored[0] : stored);
}

function isWhole(attribute: Attribute, single: unknown): boolean {
  return attribute.type !== "complex" || !isObject(single) || Object.keys(unfitParts(attribute, single)).length === 0;
}

/** Names that no schema has are nobody's loss; a value that somebody might look for is. */
function isMisfit(attribute: Attribute, stored: unknown, fits: unknown): boolean {
  if (isElementStream(stored)) return false;
  if (fits === undefined)
    return !isObject(stored) || Object.keys(stored).some((name) => attribute.sub(name) !== undefined);
  const singles = Array.isArray(stored) ? stored : [stored];
  if (attribute.multiValued && singles.length !== (fits as readonly unknown[]).length) return true;
  return (
    attribute.type === "complex" &&
    singles.some(
      (single) =>
        isObject(single) &&
        Object.keys(unfitParts(attribute, single)).some((name) => attribute.sub(name)?.name === name),
    )
  );
}

function fitSingle(attribute: Attribute, value: unknown): unknown {
  switch (attribute.type) {
    case "complex":
      return fitComplex(attribute, value);
    case "boolean":
      return fitBoolean(value);
    case "decimal":
    case "integer":
      return fitNumber(attribute, value);
    default:
      return fitText(attribute, value);
  }
}

function fitComplex(attribute: Attribute, value: unknown): unknown {
  if (!isObject(value)) {
    const sub = attribute.sub("value");
    const fits = sub === undefined || value === null ? undefined : fitPart(sub, value);
    return fits === undefined ? undefined : { value: fits };
  }
  let parts: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const sub = attribute.sub(name);
    const part = value[name];
    const fits = sub?.name === name ? fitPart(sub, part) : undefined;
    if (fits === part) continue;
    parts ??= { ...value };
    if (fits === undefined) delete parts[name];
    else parts[name] = fits;
  }
  return parts === undefined ? value : Object.keys(parts).length === 0 ? undefined : parts;
}

/** Null in place of a `$ref` is the mark of a reference to nothing. */
function fitPart(sub: Attribute, part: unknown): unknown {
  return part === null && sub.name === "$ref" ? part : fitAttribute(sub, part);
}

function fitBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.toLowerCase() : undefined;
  return text === "true" ? true : text === "false" ? false : undefined;
}

function fitNumber({ type }: Attribute, value: unknown): number | undefined {
  const number = typeof value === "string" ? numberOf(value) : value;
  return typeof number === "number" && (type === "decimal" || Number.isInteger(number)) ? number : undefined;
}

function fitText(attribute: Attribute, value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return isText(attribute, value) ? value : undefined;
    case "number":
    case "boolean":
      return attribute.type === "string" ? String(value) : undefined;
    default:
      // What was complex and said nothing but its value.
      return isObject(value) && value.value !== undefined && Object.keys(value).length === 1 && !isObject(value.value)
        ? fitText(attribute, value.value)
        : undefined;
  }
}

function isText({ type }: Attribute, text: string): boolean {
  if (type === "dateTime") return instantOf(text) !== undefined;
  return type !== "binary" || /^[A-Za-z0-9+/_-]*={0,2}$/.test(text);
}

/** What the server writes itself. */
function isServers({ path }: Attribute): boolean {
  return path === "schemas" || path === "id" || path === "meta";
}

function isKnown(resourceType: ResourceType, name: string): boolean {
  return resourceType.attribute(name)?.name === name || resourceType.extension(name)?.urn === name;
}

function copyOf(resourceType: ResourceType, stored: ResourceObject): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...stored };
  for (const { urn } of resourceType.extensions) if (isObject(copy[urn])) copy[urn] = { ...(copy[urn] as object) };
  return copy;
}

function forget(resource: Record<string, unknown>, urn: string, name: string): void {
  const { [name]: _, ...container } = resource[urn] as Record<string, unknown>;
  if (Object.keys(container).length === 0) delete resource[urn];
  else resource[urn] = container;
}
