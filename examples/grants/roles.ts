// The host's own business: who has which role. Its rows follow the memberships, and stand or fall with the change that they follow from.
import { Kysely, sql } from "kysely";
import { type AnyPendingChange, type Context, errors } from "scimkit";
import { defineGrants, type GrantChange, type Grants } from "scimkit/grants";

/** The tables of the application. A row of `app_role` names the group that the role comes from: who has it by two groups has two. */
export const TABLES = [
  `CREATE TABLE app_role (tenant text NOT NULL, user_id text NOT NULL, role text NOT NULL, source text NOT NULL,
    PRIMARY KEY (tenant, user_id, role, source))`,
  "CREATE TABLE app_suspended (tenant text NOT NULL, user_id text NOT NULL, PRIMARY KEY (tenant, user_id))",
  "CREATE TABLE app_guard (tenant text NOT NULL PRIMARY KEY)",
];

/** Which groups give which roles, by what the identity provider calls them. */
const GROUPS = [
  { displayName: "Administrators", roles: ["admin", "editor"] },
  { externalId: "7d2f-writers", roles: ["editor"] },
];

/** Roles whose last holder can be neither deleted, nor deactivated, nor taken out of the group. */
export const roles: Grants<Context> = defineGrants<Context>({
  groups: GROUPS,
  async apply(grants, change, { tenant = "" }) {
    const db = databaseOf(change);
    // One at a time from here to the commit: of two that take away one of two administrators each, the second sees what the first did.
    await sql`INSERT INTO app_guard (tenant) VALUES (${tenant})
      ON CONFLICT (tenant) DO UPDATE SET tenant = excluded.tenant`.execute(db);
    const before = await admins(db, tenant);
    await write(db, tenant, grants);
    if (before > 0 && (await admins(db, tenant)) === 0)
      throw errors.conflict("The last administrator stays: make somebody else an administrator first.");
  },
});

/** The transaction that the change is written in. */
function databaseOf({ transaction }: AnyPendingChange): Kysely<unknown> {
  if (transaction instanceof Kysely) return transaction;
  throw new TypeError("Roles are rows of a database: serve them from sqlStorage or mappedStorage.");
}

async function write(db: Kysely<unknown>, tenant: string, { revoked, granted, suspended, resumed }: GrantChange) {
  for (const { user, role, source } of revoked)
    await (user === undefined
      ? sql`DELETE FROM app_role WHERE tenant = ${tenant} AND role = ${role} AND source = ${source.id}`
      : sql`DELETE FROM app_role WHERE tenant = ${tenant} AND user_id = ${user} AND role = ${role} AND source = ${source.id}`
    ).execute(db);
  for (const { user, role, source } of granted)
    await sql`INSERT INTO app_role (tenant, user_id, role, source) VALUES (${tenant}, ${user}, ${role}, ${source.id})
      ON CONFLICT DO NOTHING`.execute(db);
  for (const user of suspended)
    await sql`INSERT INTO app_suspended (tenant, user_id) VALUES (${tenant}, ${user}) ON CONFLICT DO NOTHING`.execute(
      db,
    );
  for (const user of resumed)
    await sql`DELETE FROM app_suspended WHERE tenant = ${tenant} AND user_id = ${user}`.execute(db);
}

/** How many administrators are in service. */
export async function admins(db: Kysely<unknown>, tenant: string): Promise<number> {
  const { rows } = await sql<{ count: number | string }>`SELECT count(DISTINCT r.user_id) AS count FROM app_role r
    WHERE r.tenant = ${tenant} AND r.role = 'admin' AND NOT EXISTS
      (SELECT 1 FROM app_suspended s WHERE s.tenant = r.tenant AND s.user_id = r.user_id)`.execute(db);
  return Number(rows[0]?.count ?? 0);
}
