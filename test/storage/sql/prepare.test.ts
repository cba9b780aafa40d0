import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { compileResourceType, User as UserDefinition } from "../../../src/index.ts";
import { openSqlite, type SqlStorage, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, REQUIRED, User } from "./calls.ts";
import { engines, hasPostgres, type Opened, postgresEngine } from "./engines.ts";
import { thing } from "./things.ts";
import { toVersion1 } from "./versions.ts";

for (const engine of engines()) {
  describe(engine.name, () => {
    afterAll(() => engine.close());

    test("the tables are made once, by whoever comes first, and what they hold stays", async () => {
      const { storage, db, tables } = await engine.open();
      await callsOf(storage).user("u1");
      const again = () =>
        sqlStorage({ db, tablePrefix: "other_", ...(tables.schema === undefined ? {} : { schema: tables.schema }) });
      await Promise.all([again().prepare(), again().prepare(), again().prepare(), storage.prepare()]);
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
      await later.prepare();
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

    test("where nothing is to do, prepare reads and takes no lock", async () => {
      const { storage, sent } = await engine.open({ searchable: ["displayName", "emails.value"] });
      sent.length = 0;
      expect(await storage.prepare()).toEqual({ made: [], unused: [], dropped: [] });
      for (const { sql } of sent) expect(sql).toMatch(/^(?:SELECT|PRAGMA)\b(?!.*pg_advisory)/);
      expect(sent.length).toBeLessThan(10);
    });

    test("what prepare would do is told as statements, and is done by whoever runs them", async () => {
      const { db, tables } = await engine.open();
      const options = { db, tablePrefix: "planned_", searchable: ["displayName", "emails.value"], ...placeOf(tables) };
      const statements = await sqlStorage(options).plan();
      expect(await sqlStorage(options).plan()).toHaveLength(statements.length);
      for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement));
      expect(await sqlStorage(options).plan()).toEqual([]);
      expect(await sqlStorage(options).prepare()).toEqual({ made: [], unused: [], dropped: [] });
      const calls = callsOf(sqlStorage(options));
      await calls.user("u1", { displayName: "Ada" });
      expect((await calls.find(User, 'displayName co "ada"')).totalResults).toBe(1);
    });

    test("indexes that nobody asks for any more are named, and dropped when that is asked for", async () => {
      const { db, tables, storage } = await engine.open({ indexed: ["title", "emails.value"], searchable: ["title"] });
      await callsOf(storage).user("u1", { title: "Engineer", emails: [{ value: "a@example.com" }] });
      const names = ["by_emails_value", "by_title", "in_title"].map((name) => expect.stringContaining(`scim_${name}_`));
      const less = sqlStorage({ db, ...placeOf(tables), indexed: ["emails.type"] });
      const { made } = await less.prepare();
      expect(made).toEqual([expect.stringContaining("scim_by_emails_type_")]);
      expect(await less.prepare()).toEqual({ made: [], unused: names, dropped: [] });
      expect(await less.plan()).toEqual([]);
      expect((await less.plan({ dropUnused: true })).join("\n")).toMatch(/^DROP /);
      expect(await less.prepare({ dropUnused: true })).toEqual({ made: [], unused: [], dropped: names });
      expect(await less.prepare({ dropUnused: true })).toEqual({ made: [], unused: [], dropped: [] });
      if (!engine.isPostgres) {
        const { rows } = await db.executeQuery(CompiledQuery.raw("SELECT DISTINCT attribute FROM scim_listed"));
        expect(rows).toEqual([]);
      }
      expect((await storage.prepare()).made).toEqual([names[1], names[0], names[2]]);
      for (const filter of ['emails.value eq "a@example.com"', 'title sw "eng"', 'title co "gine"'])
        expect((await callsOf(storage).find(User, filter)).totalResults).toBe(1);
    });

    test("an index whose attribute becomes multi-valued, or single again, is made anew and found by", async () => {
      const { db, tables } = await engine.open();
      const single = thing({ label: {}, code: {} });
      const multiple = thing({ label: { multiValued: true }, code: {} });
      const options = { db, ...placeOf(tables), indexed: ["label", "code"], searchable: ["label"] };
      const label = expect.stringMatching(/^scim_by_label_/);
      let count = 0;
      for (const [type, value, made] of [
        [single, "One", [label, expect.stringMatching(/^scim_by_code_/), expect.stringMatching(/^scim_in_label_/)]],
        // PostgreSQL keeps texts and lists of texts in an index of the same kind.
        [multiple, ["One"], engine.isPostgres ? [label] : [label, expect.stringMatching(/^scim_in_label_/)]],
        [single, "One", engine.isPostgres ? [label] : [expect.stringMatching(/^scim_in_label_/)]],
      ] as const) {
        const storage = sqlStorage({ ...options, resourceTypes: [type] });
        expect((await storage.prepare()).made).toEqual(made);
        expect((await storage.prepare()).made).toEqual([]);
        const compiled = compileResourceType(type);
        const calls = callsOf(storage);
        await calls.create(compiled, `t${count++}`, { label: value });
        for (const filter of ['label eq "one"', 'label co "ONE"'])
          expect((await calls.find(compiled, filter)).resources.map(({ id }) => id)).toContain(`t${count - 1}`);
      }
    });

    test("rows from when elements were texts do not keep an index over a part of elements from being made", async () => {
      const { db, tables } = await engine.open();
      const texts = thing({ label: { multiValued: true } });
      const parts = thing({ label: { type: "complex", multiValued: true, subAttributes: { value: {} } } });
      const before = sqlStorage({ db, ...placeOf(tables), resourceTypes: [texts] });
      await before.prepare();
      await callsOf(before).create(compileResourceType(texts), "t1", { label: ["One"] });
      const indexed = { indexed: ["label.value"], searchable: ["label.value"] };
      const after = sqlStorage({ db, ...placeOf(tables), resourceTypes: [parts], ...indexed });
      expect((await after.prepare()).made).toHaveLength(2);
      await callsOf(before).create(compileResourceType(texts), "t2", { label: ["One"] });
      await callsOf(after).create(compileResourceType(parts), "t3", { label: [{ value: "One" }] });
      const { resources } = await callsOf(after).find(compileResourceType(parts), 'label.value eq "one"');
      expect(resources.map(({ id }) => id)).toContain("t3");
    });

    test("schemas that differ from those of what is stored are told, with what it means, by tenant", async () => {
      const { db, tables } = await engine.open();
      const before = thing({ code: {}, label: {}, note: {} });
      const after = thing({ code: { uniqueness: "server" }, label: { multiValued: true }, more: {} });
      const storage = (type: typeof before) => sqlStorage({ db, ...placeOf(tables), resourceTypes: [type] });
      expect(await storage(before).prepare()).toMatchObject({ schemaChanges: [], unknownTypes: [] });
      await callsOf(storage(before)).create(compileResourceType(before), "t1", { code: "1" });
      await callsOf(storage(before), {}, { tenant: "acme" }).create(compileResourceType(before), "t1", { code: "1" });
      expect(await storage(before).schemaChanges({ resourceTypes: [before] })).toEqual([]);
      const changes = [
        { attribute: "code", change: "uniqueness", needsReindex: true },
        { attribute: "label", change: "type", needsReindex: true },
        { attribute: "more", change: "added", needsReindex: false },
        { attribute: "note", change: "removed", needsReindex: false },
      ];
      const told = await storage(after).schemaChanges({ resourceTypes: [after] });
      expect(told.map((one) => ({ ...one, changes: sorted(one.changes) }))).toEqual(
        [undefined, "acme"].map((tenant) => ({ resourceType: "Thing", tenant, changes, needsReindex: true })),
      );
      expect((await storage(after).prepare()).schemaChanges).toEqual(told);
      expect(await storage(after).schemaChanges({ resourceTypes: [after], tenant: "acme" })).toEqual(told.slice(1));
      const shouting = { comparisonKey: (_: unknown, value: unknown) => `${String(value).toUpperCase()}!` };
      const [byOther] = await storage(before).schemaChanges({ resourceTypes: [before], ...shouting });
      expect(byOther?.changes).toContainEqual({ attribute: "code", change: "comparison", needsReindex: true });
      await callsOf(storage(before)).remove(compileResourceType(before), "t1");
      expect(await storage(after).schemaChanges({ resourceTypes: [after] })).toEqual(told.slice(1));
    });

    test("types that are stored and no longer served are told", async () => {
      const { db, tables } = await engine.open();
      const storage = sqlStorage({ db, ...placeOf(tables), resourceTypes: [thing({}, "Device")] });
      await storage.prepare({ dropUnused: true });
      await callsOf(storage).user("u1");
      await callsOf(storage, REQUIRED, { tenant: "acme" }).user("u1");
      const unknownTypes = [undefined, "acme"].map((tenant) => ({ resourceType: "User", tenant }));
      expect(await storage.prepare()).toEqual({ ...NOTHING_DONE, schemaChanges: [], unknownTypes });
      const resourceTypes = [thing({}, "Device")];
      expect(await storage.unknownTypes({ resourceTypes, tenant: "acme" })).toEqual(unknownTypes.slice(1));
      await callsOf(storage).remove(User, "u1");
      expect(await storage.unknownTypes({ resourceTypes })).toEqual(unknownTypes.slice(1));
      expect(await storage.unknownTypes({ resourceTypes: [...resourceTypes, UserDefinition] })).toEqual([]);
    });
  });
}

