import { afterAll, describe, expect, test } from "vitest";
import { compileResourceType, defineResourceType } from "../../../src/schema/resource-type.ts";
import { defineSchema } from "../../../src/schema/schema.ts";
import { SELECT_ALL, type StorageAdapter, type StoredResource } from "../../../src/storage/adapter.ts";
import { memoryStorage } from "../../../src/storage/memory/index.ts";
import type { ExportedResource } from "../../../src/storage/upkeep.ts";
import { AT, callsOf, Group, REQUIRED, User } from "./calls.ts";
import { mariadbEngines } from "./engines/mariadb.ts";
import { stepsEngines } from "./engines/steps.ts";
import { type Engine, engines, type Opened } from "./engines.ts";
import { rowsOf, runOn } from "./tables.ts";

/** A type of which a value is unique over all tenants, a value is a secret, and an extension has a collection. */
const Badge = defineResourceType({
  name: "Badge",
  endpoint: "/Badges",
  schema: defineSchema({
    id: "urn:test:Badge",
    name: "Badge",
    attributes: { number: { uniqueness: "global" }, pin: { mutability: "writeOnly", returned: "never" } },
  }),
});
const Doors = defineSchema({
  id: "urn:test:Doors",
  name: "Doors",
  attributes: {
    doors: {
      type: "complex",
      multiValued: true,
      scimkit: { collection: true },
      subAttributes: { value: {}, since: {} },
    },
  },
});
const BadgeType = compileResourceType(Badge.extend(Doors));

const OPTIONS = {
  indexed: ["userName", "displayName", "emails.value"],
  searchable: ["title", "emails.value"],
  hashSecret: (_: string, value: unknown) => `hash of ${value}`,
};

const KEEP = Object.fromEntries(Object.keys(REQUIRED).map((name) => [name, "keep"] as const));

/** Fills a tenant with everything that rows can be. */
async function fill(storage: StorageAdapter, context: { readonly tenant?: string }, number = "1"): Promise<void> {
  const { create, group } = callsOf(storage, KEEP, context);
  const user = (id: string, more: object = {}) =>
    create(User, id, { userName: id, title: `Title of ${id}`, emails: [{ value: `${id}@example.com` }], ...more });
  await user("u1");
  await user("u2", { [ENTERPRISE]: { manager: { value: "u1" } } });
  await user("u3", { [ENTERPRISE]: { manager: { value: "nobody" } } });
  await group("g1", ["u1", "u2"]);
  await group("g2", ["u3", "g1", "nobody"]);
  const meta = { resourceType: "Badge", created: AT, lastModified: AT };
  const doors = {
    doors: [
      { value: "front", since: "2020" },
      { value: "back", since: "2021" },
    ],
  };
  const resource = { schemas: ["urn:test:Badge", "urn:test:Doors"], id: "b1", number, "urn:test:Doors": doors, meta };
  await storage.create(
    { resourceType: BadgeType, resource, secrets: { pin: "1234" }, select: SELECT_ALL, checkReferences: {}, ...WRITES },
    context,
  );
}

const WRITES = { at: AT, notify: () => {} };
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ALL = { User: 3, Group: 2, Badge: 1 };

/** All that a tenant shows of itself, by the core's own calls. */
async function shown(
  storage: StorageAdapter,
  context: { readonly tenant?: string },
): Promise<readonly StoredResource[]> {
  const all: StoredResource[] = [];
  for (const resourceType of [User, Group, BadgeType]) {
    const page = { startIndex: 1, count: 100 };
    const { resources } = await storage.query({ resourceType, page, select: SELECT_ALL }, context);
    all.push(...resources);
  }
  return all;
}

async function exported(storage: Opened["storage"], tenant: string | undefined): Promise<readonly ExportedResource[]> {
  const all: ExportedResource[] = [];
  for await (const one of storage.exportTenant(tenant)) all.push(one);
  return all;
}

const both = (engine: Engine): readonly boolean[] => (engine.name.startsWith("SQLite") ? [true, false] : [true]);

