import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import type { NewResource } from "../../adapter.ts";
import { keyText } from "../key.ts";

/** The keys of an attribute: of single values by path, of several as an array of strings or of objects. */
export function addKeys(keys: Record<string, unknown>, attribute: Attribute, value: unknown): void {
  if (attribute.multiValued) {
    keys[attribute.path] = (value as readonly unknown[]).map((element) =>
      attribute.type === "complex" ? partKeys(attribute, element as ResourceObject) : keyText(attribute.key(element)),
    );
  } else if (attribute.type === "complex") {
    for (const [name, key] of Object.entries(partKeys(attribute, value as ResourceObject)))
      keys[`${attribute.path}.${name}`] = key;
  } else {
    keys[attribute.path] = keyText(attribute.key(value));
  }
}

/** The keys of the parts of an element, but for one of them. */
export function partKeys(attribute: Attribute, element: ResourceObject, except?: string): Record<string, unknown> {
  const keys: Record<string, unknown> = {};
  for (const sub of attribute.subAttributes) {
    const value = element[sub.name];
    // Null is the mark of a reference to nothing.
    if (value === undefined || value === null || sub.name === except) continue;
    keys[sub.name] = Array.isArray(value) ? value.map((part) => keyText(sub.key(part))) : keyText(sub.key(value));
  }
  return keys;
}

/** The key of a point in time of `meta`. */
export function dateKey(
  resourceType: CompiledResourceType,
  name: "created" | "lastModified",
  meta: NewResource["meta"],
): string {
  const attribute = resourceType.attribute("meta")?.sub(name);
  if (attribute === undefined) return meta[name];
  // A new resource has the same time twice, and resources that are written together have one time.
  const last = LAST_DATES.get(attribute);
  if (last !== undefined && last.text === meta[name]) return last.key;
  const key = keyText(attribute.key(meta[name]));
  LAST_DATES.set(attribute, { text: meta[name], key });
  return key;
}

/** The last key of each attribute of `meta`. */
const LAST_DATES = new WeakMap<Attribute, { readonly text: string; readonly key: string }>();

/** The key of `meta.lastModified`, which has a column of its own. */
export function modifiedKey(resourceType: CompiledResourceType, at: string): string {
  return dateKey(resourceType, "lastModified", { resourceType: "", created: at, lastModified: at });
}
