import { afterAll, describe, expect, test } from "vitest";
import { compileResourceType } from "../../../../src/schema/resource-type.ts";
import { type SqlStorageOptions, sqlStorage } from "../../../../src/storage/sql/index.ts";
import { callsOf } from "../calls.ts";
import { mariadbEngines } from "../engines/mariadb.ts";
import { type Opened, someEngines } from "../engines.ts";
import { expectFresh, PARTS, type Release, releaseOf, tablesOf } from "./releases.ts";

/** The options of one more storage over the same tables, as another process has it. */
function again({ db, tables }: Opened, options: Partial<SqlStorageOptions> = {}) {
  return sqlStorage({ db, ...(tables.schema === undefined ? {} : { schema: tables.schema }), ...options });
}

/** Creates items under a release. */
async function fill(
  opened: Opened,
  { type }: Release,
  items: Record<string, Record<string, unknown>>,
  tenant?: string,
) {
  const calls = callsOf(opened.storage, {}, tenant === undefined ? {} : { tenant });
  for (const [id, attributes] of Object.entries(items)) await calls.create(type, id, attributes);
}

const idsOf = async (opened: Opened, { type }: Release, filter: string): Promise<readonly string[]> =>
  (await callsOf(opened.storage).find(type, filter)).resources.map(({ id }) => id);

