import { type Attribute, type AttributePath, pathOf } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { shapeOf, uniqueName } from "../../schema/shape.ts";
import type { Steps } from "../../time-slice.ts";
import { getOrCreate } from "../get-or-create.ts";
import { isCommonId, isComparedAsId, isId } from "../id.ts";
import { type KeyIndex, keyIndex } from "./key-index.ts";
import { type Content, keysIn } from "./row.ts";

/**
 * The rows that have a value of one attribute, by its comparison keys. All rows that can have one are in it, whoever wrote them:
 * where releases declare the attribute otherwise, each has an index of its own.
 */
export interface ValueIndex {
  /** Of a resource type that is kept with it. */
  readonly path: AttributePath;
  /** Whose values are in it; undefined where those of all resource types are. */
  readonly of: { readonly name: string; readonly urn: string } | undefined;
  readonly rows: KeyIndex;
  /** What is left to do until all rows are in it. */
  filling: Steps<void> | undefined;
}

/**
 * The paths of a resource type whose values are looked up by their keys: `id`, `externalId`, unique attributes, and references whose
 * keys are not the ids themselves.
 */
export function valuePaths(resourceType: CompiledResourceType): readonly AttributePath[] {
  return getOrCreate(PATHS, resourceType, () => {
    const ids = resourceType.common.map((attribute) => pathOf(attribute)).filter(isCommonId);
    const references = resourceType.references.flatMap(({ attribute }) => {
      const value = attribute.sub("value");
      return value === undefined || isFoundById(resourceType, value) ? [] : [pathOf(attribute, value)];
    });
    const unique = resourceType.unique.filter(({ text }) => references.every((path) => path.text !== text));
    return [...ids, ...unique.filter((path) => !isCommonId(path)), ...references];
  });
}

const PATHS = new WeakMap<CompiledResourceType, readonly AttributePath[]>();

/** Whether the key of a reference's `value` is the id that the reference is filed under. */
export function isFoundById({ hasStandardKeys }: CompiledResourceType, value: Attribute): boolean {
  return hasStandardKeys && isComparedAsId(value);
}

/**
 * The name of the index of a path: resource types share it where they share the attribute and compare its values alike
 * [S-7-24].
 */
export function indexName(resourceType: CompiledResourceType, path: AttributePath): string {
  const names = getOrCreate(NAMES, resourceType, () => new Map<string, string>());
  return getOrCreate(names, path.text, () => {
    const { attributes } = shapeOf(resourceType);
    // Ids are compared as those of clients are.
    const parts = isId(path) ? ["externalId"] : [path.attribute.path, path.text];
    const keys = parts.map((part) => attributes[part]?.key);
    return [isOfAll(path) ? "" : resourceType.name, uniqueName(resourceType, path), ...keys].join("\n");
  });
}

const NAMES = new WeakMap<CompiledResourceType, Map<string, string>>();

/** Makes an empty index. The resource type is kept with it. */
export function createValueIndex({ name, urn }: CompiledResourceType, path: AttributePath): ValueIndex {
  return { path, of: isOfAll(path) ? undefined : { name, urn }, rows: keyIndex(), filling: undefined };
}

/** The keys under which a content is to be found. */
export function keysFor({ of, path }: ValueIndex, content: Content): readonly unknown[] {
  const { name, urn } = content.resourceType;
  return of === undefined || of.urn === urn || of.name === name ? keysIn(content, path) : [];
}

/** Whether every resource type can have the attribute. */
function isOfAll(path: AttributePath): boolean {
  return path.attribute.extension !== undefined || isCommonId(path);
}
