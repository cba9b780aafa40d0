import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, test } from "vitest";
import { type MemoryStorage, memoryStorage } from "../../src/storage/memory/index.ts";
import type { ExportedResource } from "../../src/storage/upkeep.ts";
import { definitionWith, itemWith, releaseOf } from "./shapes.ts";

let storage: MemoryStorage;
beforeEach(() => {
  storage = memoryStorage({ hashSecret: (_, value) => `hash of ${value}` });
});

const PARTS = {
  type: "complex",
  multiValued: true,
  scimkit: { collection: true },
  subAttributes: { value: {} },
} as const;
const ATTRIBUTES = { code: { uniqueness: "global" }, pin: { mutability: "writeOnly" }, parts: PARTS } as const;
const type = itemWith(ATTRIBUTES);
const of = (tenant?: string) => releaseOf(storage, type, tenant === undefined ? {} : { tenant });

async function exported(tenant?: string, after?: { resourceType: string; id: string }): Promise<ExportedResource[]> {
  const all: ExportedResource[] = [];
  for await (const each of storage.exportTenant(tenant, { after })) all.push(each);
  return all;
}

describe("a tenant in memory", () => {
  test("is deleted with all that it has, which frees values that are unique in all tenants", async () => {
    await of("one").create("a", { code: "X" }, { pin: "1" });
    await of("two").create("b", { code: "Y" });
    const told: unknown[] = [];
    expect(await storage.deleteTenant("one", { onProgress: (progress) => told.push(progress) })).toEqual({ Item: 1 });
    expect(told).toEqual([{ tenant: "one", resourceType: "Item", done: 1 }]);
    expect(await of("one").find()).toEqual([]);
    expect(await of("two").find()).toEqual(["b"]);
    expect(storage.readSecret("Item", "a", "pin", { tenant: "one" })).toBeUndefined();
    expect(await of("three").create("c", { code: "x" })).toBeDefined();
    expect(await storage.deleteTenant("one")).toEqual({});
  });

  test("is exported resource by resource with collections and secrets, from any place on", async () => {
    await of().create("b", { code: "B", parts: [{ value: "p" }] }, { pin: "1" });
    await of().create("a", { note: "first" });
    const all = await exported();
    expect(all.map(({ resource: { id } }) => id)).toEqual(["a", "b"]);
    expect(all[1]).toMatchObject({
      resourceType: "Item",
      resource: { code: "B", parts: [{ value: "p" }], meta: { version: "1" } },
      secrets: { pin: "hash of 1" },
    });
    expect(all[0]).not.toHaveProperty("secrets");
    expect(await exported(undefined, { resourceType: "Item", id: "a" })).toEqual(all.slice(1));
    expect(await exported("nobody")).toEqual([]);
  });

  test("is exported without what a transaction may take back", async () => {
    await of().create("a", { note: "first" });
    const before = await exported();
    let reading: Promise<ExportedResource[]> | undefined;
    const taken = storage.transaction?.(async (inner) => {
      const within = releaseOf(inner, type);
      await within.replace("a", { note: "second" });
      await within.create("b", { note: "third" });
      reading = exported();
      await new Promise(setImmediate);
      throw new Error("taken back");
    }, {});
    await expect(taken).rejects.toThrow("taken back");
    expect(await reading).toEqual(before);
  });

  test("that takes back what it wrote frees and keeps values that are unique in all tenants", async () => {
    await of("one").create("a", { code: "X" }, { pin: "1" });
    const taken = storage.transaction?.(
      async (inner) => {
        const within = releaseOf(inner, type, { tenant: "one" });
        await within.replace("a", { code: "Y" });
        await within.create("b", { code: "Z" });
        await within.remove("a");
        throw new Error("taken back");
      },
      { tenant: "one" },
    );
    await expect(taken).rejects.toThrow("taken back");
    await expect(of("two").create("c", { code: "x" })).rejects.toMatchObject({ status: 409 });
    await of("two").create("c", { code: "Y" });
    await of("three").create("d", { code: "Z" });
    expect(await of("one").find('code eq "X"')).toEqual(["a"]);
    expect(storage.readSecret("Item", "a", "pin", { tenant: "one" })).toBe("hash of 1");
  });

  test("gets another name in one step, and ids and versions stay", async () => {
    const before = await of().create("a", { code: "X" });
    expect(await storage.renameTenant(undefined, "one")).toEqual({ Item: 1 });
    expect(await of("one").get("a")).toEqual(before);
    expect(await of().get("a")).toBeUndefined();
    await expect(of().create("b", { code: "x" })).rejects.toMatchObject({ status: 409 });
    await of().create("c", {});
    await expect(storage.renameTenant(undefined, "one")).rejects.toThrow('There are resources of "one" already');
    await expect(storage.renameTenant("one", "one")).rejects.toThrow('The tenant is "one" already');
    expect(await storage.renameTenant("nobody", "two")).toEqual({});
  });

  test("that was only read from leaves nothing behind", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const used: number[] = [];
    for (let at = 0; at < 3000; at++) {
      if (at % 1000 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        collectGarbage();
        used.push(process.memoryUsage().heapUsed);
      }
      const reader = of(`tenant ${at}`);
      await reader.find('code eq "x"');
      await reader.get("a");
      await reader.remove("a");
    }
    const [, before = 0, after = 0] = used;
    expect((after - before) / 1000).toBeLessThan(1000);
  });
});

