import type { Database, Session } from "../database.ts";
import { cast, type Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, short, sql, TRUE } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";
import { hasId } from "./id.ts";
import type { MappedRow } from "./row.ts";
import { type MapScope, ofTenant, ownRows } from "./scope.ts";
import { sqlName } from "./table.ts";

/** The row of one resource. */
export interface MappedOwner extends MapScope {
  /** The id as the column has it. */
  readonly id: string;
}

/** Condition on the owner's row in its table, which has no alias: it is not kept out of sight. */
export function ownRow(owner: MappedOwner): Fragment {
  const { type } = owner;
  return type.isThere === TRUE ? anyOwnRow(owner) : sql`${anyOwnRow(owner)} AND ${type.isThere}`;
}

/** The same, whether it is kept out of sight or not. */
export function anyOwnRow(owner: MappedOwner): Fragment {
  const { type, dialect, id } = owner;
  return sql`${hasId(dialect, type.id, sqlName(type.id.column), id)} AND ${ofTenantColumn(owner, type)}`;
}

/** Condition on rows of a type's table, which has no alias: they are the tenant's, kept out of sight or not. */
export function ofTenantColumn(scope: MapScope, type: MappedType): Fragment {
  return ofTenant(scope, type.tenant, type.tenant && sqlName(type.tenant.column));
}

/** Reads the owner's row, with `more` columns of the row `r`. `isFew`: these are no large collections. */
export async function readRow(
  session: Session,
  owner: MappedOwner,
  more: Fragment,
  isFew = false,
): Promise<MappedRow | undefined> {
  const { type, dialect, id } = owner;
  const isOwn = sql`${hasId(dialect, type.id, raw("r.id"), id)} AND ${ownRows(owner)}`;
  const statement = sql`SELECT ${type.selectedOfRow}${more} FROM ${type.view} r WHERE ${isOwn}`;
  const [row] = await session.run<MappedRow>(short(statement, isFew));
  return row;
}

/** Locks the owner's row until the end of the transaction; undefined where there is none. `isOfAll`: also one that is kept out of sight. */
export async function lockRow(session: Session, owner: MappedOwner, isOfAll = false): Promise<MappedRow | undefined> {
  const { type, dialect } = owner;
  const [row] = await session.run<MappedRow>(
    sql`SELECT ${type.selected} FROM ${type.table} WHERE ${(isOfAll ? anyOwnRow : ownRow)(owner)}${dialect.forUpdate}`,
  );
  return row;
}

/** The version of a client as the column can hold it; another one is no version of anything. */
export function versionOperand(dialect: Dialect, version: string): Fragment {
  return cast(dialect, sql`${/^\d{1,15}$/.test(version) ? version : "-1"}`, "integer");
}

/** For a write of one statement: within a transaction of several writes it can be refused alone. */
export function singleWrite(database: Database): Session {
  return { ...database, run: (statement) => database.batch(statement, () => []) };
}
