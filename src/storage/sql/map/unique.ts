import { uniqueness } from "../../../error.ts";
import { predicateOf } from "../../../filter/predicate.ts";
import { leafOf } from "../../../schema/attribute.ts";
import { fitResource } from "../../../schema/fit.ts";
import { isUniqueOverTenants } from "../../unique.ts";
import type { Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { sql, TRUE } from "../dialect/fragment.ts";
import { compileFilter } from "../filter.ts";
import type { PathColumn } from "./path-column.ts";
import { mappedPlaces } from "./places.ts";
import { type MappedRow, resourceOf, uniqueColumns } from "./row.ts";
import type { Mappings, MapScope } from "./scope.ts";
import { ownBeside } from "./start.ts";

/** The unique attributes among some columns whose comparison keys no constraint of the table knows. */
export function uncheckedUniques(scope: MapScope, isWritten: (column: PathColumn) => boolean): readonly PathColumn[] {
  return uniqueColumns(scope.type).filter((column) => column.key === undefined && isWritten(column));
}

/**
 * Refuses what could not be kept unique: writers of one value take turns in the ledger, where the database has no other way.
 * @throws {TypeError} that says what to name.
 */
export function refuseWithoutTurns({ name, takeTurnIn }: Dialect, { all, turns }: Mappings): void {
  if (takeTurnIn === undefined || turns !== undefined) return;
  for (const type of all)
    for (const { key, path } of uniqueColumns(type))
      if (key === undefined)
        throw new TypeError(
          `mappedStorage: ${type.name} ${path.text} is unique and has no key column: on ${name}, name one as key, or name a ledger, in which writers take turns.`,
        );
}

async function takeTurn(session: Session, { dialect, mappings: { turns } }: MapScope, turn: string): Promise<void> {
  if (dialect.takeTurn !== undefined) await session.run(dialect.takeTurn(turn));
  else if (dialect.takeTurnIn !== undefined && turns !== undefined) await session.run(dialect.takeTurnIn(turns, turn));
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
  const { type, tenant } = scope;
  for (const column of columns) {
    const value = values.get(column);
    if (typeof value !== "string" && typeof value !== "boolean") continue;
    const leaf = leafOf(column.path);
    const isGlobal = isUniqueOverTenants(leaf);
    const turn = JSON.stringify([type.mapping.table, column.name, isGlobal ? null : tenant, leaf.key(value)]);
    await takeTurn(session, scope, turn);
    const filter = { type: "compare", path: column.path, operator: "eq", value } as const;
    const { condition } = compileFilter(
      filter,
      mappedPlaces({ ...scope, onNearly: () => undefined, onDoubt: () => undefined }),
    );
    const isInScope = isGlobal ? TRUE : ownBeside(scope, column);
    const rows = await session.run<MappedRow>(
      sql`SELECT ${type.selectedOfRow} FROM ${type.view} r WHERE ${isInScope} AND ${condition}`,
    );
    const matches = predicateOf(filter);
    if (
      rows.some(
        (row) => String(row.id) !== id && matches(fitResource(type.resourceType, resourceOf(type, row)).resource),
      )
    )
      throw uniqueness(column.path.text);
  }
}
