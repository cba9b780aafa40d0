import { CompiledQuery, type Kysely } from "kysely";
import { EnterpriseUserSchema, Group, type ResourceTypeDefinition, User } from "../../../../src/index.ts";
import {
  type ColumnCondition,
  type MappedColumn,
  type MappedStorage,
  type MappedStorageOptions,
  type MappedTable,
  mappedStorage,
  mapTable,
  type TableMapping,
} from "../../../../src/storage/sql/index.ts";
import type { Engine, Sent } from "../engines.ts";

/** The tables of an application that knows nothing of SCIM, and how they are mapped. */
export interface Application {
  readonly name: string;
  readonly hasTenants: boolean;
  readonly hasSecrets: boolean;
  /** Whether deleted rows can stay, out of sight. */
  readonly keepsDeleted?: boolean;
  /** The lists whose rows have no order. */
  readonly unordered?: readonly string[];
  /** Tables that tenants share, so that each case needs empty ones. */
  readonly shares?: readonly string[];
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  /** Makes a tenant of the application's own, where it has a form or a row. */
  tenantOf?(name: string, run: (text: string) => Promise<unknown>): Promise<string>;
  ddl(isPostgres: boolean): readonly string[];
  types(schema: string | undefined): Readonly<Record<string, TableMapping>>;
}

/** A column that tells the three states of `active` apart. */
const active = {
  column: "status",
  read: (value: unknown) => (value === null ? undefined : value === "enabled"),
  write: (value: unknown) => (value === undefined ? null : value === true ? "enabled" : "disabled"),
  filter: (operator: string, operand: unknown): ColumnCondition | undefined => {
    if (operator === "pr") return { isNull: false };
    if (operator !== "eq" && operator !== "ne") return undefined;
    return { is: (operator === "eq") === (operand === true) ? "=" : "<>", value: "enabled" };
  },
};

const meta = { version: "version", created: "created_at", lastModified: "updated_at" };

/** Rows of several organizations, with UUIDs, and a key column for what must be unique. */
export const organizations: Application = {
  name: "UUIDs, tenants and a key column",
  hasTenants: true,
  hasSecrets: true,
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  ddl(isPostgres) {
    const [uuid, time, json] = isPostgres ? ["uuid", "timestamptz", "jsonb"] : ["text", "text", "text"];
    const collate = isPostgres ? ' COLLATE "C"' : "";
    const common = `version integer NOT NULL, created_at ${time} NOT NULL, updated_at ${time} NOT NULL`;
    return [
      `CREATE TABLE users (id ${uuid}, org varchar(200) NOT NULL, email text NOT NULL, email_key text${collate} NOT NULL,
        first_name text, last_name text, status text, password_hash text, scim_json ${json}, ${common},
        PRIMARY KEY (org, id), CONSTRAINT users_email UNIQUE (org, email_key))`,
      `CREATE TABLE teams (id ${uuid}, org varchar(200) NOT NULL, name text NOT NULL, scim_json ${json}, ${common}, PRIMARY KEY (org, id))`,
      `CREATE TABLE memberships (org varchar(200) NOT NULL, team_id ${uuid} NOT NULL, user_id ${uuid} NOT NULL, label text,
        PRIMARY KEY (org, team_id, user_id), FOREIGN KEY (org, team_id) REFERENCES teams (org, id),
        FOREIGN KEY (org, user_id) REFERENCES users (org, id))`,
      `CREATE TABLE nested (org varchar(200) NOT NULL, outer_id ${uuid} NOT NULL, inner_id ${uuid} NOT NULL, label text,
        PRIMARY KEY (org, outer_id, inner_id))`,
    ];
  },
  types(schema) {
    const place = schema === undefined ? {} : { schema };
    return {
      User: {
        ...place,
        ...meta,
        table: "users",
        id: { column: "id", type: "uuid" },
        tenant: "org",
        columns: {
          userName: { column: "email", key: "email_key" },
          "name.givenName": "first_name",
          "name.familyName": "last_name",
          active,
          password: "password_hash",
        },
        rest: "scim_json",
      },
      Group: {
        ...place,
        ...meta,
        table: "teams",
        id: { column: "id", type: "uuid" },
        tenant: "org",
        columns: { displayName: "name" },
        collections: {
          members: [
            {
              ...place,
              table: "memberships",
              holder: "team_id",
              value: "user_id",
              tenant: "org",
              resourceType: "User",
              columns: { display: "label" },
            },
            {
              ...place,
              table: "nested",
              holder: "outer_id",
              value: "inner_id",
              tenant: "org",
              resourceType: "Group",
              columns: { display: "label" },
            },
          ],
        },
        rest: "scim_json",
      },
    };
  },
};

