import type { Compare, Filter } from "../../filter/ast.ts";
import { type AttributePath, leafOf } from "../../schema/attribute.ts";
import type { ResourceType } from "../../schema/resource-type.ts";
import { isComparedAsId } from "../id.ts";
import { findReference } from "../reference.ts";
import { uniqueName } from "../unique.ts";
import { indexedPaths } from "./indexes.ts";
import { referenceName } from "./reference-index.ts";
import { elementsOf, type Row } from "./row.ts";
import { rowsOfType, type Tenant } from "./tenant.ts";

/** Rows that an index gives for a term: at most `count`, read only when this term is chosen. */
interface Found {
  readonly count: number;
  rows(): Iterable<Row>;
}

/**
 * The rows that can match a filter, in the order of creation, found by an index where the terms that must hold have
 * one: `id`, a unique attribute, externalId, a reference or its reverse. All rows where none has, or where an index
 * gives no fewer. The filter is run over the candidates all the same.
 */
export function candidates(
  tenant: Tenant,
  resourceType: ResourceType,
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

function lookUp(tenant: Tenant, resourceType: ResourceType, filter: Filter<AttributePath>): Found | undefined {
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
  resourceType: ResourceType,
  { path, value }: Compare<AttributePath>,
): Found | undefined {
  const { attribute, sub, text } = path;
  const leaf = leafOf(path);
  const key = leaf.key(value);
  if (indexedPaths(resourceType).some((indexed) => indexed.text === text)) {
    const index = tenant.values.get(uniqueName(resourceType, path));
    return { count: index?.count(key) ?? 0, rows: () => index?.rows(key) ?? [] };
  }
  if (sub?.name !== "value") return undefined;
  if (findReference(resourceType, attribute) !== undefined) {
    const holders = tenant.references.get(referenceName(resourceType.name, attribute.path))?.holders;
    return { count: holders?.count(key) ?? 0, rows: () => holders?.rows(key) ?? [] };
  }
  return attribute.inverseOf === undefined || !isComparedAsId(leaf)
    ? undefined
    : referredTo(tenant, resourceType, attribute.inverseOf, key);
}

/** The rows that the holders of this id refer to: the members of a group. */
function referredTo(
  tenant: Tenant,
  resourceType: ResourceType,
  inverse: { readonly resourceType: string; readonly attribute: string },
  key: unknown,
): Found {
  const attribute = tenant.references.get(referenceName(inverse.resourceType, inverse.attribute))?.reference.attribute;
  if (attribute === undefined) return { count: 0, rows: () => [] };
  const holders = [...(tenant.values.get("id")?.rows(key) ?? [])].filter(
    ({ content }) => content.resourceType.name === inverse.resourceType,
  );
  const rows = rowsOfType(tenant, resourceType);
  return {
    count: holders.reduce((count, { content }) => count + (content.collections.get(attribute.path)?.size ?? 1), 0),
    *rows() {
      for (const { content } of holders) {
        for (const { value } of elementsOf(content, attribute)) {
          const row = typeof value === "string" ? rows.get(value) : undefined;
          if (row !== undefined) yield row;
        }
      }
    },
  };
}
