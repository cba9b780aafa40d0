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
 * Refuses a list of nothing but values that say nothing (`""`, `" "`, `{ "value": "" }` for what is simple), where a rule reads
 * them as no reference: to replace by it would clear the attribute, to add it would add nothing, and neither was said [R-2a].
 * @throws {ScimError} 400 invalidValue.
 */
export function checkAsserted(path: AttributePath, raw: unknown, value: unknown): void {
  const leaf = leafOf(path);
  if (!leaf.multiValued || value !== undefined) return;
  if ((Array.isArray(raw) ? raw : [raw]).some((element) => isNothing(leaf, element)))
    throw invalidValue(`${leaf.path} has a value that says nothing; send null or an empty list to unassign it.`);
}

function isNothing(attribute: Attribute, element: unknown): boolean {
  if (typeof element === "string") return element.trim() === "";
  if (!isObject(element) || attribute.type === "complex") return false;
  return Object.values(element).every((part) => part === null || isNothing(attribute, part));
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
