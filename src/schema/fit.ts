import { type Attribute, isExternalReference } from "./attribute.ts";
import { instantOf } from "./date-time.ts";
import { isElementStream, mapElements } from "./element-stream.ts";
import { isKept } from "./kept.ts";
import { numberOf } from "./number-text.ts";
import type { FindAttribute } from "./path-resolver.ts";
import { isReference } from "./reference.ts";
import { remembered } from "./remembered.ts";
import type { CompiledResourceType } from "./resource-type.ts";
import { isBase64 } from "./validate.ts";
import { isObject, isSame, type ResourceObject, readAttribute } from "./value.ts";

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

/**
 * A stored resource as its type declares it. A value of what is writeOnly now is none: it is a secret, and nobody's to read.
 * @see RFC 7643 §2.2, §2.3
 */
export function fitResource<R extends ResourceObject>(resourceType: CompiledResourceType, stored: R): Fitted<R> {
  const misfits: Attribute[] = [];
  const resource = mapMembers(stored, (name, value) => {
    const attribute = named(resourceType.attribute, name);
    if (attribute !== undefined && attribute === resourceType.kept) return fitKept(resourceType, value);
    if (attribute !== undefined) return fitMember(attribute, value, misfits);
    const extension = resourceType.extension(name);
    return extension?.urn === name && isObject(value) ? fitContainer(extension.attribute, value, misfits) : undefined;
  });
  return { resource, misfits };
}

/** Whether a type knows the names of all attributes of a stored resource. */
export function knowsAll(resourceType: CompiledResourceType, stored: ResourceObject): boolean {
  return Object.keys(stored).every((name) => {
    const extension = resourceType.extension(name);
    if (extension?.urn !== name) return named(resourceType.attribute, name) !== undefined;
    const container = stored[name];
    return (
      isObject(container) && Object.keys(container).every((inner) => named(extension.attribute, inner) !== undefined)
    );
  });
}

/** The value of an attribute as it is declared; undefined where it has no meaning so. The very value where it is so already. */
export function fitAttribute(attribute: Attribute, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (isElementStream(value))
    return mapElements(value, (element) => fitSingle(attribute, element) as ResourceObject | undefined);
  if (attribute.multiValued) return Array.isArray(value) ? fitElements(attribute, value) : fitLone(attribute, value);
  if (!Array.isArray(value)) return fitSingle(attribute, value);
  return value.length === 1 ? fitSingle(attribute, value[0]) : undefined;
}

/**
 * A resource with what `fitResource` left out of the stored one that it was made from: what no schema names, and values without a
 * meaning that nothing has been written over. `before` is the stored resource as storage gave it.
 */
export function withLeftOver<R extends ResourceObject>(
  resourceType: CompiledResourceType,
  resource: R,
  before: ResourceObject,
): R {
  const fitted: ResourceObject = fitResource(resourceType, before).resource;
  if (fitted === before) return resource;
  const { attribute, extension } = resourceType;
  const isContainer = (name: string): boolean => extension(name)?.urn === name && isObject(before[name]);
  const own = Object.keys(before).filter((name) => !isContainer(name));
  const whole = addLeftOver(attribute, { before, fitted, now: resource }, own);
  for (const { urn, attribute: find } of resourceType.extensions) {
    const container = before[urn];
    if (!isObject(container)) continue;
    const states = { before: container, fitted: fitted[urn] as ResourceObject, now: resource[urn] as ResourceObject };
    const members = addLeftOver(find, states, Object.keys(container));
    if (Object.keys(members).length > 0) whole[urn] = members;
  }
  return whole as R;
}

/** Clear values of writeOnly attributes among what storage gave: from before they were writeOnly. By path. */
export function clearSecrets(
  resourceType: CompiledResourceType,
  stored: ResourceObject,
): Readonly<Record<string, unknown>> {
  const secrets: Record<string, unknown> = {};
  for (const attribute of secretsOf(resourceType)) {
    const value = readAttribute(stored, attribute);
    const fits = value === undefined || value === null ? undefined : fitAttribute(attribute, value);
    if (fits !== undefined) secrets[attribute.path] = fits;
  }
  return secrets;
}

const secretsOf = remembered(({ attributes }: CompiledResourceType) =>
  attributes.filter(({ mutability }) => mutability === "writeOnly"),
);

/** The attribute of exactly that name: what stands under a name in other letter case is nobody's. */
function named(find: FindAttribute, name: string): Attribute | undefined {
  const attribute = find(name);
  return attribute?.name === name ? attribute : undefined;
}

/** An object with its members changed, without those that become undefined; the very object where none changes. */
function mapMembers<T extends ResourceObject>(object: T, change: (name: string, value: unknown) => unknown): T {
  let changed: Record<string, unknown> | undefined;
  for (const name of Object.keys(object)) {
    const value = object[name];
    const made = change(name, value);
    if (made === value) continue;
    changed ??= { ...object };
    if (made === undefined) delete changed[name];
    else changed[name] = made;
  }
  return (changed as T | undefined) ?? object;
}

