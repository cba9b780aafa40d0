import type { CreateRequest } from "../../adapter.ts";
import type { Session } from "../database.ts";
import { type Fragment, join, sql } from "../dialect/fragment.ts";
import { type Column, driverValue } from "./column.ts";
import { defaultSets } from "./filled.ts";
import type { NewRow } from "./insert.ts";
import { anyOwnRow, type MappedOwner } from "./lock.ts";
import type { MappedRow } from "./row.ts";
import { sqlName } from "./table.ts";
import { nextVersion, setColumn, setRest } from "./update.ts";

/** Locks the owner's row where it is kept out of sight; undefined where there is none that is. */
export async function lockHidden(session: Session, owner: MappedOwner): Promise<MappedRow | undefined> {
  const { type, dialect } = owner;
  const { deleted } = type.mapping;
  if (deleted === undefined) return undefined;
  const [row] = await session.run<MappedRow>(
    sql`SELECT ${type.selected} FROM ${type.table} WHERE ${anyOwnRow(owner)} AND ${sqlName(deleted)} IS NOT NULL${dialect.forUpdate}`,
  );
  return row;
}

/** Takes a row that was kept into sight again, as the request has it: nothing of before stays that it does not name. */
export function restoreRow(
  owner: MappedOwner,
  { resource, at }: CreateRequest,
  { values, rest, secrets }: NewRow,
): Fragment {
  const { type, dialect } = owner;
  const { mapping } = type;
  const { defaults = {} } = mapping;
  const isGiven = ([{ name }, value]: readonly [Column, unknown]): boolean =>
    value !== undefined || !Object.hasOwn(defaults, name);
  const open = new Set([...values].filter((one) => !isGiven(one)).map(([{ name }]) => name));
  const sets = [
    nextVersion(owner, type, resource.meta.lastModified ?? at, resource),
    sql`${sqlName(mapping.created)} = ${resource.meta.created}`,
    ...[...values].filter(isGiven).flatMap(([column, value]) => setColumn(dialect, column, value)),
    ...defaultSets(owner, resource, (name) => open.has(name)),
    ...[...secrets.values].map(
      ([column, value]) =>
        sql`${sqlName(column.name)} = ${value === null ? null : driverValue(dialect, column.write(value))}`,
    ),
    ...setRest(dialect, type, rest),
    sql`${sqlName(mapping.deleted ?? "")} = NULL`,
  ];
  return sql`UPDATE ${type.table} SET ${join(sets, ", ")} WHERE ${anyOwnRow(owner)} RETURNING ${type.selected}`;
}
