import { type Context, EnterpriseUserSchema, Group, User } from "../../../../../src/index.ts";
import { type ColumnCondition, mapTable } from "../../../../../src/storage/sql/index.ts";

export const Member = User.extend(EnterpriseUserSchema);
const ENTERPRISE = EnterpriseUserSchema.id;

/** Who asks, as `authenticate` tells it. */
export interface Caller extends Context {
  readonly actor?: string;
}

// The mapping of the typical schema: what docs/organisation-users.md counts.

const byCaller = { updated_by: ({ actor }: Caller) => actor ?? "scim" };
const meta = { version: "scim_version", created: "created_at", lastModified: "updated_at", rest: "scim_json" } as const;

const active = {
  column: "status",
  read: (status: unknown) => (status === "invited" ? undefined : status === "active"),
  write: (isActive: boolean | undefined) => (isActive === undefined ? "invited" : isActive ? "active" : "suspended"),
  filter(operator: string, operand: unknown): ColumnCondition | undefined {
    if (operator === "pr") return { is: "<>", value: "invited" };
    return operator === "eq" ? { is: "=", value: operand === true ? "active" : "suspended" } : undefined;
  },
};

export const typicalMapping = (place: { readonly schema?: string } = {}) => [
  mapTable(Member, {
    ...place,
    ...meta,
    table: "users",
    id: { column: "id", type: "uuid" },
    deleted: "deleted_at",
    columns: {
      userName: { column: "email", key: "email_key" },
      "name.givenName": "given_name",
      "name.familyName": "family_name",
      password: "password_hash",
    },
    elements: { emails: [{ columns: { value: "email" }, fixed: { type: "work" }, assumed: { primary: true } }] },
    defaults: { locale: ({ locale }) => locale ?? "en" },
    membership: {
      ...place,
      table: "organization_members",
      holder: { column: "organization_id", type: "uuid" },
      user: "user_id",
      deleted: { column: "status", write: "left", otherwise: "invited" },
      columns: {
        active,
        title: "job_title",
        [`${ENTERPRISE}:department` as const]: "department",
        [`${ENTERPRISE}:manager.value` as const]: "manager_id",
      },
      writes: ["userName", "name", "password"],
      defaults: { seat_plan: 1 },
      audit: byCaller,
    },
    children: {
      roles: {
        ...place,
        table: "member_roles",
        holder: "user_id",
        tenant: "organization_id",
        defaults: { granted_by: (_, { actor }: Caller) => actor ?? "scim" },
        dictionary: {
          ...place,
          table: "roles",
          id: "id",
          column: "role_id",
          columns: { value: "name", display: "title" },
        },
      },
    },
  }),
  mapTable(Group, {
    ...place,
    ...meta,
    table: "teams",
    id: { column: "id", type: "integer" },
    tenant: { column: "organization_id", type: "uuid" },
    deleted: { column: "is_archived", write: true },
    columns: { displayName: "name" },
    collections: {
      members: [
        {
          ...place,
          table: "team_members",
          holder: "team_id",
          value: "user_id",
          resourceType: "User",
          forgotten: ["display"],
          defaults: { added_by: (_, { actor }: Caller) => actor ?? "scim" },
        },
        {
          ...place,
          table: "team_parts",
          holder: "team_id",
          value: "part_id",
          resourceType: "Group",
          forgotten: ["display"],
        },
      ],
    },
    defaults: { visibility: "private" },
    audit: byCaller,
  }),
];
