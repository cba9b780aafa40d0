import type { Attribute } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { isObject, type ResourceObject } from "../../schema/value.ts";

/** What makes a string a reference to the resource that a POST of the same request creates. @see RFC 7644 §3.7.2 */
export const PREFIX = "bulkId:";

/** A reference to take out of the data, together with the value (the element, where there are several) that holds it. */
export const WITHHELD = Symbol("withheld");

/** One reference, where it was found. */
export interface BulkReference {
  readonly bulkId: string;
  /** What stands there once the resource exists: its id, or in `$ref` its URL. */
  readonly form: "id" | "url";
  /** The attribute of the resource that holds the reference; undefined for the operand of a filter. */
  readonly attribute: Attribute | undefined;
}

/** Says what to put in the place of a reference; the reference itself (undefined) leaves it as it is. */
export type Substitute = (reference: BulkReference) => string | typeof WITHHELD | undefined;

/** Told of each value that was taken out because of a withheld reference. */
export type Withhold = (attribute: Attribute, value: unknown) => void;

/** The bulkId that a string is a reference to: all of the string, never a part of it. */
export function bulkIdOf(text: string): string | undefined {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}

/** Finds the attribute that a member of a body names, the way the readers of bodies do. */
export type FindAttribute = (resourceType: CompiledResourceType, name: string) => Attribute | undefined;

/**
 * Goes through the references of resource data. They stand where an id or the URL of a resource may stand: in a complex
 * attribute's `value` and `$ref`, in the bare string that quirks read as such a value, and in attributes of type reference.
 * Every other string is text and stays what it is, so that no display name turns into an id [T-G5].
 *
 * The data is copied where it changes, and only there. The walk follows the schema, so that it is never deeper than the
 * schema is.
 * @see RFC 7644 §3.7.2
 */
export function mapReferences(
  resourceType: CompiledResourceType,
  data: ResourceObject,
  find: FindAttribute,
  substitute: Substitute,
  withhold: Withhold = () => undefined,
): ResourceObject {
  return mapMembers(data, (name, value) => {
    const attribute = find(resourceType, name);
    if (attribute !== undefined) return mapAttribute(attribute, value, substitute, withhold);
    const extension = resourceType.extension(name);
    if (extension === undefined || !isObject(value)) return value;
    return mapMembers(value, (inner, innerValue) => {
      const held = extension.attribute(inner);
      return held === undefined ? innerValue : mapAttribute(held, innerValue, substitute, withhold);
    });
  });
}

/** The members of an object, mapped; the object itself where nothing changes. */
export function mapMembers(object: ResourceObject, map: (name: string, value: unknown) => unknown): ResourceObject {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(object)) {
    const mapped = map(name, object[name]);
    if (mapped === object[name]) continue;
    copy ??= { ...object };
    copy[name] = mapped;
  }
  return copy ?? object;
}

/** The value of an attribute, or of a sub-attribute that a PATCH path names. What the client cannot write refers to nothing. */
export function mapAttribute(
  attribute: Attribute,
  value: unknown,
  substitute: Substitute,
  withhold: Withhold = () => undefined,
): unknown {
  if (attribute.mutability === "readOnly") return value;
  const owner = attribute.parent ?? attribute;
  const mapHeld: MapHeld = (form, bulkId) => substitute({ bulkId, form, attribute: owner });
  const mapOne = (element: unknown): unknown => {
    const mapped = mapElement(attribute, element, mapHeld);
    if (mapped === WITHHELD) withhold(owner, element);
    return mapped;
  };
  if (!Array.isArray(value)) {
    const mapped = mapOne(value);
    return mapped === WITHHELD ? null : mapped;
  }
  return mapElements(value, mapOne);
}

type MapHeld = (form: BulkReference["form"], bulkId: string) => string | typeof WITHHELD | undefined;

function mapElements(elements: readonly unknown[], map: (element: unknown) => unknown): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < elements.length; index++) {
    const mapped = map(elements[index]);
    if (copy === undefined && mapped !== elements[index]) copy = elements.slice(0, index);
    if (mapped !== WITHHELD) copy?.push(mapped);
  }
  return copy ?? elements;
}

function mapElement(attribute: Attribute, element: unknown, mapHeld: MapHeld): unknown {
  if (typeof element === "string") return mapString(attribute, element, mapHeld);
  if (!isObject(element) || attribute.type !== "complex") return element;
  let isWithheld = false;
  const mapped = mapMembers(element, (name, value) => {
    const sub = attribute.sub(name);
    if (sub === undefined || sub.mutability === "readOnly") return value;
    const one = (part: unknown): unknown => {
      const result = typeof part === "string" ? mapString(sub, part, mapHeld) : part;
      isWithheld ||= result === WITHHELD;
      return result;
    };
    return Array.isArray(value) ? mapElements(value, one) : one(value);
  });
  return isWithheld ? WITHHELD : mapped;
}

function mapString(attribute: Attribute, text: string, mapHeld: MapHeld): unknown {
  const form = formOf(attribute);
  const bulkId = form === undefined ? undefined : bulkIdOf(text);
  return form === undefined || bulkId === undefined ? text : (mapHeld(form, bulkId) ?? text);
}

/** How an attribute refers to resources; undefined where it does not. */
function formOf(attribute: Attribute): BulkReference["form"] | undefined {
  if (attribute.type === "complex") return "id";
  if (attribute.type === "reference") return attribute.resourceTypes.length === 0 ? undefined : "url";
  return attribute.type === "string" && attribute.parent !== undefined && attribute.name === "value" ? "id" : undefined;
}
