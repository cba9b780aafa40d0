import { type AttributePath, leafOf } from "../../../schema/attribute.ts";
import { compileResourceType, type ResourceTypeDefinition } from "../../../schema/resource-type.ts";

/** An index over the comparison keys of one attribute. */
export interface KeyIndex {
  /** Canonical path, such as `emails.value`. */
  readonly path: string;
  /** The member of the keys document. */
  readonly member: string;
  /** Of a multi-valued attribute: the member of each element; undefined where elements are texts themselves. */
  readonly part: string | undefined;
  readonly isList: boolean;
}

/**
 * The indexes that queries may count on, by path. Those that `prepare` has not seen in the database yet are not among
 * them.
 */
export interface Indexes {
  /** For equality, order and beginnings. */
  readonly keys: Map<string, KeyIndex>;
  /** For what a text contains. */
  readonly texts: Map<string, KeyIndex>;
}

/** The indexes that the host asked for. */
export interface IndexPlan {
  readonly keys: readonly KeyIndex[];
  readonly texts: readonly KeyIndex[];
}

/**
 * Finds the attributes that are to have an index.
 * @throws {TypeError} for a path that no resource type has, or that no index can be over.
 */
export function planIndexes(
  resourceTypes: readonly ResourceTypeDefinition[],
  indexed: readonly string[],
  searchable: readonly string[],
): IndexPlan {
  const types = resourceTypes.map((definition) => compileResourceType(definition));
  const find =
    (option: string) =>
    (text: string): KeyIndex => {
      const path = types.map((type) => type.resolve(text)).find((found) => found !== undefined);
      if (path === undefined)
        throw new TypeError(
          `sqlStorage: ${option} names ${text}, which none of the resource types has; see resourceTypes.`,
        );
      if (!canHaveIndex(path))
        throw new TypeError(`sqlStorage: ${option} names ${text}, over which there can be no index.`);
      return keyIndex(path);
    };
  return { keys: indexed.map(find("indexed")), texts: searchable.map(find("searchable")) };
}

function canHaveIndex({ attribute, sub }: AttributePath): boolean {
  const isInKeys = attribute.isStored && !attribute.collection;
  const isColumn = attribute.path === "id" || (attribute.path === "meta" && sub?.name !== "created");
  const leaf = sub ?? attribute;
  return isInKeys && !isColumn && leaf.type !== "complex" && !(sub?.multiValued === true);
}

function keyIndex(path: AttributePath): KeyIndex {
  const { attribute, sub } = path;
  return attribute.multiValued
    ? { path: path.text, member: attribute.path, part: sub?.name, isList: true }
    : { path: path.text, member: leafOf(path).path, part: undefined, isList: false };
}

/**
 * The part of an index's name that says what it is over: letters and digits of the path, and a hash that tells paths
 * apart.
 */
export function indexName({ path }: KeyIndex): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < path.length; index++) hash = Math.imul(hash ^ path.charCodeAt(index), 0x01000193) >>> 0;
  const readable = path
    .slice(path.lastIndexOf(":") + 1)
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase()
    .slice(0, 20);
  return `${readable}_${hash.toString(36)}`;
}
