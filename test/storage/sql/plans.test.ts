import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../../../bench/storage/load.ts";
import type { CompiledResourceType } from "../../../src/schema/resource-type.ts";
import type { Page } from "../../../src/storage/adapter.ts";
import { AT, callsOf, Group, NOTHING, REQUIRED, User } from "./calls.ts";
import { type Opened, someEngines } from "./engines.ts";
import { accessesOf, type Planned, rowsFetched, told, wide } from "./plans.ts";

const USERS = 4000;
const FEW = 1000;
/** Users who are in no group. */
const ALONE = 100;
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ALL = { includes: () => true };
const TABLES = ["resource", "element", "unique", "secret", "listed"].map((name) => `scim_${name}`);

/** A kind of statement, by what is asked of storage. */
interface Kind {
  readonly name: string;
  run(asked: Asked): Promise<unknown>;
  /** PostgreSQL takes a union for two rows, and reading a table of next to nothing for cheaper than two look-ups. */
  readonly isUnion?: boolean;
}

interface Asked {
  readonly storage: Opened["storage"];
  readonly calls: ReturnType<typeof callsOf>;
  /** Ids of users; the first ones are members of the large group. */
  readonly ids: readonly string[];
  readonly group: string;
}

const one: Page = { startIndex: 1, count: 100 };
const find =
  (resourceType: CompiledResourceType, filter: string | ((asked: Asked) => string), page: Page = one): Kind["run"] =>
  (asked) =>
    asked.calls.find(
      resourceType,
      typeof filter === "string" ? filter : filter(asked),
      page,
      undefined,
      resourceType === User ? ALL : NOTHING,
    );

/** Reads that find what they are asked for by its own name. */
const LOOK_UPS: readonly Kind[] = [
  { name: "GET of a user, with groups", run: ({ calls, ids }) => calls.get(User, ids[0] ?? "") },
  { name: "GET of a group without members", run: ({ calls, group }) => calls.get(Group, group, NOTHING) },
  { name: "userName eq", run: find(User, 'userName eq "USER7@example.com"') },
  { name: "userName eq and another", run: find(User, 'userName eq "user7@example.com" and active eq true') },
  { name: "id eq", run: find(User, ({ ids }) => `id eq "${ids[0]}"`) },
  { name: "externalId eq", run: find(User, 'externalId eq "ext-7"') },
  { name: "manager.value eq", isUnion: true, run: find(User, `${ENTERPRISE}:manager.value eq "boss"`) },
  { name: "displayName eq", run: find(User, 'displayName eq "given7 family7"') },
  {
    name: "displayName eq, by cursor",
    run: find(User, 'displayName eq "given7 family7"', { cursor: undefined, count: 10 }),
  },
  { name: "groups.value eq", run: find(User, 'groups.value eq "small"') },
  { name: "groups.value eq and another", run: find(User, 'active eq true and groups.value eq "small"') },
  { name: "groups.display eq", run: find(User, 'groups.display eq "small"') },
  { name: "a value path of groups", run: find(User, 'groups[display eq "small" and type eq "direct"]') },
  { name: "members.value eq", isUnion: true, run: find(Group, ({ ids }) => `members.value eq "${ids[0]}"`) },
  {
    name: "a value path of members",
    isUnion: true,
    run: find(Group, ({ ids }) => `members[value eq "${ids[0]}" and type eq "User"]`),
  },
  {
    name: "the name of a group and a member",
    run: find(Group, ({ ids }) => `displayName eq "small" and members.value eq "${ids[0]}"`),
  },
  {
    name: "id of a group and a member",
    run: find(Group, ({ ids, group }) => `id eq "${group}" and members.value eq "${ids[0]}"`),
  },
  { name: "a secret", run: ({ storage }) => storage.readSecret("User", "boss", "password") },
];

/** Reads that find many, by an index all the same. */
const RANGES: readonly Kind[] = [
  { name: "displayName sw", run: find(User, 'displayName sw "given7 family"') },
  { name: "emails.value eq", run: find(User, 'emails.value eq "user7@example.com"') },
  { name: "a value path of emails", run: find(User, 'emails[type eq "work" and value eq "user7@example.com"]') },
];

/** What is counted at two sizes. */
const GROWING: readonly (Kind & { readonly undo?: Kind["run"] })[] = [
  ...LOOK_UPS.filter(({ name }) =>
    ["GET of a user, with groups", "userName eq", "groups.display eq", "members.value eq"].includes(name),
  ),
  {
    name: "addition of a member",
    run: ({ calls, group, ids }) => calls.delta(group, [ids.at(-1) ?? ""]),
    undo: ({ calls, group, ids }) => calls.delta(group, [], [ids.at(-1) ?? ""]),
  },
];

