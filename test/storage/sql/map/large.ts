import { EnterpriseUserSchema, Group, User } from "../../../../src/index.ts";
import type { TableMapping } from "../../../../src/storage/sql/index.ts";
import { callsOf } from "../calls.ts";
import type { Engine } from "../engines.ts";
import type { Planned } from "../plans.ts";
import { type Application, made, storageOf } from "./tables.ts";

const MANAGER = `${EnterpriseUserSchema.id}:manager.value`;

/** An application with the indexes that docs/existing-tables.md asks for, and no others. */
export interface LargeApplication extends Application {
  /** The column of the tenant, and its value, each with a comma behind it where there is one. */
  readonly hasKey: boolean;
  readonly tenantColumn: string;
  readonly tenantValue: string;
}

const meta = { version: "scim_version", created: "created_at", lastModified: "updated_at" };
const common = (isPostgres: boolean): string => {
  const [time, json] = isPostgres ? ["timestamptz", "jsonb"] : ["text", "text"];
  return `scim_version integer NOT NULL DEFAULT 1, created_at ${time}, updated_at ${time}, scim_json ${json}`;
};

/** Rows of many organizations, each found by (org, id), and key columns. */
const ofTenants: LargeApplication = {
  name: "tenants by a column, key columns",
  hasTenants: true,
  hasSecrets: true,
  hasKey: true,
  tenantColumn: "org, ",
  tenantValue: "'acme', ",
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  ddl(isPostgres) {
    const uuid = isPostgres ? "uuid" : "text";
    const key = isPostgres ? 'text COLLATE "C"' : "text";
    return [
      `CREATE TABLE users (org text, id ${uuid}, email text NOT NULL, email_key ${key} NOT NULL, phone text, full_name text,
        password text, manager_id ${uuid}, ${common(isPostgres)}, PRIMARY KEY (org, id), UNIQUE (org, email_key),
        FOREIGN KEY (org, manager_id) REFERENCES users (org, id))`,
      "CREATE INDEX users_manager ON users (manager_id, org)",
      `CREATE TABLE teams (org text, id ${uuid}, name text NOT NULL, name_key ${key} NOT NULL, ${common(isPostgres)},
        PRIMARY KEY (org, id), UNIQUE (org, name_key))`,
      `CREATE TABLE memberships (org text, team_id ${uuid}, user_id ${uuid}, PRIMARY KEY (org, team_id, user_id),
        FOREIGN KEY (org, team_id) REFERENCES teams (org, id), FOREIGN KEY (org, user_id) REFERENCES users (org, id))`,
      "CREATE INDEX memberships_user ON memberships (user_id, org)",
    ];
  },
  types: (schema) => typesOf(schema, true, true),
};

/** One organization, and plain columns that are compared without keys. */
const ofOne: LargeApplication = {
  name: "one tenant, plain columns",
  hasTenants: false,
  hasSecrets: false,
  hasKey: false,
  tenantColumn: "",
  tenantValue: "",
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  ddl(isPostgres) {
    const uuid = isPostgres ? "uuid" : "text";
    return [
      `CREATE TABLE users (id ${uuid} PRIMARY KEY, email text NOT NULL, phone text, full_name text, password text,
        manager_id ${uuid} REFERENCES users (id), ${common(isPostgres)})`,
      ...plainIndexes(isPostgres, "users", "email"),
      "CREATE INDEX users_manager ON users (manager_id)",
      `CREATE TABLE teams (id ${uuid} PRIMARY KEY, name text NOT NULL, ${common(isPostgres)})`,
      ...plainIndexes(isPostgres, "teams", "name"),
      `CREATE TABLE memberships (team_id ${uuid} REFERENCES teams (id), user_id ${uuid} REFERENCES users (id),
        PRIMARY KEY (team_id, user_id))`,
      "CREATE INDEX memberships_user ON memberships (user_id)",
    ];
  },
  types: (schema) => typesOf(schema, false, false),
};

/** Many organizations, and names of users without a key. */
const ofTenantsPlain: LargeApplication = {
  ...ofTenants,
  name: "tenants by a column, a plain column for names",
  hasKey: false,
  ddl: (isPostgres) => [
    ...ofTenants
      .ddl(isPostgres)
      .map((text) => text.replace(/email_key text[^,]*, /, "").replace(", UNIQUE (org, email_key)", "")),
    ...plainIndexes(isPostgres, "users", "email"),
  ],
  types: (schema) => typesOf(schema, true, false),
};

export const LARGE_APPLICATIONS: readonly LargeApplication[] = [ofTenants, ofOne, ofTenantsPlain];

