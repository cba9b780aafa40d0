import { invalidValue } from "../error.ts";
import { type Attribute, type AttributePath, isComputedReference, leafOf } from "../schema/attribute.ts";
import { isObject } from "../schema/value.ts";

/**
 * Refuses a list of values to remove in which one says nothing: `""`, `{}`, `[{}]`. It lists no element, and a success would look
 * like a revocation that did not happen; left alone, the others of the list would be half of what was meant [R-2a].
 * @throws {ScimError} 400 invalidValue.
 */
export function checkListed(path: AttributePath, raw: unknown): void {
  const leaf = leafOf(path);
  const listed: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  const index = listed.findIndex((element) => !saysWhich(leaf, element));
  if (index === -1) return;
  const where = Array.isArray(raw) ? `${leaf.path}[${index}]` : leaf.path;
  const needed = leaf.collection && leaf.sub("value") !== undefined ? "its value" : "one of its parts";
  throw invalidValue(
    `${where} does not say which element to remove; name ${leaf.type === "complex" ? needed : "it"}, or send no value to remove all.`,
  );
}

/**
 * Refuses a list of nothing but empty texts for what is multi-valued, where a rule reads an empty text as no reference: to replace by
 * it would empty a group, to add it would add nobody, and neither was said [R-2a].
 * @throws {ScimError} 400 invalidValue.
 */
export function checkAsserted(path: AttributePath, raw: unknown, value: unknown): void {
  const leaf = leafOf(path);
  if (!leaf.multiValued || value !== undefined) return;
  if (raw === "" || (Array.isArray(raw) && raw.includes("")))
    throw invalidValue(`${leaf.path} has an empty text for a value; send null or an empty list to unassign it.`);
}

/** Whether a value tells one element from another; what is of the wrong type is for the reader to refuse. */
function saysWhich(attribute: Attribute, element: unknown): boolean {
  if (!isObject(element)) return !isBlank(element);
  return Object.entries(element).some(([name, value]) => !isBlank(value) && tellsElements(attribute, name));
}

/** Elements of a collection are their `value`; others are told by every part that the client can set. */
function tellsElements(attribute: Attribute, name: string): boolean {
  if (attribute.type !== "complex") return name.toLowerCase() === "value";
  const sub = attribute.sub(name);
  if (sub === undefined || sub.mutability === "readOnly") return false;
  if (sub.name === "value" || sub.name === "$ref") return true;
  const isCollection = attribute.collection && attribute.sub("value") !== undefined;
  return !isCollection && !isComputedReference(attribute, sub);
}

function isBlank(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
