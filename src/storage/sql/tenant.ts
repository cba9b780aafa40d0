import type { Session } from "./database.ts";
import type { Dialect } from "./dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "./dialect/fragment.ts";
import { type Match, matchOf } from "./dialect/write-words.ts";

// A condition that names the tenant tells a database which keeps tenants apart where the rows are. Where rows are looked up by the tenant and
// more of another row source, all of whose rows are the tenant's, PostgreSQL would read all rows of the tenant instead, were it told its
// name: so it is named only where tenants are apart.

/** Condition on rows that are looked up by the columns of another row source, its tenant among them: they are of the tenant. */
export function isOfSameTenant(
  { keepsTenantsApart }: Dialect,
  tenant: unknown,
  row: Fragment | string,
  other: string,
): Fragment {
  const column = typeof row === "string" ? raw(`${row}.tenant`) : sql`${row}.tenant`;
  return sql`${column} = ${keepsTenantsApart === true ? tenant : raw(`${other}.tenant`)}`;
}

/** The same in front of a condition by which rows are in a list with their tenant. `prefix`: of the column. */
export function inTenant({ keepsTenantsApart }: Dialect, tenant: string, prefix = ""): Fragment {
  return keepsTenantsApart === true ? sql`${raw(prefix)}tenant = ${tenant} AND ` : raw("");
}

/** Columns, the tenant among them, that are to be what a row source `v` has under their names, all of whose rows are the tenant's. */
export function matchIn({ keepsTenantsApart }: Dialect, tenant: unknown, columns: readonly string[]): Match {
  return matchOf(columns).map(([column, value]) =>
    column === "tenant" && keepsTenantsApart === true ? [column, sql`${tenant}`] : [column, value],
  );
}

/**
 * Gives rows to another tenant, where `where` holds. A row that is where its tenant says does not move: it is there twice, and the old one
 * goes at once. `as`: what becomes of columns.
 */
export async function giveToTenant(
  session: Session,
  table: Fragment,
  columns: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
  { where, as = {} }: { readonly where?: Fragment; readonly as?: Readonly<Record<string, Fragment>> } = {},
): Promise<void> {
  const isTheirs = sql`tenant = ${from}${where === undefined ? raw("") : sql` AND ${where}`}`;
  if (session.dialect.keepsTenantsApart !== true) {
    const changes = Object.entries(as).map(([column, value]) => sql`, ${raw(column)} = ${value}`);
    await session.run(sql`UPDATE ${table} SET tenant = ${to}${join(changes, "")} WHERE ${isTheirs}`);
    return;
  }
  const values = columns.map((column) => (column === "tenant" ? sql`${to}` : (as[column] ?? raw(column))));
  await session.run(sql`INSERT INTO ${table} (${raw(columns.join(", "))})
    SELECT ${join(values, ", ")} FROM ${table} WHERE ${isTheirs}`);
  await session.run(sql`DELETE FROM ${table} WHERE ${isTheirs}`);
}
