import { readFileSync } from "node:fs";
import { CompiledQuery, type Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScim, User } from "../../../../src/index.ts";
import { mappedStorage, mapTable } from "../../../../src/storage/sql/index.ts";
import { USER } from "../../../support/directory.ts";
import { hasPostgres, pgliteEngine, postgresEngine } from "../engines.ts";
import { json } from "./tables.ts";

const page = readFileSync(new URL("../../../../docs/existing-tables.md", import.meta.url), "utf8");
const chapter = page.slice(page.indexOf("## Views for everything else"));
/** The SQL of the chapter, recipe by recipe, as it stands there. */
const [hiding, sharing, listing] = [...chapter.matchAll(/```sql\n(.*?)```/gs)].map(([, text]) => text ?? "");
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
const common = "version integer NOT NULL DEFAULT 1, created_at timestamptz, updated_at timestamptz";

describe("PostgreSQL: views of docs/existing-tables.md", () => {
  const engine = hasPostgres ? postgresEngine(1) : pgliteEngine();
  let db: Kysely<unknown>;
  let schema = "";
  const run = async (text: string) => (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text))).rows;
  /** Statement by statement: what stands in a function's body belongs to it. */
  const runAll = async (text: string) => {
    for (const statement of text.split(/;\n(?=CREATE)/)) await run(statement);
  };

  beforeAll(async () => {
    const opened = await engine.open();
    db = opened.db;
    schema = opened.tables.schema ?? "";
    await run(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await run(`SET search_path TO "${schema}"`);
  });
  afterAll(() => engine.close());

  const askOf = (table: Parameters<typeof mapTable<typeof User>>[1]) => {
    const storage = mappedStorage({ db, tables: [mapTable(User, table)] });
    const asked = async (method: string, path: string, body?: object, tenant?: string) => {
      const scim = createScim({
        resourceTypes: [User],
        storage,
        baseUrl: "https://example.com/scim/v2",
        authenticate: () => (tenant === undefined ? {} : { tenant }),
      });
      const response = await scim.handle({
        method,
        url: `https://example.com/scim/v2${path}`,
        headers: { "content-type": "application/scim+json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: JSON.parse(String(response.body ?? "{}")) };
    };
    return { storage, ask: asked };
  };
  const forgotten = { rest: "rest" };

  test("rows that stay when they are deleted are gone for clients", async () => {
    await run(
      `CREATE TABLE users (id uuid PRIMARY KEY, login text NOT NULL, deleted_at timestamptz, rest jsonb, ${common})`,
    );
    await runAll(hiding ?? "");
    const { storage, ask } = askOf({
      table: "present_users",
      id: { column: "id", type: "uuid" },
      ...meta,
      columns: { userName: "login" },
      ...forgotten,
    });
    await storage.prepare();
    const { body } = await ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    expect((await ask("DELETE", `/Users/${body.id}`)).status).toBe(204);
    expect((await ask("GET", `/Users/${body.id}`)).status).toBe(404);
    expect((await ask("GET", "/Users")).body.totalResults).toBe(0);
    expect(await run("SELECT login, deleted_at IS NOT NULL AS is_hidden FROM users")).toEqual([
      { login: "ada", is_hidden: true },
    ]);
    expect((await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).status).toBe(201);
  });

  test("organisations share users, and end their own memberships alone", async () => {
    await run("CREATE TABLE people (id uuid PRIMARY KEY, login text NOT NULL)");
    await run("CREATE UNIQUE INDEX people_login ON people (lower(login))");
    await run(`CREATE TABLE org_members (org text, person uuid REFERENCES people (id), active boolean, rest jsonb, version integer NOT NULL,
      created_at timestamptz, updated_at timestamptz, PRIMARY KEY (org, person))`);
    await runAll(sharing ?? "");
    const small = {
      columns: { userName: "login", active: "active" },
      ...meta,
      tenant: "org",
      id: { column: "id", type: "uuid" },
    } as const;
    const { storage, ask } = askOf({ table: "org_users", ...small, ...forgotten });
    await storage.prepare();
    const one = await ask("POST", "/Users", { schemas: [USER], userName: "ada", active: true }, "acme");
    const other = await ask("POST", "/Users", { schemas: [USER], userName: "ADA", active: true }, "other");
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(other.body.id).toBe(one.body.id);
    expect((await ask("POST", "/Users", { schemas: [USER], userName: "Ada" }, "acme")).status).toBe(409);
    const Operations = [{ op: "replace", path: "active", value: false }];
    expect((await ask("PATCH", `/Users/${one.body.id}`, { schemas: [PATCH], Operations }, "acme")).body.active).toBe(
      false,
    );
    expect((await ask("GET", `/Users/${one.body.id}`, undefined, "other")).body.active).toBe(true);
    expect((await ask("DELETE", `/Users/${one.body.id}`, undefined, "acme")).status).toBe(204);
    expect((await ask("GET", "/Users", undefined, "acme")).body.totalResults).toBe(0);
    expect((await ask("GET", "/Users", undefined, "other")).body.totalResults).toBe(1);
  });

  test("roles of a join table are one column", async () => {
    await run(`CREATE TABLE accounts (id uuid PRIMARY KEY, login text NOT NULL, rest jsonb, ${common})`);
    await run("CREATE TABLE roles (id integer PRIMARY KEY, name text NOT NULL)");
    await run(
      "CREATE TABLE account_roles (account uuid REFERENCES accounts (id) ON DELETE CASCADE, role integer REFERENCES roles (id))",
    );
    await run("INSERT INTO roles VALUES (1, 'admin'), (2, 'viewer')");
    await runAll(listing ?? "");
    const roles = json("roles") as {
      column: string;
      read: (value: unknown) => never;
      write: (value: unknown) => unknown;
    };
    const { ask } = askOf({
      table: "users_with_roles",
      id: { column: "id", type: "uuid" },
      ...meta,
      columns: { userName: "login", roles },
      ...forgotten,
    });
    const { body, status } = await ask("POST", "/Users", {
      schemas: [USER],
      userName: "ada",
      roles: [{ value: "admin" }],
    });
    expect(status).toBe(201);
    const Operations = [{ op: "add", path: "roles", value: [{ value: "viewer" }] }];
    await ask("PATCH", `/Users/${body.id}`, { schemas: [PATCH], Operations });
    expect((await ask("GET", `/Users/${body.id}`)).body.roles).toEqual([{ value: "admin" }, { value: "viewer" }]);
    expect((await ask("GET", `/Users?filter=${encodeURIComponent('roles.value eq "viewer"')}`)).body.totalResults).toBe(
      1,
    );
    expect((await ask("DELETE", `/Users/${body.id}`)).status).toBe(204);
    expect(await run("SELECT * FROM account_roles")).toEqual([]);
  });
});
