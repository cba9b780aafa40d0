import { isObject } from "../../../schema/value.ts";

/** A document, or the keys of one, as JSON has it. */
type Json = Record<string, unknown>;

/**
 * The document and keys of a holder without its references to an id. The holder may be of a type that this process has
 * not met, so attributes are known by their paths alone.
 */
export function withoutReferences(
  row: { readonly document: string; readonly keys: string },
  attributes: readonly string[],
  id: string,
): { readonly document: string; readonly keys: string } {
  const document = JSON.parse(row.document) as Json;
  const keys = JSON.parse(row.keys) as Json;
  for (const attribute of attributes) removeReference(document, keys, attribute, id);
  return { document: JSON.stringify(document), keys: JSON.stringify(keys) };
}

function removeReference(document: Json, keys: Json, attribute: string, id: string): void {
  const { container, name, extension } = locate(document, attribute);
  const value = container?.[name];
  if (container === undefined || value === undefined) return;
  if (Array.isArray(value)) {
    const isKept = value.map((element) => !(isObject(element) && element.value === id));
    container[name] = value.filter((_, index) => isKept[index]);
    const list = keys[attribute];
    // Keys are of what had a meaning when they were made, which need not be all that there is.
    const isSameLength = Array.isArray(list) && list.length === value.length;
    if (Array.isArray(list))
      keys[attribute] = list.filter((key, index) => (isSameLength ? isKept[index] : !isKeyOf(key, id)));
    if (isKept.includes(true)) return;
  }
  delete container[name];
  for (const key of Object.keys(keys)) if (key === attribute || key.startsWith(`${attribute}.`)) delete keys[key];
  // An extension whose last attribute goes is no longer there.
  if (extension !== undefined && Object.keys(container).length === 0) removeExtension(document, keys, extension);
}

function isKeyOf(key: unknown, id: string): boolean {
  return isObject(key) && typeof key.value === "string" && key.value.toLowerCase() === id.toLowerCase();
}

/** Where the attribute of a path is: in the document itself, or in the container of an extension. */
export function locate(document: Json, path: string) {
  const colon = path.lastIndexOf(":");
  if (colon === -1) return { container: document, name: path, extension: undefined };
  const extension = path.slice(0, colon);
  const container = document[extension];
  return { container: isObject(container) ? container : undefined, name: path.slice(colon + 1), extension };
}

function removeExtension(document: Json, keys: Json, extension: string): void {
  delete document[extension];
  const { schemas } = document;
  if (!Array.isArray(schemas)) return;
  document.schemas = schemas.filter((urn) => urn !== extension);
  if (Array.isArray(keys.schemas)) keys.schemas = keys.schemas.filter((_, index) => schemas[index] !== extension);
}