/** Walks of an order: a page from any place on. */
const PAGES: readonly Kind[] = [
  { name: "the first page", run: ({ calls }) => calls.find(User, undefined, one, undefined, ALL) },
  {
    name: "a deep page",
    run: ({ calls }) => calls.find(User, undefined, { startIndex: 900, count: 100 }, undefined, ALL),
  },
  {
    name: "a page of groups, with members",
    run: ({ calls }) => calls.find(Group, undefined, { startIndex: 1, count: 1 }, undefined, ALL),
  },
  {
    name: "a page by cursor",
    run: ({ calls }) => calls.find(User, undefined, { cursor: JSON.stringify([">", "8"]), count: 100 }, undefined, ALL),
  },
  { name: "a sorted page", run: ({ calls }) => calls.find(User, undefined, one, "userName", ALL) },
];

const write = { at: AT, notify: () => {}, checkReferences: REQUIRED };

async function replace({ storage }: Asked, type: CompiledResourceType, id: string, change: object, isKnown: boolean) {
  const before = await storage.get({ resourceType: type, id, select: ALL }, {});
  if (before === undefined) throw new Error(`${id} is not there`);
  const resource = { ...before, ...change, meta: { ...before.meta, lastModified: "2026-01-02T00:00:00Z" } };
  const known = isKnown ? { before, ifVersion: before.meta.version } : {};
  await storage.replace(
    { resourceType: type, id, resource, secrets: { password: "y" }, select: ALL, ...known, ...write },
    {},
  );
}

const WRITES: readonly Kind[] = [
  {
    name: "create of a user with a manager and a password",
    run: ({ storage }) => {
      const resource = {
        schemas: [User.urn, ENTERPRISE],
        id: "worker",
        userName: "worker",
        [ENTERPRISE]: { manager: { value: "boss" } },
        meta: { resourceType: "User", created: AT, lastModified: AT },
      };
      return storage.create({ resourceType: User, resource, secrets: { password: "x" }, select: ALL, ...write }, {});
    },
  },
  { name: "create of a group with members", run: ({ calls, ids }) => calls.group("new", ids.slice(0, 20)) },
  {
    name: "create of what is taken",
    run: ({ calls }) => expect(calls.user("other", { userName: "WORKER" })).rejects.toThrow(),
  },
  { name: "addition of a member", run: ({ calls, group, ids }) => calls.delta(group, [ids.at(-1) ?? ""]) },
  { name: "addition of 50 members", run: ({ calls, group, ids }) => calls.delta(group, ids.slice(-51, -1)) },
  { name: "addition of who is there", run: ({ calls, group, ids }) => calls.delta(group, [ids.at(-1) ?? ""]) },
  { name: "removal of a member", run: ({ calls, group, ids }) => calls.delta(group, [], [ids.at(-1) ?? ""]) },
  { name: "both at once", run: ({ calls, group, ids }) => calls.delta(group, [ids.at(-1) ?? ""], [ids[0] ?? ""]) },
  {
    name: "both of the same member",
    run: ({ calls, group, ids }) => calls.delta(group, [ids[1] ?? ""], [ids[1] ?? ""]),
  },
  {
    name: "replace of a user",
    run: (asked) => replace(asked, User, "worker", { userName: "worker2", displayName: "W" }, true),
  },
  {
    name: "replace of a user whose state is not known",
    run: (asked) => replace(asked, User, "worker", { userName: "worker3" }, false),
  },
  {
    name: "replace of members",
    run: (asked) => {
      const [first, ...others] = asked.ids.slice(0, 19).map((value) => ({ value, type: "User" }));
      return replace(asked, Group, "new", { members: [{ ...first, display: "changed" }, ...others] }, true);
    },
  },
  { name: "deletion of a member", run: ({ calls, ids }) => calls.remove(User, ids[3] ?? "") },
  { name: "deletion of a manager", run: ({ calls }) => calls.remove(User, "boss") },
  { name: "deletion of a group", run: ({ calls }) => calls.remove(Group, "new") },
];

