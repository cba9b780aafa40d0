// A directory whose groups give roles, in one database with the rows of the application.
import { type Kysely, sql } from "kysely";
import { type Context, createScim, Group, User } from "scimkit";
import { type SqlStorage, sqlStorage } from "scimkit/sql";
import { roles, TABLES } from "./roles.ts";

export async function createDirectory(db: Kysely<unknown>, storage: SqlStorage = sqlStorage({ db })) {
  await storage.prepare();
  for (const table of TABLES) await sql.raw(table).execute(db);
  return createScim<Context>({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://app.example.com/scim/v2",
    // In front of it stands what has authenticated the request.
    unsafeNoAuthentication: true,
    decide: roles.decide,
  });
}
