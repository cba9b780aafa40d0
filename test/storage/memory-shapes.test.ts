import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, test } from "vitest";
import { comparisonKey } from "../../src/schema/comparison-key.ts";
import { EnterpriseUserSchema } from "../../src/schema/core/enterprise-user.ts";
import { Group as GroupDefinition } from "../../src/schema/core/group.ts";
import { User as UserDefinition } from "../../src/schema/core/user.ts";
import { compileResourceType } from "../../src/schema/resource-type.ts";
import { defineSchema } from "../../src/schema/schema.ts";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { type MemoryStorage, memoryStorage } from "../../src/storage/memory/index.ts";
import { AT, definitionWith, itemWith, releaseOf } from "./shapes.ts";

let storage: MemoryStorage;
beforeEach(() => {
  storage = memoryStorage({ hashSecret: () => "hashed" });
});
const releaseWith = (...[attributes, key]: Parameters<typeof itemWith>) =>
  releaseOf(storage, itemWith(attributes, key));

const PARTS = { type: "complex", multiValued: true, subAttributes: { value: {}, display: {} } } as const;
const BOSS = {
  type: "complex",
  subAttributes: { value: { caseExact: true }, $ref: { type: "reference", referenceTypes: ["Item"] } },
} as const;

describe("an attribute that is declared otherwise by another release over the same memory", () => {
  test("and unique now is found among what was written before, and a double of it is refused", async () => {
    const [old, now] = [releaseWith({ code: {} }), releaseWith({ code: { uniqueness: "server" } })];
    await old.create("a", { code: "X1" });
    await old.create("b", { code: "x1" });
    await now.create("c", { code: "other" });
    expect(await now.find('code eq "x1"')).toEqual(["a", "b"]);
    await expect(now.create("d", { code: "X1" })).rejects.toMatchObject({ status: 409 });
    await expect(now.replace("c", { code: "X1" })).rejects.toMatchObject({ status: 409 });
    await old.create("e", { code: "late" });
    await expect(now.create("f", { code: "LATE" })).rejects.toMatchObject({ status: 409 });
    expect(await now.find('code eq "late"')).toEqual(["e"]);
  });

  test("and unique in all tenants now counts what any tenant had before", async () => {
    const old = releaseOf(storage, itemWith({ code: {} }), { tenant: "one" });
    const now = releaseOf(storage, itemWith({ code: { uniqueness: "global" } }), { tenant: "two" });
    await old.create("a", { code: "X1" });
    await expect(now.create("b", { code: "x1" })).rejects.toMatchObject({ status: 409 });
    await old.remove("a");
    expect(await now.create("b", { code: "x1" })).toMatchObject({ code: "x1" });
  });

  test("keeps what a resource has its own, though others share it or another release dropped it meanwhile", async () => {
    const [old, now] = [releaseWith({}), releaseWith({ code: { uniqueness: "server" } })];
    await now.create("a", { code: "U1" });
    await old.replace("a", {});
    expect(await now.replace("a", { code: "U1" })).toMatchObject({ code: "U1" });
    await old.replace("a", {});
    expect(await now.create("b", { code: "U1" })).toMatchObject({ code: "U1" });
    const before = releaseWith({ code: {} });
    await before.create("c", { code: "U1" });
    expect(await now.replace("c", { code: "U1", note: "new" })).toMatchObject({ code: "U1", note: "new" });
  });

  test("is compared by each release as it has it: letter case, and a key of the host's", async () => {
    const exact = releaseWith({ code: { uniqueness: "server", caseExact: true } });
    const loose = releaseWith({ code: { uniqueness: "server" } });
    const trimmed = releaseWith({ code: { uniqueness: "server" } }, (attribute, value) =>
      comparisonKey(attribute, typeof value === "string" ? value.trim() : value),
    );
    await exact.create("a", { code: "Ab" });
    await exact.create("b", { code: " ab " });
    expect(await exact.find('code eq "ab"')).toEqual([]);
    expect(await loose.find('code eq "ab"')).toEqual(["a"]);
    expect(await trimmed.find('code eq "AB"')).toEqual(["a", "b"]);
    await expect(trimmed.create("c", { code: "ab" })).rejects.toMatchObject({ status: 409 });
  });

  test("is filtered and sorted by what its values mean now", async () => {
    const [old, now] = [releaseWith({ size: {} }), releaseWith({ size: { type: "integer" } })];
    for (const [id, size] of Object.entries({ a: "10", b: "9", c: "large" })) await old.create(id, { size });
    await now.create("d", { size: 3 });
    expect(await now.find("size gt 5")).toEqual(["a", "b"]);
    expect(await now.find("size pr", "size")).toEqual(["d", "b", "a"]);
    expect(await old.find('size eq "3"')).toEqual(["d"]);
    expect(await now.get("c")).toMatchObject({ size: "large" });
  });

  test("of which a release knows nothing survives what that one writes", async () => {
    const [old, now] = [
      releaseWith({}),
      releaseWith({ code: { uniqueness: "server" }, parts: { ...PARTS, scimkit: { collection: true } } }),
    ];
    await now.create("a", { code: "X1", parts: [{ value: "p" }] });
    await old.rewrite("a", { note: "new" });
    expect(await now.get("a")).toMatchObject({ code: "X1", parts: [{ value: "p" }], note: "new" });
    expect(await now.find('parts.value eq "p" and code eq "x1"')).toEqual(["a"]);
    expect(await now.delta("a", "parts", [{ value: "q" }])).toMatchObject({ added: [{ value: "q" }] });
  });

  test("and a reference now leads to its resource, and goes with it", async () => {
    const plain = { type: "complex", subAttributes: { value: {} } } as const;
    const [old, now] = [releaseWith({ boss: plain }), releaseWith({ boss: BOSS })];
    await old.create("a", {});
    await old.create("b", { boss: { value: "a" } });
    expect(await now.find('boss.value eq "a"')).toEqual(["b"]);
    const version = (await now.get("b"))?.meta.version;
    await now.remove("a");
    expect(await now.get("b")).not.toHaveProperty("boss");
    expect((await now.get("b"))?.meta.version).not.toBe(version);
  });

  test("and a reference in an extension, too, is found and goes with its resource", async () => {
    const extension = (boss: typeof BOSS | Record<string, never>) =>
      compileResourceType(
        definitionWith({}).extend(defineSchema({ id: "urn:test:More", name: "More", attributes: { boss } })),
      );
    const [old, now] = [releaseOf(storage, extension({})), releaseOf(storage, extension(BOSS))];
    await old.create("a", {});
    await old.create("b", { "urn:test:More": { boss: "a" } });
    expect(await now.find('urn:test:More:boss.value eq "a"')).toEqual(["b"]);
    await now.remove("a");
    expect(await old.get("b")).not.toHaveProperty("urn:test:More");
  });

  test("is never shown as computed from others where it was written as a value", async () => {
    const computed = {
      ...PARTS,
      mutability: "readOnly",
      scimkit: { inverseOf: { resourceType: "Item", attribute: "boss" } },
    } as const;
    const [old, now] = [releaseWith({ parts: PARTS }), releaseWith({ parts: computed, boss: BOSS })];
    await old.create("a", { parts: [{ value: "stale" }] });
    expect(await now.get("a")).not.toHaveProperty("parts");
    await now.create("b", { boss: { value: "a" } });
    expect(await now.get("a")).toMatchObject({ parts: [{ value: "b" }] });
  });
});