for (const engine of [...engines(), ...stepsEngines(), ...mariadbEngines()]) {
  describe(engine.name, () => {
    afterAll(() => engine.close());

    const open = async (hasForeignKeys = true): Promise<Opened> => {
      const opened = await engine.open(OPTIONS);
      // Statements go to several connections of a file.
      if (!hasForeignKeys) await runOn(opened, "PRAGMA foreign_keys = OFF");
      return opened;
    };

    for (const hasForeignKeys of engine.name === "SQLite in a file" ? [true] : both(engine)) {
      const what = hasForeignKeys ? "" : ", where foreign keys are off";
      test(`a tenant that is deleted has no row in any table, and the others have all of theirs${what}`, async () => {
        const opened = await open(hasForeignKeys);
        const { storage } = opened;
        await fill(storage, { tenant: "acme" }, "1");
        await fill(storage, { tenant: "globex" }, "2");
        await fill(storage, {}, "3");
        const before = [await rowsOf(engine, opened, "globex"), await rowsOf(engine, opened, "")];
        expect(await storage.deleteTenant("acme", { batchSize: 2 })).toEqual(ALL);
        expect(await rowsOf(engine, opened, "acme")).toEqual({});
        expect([await rowsOf(engine, opened, "globex"), await rowsOf(engine, opened, "")]).toEqual(before);
        expect(
          (await callsOf(storage, REQUIRED, { tenant: "globex" }).find(User, 'title co "of u1"')).totalResults,
        ).toBe(1);
        // What was unique over all tenants is free.
        await fill(storage, { tenant: "acme" }, "1");
        expect(await storage.deleteTenant(undefined)).toEqual(ALL);
        expect(await rowsOf(engine, opened, "")).toEqual({});
        expect(await shown(storage, { tenant: "acme" })).toHaveLength(6);
        expect(await storage.deleteTenant("nobody")).toEqual({});
      });

      test(`a tenant that is renamed has all that it had, to the letter, and its old name has nothing${what}`, async () => {
        const opened = await open(hasForeignKeys);
        const { storage } = opened;
        await fill(storage, {}, "1");
        await fill(storage, { tenant: "globex" }, "2");
        const [before, rows, others] = [
          await shown(storage, {}),
          await rowsOf(engine, opened, ""),
          await rowsOf(engine, opened, "globex"),
        ];
        expect(await storage.renameTenant(undefined, "acme")).toEqual(ALL);
        const acme = callsOf(storage, REQUIRED, { tenant: "acme" });
        expect(await shown(storage, { tenant: "acme" })).toEqual(before);
        expect(await storage.readSecret("Badge", "b1", "pin", { tenant: "acme" })).toBe("hash of 1234");
        expect(await rowsOf(engine, opened, "acme")).toEqual(rows);
        expect(await rowsOf(engine, opened, "")).toEqual({});
        expect(await rowsOf(engine, opened, "globex")).toEqual(others);
        for (const filter of [
          'userName eq "u2"',
          'emails.value eq "u2@example.com"',
          'title co "of u2"',
          'groups.value eq "g1" and id eq "u2"',
        ])
          expect((await acme.find(User, filter)).resources.map(({ id }) => id)).toEqual(["u2"]);
        expect((await acme.find(Group, 'members.value eq "u2"')).resources.map(({ id }) => id)).toEqual(["g1"]);
        await expect(acme.create(User, "u9", { userName: "U1" })).rejects.toMatchObject({ scimType: "uniqueness" });
        await acme.remove(User, "u2");
        expect(await acme.get(Group, "g1")).toMatchObject({ members: [{ value: "u1" }] });
        // And back.
        await storage.renameTenant("acme", undefined);
        expect(await rowsOf(engine, opened, "acme")).toEqual({});
        await callsOf(storage).create(User, "u2", { userName: "u2" });
        await fill(storage, { tenant: "acme" }, "4");
      });
    }

    test("a deletion that was broken off goes on when it is begun again", async () => {
      const opened = await open();
      const { storage } = opened;
      await fill(storage, { tenant: "acme" });
      const ending = new AbortController();
      const told: unknown[] = [];
      const onProgress = (progress: unknown): void => {
        told.push(progress);
        ending.abort(new Error("enough"));
      };
      const options = { batchSize: 1, onProgress };
      await expect(storage.deleteTenant("acme", { ...options, signal: ending.signal })).rejects.toThrow("enough");
      expect(told).toEqual([{ tenant: "acme", resourceType: "Badge", done: 1 }]);
      const failing = storage.deleteTenant("acme", {
        batchSize: 1,
        onProgress: () => {
          throw new Error("broken");
        },
      });
      await expect(failing).rejects.toThrow("broken");
      expect(await storage.deleteTenant("acme")).toEqual({ Group: 1, User: 3 });
      expect(await rowsOf(engine, opened, "acme")).toEqual({});
      await expect(storage.deleteTenant("acme2", { batchSize: 0 })).resolves.toEqual({});
      await fill(storage, { tenant: "acme" });
      await expect(storage.deleteTenant("acme", { batchSize: 0 })).rejects.toThrow("batchSize must be a whole number");
    });

    test("what somebody writes while a tenant is deleted goes as well", async () => {
      const opened = await open();
      const { storage } = opened;
      await fill(storage, { tenant: "acme" });
      let late: Promise<unknown> | undefined;
      const onProgress = (): void => {
        late ??= callsOf(storage, REQUIRED, { tenant: "acme" }).user("a-late-one");
      };
      const first = await storage.deleteTenant("acme", { batchSize: 1, onProgress });
      await late;
      const second = await storage.deleteTenant("acme");
      expect((first.User ?? 0) + (second.User ?? 0)).toBe(4);
      expect(await rowsOf(engine, opened, "acme")).toEqual({});
    });

    test("an export has all of a tenant, whole, each once, and goes on behind what one has already", async () => {
      const { storage } = await open();
      await fill(storage, { tenant: "acme" }, "1");
      await fill(storage, {}, "2");
      const { create, group } = callsOf(storage, KEEP, { tenant: "acme" });
      for (let index = 0; index < 230; index++)
        await create(User, `v${String(index).padStart(3, "0")}`, { userName: `v${index}` });
      const many = Array.from({ length: 1500 }, (_, index) => `m${String(index).padStart(4, "0")}`);
      await group("g3", many);
      const all = await exported(storage, "acme");
      expect(all.map(({ resourceType, resource }) => `${resourceType} ${resource.id}`)).toEqual([
        "Badge b1",
        ...["g1", "g2", "g3"].map((id) => `Group ${id}`),
        ...["u1", "u2", "u3"].map((id) => `User ${id}`),
        ...Array.from({ length: 230 }, (_, index) => `User v${String(index).padStart(3, "0")}`),
      ]);
      const [badge, , g2, g3, , u2] = all;
      expect(badge?.secrets).toEqual({ pin: "hash of 1234" });
      const { schemas, meta, "urn:test:Doors": doors } = badge?.resource as StoredResource;
      expect(schemas).toEqual(["urn:test:Badge", "urn:test:Doors"]);
      expect(meta).toEqual({ resourceType: "Badge", created: AT, lastModified: AT, version: "1" });
      expect(doors).toEqual({
        doors: expect.arrayContaining([
          { value: "front", since: "2020" },
          { value: "back", since: "2021" },
        ]),
      });
      expect(g2?.resource.members).toEqual([
        { value: "g1", type: "Group" },
        { value: "nobody", $ref: null },
        { value: "u3", type: "User" },
      ]);
      expect((g3?.resource.members as readonly { value: string }[]).map(({ value }) => value)).toEqual(many);
      expect(u2).toEqual({
        resourceType: "User",
        resource: expect.objectContaining({ [ENTERPRISE]: { manager: { value: "u1" } } }),
      });
      for (const at of [0, 3, 6, 150]) {
        const { resourceType, resource } = all[at] as ExportedResource;
        const rest: ExportedResource[] = [];
        for await (const one of storage.exportTenant("acme", { after: { resourceType, id: resource.id } }))
          rest.push(one);
        expect(rest).toEqual(all.slice(at + 1));
      }
      expect(await exported(storage, undefined)).toHaveLength(6);
      expect(await exported(storage, "nobody")).toEqual([]);
    });

    test("what was exported makes the same tenant in another storage, with its ids and its secrets", async () => {
      const { storage } = await open();
      await fill(storage, { tenant: "acme" });
      const asKept = { hashSecret: (_: string, kept: unknown) => kept };
      const others = [memoryStorage(asKept), (await engine.open(asKept)).storage];
      const types = { User, Group, Badge: BadgeType };
      for (const other of others) {
        for await (const { resourceType, resource, secrets = {} } of storage.exportTenant("acme")) {
          const type = types[resourceType as keyof typeof types];
          const request = { resourceType: type, resource, secrets, select: SELECT_ALL, checkReferences: KEEP };
          await other.create({ ...request, ...WRITES }, { tenant: "moved" });
        }
        const before = await shown(storage, { tenant: "acme" });
        const withoutVersions = before.map(({ meta: { version: _, ...meta }, ...rest }) => ({ ...rest, meta }));
        const bySize = (one: StoredResource) => ({ ...one, meta: expect.anything() });
        const after = await shown(other, { tenant: "moved" });
        expect(sorted(after)).toMatchObject(sorted(withoutVersions as unknown as StoredResource[]));
        expect(sorted(before)).toEqual(sorted(after).map(bySize));
        expect(await other.readSecret("Badge", "b1", "pin", { tenant: "moved" })).toBe("hash of 1234");
        const there = callsOf(other, REQUIRED, { tenant: "moved" });
        await there.remove(User, "u1");
        expect(await there.get(Group, "g1")).toMatchObject({ members: [{ value: "u2" }] });
      }
    });

    test("a tenant is not renamed to one that has resources, nor to itself, and nothing changes then", async () => {
      const opened = await open();
      const { storage } = opened;
      await fill(storage, { tenant: "acme" }, "1");
      await fill(storage, {}, "2");
      await expect(storage.renameTenant("acme", undefined)).rejects.toThrow("There are resources of no tenant already");
      await expect(storage.renameTenant(undefined, "acme")).rejects.toThrow('There are resources of "acme" already');
      await expect(storage.renameTenant("acme", "acme")).rejects.toThrow('The tenant is "acme" already');
      expect(await shown(storage, { tenant: "acme" })).toHaveLength(6);
      expect(await storage.renameTenant("nobody", "somebody")).toEqual({});
    });

    test("of two that take the same name at once one gets it, and the other keeps its own", async () => {
      const { storage } = await open();
      await fill(storage, { tenant: "a" }, "1");
      await fill(storage, { tenant: "b" }, "2");
      const settled = await Promise.allSettled([storage.renameTenant("a", "c"), storage.renameTenant("b", "c")]);
      expect(settled.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const sizes = [];
      for (const tenant of ["a", "b", "c"]) sizes.push((await shown(storage, { tenant })).length);
      expect(sizes.toSorted()).toEqual([0, 6, 6]);
      expect(sizes[2]).toBe(6);
    });

    test("a renaming that fails half-way leaves everything under the old name", async () => {
      const opened = await open();
      const { storage, failAt } = opened;
      await fill(storage, { tenant: "acme" });
      const before = await shown(storage, { tenant: "acme" });
      let failures = 0;
      for (let statement = 5; ; statement += 4) {
        failAt(statement);
        const renamed = await storage.renameTenant("acme", "other").then(
          () => true,
          () => false,
        );
        failAt(0);
        if (renamed) break;
        failures++;
        if ((await shown(storage, { tenant: "acme" })).length === 0) break;
        expect(await shown(storage, { tenant: "acme" })).toEqual(before);
        expect(await shown(storage, { tenant: "other" })).toEqual([]);
      }
      expect(failures).toBeGreaterThan(2);
      expect(await shown(storage, { tenant: "other" })).toEqual(before);
    });

    test("what is written while a tenant is renamed is found by one of the two names", async () => {
      const { storage } = await open();
      await fill(storage, { tenant: "acme" });
      const { user, delta } = callsOf(storage, REQUIRED, { tenant: "acme" });
      const written: string[] = [];
      const write = async (index: number): Promise<void> => {
        await user(`w${index}`);
        written.push(`w${index}`);
        await delta("g1", [`w${index}`]).catch(() => undefined);
      };
      const writing = Promise.allSettled(Array.from({ length: 20 }, (_, index) => write(index)));
      await storage.renameTenant("acme", "other");
      await writing;
      const [old, now] = [await shown(storage, { tenant: "acme" }), await shown(storage, { tenant: "other" })];
      const ids = [...old, ...now].map(({ id }) => id);
      expect(ids.filter((id) => id.startsWith("w")).sort()).toEqual(written.sort());
      const there = new Set(now.map(({ id }) => id));
      const members = now.find(({ id }) => id === "g1")?.members as readonly { readonly value: string }[];
      expect(members.filter(({ value }) => !there.has(value))).toEqual([]);
    });
  });
}

function sorted(resources: readonly StoredResource[]): readonly StoredResource[] {
  const members = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
      : value;
  return resources
    .map(
      (one) =>
        Object.fromEntries(
          Object.entries(one).map(([name, value]) => [
            name,
            name === "urn:test:Doors" ? { doors: members((value as { doors: unknown }).doors) } : members(value),
          ]),
        ) as unknown as StoredResource,
    )
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

test("what a deletion by hand left behind while foreign keys were off goes with the tenant", async () => {
  const engine = engines()[0] as Engine;
  const opened = await engine.open(OPTIONS);
  await fill(opened.storage, { tenant: "acme" });
  await fill(opened.storage, { tenant: "globex" }, "2");
  await runOn(opened, "PRAGMA foreign_keys = OFF");
  await runOn(opened, "DELETE FROM {resource} WHERE tenant = 'acme'");
  expect(await rowsOf(engine, opened, "acme")).toMatchObject({ unique: 4, secret: 1 });
  expect(await opened.storage.deleteTenant("acme")).toEqual({});
  expect(await rowsOf(engine, opened, "acme")).toEqual({});
  expect(await rowsOf(engine, opened, "globex")).toMatchObject({ resource: 6, secret: 1 });
  await fill(opened.storage, { tenant: "acme" });
  await engine.close();
});
