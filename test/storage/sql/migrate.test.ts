import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { openSqlite, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, User } from "./calls.ts";
import { engines } from "./engines.ts";

for (const engine of engines()) {
  describe(engine.name, () => {
    afterAll(() => engine.close());

    test("the tables are made once, by whoever comes first, and what they hold stays", async () => {
      const { storage, db, tables } = await engine.open();
      await callsOf(storage).user("u1");
      const again = () =>
        sqlStorage({ db, tablePrefix: "other_", ...(tables.schema === undefined ? {} : { schema: tables.schema }) });
      await Promise.all([again().migrate(), again().migrate(), again().migrate(), storage.migrate()]);
      await callsOf(again()).user("u1");
      expect((await callsOf(storage).find(User, undefined)).totalResults).toBe(1);
      expect((await callsOf(again()).find(User, undefined)).totalResults).toBe(1);
    });

    test("an index that is asked for later finds what was there before", async () => {
      const { storage, db, tables } = await engine.open();
      const tags = { emails: [{ value: "a@example.com" }], title: "Engineer" };
      await callsOf(storage).user("u1", tags);
      const later = sqlStorage({
        db,
        ...(tables.schema === undefined ? {} : { schema: tables.schema }),
        indexed: ["emails.type", "emails.value", "title"],
        searchable: ["title", "emails.value"],
      });
      await later.migrate();
      await callsOf(later).user("u2", tags);
      for (const filter of [
        'emails.value eq "A@example.com"',
        'title co "gine"',
        'emails.value co "@exam"',
        'title eq "engineer"',
      ])
        expect((await callsOf(later).find(User, filter)).resources.map(({ id }) => id)).toEqual(["u1", "u2"]);
      await callsOf(storage).remove(User, "u1");
      expect((await callsOf(later).find(User, 'emails.value co "@exam"')).totalResults).toBe(1);
    });

    test("tables of a newer release are left alone", async () => {
      const { storage, db, tables } = await engine.open();
      const place = tables.schema === undefined ? "" : `"${tables.schema}".`;
      await db.executeQuery(CompiledQuery.raw(`INSERT INTO ${place}scim_migration (version, at) VALUES (99, 'later')`));
      await expect(storage.migrate()).rejects.toThrow("made by a newer scimkit");
    });
  });
}

test("options that cannot be are refused when they are given, with what to change", async () => {
  const db = await openSqlite(":memory:");
  expect(() => sqlStorage({ db, indexed: ["shoeSize"] })).toThrow("indexed names shoeSize");
  expect(() => sqlStorage({ db, searchable: ["members.value"] })).toThrow("searchable names members.value");
  expect(() => sqlStorage({ db, tablePrefix: 'x"; DROP' })).toThrow("tablePrefix must be");
  await expect(sqlStorage({ db, schema: "scim" }).migrate()).rejects.toThrow("tablePrefix");
  await db.destroy();
});
