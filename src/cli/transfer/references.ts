import { isObject, type ResourceObject } from "../../schema/value.ts";

/** A reference of a resource to another one of the same file. */
export interface Reference {
  /** Of the attribute: `members`, `urn:…:User:manager`. */
  readonly path: string;
  readonly isList: boolean;
  /** The element as the file has it, without what the server makes itself. */
  readonly element: ResourceObject;
  /** The id in the file. */
  readonly id: string;
}

/** What a server makes itself. `groups` of a user follow from the members of groups. */
const COMPUTED = new Set(["id", "meta", "groups"]);

/** Attributes that refer without a `$ref`. */
const REFERRING = /(?:^|:)(?:members|manager)$/i;

/** A resource of a file as it can be sent to a server that gives other ids: without its references to what is in the file, which are apart. */
export function apart(
  resource: ResourceObject,
  isInFile: (id: string) => boolean,
): { readonly body: ResourceObject; readonly references: readonly Reference[] } {
  const references: Reference[] = [];
  const isReference = (value: unknown, path: string): value is ResourceObject & { readonly value: string } =>
    isObject(value) &&
    typeof value.value === "string" &&
    (REFERRING.test(path) || "$ref" in value) &&
    isInFile(value.value);
  const without = (value: unknown, path: string): unknown => {
    const isList = Array.isArray(value);
    const kept = [value].flat().filter((one) => {
      if (!isReference(one, path)) return true;
      const { $ref: _ref, display: _display, displayName: _name, value: id, ...element } = one;
      references.push({ path, isList, element, id });
      return false;
    });
    if (isList) return kept.length === 0 ? undefined : kept;
    return kept[0];
  };
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(resource)) {
    if (COMPUTED.has(name)) continue;
    body[name] =
      name.startsWith("urn:") && isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([inner, one]) => [inner, without(one, `${name}:${inner}`)]))
        : without(value, name);
  }
  return { body, references };
}