describe.runIf(hasPostgres)("PostgreSQL, beside others", () => {
  const engine = postgresEngine();
  afterAll(() => engine.close());

  /** Makes a transaction that has written, and that ends when it is told to. */
  async function writer({ db, tables }: Opened) {
    const end = Promise.withResolvers<void>();
    const hasWritten = Promise.withResolvers<void>();
    const ended = db.transaction().execute(async (transaction) => {
      const touch = `UPDATE "${tables.schema}".scim_resource SET version = version WHERE id = 'u1'`;
      await transaction.executeQuery(CompiledQuery.raw(touch));
      hasWritten.resolve();
      await end.promise;
    });
    await hasWritten.promise;
    return {
      end() {
        end.resolve();
        return ended;
      },
    };
  }

  test("prepare of an up-to-date database waits for no open transaction, and nobody waits for it", async () => {
    const opened = await engine.open();
    await callsOf(opened.storage).user("u1");
    const order: string[] = [];
    const held = await writer(opened);
    const prepared = sqlStorage({ db: opened.db, ...placeOf(opened.tables) })
      .prepare()
      .then(() => order.push("prepare"));
    await callsOf(opened.storage).user("u2");
    order.push("create");
    await prepared;
    await held.end();
    order.push("transaction");
    expect(order.at(-1)).toBe("transaction");
    expect(order).toHaveLength(3);
  });

  test("an index that is made concurrently waits for an open transaction, and no other writer for it", async () => {
    const opened = await engine.open();
    await callsOf(opened.storage).user("u1", { title: "Engineer" });
    const order: string[] = [];
    const held = await writer(opened);
    const storage = sqlStorage({ db: opened.db, ...placeOf(opened.tables), indexed: ["title"], searchable: ["title"] });
    const prepared = storage.prepare({ concurrently: true }).then((done) => {
      order.push("prepare");
      return done;
    });
    await waits(opened, "CREATE INDEX CONCURRENTLY");
    await callsOf(opened.storage).user("u2", { title: "Engineer" });
    order.push("create");
    await held.end();
    expect((await prepared).made).toHaveLength(2);
    expect(order).toEqual(["create", "prepare"]);
    expect((await callsOf(storage).find(User, 'title eq "engineer"')).totalResults).toBe(2);
    expect(await storage.prepare({ concurrently: true })).toMatchObject({ made: [] });
  });

  test("what a broken-off concurrent build left is made anew, by one of several processes, and asked by none before", async () => {
    const opened = await engine.open({ indexed: ["title"] });
    const { db, tables, sent } = opened;
    const leaveInvalid = `UPDATE pg_index SET indisvalid = false WHERE indexrelid =
      (SELECT c.oid FROM pg_class c WHERE c.relnamespace = '"${tables.schema}"'::regnamespace AND c.relname LIKE 'scim_by_title%')`;
    await callsOf(opened.storage).user("u1", { title: "Engineer" });
    for (const concurrently of [true, false]) {
      await db.executeQuery(CompiledQuery.raw(leaveInvalid));
      const storages = [1, 2, 3].map(() => sqlStorage({ db, ...placeOf(tables), indexed: ["title"] }));
      sent.length = 0;
      expect((await callsOf(storages[0] as SqlStorage).find(User, 'title eq "engineer"')).totalResults).toBe(1);
      expect(sent.at(-1)?.sql).not.toContain("left(");
      const done = await Promise.all(storages.map((storage) => storage.prepare({ concurrently })));
      expect(done.flatMap(({ made }) => made)).toEqual([expect.stringContaining("scim_by_title_")]);
      sent.length = 0;
      expect((await callsOf(storages[0] as SqlStorage).find(User, 'title eq "engineer"')).totalResults).toBe(1);
      expect(sent.at(-1)?.sql).toContain("left(");
    }
  });

  test("the index of a version is made concurrently ahead of it, and only once", async () => {
    const opened = await engine.open();
    const { db, tables, sent } = opened;
    await callsOf(opened.storage).user("u1");
    await toVersion1(opened);
    const storage = sqlStorage({ db, ...placeOf(tables) });
    const planned = await storage.plan({ concurrently: true });
    expect(planned[0]).toMatch(/^CREATE INDEX CONCURRENTLY "scim_resource_shape"/);
    sent.length = 0;
    expect(await storage.prepare({ concurrently: true })).toEqual({
      ...NOTHING_DONE,
      made: ["version 2", "version 3"],
    });
    const made = sent.map(({ sql }) => sql).filter((one) => one.startsWith("CREATE INDEX"));
    expect(made).toEqual([
      planned[0],
      expect.stringMatching(/^CREATE INDEX "scim_outbox_due" ON/),
      expect.stringMatching(/^CREATE INDEX "scim_ledger_until" ON/),
    ]);
    expect((await callsOf(storage).find(User, 'userName eq "u1"')).totalResults).toBe(1);
  });

  test("unused indexes are dropped concurrently too", async () => {
    const { db, tables } = await engine.open({ indexed: ["title"] });
    const less = sqlStorage({ db, ...placeOf(tables), indexed: [] });
    const how = { concurrently: true, dropUnused: true };
    expect(await less.plan(how)).toEqual([
      expect.stringMatching(/^DROP INDEX CONCURRENTLY "\w+"\."scim_by_title_\w+"$/),
    ]);
    expect((await less.prepare(how)).dropped).toHaveLength(1);
    expect(await less.prepare(how)).toEqual(NOTHING_DONE);
  });
});

/** Until a statement that begins so waits for a lock. */
async function waits({ db }: Opened, beginning: string): Promise<void> {
  const query = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND starts_with(query, '${beginning}')`;
  while ((await db.executeQuery(CompiledQuery.raw(query))).rows.length === 0);
}

const NOTHING_DONE = { made: [], unused: [], dropped: [] };

function placeOf({ schema }: Opened["tables"]): { readonly schema?: string } {
  return schema === undefined ? {} : { schema };
}

function sorted<T extends { readonly attribute: string }>(changes: readonly T[]): readonly T[] {
  return changes.toSorted((one, other) => (one.attribute < other.attribute ? -1 : 1));
}

test("options that cannot be are refused when they are given, with what to change", async () => {
  const db = await openSqlite(":memory:");
  expect(() => sqlStorage({ db, indexed: ["shoeSize"] })).toThrow("indexed names shoeSize");
  expect(() => sqlStorage({ db, searchable: ["members.value"] })).toThrow("searchable names members.value");
  expect(() => sqlStorage({ db, tablePrefix: 'x"; DROP' })).toThrow("tablePrefix must be");
  await expect(sqlStorage({ db, schema: "scim" }).prepare()).rejects.toThrow("tablePrefix");
  await db.destroy();
});
