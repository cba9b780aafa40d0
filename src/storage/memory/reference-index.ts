import type { Attribute } from "../../schema/attribute.ts";
import type { ReferenceAttribute } from "../../schema/resource-type.ts";
import { type KeyIndex, keyIndex } from "./key-index.ts";
import { type Content, elementsOf, type Row } from "./row.ts";

/** The rows that hold references of one attribute, by the comparison key of the id that they refer to. */
export interface ReferenceIndex {
  readonly reference: ReferenceAttribute;
  /** The sub-attribute `value`. */
  readonly identity: Attribute;
  readonly holders: KeyIndex;
}

/** Makes an empty index. */
export function createReferenceIndex(reference: ReferenceAttribute, identity: Attribute): ReferenceIndex {
  return { reference, identity, holders: keyIndex() };
}

/** The name of a reference attribute's index. `attribute` is a path. */
export function referenceName(resourceType: string, attribute: string): string {
  return `${resourceType} ${attribute}`;
}

/** The rows that refer to an id. */
export function holdersOf({ reference, identity, holders }: ReferenceIndex, id: string): readonly Row[] {
  return [...holders.rows(identity.key(id))].filter(({ content }) => holds(content, reference.attribute, id));
}

/** Whether an element of the attribute names the id: two ids may share a key. */
function holds(content: Content, attribute: Attribute, id: string): boolean {
  if (attribute.collection)
    return content.collections.get(attribute.path)?.get(attribute.sub("value")?.key(id))?.value === id;
  for (const { value } of elementsOf(content, attribute)) if (value === id) return true;
  return false;
}
