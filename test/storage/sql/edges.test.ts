import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { schemasOf } from "../../../src/schema/canonical.ts";
import { SELECT_ALL } from "../../../src/storage/adapter.ts";
import { sqlStorage } from "../../../src/storage/sql/index.ts";
import { AT, callsOf, Group, REQUIRED, User } from "./calls.ts";
import { hasPostgres, type Opened, pgliteEngine, postgresEngine, sqliteEngine } from "./engines.ts";

for (const engine of [sqliteEngine("SQLite in memory"), pgliteEngine()])
  describe(engine.name, () => {
    let opened: Opened;
    let calls: ReturnType<typeof callsOf>;
    beforeAll(async () => {
      opened = await engine.open({ indexed: ["displayName"] });
      calls = callsOf(opened.storage);
    });
    afterAll(() => engine.close());
    beforeEach(() => {
      opened.sent.length = 0;
    });

    test("a prefix that ends in the last character before the surrogates, or in the last of all, finds what begins with it", async () => {
      const names = ["a\ud7ff", "a\ud7ffb", "a\ue000", "a\ufffd", "a\u{10ffff}", "a\u{10ffff}b", "b"];
      for (const [index, displayName] of names.entries()) await calls.user(`edge${index}`, { displayName });
      const found = async (prefix: string) => {
        const page = await calls.find(
          User,
          `displayName sw ${JSON.stringify(prefix)}`,
          undefined,
          undefined,
          SELECT_ALL,
        );
        return page.resources.map(({ displayName }) => displayName);
      };
      expect(await found("a\ud7ff")).toEqual(["a\ud7ff", "a\ud7ffb"]);
      expect(await found("a\u{10ffff}")).toEqual(["a\u{10ffff}", "a\u{10ffff}b"]);
      expect(await found("a")).toEqual(names.slice(0, -1));
      expect(await found("\u{10ffff}")).toEqual([]);
      // Half a character is none, and each driver makes of it what it likes.
      const texts = opened.sent.flatMap(({ parameters }) => parameters).filter((value) => typeof value === "string");
      expect(texts.filter((text) => text.startsWith("a\ue000"))).not.toEqual([]);
      expect(texts.filter((text) => !text.isWellFormed())).toEqual([]);
    });

    test("a version that no number holds to the last digit is the version of nothing [G-2]", async () => {
      const attributes = { displayName: "counted" };
      const stored = await calls.group("counted");
      const { prefix, schema } = opened.tables;
      const table = `${schema === undefined ? "" : `"${schema}".`}"${prefix}resource"`;
      // 2 to the 53rd, as after so many writes: the next number cannot be told from it.
      await opened.db.executeQuery(
        CompiledQuery.raw(`UPDATE ${table} SET version = 9007199254740992 WHERE id = 'counted'`),
      );
      for (const version of ["9007199254740993", "99999999999999999999999", "1e3", " 1", "-1", ""]) {
        const meta = { resourceType: "Group", created: AT, lastModified: AT };
        const before = {
          ...stored,
          ...attributes,
          id: "counted",
          schemas: schemasOf(Group, attributes),
          meta: { ...meta, version },
        };
        const resource = { displayName: "changed", schemas: schemasOf(Group, attributes), id: "counted", meta };
        const request = {
          resourceType: Group,
          id: "counted",
          resource,
          secrets: {},
          select: SELECT_ALL,
          at: AT,
          notify() {},
        };
        await expect(
          opened.storage.replace({ ...request, before, ifVersion: version, checkReferences: REQUIRED }, {}),
        ).rejects.toMatchObject({ status: 412 });
      }
      expect(await calls.get(Group, "counted")).toMatchObject({ displayName: "counted" });
    });
  });

if (hasPostgres)
  describe("PostgreSQL: a delta that waits for another one", () => {
    const engine = postgresEngine(4, "scimkit-edges");
    afterAll(() => engine.close());

    test.each([
      ["removes", [] as string[], ["ann"], ["bob"]],
      ["removes and adds", ["cid"], ["ann"], ["bob", "cid"]],
      ["adds", ["ann", "cid"], [] as string[], ["ann", "bob", "cid"]],
    ])("%s what is there when it is done, and not when it began [G-1 G-9]", async (_, add, remove, members) => {
      const { storage, db, tables } = await engine.open();
      const calls = callsOf(storage);
      for (const id of ["ann", "bob", "cid"]) await calls.user(id);
      await calls.group("g", ["bob"]);
      const waiting = async (): Promise<boolean> => {
        const { rows } = await db.executeQuery(
          CompiledQuery.raw(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'scimkit-edges' AND wait_event_type = 'Lock'",
          ),
        );
        return rows.length > 0;
      };
      let second: ReturnType<typeof calls.delta> | undefined;
      await db.transaction().execute(async (first) => {
        await callsOf(sqlStorage({ db: first, tablePrefix: tables.prefix, schema: tables.schema as string })).delta(
          "g",
          ["ann"],
        );
        second = calls.delta("g", add, remove);
        while (!(await waiting()));
      });
      expect(await second).toMatchObject({
        added: [...add].filter((id) => id !== "ann").map((value) => ({ value })),
        removed: remove,
      });
      const group = (await calls.get(Group, "g")) as unknown as { members: { value: string }[] };
      expect(group.members.map(({ value }) => value).toSorted()).toEqual(members);
    });
  });
