// The schema of an application that uses Drizzle, with what SCIM adds to it: scimVersion, scimJson, emailKey.
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

const scim = {
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
  scimVersion: integer("scim_version").notNull().default(1),
  scimJson: jsonb("scim_json"),
};

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  email: text("email").notNull().unique(),
  emailKey: text("email_key").unique(),
  firstName: text("first_name"),
  lastName: text("last_name"),
  plan: text("plan").notNull(),
  deactivatedAt: timestamp("deactivated_at", { withTimezone: true }),
  ...scim,
});

export const addresses = pgTable(
  "addresses",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    email: text("email").notNull(),
    kind: text("kind"),
    isPrimary: boolean("is_primary").notNull().default(false),
  },
  (table) => [index("addresses_user").on(table.userId)],
);

export const teams = pgTable("teams", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull(),
  ...scim,
});

export const memberships = pgTable(
  "memberships",
  {
    teamId: uuid("team_id")
      .notNull()
      .references(() => teams.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.userId] }), index("memberships_user").on(table.userId)],
);
