import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AttributeLiteral,
  defineResourceType,
  defineSchema,
  type ResourceTypeDefinition,
} from "../../../../src/index.ts";
import { hasPostgres, type Opened, pgliteEngine, postgresEngine, sqliteEngine } from "../engines.ts";
import { EXTRA, releasesOf, THING, thing } from "./two-releases.ts";

const engines = [sqliteEngine("SQLite in memory"), pgliteEngine(), ...(hasPostgres ? [postgresEngine()] : [])];

const setNote = { op: "replace", path: "note", value: "noted" };
const LIST: AttributeLiteral = { type: "complex", multiValued: true, subAttributes: { value: {}, kind: {} } };
const COLLECTION: AttributeLiteral = { ...LIST, scimkit: { collection: true } };
const REFERENCE: AttributeLiteral = {
  type: "complex",
  subAttributes: { value: {}, $ref: { type: "reference", referenceTypes: ["Thing"] } },
};
const elements = [{ value: "one", kind: "a" }, { value: "two" }, { value: "Three", kind: "b" }];
const long = "long".repeat(200);

/** A PATCH of members alone may be answered without them. */
const DONE = expect.toSatisfy((status) => status === 200 || status === 204);

let tenants = 0;

describe.each(engines)("rows of another shape on $name", (engine) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await engine.open();
  });
  afterAll(() => engine.close());

  const over = <const D extends readonly ResourceTypeDefinition[]>(...definitions: D) =>
    releasesOf(opened, `t${++tenants}`, definitions);
  const sorted = (list: readonly { readonly value: string }[]) =>
    [...list].sort((left, right) => (left.value < right.value ? -1 : 1));

  /** By the attribute `a`: what it was, what it is, and a value. */
  const CHANGES: readonly (readonly [string, AttributeLiteral | undefined, AttributeLiteral | undefined, unknown])[] = [
    ["single to multi-valued", {}, { multiValued: true }, "x"],
    ["multi-valued to single", { multiValued: true }, {}, ["x"]],
    ["multi-valued with two values to single", { multiValued: true }, {}, ["x", "y"]],
    ["string to integer", {}, { type: "integer" }, "42"],
    ["string without a number to integer", {}, { type: "integer" }, "many"],
    ["integer to string", { type: "integer" }, {}, 42],
    ["string to dateTime", {}, { type: "dateTime" }, "2026-01-01T00:00:00Z"],
    ["string to complex", {}, { type: "complex", subAttributes: { value: {}, kind: {} } }, "x"],
    ["complex to string", { type: "complex", subAttributes: { value: {} } }, {}, { value: "x" }],
    [
      "complex of two parts to string",
      { type: "complex", subAttributes: { value: {}, kind: {} } },
      {},
      { value: "x", kind: "k" },
    ],
    ["list to collection", LIST, COLLECTION, elements],
    ["collection to list", COLLECTION, LIST, elements],
    [
      "collection to another key of its elements",
      COLLECTION,
      { ...COLLECTION, subAttributes: { value: { caseExact: true }, kind: { caseExact: true } } },
      elements,
    ],
    [
      "collection to one with a unique part",
      COLLECTION,
      { ...COLLECTION, subAttributes: { value: {}, kind: { uniqueness: "server" } } },
      elements,
    ],
    ["not unique to unique", {}, { uniqueness: "server" }, "X"],
    ["unique to not unique", { uniqueness: "server" }, {}, "X"],
    ["unique in a tenant to unique over all", { uniqueness: "server" }, { uniqueness: "global" }, `X${engine.name}`],
    ["caseExact to not", { caseExact: true, uniqueness: "server" }, { uniqueness: "server" }, "Xy"],
    ["not caseExact to caseExact", { uniqueness: "server" }, { caseExact: true, uniqueness: "server" }, "Xy"],
    ["reference to string", REFERENCE, { type: "complex", subAttributes: { value: {} } }, { value: "other" }],
    ["string to reference", { type: "complex", subAttributes: { value: {} } }, REFERENCE, { value: "other" }],
    ["an attribute that goes", { uniqueness: "server" }, undefined, "x"],
    ["a collection that goes", COLLECTION, undefined, elements],
  ];

  describe.each(CHANGES)("%s", (...[, was, is, value]) => {
    const [before, after] = [was, is].map((literal) => thing(literal === undefined ? {} : { a: literal })) as [
      ResourceTypeDefinition,
      ResourceTypeDefinition,
    ];
    const shown = (answer: { readonly json: { readonly a?: unknown } }) => {
      const { a } = answer.json;
      return Array.isArray(a) && typeof a[0] === "object" ? sorted(a) : a;
    };
    const wanted = Array.isArray(value) && typeof value[0] === "object" ? sorted(value) : value;

    test("a PATCH of another attribute and a PUT of what was read lose nothing, and leave nothing stale", async () => {
      const { releases, tables } = over(before, after);
      const [old, now] = releases;
      await old.create("other", {});
      expect(await old.create("t", { a: value })).toMatchObject({ status: 201 });
      expect(await now.patch("t", setNote)).toMatchObject({ status: 200, json: { note: "noted" } });
      expect(await tables.stale()).toEqual([]);
      const { json } = await now.get("t");
      expect(await now.put("t", { ...json, note: "put" })).toMatchObject({
        status: 200,
        json: { ...json, note: "put", meta: {} },
      });
      expect(await tables.stale()).toEqual([]);
      expect(await old.patch("t", setNote)).toMatchObject({ status: 200 });
      expect(await tables.stale()).toEqual([]);
      expect(shown(await old.get("t"))).toMatchObject(wanted as object);
      expect(await now.put("t", { ...json, note: "again" })).toMatchObject({
        status: 200,
        json: { ...json, note: "again", meta: {} },
      });
      expect(await tables.stale()).toEqual([]);
    });
  });

  test("an attribute that one release alone knows keeps its value, its keys and its place among unique values when another writes", async () => {
    const known = { a: { uniqueness: "server" }, list: COLLECTION, tags: { multiValued: true } } as const;
    const { releases, tables } = over(thing({}), thing(known, { code: { uniqueness: "server" } }));
    const [old, now] = releases;
    const values = { a: "A1", list: elements, tags: ["x"], [EXTRA]: { code: "C1" } };
    await now.create("t", values);
    const before = await tables.one("t");
    expect(await old.patch("t", setNote)).toMatchObject({ status: 200 });
    expect(await old.put("t", { note: "put" })).toMatchObject({ status: 200, json: { note: "put" } });
    const after = await tables.one("t");
    expect(after.mark).not.toBe(before.mark);
    expect(after).toEqual({
      ...before,
      mark: after.mark,
      document: { ...before.document, note: "put" },
      keys: { ...before.keys, note: "put" },
    });
    const { json } = await now.get("t");
    expect({ ...json, list: sorted(json.list) }).toMatchObject({
      ...values,
      list: sorted(elements),
      note: "put",
      schemas: before.document.schemas,
    });
    expect(await now.find('a eq "a1"')).toEqual(["t"]);
    expect(await now.create("u", { a: "A1" })).toMatchObject({ status: 409, json: { scimType: "uniqueness" } });
  });

  test("what is in the way of a write is never the resource's own", async () => {
    const definition = thing({ a: { uniqueness: "server" } }, { boss: REFERENCE });
    const { releases, tables } = over(definition);
    const [now] = releases;
    await now.create("boss", {});
    for (const id of ["patched", "put", "robbed"]) {
      const values = { a: id, [EXTRA]: { boss: { value: "boss" } } };
      await now.create(id, values);
      // As a release left it that knew of neither, and of no marks.
      await loseValues(id);
    }
    async function loseValues(id: string): Promise<void> {
      const { document, keys, ...rest } = await tables.one(id);
      const { a: _, [EXTRA]: __, ...left } = document;
      const { a: ___, ...keysLeft } = keys;
      const key =
        opened.tables.schema === undefined ? `jsonb('${JSON.stringify(keysLeft)}')` : `'${JSON.stringify(keysLeft)}'`;
      await tables.run(
        `UPDATE ${tables.table("resource")} SET document = '${JSON.stringify(left)}', keys = ${key} WHERE id = '${rest.id}' AND tenant = '${tables.tenant}'`,
      );
    }
    const operations = [
      { op: "add", path: "a", value: "PATCHED" },
      { op: "add", path: `${EXTRA}:boss`, value: { value: "boss" } },
    ];
    expect(await now.patch("patched", ...operations)).toMatchObject({ status: 200, json: { a: "PATCHED" } });
    expect(await now.put("put", { a: "PUT", [EXTRA]: { boss: { value: "boss" } } })).toMatchObject({ status: 200 });
    expect(await now.create("robber", { a: "ROBBED" })).toMatchObject({ status: 201 });
    expect(await now.patch("robbed", setNote)).toMatchObject({ status: 200 });
    expect(await now.patch("put", { op: "replace", path: "a", value: "patched" })).toMatchObject({ status: 409 });
    expect(await tables.stale()).toEqual([]);
  });

  test("a value is looked for among rows from before it was unique, or was compared in this way", async () => {
    const { releases } = over(
      thing({ plain: {}, exact: { uniqueness: "server", caseExact: true }, list: LIST, row: COLLECTION }),
      thing({
        plain: { uniqueness: "server" },
        exact: { uniqueness: "server" },
        list: { ...LIST, subAttributes: { value: { uniqueness: "server" } } },
        row: { ...COLLECTION, subAttributes: { value: { uniqueness: "server" } } },
      }),
    );
    const [old, now] = releases;
    await old.create("t", { plain: "P", exact: "E", list: [{ value: "L" }], row: [{ value: "R" }] });
    await now.create("u", {});
    for (const [name, value] of Object.entries({
      plain: "p",
      exact: "e",
      list: [{ value: "l" }],
      row: [{ value: "r" }],
    })) {
      const refusal = { status: 409, json: { scimType: "uniqueness" } };
      expect(await now.create("v", { [name]: value })).toMatchObject(refusal);
      expect(await now.patch("u", { op: "add", path: name, value })).toMatchObject(refusal);
      expect(await now.put("u", { [name]: value })).toMatchObject(refusal);
      // One that it has itself is not taken.
      expect(await now.patch("t", { op: "replace", path: name, value })).toMatchObject({ status: 200 });
    }
    expect(await now.create("v", { plain: "other", exact: "other", list: [{ value: "other" }] })).toMatchObject({
      status: 201,
    });
  });

  test("resources that share a value since before it was unique can be changed, and the last that has it has it alone", async () => {
    const { releases, tables } = over(thing({ a: {} }), thing({ a: { uniqueness: "server" } }));
    const [old, now] = releases;
    for (const id of ["t", "u", "v"]) await old.create(id, { a: "X" });
    for (const id of ["t", "u", "v"]) expect(await now.patch(id, setNote)).toMatchObject({ status: 200 });
    expect((await tables.all()).map(({ mark, uniques }) => [mark === "?", uniques.length])).toEqual([
      [false, 1],
      [true, 0],
      [true, 0],
    ]);
    expect(await now.create("w", { a: "x" })).toMatchObject({ status: 409 });
    expect(await now.patch("t", { op: "replace", path: "a", value: "Y" })).toMatchObject({ status: 200 });
    expect(await now.patch("v", { op: "remove", path: "a" })).toMatchObject({ status: 200 });
    expect(await now.patch("u", { op: "replace", path: "note", value: "alone" })).toMatchObject({ status: 200 });
    expect(await tables.stale()).toEqual([]);
    expect((await tables.all()).filter(({ mark }) => mark === "?")).toEqual([]);
    expect(await now.find('a eq "x"')).toEqual(["u"]);
  });

  test("a value that no index can hold is refused where it is new, and stays where it was", async () => {
    const { releases, tables } = over(
      thing({ a: {}, list: LIST, boss: { type: "complex", subAttributes: { value: {} } } }),
      thing({
        a: { uniqueness: "server" },
        list: COLLECTION,
        boss: { ...REFERENCE, scimkit: { integrity: "optional" } },
      }),
    );
    const [old, now] = releases;
    const values = { a: long, list: [{ value: long, kind: "k" }, { value: "short" }], boss: { value: long } };
    for (const id of ["t", "u"]) expect(await old.create(id, values)).toMatchObject({ status: 201 });
    for (const note of ["one", "two"]) {
      expect(await now.patch("t", { op: "replace", path: "note", value: note })).toMatchObject({ status: 200 });
      const { json } = await now.get("t");
      expect({ ...json, list: sorted(json.list) }).toMatchObject({ ...values, note });
      expect(await now.put("t", json)).toMatchObject({ status: 200 });
    }
    for (const value of [{ a: `${long}!` }, { list: [{ value: `${long}!` }] }, { boss: { value: `${long}!` } }]) {
      const refusal = { status: 400, json: { scimType: "invalidValue" } };
      expect(await now.patch("t", { op: "add", value })).toMatchObject(refusal);
      expect(await now.create("v", value)).toMatchObject(refusal);
    }
    expect(await now.patch("t", { op: "replace", path: "a", value: "short" })).toMatchObject({
      status: 200,
      json: { a: "short" },
    });
    expect(await now.patch("t", { op: "remove", path: `list[value eq "${long}"]` })).toMatchObject({
      status: 200,
      json: { list: [{ value: "short" }] },
    });
    expect(await now.patch("t", { op: "remove", path: "boss" })).toMatchObject({ status: 200 });
    expect(await tables.stale()).toEqual([]);
    expect((await tables.one("t")).mark).not.toBe("?");
  });

  test("a PATCH of members finds them wherever they lie, and reads none once they are where they belong", async () => {
    const { releases, tables } = over(thing({ a: LIST }), thing({ a: COLLECTION }));
    const [old, now] = releases;
    for (const id of ["t", "u"]) await old.create(id, { a: elements });
    const add = { op: "add", path: "a", value: [{ value: "four" }, { value: "TWO", kind: "new" }] };
    const remove = { op: "remove", path: 'a[value eq "ONE"]' };
    expect(await now.patch("t", add)).toMatchObject({ status: DONE });
    expect(await now.patch("t", remove)).toMatchObject({ status: DONE });
    expect(await now.patch("u", remove, setNote)).toMatchObject({ status: 200, json: { note: "noted" } });
    expect(await now.patch("u", add, { op: "replace", path: "note", value: "again" })).toMatchObject({ status: 200 });
    expect(await tables.stale()).toEqual([]);
    opened.sent.length = 0;
    expect(await now.patch("t", { op: "add", path: "a", value: [{ value: "five" }] })).toMatchObject({ status: DONE });
    expect(JSON.stringify(opened.sent.map(({ parameters }) => parameters))).not.toContain("four");
    for (const id of ["t", "u"]) {
      const { json } = await now.get(id);
      const values = json.a.map(({ value }: { value: string }) => value.toLowerCase()).sort();
      expect(values).toEqual(id === "t" ? ["five", "four", "three", "two"] : ["four", "three", "two"]);
    }
  });

  test("no change is before the one before it, whatever the clocks say", async () => {
    const { releases, tables } = over(thing({ a: COLLECTION, boss: REFERENCE }));
    const [now] = releases;
    await now.create("boss", {});
    await now.create("t", { a: elements, boss: { value: "boss" } });
    const later = "2999-01-01T00:00:00.000Z";
    await tables.run(
      `UPDATE ${tables.table("resource")} SET modified = '${later}', modified_key = '${later}' WHERE id = 't' AND tenant = '${tables.tenant}'`,
    );
    const lastModified = async (): Promise<string> => (await now.get("t")).json.meta.lastModified;
    expect(await now.patch("t", { op: "add", path: "a", value: [{ value: "four" }] })).toMatchObject({ status: DONE });
    expect(await lastModified()).toBe(later);
    const { version } = (await now.get("t")).json.meta;
    expect(await now.ask("DELETE", "/Things/boss")).toMatchObject({ status: 204 });
    const { json } = await now.get("t");
    expect(json.boss).toBeUndefined();
    expect(json.meta.lastModified).toBe(later);
    expect(json.meta.version).not.toBe(version);
    expect(await now.find(`meta.lastModified ge "${later}"`)).toEqual(["t"]);
  });

  test("what changes nothing gets no new version, whoever wrote it", async () => {
    const { releases } = over(thing({ a: LIST }), thing({ a: COLLECTION }));
    const [old, now] = releases;
    const { json } = await old.create("t", { a: elements });
    expect(await now.put("t", { a: elements })).toMatchObject({ json: { meta: { version: json.meta.version } } });
    expect(await now.patch("t", setNote)).toMatchObject({ status: 200 });
  });

  test("under another URN of the schema unique values are found and kept, before a write of the resource and after it", async () => {
    const under = (id: string) => {
      const schema = defineSchema({ id, name: "Thing", attributes: { name: {}, code: { uniqueness: "server" } } });
      return defineResourceType({ name: "Thing", schema });
    };
    const { releases } = over(under(THING), under(`${THING}:2`));
    await releases[0].create("t", { code: "x" });
    const [, { find, ask, patch }] = releases;
    const double = { schemas: [`${THING}:2`], name: "double", code: "X" };
    const holds = async (): Promise<void> => {
      expect(await find('code eq "x"')).toEqual(["t"]);
      expect((await ask("POST", "/Things", double)).status).toBe(409);
    };
    await holds();
    expect((await patch("t", { op: "replace", path: "name", value: "other" })).status).toBe(200);
    await holds();
  });

  test("a value that was made unique over all tenants is refused though another tenant's row of before has it", async () => {
    const [before, after] = [thing({ code: {} }), thing({ code: { uniqueness: "global" } })];
    const here = over(before, after).releases;
    const there = over(before, after).releases;
    await here[0].create("global", { code: "everywhere" });
    expect((await there[1].create("other", { code: "Everywhere" })).status).toBe(409);
  });
});
