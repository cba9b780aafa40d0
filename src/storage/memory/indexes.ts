import type { Filter } from "../../filter/ast.ts";
import { type AttributePath, leafOf } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { type ResourceObject, readAttribute } from "../../schema/value.ts";
import { forEach, type Steps } from "../../time-slice.ts";
import { getOrCreate } from "../get-or-create.ts";
import { isId } from "../id.ts";
import { isUniqueOverTenants } from "../unique.ts";
import { changeElement, letGo } from "./change.ts";
import { createReferenceIndex, idIn, idKey, idsIn, type ReferenceIndex, referenceName } from "./reference-index.ts";
import { type Content, type Elements, hasSameValue, type Row, valuesOfStored } from "./row.ts";
import type { Tenant } from "./tenant.ts";
import { createValueIndex, indexName, keysFor, type ValueIndex, valuePaths } from "./value-index.ts";

/** Indexes without which a call cannot be answered. */
export type Wanted = Iterable<ValueIndex | ReferenceIndex>;

/**
 * The indexes of references that a tenant has, those of a resource type among them from now on: of what it refers to, and of what it
 * computes from the references of others.
 */
export function referencesFor(tenant: Tenant, resourceType: CompiledResourceType): Wanted {
  if (tenant.met.has(resourceType)) return tenant.references.values();
  tenant.met.add(resourceType);
  for (const { attribute, resourceTypes } of resourceType.references) {
    const { targets } = referenceIndex(tenant, resourceType.name, attribute.path);
    for (const target of resourceTypes) targets.add(target);
  }
  for (const { inverseOf } of resourceType.inverses)
    if (inverseOf !== undefined) referenceIndex(tenant, inverseOf.resourceType, inverseOf.attribute);
  return tenant.references.values();
}

/**
 * The indexes of all values of a resource type that are looked up: by them a write finds who else has a value that must be unique,
 * and what it writes is found from then on.
 */
export function valuesFor(tenant: Tenant, resourceType: CompiledResourceType): Wanted {
  return getOrCreate(tenant.wanted, resourceType, () => {
    const own = valuePaths(resourceType).map((path) => valueIndex(tenant, resourceType, path));
    const globals = resourceType.unique.filter((path) => isUniqueOverTenants(leafOf(path)));
    return [...own, ...globals.map((path) => globalIndex(tenant, resourceType, path))];
  });
}

/** The indexes that narrow a filter down. */
export function lookUpsFor(
  tenant: Tenant,
  resourceType: CompiledResourceType,
  filter: Filter<AttributePath> | undefined,
): readonly ValueIndex[] {
  switch (filter?.type) {
    case "and":
    case "or":
      return filter.filters.flatMap((part) => lookUpsFor(tenant, resourceType, part));
    case "element":
      return lookUpsFor(tenant, resourceType, filter.filter);
    case "compare":
      return filter.operator === "eq"
        ? valuePaths(resourceType)
            .filter((path) => path.text === filter.path.text || (isReverse(filter.path) && isId(path)))
            .map((path) => valueIndex(tenant, resourceType, path))
        : [];
    default:
      return [];
  }
}

/** What is computed from the references of others is looked up by the id of the holder. */
function isReverse({ attribute }: AttributePath): boolean {
  return attribute.inverseOf !== undefined;
}

function valueIndex(tenant: Tenant, resourceType: CompiledResourceType, path: AttributePath): ValueIndex {
  return getOrCreate(tenant.values, indexName(resourceType, path), () => {
    const index = newValueIndex(tenant, resourceType, path);
    if (tenant.byId.size > 0) index.filling = fillValues(index, tenant);
    return index;
  });
}

function globalIndex(tenant: Tenant, resourceType: CompiledResourceType, path: AttributePath): ValueIndex {
  const { globals, tenants } = tenant.shared;
  return getOrCreate(globals, indexName(resourceType, path), () => {
    const index = newValueIndex(tenant, resourceType, path);
    if (tenants.size > 0) index.filling = fillGlobally(index, [...tenants.values()]);
    return index;
  });
}

/** An index outlives the request that asks for it first. */
function newValueIndex({ shared }: Tenant, resourceType: CompiledResourceType, path: AttributePath): ValueIndex {
  const one = shared.types.oneFor(resourceType);
  return createValueIndex(one, one.resolve(path.text) ?? path);
}

function referenceIndex(tenant: Tenant, resourceType: string, path: string): ReferenceIndex {
  return getOrCreate(tenant.references, referenceName(resourceType, path), () => {
    const index = createReferenceIndex(resourceType, path);
    if ((tenant.rows.get(resourceType)?.size ?? 0) > 0) index.filling = fillReferences(index, tenant);
    return index;
  });
}

// Writes that come while an index is filled enter what they write, and filling it enters the same again.

function* fillValues(index: ValueIndex, tenant: Tenant): Steps<void> {
  yield* enterValues(index, tenant);
  index.filling = undefined;
}

function* fillGlobally(index: ValueIndex, tenants: readonly Tenant[]): Steps<void> {
  for (const tenant of tenants) yield* enterValues(index, tenant);
  index.filling = undefined;
}