describe("a reindex of memory", () => {
  const [Old, New] = [
    { code: {}, pin: {}, size: {}, gone: {}, parts: { ...PARTS, scimkit: { collection: false } } },
    { code: { uniqueness: "server" }, pin: { mutability: "writeOnly" }, size: { type: "integer" }, parts: PARTS },
  ] as const;
  const old = () => releaseOf(storage, itemWith(Old));
  const now = () => releaseOf(storage, itemWith(New));
  const resourceTypes = [definitionWith(New)];

  async function fill(): Promise<void> {
    await old().create("a", { code: "X", pin: "1234", size: "large", parts: [{ value: "p" }] });
    await old().create("b", { code: "x", gone: "still", size: "3" });
  }

  test("reports what the types of today cannot read, and puts the rest where they have it", async () => {
    await fill();
    const versions = [(await now().get("a"))?.meta, (await now().get("b"))?.meta];
    const found = { tenant: undefined, resourceType: "Item", count: 1 };
    const report = {
      duplicates: [{ ...found, attribute: "code", value: "X", count: 2, ids: ["a", "b"] }],
      secrets: [{ ...found, attribute: "pin", ids: ["a"], outcome: "hashed" }],
      misfits: [{ ...found, attribute: "size", ids: ["a"] }],
      unknown: [{ ...found, attribute: "gone", ids: ["b"] }],
      resourceTypes: [{ name: "Item", seen: 2, rebuilt: 2 }],
      isComplete: false,
    };
    expect(await storage.reindex({ resourceTypes, dryRun: true })).toEqual(report);
    expect(storage.readSecret("Item", "a", "pin")).toBeUndefined();
    expect(await storage.reindex({ resourceTypes })).toEqual(report);
    expect(storage.readSecret("Item", "a", "pin")).toBe("hash of 1234");
    expect(JSON.stringify(await exported())).not.toContain('"1234"');
    expect([(await now().get("a"))?.meta, (await now().get("b"))?.meta]).toEqual(versions);
    expect(await now().delta("a", "parts", [{ value: "q" }])).toMatchObject({ added: [{ value: "q" }] });
    await now().replace("b", { code: "y" });
    expect(await storage.reindex({ resourceTypes })).toMatchObject({
      resourceTypes: [{ name: "Item", seen: 2, rebuilt: 0 }],
      isComplete: true,
    });
  });

  test("forgets what it is told to, and refuses to forget what a schema has", async () => {
    await fill();
    await storage.reindex({ resourceTypes, forget: ["Item.gone"] });
    expect(await old().get("b")).not.toHaveProperty("gone");
    expect(await old().get("b")).toHaveProperty("code", "x");
    await expect(storage.reindex({ resourceTypes, forget: ["Item.code"] })).rejects.toThrow(TypeError);
  });

  test("without a hash function keeps clear secrets, and says so", async () => {
    storage = memoryStorage();
    await fill();
    expect((await storage.reindex({ resourceTypes })).secrets).toMatchObject([{ attribute: "pin", outcome: "kept" }]);
    expect(await old().get("a")).toHaveProperty("pin", "1234");
  });

  test("forgets a collection that no type has any more", async () => {
    await now().create("a", { parts: [{ value: "p" }] });
    const without = [definitionWith({})];
    expect((await storage.reindex({ resourceTypes: without })).unknown).toMatchObject([{ attribute: "parts" }]);
    expect(await now().get("a")).toHaveProperty("parts");
    await storage.reindex({ resourceTypes: without, forget: ["Item.parts"] });
    expect(await now().get("a")).not.toHaveProperty("parts");
  });

  test("ends where it is told to, and does one tenant alone where one is named", async () => {
    await fill();
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await expect(storage.reindex({ resourceTypes, signal: controller.signal })).rejects.toThrow("enough");
    const { resourceTypes: done } = await storage.reindex({ resourceTypes, tenant: "one" });
    expect(done).toEqual([{ name: "Item", seen: 0, rebuilt: 0 }]);
  });
});