describe("a list that becomes a collection, and a collection that becomes a list", () => {
  const list = { parts: PARTS };
  const collection = { parts: { ...PARTS, scimkit: { collection: true } } };

  test("is read and found wherever its elements lie, by either release", async () => {
    const [old, now] = [releaseWith(list), releaseWith(collection)];
    await old.create("a", { parts: [{ value: "p" }] });
    await now.create("b", { parts: [{ value: "p" }] });
    for (const release of [old, now]) {
      expect(await release.find('parts.value eq "p"')).toEqual(["a", "b"]);
      for (const id of ["a", "b"]) expect(await release.get(id)).toMatchObject({ parts: [{ value: "p" }] });
    }
  });

  test("loses nothing by a write that does not touch it, which is a change of that alone", async () => {
    const [old, now] = [releaseWith(list), releaseWith(collection)];
    await old.create("a", { parts: [{ value: "p" }] });
    await now.replace("a", { note: "new" }, ["parts"]);
    expect(await now.get("a")).toMatchObject({ parts: [{ value: "p" }], note: "new" });
    const version = (await now.get("a"))?.meta.version;
    await now.replace("a", { note: "new" }, ["parts"]);
    await now.replace("a", { note: "new", parts: [{ value: "p" }] });
    await old.replace("a", { note: "new", parts: [{ value: "p" }] });
    expect((await old.get("a"))?.meta.version).toBe(version);
  });

  test("takes no delta until a whole write has come, and the same delta after it", async () => {
    const [old, now] = [releaseWith(list), releaseWith(collection)];
    await old.create("a", { parts: [{ value: "p" }] });
    expect(await now.delta("a", "parts", [{ value: "q" }])).toBe("declined");
    await now.replace("a", { parts: [{ value: "p" }] });
    expect(await now.delta("a", "parts", [{ value: "q" }], ["p"])).toMatchObject({ removed: ["p"] });
    expect(await old.get("a")).toMatchObject({ parts: [{ value: "q" }] });
    expect(await old.find('parts.value eq "q"')).toEqual(["a"]);
    await old.create("b", {});
    expect(await now.delta("b", "parts", [{ value: "q" }])).toMatchObject({ added: [{ value: "q" }] });
    expect(await old.find('parts.value eq "q"')).toEqual(["a", "b"]);
  });

  test("whose elements are compared otherwise now is no longer changed by keys of before", async () => {
    const exact = releaseWith({
      parts: { ...PARTS, scimkit: { collection: true }, subAttributes: { value: { caseExact: true }, display: {} } },
    });
    const now = releaseWith(collection);
    await exact.create("a", { parts: [{ value: "p" }, { value: "P" }] });
    expect(await now.delta("a", "parts", [], ["P"])).toBe("declined");
    await storage.reindex({ resourceTypes: [definitionWith(collection)] });
    expect((await now.get("a"))?.parts).toHaveLength(2);
  });

  test("keeps its values unique where another release changes it element by element", async () => {
    const subAttributes = { value: {}, display: { uniqueness: "server" } } as const;
    const [old, now] = [
      releaseWith(collection),
      releaseWith({ parts: { ...PARTS, scimkit: { collection: true }, subAttributes } }),
    ];
    await now.create("a", { parts: [{ value: "p", display: "one" }] });
    await old.create("b", {});
    await old.delta("b", "parts", [
      { value: "q", display: "two" },
      { value: "r", display: "two" },
    ]);
    expect(await now.find('parts.display eq "two"')).toEqual(["b"]);
    await old.delta("b", "parts", [], ["q"]);
    await expect(now.replace("a", { parts: [{ value: "p", display: "two" }] })).rejects.toMatchObject({ status: 409 });
    await old.delta("b", "parts", [], ["r"]);
    expect(await now.replace("a", { parts: [{ value: "p", display: "two" }] })).toBeDefined();
  });
});

