import type { AttributePath } from "../../schema/attribute.ts";
import { type Fragment, raw, sql } from "./fragment.ts";
import { elementSource, type OwnScope } from "./own-elements.ts";
import { columnOf, isList } from "./own-places.ts";

/**
 * The key by which a resource is sorted, NULL where it has none: of a multi-valued attribute the primary value's, or else the
 * first one's. Undefined where the storage cannot sort so.
 * @see sortKey
 */
export function ownSortKey(scope: OwnScope, path: AttributePath): Fragment | undefined {
  const { attribute } = path;
  const { dialect } = scope;
  const column = columnOf(scope, path);
  if (column !== undefined) return column;
  const isComplex = attribute.type === "complex";
  const part = path.sub ?? (isComplex ? attribute.sub("value") : undefined);
  if (isComplex && part === undefined) return raw("CAST(NULL AS TEXT)");
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
    sql`(CASE WHEN EXISTS (SELECT 1 FROM ${where}) THEN (SELECT ${text} FROM ${where}${order} LIMIT 1) ELSE ${first} END)`,
  );
}
