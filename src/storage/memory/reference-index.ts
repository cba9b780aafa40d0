import type { Attribute } from "../../schema/attribute.ts";
import type { ReferenceAttribute } from "../../schema/resource-type.ts";
import { type KeyIndex, keyIndex } from "./key-index.ts";

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