describe("lastModified in memory", () => {
  test("never goes back, whatever the clock of another server said before", async () => {
    const item = releaseWith({ boss: BOSS, parts: { ...PARTS, scimkit: { collection: true } } });
    const late = "2026-01-01T00:05:00.000Z";
    await item.create("a", {});
    await item.create("b", { boss: { value: "a" } });
    await item.replace("b", { boss: { value: "a" }, note: "new" }, [], late);
    await item.delta("b", "parts", [{ value: "p" }]);
    await item.replace("b", { boss: { value: "a" } }, ["parts"], AT);
    await item.remove("a");
    const { meta } = (await item.get("b")) ?? {};
    expect(meta).toMatchObject({ version: "5", lastModified: late });
  });
});

describe("resources in memory", () => {
  const ROUNDS = 200;

  test("keep no resource type of their own, however often one is compiled", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const used: number[] = [];
    for (let at = 0; at < 3 * ROUNDS; at++) {
      if (at % ROUNDS === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        collectGarbage();
        used.push(process.memoryUsage().heapUsed);
      }
      const User = compileResourceType(UserDefinition.extend(EnterpriseUserSchema));
      const Group = compileResourceType(GroupDefinition);
      await releaseOf(storage, User).create(`u${at}`, { userName: `u${at}` });
      await releaseOf(storage, Group).create(`g${at}`, { displayName: "g", members: [{ value: `u${at}` }] });
      await storage.query({ resourceType: User, page: { startIndex: 1, count: 1 }, select: SELECT_ALL }, {});
    }
    const [, before = 0, after = 0] = used;
    expect((after - before) / ROUNDS).toBeLessThan(8 * 1024);
  });
});