/** The two indexes by which a column without a key is searched. */
function plainIndexes(isPostgres: boolean, table: string, column: string): readonly string[] {
  const [lower, beyond] = isPostgres
    ? [`lower(${column} COLLATE "C")`, `(octet_length(${column}) - char_length(${column}))`]
    : [`lower(${column})`, `length(CAST(${column} AS BLOB)) - length(${column})`];
  return [`CREATE INDEX ${table}_lower ON ${table} (${lower})`, `CREATE INDEX ${table}_beyond ON ${table} (${beyond})`];
}

function typesOf(
  schema: string | undefined,
  hasTenants: boolean,
  hasKey: boolean,
): Readonly<Record<string, TableMapping>> {
  const place = { ...(schema === undefined ? {} : { schema }), ...(hasTenants ? { tenant: "org" } : {}) };
  const table = { ...place, ...meta, id: { column: "id", type: "uuid" }, rest: "scim_json" } as const;
  return {
    User: {
      ...table,
      table: "users",
      columns: {
        userName: hasKey ? { column: "email", key: "email_key" } : "email",
        displayName: "full_name",
        password: "password",
        [MANAGER]: "manager_id",
      },
      elements: { phoneNumbers: [{ columns: { value: "phone" }, fixed: { type: "work" } }] },
    },
    Group: {
      ...table,
      table: "teams",
      columns: { displayName: hasTenants ? { column: "name", key: "name_key" } : "name" },
      collections: {
        members: {
          ...place,
          table: "memberships",
          holder: "team_id",
          value: "user_id",
          resourceType: "User",
          forgotten: ["display"],
        },
      },
    },
  };
}

export const userId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
export const LARGE = "00000000-0000-4000-9000-000000000001";
export const SMALL = "00000000-0000-4000-9000-000000000002";
/** The id of what a test makes. */
export const createdId = (number: number): string => `00000000-0000-4000-a000-${String(number).padStart(12, "0")}`;

/** A directory in the tables of an application, which nothing has ever analysed, and nothing will. */
export async function largeOf(application: LargeApplication, engine: Engine, users: number, members: number) {
  const { db, options, schema, sent, run } = await made(application, engine);
  const { isPostgres } = engine;
  const storage = storageOf(options);
  await storage.prepare();
  const tables = ["users", "teams", "memberships"];
  if (isPostgres) for (const table of tables) await run(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
  const numbers = (count: number): string =>
    isPostgres
      ? `generate_series(1, ${count}) numbers(n)`
      : `(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count}) SELECT n FROM counted WHERE n <= ${count}) numbers`;
  const id = isPostgres
    ? "('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid"
    : "printf('00000000-0000-4000-8000-%012d', n)";
  const { tenantColumn: column, tenantValue: value } = application;
  const at = "'2026-01-01T00:00:00Z'";
  const [emailKey, emailValue] = application.hasKey ? ["email_key, ", "'user' || n || '@example.com', "] : ["", ""];
  const nameKey = application.hasTenants ? "name_key, " : "";
  await run(`INSERT INTO users (${column}id, email, ${emailKey}full_name, created_at, updated_at)
    SELECT ${value}${id}, 'User' || n || '@example.com', ${emailValue}'Person ' || n, ${at}, ${at} FROM ${numbers(users)} WHERE n <= ${users}`);
  // Who is in no group at any size.
  await run(`INSERT INTO users (${column}id, email, ${emailKey}full_name)
    VALUES (${value}'${userId(0)}', 'newcomer', ${emailKey === "" ? "" : "'newcomer', "}'Newcomer')`);
  for (const [team, name, size] of [
    [LARGE, "large", members],
    [SMALL, "small", Math.min(4, users)],
  ] as const) {
    const named = nameKey === "" ? `'${name}'` : `'${name}', '${name}'`;
    await run(`INSERT INTO teams (${column}id, name, ${nameKey}created_at, updated_at)
      VALUES (${value}'${team}', ${named}, ${at}, ${at})`);
    const teamId = isPostgres ? `'${team}'::uuid` : `'${team}'`;
    await run(`INSERT INTO memberships (${column}team_id, user_id)
      SELECT ${value}${teamId}, ${id} FROM ${numbers(size)} WHERE n <= ${size}`);
  }
  // Of few teams a planner may as well read all.
  const name = `'Team ' || n${nameKey === "" ? "" : ", 'team ' || n"}`;
  await run(`INSERT INTO teams (${column}id, name, ${nameKey}created_at, updated_at)
    SELECT ${value}${id}, ${name}, ${at}, ${at} FROM ${numbers(1000)} WHERE n <= 1000`);
  const place: Planned = { db, isPostgres, schema, tables, aliases: ["t"] };
  const context = application.hasTenants ? { tenant: "acme" } : {};
  return { storage, calls: callsOf(storage, undefined, context), context, place, sent, run };
}
