import type { Compare, Filter } from "../../../filter/ast.ts";
import { operandKey } from "../../../filter/operand.ts";
import type { AttributePath } from "../../../schema/attribute.ts";
import { isId } from "../../id.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { equalitiesOf } from "../filter.ts";
import { isStorable, type Key, keyText } from "../key.ts";
import { isOfSameTenant } from "../tenant.ts";
import type { OwnScope } from "./elements.ts";
import { foundApart, foundByElement, foundByKey, foundByListed, foundByReference, foundByUnique } from "./found.ts";
import { hasRange, indexedLeaf } from "./indexed-leaf.ts";
import { candidatesOf } from "./searched.ts";
import { isOfType } from "./statements.ts";

/** What a search begins with, instead of all rows of the type. */
export interface Start {
  /** What follows FROM: it has the row `r`. */
  readonly from: Fragment;
  readonly condition: Fragment;
  /** What is left of the filter; undefined where nothing is. */
  readonly rest: Filter<AttributePath> | undefined;
  /** Whether it is one resource at most. */
  readonly isOne: boolean;
}

/** Resources that an index finds by a part of a filter. */
interface Found {
  /** Query for their tenants and ids. */
  readonly query: Fragment;
  /** The fewer are likely, the less. */
  readonly rank: number;
  /** Whether the part of the filter holds for all of them. */
  readonly isExact: boolean;
}

/** The rank of what finds one resource at most. */
const UNIQUE = 0;

/**
 * Begins a search with the few resources that an index finds by one side of a conjunction. Said so that the planner has
 * no choice: without statistics it takes every condition for equally good, that on the tenant among them [G-13]. Rows that are
 * `unvouched` are found besides, as a query for them says.
 */
export function startOf(
  scope: OwnScope,
  filter: Filter<AttributePath>,
  unvouched: Fragment | undefined,
): Start | undefined {
  const parts = filter.type === "and" ? filter.filters : [filter];
  let best: { readonly found: Found; readonly part: Filter<AttributePath> } | undefined;
  for (const part of parts) {
    if (asksForId(part)) return startAtId(scope, part, without(parts, part));
    const found = foundBy(scope, part);
    if (found !== undefined && (best === undefined || found.rank < best.found.rank)) best = { found, part };
  }
  if (best === undefined) return undefined;
  const { found, part } = best;
  const query = unvouched === undefined ? found.query : sql`${found.query} UNION ${unvouched}`;
  return {
    from: sql`(${query}${scope.dialect.apart ?? raw("")}) f CROSS JOIN ${scope.tables.resource} r`,
    condition: sql`${isOfSameTenant(scope.dialect, scope.tenant, "r", "f")} AND r.id = f.id AND ${isOfType(raw("r.type"), scope.resourceType.name)}`,
    rest: found.isExact ? without(parts, part) : filter,
    isOne: found.rank === UNIQUE && unvouched === undefined,
  };
}

function without(
  parts: readonly Filter<AttributePath>[],
  part: Filter<AttributePath>,
): Filter<AttributePath> | undefined {
  const filters = parts.filter((other) => other !== part);
  return filters.length > 1 ? { type: "and", filters } : filters[0];
}

function asksForId(part: Filter<AttributePath>): part is Compare<AttributePath> {
  if (part.type !== "compare" || part.operator !== "eq" || part.value === null || !isId(part.path)) return false;
  return isStorable(keyText(operandKey(part)));
}

function startAtId(
  { tables, tenant, resourceType }: OwnScope,
  part: Compare<AttributePath>,
  rest: Filter<AttributePath> | undefined,
): Start {
  return {
    from: sql`${tables.resource} r`,
    condition: sql`r.tenant = ${tenant} AND r.id = ${keyText(operandKey(part))}
      AND ${isOfType(raw("r.type"), resourceType.name)}`,
    rest,
    isOne: true,
  };
}

function foundBy(scope: OwnScope, part: Filter<AttributePath>): Found | undefined {
  if (part.type === "element") {
    const found = equalitiesOf(part.filter).flatMap(({ path, operand }) => foundByEquality(scope, path, operand) ?? []);
    const [first] = found.sort((left, right) => left.rank - right.rank);
    return first && { ...first, isExact: false };
  }
  if (part.type !== "compare" || part.value === null) return undefined;
  const operand = operandKey(part);
  return part.operator === "eq" ? foundByEquality(scope, part.path, operand) : foundByPart(scope, part, operand);
}

function foundByEquality(scope: OwnScope, path: AttributePath, operand: Key): Found | undefined {
  const { attribute, sub } = path;
  const key = keyText(operand);
  const unique = foundByUnique(scope, path, key);
  if (unique !== undefined) return { query: unique, rank: UNIQUE, isExact: true };
  if (attribute.multiValued || attribute.inverseOf !== undefined) {
    const query = sub === undefined ? foundByListed(scope, path, key) : foundByElement(scope, path, sub, key);
    return query && { query, rank: attribute.inverseOf === undefined ? 1 : 3, isExact: true };
  }
  const query = foundByReference(scope, path, key) ?? foundByKey(scope, keyCondition(scope, path, "eq", operand));
  return query && { query, rank: 2, isExact: true };
}

/** By what a text begins with, or contains. */
function foundByPart(scope: OwnScope, { path, operator }: Compare<AttributePath>, operand: Key): Found | undefined {
  const isBeginning = operator === "sw" && !path.attribute.multiValued;
  const beginning = isBeginning ? foundByKey(scope, keyCondition(scope, path, "sw", operand)) : undefined;
  if (beginning !== undefined) return { query: beginning, rank: 4, isExact: true };
  const index = scope.indexes.texts.get(path.text);
  const candidates = index && candidatesOf(scope, index, operator, keyText(operand));
  const texts = foundApart(scope, candidates);
  return texts && { query: texts, rank: 5, isExact: false };
}

/** A comparison that the index over a key answers; undefined where there is none, or where it cannot. */
function keyCondition({ dialect, indexes }: OwnScope, path: AttributePath, operator: "eq" | "sw", operand: Key) {
  const index = indexes.keys.get(path.text);
  if (index === undefined || index.isList || !hasRange(dialect, operator, keyText(operand))) return undefined;
  return indexedLeaf(dialect, index).compare(operator, operand);
}
