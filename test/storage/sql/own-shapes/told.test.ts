import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { createScim, defineResourceType, defineSchema, type ScimEvent } from "../../../../src/index.ts";
import type { AttributeLiteral } from "../../../../src/schema/attribute.ts";
import { type SqlStorage, sqlStorage } from "../../../../src/storage/sql/index.ts";
import { Shapes } from "../../../../src/storage/sql/own/shapes.ts";
import { tablesOf } from "../../../../src/storage/sql/own/tables.ts";
import { sqliteEngine } from "../engines.ts";

const ITEM = "urn:example:params:scim:schemas:Item";
const itemOf = (attributes: { readonly [name: string]: AttributeLiteral }) =>
  defineResourceType({
    name: "Item",
    schema: defineSchema({ id: ITEM, name: "Item", attributes: { name: {}, ...attributes } }),
  });
const list = { type: "complex", multiValued: true, subAttributes: { value: {}, type: {} } } as const;
const before = itemOf({ code: {}, rows: list });
const after = itemOf({ code: { uniqueness: "server" }, rows: { ...list, scimkit: { collection: true } } });

function serve(storage: SqlStorage, type: typeof before) {
  const events: ScimEvent[] = [];
  const scim = createScim({
    resourceTypes: [type],
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({}),
    onChange: (event) => void events.push(event),
    onNotice: (event) => void events.push(event),
    limits: { elements: 10_000 },
  });
  const ask = async (method: string, path: string, body?: object) => {
    const response = await scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers: {},
      ...(body === undefined ? {} : { body: JSON.stringify({ schemas: [ITEM], ...body }) }),
    });
    let text = "";
    if (typeof response.body === "string") text = response.body;
    else for await (const chunk of response.body ?? []) text += typeof chunk === "string" ? chunk : Buffer.from(chunk);
    return { status: response.status, json: text === "" ? {} : JSON.parse(text) };
  };
  return { ask, events };
}

