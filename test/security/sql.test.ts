import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import { afterAll, expect, test } from "vitest";
import { sqlStorage } from "../../src/storage/sql/index.ts";
import { mariadbEngines } from "../storage/sql/engines/mariadb.ts";
import { type Engine, someEngines } from "../storage/sql/engines.ts";
import { directory, filtered, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const engines = [...someEngines(), ...mariadbEngines()];
const [sqlite] = engines;
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

/** A database that answers every statement with the error that it is given. */
function failing(error: unknown) {
  const statements: string[] = [];
  const connection: DatabaseConnection = {
    executeQuery(query: CompiledQuery) {
      statements.push(query.sql);
      return Promise.reject(error);
    },
    streamQuery() {
      throw error;
    },
  };
  const done = () => Promise.resolve();
  const db = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (inner) => new PostgresIntrospector(inner),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: done,
        acquireConnection: () => Promise.resolve(connection),
        beginTransaction: done,
        commitTransaction: done,
        rollbackTransaction: done,
        releaseConnection: done,
        destroy: done,
      }),
    },
  });
  return { storage: sqlStorage({ db }), statements };
}

test("text that no database takes is 400 on every engine, before a statement is sent [T-K3]", async () => {
  for (const engine of engines) {
    const { storage, sent } = await engine.open();
    const { ask, events } = directory({ storage });
    const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
    sent.length = 0;
    for (const odd of ["a\u0000b", "\\ud800"]) {
      const text = odd.replace("\u0000", "\\u0000");
      const answers = [
        await ask("POST", "/Users", `{"schemas":["${USER}"],"userName":"${text}"}`),
        await ask("POST", "/Users", `{"schemas":["${USER}"],"userName":"x","title":"${text}"}`),
        await ask("PUT", `/Users/${id}`, `{"schemas":["${USER}"],"userName":"ada","externalId":"${text}"}`),
      ];
      for (const answer of answers) expect(answer.status, answer.body).toBe(400);
    }
    expect(sent.filter(({ sql }) => /^(INSERT|UPDATE|WITH)/i.test(sql))).toEqual([]);
    for (const path of [
      "/Users/a%00b",
      "/Users?filter=userName%20eq%20%22a%5Cu0000b%22",
      "/Users?filter=title%20co%20%22%5Cu0000%22",
    ])
      expect((await ask("GET", path)).status, path).toBeLessThan(500);
    const member = patchOf({ op: "add", path: "members", value: [{ value: "a\u0000b" }] });
    const group = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" })).json.id;
    expect((await ask("PATCH", `/Groups/${group}`, member)).status).toBe(400);
    expect(events.filter(({ type }) => type === "fault")).toEqual([]);
  }
});

test("every error code of a driver has its answer: 503 with tries before it, 503 at once, or 500, and none of its text [T-K8]", async () => {
  const cases = [
    ["40001", 503, 5],
    ["40P01", 503, 5],
    ["57014", 503, 1],
    ["57P01", 503, 1],
    ["08006", 503, 1],
    ["53300", 503, 1],
    ["SQLITE_BUSY", 503, 1],
    ["ECONNRESET", 503, 1],
    ["22P05", 500, 1],
    ["42P01", 500, 1],
  ] as const;
  await Promise.all(
    cases.map(async ([code, status, tries]) => {
      const { storage, statements } = failing(Object.assign(new Error("canary of the driver"), { code }));
      const { ask } = directory({ storage });
      const answer = await ask("GET", "/Users/1");
      expect([code, answer.status, statements.length]).toEqual([code, status, tries]);
      expect(JSON.stringify(answer)).not.toContain("canary");
    }),
  );
});

test("a unique value and a missing reference are found by the database's own constraints: 409 and 400 [T-K8]", async () => {
  for (const engine of engines) {
    const { storage } = await engine.open();
    const { ask } = directory({ storage });
    const user = { schemas: [USER], userName: "ada" };
    const both = await Promise.all([ask("POST", "/Users", user), ask("POST", "/Users", user)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const group = { schemas: [GROUP], displayName: "g", members: [{ value: "nobody" }] };
    expect((await ask("POST", "/Groups", group)).json).toMatchObject({ status: "400", scimType: "invalidValue" });
  }
});

test("every table's tenant must be given, has no default, and is part of every key [T-K9]", async () => {
  const { db, tables } = await (sqlite as Engine).open();
  const rows = async <R>(text: string): Promise<readonly R[]> =>
    (await db.executeQuery<R>(CompiledQuery.raw(text))).rows;
  const names = await rows<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '${tables.prefix}*'`,
  );
  // What says of the tables themselves and of schemas which version they are, is nobody's.
  const shared = ["migration", "shape"].map((name) => tables.prefix + name);
  const withTenant = names.map(({ name }) => name).filter((name) => !shared.includes(name));
  expect(withTenant.length).toBeGreaterThanOrEqual(5);
  for (const table of withTenant) {
    const columns = await rows<{ name: string; notnull: number; dflt_value: unknown }>(`PRAGMA table_info(${table})`);
    expect(
      columns.find(({ name }) => name === "tenant"),
      table,
    ).toMatchObject({ notnull: 1, dflt_value: null });
    for (const { name, unique } of await rows<{ name: string; unique: number }>(`PRAGMA index_list(${table})`)) {
      if (unique === 0) continue;
      const parts = await rows<{ name: string }>(`PRAGMA index_info(${name})`);
      // The scope of a unique value is its tenant, or the schema that says it is unique everywhere.
      expect(
        parts.map((part) => part.name),
        `${table}.${name}`,
      ).toContain(table === `${tables.prefix}unique` ? "scope" : "tenant");
    }
  }
});

test("a deleted resource holds no unique value: the next one may have it, and is another one [T-K10]", async () => {
  for (const engine of engines) {
    const { storage } = await engine.open();
    const { ask } = directory({ storage });
    const ids = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const { status, json } = await ask("POST", "/Users", { schemas: [USER], userName: "ADA" });
      expect(status).toBe(201);
      ids.add(json.id);
      expect((await ask("GET", filtered("/Users", 'userName eq "ada"'))).json.totalResults).toBe(1);
      await ask("DELETE", `/Users/${json.id}`);
    }
    expect(ids.size).toBe(3);
  }
});