/** One organization, ids from counters, a plain column for e-mail addresses, and the bare memberships. */
export const plain: Application = {
  name: "counters, one tenant and a plain e-mail column",
  hasTenants: false,
  hasSecrets: false,
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  ddl(isPostgres) {
    const [serial, time] = isPostgres
      ? ["integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "timestamptz"]
      : ["integer PRIMARY KEY AUTOINCREMENT", "text"];
    const common = `version bigint NOT NULL DEFAULT 1, created_at ${time} NOT NULL, updated_at ${time}, extra text`;
    return [
      `CREATE TABLE users (user_no ${serial}, login varchar(300) NOT NULL, email text, phone text, enabled boolean, ${common})`,
      `CREATE TABLE teams (id ${serial}, name text NOT NULL, ${common})`,
      `CREATE TABLE memberships (team_id integer NOT NULL REFERENCES teams (id), user_id integer NOT NULL REFERENCES users (user_no), PRIMARY KEY (team_id, user_id))`,
      `CREATE TABLE nested (outer_id integer NOT NULL REFERENCES teams (id), inner_id integer NOT NULL REFERENCES teams (id), PRIMARY KEY (outer_id, inner_id))`,
    ];
  },
  types(schema) {
    const place = schema === undefined ? {} : { schema };
    return {
      User: {
        ...place,
        ...meta,
        table: "users",
        id: { column: "user_no", type: "integer", prefix: "u" },
        columns: { userName: "login", active: "enabled" },
        elements: {
          emails: [{ columns: { value: "email" }, fixed: { type: "work", primary: true } }],
          phoneNumbers: [{ columns: { value: "phone" }, fixed: { type: "work" } }],
        },
        rest: "extra",
      },
      Group: {
        ...place,
        ...meta,
        table: "teams",
        id: { column: "id", type: "integer", prefix: "t" },
        columns: { displayName: "name" },
        collections: {
          members: [
            {
              ...place,
              table: "memberships",
              holder: "team_id",
              value: "user_id",
              resourceType: "User",
              forgotten: ["display"],
            },
            {
              ...place,
              table: "nested",
              holder: "outer_id",
              value: "inner_id",
              resourceType: "Group",
              forgotten: ["display"],
            },
          ],
        },
        rest: "extra",
      },
    };
  },
};

/** The same, with tenants that are rows of a table, by UUIDs. */
export const tenants: Application = {
  ...organizations,
  name: "UUIDs of tenants that must exist",
  async tenantOf(name, run) {
    const id = crypto.randomUUID();
    await run(`INSERT INTO orgs (id, name) VALUES ('${id}', '${name.replaceAll("'", "''")}')`);
    return id;
  },
  ddl(isPostgres) {
    const uuid = isPostgres ? "uuid" : "text";
    return [
      `CREATE TABLE orgs (id ${uuid} PRIMARY KEY, name text NOT NULL)`,
      ...organizations
        .ddl(isPostgres)
        .map((text) => text.replace("org varchar(200) NOT NULL", `org ${uuid} NOT NULL REFERENCES orgs (id)`)),
    ];
  },
  types(schema) {
    const tenant = { column: "org", type: "uuid" } as const;
    return Object.fromEntries(
      Object.entries(organizations.types(schema)).map(([name, mapping]) => [name, { ...mapping, tenant }]),
    );
  },
};

/** A column that holds JSON, as its drivers take and give it: text, or what the driver has read already. */
export const json = (column: string): MappedColumn => ({
  column,
  read(value) {
    if (value === null || value === undefined) return undefined;
    return typeof value === "string" ? JSON.parse(value) : value;
  },
  write: (value) => (value === undefined ? null : JSON.stringify(value)),
});

/** Lists and objects as JSON in columns of their own, and groups with all they hold in the rest. */
export const documents: Application = {
  name: "lists as JSON behind converters, members in the rest",
  hasTenants: true,
  hasSecrets: false,
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  ddl(isPostgres) {
    const [document, time] = isPostgres ? ["jsonb", "timestamptz"] : ["text", "text"];
    const common = `version integer NOT NULL DEFAULT 1, created_at ${time} NOT NULL, updated_at ${time}, rest ${document}`;
    return [
      `CREATE TABLE users (org text NOT NULL, id text NOT NULL, login text NOT NULL, whole_name text, emails ${document},
        phones text, roles ${document}, boss ${document}, ${common}, PRIMARY KEY (org, id))`,
      `CREATE TABLE teams (org text NOT NULL, id text NOT NULL, ${common}, PRIMARY KEY (org, id))`,
      "CREATE TABLE memberships (id text)",
      "CREATE TABLE nested (id text)",
    ];
  },
  types(schema) {
    const place = { ...(schema === undefined ? {} : { schema }), tenant: "org" };
    return {
      User: {
        ...place,
        ...meta,
        table: "users",
        id: "id",
        columns: {
          userName: "login",
          name: json("whole_name"),
          emails: json("emails"),
          phoneNumbers: json("phones"),
          roles: json("roles"),
          [`${EnterpriseUserSchema.id}:manager`]: json("boss"),
        },
        rest: "rest",
      },
      Group: { ...place, ...meta, table: "teams", id: "id", columns: {}, rest: "rest" },
    };
  },
};

/** The same as the first one, but rows of deleted resources stay. */
export const kept: Application = {
  ...organizations,
  name: "UUIDs and tenants, with rows that stay",
  keepsDeleted: true,
  ddl(isPostgres) {
    const deleted = `deleted_at ${isPostgres ? "timestamptz" : "text"}`;
    return organizations
      .ddl(isPostgres)
      .map((text) =>
        text
          .replace(/email_key text( COLLATE "C")? NOT NULL/, "email_key text$1")
          .replace("scim_json ", `${deleted}, scim_json `),
      );
  },
  types: (schema) =>
    Object.fromEntries(
      Object.entries(organizations.types(schema)).map(([name, mapping]) => [
        name,
        { ...mapping, deleted: "deleted_at" },
      ]),
    ),
};

/** The application keeps nobody who is in no organisation, so that names are free as the kit has it. */
function withoutOrphans(isPostgres: boolean): readonly string[] {
  const rest = "NOT EXISTS (SELECT 1 FROM members m WHERE m.user_id = OLD.user_id)";
  const gone = `DELETE FROM users WHERE id = OLD.user_id AND ${rest};`;
  if (!isPostgres) return [`CREATE TRIGGER orphans AFTER DELETE ON members BEGIN ${gone} END`];
  return [
    `CREATE FUNCTION orphans() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${gone} RETURN NULL; END $$`,
    "CREATE TRIGGER orphans AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION orphans()",
  ];
}

/** Users whom organisations share, by a table of memberships. */
export const members: Application = {
  ...organizations,
  name: "users shared by memberships",
  shares: ["memberships", "nested", "teams", "members", "users", "scim_ledger", "scim_outbox"],
  ddl(isPostgres) {
    const [uuid, time, json] = isPostgres ? ["uuid", "timestamptz", "jsonb"] : ["text", "text", "text"];
    const collate = isPostgres ? ' COLLATE "C"' : "";
    const common = `version bigint NOT NULL, created_at ${time} NOT NULL, updated_at ${time} NOT NULL, scim_json ${json}`;
    return [
      `CREATE TABLE users (id ${uuid} PRIMARY KEY, email text NOT NULL, email_key text${collate} NOT NULL UNIQUE, first_name text,
        last_name text, password_hash text)`,
      `CREATE TABLE members (org varchar(200) NOT NULL, user_id ${uuid} NOT NULL REFERENCES users (id), status text, ${common},
        PRIMARY KEY (org, user_id))`,
      `CREATE TABLE teams (id ${uuid} PRIMARY KEY, org varchar(200) NOT NULL, name text NOT NULL, ${common})`,
      `CREATE TABLE memberships (team_id ${uuid} NOT NULL REFERENCES teams (id), user_id ${uuid} NOT NULL REFERENCES users (id),
        label text, PRIMARY KEY (team_id, user_id))`,
      `CREATE TABLE nested (outer_id ${uuid} NOT NULL, inner_id ${uuid} NOT NULL, label text, PRIMARY KEY (outer_id, inner_id))`,
      ...withoutOrphans(isPostgres),
    ];
  },
  types(schema) {
    const place = schema === undefined ? {} : { schema };
    const { User: users, Group: groups } = organizations.types(schema);
    if (users === undefined || groups === undefined) throw new Error("There are users and groups.");
    const { tenant: _, columns, ...others } = users;
    const { active: status, ...shared } = columns;
    const without = (one: object) => Object.fromEntries(Object.entries(one).filter(([name]) => name !== "tenant"));
    const { members: lists } = groups.collections as { readonly members: readonly object[] };
    return {
      User: {
        ...others,
        columns: shared,
        membership: {
          ...place,
          table: "members",
          holder: "org",
          user: "user_id",
          columns: { active: status ?? "status" },
          writes: ["userName", "name", "password"],
        },
      },
      Group: { ...groups, collections: { members: lists.map(without) } } as unknown as TableMapping,
    };
  },
};

/** The same as the second: every delete keeps the row, and names are free. */
export const marked: Application = {
  ...kept,
  name: "UUIDs and tenants, with rows that every delete keeps",
  keepsDeleted: false,
  ddl: (isPostgres) => [
    ...kept
      .ddl(isPostgres)
      .map((text) => text.replace("CONSTRAINT users_email UNIQUE (org, email_key)", "CHECK (1 = 1)")),
    "CREATE UNIQUE INDEX users_email ON users (org, email_key) WHERE deleted_at IS NULL",
  ],
  types: (schema) =>
    Object.fromEntries(
      Object.entries(kept.types(schema)).map(([name, mapping]) => [
        name,
        { ...mapping, deleted: { column: "deleted_at" } },
      ]),
    ),
};

/** Lists in tables of their own: e-mails and phone numbers, entitlements in order, and roles that a dictionary names. */
export const apart: Application = {
  name: "lists in child tables",
  unordered: ["User.emails", "User.phoneNumbers"],
  hasTenants: true,
  hasSecrets: false,
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  ddl(isPostgres) {
    const [uuid, time, json] = isPostgres ? ["uuid", "timestamptz", "jsonb"] : ["text", "text", "text"];
    const serial = isPostgres ? "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" : "integer PRIMARY KEY";
    const common = `version integer NOT NULL DEFAULT 1, created_at ${time} NOT NULL, updated_at ${time} NOT NULL`;
    const ofUser = `org varchar(200) NOT NULL, user_id ${uuid} NOT NULL`;
    const toUser = "FOREIGN KEY (org, user_id) REFERENCES users (org, id)";
    return [
      `CREATE TABLE users (id ${uuid}, org varchar(200) NOT NULL, login text NOT NULL, scim_json ${json}, ${common}, PRIMARY KEY (org, id))`,
      `CREATE TABLE teams (id ${uuid}, org varchar(200) NOT NULL, name text, scim_json ${json}, ${common}, PRIMARY KEY (org, id))`,
      `CREATE TABLE memberships (org varchar(200) NOT NULL, team_id ${uuid} NOT NULL, user_id ${uuid} NOT NULL,
        PRIMARY KEY (org, team_id, user_id))`,
      `CREATE TABLE nested (org varchar(200) NOT NULL, outer_id ${uuid} NOT NULL, inner_id ${uuid} NOT NULL,
        PRIMARY KEY (org, outer_id, inner_id))`,
      `CREATE TABLE user_emails (id ${serial}, ${ofUser}, address text, kind varchar(40), label text,
        is_primary boolean, ${toUser})`,
      "CREATE INDEX user_emails_holder ON user_emails (user_id, org)",
      `CREATE TABLE user_channels (${ofUser}, channel text NOT NULL, number text, kind text, is_primary boolean, ${toUser})`,
      "CREATE INDEX user_channels_holder ON user_channels (user_id)",
      `CREATE TABLE user_entitlements (${ofUser}, position integer NOT NULL, name text, title text, kind text,
        is_primary boolean, ${toUser}, PRIMARY KEY (org, user_id, position))`,
      `CREATE TABLE roles (id ${serial}, name text NOT NULL, title text)`,
      `CREATE TABLE user_roles (${ofUser}, role_id bigint NOT NULL REFERENCES roles (id), kind text, is_primary boolean, ${toUser})`,
      "CREATE INDEX user_roles_holder ON user_roles (user_id)",
    ];
  },
  types(schema) {
    const place = schema === undefined ? {} : { schema };
    const ofUser = { ...place, holder: "user_id", tenant: "org" };
    const flags = { type: "kind", primary: "is_primary" };
    return {
      User: {
        ...place,
        ...meta,
        table: "users",
        id: { column: "id", type: "uuid" },
        tenant: "org",
        columns: { userName: "login" },
        children: {
          emails: {
            ...ofUser,
            table: "user_emails",
            id: "id",
            columns: { value: "address", display: "label", ...flags },
          },
          phoneNumbers: {
            ...ofUser,
            table: "user_channels",
            constants: { channel: "phone" },
            columns: { value: "number", ...flags },
          },
          entitlements: {
            ...ofUser,
            table: "user_entitlements",
            order: "position",
            columns: { value: "name", display: "title", ...flags },
          },
        },
        rest: "scim_json",
      },
      Group: {
        ...place,
        ...meta,
        table: "teams",
        id: { column: "id", type: "uuid" },
        tenant: "org",
        columns: { displayName: "name" },
        collections: {
          members: [
            {
              ...place,
              table: "memberships",
              holder: "team_id",
              value: "user_id",
              tenant: "org",
              resourceType: "User",
              forgotten: ["display"],
            },
            {
              ...place,
              table: "nested",
              holder: "outer_id",
              value: "inner_id",
              tenant: "org",
              resourceType: "Group",
              forgotten: ["display"],
            },
          ],
        },
        rest: "scim_json",
      },
    };
  },
};

/** The columns of users' roles where a dictionary names them. */
export const rolesOf = (place: { readonly schema?: string }) => ({
  ...place,
  table: "user_roles",
  holder: "user_id",
  tenant: "org",
  columns: { type: "kind", primary: "is_primary" },
  dictionary: { ...place, table: "roles", id: "id", column: "role_id", columns: { value: "name", display: "title" } },
});

/** Options of a storage whose mappings stand by the names of resource types. */
export interface NamedOptions extends Omit<MappedStorageOptions, "tables"> {
  readonly types: Readonly<Record<string, TableMapping>>;
  /** Default: users with the enterprise extension, and groups. */
  readonly resourceTypes?: readonly ResourceTypeDefinition[];
}

/** The tables of mappings that stand by the names of resource types. */
export function tablesOf({
  types,
  resourceTypes = [User.extend(EnterpriseUserSchema), Group],
}: Omit<NamedOptions, "db">) {
  return Object.entries(types).map(([name, mapping]): MappedTable => {
    const resourceType = resourceTypes.find((candidate) => candidate.name === name);
    if (resourceType === undefined) throw new Error(`There is no resource type ${name}.`);
    return mapTable(resourceType, mapping);
  });
}

/** The storage of mappings that stand by the names of resource types. */
export function storageOf({ types, resourceTypes, ...options }: NamedOptions): MappedStorage {
  return mappedStorage({
    ...options,
    tables: tablesOf(resourceTypes === undefined ? { types } : { types, resourceTypes }),
  });
}

/** Makes the tables of an application. */
export async function made(application: Application, engine: Engine) {
  const { db, tables, sent } = await engine.open();
  const { schema } = tables;
  const run = (text: string) => db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text));
  const isMariadb = engine.name === "MariaDB";
  for (const text of application.ddl(engine.isPostgres || isMariadb))
    await run(inSchema(isMariadb ? inMariadb(text) : text, schema));
  sent.length = 0;
  const options: NamedOptions = {
    db,
    types: application.types(schema),
    resourceTypes: application.resourceTypes,
    hashSecret: (_, value) => `hash of ${String(value).length}`,
    ledger: schema === undefined ? "scim_ledger" : { schema, table: "scim_ledger" },
    outbox: schema === undefined ? "scim_outbox" : { schema, table: "scim_outbox" },
  };
  return {
    db: db as Kysely<unknown>,
    options,
    schema,
    sent: sent as Sent[],
    run: (text: string) => run(inSchema(text, schema)),
  };
}

