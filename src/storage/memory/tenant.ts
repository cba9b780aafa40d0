import { type Attribute, type AttributePath, leafOf, pathOf } from "../../schema/attribute.ts";
import type { ReferenceAttribute, ResourceType } from "../../schema/resource-type.ts";
import { getOrCreate } from "../get-or-create.ts";
import { isCommonId } from "../id.ts";
import { findReference } from "../reference.ts";
import { uniqueName } from "../unique.ts";
import { type KeyIndex, keyIndex } from "./key-index.ts";
import { type Content, elementsOf, type Row, valuesOf } from "./row.ts";
import { createRows, type Rows } from "./rows.ts";

/** Everything of one tenant, with the indexes that keep look-ups from growing with the number of resources. */
export interface Tenant {
  /** Rows of each resource type by id, and in the order of creation. */
  readonly rows: Map<string, Rows>;
  /** Every row by id: ids are unique over all types [S-3.1-05]. */
  readonly byId: Map<string, Row>;
  /** `id`, `externalId` and unique attributes, by `uniqueName`. */
  readonly values: Map<string, KeyIndex>;
  /** Rows by the ids that they refer to, for each reference attribute of each type. */
  readonly references: Map<string, ReferenceIndex>;
  /** How many rows were ever created. */
  created: number;
}

/** The rows that hold references of one attribute, by the comparison key of the id that they refer to. */
export interface ReferenceIndex {
  readonly reference: ReferenceAttribute;
  /** The sub-attribute `value`. */
  readonly identity: Attribute;
  readonly holders: KeyIndex;
}

/** Makes an empty tenant. */
export function createTenant(): Tenant {
  return { rows: new Map(), byId: new Map(), values: new Map(), references: new Map(), created: 0 };
}

/** The rows of a resource type; types are told apart by name. */
export function rowsOf(tenant: Tenant, resourceType: ResourceType): Rows {
  return getOrCreate(tenant.rows, resourceType.name, createRows);
}

/** The name of a reference attribute's index. `attribute` is a path. */
export function referenceName(resourceType: string, attribute: string): string {
  return `${resourceType} ${attribute}`;
}

/** The attributes that have an index, whether unique or not. */
export function indexedPaths(resourceType: ResourceType): readonly AttributePath[] {
  let paths = INDEXED.get(resourceType);
  if (paths === undefined) {
    const ids = resourceType.common.map((attribute) => pathOf(attribute)).filter(isCommonId);
    paths = [...ids, ...resourceType.unique.filter((path) => !isCommonId(path))];
    INDEXED.set(resourceType, paths);
  }
  return paths;
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
}

/** Takes the content of a row out of the indexes; to be done before the content changes. */
export function removeFromIndexes(tenant: Tenant, row: Row, except: readonly Attribute[] = []): void {
  const { content } = row;
  for (const path of indexedPaths(content.resourceType)) {
    const index = tenant.values.get(uniqueName(content.resourceType, path));
    for (const value of valuesOf(content, path)) index?.delete(leafOf(path).key(value), row);
  }
  for (const [index, key] of referenceKeys(tenant, content, except)) index.holders.delete(key, row);
}

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

/** The index of a reference attribute, made where there is none yet; undefined for an attribute that is no reference. */
export function referenceIndexOf(
  tenant: Tenant,
  resourceType: ResourceType,
  attribute: Attribute,
): ReferenceIndex | undefined {
  const reference = findReference(resourceType, attribute);
  const identity = attribute.sub("value");
  if (reference === undefined || identity === undefined) return undefined;
  const name = referenceName(resourceType.name, attribute.path);
  return getOrCreate(tenant.references, name, () => ({ reference, identity, holders: keyIndex() }));
}
