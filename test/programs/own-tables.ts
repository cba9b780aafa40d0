// The tables of an application, and a row of its audit that stands or falls with each change.
import type { Kysely } from "kysely";
import { createScim, errors, Group, User } from "scimkit";
import { mappedStorage, mapTable, transactionOf } from "scimkit/sql";

export interface Tables {
  audit: { id: string; operation: string };
}

export async function ownTables(db: Kysely<Tables>, seats: number) {
  const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
  const storage = mappedStorage({
    db,
    tables: [
      mapTable(User, {
        table: "users",
        id: { column: "id", type: "integer", prefix: "u" },
        ...meta,
        columns: { userName: "email", "name.givenName": "first_name" },
        rest: "scim_json",
      }),
      mapTable(Group, {
        table: "teams",
        id: { column: "id", type: "integer", prefix: "t" },
        ...meta,
        columns: { displayName: "name" },
        rest: "scim_json",
        collections: {
          members: { table: "memberships", holder: "team_id", value: "user_id", resourceType: "User" },
        },
      }),
    ],
  });
  await storage.prepare();
  return createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    async decide(change) {
      const { id, operation, resourceType } = change;
      await transactionOf(change, db).insertInto("audit").values({ id, operation }).execute();
      if (operation === "create" && resourceType === "User" && (await change.count("User")) > seats)
        throw errors.conflict("No seat is left; free one or buy more, then repeat the request.");
    },
  });
}