describe("resources of an older schema", () => {
  const engine = sqliteEngine("SQLite in memory");
  afterAll(() => engine.close());

  test("are told of once, with what has changed and whether to reindex", async () => {
    const { storage } = await engine.open({ resourceTypes: [after] });
    const { json } = await serve(storage, before).ask("POST", "/Items", { code: "a" });
    const { ask, events } = serve(storage, after);
    for (const path of [`/Items/${json.id}`, "/Items", '/Items?filter=code+eq+"a"'])
      expect((await ask("GET", path)).status).toBe(200);
    await ask("POST", "/Items", { code: "b" });
    expect(events.filter(({ type }) => type === "schemaChanged")).toEqual([
      {
        type: "schemaChanged",
        resourceType: "Item",
        changes: [
          { attribute: "code", change: "uniqueness", needsReindex: true },
          { attribute: "rows", change: "collection", needsReindex: true },
          { attribute: "rows.value", change: "collection", needsReindex: true },
          { attribute: "rows.type", change: "collection", needsReindex: true },
        ],
        needsReindex: true,
        storage: "sqlStorage on SQLite",
        context: {},
      },
    ]);
  });

  test('are refused where the host says schemaChanges: "refuse", and only where they need a reindex', async () => {
    const { storage, db } = await engine.open({ resourceTypes: [after] });
    await serve(storage, before).ask("POST", "/Items", { code: "a" });
    const strict = sqlStorage({ db, resourceTypes: [after], schemaChanges: "refuse" });
    expect((await serve(strict, itemOf({ code: {}, rows: list, more: {} })).ask("GET", "/Items")).status).toBe(200);
    const { ask, events } = serve(strict, after);
    expect((await ask("GET", "/Items")).status).toBe(503);
    expect((await ask("POST", "/Items", { code: "b" })).status).toBe(503);
    expect(events).toHaveLength(2);
    for (const event of events)
      expect(event).toMatchObject({
        type: "fault",
        error: { cause: { message: expect.stringContaining("code (uniqueness), rows (collection)") } },
      });
  });

  test("of a release that said nothing of schemas are told of, and refused, as needing a reindex", async () => {
    const opened = await engine.open({ resourceTypes: [after] });
    await serve(opened.storage, after).ask("POST", "/Items", { code: "a" });
    await unmark(opened.db);
    const storage = sqlStorage({ db: opened.db, resourceTypes: [after] });
    const { ask, events } = serve(storage, after);
    for (let times = 0; times < 2; times++) expect((await ask("GET", "/Items")).status).toBe(200);
    expect(events).toEqual([
      {
        type: "schemaChanged",
        resourceType: "Item",
        changes: [],
        needsReindex: true,
        storage: "sqlStorage on SQLite",
        context: {},
      },
    ]);
    const strict = serve(sqlStorage({ db: opened.db, resourceTypes: [after], schemaChanges: "refuse" }), after);
    expect((await strict.ask("GET", "/Items")).status).toBe(503);
    expect(strict.events).toMatchObject([
      { type: "fault", error: { cause: { message: expect.stringContaining("before rows said under which schema") } } },
    ]);
    await storage.reindex({ resourceTypes: [after] });
    expect(
      (await serve(sqlStorage({ db: opened.db, schemaChanges: "refuse" }), after).ask("GET", "/Items")).status,
    ).toBe(200);
  });

  test("that such a release writes after a reindex are found, and their unique values are taken", async () => {
    const opened = await engine.open({ resourceTypes: [after] });
    await serve(opened.storage, before).ask("POST", "/Items", { code: "a" });
    await opened.storage.reindex({ resourceTypes: [after] });
    // What it writes has no mark, and nobody is told of it.
    const late = sqlStorage({ db: opened.db, resourceTypes: [before] });
    await serve(late, before).ask("POST", "/Items", { code: "late" });
    await unmark(opened.db);
    const { ask } = serve(sqlStorage({ db: opened.db, resourceTypes: [after] }), after);
    const found = await ask("GET", `/Items?filter=${encodeURIComponent('code eq "LATE"')}`);
    expect(found.json.totalResults).toBe(1);
    expect((await ask("POST", "/Items", { code: "late" })).status).toBe(409);
    const { schemaChanges } = await opened.storage.prepare();
    expect(schemaChanges).toMatchObject([{ resourceType: "Item", needsReindex: true }]);
  });

  test.each([
    ["has become", before, after],
    ["is no longer", after, before],
  ])("show all elements of what %s a collection, however many there are", async (_, then, now) => {
    const { storage } = await engine.open({ resourceTypes: [after] });
    const rows = Array.from({ length: 2500 }, (__, index) => ({ value: `v${10_000 + index}`, type: "work" }));
    const { status, json } = await serve(storage, then).ask("POST", "/Items", { rows });
    expect(status).toBe(201);
    const { ask } = serve(storage, now);
    expect((await ask("GET", `/Items/${json.id}`)).json.rows).toEqual(rows);
    expect((await ask("GET", "/Items")).json.Resources[0].rows).toEqual(rows);
    expect((await ask("GET", `/Items?filter=${encodeURIComponent('rows.value eq "v12400"')}`)).json.totalResults).toBe(
      1,
    );
  });

  test("are found by a value that is too long to be unique", async () => {
    const { storage } = await engine.open({ resourceTypes: [after] });
    const code = "long".repeat(200);
    await serve(storage, before).ask("POST", "/Items", { code });
    const found = await serve(storage, after).ask("GET", `/Items?filter=${encodeURIComponent(`code eq "${code}"`)}`);
    expect(found.json.totalResults).toBe(1);
  });

  test("are remembered of the last thousand tenants that were told of", () => {
    const shapes = new Shapes(tablesOf());
    const own = { fingerprint: "own", attributes: {} };
    const isNews = (tenant: string) =>
      shapes.isNews(
        { resourceType: "Item", tenant, changes: [], needsReindex: true },
        { own, others: new Map([["other", undefined]]), asOf: 0 },
      );
    const tenants = Array.from({ length: 1000 }, (_, index) => `t${index}`);
    expect(tenants.filter(isNews)).toEqual(tenants);
    expect(tenants.filter(isNews)).toEqual([]);
    expect(isNews("one more")).toBe(true);
    expect(isNews("t999")).toBe(false);
    expect(isNews("t0")).toBe(true);
  });
});

/** Makes of all rows what a release writes that knows nothing of marks. */
async function unmark(db: Awaited<ReturnType<ReturnType<typeof sqliteEngine>["open"]>>["db"]): Promise<void> {
  for (const statement of [
    `UPDATE scim_resource SET keys = jsonb_remove(keys, '$."@shape"')`,
    "DELETE FROM scim_shape_use",
  ])
    await db.executeQuery(CompiledQuery.raw(statement));
}
