import { type AttributePlace, isObject, readAttribute } from "../../schema/value.ts";
import type { Steps } from "../../time-slice.ts";
import { type KeyIndex, keyIndex } from "./key-index.ts";
import { type Content, listOf } from "./row.ts";

/**
 * The rows that hold references of one attribute, by the id that they refer to. Of the attribute it knows where it stands alone:
 * whatever a release declared it to be when it wrote, an id is an id.
 */
export interface ReferenceIndex extends AttributePlace {
  /** Name of the resource type of the holders. */
  readonly resourceType: string;
  readonly path: string;
  /** Names of the resource types that it leads to, for one release or another. */
  readonly targets: Set<string>;
  readonly holders: KeyIndex;
  /** What is left to do until all rows are in it. */
  filling: Steps<void> | undefined;
}

/** Makes an empty index. `path` is that of the attribute. */
export function createReferenceIndex(resourceType: string, path: string): ReferenceIndex {
  return { resourceType, path, ...placeOf(path), targets: new Set(), holders: keyIndex(), filling: undefined };
}

/** Where the attribute of a path stands: a URN has colons, a name has none. */
export function placeOf(path: string): AttributePlace {
  const colon = path.lastIndexOf(":");
  return { extension: colon === -1 ? undefined : path.slice(0, colon), name: path.slice(colon + 1) };
}

/** The name of a reference attribute's index. `attribute` is a path. */
export function referenceName(resourceType: string, attribute: string): string {
  return `${resourceType} ${attribute}`;
}

/** The key of an id, by which its holders are found. */
export function idKey(id: string): string {
  return NOT_ASCII.test(id) ? id.normalize() : id;
}

const NOT_ASCII = /[^\x00-\x7f]/;

/** The id that an element refers to, whether it says more than that or not. */
export function idIn(element: unknown): string | undefined {
  const value = isObject(element) ? element.value : element;
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

/** What is stored of a reference attribute, as a list. */
export function storedIn({ document, collections }: Content, index: ReferenceIndex): Iterable<unknown> {
  return collections.get(index.path)?.values() ?? listOf(readAttribute(document, index));
}

/** The ids that a content refers to. */
export function* idsIn(content: Content, index: ReferenceIndex): Generator<string> {
  for (const element of storedIn(content, index)) {
    const id = idIn(element);
    if (id !== undefined) yield id;
  }
}
