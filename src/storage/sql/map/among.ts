import { cast, type Dialect } from "../dialect/dialect.ts";
import { FALSE, type Fragment, join as joined, raw, sql, TRUE } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";
import type { IdType } from "./id.ts";
import type { JoinTable } from "./join-table.ts";
import type { MappedOwner } from "./lock.ts";
import { type MapScope, targetOf, tenantOf } from "./scope.ts";
import { sqlName } from "./table.ts";

// Rows by lists of ids, each named by all columns of its key at once: asked for by the columns one after the other, a
// planner without statistics may read all that is the tenant's, or the holder's, for an id of it.

/** A column of a key, and what the rows that are asked for have in it: one value for all of them, or one for each. */
interface KeyColumn {
  readonly name: string;
  readonly type: IdType;
  readonly value: string | readonly string[];
}

/** Condition on rows of a type's table, which has no alias: they have one of the ids, are the tenant's, and not kept out of sight. */
export function hasIdAmong(scope: MapScope, type: MappedType, ids: readonly string[]): Fragment {
  const isAsked = anyHasIdAmong(scope, type, ids);
  return type.isThere === TRUE ? isAsked : sql`${isAsked} AND ${type.isThere}`;
}

/** The same of rows that are kept out of sight or not. */
export function anyHasIdAmong(scope: MapScope, { id, tenant }: MappedType, ids: readonly string[]): Fragment {
  const own = ownTenant(scope, tenant?.column);
  return own === undefined
    ? FALSE
    : isAmong(scope.dialect, ids, [...own, { name: id.column, type: id.type, value: ids }]);
}

/** Condition on rows `r` of the view of the scope's own type: they have one of the ids, and are the tenant's. */
export function isRowAmong(scope: MapScope, ids: readonly string[]): Fragment {
  const { id, tenant } = scope.type;
  const own = ownTenant(scope, tenant === undefined ? undefined : "tenant");
  if (own === undefined) return FALSE;
  return isAmong(scope.dialect, ids, [...own, { name: "id", type: id.type, value: ids }], "r.");
}

/** Condition on rows of a join table, which has no alias: they are the owner's, and name one of the ids. */
export function namesAmong(owner: MappedOwner, join: JoinTable, ids: readonly string[]): Fragment {
  const own = ownTenant(owner, join.tenant);
  if (own === undefined) return FALSE;
  return isAmong(owner.dialect, ids, [
    ...own,
    { name: join.holder, type: owner.type.id.type, value: owner.id },
    { name: join.value, type: targetOf(owner, join).id.type, value: ids },
  ]);
}

/** Condition on rows of a join table without a tenant, which has no alias: they are of one of the holders, and name the owner. */
export function isNamedAmong(
  owner: MappedOwner,
  { id: { type } }: MappedType,
  join: JoinTable,
  holders: readonly string[],
): Fragment {
  return isAmong(owner.dialect, holders, [
    { name: join.holder, type, value: holders },
    { name: join.value, type: owner.type.id.type, value: owner.id },
  ]);
}

/** None where there are no tenants; undefined where no row can have the tenant. */
function ownTenant(scope: MapScope, column: string | undefined): readonly KeyColumn[] | undefined {
  const { tenant } = scope.type;
  if (tenant === undefined || column === undefined) return [];
  const value = tenantOf(scope);
  return value === undefined ? undefined : [{ name: column, type: tenant.type, value }];
}

function isAmong(dialect: Dialect, ids: readonly string[], columns: readonly KeyColumn[], prefix = ""): Fragment {
  const rows = ids.map((_, index) =>
    columns.map(({ value }) => (typeof value === "string" ? value : (value[index] as string))),
  );
  const own = columns.map(({ name, type }) => ({ name: sql`${raw(prefix)}${sqlName(name)}`, type }));
  if (dialect.isAmong !== undefined) return dialect.isAmong(own, rows);
  const named = columns.map((_, index) => `k${index}`);
  const values = columns.map(({ type }, index) => cast(dialect, raw(`v.k${index}`), type));
  const names = joined(
    own.map(({ name }) => name),
    ", ",
  );
  return sql`(${names}) IN (SELECT ${joined(values, ", ")} FROM ${dialect.rows(JSON.stringify(rows), named, "v")})`;
}
