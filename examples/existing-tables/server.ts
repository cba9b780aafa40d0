// SCIM in front of the tables that an application has: users, teams and memberships, which know nothing of SCIM. What
// they lack is said by the ALTER TABLE statements; the rest of the application goes on as before.
import type { Kysely } from "kysely";
import { Group, User } from "scimkit";
import { mappedStorage, mapTable } from "scimkit/sql";

/** The tables as the application made them, long before. */
export const APPLICATION = [
  `CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT, email text NOT NULL, first_name text, last_name text,
    phone text, disabled_at text, created_at text NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at text)`,
  `CREATE TABLE teams (id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL,
    created_at text NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at text)`,
  `CREATE TABLE memberships (team_id integer NOT NULL REFERENCES teams (id), user_id integer NOT NULL REFERENCES users (id),
    PRIMARY KEY (team_id, user_id))`,
];

/** What SCIM adds: a version, a place for what has no column, and indexes by which a userName is found. */
export const MIGRATION = [
  "ALTER TABLE users ADD COLUMN scim_version integer NOT NULL DEFAULT 1",
  "ALTER TABLE users ADD COLUMN scim_json text",
  "ALTER TABLE teams ADD COLUMN scim_version integer NOT NULL DEFAULT 1",
  "ALTER TABLE teams ADD COLUMN scim_json text",
  "CREATE INDEX users_email_lower ON users (lower(email))",
  "CREATE INDEX users_email_beyond ON users (length(CAST(email AS BLOB)) - length(email))",
  // Whoever else writes a user gives it a new version: entity tags and conditional requests depend on it.
  `CREATE TRIGGER users_version AFTER UPDATE ON users WHEN NEW.scim_version = OLD.scim_version
    BEGIN UPDATE users SET scim_version = scim_version + 1, updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END`,
];

const meta = { version: "scim_version", created: "created_at", lastModified: "updated_at" };

/** The resource types that the tables hold. */
export const resourceTypes = [User, Group];

export function storageOf(db: Kysely<unknown>) {
  return mappedStorage({
    db,
    tables: [
      mapTable(User, {
        table: "users",
        id: { column: "id", type: "integer", prefix: "u" },
        ...meta,
        columns: {
          userName: "email",
          "name.givenName": "first_name",
          "name.familyName": "last_name",
          active: {
            column: "disabled_at",
            read: (disabledAt) => disabledAt === null,
            write: (active) => (active === false ? new Date() : null),
            filter: (operator, active) =>
              operator === "pr" ? true : operator === "eq" ? { isNull: active === true } : undefined,
          },
        },
        elements: { phoneNumbers: [{ columns: { value: "phone" }, fixed: { type: "work" } }] },
        rest: "scim_json",
      }),
      mapTable(Group, {
        table: "teams",
        id: { column: "id", type: "integer", prefix: "t" },
        ...meta,
        columns: { displayName: "name" },
        collections: {
          members: {
            table: "memberships",
            holder: "team_id",
            value: "user_id",
            resourceType: "User",
            forgotten: ["display"],
          },
        },
        rest: "scim_json",
      }),
    ],
  });
}
