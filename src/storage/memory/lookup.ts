import type { Compare, Filter } from "../../filter/ast.ts";
import { type AttributePath, leafOf } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { readAttribute } from "../../schema/value.ts";
import { isComparedAsId } from "../id.ts";
import { findReference } from "../reference.ts";
import { idsIn, type ReferenceIndex, referenceName } from "./reference-index.ts";
import { type Content, listOf, type Row } from "./row.ts";
import { rowsOfType, type Tenant } from "./tenant.ts";
import { indexName, valuePaths } from "./value-index.ts";

/** Rows that an index gives for a term: at most `count`, read only when this term is chosen. */
interface Found {
  readonly count: number;
  rows(): Iterable<Row>;
}

/**
 * The rows that can match a filter, in the order of creation, found by an index where the terms that must hold have
 * one: `id`, a unique attribute, externalId, a reference or its reverse. All rows where none has, or where an index
 * gives no fewer. The filter is run over the candidates all the same. To be called where `lookUpsFor` are ready.
 */
export function candidates(
  tenant: Tenant,
  resourceType: CompiledResourceType,
  filter: Filter<AttributePath> | undefined,
): readonly Row[] {
  const all = rowsOfType(tenant, resourceType);
  const found = filter === undefined ? undefined : lookUp(tenant, resourceType, filter);
  if (found === undefined || found.count >= all.size) return all.list();
  const rows = new Set<Row>();
  for (const row of found.rows()) if (row.content.resourceType.name === resourceType.name) rows.add(row);
  // To go through all is cheaper than to sort many.
  if (rows.size > all.size / MANY) return all.list().filter((row) => rows.has(row));
  return [...rows].sort((left, right) => left.order - right.order);
}

/** One of how many rows are many. */
const MANY = 16;

function lookUp(tenant: Tenant, resourceType: CompiledResourceType, filter: Filter<AttributePath>): Found | undefined {
  switch (filter.type) {
    case "and": {
      // Any one term narrows the search; the smallest does it best.
      const parts = filter.filters.flatMap((part) => lookUp(tenant, resourceType, part) ?? []);
      return parts.length === 0 ? undefined : parts.reduce((least, part) => (part.count < least.count ? part : least));
    }
    case "or": {
      const parts: Found[] = [];
      for (const part of filter.filters) {
        const found = lookUp(tenant, resourceType, part);
        if (found === undefined) return undefined;
        parts.push(found);
      }
      return {
        count: parts.reduce((count, part) => count + part.count, 0),
        *rows() {
          for (const part of parts) yield* part.rows();
        },
      };
    }
    case "element":
      // One element that meets all terms has to meet each of them.
      return lookUp(tenant, resourceType, filter.filter);
    case "compare":
      return filter.operator === "eq" && filter.value !== null ? lookUpEqual(tenant, resourceType, filter) : undefined;
    default:
      return undefined;
  }
}

function lookUpEqual(
  tenant: Tenant,
  resourceType: CompiledResourceType,
  { path, value }: Compare<AttributePath>,
): Found | undefined {
  const { attribute, sub, text } = path;
  const leaf = leafOf(path);
  const key = leaf.key(value);
  if (valuePaths(resourceType).some((indexed) => indexed.text === text)) {
    const index = tenant.values.get(indexName(resourceType, path))?.rows;
    return { count: index?.count(key) ?? 0, rows: () => index?.rows(key) ?? [] };
  }
  if (sub?.name !== "value") return undefined;
  if (attribute.inverseOf !== undefined)
    return isComparedAsId(leaf) ? referredTo(tenant, resourceType, attribute.inverseOf, key) : undefined;
  if (findReference(resourceType, attribute) === undefined) return undefined;
  const holders = tenant.references.get(referenceName(resourceType.name, attribute.path))?.holders;
  return { count: holders?.count(key) ?? 0, rows: () => holders?.rows(key) ?? [] };
}

/** The rows that the holders of this id refer to: the members of a group. */
function referredTo(
  tenant: Tenant,
  resourceType: CompiledResourceType,
  inverse: { readonly resourceType: string; readonly attribute: string },
  key: unknown,
): Found | undefined {
  const index = tenant.references.get(referenceName(inverse.resourceType, inverse.attribute));
  const id = resourceType.resolve("id");
  if (index === undefined || id === undefined) return undefined;
  const found = tenant.values.get(indexName(resourceType, id))?.rows.rows(key) ?? [];
  const holders = [...found].filter(({ content }) => content.resourceType.name === inverse.resourceType);
  const rows = rowsOfType(tenant, resourceType);
  return {
    count: holders.reduce((count, { content }) => count + countOf(content, index), 0),
    *rows() {
      for (const { content } of holders) {
        for (const each of idsIn(content, index)) {
          const row = rows.get(each);
          if (row !== undefined) yield row;
        }
      }
    },
  };
}

function countOf({ collections, document }: Content, index: ReferenceIndex): number {
  return collections.get(index.path)?.size ?? listOf(readAttribute(document, index)).length;
}