function* enterValues(index: ValueIndex, tenant: Tenant): Steps<void> {
  yield* forEach([...tenant.byId.values()], (row) => {
    if (!isThere(tenant, row)) return;
    for (const key of keysFor(index, row.content)) index.rows.add(key, row);
  });
}

function* fillReferences(index: ReferenceIndex, tenant: Tenant): Steps<void> {
  yield* forEach(tenant.rows.get(index.resourceType)?.list() ?? [], (row) => {
    if (!isThere(tenant, row)) return;
    for (const id of idsIn(row.content, index)) index.holders.add(idKey(id), row);
  });
  index.filling = undefined;
}

function isThere(tenant: Tenant, row: Row): boolean {
  return !tenant.isGone && tenant.byId.get(row.id) === row;
}

/** Enters the content of a new row into the indexes. */
export function addToIndexes(tenant: Tenant, row: Row): void {
  for (const index of valueIndexes(tenant)) for (const key of keysFor(index, row.content)) index.rows.add(key, row);
  for (const index of referencesOf(tenant, row))
    for (const id of idsIn(row.content, index)) index.holders.add(idKey(id), row);
}

/** Takes the content of a row that goes out of the indexes. */
export function removeFromIndexes(tenant: Tenant, row: Row): void {
  for (const index of valueIndexes(tenant)) for (const key of keysFor(index, row.content)) index.rows.delete(key, row);
  for (const index of referencesOf(tenant, row))
    for (const id of idsIn(row.content, index)) letGo(tenant, index, idKey(id), row);
}

/** Takes a row that goes out of the indexes that tenants share. */
export function removeFromGlobals({ shared }: Tenant, row: Row): void {
  for (const index of shared.globals.values())
    for (const key of keysFor(index, row.content)) index.rows.delete(key, row);
}

/** Brings the indexes from one content of a row to its next one: only what is different is touched. */
export function updateIndexes(tenant: Tenant, row: Row, before: Content, after: Content): void {
  for (const index of valueIndexes(tenant)) {
    if (hasSameValue(before, after, index.path.attribute)) continue;
    const old = new Set(keysFor(index, before));
    for (const key of keysFor(index, after)) if (!old.delete(key)) index.rows.add(key, row);
    for (const key of old) index.rows.delete(key, row);
  }
  for (const index of referencesOf(tenant, row)) updateReferences(tenant, index, row, before, after);
}

function updateReferences(tenant: Tenant, index: ReferenceIndex, row: Row, before: Content, after: Content): void {
  const elements = after.collections.get(index.path);
  if (elements !== before.collections.get(index.path)) return refile(tenant, index, row, before, after);
  if (elements !== undefined || readAttribute(before.document, index) === readAttribute(after.document, index)) return;
  refile(tenant, index, row, before, after);
}

function refile(tenant: Tenant, index: ReferenceIndex, row: Row, before: Content, after: Content): void {
  const old = new Set<string>();
  for (const id of idsIn(before, index)) old.add(idKey(id));
  for (const id of idsIn(after, index)) if (!old.delete(idKey(id))) index.holders.add(idKey(id), row);
  for (const key of old) letGo(tenant, index, key, row);
}

/** Changes one element of a collection of a row, or takes it away, and the indexes with it. */
export function changeElementOf(
  tenant: Tenant,
  row: Row,
  elements: Elements,
  key: unknown,
  after: ResourceObject | undefined,
): void {
  const { path } = elements.attribute;
  const before = elements.get(key);
  changeElement(tenant, elements, key, after);
  for (const index of valueIndexes(tenant))
    if (index.path.attribute.path === path) updateValuesOf(index, row, elements, before, after);
  const [old, now] = [idIn(before), idIn(after)];
  for (const index of tenant.references.values()) {
    if (index.path !== path || index.resourceType !== row.content.resourceType.name) continue;
    if (old !== undefined && old !== now) letGo(tenant, index, idKey(old), row);
    if (now !== undefined) index.holders.add(idKey(now), row);
  }
}

function updateValuesOf(
  index: ValueIndex,
  row: Row,
  elements: Elements,
  before: ResourceObject | undefined,
  after: ResourceObject | undefined,
): void {
  const gone = new Set(keysOfElement(index, before));
  // Another element may have the same value, unless the collection is filed by it. Few collections have an index of values.
  if (gone.size > 0 && index.path.sub?.name !== "value") {
    const collections = new Map([[elements.attribute.path, elements]]);
    for (const other of keysFor(index, { ...row.content, collections })) gone.delete(other);
  }
  for (const key of gone) index.rows.delete(key, row);
  for (const key of keysOfElement(index, after)) index.rows.add(key, row);
}

function keysOfElement({ path }: ValueIndex, element: ResourceObject | undefined): readonly unknown[] {
  return element === undefined ? [] : valuesOfStored([element], path).map((value) => leafOf(path).key(value));
}

function* valueIndexes({ values, shared }: Tenant): Generator<ValueIndex> {
  yield* values.values();
  yield* shared.globals.values();
}

function* referencesOf({ references }: Tenant, row: Row): Generator<ReferenceIndex> {
  for (const index of references.values()) if (index.resourceType === row.content.resourceType.name) yield index;
}
