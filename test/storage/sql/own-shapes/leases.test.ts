import type { Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AttributeLiteral } from "../../../../src/index.ts";
import { readAttribute } from "../../../../src/schema/value.ts";
import { SELECT_ALL } from "../../../../src/storage/adapter.ts";
import { sqlStorage } from "../../../../src/storage/sql/index.ts";
import { hasPostgres, type Opened, pgliteEngine, postgresEngine, sqliteEngine } from "../engines.ts";
import { releasesOf, thing } from "./two-releases.ts";

const LIST: AttributeLiteral = { type: "complex", multiValued: true, subAttributes: { value: {}, kind: {} } };
const COLLECTION: AttributeLiteral = { ...LIST, scimkit: { collection: true } };

/** A database whose statements can be kept waiting, as those of a busy process are. */
function delayed(db: Kysely<unknown>) {
  let waiting: { readonly isMeant: RegExp; readonly held: () => void; readonly gate: Promise<void> } | undefined;
  const wrap = (inner: Kysely<unknown>): Kysely<unknown> =>
    new Proxy(inner, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name, object);
        if (typeof value !== "function") return value;
        if (name === "withoutPlugins") return () => wrap(Reflect.apply(value, object, []));
        if (name !== "executeQuery") return value.bind(object);
        return async (query: { readonly sql: string }, ...more: readonly unknown[]) => {
          if (waiting?.isMeant.test(query.sql) === true) {
            const { held, gate } = waiting;
            waiting = undefined;
            held();
            await gate;
          }
          return Reflect.apply(value, object, [query, ...more]);
        };
      },
    });
  return {
    db: wrap(db),
    /** Keeps the next statement waiting that is meant; `reached` tells when it has come. */
    hold(isMeant: RegExp) {
      let [held, release] = [() => {}, () => {}];
      const reached = new Promise<void>((resolve) => {
        held = resolve;
      });
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      waiting = { isMeant, held, gate };
      return { reached, release };
    },
  };
}

const engines = [sqliteEngine("SQLite in memory"), pgliteEngine(), ...(hasPostgres ? [postgresEngine()] : [])];

describe.each(engines)("statements that are late on $name", (engine) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await engine.open();
  });
  afterAll(() => engine.close());

  const READ = /r\.document|"r"\."document"/;
  const elements = [{ value: "one" }, { value: "two" }];

  test.each([
    ["list", LIST, COLLECTION],
    ["collection", COLLECTION, LIST],
  ])("a %s that another release moves while a PATCH waits to read it loses nothing", async (name, before, after) => {
    const slow = delayed(opened.db);
    const tenant = `late ${name}`;
    const [old] = releasesOf({ ...opened, db: slow.db }, tenant, [thing({ a: before })]).releases;
    const [now] = releasesOf(opened, tenant, [thing({ a: after })]).releases;
    await old.create("t", { a: elements });
    await old.get("t");
    const { reached, release } = slow.hold(READ);
    const patched = old.patch("t", { op: "replace", path: 'a[value eq "one"].kind', value: "k" });
    await reached;
    expect((await now.patch("t", { op: "replace", path: "note", value: "moved" })).status).toBe(200);
    release();
    expect((await patched).status).toBe(200);
    for (const { get } of [old, now])
      expect((await get("t")).json.a).toEqual(
        expect.toSatisfy(
          (all: readonly { value: string }[]) =>
            all
              .map(({ value }) => value)
              .sort()
              .join() === "one,two",
        ),
      );
  });

  test("a stream of a collection that a reindex moves into documents breaks off", async () => {
    const tenant = "streamed";
    const many = Array.from({ length: 2500 }, (_, index) => ({ value: `e${String(index).padStart(5, "0")}` }));
    const [was, is] = [thing({ a: COLLECTION }), thing({ a: LIST })];
    const [old] = releasesOf(opened, tenant, [was]).releases;
    await old.create("t", { a: many });
    const { prefix, schema } = opened.tables;
    const storage = sqlStorage({ db: opened.db, tablePrefix: prefix, ...(schema === undefined ? {} : { schema }) });
    const page = { startIndex: 1, count: 10 };
    const found = await storage.query({ resourceType: old.type, page, select: SELECT_ALL, stream: true }, { tenant });
    const stream = readAttribute(found.resources[0] ?? {}, old.type.attribute("a") ?? expect.fail());
    await storage.reindex({ resourceTypes: [is], tenant });
    const read = async (): Promise<number> => {
      let count = 0;
      for await (const _ of stream as AsyncIterable<object>) count++;
      return count;
    };
    await expect(read()).rejects.toMatchObject({ status: 503 });
  });
});
