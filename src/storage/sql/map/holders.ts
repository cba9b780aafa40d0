import { type Attribute, type AttributePath, pathOf } from "../../../schema/attribute.ts";
import { HOLDER_NAME } from "../../../schema/core/holder-name.ts";
import { isAsWell } from "../as-well.ts";
import { concat, literal } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";
import { idText } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import { lookedUp } from "./looked-up.ts";
import type { PathColumn } from "./path-column.ts";
import { elementsInRest, isInRest } from "./rest.ts";
import { type MapScope, ownElements, ownRows, sameTenant, tenantOfElement } from "./scope.ts";

/** A type that refers to another one: what an attribute with `inverseOf` is computed from. */
export interface Holder {
  readonly type: MappedType;
  /** Where the references are: rows of a join table, or elements in the column for the rest. */
  readonly from: JoinTable | Attribute;
  /** The name that stands in an inverse element: in a column, or in the rest. */
  readonly name: PathColumn | AttributePath | undefined;
}

/** The holders of references to a type; none for an attribute without `inverseOf`. @see RFC 7643 §4.1.2 groups */
export function holdersOf(
  { mappings, type }: Pick<MapScope, "mappings" | "type">,
  { inverseOf }: Attribute,
): readonly Holder[] {
  const holder = inverseOf && mappings.find(inverseOf.resourceType);
  const reference = holder?.resourceType.attribute(inverseOf?.attribute ?? "");
  if (holder === undefined || reference === undefined) return [];
  const name = nameOf(holder);
  const joins = holder.joins.filter((join) => join.attribute === reference);
  if (joins.length > 0)
    return joins.filter((join) => join.target === type.name).map((join) => ({ type: holder, from: join, name }));
  return isInRest(holder, pathOf(reference)) && reference.multiValued ? [{ type: holder, from: reference, name }] : [];
}

function nameOf(holder: MappedType): Holder["name"] {
  const column = holder.columns.find(({ path }) => path.text === HOLDER_NAME);
  if (column !== undefined) return column;
  const path = holder.resourceType.resolve(HOLDER_NAME);
  return path !== undefined && isInRest(holder, path) ? path : undefined;
}

/** What follows FROM: the rows `h` that refer to the row `r`. */
export function holderRows(scope: MapScope, { type, from }: Holder): Fragment {
  if ("table" in from) {
    if (scope.dialect.readsElementsAsRows === true) {
      const isTenants = from.tenant === undefined ? ownRows(scope, type, "h") : sameTenant(type, "h", "m");
      // Without statistics, an index that begins with the tenant is taken for as good as one by who is held.
      const isHeld = sql`m.value = r.id AND ${isAsWell(ownElements(scope, from))} AND h.id = m.holder AND ${isTenants}`;
      return sql`${from.view} m CROSS JOIN ${type.view} h WHERE ${isHeld}`;
    }
    const isOfRow = sql`m.value = r.id AND ${ownElements(scope, from)}`;
    const elements = sql`SELECT m.holder AS id${tenantOfElement(scope, from)} FROM ${from.view} m WHERE ${isOfRow}`;
    const rows = sql`(${elements}${scope.dialect.apart ?? raw("")}) g`;
    const isHolder = sql`h.id = g.id AND ${sameTenant(type, "h", "g")}`;
    const found = lookedUp(scope.dialect, rows, type.view, "h", isHolder);
    return sql`${found.from} WHERE ${found.condition}`;
  }
  const { dialect } = scope;
  const elements = elementsInRest(dialect, from, "h");
  const id = concat(dialect, [literal(scope.type.id.prefix), idText(dialect, raw("r.id"))]);
  const isNamed = sql`EXISTS (SELECT 1 FROM ${elements.from} WHERE ${elements.textOf(from.sub("value"))} = ${id})`;
  return sql`${type.view} h WHERE ${ownRows(scope, type, "h")} AND ${isNamed}`;
}
