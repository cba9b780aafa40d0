import type { CreateRequest } from "../../adapter.ts";
import type { Session } from "../database.ts";
import { type Fragment, join, returning, sql } from "../dialect/fragment.ts";
import { type Column, driverValue, timeOf, timeText } from "./column.ts";
import { defaultSets } from "./filled.ts";
import type { NewRow } from "./insert.ts";
import { anyOwnRow, type MappedOwner } from "./lock.ts";
import { type MappedRow, uniqueColumns } from "./row.ts";
import type { MapScope } from "./scope.ts";
import { sqlName } from "./table.ts";
import { rowsWith } from "./unique.ts";
import { nextVersion, setColumn, setRest } from "./update.ts";

/** Locks the owner's row where it is kept out of sight; undefined where there is none that is. */
export async function lockHidden(session: Session, owner: MappedOwner): Promise<MappedRow | undefined> {
  const { type, dialect } = owner;
  if (type.deleted === undefined) return undefined;
  const [row] = await session.run<MappedRow>(
    sql`SELECT ${type.selected} FROM ${type.table} WHERE ${anyOwnRow(owner)} AND NOT ${type.isThere}${dialect.forUpdate}`,
  );
  return row;
}

/** A row that is out of sight and has a value which a create asks for. */
export interface Kept {
  readonly owner: MappedOwner;
  /** The unique attribute by which it was found. */
  readonly attribute: string;
}

/** Locks the row that a create takes again, where the mapping says that it does; of several the one that was deleted last. */
export async function lockKept(
  session: Session,
  scope: MapScope,
  values: ReadonlyMap<Column, unknown>,
): Promise<Kept | undefined> {
  if (scope.type.deleted?.canRestore !== true) return undefined;
  for (const column of uniqueColumns(scope.type)) {
    const rows = await rowsWith(session, scope, column, values.get(column), scope.type.viewOfHidden);
    const [last] = rows.toSorted((one, other) => (modifiedAt(one) < modifiedAt(other) ? 1 : -1));
    if (last === undefined) continue;
    const owner: MappedOwner = { ...scope, id: String(last.id) };
    // Of two creates at once the second one finds it in sight, and meets its values there.
    return (await lockHidden(session, owner)) && { owner, attribute: column.path.text };
  }
  return undefined;
}

function modifiedAt({ modified }: MappedRow): string {
  return timeText(modified) ?? "";
}

/**
 * Takes a row that was kept into sight again, as the request has it: nothing of before stays that it does not name. When it was made is
 * what the request says only where that knows whose row it is.
 */
export function restoreRow(
  owner: MappedOwner,
  { resource, at, restores }: CreateRequest,
  { values, rest, secrets }: NewRow,
): Fragment {
  const { type, dialect } = owner;
  const { mapping } = type;
  const { defaults = {} } = mapping;
  const isGiven = ([{ name }, value]: readonly [Column, unknown]): boolean =>
    value !== undefined || !Object.hasOwn(defaults, name);
  const open = new Set([...values].filter((one) => !isGiven(one)).map(([{ name }]) => name));
  const isSet = ([{ name }, value]: readonly [Column, unknown]): boolean =>
    value !== undefined || name !== type.deleted?.column;
  const sets = [
    nextVersion(owner, type, resource.meta.lastModified ?? at, resource),
    ...(restores === undefined ? [] : [sql`${sqlName(mapping.created)} = ${timeOf(dialect, resource.meta.created)}`]),
    ...[...values]
      .filter((one) => isGiven(one) && isSet(one))
      .flatMap(([column, value]) => setColumn(dialect, column, value)),
    ...defaultSets(owner, resource, (name) => open.has(name)),
    ...type.secrets.map((column) => {
      const value = secrets.values.get(column) ?? null;
      return sql`${sqlName(column.name)} = ${value === null ? null : driverValue(dialect, column.write(value))}`;
    }),
    ...setRest(dialect, type, rest),
    ...setThere(owner, values),
  ];
  const isOwn = anyOwnRow(owner);
  const update = sql`UPDATE ${type.table} SET ${join(sets, ", ")} WHERE ${isOwn}`;
  return returning(update, type.selected, sql`${type.table} WHERE ${isOwn}`);
}

/** What sets the column by which a row is in sight, unless an attribute does. */
function setThere({ type: { deleted }, dialect }: MappedOwner, values: ReadonlyMap<Column, unknown>) {
  const isSet = [...values].some(([{ name }, value]) => name === deleted?.column && value !== undefined);
  if (deleted === undefined || isSet) return [];
  return [sql`${sqlName(deleted.column)} = ${driverValue(dialect, deleted.otherwise)}`];
}