/** What nobody declared, without what a schema has declared since: nobody has looked at its value as that. */
function fitKept(resourceType: CompiledResourceType, kept: unknown): unknown {
  if (!isObject(kept)) return undefined;
  const isDeclared = (name: string): boolean =>
    resourceType.attribute(name) !== undefined ||
    resourceType.extension(name) !== undefined ||
    (name.includes(":") && resourceType.resolve(name) !== undefined);
  const fits = mapMembers(kept, (name, value) => (isDeclared(name) ? undefined : value));
  return Object.keys(fits).length === 0 ? undefined : fits;
}

function fitMember(attribute: Attribute, value: unknown, misfits: Attribute[]): unknown {
  if (attribute.mutability === "writeOnly") return undefined;
  if (isServers(attribute)) return isObject(value) ? fitComplex(attribute, value) : value;
  const fits = fitAttribute(attribute, value);
  if (fits !== value && isMisfit(attribute, value, fits)) misfits.push(attribute);
  return fits;
}

function fitContainer(
  find: FindAttribute,
  container: ResourceObject,
  misfits: Attribute[],
): ResourceObject | undefined {
  const fits = mapMembers(container, (name, value) => {
    const attribute = named(find, name);
    return attribute && fitMember(attribute, value, misfits);
  });
  return fits !== container && Object.keys(fits).length === 0 ? undefined : fits;
}

/** Single values that have become multi-valued. */
function fitLone(attribute: Attribute, value: unknown): unknown {
  const fits = fitSingle(attribute, value);
  return fits === undefined ? undefined : [fits];
}

function fitElements(attribute: Attribute, values: readonly unknown[]): unknown {
  const types = plainTypesOf(attribute);
  const fitOne = (element: unknown) => (isPlainlyFit(types, element) ? element : fitSingle(attribute, element));
  const at = values.findIndex((element) => fitOne(element) !== element);
  if (at === -1) return values;
  const elements = [...values.slice(0, at), ...values.slice(at).map(fitOne)];
  const fits = elements.filter((element) => element !== undefined);
  return fits.length === 0 ? undefined : fits;
}

/** The sub-attributes that hold a text or a boolean each, which two types a schema calls what JavaScript calls them. */
const plainTypesOf = remembered((attribute: Attribute): ReadonlyMap<string, string> => {
  const plain = attribute.subAttributes.filter(({ multiValued }) => !multiValued);
  return new Map(plain.map(({ name, type }) => [name, type]));
});

/** Whether all that an element says is of these types: mostly it is, and there may be thousands of them. */
function isPlainlyFit(types: ReadonlyMap<string, string>, element: unknown): boolean {
  if (!isObject(element) || element.value === undefined) return false;
  for (const name in element) if (typeof element[name] !== types.get(name)) return false;
  return true;
}

/** Members of a resource or container: as storage gave them, what of them fits, and what they are to be now. */
interface States {
  readonly before: ResourceObject;
  readonly fitted: ResourceObject | undefined;
  readonly now: ResourceObject | undefined;
}

/** What is to be, with what is left over of these members. */
function addLeftOver(
  find: FindAttribute,
  { before, fitted, now }: States,
  names: readonly string[],
): Record<string, unknown> {
  const unknown: [string, unknown][] = [];
  const left: [string, unknown][] = [];
  for (const name of names) {
    const attribute = named(find, name);
    const value = attribute && leftOver(attribute, before[name], fitted?.[name], now?.[name]);
    if (attribute === undefined) unknown.push([name, before[name]]);
    else if (value !== undefined) left.push([name, value]);
  }
  return { ...Object.fromEntries(unknown), ...now, ...Object.fromEntries(left) };
}

/** What is stored of an attribute of which something did not fit, given what it is to be now; undefined for just that. */
function leftOver(attribute: Attribute, stored: unknown, fits: unknown, now: unknown): unknown {
  if (isServers(attribute) || !attribute.isStored || isElementStream(stored) || fits === stored) return undefined;
  if (isKept(attribute)) return leftOverKept(stored, fits, now);
  if (now === undefined) return fits === undefined ? stored : undefined;
  // What nobody has changed stays as it was written, for a release that declares it so.
  if (isSame(now, fits)) return stored;
  if (attribute.type !== "complex") return now;
  if (!attribute.multiValued) return isObject(stored) ? { ...unfitParts(attribute, stored), ...(now as object) } : now;
  return Array.isArray(stored) && Array.isArray(now) ? addUnfitParts(attribute, stored, now) : now;
}

/** What a schema has declared since stays, for a release that does not. */
function leftOverKept(stored: unknown, fits: unknown, now: unknown): unknown {
  const shown = isObject(fits) ? fits : {};
  const hidden = Object.entries(isObject(stored) ? stored : {}).filter(([name]) => !Object.hasOwn(shown, name));
  return hidden.length === 0 ? now : { ...Object.fromEntries(hidden), ...(isObject(now) ? now : {}) };
}