for (const engine of [...someEngines(), ...mariadbEngines()]) {
  describe(engine.name, () => {
    afterAll(() => engine.close());

    test("what is unique now is found by its index, and nobody else can have it", async () => {
      const opened = await engine.open();
      const [old, now] = [releaseOf({ name: {} }), releaseOf({ name: { uniqueness: "server" } })];
      await fill(opened, old, { a: { name: "A" }, b: { name: "B" }, c: {} });
      const report = await opened.storage.reindex({ resourceTypes: [now.definition] });
      expect(report).toEqual({
        resourceTypes: [{ name: "Item", seen: 3, rebuilt: 3 }],
        duplicates: [],
        secrets: [],
        misfits: [],
        unknown: [],
        isComplete: true,
      });
      expect(await expectFresh(opened, now)).toBe(3);
      expect(await idsOf(opened, now, 'name eq "a"')).toEqual(["a"]);
      await expect(callsOf(opened.storage).create(now.type, "d", { name: "b" })).rejects.toMatchObject({
        scimType: "uniqueness",
      });
    });

    test("values that are shared are reported with all who have them, and who cannot have one vouches for nothing", async () => {
      const opened = await engine.open();
      const [old, now] = [releaseOf({ name: {} }), releaseOf({ name: { uniqueness: "server" } })];
      await fill(opened, old, { a: { name: "x" }, b: { name: "X" }, c: { name: "x" }, d: { name: "y" } });
      const { duplicates, isComplete } = await opened.storage.reindex({ resourceTypes: [now.definition] });
      expect(duplicates).toEqual([
        {
          tenant: undefined,
          resourceType: "Item",
          attribute: "name",
          count: 3,
          ids: ["a", "b", "c"],
          value: "x",
        },
      ]);
      expect(isComplete).toBe(false);
      await expectFresh(opened, now, (id) => id === "b" || id === "c");
      expect(await tablesOf(opened).marks()).toContain("?");
      for (const id of ["a", "b"]) await callsOf(opened.storage).remove(now.type, id);
      expect(await opened.storage.reindex({ resourceTypes: [now.definition] })).toMatchObject({
        resourceTypes: [{ seen: 2, rebuilt: 1 }],
        duplicates: [],
        isComplete: true,
      });
      expect(await tablesOf(opened).marks()).toHaveLength(1);
      await expectFresh(opened, now);
    });

    test("a unique value goes to whom it belongs although a row that has lost it comes later", async () => {
      const opened = await engine.open();
      const [old, now] = [releaseOf({ name: {} }), releaseOf({ name: { uniqueness: "server" } })];
      await fill(opened, old, { a: { name: "x" }, z: { name: "y" } });
      await tablesOf(opened).run(
        `INSERT INTO scim_unique (scope, attribute, key, tenant, id) VALUES ('=', 'urn:example:params:scim:schemas:Item name', 'x', '', 'z')`,
      );
      const wanted = { duplicates: [], isComplete: true };
      expect(await opened.storage.reindex({ resourceTypes: [now.definition], dryRun: true })).toMatchObject(wanted);
      expect(await opened.storage.reindex({ resourceTypes: [now.definition], batchSize: 1 })).toMatchObject(wanted);
      await expectFresh(opened, now);
    });

    test("letter case that counts now, or no longer, is in the keys, those of elements included", async () => {
      const opened = await engine.open();
      const collection = (caseExact: boolean) => ({
        ...PARTS,
        scimkit: { collection: true },
        subAttributes: { value: {}, kind: { caseExact } },
      });
      const old = releaseOf({
        name: {},
        exact: { caseExact: true },
        parts: collection(false),
        tags: { multiValued: true },
      });
      const now = releaseOf({
        name: { caseExact: true },
        exact: {},
        parts: collection(true),
        tags: { multiValued: true, caseExact: true },
      });
      await fill(opened, old, {
        a: {
          name: "Ada",
          exact: "Ada",
          tags: ["One"],
          parts: [
            { value: "P", kind: "K" },
            { value: "Q", kind: "Only" },
          ],
        },
      });
      await opened.storage.reindex({ resourceTypes: [now.definition] });
      expect(await expectFresh(opened, now)).toBe(1);
      expect(await idsOf(opened, now, 'name eq "ada"')).toEqual([]);
      expect(await idsOf(opened, now, 'name eq "Ada" and exact eq "ADA"')).toEqual(["a"]);
      expect(await idsOf(opened, now, 'parts[kind eq "only"]')).toEqual([]);
      expect(await idsOf(opened, now, 'parts[kind eq "Only"] and tags eq "One"')).toEqual(["a"]);
    });

    test("another comparison key is in the keys, and in the column of lastModified", async () => {
      const opened = await engine.open();
      const now = releaseOf({ name: { uniqueness: "server" } });
      await fill(opened, now, { a: { name: "a b" } });
      const report = await opened.storage.reindex({
        resourceTypes: [now.definition],
        comparisonKey: (_, value) => String(value).replaceAll(" ", ""),
      });
      expect(report).toMatchObject({ resourceTypes: [{ rebuilt: 1 }], isComplete: true });
      const [row] = await tablesOf(opened).rows();
      expect(row).toMatchObject({ modified_key: "2026-01-01T00:00:00Z" });
      expect((await tablesOf(opened).uniques()).map(({ key }) => key)).toEqual(["ab"]);
    });

    test("a list that is a collection now moves out of the document, and one that is none any more moves in", async () => {
      const opened = await engine.open();
      const apart = { ...PARTS, scimkit: { collection: true } };
      const [old, now] = [releaseOf({ in: PARTS, out: apart }), releaseOf({ in: apart, out: PARTS })];
      const parts = [{ value: "p1", kind: "K" }, { value: "p2" }];
      await fill(opened, old, { a: { in: parts, out: parts }, b: { in: [{ value: "p" }] }, c: {} });
      await opened.storage.reindex({ resourceTypes: [now.definition] });
      expect(await expectFresh(opened, now)).toBe(3);
      expect(await callsOf(opened.storage).get(now.type, "a")).toMatchObject({ in: parts, out: parts });
      expect(await idsOf(opened, now, 'in.value eq "P2" and out.value eq "p1"')).toEqual(["a"]);
      expect((await tablesOf(opened).elements()).map(({ id, attribute, key }) => [id, attribute, key])).toEqual([
        ["a", "in", "p1"],
        ["a", "in", "p2"],
        ["b", "in", "p"],
      ]);
      // And back.
      await opened.storage.reindex({ resourceTypes: [old.definition] });
      expect(await expectFresh(opened, old)).toBe(3);
    });

    test("elements in both places, as two releases at once leave them, come together", async () => {
      const opened = await engine.open();
      const [old, now] = [releaseOf({ in: PARTS }), releaseOf({ in: { ...PARTS, scimkit: { collection: true } } })];
      await fill(opened, old, { a: { in: [{ value: "p1", kind: "old" }, { value: "p2" }] } });
      await tablesOf(opened).run(
        `INSERT INTO scim_element (tenant, type, id, attribute, key, element)
          VALUES ('', 'Item', 'a', 'in', 'p1', '{"value":"p1"}'), ('', 'Item', 'a', 'in', 'p0', '{"value":"p0"}')`,
      );
      await opened.storage.reindex({ resourceTypes: [now.definition] });
      await expectFresh(opened, now);
      expect((await callsOf(opened.storage).get(now.type, "a"))?.in).toEqual(
        ["p0", "p1", "p2"].map((value) => ({ value })),
      );
    });

    test("references that are ones now are looked up, and those that are none any more are let go", async () => {
      const opened = await engine.open();
      const link = (referenceTypes?: readonly string[]) =>
        ({
          type: "complex",
          multiValued: true,
          subAttributes: {
            value: {},
            $ref: { type: "reference", referenceTypes: referenceTypes ?? ["external"] },
          },
        }) as const;
      const old = releaseOf({ come: link(), go: link(["Item"]), apart: { ...link(), scimkit: { collection: true } } });
      const now = releaseOf({
        come: link(["Item"]),
        go: link(),
        apart: { ...link(["Item"]), scimkit: { collection: true } },
      });
      const links = [{ value: "b" }, { value: "nobody" }];
      await fill(opened, old, { b: {}, a: { come: links, go: links, apart: links } });
      await opened.storage.reindex({ resourceTypes: [now.definition] });
      await expectFresh(opened, now);
      expect(
        (await tablesOf(opened).elements()).map(({ attribute, key, target, value }) => [attribute, key, target, value]),
      ).toEqual([
        ["apart", "b", "b", null],
        ["apart", "nobody", null, "nobody"],
        ["come", "b", "b", null],
        ["come", "nobody", null, "nobody"],
      ]);
      await callsOf(opened.storage).remove(now.type, "b");
      expect(await callsOf(opened.storage).get(now.type, "a")).toMatchObject({
        come: [{ value: "nobody" }],
        go: links,
      });
    });

    test("a value that is a secret now is hashed, and is nowhere in clear any more", async () => {
      const hashSecret = (path: string, value: unknown) => `#${path}:${String(value).length}`;
      const opened = await engine.open({ hashSecret });
      const secret = { mutability: "writeOnly" } as const;
      const old = releaseOf({ pin: { uniqueness: "server" }, codes: { ...PARTS, scimkit: { collection: true } } });
      const now = releaseOf({ pin: secret, codes: { ...PARTS, ...secret } });
      await fill(opened, old, {
        a: { pin: "canary1" },
        b: { pin: "canary2", codes: [{ value: "canary3", note: "canary4" }] },
        c: {},
      });
      await tablesOf(opened).run(
        `INSERT INTO scim_secret (tenant, id, attribute, value) VALUES ('', 'a', 'pin', '"newer"')`,
      );
      const { secrets, isComplete } = await opened.storage.reindex({ resourceTypes: [now.definition] });
      const finding = { tenant: undefined, resourceType: "Item", outcome: "hashed" };
      expect(secrets).toEqual([
        { ...finding, attribute: "pin", count: 2, ids: ["a", "b"] },
        { ...finding, attribute: "codes", count: 1, ids: ["b"] },
      ]);
      expect(isComplete).toBe(true);
      expect(await opened.storage.readSecret("Item", "a", "pin")).toBe("newer");
      expect(await opened.storage.readSecret("Item", "b", "pin")).toBe("#pin:7");
      expect(JSON.stringify(await tablesOf(opened).all())).not.toContain("canary");
    });

    test("without a hash function a clear secret stays in its document, and in no key", async () => {
      const opened = await engine.open();
      const old = releaseOf({ pin: { uniqueness: "server" } });
      const now = releaseOf({ pin: { mutability: "writeOnly" } });
      await fill(opened, old, { a: { pin: "canary" } });
      for (const _ of [1, 2]) {
        const { secrets, isComplete } = await opened.storage.reindex({ resourceTypes: [now.definition] });
        expect(secrets).toMatchObject([{ attribute: "pin", count: 1, outcome: "kept" }]);
        expect(isComplete).toBe(true);
      }
      const [rows, uniques] = await tablesOf(opened).all();
      expect(rows?.[0]).toMatchObject({ document: expect.stringContaining("canary") });
      expect([rows?.[0]?.keys, uniques].join()).not.toContain("canary");
      // With one it is hashed, although the row is of the shape already.
      const hashing = again(opened, { hashSecret: () => "#" });
      expect(await hashing.reindex({ resourceTypes: [now.definition] })).toMatchObject({
        resourceTypes: [{ rebuilt: 1 }],
        secrets: [{ outcome: "hashed" }],
      });
      expect(JSON.stringify(await tablesOf(opened).all())).not.toContain("canary");
    });

    test("what no schema names is counted, kept, and forgotten where that is asked for", async () => {
      const opened = await engine.open();
      const old = releaseOf({
        pin: { uniqueness: "server" },
        box: { type: "complex", subAttributes: { width: {}, seal: {} } },
        list: PARTS,
        parts: { ...PARTS, scimkit: { collection: true } },
        apart: { ...PARTS, scimkit: { collection: true } },
      });
      const now = releaseOf({
        box: { type: "complex", subAttributes: { width: {} } },
        list: { ...PARTS, subAttributes: { value: {} } },
        parts: { ...PARTS, scimkit: { collection: true }, subAttributes: { value: {}, kind: {} } },
      });
      const parts = [{ value: "p", note: "n" }];
      await fill(opened, old, { a: { pin: "1", box: { width: "w", seal: "s" }, list: parts, parts, apart: parts } });
      const paths = ["pin", "box.seal", "list.note", "parts.note", "apart"];
      const { unknown } = await opened.storage.reindex({ resourceTypes: [now.definition] });
      expect(unknown.map(({ attribute, count, ids }) => [attribute, count, ids]).sort()).toEqual(
        paths.map((path) => [path, 1, ["a"]]).sort(),
      );
      const kept = JSON.stringify(await tablesOf(opened).all());
      for (const value of ["seal", "note", "apart", "Item pin"]) expect(kept).toContain(value);
      const forget = paths.map((path) => `Item.${path}`);
      const forgot = await opened.storage.reindex({ resourceTypes: [now.definition], forget });
      expect(forgot).toMatchObject({ resourceTypes: [{ rebuilt: 1 }] });
      await expectFresh(opened, now);
      const left = JSON.stringify(await tablesOf(opened).all());
      for (const value of ["seal", "note", "apart", "pin"]) expect(left).not.toContain(value);
      expect((await opened.storage.reindex({ resourceTypes: [now.definition] })).unknown).toEqual([]);
    });

    test("an extension that is gone is forgotten as a whole, and no longer named by the resource", async () => {
      const opened = await engine.open();
      const { definition: plain } = releaseOf({ name: {} });
      const { schema: extension } = releaseOf({ pin: {} }, "More").definition;
      const old = { definition: plain.extend(extension), type: compileResourceType(plain.extend(extension)) };
      await fill(opened, old, { a: { name: "n", [extension.id]: { pin: "1" } } });
      const report = await opened.storage.reindex({ resourceTypes: [plain], forget: [`Item.${extension.id}`] });
      expect(report.unknown).toMatchObject([{ attribute: extension.id, count: 1 }]);
      expect(JSON.parse(String((await tablesOf(opened).rows())[0]?.document))).toEqual({
        schemas: [plain.schema.id],
        name: "n",
      });
    });

    test("to forget what a schema has is refused, and so is what no type is meant by", async () => {
      const opened = await engine.open();
      const { definition } = releaseOf({ box: { type: "complex", subAttributes: { width: {} } } });
      for (const path of ["Item.box", "Item.box.width", "Other.x", "x", "Item."])
        await expect(opened.storage.reindex({ resourceTypes: [definition], forget: [path] })).rejects.toThrow(
          `reindex: forget names ${path}`,
        );
    });

    test("values without a meaning are reported and kept", async () => {
      const opened = await engine.open();
      const old = releaseOf({ count: {}, single: { multiValued: true }, parts: PARTS });
      const now = releaseOf({
        count: { type: "integer" },
        single: {},
        parts: { ...PARTS, scimkit: { collection: true }, subAttributes: { value: { type: "integer" } } },
      });
      await fill(opened, old, {
        a: { count: "many", single: ["x", "y"], parts: [{ value: "1", note: "n" }, { value: "none" }] },
        b: { count: "7", single: ["x"] },
      });
      const { misfits, isComplete } = await opened.storage.reindex({ resourceTypes: [now.definition] });
      expect(misfits.map(({ attribute, ids }) => [attribute, ids])).toEqual([
        ["count", ["a"]],
        ["single", ["a"]],
        ["parts", ["a"]],
      ]);
      expect(isComplete).toBe(true);
      expect(await idsOf(opened, now, 'count eq 7 and single eq "x"')).toEqual(["b"]);
      expect(await idsOf(opened, now, "parts.value eq 1")).toEqual(["a"]);
      const all = JSON.stringify(await tablesOf(opened).all());
      for (const value of ["many", '\\"y\\"', "none", '\\"n\\"']) expect(all).toContain(value);
    });

    test("a value too long for an index stays without a unique row, and a row with an element too long for one vouches for nothing", async () => {
      const opened = await engine.open();
      const long = "x".repeat(600);
      const old = releaseOf({ name: {}, parts: PARTS });
      const now = releaseOf({ name: { uniqueness: "server" }, parts: { ...PARTS, scimkit: { collection: true } } });
      await fill(opened, old, { a: { name: long } });
      expect(await opened.storage.reindex({ resourceTypes: [now.definition] })).toMatchObject({
        duplicates: [],
        isComplete: true,
      });
      expect(await tablesOf(opened).uniques()).toEqual([]);
      await expectFresh(opened, now);
      await fill(opened, old, { b: { parts: [{ value: long }] } });
      expect(await opened.storage.reindex({ resourceTypes: [now.definition] })).toMatchObject({
        misfits: [{ attribute: "parts", ids: ["b"] }],
        isComplete: false,
      });
      expect(await tablesOf(opened).marks()).toHaveLength(2);
    });

    test("a dry run gives the same report and writes nothing", async () => {
      const opened = await engine.open({ hashSecret: () => "#" });
      const old = releaseOf({ name: {}, pin: {}, gone: {}, count: {}, parts: PARTS });
      const now = releaseOf({
        name: { uniqueness: "server" },
        pin: { mutability: "writeOnly" },
        count: { type: "integer" },
        parts: { ...PARTS, scimkit: { collection: true } },
      });
      await fill(opened, old, {
        a: { name: "x", pin: "1", parts: [{ value: "p" }] },
        b: { name: "x", gone: "g", count: "none" },
        c: { name: "z" },
      });
      const before = [await tablesOf(opened).all(), await tablesOf(opened).marks()];
      const options = { resourceTypes: [now.definition], batchSize: 2 };
      const dry = await opened.storage.reindex({ ...options, dryRun: true });
      expect([await tablesOf(opened).all(), await tablesOf(opened).marks()]).toEqual(before);
      expect(dry).toEqual(await opened.storage.reindex(options));
    });

    test("versions and lastModified stay", async () => {
      const opened = await engine.open();
      const [old, now] = [releaseOf({ name: {} }), releaseOf({ name: { caseExact: true } })];
      await fill(opened, old, { a: { name: "A" } });
      const before = await callsOf(opened.storage).get(old.type, "a");
      await opened.storage.reindex({ resourceTypes: [now.definition] });
      expect((await callsOf(opened.storage).get(now.type, "a"))?.meta).toEqual(before?.meta);
    });

    test("a reindex that broke off goes on where it was", async () => {
      const opened = await engine.open();
      const [old, now] = [releaseOf({ name: {} }), releaseOf({ name: { uniqueness: "server" } })];
      const items = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`i${index}`, { name: `n${index}` }]));
      await fill(opened, old, items);
      const controller = new AbortController();
      const told: number[] = [];
      const options = { resourceTypes: [now.definition], batchSize: 3, signal: controller.signal };
      const onProgress = ({ done }: { done: number }) => {
        told.push(done);
        if (done === 6) controller.abort(new Error("enough"));
      };
      await expect(opened.storage.reindex({ ...options, onProgress })).rejects.toThrow("enough");
      expect(told).toEqual([3, 6]);
      expect(await tablesOf(opened).uniques()).toHaveLength(6);
      expect(await tablesOf(opened).marks()).toHaveLength(2);
      expect(await opened.storage.reindex({ resourceTypes: [now.definition] })).toMatchObject({
        resourceTypes: [{ seen: 10, rebuilt: 4 }],
        isComplete: true,
      });
      expect(await expectFresh(opened, now)).toBe(10);
    });

    test("each tenant is done by itself, all of them or the one that is asked for", async () => {
      const opened = await engine.open();
      const [old, now] = [releaseOf({ name: {} }), releaseOf({ name: { uniqueness: "server" } })];
      await fill(opened, old, { a: { name: "x" } });
      for (const tenant of ["t1", "t2"]) await fill(opened, old, { a: { name: "x" } }, tenant);
      const one = await opened.storage.reindex({ resourceTypes: [now.definition], tenant: "t1" });
      expect(one).toMatchObject({ resourceTypes: [{ seen: 1, rebuilt: 1 }], isComplete: true });
      const told: unknown[] = [];
      const rest = await opened.storage.reindex({
        resourceTypes: [now.definition],
        onProgress: (one) => told.push(one),
      });
      expect(rest).toMatchObject({ resourceTypes: [{ seen: 3, rebuilt: 2 }], duplicates: [], isComplete: true });
      const place = { resourceType: "Item", done: 1 };
      expect(told).toEqual([undefined, "t1", "t2"].map((tenant) => ({ tenant, ...place })));
      expect(await expectFresh(opened, now)).toBe(3);
    });

    test("rows from before there were marks are made anew, and what is misplaced in them is found", async () => {
      const opened = await engine.open();
      const apart = { ...PARTS, scimkit: { collection: true } };
      const [old, now] = [releaseOf({ in: PARTS, out: apart }), releaseOf({ in: apart, out: PARTS })];
      await fill(opened, old, { a: { in: [{ value: "p" }], out: [{ value: "q" }] } });
      const looked = tablesOf(opened);
      await looked.setKeys("a", (keys) => delete keys["@shape"]);
      await looked.run("DELETE FROM scim_shape_use");
      await looked.run("INSERT INTO scim_shape_use (tenant, type, fingerprint, state) VALUES ('', 'Item', '', 2)");
      const storage = again(opened);
      expect(await storage.reindex({ resourceTypes: [now.definition] })).toMatchObject({ isComplete: true });
      expect(await expectFresh(opened, now)).toBe(1);
      expect(await looked.marks()).toHaveLength(1);
    });

    test("what is written while it is read is looked at once more, and nothing of it is lost", async () => {
      let write: () => Promise<unknown> = async () => undefined;
      const opened = await engine.open({ hashSecret: () => write().then(() => "#") });
      const old = releaseOf({ name: {}, pin: {} });
      const now = releaseOf({ name: { uniqueness: "server" }, pin: { mutability: "writeOnly" } });
      await fill(opened, old, { a: { name: "x", pin: "1" }, b: { name: "y", pin: "2" } });
      let times = 0;
      write = async () => {
        if (times++ > 0) return;
        await tablesOf(opened).run(
          `UPDATE scim_resource SET version = version + 1, document = '{"schemas":[],"name":"newer","pin":"3"}' WHERE id = 'a'`,
        );
        await callsOf(opened.storage).remove(old.type, "b");
      };
      expect(await opened.storage.reindex({ resourceTypes: [now.definition] })).toMatchObject({
        resourceTypes: [{ seen: 2, rebuilt: 1 }],
        secrets: [{ count: 1, ids: ["a"] }],
        isComplete: true,
      });
      expect(await idsOf(opened, now, 'name eq "newer"')).toEqual(["a"]);
      expect(await expectFresh(opened, now)).toBe(1);
    });

    test("two at once do no harm", async () => {
      const opened = await engine.open();
      const [old, now] = [
        releaseOf({ name: {}, parts: PARTS }),
        releaseOf({ name: { uniqueness: "server" }, parts: { ...PARTS, scimkit: { collection: true } } }),
      ];
      const items = Array.from({ length: 30 }, (_, index) => [
        `i${index}`,
        { name: `n${index % 28}`, parts: [{ value: `p${index}` }] },
      ]);
      await fill(opened, old, Object.fromEntries(items));
      const options = { resourceTypes: [now.definition], batchSize: 4 };
      const reports = await Promise.all(
        [opened, { storage: again(opened) }].map(({ storage }) => storage.reindex(options)),
      );
      const last = await opened.storage.reindex(options);
      expect(last).toMatchObject({ duplicates: [{ count: 2 }, { count: 2 }] });
      for (const { duplicates } of reports) expect(duplicates).toHaveLength(2);
      const doubtful = new Set(
        (await tablesOf(opened).rows()).flatMap(({ id, keys }) => (String(keys).includes('"?"') ? [id] : [])),
      );
      expect(doubtful.size).toBe(2);
      expect(await expectFresh(opened, now, (id) => doubtful.has(id))).toBe(30);
    });

    test("afterwards look-ups are the statements of a storage that never knew another schema", async () => {
      const [opened, fresh] = [await engine.open(), await engine.open()];
      const apart = { ...PARTS, scimkit: { collection: true } };
      const [old, now] = [
        releaseOf({ name: {}, parts: PARTS }),
        releaseOf({ name: { uniqueness: "server" }, parts: apart }),
      ];
      const items = { a: { name: "x", parts: [{ value: "p" }] }, b: { name: "y" } };
      await fill(opened, old, items);
      await fill(fresh, now, items);
      await opened.storage.reindex({ resourceTypes: [now.definition] });
      const statementsOf = async (storage: Opened) => {
        const { find, get } = callsOf(storage.storage);
        await find(now.type, 'name eq "x"');
        storage.sent.length = 0;
        for (const filter of ['name eq "x"', 'parts.value eq "p"', 'name sw "x"', undefined])
          await find(now.type, filter, { startIndex: 1, count: 5 }, "name");
        await get(now.type, "a");
        return storage.sent.map(({ sql }) => sql.replace(/"scimkit_test_\w+"\./g, ""));
      };
      const lookUps = (texts: readonly string[]) => texts.filter((text) => !text.includes("shape_use"));
      expect(lookUps(await statementsOf(opened))).toEqual(lookUps(await statementsOf(fresh)));
    });
  });
}
