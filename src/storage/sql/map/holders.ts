import type { Attribute } from "../../../schema/attribute.ts";
import { HOLDER_NAME } from "../../../schema/core/holder-name.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";
import type { JoinTable } from "./join-table.ts";
import type { PathColumn } from "./path-column.ts";
import { type MapScope, ownElements, ownRows } from "./scope.ts";

/** A type that refers to another one by a join table: what an attribute with `inverseOf` is computed from. */
export interface Holder {
  readonly type: MappedType;
  readonly join: JoinTable;
  /** The column of the name that stands in an inverse element. */
  readonly name: PathColumn | undefined;
}

/** The holders of references to a type; none for an attribute without `inverseOf`. @see RFC 7643 §4.1.2 groups */
export function holdersOf({ mappings, type }: MapScope, { inverseOf }: Attribute): readonly Holder[] {
  const holder = inverseOf && mappings.find(inverseOf.resourceType);
  if (holder === undefined) return [];
  const name = holder.columns.find(({ path }) => path.text === HOLDER_NAME);
  return holder.joins
    .filter((join) => join.attribute.path === inverseOf?.attribute && join.target === type.name)
    .map((join) => ({ type: holder, join, name }));
}

/** What follows FROM: the rows `h` that refer to the row `r`. */
export function holderRows(scope: MapScope, { type, join }: Holder): Fragment {
  const isOwn = sql`${ownElements(scope, join)} AND ${ownRows(scope, type, "h")}`;
  return sql`${join.view} m JOIN ${type.view} h ON h.id = m.holder WHERE m.value = r.id AND ${isOwn}`;
}