/** Elements with what did not fit of those that they were. They are told apart by their `value`, or else by all that they say. */
function addUnfitParts(
  attribute: Attribute,
  stored: readonly unknown[],
  now: readonly ResourceObject[],
): readonly ResourceObject[] {
  const sub = attribute.sub("value");
  const identityOf = (element: ResourceObject): unknown => sub && fitAttribute(sub, element.value);
  const byValue = new Map<unknown, ResourceObject[]>();
  for (const element of stored) {
    if (!isObject(element) || isWhole(attribute, element)) continue;
    const value = identityOf(element);
    const twins = byValue.get(value);
    if (twins === undefined) byValue.set(value, [element]);
    else twins.push(element);
  }
  return now.map((element) => {
    const value = identityOf(element);
    const twins = byValue.get(value) ?? [];
    const twin = value === undefined ? twins.find((one) => isSame(fitSingle(attribute, one), element)) : twins[0];
    return twin === undefined ? element : { ...unfitParts(attribute, twin), ...element };
  });
}

/** What of a complex value has no place in it, or no meaning there. */
function unfitParts(attribute: Attribute, stored: ResourceObject): Record<string, unknown> {
  const parts = Object.entries(stored).filter(([name, part]) => {
    const sub = named(attribute.sub, name);
    return sub === undefined || (!isUnassigned(part) && fitPart(sub, part) === undefined);
  });
  return Object.fromEntries(parts);
}

function isWhole(attribute: Attribute, single: unknown): boolean {
  return attribute.type !== "complex" || !isObject(single) || Object.keys(unfitParts(attribute, single)).length === 0;
}

/** Whether a value is lost that somebody might look for: names that no schema has are nobody's loss. */
function isMisfit(attribute: Attribute, stored: unknown, fits: unknown): boolean {
  if (isElementStream(stored)) return false;
  const singles = (Array.isArray(stored) ? stored : [stored]).filter((one) => !isUnassigned(one));
  const count = Array.isArray(fits) ? fits.length : fits === undefined ? 0 : 1;
  const isEmptied = (one: unknown): boolean =>
    isObject(one) && !Object.keys(one).some((name) => isNamed(attribute, name) && !isUnassigned(one[name]));
  if (singles.filter((one) => !isEmptied(one)).length > count) return true;
  return (
    attribute.type === "complex" &&
    singles.some(
      (one) => isObject(one) && Object.keys(unfitParts(attribute, one)).some((name) => isNamed(attribute, name)),
    )
  );
}

function isNamed(attribute: Attribute, name: string): boolean {
  return named(attribute.sub, name) !== undefined;
}

/** Null and the empty list say that there is no value. @see RFC 7643 §2.5 */
function isUnassigned(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function fitSingle(attribute: Attribute, value: unknown): unknown {
  if (attribute.type === "complex") return fitComplex(attribute, value);
  if (typeof value === "string" && attribute.type === "string") return value;
  return fitSimple(attribute, isObject(value) ? loneValueOf(value) : value);
}

/** What was complex and says nothing but its value. */
function loneValueOf({ value, ...others }: ResourceObject): unknown {
  return Object.keys(others).length === 0 ? value : undefined;
}

function fitSimple(attribute: Attribute, value: unknown): unknown {
  switch (attribute.type) {
    case "boolean":
      return fitBoolean(value);
    case "decimal":
    case "integer":
      return fitNumber(attribute, value);
    case "string":
      return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
    default:
      return typeof value === "string" && isText(attribute, value) ? value : undefined;
  }
}

function fitComplex(attribute: Attribute, value: unknown): unknown {
  // Nothing of what nobody declared can be declared otherwise.
  if (isKept(attribute)) return isObject(value) ? value : undefined;
  if (!isObject(value)) return fitValueOf(attribute, value);
  const fits = mapMembers(value, (name, part) => {
    const sub = named(attribute.sub, name);
    return sub && fitPart(sub, part);
  });
  if (fits !== value && Object.keys(fits).length === 0) return undefined;
  // What an element of a collection is filed under.
  return attribute.collection && fits.value === undefined && attribute.sub("value")?.required === true
    ? undefined
    : fits;
}

/** What was simple and is complex: its value says what it said. */
function fitValueOf(attribute: Attribute, simple: unknown): ResourceObject | undefined {
  const sub = attribute.sub("value");
  const value = sub && fitPart(sub, simple);
  return value === undefined || value === null ? undefined : { value };
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
  const isFit = type === "decimal" ? Number.isFinite(number) : Number.isSafeInteger(number);
  return isFit ? (number as number) : undefined;
}

/** Whether a text has a meaning as what is written in text. */
function isText(attribute: Attribute, text: string): boolean {
  if (attribute.type === "dateTime") return instantOf(text) !== undefined;
  if (attribute.type === "binary") return isBase64(text);
  return text.trim() !== "" && (isExternalReference(attribute) || isReference(text));
}

/** What the server writes itself. */
function isServers({ path }: Attribute): boolean {
  return path === "schemas" || path === "id" || path === "meta";
}
