// SCIM beside Prisma, over one database: the models of schema.prisma, as Prisma's migrations make their tables.
import type { Kysely } from "kysely";
import { Group, User } from "scimkit";
import { mappedStorage, mapTable } from "scimkit/sql";

const meta = { version: "scimVersion", created: "createdAt", lastModified: "updatedAt" };

/** The resource types that the models hold. */
export const resourceTypes = [User, Group];

export function storageOf(db: Kysely<unknown>) {
  return mappedStorage({
    db,
    tables: [
      mapTable(User, {
        table: "User",
        id: "id", // text: cuids of Prisma, UUIDs of scimkit
        ...meta,
        columns: {
          userName: { column: "email", key: "emailKey" },
          "name.givenName": "firstName",
          "name.familyName": "lastName",
          active: {
            column: "status",
            read: (status) => status === "ACTIVE",
            write: (active) => (active === false ? "SUSPENDED" : "ACTIVE"),
            filter: (operator, active) =>
              operator === "pr"
                ? true
                : operator === "eq"
                  ? { is: "=", value: active ? "ACTIVE" : "SUSPENDED" }
                  : undefined,
          },
        },
        children: {
          phoneNumbers: {
            table: "Phone",
            holder: "userId",
            id: "id",
            columns: { value: "number", type: "kind", primary: "isPrimary" },
            forgotten: ["display"],
            defaults: { id: () => crypto.randomUUID() }, // Prisma's client would make a cuid
          },
          roles: {
            table: "UserRole",
            holder: "userId",
            dictionary: { table: "Role", id: "id", column: "roleId", columns: { value: "name" } },
            forgotten: ["display", "type", "primary"],
          },
        },
        defaults: { plan: "free" }, // NOT NULL, and nothing of SCIM
        rest: "scimJson",
      }),
      mapTable(Group, {
        table: "Team",
        id: "id",
        ...meta,
        columns: { displayName: "name" },
        collections: {
          members: {
            table: "Membership",
            holder: "teamId",
            value: "userId",
            resourceType: "User",
            forgotten: ["display"],
          },
        },
        rest: "scimJson",
      }),
    ],
  });
}
