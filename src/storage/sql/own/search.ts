import type { Filter } from "../../../filter/ast.ts";
import type { AttributePath } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { shapeOf } from "../../../schema/shape.ts";
import { isAsWell } from "../as-well.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, render, sql, TRUE } from "../dialect/fragment.ts";
import { compileFilter } from "../filter.ts";
import type { OwnScope } from "./elements.ts";
import { foundByKey } from "./found.ts";
import { planIndexes } from "./index-plan.ts";
import { ownPlaces } from "./places.ts";
import { type Start, startOf } from "./start.ts";
import { tablesOf } from "./tables.ts";

/** Where a search looks, and for what. */
export interface Search {
  readonly start: Start;
  readonly condition: Fragment;
  /** `false`: SQL cannot express all of the filter; the condition lets through what matches, and maybe more. */
  readonly isExact: boolean;
}

/** Rows that are `unvouched` are among what is found, whatever their keys say. */
export function searchOf(
  scope: OwnScope,
  filter: Filter<AttributePath> | undefined,
  unvouched: Fragment | undefined,
): Search {
  const found = filter && startOf(scope, filter, unvouched && foundByKey(scope, unvouched));
  const start = found ?? startAtType(scope, filter);
  const compiled = start.rest && compileFilter(start.rest, ownPlaces(scope, found !== undefined));
  const exact = compiled?.condition ?? TRUE;
  // Of keys of another shape not even a comparison need be possible.
  const rest = unvouched === undefined ? exact : sql`(CASE WHEN ${unvouched} THEN ${TRUE} ELSE ${exact} END)`;
  const condition = sql`${start.condition} AND ${found === undefined ? rest : isAsWell(rest)}`;
  return { start, condition, isExact: compiled?.isExact !== false };
}

/** All rows of the type. */
function startAtType({ tables, tenant, resourceType }: OwnScope, rest: Start["rest"]): Start {
  return {
    from: sql`${tables.resource} r`,
    condition: sql`r.tenant = ${tenant} AND r.type = ${resourceType.name}`,
    rest,
    isOne: false,
  };
}

/** A filter as people are shown it: the statement that finds what it finds, in tables that have the indexes. */
export function shownSearch(
  dialect: Dialect,
  resourceType: CompiledResourceType,
  filter: Filter<AttributePath>,
  indexed: readonly string[] = [],
): { readonly text: string; readonly parameters: readonly unknown[]; readonly isExact: boolean } {
  const { keys } = planIndexes([resourceType.definition], indexed, []);
  const scope: OwnScope = {
    dialect,
    tables: tablesOf(),
    tenant: "",
    resourceType,
    indexes: { keys: new Map(keys.map((index) => [index.path, index])), texts: new Map() },
    known: { own: shapeOf(resourceType), others: new Map(), asOf: 0 },
  };
  const { start, condition, isExact } = searchOf(scope, filter, undefined);
  return { ...render(sql`SELECT ${raw("r.id")} FROM ${start.from} WHERE ${condition}`, dialect), isExact };
}