for (const engine of someEngines()) {
  describe(engine.name, () => {
    let full: Loaded;
    let empty: Loaded;
    let few: Loaded;
    beforeAll(async () => {
      [full, empty] = [await opened(USERS), await opened(0)];
      if (engine.isPostgres) few = await opened(FEW);
    }, 120_000);
    afterAll(() => engine.close());

    interface Loaded extends Asked {
      readonly opened: Opened;
      readonly place: Planned;
    }

    const run = async ({ db }: Opened, text: string) =>
      (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text))).rows;

    /** Tables as `prepare` makes them, that nothing has ever analysed, and that nothing will. */
    const opened = async (users: number): Promise<Loaded> => {
      const opened = await engine.open({ hashSecret: (_, value) => String(value) });
      const { schema } = opened.tables;
      const place = {
        db: opened.db,
        isPostgres: engine.isPostgres,
        schema,
        tables: TABLES,
        aliases: ["r", "m", "u", "h", "l", "s", "t"],
      };
      if (engine.isPostgres)
        for (const table of TABLES.slice(0, 4))
          await run(opened, `ALTER TABLE "${schema}".${table} SET (autovacuum_enabled = off)`);
      const calls = callsOf(opened.storage);
      const { userIds, groups } = await load({ db: opened.db, place: { schema } }, users, [Math.max(users - ALONE, 0)]);
      await calls.user("boss");
      await calls.group("small", ["boss", ...userIds.slice(0, 3)]);
      const ids = users === 0 ? ["boss", "boss", "boss"] : userIds;
      return { storage: opened.storage, calls, ids, group: [...groups.values()][0] ?? "", opened, place };
    };

    const sentBy = async (loaded: Loaded, kind: Kind) => {
      loaded.opened.sent.length = 0;
      await kind.run(loaded);
      return [...loaded.opened.sent];
    };

    test("nothing has been analysed, and a plan that looks at everybody is told from one that does not", async () => {
      const statistics = engine.isPostgres
        ? `SELECT relname FROM pg_class WHERE relnamespace = '"${full.opened.tables.schema}"'::regnamespace AND relkind = 'r' AND reltuples <> -1`
        : "SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'";
      expect(await run(full.opened, statistics)).toEqual([]);
      const sent = await sentBy(full, { name: "", run: find(User, 'nickName eq "x"') });
      expect(wide(await accessesOf(full.place, sent))).not.toEqual([]);
    });

    test.each([
      ...LOOK_UPS,
      ...RANGES,
    ])("$name is a search of an index for it, without statistics [G-13]", async (kind) => {
      const sent = await sentBy(full, kind);
      const accesses = await accessesOf(full.place, sent);
      expect(accesses).not.toEqual([]);
      expect(told(wide(accesses))).toBe("");
      // What is read does not depend on how many there are: each member of the small group, each of their groups.
      if (engine.isPostgres) expect(await rowsFetched(full.place, sent)).toBeLessThan(60);
    });

    if (engine.isPostgres)
      test.each(GROWING)("$name reads no more rows among 4,000 users than among 1,000 [G-13]", async (kind) => {
        const rows: number[] = [];
        for (const loaded of [few, full]) {
          const sent = await sentBy(loaded, kind);
          await kind.undo?.(loaded);
          rows.push(await rowsFetched(loaded.place, sent));
        }
        expect(rows[0]).toBeGreaterThan(0);
        expect(rows[1]).toBeLessThanOrEqual(rows[0] as number);
      });

    test.each(
      PAGES,
    )("$name walks the index of its order, and looks the rest up by it, without statistics [G-13]", async (kind) => {
      const accesses = await accessesOf(full.place, await sentBy(full, kind));
      expect(accesses).not.toEqual([]);
      for (const { step, bounds } of wide(accesses)) {
        expect(step).toMatch(/scim_(?:resource_type|by_)/);
        expect(bounds).toEqual(["type", "tenant"]);
      }
    });

    test.each(WRITES)("$name looks at what it names, without statistics [G-1]", async (kind) => {
      const accesses = await accessesOf(full.place, await sentBy(full, kind));
      expect(told(wide(accesses))).toBe("");
    });

    test("what foreign keys and triggers ask is a search of an index, without statistics", async () => {
      const schema = full.opened.tables.schema;
      const table = (name: string) => (schema === undefined ? `scim_${name}` : `"${schema}".scim_${name}`);
      const [first, second] = engine.isPostgres ? ["$1", "$2"] : ["?", "?"];
      const asked = [
        ...["id", "target"].map(
          (column) => `DELETE FROM ${table("element")} WHERE ${first} = tenant AND ${second} = ${column}`,
        ),
        ...["unique", "secret"].map((name) => `DELETE FROM ${table(name)} WHERE ${first} = tenant AND ${second} = id`),
        `SELECT 1 FROM ${table("resource")} x WHERE tenant = ${first} AND id = ${second}`,
        ...(engine.isPostgres
          ? []
          : ["DELETE FROM scim_listed WHERE tenant = ? AND id = ? AND attribute = 'emails.value'"]),
      ].map((sql) => ({ sql, parameters: ["", "x"] }));
      for (const loaded of [full, empty]) {
        const accesses = await accessesOf({ ...loaded.place, aliases: ["x"] }, asked, engine.isPostgres);
        expect(accesses).toHaveLength(asked.length);
        expect(told(wide(accesses))).toBe("");
      }
    });

    if (engine.isPostgres)
      test.each(
        LOOK_UPS.filter(({ isUnion }) => isUnion !== true),
      )("$name is planned well even before there is anybody, for a session that keeps the plan", async (kind) => {
        const accesses = await accessesOf(empty.place, await sentBy(empty, kind), true);
        expect(accesses).not.toEqual([]);
        expect(told(wide(accesses))).toBe("");
      });
  });
}
