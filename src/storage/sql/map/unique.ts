import { uniqueness } from "../../../error.ts";
import { predicateOf } from "../../../filter/predicate.ts";
import { leafOf } from "../../../schema/attribute.ts";
import { fitResource } from "../../../schema/fit.ts";
import { isUniqueOverTenants } from "../../unique.ts";
import type { Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, sql, TRUE } from "../dialect/fragment.ts";
import { compileFilter } from "../filter.ts";
import { scopesOf } from "./in-tables.ts";
import type { PathColumn } from "./path-column.ts";
import { mappedPlaces } from "./places.ts";
import { type MappedRow, resourceOf, uniqueColumns } from "./row.ts";
import type { MapScope } from "./scope.ts";
import { ownBeside } from "./start.ts";

/** The unique attributes among some columns whose comparison keys no constraint of the table knows. */
export function uncheckedUniques(scope: MapScope, isWritten: (column: PathColumn) => boolean): readonly PathColumn[] {
  return uniqueColumns(scope.type).filter((column) => column.key === undefined && isWritten(column));
}

/**
 * Looks for other rows with the same comparison key, where the table holds none. Writers of one key take turns, so that
 * of two at once the second one sees the first.
 *
 * @throws {ScimError} 409 uniqueness
 */
export async function refuseTaken(
  session: Session,
  scope: MapScope,
  columns: readonly PathColumn[],
  values: ReadonlyMap<unknown, unknown>,
  id: string | undefined,
): Promise<void> {
  for (const column of columns) {
    const value = values.get(column);
    const own = scopesOf(scope).find(({ type }) => type.columns.includes(column)) ?? scope;
    await takeTurn(session, own, column, value);
    const rows = await rowsWith(session, own, column, value, own.type.view);
    if (rows.some((row) => String(row.id) !== id)) throw uniqueness(column.path.text);
  }
}

/** Waits for its turn among those that write one value where no constraint knows its comparison key, until the transaction ends. */
export async function takeTurn(session: Session, scope: MapScope, column: PathColumn, value: unknown): Promise<void> {
  const { type, tenant } = scope;
  const take = turnsOf(scope);
  if (take === undefined || column.key !== undefined || !isKeyed(value)) return;
  const leaf = leafOf(column.path);
  const within = isUniqueOverTenants(leaf) || type.tenant === undefined ? null : tenant;
  await session.run(take(JSON.stringify([type.mapping.table, column.name, within, leaf.key(value)])));
}

function turnsOf({ dialect, mappings: { turns } }: MapScope): Dialect["takeTurn"] {
  const { takeTurn, takeTurnIn } = dialect;
  return takeTurn ?? (takeTurnIn === undefined || turns === undefined ? undefined : (text) => takeTurnIn(turns, text));
}

/** The rows of a view of a type that have a value, by its comparison key: of the tenant, unless the value is unique beyond it. */
export async function rowsWith(
  session: Session,
  scope: MapScope,
  column: PathColumn,
  value: unknown,
  view: Fragment,
): Promise<readonly MappedRow[]> {
  if (!isKeyed(value)) return [];
  const { type } = scope;
  const filter = { type: "compare", path: column.path, operator: "eq", value } as const;
  const { condition } = compileFilter(
    filter,
    mappedPlaces({ ...scope, onNearly: () => undefined, onDoubt: () => undefined }),
  );
  const isInScope = isUniqueOverTenants(leafOf(column.path)) ? TRUE : ownBeside(scope, column);
  const rows = await session.run<MappedRow>(
    sql`SELECT ${type.selectedOfRow} FROM ${view} r WHERE ${isInScope} AND ${condition}`,
  );
  const matches = predicateOf(filter);
  return rows.filter((row) => matches(fitResource(type.resourceType, resourceOf(type, row)).resource));
}

function isKeyed(value: unknown): value is string | boolean {
  return typeof value === "string" || typeof value === "boolean";
}
