import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { EnterpriseUserSchema } from "../../../src/index.ts";
import { pickSize } from "../../support/size.ts";
import { callsOf, Group, NOTHING, User } from "./calls.ts";
import { engines, type Opened, pgliteEngine } from "./engines.ts";

const USERS = 5000;
const TERMS = pickSize("terms in one filter", { everyday: 1100, thorough: 20_000 });

for (const engine of engines()) {
  describe(engine.name, () => {
    let opened: Opened;
    let calls: ReturnType<typeof callsOf>;

    beforeAll(async () => {
      opened = await engine.open({ searchable: ["displayName", "emails.value"] });
      calls = callsOf(opened.storage);
      await calls.user("u00000", {
        displayName: "Person 00000",
        emails: [{ value: "00000@example.com", type: "work" }],
        // A table of next to nothing PostgreSQL would rather read than ask an index that it has not merged yet.
        ...(engine.isPostgres ? { addresses: [{ formatted: "A street of a town in a country. ".repeat(20) }] } : {}),
      });
      await copies();
      await calls.group("g1", ["u00001", "u00002", "u00003"]);
      await calls.group("g2", ["u00002"]);
    });
    afterAll(() => engine.close());
    beforeEach(() => {
      opened.sent.length = 0;
    });

    const run = async (text: string, parameters: readonly unknown[] = []) =>
      (await opened.db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...parameters]))).rows;
    const table = (name: string): string => {
      const { prefix, schema } = opened.tables;
      return `${schema === undefined ? "" : `"${schema}".`}"${prefix}${name}"`;
    };

    /** Enough users for a planner to prefer an index, made of the first one. */
    const copies = async () => {
      const digits = engine.isPostgres ? "lpad(n::text, 5, '0')" : "printf('%05d', n)";
      const numbers = engine.isPostgres
        ? `(SELECT generate_series(1, ${USERS}) AS n) numbers`
        : `(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${USERS}) SELECT n FROM counted)`;
      const keys = engine.isPostgres
        ? `replace(keys::text, '00000', ${digits})::jsonb`
        : `jsonb(replace(json(keys), '00000', ${digits}))`;
      await run(
        `INSERT INTO ${table("resource")} (tenant, type, id, version, created, modified, modified_key, document, keys) SELECT tenant, type, 'u' || ${digits}, version, created, modified, modified_key, replace(document, '00000', ${digits}), ${keys} FROM ${table("resource")}, ${numbers}`,
      );
      await run(
        `INSERT INTO ${table("unique")} (scope, attribute, key, tenant, id) SELECT scope, attribute, 'u' || ${digits}, tenant, 'u' || ${digits} FROM ${table("unique")}, ${numbers}`,
      );
    };

    /** How the statements that were sent since are run. */
    const plansOf = async (): Promise<string> => {
      const sent = [...opened.sent];
      return opened.db.connection().execute(async (connection) => {
        const ask = async (text: string, parameters: readonly unknown[] = []) =>
          (await connection.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...parameters]))).rows;
        const plans: string[] = [];
        for (const { sql, parameters } of sent) {
          const rows = await ask(`${engine.isPostgres ? "EXPLAIN" : "EXPLAIN QUERY PLAN"} ${sql}`, parameters);
          plans.push(rows.map((row) => String(row["QUERY PLAN"] ?? row.detail)).join("\n"));
        }
        return plans.join("\n");
      });
    };
    /** The tables have the aliases r, m, u and h; `r` is a page as well. */
    const looksAtAll = engine.isPostgres ? /Seq Scan on scim_/ : /SCAN [rmuh]\b(?! USING| LEFT-JOIN)/;

    test("the data is there, and a plan that looks at every resource is told from one that does not", async () => {
      expect((await calls.find(User, undefined, { startIndex: 1, count: 0 })).totalResults).toBe(USERS + 1);
      opened.sent.length = 0;
      expect((await calls.find(User, 'nickName co "x"')).totalResults).toBe(0);
      const plan = await plansOf();
      expect(plan).toMatch(/scim_resource_(?:type|pkey)/);
      expect(plan).not.toMatch(/scim_unique_pkey|SEARCH u/);
    });

    test.each([
      ["userName", 'userName eq "U00042"', 1, /scim_unique_pkey/, /SEARCH u/],
      ["an id", 'id eq "u00042"', 1, /scim_resource_(?:pkey|type)/, /SEARCH r/],
      [
        "an indexed attribute",
        'displayName eq "person 00042"',
        1,
        /scim_by_displayname/,
        /scim_by_displayname_\w+ \(type=\? AND tenant=\? AND/,
      ],
      [
        "a beginning",
        'displayName sw "person 0004"',
        10,
        /scim_by_displayname/,
        /scim_by_displayname_\w+ \(type=\? AND tenant=\? AND/,
      ],
      [
        "a value of a multi-valued attribute",
        'emails.value eq "00042@example.com"',
        1,
        /scim_by_emails_value/,
        /SEARCH l/,
      ],
      [
        "a value path",
        'emails[type eq "work" and value eq "00042@example.com"]',
        1,
        /scim_by_emails_value/,
        /SEARCH l/,
      ],
      [
        "a part of a searchable attribute",
        'displayName co "son 0004"',
        10,
        /scim_in_displayname/,
        /VIRTUAL TABLE INDEX/,
      ],
      [
        "a part of a searchable multi-valued attribute",
        'emails.value co "0042@exa"',
        1,
        /scim_in_emails_value/,
        /VIRTUAL TABLE INDEX/,
      ],
    ])("a user is found by %s without a look at the others", async (_, filter, count, onPostgres, onSqlite) => {
      expect(await calls.find(User, filter)).toMatchObject({ totalResults: count });
      expect(opened.sent).toHaveLength(1);
      const plan = await plansOf();
      expect(plan).toMatch(engine.isPostgres ? onPostgres : onSqlite);
      expect(plan).not.toMatch(looksAtAll);
    });

    test("the groups of a user, and the users of a group, are found by the index over references", async () => {
      expect(await calls.find(Group, 'members.value eq "u00002"')).toMatchObject({ totalResults: 2 });
      expect(await calls.find(User, 'groups.value eq "g1"')).toMatchObject({ totalResults: 3 });
      expect(await plansOf()).not.toMatch(looksAtAll);
    });

    test("the users of a manager are found by the index over references, whether the manager is there or not", async () => {
      const manager = `${EnterpriseUserSchema.id}:manager`;
      const unchecked = callsOf(opened.storage, {});
      // The second one is written with a combining accent.
      for (const [id, value] of Object.entries({ r1: "u00001", r2: "absente\u0301" }))
        await unchecked.user(id, { [EnterpriseUserSchema.id]: { manager: { value } } });
      opened.sent.length = 0;
      for (const [value, id] of Object.entries({ u00001: "r1", "absent\u00e9": "r2" })) {
        const { resources } = await calls.find(User, `${manager}.value eq "${value}"`);
        expect(resources.map((found) => found.id)).toEqual([id]);
      }
      expect(await plansOf()).not.toMatch(looksAtAll);
      for (const id of ["r1", "r2"]) await calls.remove(User, id);
    });

    test.each([
      undefined,
      "userName",
      "displayName",
    ])("a cursor page far on is found by the index, sorted by %s", async (sortBy) => {
      const far = JSON.stringify([
        ">",
        "u04000",
        ...(sortBy === undefined ? [] : [sortBy === "userName" ? "u04000" : "person 04000"]),
      ]);
      const { resources } = await calls.find(User, undefined, { cursor: far, count: 10 }, sortBy);
      expect(resources.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => `u0${4001 + index}`));
      expect(opened.sent).toHaveLength(1);
      const plan = await plansOf();
      expect(plan).not.toMatch(looksAtAll);
      expect(plan).toMatch(
        sortBy === undefined ? /scim_resource_(?:type|pkey)/ : new RegExp(`scim_by_${sortBy.toLowerCase()}_`),
      );
    });

    test("a page whose members are not selected reads no member", async () => {
      await calls.find(Group, undefined);
      await calls.get(Group, "g1", NOTHING);
      for (const { sql } of opened.sent) expect(sql).not.toContain("scim_element");
    });

    test("a page of users with their groups, and its total, is one statement [G-14 G-15]", async () => {
      const { resources } = await calls.find(User, undefined, { startIndex: 1, count: 5 }, undefined, {
        includes: () => true,
      });
      expect(resources.map(({ groups }) => groups)).toEqual([
        undefined,
        [{ value: "g1", display: "g1", type: "direct" }],
        [
          { value: "g1", display: "g1", type: "direct" },
          { value: "g2", display: "g2", type: "direct" },
        ],
        [{ value: "g1", display: "g1", type: "direct" }],
        undefined,
      ]);
      expect(opened.sent).toHaveLength(1);
    });

    test("a delta reads no element that it does not name, and is one statement on PostgreSQL [G-1]", async () => {
      // Which shapes the rows have, is looked up once in a lease: time stands still, so that it does not end.
      const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now());
      onTestFinished(() => clock.mockRestore());
      await calls.delta("g1", [], ["nobody"]);
      opened.sent.length = 0;
      await calls.delta("g1", ["u00010", "u00001"], ["u00003", "nobody"]);
      if (engine.isPostgres) expect(opened.sent).toHaveLength(1);
      opened.sent.length = 0;
      await calls.delta("g1", ["u00003"], ["u00010"], "2");
      if (engine.isPostgres) expect(opened.sent).toHaveLength(1);
      for (const { parameters } of opened.sent) expect(parameters.length).toBeLessThan(50);
    });

    test("what a client sends is never part of a statement's text [T-K1 T-K5]", async () => {
      const evil = "x'; DROP TABLE scim_resource; --";
      await calls.user("evil", { displayName: evil, emails: [{ value: evil }], name: { givenName: evil } });
      for (const operator of ["eq", "ne", "co", "sw", "ew", "gt", "le"])
        for (const path of [
          "userName",
          "displayName",
          "emails.value",
          "emails",
          "name.givenName",
          "id",
          "groups.display",
        ])
          await calls.find(User, `${path} ${operator} ${JSON.stringify(evil)}`);
      await calls.find(User, `emails[value eq ${JSON.stringify(evil)}]`);
      await calls.get(User, evil);
      await calls.delta(evil, [evil], [evil]);
      await calls.remove(User, "evil");
      for (const { sql } of opened.sent) expect(sql).not.toContain("DROP TABLE");
    });

    test("a filter of many terms is neither too deep nor too long for the database [T-K2 T-K4 T-C5]", async () => {
      for (const count of [1001, TERMS]) {
        const terms = Array.from({ length: count }, (_, index) => ({
          type: "compare" as const,
          path: User.resolve("title") ?? expect.fail(),
          operator: "eq" as const,
          value: `t${index}`,
        }));
        const one = {
          type: "compare" as const,
          path: User.resolve("userName") ?? expect.fail(),
          operator: "eq" as const,
          value: "u00042",
        };
        const found = await opened.storage.query(
          {
            resourceType: User,
            filter: { type: "or", filters: [...terms, one] },
            page: { startIndex: 1, count: 10 },
            select: NOTHING,
          },
          {},
        );
        expect(found.resources.map(({ id }) => id)).toEqual(["u00042"]);
      }
    });
  });
}

test("without the extension for trigrams, every resource is looked at, and found all the same", async () => {
  const engine = pgliteEngine(false);
  const { storage, sent } = await engine.open({ searchable: ["displayName"] });
  const calls = callsOf(storage);
  await calls.user("u1", { displayName: "Ada Lovelace" });
  sent.length = 0;
  expect(await calls.find(User, 'displayName co "LOVE"')).toMatchObject({ totalResults: 1 });
  for (const { sql } of sent) expect(sql).not.toContain("LIKE");
  await engine.close();
});
