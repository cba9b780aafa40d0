import type { Compare, Filter } from "../../../filter/ast.ts";
import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import { isId } from "../../id.ts";
import { inversePart } from "../../inverse.ts";
import { isUnique } from "../../unique.ts";
import { isAsWell } from "../as-well.ts";
import { type Fragment, join as joined, raw, sql, TRUE } from "../dialect/fragment.ts";
import { equalitiesOf } from "../filter.ts";
import type { Key } from "../key.ts";
import type { MappedType } from "./compile.ts";
import { holdersOf } from "./holders.ts";
import { hasId, parseId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { lookedUp } from "./looked-up.ts";
import type { PathColumn } from "./path-column.ts";
import { columnLeaf, holderNameLeaf, type PlaceScope } from "./places.ts";
import { elementRows, type MapScope, ownElements, ownRows, sameTenant, targetOf, tenantOfElement } from "./scope.ts";

/** What a search begins with, instead of all rows of the table. */
export interface Start {
  /** What follows FROM: it has the row `r`. */
  readonly from: Fragment;
  readonly condition: Fragment;
  /** The part of the filter that the table's own index answers, and so is asked for as it is. */
  readonly part: Filter<AttributePath> | undefined;
}

/**
 * Begins a search with the few rows that an index finds by one side of a conjunction. Said so that the planner has no
 * choice: without statistics it takes every condition for equally good, that on the tenant among them [G-13].
 */
export function startOf(scope: PlaceScope, filter: Filter<AttributePath>): Start | undefined {
  const parts = filter.type === "and" ? filter.filters : [filter];
  const single = parts.find((part) => findsOne(scope, part));
  if (single !== undefined) {
    const column = single.type === "compare" ? columnAt(scope, single.path) : undefined;
    return { from: sql`${scope.type.view} r`, condition: ownBeside(scope, column), part: single };
  }
  let best: Found | undefined;
  for (const part of parts) {
    const found = foundBy(scope, part);
    if (found !== undefined && (best === undefined || found.rank < best.rank)) best = found;
  }
  if (best === undefined) return undefined;
  const { type, dialect } = scope;
  const rows = sql`(${best.query}${dialect.apart ?? raw("")}) f`;
  const isFound = sql`r.id = f.id AND ${sameTenant(type, "r", "f")}`;
  return { ...lookedUp(dialect, rows, type.view, "r", isFound), part: undefined };
}

/** Whether a part finds one row at most, by the table's own constraint. */
function findsOne(scope: MapScope, part: Filter<AttributePath>): boolean {
  if (part.type !== "compare" || part.operator !== "eq" || part.value === null) return false;
  const { path } = part;
  if (isId(path)) return true;
  return columnAt(scope, path) !== undefined && !path.attribute.multiValued && isUnique(scope.type.resourceType, path);
}

function columnAt({ type }: MapScope, path: AttributePath): PathColumn | undefined {
  return type.columns.find((column) => column.path.text === path.text);
}

/**
 * Condition on a row `r` of the tenant, beside one on a unique value. The indexes of a column without a key know no
 * tenants, and an index that begins with the tenant would be taken for as good as both of them.
 */
export function ownBeside(scope: MapScope, column: PathColumn | undefined): Fragment {
  const isPlain = column !== undefined && column.key === undefined && !column.isConverted;
  return isPlain ? isAsWell(ownRows(scope)) : ownRows(scope);
}

/** Rows that an index finds: a query for the columns `id` and, where there are tenants, `tenant`, each row once. */
interface Found {
  readonly query: Fragment;
  /** The fewer are likely, the less. */
  readonly rank: number;
}

function foundBy(scope: PlaceScope, part: Filter<AttributePath>): Found | undefined {
  const equalities = part.type === "element" ? equalitiesOf(part.filter) : equalityOf(part);
  const found = equalities.flatMap(({ path, operand }) => foundByElement(scope, path, operand) ?? []);
  return found.sort((left, right) => left.rank - right.rank)[0];
}

function equalityOf(part: Filter<AttributePath>): ReturnType<typeof equalitiesOf> {
  return part.type === "compare" ? equalitiesOf(part) : [];
}

function foundByElement(
  scope: PlaceScope,
  { attribute, sub }: AttributePath,
  operand: Compare<AttributePath>["value"] | Key,
): Found | undefined {
  if (sub === undefined) return anyOf(withElement(scope, attribute, sub, operand as Key), 1);
  if (attribute.inverseOf === undefined)
    return sub.name === "value"
      ? anyOf(holding(scope, attribute, operand) ?? withElement(scope, attribute, sub, operand as Key), 1)
      : undefined;
  switch (inversePart(sub)) {
    case "id":
      return anyOf(heldBy(scope, attribute, operand), 2);
    case "name":
      return anyOf(heldByName(scope, attribute, sub, operand as Key), 3);
    default:
      return undefined;
  }
}

/** One table after the other; a row that two of them name is found once. */
function anyOf(queries: readonly Fragment[] | undefined, rank: number): Found | undefined {
  return queries === undefined || queries.length === 0 ? undefined : { query: joined(queries, " UNION "), rank };
}

/** The holders of an element, by its row: the users of an e-mail address. */
function withElement(
  scope: PlaceScope,
  attribute: Attribute,
  sub: Attribute | undefined,
  operand: Key,
): readonly Fragment[] | undefined {
  const children = scope.type.children.filter((child) => child.attribute === attribute);
  if (!children.some(({ isWhole }) => isWhole)) return undefined;
  const queries = children.map((child) => {
    const column = child.shown.find((one) => one.attribute === (sub ?? attribute));
    const isMeant = column && columnLeaf(scope, column, "m", true)?.compare("eq", operand);
    if (isMeant === undefined) return undefined;
    return sql`SELECT DISTINCT m.holder AS id${tenantOfElement(scope, child)} FROM ${child.view} m
      WHERE ${isMeant} AND ${ownElements(scope, child)}`;
  });
  return queries.includes(undefined) ? undefined : (queries as readonly Fragment[]);
}

/** The holders of an id: the groups of a user; undefined for what is in no join table. */
function holding(scope: PlaceScope, attribute: Attribute, operand: unknown): readonly Fragment[] | undefined {
  const { type, dialect } = scope;
  const joins = type.joins.filter((join) => join.attribute === attribute);
  return joins.length === 0
    ? undefined
    : joins.flatMap((join) => {
        const target = targetOf(scope, join);
        const id = parseId(target.id, operand);
        if (id === undefined) return [];
        return sql`SELECT m.holder AS id${tenantOfElement(scope, join)} FROM ${elementRows(scope, join)}
        WHERE ${hasId(dialect, target.id, raw("m.value"), id)} AND ${ownElements(scope, join)}`;
      });
}

/** The rows that one holder names: the members of a group, by the group. */
function heldBy(scope: PlaceScope, attribute: Attribute, operand: unknown): readonly Fragment[] | undefined {
  const { dialect } = scope;
  return heldThrough(scope, attribute)?.flatMap(({ type, from }) => {
    const id = parseId(type.id, operand);
    if (id === undefined) return [];
    const isHeld = sql`${hasId(dialect, type.id, raw("m.holder"), id)} AND ${ownElements(scope, from)}`;
    const isOwn = isHolderOwn(scope, type, from);
    return sql`SELECT m.value AS id${tenantOfElement(scope, from)} FROM ${from.view} m WHERE ${isHeld} AND ${isOwn}`;
  });
}

/** Condition on elements: their holder is the tenant's. What they refer to may be in other tenants too. */
function isHolderOwn(scope: PlaceScope, holder: MappedType, { tenant }: JoinTable): Fragment {
  if (scope.type.divided === undefined || tenant !== undefined) return TRUE;
  return sql`EXISTS (SELECT 1 FROM ${holder.view} h WHERE h.id = m.holder AND ${ownRows(scope, holder, "h")})`;
}

/** The rows that holders of a name refer to: the members of a group, by its name. */
function heldByName(
  scope: PlaceScope,
  attribute: Attribute,
  sub: Attribute,
  operand: Key,
): readonly Fragment[] | undefined {
  const queries = heldThrough(scope, attribute)?.map((holder) => {
    const isNamed = holderNameLeaf(scope, holder, sub, true)?.compare("eq", operand);
    if (isNamed === undefined) return undefined;
    const { type, from } = holder;
    const holders = sql`SELECT h.id FROM ${type.view} h WHERE ${isNamed} AND ${ownRows(scope, type, "h")}`;
    const rows = sql`(${holders}${scope.dialect.apart ?? raw("")}) g`;
    const isHeld = sql`m.holder = g.id AND ${ownElements(scope, from)}`;
    const found = lookedUp(scope.dialect, rows, from.view, "m", isHeld);
    return sql`SELECT DISTINCT m.value AS id${tenantOfElement(scope, from)} FROM ${found.from} WHERE ${found.condition}`;
  });
  return queries === undefined || queries.includes(undefined) ? undefined : (queries as readonly Fragment[]);
}

/** The join tables by which a computed attribute is found; undefined where it is found by something else. */
function heldThrough(scope: PlaceScope, attribute: Attribute) {
  const holders = holdersOf(scope, attribute).map(({ type, from, name }) =>
    "table" in from ? { type, from, name } : undefined,
  );
  return holders.includes(undefined) ? undefined : holders.filter((holder) => holder !== undefined);
}
