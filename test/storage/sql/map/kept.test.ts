import { CompiledQuery } from "kysely";
import { EnterpriseUserSchema, User } from "scimkit";
import { mappedStorage, mapTable } from "scimkit/sql";
import { afterAll, describe, expect, test } from "vitest";
import { serve } from "../../../support/adopting.ts";
import { hasPostgres, pgliteEngine, postgresEngine, sqliteEngine } from "../engines.ts";

const ENTERPRISE = EnterpriseUserSchema.id;
const ENGINES = [sqliteEngine("SQLite in memory"), hasPostgres ? postgresEngine() : pgliteEngine()];

describe.each(ENGINES)("rows that stay, on $name", (engine) => {
  afterAll(() => engine.close());

  /** People whose boss is a foreign key, and who stay when they are deleted. */
  async function people(column = "login_key text") {
    const { db, tables } = await engine.open();
    const { schema } = tables;
    const place = schema === undefined ? {} : { schema };
    const table = (name: string) => (schema === undefined ? name : `"${schema}".${name}`);
    const run = async (text: string) => (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text))).rows;
    const time = engine.isPostgres ? "timestamptz" : "text";
    await run(`CREATE TABLE ${table("people")} (id text PRIMARY KEY, org text, login text NOT NULL, ${column}, hash text, title text,
      boss text REFERENCES ${table("people")} (id), version integer NOT NULL, created_at ${time}, updated_at ${time},
      deleted_at ${time}, extra text, UNIQUE (org, id), UNIQUE (org, login_key))`);
    const meta = { version: "version", created: "created_at", lastModified: "updated_at" } as const;
    const resourceType = User.extend(EnterpriseUserSchema);
    const storage = mappedStorage({
      db,
      hashSecret: () => "hashed",
      ledger: schema === undefined ? "scim_ledger" : { schema, table: "scim_ledger" },
      tables: [
        mapTable(resourceType, {
          ...place,
          ...meta,
          table: "people",
          id: "id",
          tenant: "org",
          deleted: "deleted_at",
          rest: "extra",
          columns: {
            userName: { column: "login", key: "login_key" },
            title: "title",
            password: "hash",
            [`${ENTERPRISE}:manager.value` as const]: "boss",
          },
        }),
      ],
    });
    const rows = (id: string) => run(`SELECT * FROM ${table("people")} WHERE id = '${id}'`);
    return { storage, run, rows, people: table("people"), resourceType };
  }

  test("a boss can be deleted for good whom a row refers to that is out of sight, and whoever comes back has none", async () => {
    const { storage, rows, resourceType } = await people();
    await storage.prepare();
    const tenant = "acme";
    const only = { resourceTypes: [resourceType] };
    const keeping = serve(storage, { ...only, adopt: () => "restore", lifecycle: { delete: "deactivate" } }, tenant);
    const deleting = serve(storage, only, tenant);
    const { body: boss } = await keeping.user({ userName: "boss" });
    const manager = { [ENTERPRISE]: { manager: { value: boss.id } } };
    const { body: ada } = await keeping.user({
      userName: "ada",
      externalId: "x1",
      title: "Countess",
      password: "p",
      ...manager,
    });
    expect((await keeping.send("DELETE", `/Users/${ada.id}`)).status).toBe(204);
    expect(await rows(ada.id)).toMatchObject([
      { login: "ada", login_key: null, hash: null, title: "Countess", boss: boss.id, deleted_at: expect.anything() },
    ]);
    expect((await deleting.send("DELETE", `/Users/${boss.id}`)).status).toBe(204);
    expect(await rows(boss.id)).toEqual([]);
    expect(await rows(ada.id)).toMatchObject([{ boss: null }]);
    const back = await keeping.user({ userName: "ada", externalId: "x1" });
    expect(back).toMatchObject({ status: 201, body: { id: ada.id, title: "Countess" } });
    expect(await rows(ada.id)).toMatchObject([{ login_key: "ada", deleted_at: null, hash: null }]);
  });

  test("a row that the application has marked as deleted is gone for clients as well", async () => {
    const { storage, run, people: table, resourceType } = await people();
    await storage.prepare();
    const { user, send, names } = serve(storage, { resourceTypes: [resourceType] }, "acme");
    const { body: ada } = await user({ userName: "ada" });
    await run(`UPDATE ${table} SET deleted_at = '2026-01-01T00:00:00Z', login_key = NULL`);
    expect((await send("GET", `/Users/${ada.id}`)).status).toBe(404);
    expect(await names()).toEqual([]);
    expect((await user({ userName: "ada" })).status).toBe(201);
    // Its key is not filled again, which would take the name.
    await storage.prepare();
    expect(await names()).toEqual(["ada"]);
  });

  test("prepare says which columns must take NULL", async () => {
    const { storage } = await people("login_key text NOT NULL");
    await expect(storage.prepare()).rejects.toThrow(
      /people\.login_key is NOT NULL, and must be NULL in rows that `deleted` keeps/,
    );
  });
});
