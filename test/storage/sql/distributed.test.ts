import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import { createScim, defineResourceType, defineSchema, Group, User } from "scimkit";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { faultOf } from "../../../src/storage/sql/dialect/fault.ts";
import { openSqlite, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, User as UserType } from "./calls.ts";
import { createStubs, dropStubs, stubbedPool } from "./engines/steps.ts";
import { hasPostgres } from "./engines.ts";

const License = defineResourceType({
  name: "License",
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:License",
    name: "License",
    attributes: { number: { uniqueness: "global" } },
  }),
});

describe.runIf(hasPostgres)("tables that are distributed by tenant", () => {
  const stubs = `scimkit_stubs_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
  let db: Kysely<unknown>;
  let schema: string;
  const run = async <R>(text: string) => (await db.executeQuery<R>(CompiledQuery.raw(text))).rows;
  const distributed = async () =>
    (
      await run<{ name: string; told: string }>(
        `SELECT c.relname AS name, p.told FROM ${stubs}.pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid ORDER BY p.at`,
      )
    ).map(({ name, told }) => `${name} ${told.replaceAll(/"?scimkit_\w+"?\.|"/g, "")}`);

  beforeAll(async () => {
    await createStubs(stubs);
    db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: stubbedPool(stubs, 4) }) });
  });
  afterAll(async () => {
    await db.destroy();
    await dropStubs(stubs);
  });
  beforeEach(async () => {
    schema = `scimkit_test_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
    await run(`DELETE FROM ${stubs}.pg_dist_partition`);
    return async () => {
      await run(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
    };
  });

  const ALL = [
    "scim_migration everywhere",
    "scim_shape everywhere",
    "scim_resource by tenant",
    ...["unique", "element", "secret", "shape_use", "outbox", "ledger"].map(
      (name) => `scim_${name} by tenant beside scim_resource`,
    ),
  ];

  test("are distributed by prepare, once, what they refer to first and the tenant in every key", async () => {
    const storage = sqlStorage({ db, schema, distributed: "citus" });
    const { made } = await storage.prepare();
    expect(made).toEqual(expect.arrayContaining(["distributed scim_resource", "distributed scim_unique"]));
    expect(await distributed()).toEqual(ALL);
    expect((await storage.prepare()).made).toEqual([]);
    expect(await distributed()).toEqual(ALL);
  });

  test("are made of tables that there are, with what is in them; what broke off goes on", async () => {
    await sqlStorage({ db, schema }).prepare();
    await callsOf(sqlStorage({ db, schema }), undefined, { tenant: "acme" }).user("ada");
    await run(`SELECT create_reference_table('"${schema}".scim_migration')`);
    const storage = sqlStorage({ db, schema, distributed: "citus" });
    await storage.prepare();
    expect(await distributed()).toEqual(ALL);
    const calls = callsOf(storage, undefined, { tenant: "acme" });
    expect(await calls.get(UserType, "ada")).toMatchObject({ userName: "ada" });
    await expect(calls.user("other", { userName: "ADA" })).rejects.toMatchObject({ status: 409 });
    await callsOf(storage, undefined, { tenant: "globex" }).user("ada");
  });

  test("are what plan prints, and it distributes nothing", async () => {
    const storage = sqlStorage({ db, schema, distributed: "citus" });
    const statements = await storage.plan();
    const place = `"${schema}".`;
    expect(statements).toEqual(
      expect.arrayContaining([
        `SELECT create_reference_table('${place}"scim_shape"')`,
        `SELECT create_distributed_table('${place}"scim_resource"', 'tenant')`,
        `SELECT create_distributed_table('${place}"scim_secret"', 'tenant', colocate_with => '${place}"scim_resource"')`,
      ]),
    );
    const created = statements.findIndex((text) => text.includes(`CREATE TABLE ${place}"scim_ledger"`));
    expect(created).toBeGreaterThan(0);
    expect(created).toBeLessThan(statements.findIndex((text) => text.includes("create_reference_table")));
    expect(await distributed()).toEqual([]);
    for (const statement of statements) await run(statement);
    expect(await storage.plan()).toEqual([]);
  });

  test("keep nothing unique over all tenants, which is said at the start", async () => {
    const storage = sqlStorage({ db, schema, distributed: "citus" });
    const because =
      /number is unique over all tenants \(uniqueness: "global"\), which tables that are distributed by tenant/;
    expect(() =>
      createScim({
        resourceTypes: [User, Group, License],
        storage,
        baseUrl: "https://example.com/scim/v2",
        authenticate: () => ({}),
      }),
    ).toThrow(because);
    expect(() => sqlStorage({ db, schema, distributed: "citus", resourceTypes: [License] })).toThrow(because);
  });

  test("need the extension, which is said by prepare and by plan", async () => {
    await run(`ALTER TABLE ${stubs}.pg_dist_partition RENAME TO hidden`);
    try {
      const storage = sqlStorage({ db, schema, distributed: "citus" });
      await expect(storage.plan()).rejects.toThrow("needs the extension citus");
      await expect(storage.prepare()).rejects.toThrow("needs the extension citus");
      expect(await run(`SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`)).toEqual([]);
    } finally {
      await run(`ALTER TABLE ${stubs}.hidden RENAME TO pg_dist_partition`);
    }
  });
});

test("what is distributed otherwise, or in another database, is refused with what to change", async () => {
  const db = await openSqlite(":memory:");
  expect(() => sqlStorage({ db, distributed: "citus" })).toThrow(
    'distributed: "citus" needs PostgreSQL, and db is SQLite',
  );
  const other = "spanner" as "citus";
  expect(() => sqlStorage({ db, distributed: other })).toThrow('distributed must be "citus"; it is "spanner"');
  await db.destroy();
});

test.each([
  ["XX000", 'duplicate key value violates unique constraint "scim_unique_pkey_102045"', "unique"],
  ["XX000", 'insert or update on table "scim_element_102099" violates foreign key constraint "k_102099"', "reference"],
  ["XX000", "could not open connection to worker", "unavailable"],
  [
    "08006",
    "connection to the remote node worker-1:5432 failed with the following error: server closed",
    "unavailable",
  ],
  ["23505", 'duplicate key value violates unique constraint "scim_unique_pkey_102045"', "unique"],
  ["40P01", "canceling the transaction since it was involved in a distributed deadlock", "contention"],
])("a worker's error that arrives as %s, %j, is %s", (code, message, fault) => {
  expect(faultOf(Object.assign(new Error(message), { code }))).toBe(fault);
});
