import type { AttributePath } from "../../../schema/attribute.ts";
import { isKept } from "../../../schema/kept.ts";
import type { Sort } from "../../adapter.ts";
import { cast } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { SortKey } from "../order.ts";
import { elementSource, type OwnScope } from "./elements.ts";
import { beginningIn } from "./index-statements.ts";
import { beginningOf } from "./indexed-leaf.ts";
import { columnOf, isList } from "./places.ts";

/** The sort of a query as pages are ordered by it. */
export function ownSort(scope: OwnScope, sort: Sort): SortKey | undefined {
  const { dialect, indexes } = scope;
  const key = ownSortKey(scope, sort.path);
  if (key === undefined) return undefined;
  const index = indexes.keys.get(sort.path.text);
  const isCut = index !== undefined && !index.isList && Number.isFinite(dialect.longestBeginning);
  const prefix = isCut
    ? {
        text: beginningIn(dialect, index),
        cut: (text: string) => beginningOf(dialect, text),
      }
    : undefined;
  return { key, descending: sort.descending, lacksNullsOrder: dialect.lacksNullsOrder, prefix };
}

/**
 * The key by which a resource is sorted, NULL where it has none: of a multi-valued attribute the primary value's, or
 * else the first one's. Undefined where the storage cannot sort so.
 * @see sortKey
 */
function ownSortKey(scope: OwnScope, path: AttributePath): Fragment | undefined {
  const { attribute } = path;
  const { dialect } = scope;
  const column = columnOf(scope, path);
  if (column !== undefined) return column;
  if (isKept(attribute)) return undefined;
  const isComplex = attribute.type === "complex";
  const part = path.sub ?? (isComplex ? attribute.sub("value") : undefined);
  if (isComplex && part === undefined) return cast(dialect, raw("NULL"), "text");
  if (!isList(attribute)) {
    const { path: name, multiValued } = part ?? attribute;
    return dialect.ordered(multiValued ? dialect.first(raw("r.keys"), name) : dialect.member(raw("r.keys"), name));
  }
  const source = elementSource(scope, attribute);
  if (source === undefined) return undefined;
  const text = source.textOf(part);
  const order = source.order === undefined ? raw("") : sql` ORDER BY ${source.order}`;
  const first = sql`(SELECT ${text} FROM ${source.from}${order} LIMIT 1)`;
  const primary = isComplex ? attribute.sub("primary") : undefined;
  if (primary === undefined) return dialect.ordered(first);
  const where = sql`${source.from} AND ${source.textOf(primary)} = 'true'`;
  return dialect.ordered(
    sql`(CASE WHEN EXISTS (SELECT 1 FROM ${where})
      THEN (SELECT ${text} FROM ${where}${order} LIMIT 1) ELSE ${first} END)`,
  );
}
