import { type Attribute, type AttributePath, leafOf, pathOf } from "../../schema/attribute.ts";
import type { ResourceType } from "../../schema/resource-type.ts";
import { getOrCreate } from "../get-or-create.ts";
import { isCommonId } from "../id.ts";
import { findReference } from "../reference.ts";
import { uniqueName } from "../unique.ts";
import { letGo, rewrite } from "./change.ts";
import { keyIndex } from "./key-index.ts";
import { createReferenceIndex, type ReferenceIndex, referenceName } from "./reference-index.ts";
import { type Content, type Elements, elementsOf, type Row, valuesOf } from "./row.ts";
import type { Tenant } from "./tenant.ts";
import { claimGlobals, releaseGlobals } from "./unique.ts";

/** The attributes that have an index, whether unique or not. */
export function indexedPaths(resourceType: ResourceType): readonly AttributePath[] {
  return getOrCreate(INDEXED, resourceType, () => {
    const ids = resourceType.common.map((attribute) => pathOf(attribute)).filter(isCommonId);
    return [...ids, ...resourceType.unique.filter((path) => !isCommonId(path))];
  });
}

const INDEXED = new WeakMap<ResourceType, readonly AttributePath[]>();

/** Enters the content of a row into the indexes, but for references of the attributes in `except`. */
export function addToIndexes(tenant: Tenant, row: Row, except: readonly Attribute[] = []): void {
  const { content } = row;
  for (const path of indexedPaths(content.resourceType)) {
    const index = getOrCreate(tenant.values, uniqueName(content.resourceType, path), keyIndex);
    for (const value of valuesOf(content, path)) index.add(leafOf(path).key(value), row);
  }
  for (const [index, key] of referenceKeys(tenant, content, except)) index.holders.add(key, row);
  claimGlobals(tenant, row);
}

/** Takes the content of a row out of the indexes; to be done before the content changes. */
export function removeFromIndexes(tenant: Tenant, row: Row, except: readonly Attribute[] = []): void {
  const { content } = row;
  for (const path of indexedPaths(content.resourceType)) {
    const index = tenant.values.get(uniqueName(content.resourceType, path));
    for (const value of valuesOf(content, path)) index?.delete(leafOf(path).key(value), row);
  }
  for (const [index, key] of referenceKeys(tenant, content, except)) letGo(tenant, index, key, row);
  releaseGlobals(tenant, row);
}

/**
 * Gives a row its next content, and the indexes with it, but for references of the attributes in `except`. Of a collection only what
 * comes and goes is touched.
 */
export function reindex(tenant: Tenant, row: Row, next: Content, except: readonly Attribute[]): void {
  const before = row.content;
  const collections = next.resourceType.references
    .map(({ attribute }) => attribute)
    .filter((attribute) => attribute.collection && except.every(({ path }) => path !== attribute.path));
  const apart = [...except, ...collections];
  removeFromIndexes(tenant, row, apart);
  rewrite(tenant, row, next, next.document.meta.lastModified);
  addToIndexes(tenant, row, apart);
  for (const attribute of collections) reindexElements(tenant, row, attribute, before);
}

function reindexElements(tenant: Tenant, row: Row, attribute: Attribute, before: Content): void {
  const index = referenceIndexOf(tenant, row.content.resourceType, attribute);
  if (index === undefined) return;
  const old = before.collections.get(attribute.path) ?? NO_ELEMENTS;
  const now = row.content.collections.get(attribute.path) ?? NO_ELEMENTS;
  for (const [key, { value }] of old) if (value !== undefined && !now.has(key)) letGo(tenant, index, key, row);
  for (const [key, { value }] of now) if (value !== undefined && !old.has(key)) index.holders.add(key, row);
}

const NO_ELEMENTS: Elements = new Map();

function* referenceKeys(
  tenant: Tenant,
  content: Content,
  except: readonly Attribute[],
): Generator<readonly [index: ReferenceIndex, key: unknown]> {
  for (const { attribute } of content.resourceType.references) {
    if (except.some(({ path }) => path === attribute.path)) continue;
    const index = referenceIndexOf(tenant, content.resourceType, attribute);
    if (index === undefined) continue;
    for (const { value } of elementsOf(content, attribute))
      if (value !== undefined) yield [index, index.identity.key(value)];
  }
}

/**
 * The index of a reference attribute, made where there is none yet; undefined for an attribute that is no reference.
 */
export function referenceIndexOf(
  tenant: Tenant,
  resourceType: ResourceType,
  attribute: Attribute,
): ReferenceIndex | undefined {
  const reference = findReference(resourceType, attribute);
  const identity = attribute.sub("value");
  if (reference === undefined || identity === undefined) return undefined;
  const name = referenceName(resourceType.name, attribute.path);
  return getOrCreate(tenant.references, name, () => createReferenceIndex(reference, identity));
}
