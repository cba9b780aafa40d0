// SCIM beside Drizzle, over one database. The mapping takes the names of columns from Drizzle's own tables, so that the compiler finds
// those that are not there.
import { getTableName } from "drizzle-orm";
import type { Kysely } from "kysely";
import { Group, User } from "scimkit";
import { mappedStorage, mapTable } from "scimkit/sql";
import { addresses, memberships, teams, users } from "./schema.ts";

/** What scimkit asks of every row. */
const metaOf = (table: typeof users | typeof teams) => ({
  id: { column: table.id.name, type: "uuid" } as const,
  version: table.scimVersion.name,
  created: table.createdAt.name,
  lastModified: table.updatedAt.name,
  rest: table.scimJson.name,
});

/** The resource types that the tables hold. */
export const resourceTypes = [User, Group];

export function storageOf(db: Kysely<unknown>) {
  return mappedStorage({
    db,
    tables: [
      mapTable(User, {
        table: getTableName(users),
        ...metaOf(users),
        columns: {
          userName: { column: users.email.name, key: users.emailKey.name },
          "name.givenName": users.firstName.name,
          "name.familyName": users.lastName.name,
          active: {
            column: users.deactivatedAt.name,
            read: (deactivatedAt) => deactivatedAt === null,
            write: (active) => (active === false ? new Date() : null),
            filter: (operator, active) =>
              operator === "pr" ? true : operator === "eq" ? { isNull: active === true } : undefined,
          },
        },
        children: {
          emails: {
            table: getTableName(addresses),
            holder: addresses.userId.name,
            id: addresses.id.name,
            columns: { value: addresses.email.name, type: addresses.kind.name, primary: addresses.isPrimary.name },
            forgotten: ["display"],
          },
        },
        defaults: { [users.plan.name]: "free" },
      }),
      mapTable(Group, {
        table: getTableName(teams),
        ...metaOf(teams),
        columns: { displayName: teams.name.name },
        collections: {
          members: {
            table: getTableName(memberships),
            holder: memberships.teamId.name,
            value: memberships.userId.name,
            resourceType: "User",
            forgotten: ["display"],
          },
        },
      }),
    ],
  });
}