/** The words of PostgreSQL as MariaDB has them; texts that are part of a key have an end there. */
export function inMariadb(text: string): string {
  const keys = [...text.matchAll(/\b(?:PRIMARY KEY|UNIQUE|INDEX \w+ ON \w+) \(([^)]+)\)/g)].flatMap(
    ([, columns = ""]) => columns.split(", "),
  );
  return text
    .replace(/text COLLATE "C"/g, "varbinary(1000)")
    .replace(/\b(\w+_key) text\b/g, "$1 varbinary(1000)")
    .replace(/\b(created_at|updated_at) text\b/g, "$1 datetime(6)")
    .replace(/\btext PRIMARY KEY\b/g, "varchar(200) PRIMARY KEY")
    .replace(/\b(\w+) text\b/g, (_, column) =>
      keys.includes(column) ? `${column} varchar(200)` : `${column} longtext`,
    )
    .replace(/\borg varchar\(200\)/g, "org varchar(200) COLLATE utf8mb4_nopad_bin")
    .replace(/(integer|bigint) GENERATED BY DEFAULT AS IDENTITY/g, "$1 AUTO_INCREMENT")
    .replaceAll("timestamptz", "datetime(6)")
    .replaceAll("jsonb", "json");
}

const TABLES = [
  "orgs",
  "orphans",
  "members",
  "scim_outbox",
  "users",
  "teams",
  "memberships",
  "nested",
  "scim_ledger",
  "user_emails",
  "user_channels",
  "user_entitlements",
  "user_roles",
  "roles",
];

/** Names tables with their schema, where they have one. */
function inSchema(text: string, schema: string | undefined): string {
  if (schema === undefined) return text;
  return text.replace(/\b(TABLE|REFERENCES|FROM|INTO|UPDATE|ON|FUNCTION) (\w+)/g, (all, word, table) =>
    TABLES.includes(table) ? `${word} "${schema}".${table}` : all,
  );
}
