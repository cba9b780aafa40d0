import { EnterpriseUserSchema, User } from "../../../../../src/index.ts";
import { type MappedTable, mapTable } from "../../../../../src/storage/sql/index.ts";

/** What Prisma makes of a product whose organisations share users, by `@@map` and `@map`. Ids are its client's. */
export const PRISMA = [
  `CREATE TYPE "Role" AS ENUM ('OWNER', 'ADMIN', 'MEMBER', 'VIEWER', 'NONE')`,
  `CREATE TABLE users (id text PRIMARY KEY, name text, email text NOT NULL UNIQUE, password text, image text, admin boolean NOT NULL DEFAULT false,
    created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp(3) NOT NULL)`,
  "CREATE TABLE organizations (id text PRIMARY KEY, name text NOT NULL)",
  `CREATE TABLE organization_memberships (id text PRIMARY KEY, org_id text NOT NULL REFERENCES organizations (id),
    user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE, role "Role" NOT NULL,
    created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp(3) NOT NULL)`,
  "CREATE UNIQUE INDEX organization_memberships_org_id_user_id_key ON organization_memberships (org_id, user_id)",
  `CREATE TABLE membership_invitations (id text PRIMARY KEY, email text NOT NULL, org_id text NOT NULL REFERENCES organizations (id),
    org_role "Role" NOT NULL)`,
];

/** What the product's next migration adds. */
export const MIGRATION = [
  "ALTER TABLE organization_memberships ADD COLUMN scim_version bigint NOT NULL DEFAULT 1, ADD COLUMN scim_json jsonb",
  'CREATE INDEX users_email_lower ON users (lower(email COLLATE "C"))',
  "CREATE INDEX users_email_beyond ON users ((octet_length(email) - char_length(email)))",
  "CREATE INDEX organization_memberships_user_id ON organization_memberships (user_id)",
];

export const Member = User.extend(EnterpriseUserSchema);
const now = () => new Date();

/** The declaration. */
export const membersOf = (place: { readonly schema?: string } = {}): MappedTable =>
  mapTable(Member, {
    ...place,
    table: "users",
    id: { column: "id" },
    version: "scim_version",
    created: "created_at",
    lastModified: "updated_at",
    columns: { userName: "email", displayName: "name" },
    defaults: { updated_at: now },
    rest: "scim_json",
    membership: {
      ...place,
      table: "organization_memberships",
      holder: "org_id",
      user: "user_id",
      columns: {
        roles: {
          column: "role",
          read: (role) => (role === "NONE" ? undefined : [{ value: String(role) }]),
          write: (roles) => roles?.[0]?.value ?? "MEMBER",
        },
      },
      defaults: { id: () => crypto.randomUUID() },
    },
  });
