import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EnterpriseUserSchema } from "../../../../src/index.ts";
import type { CompiledResourceType } from "../../../../src/schema/resource-type.ts";
import type { Page } from "../../../../src/storage/adapter.ts";
import { AT, Group, NOTHING, REQUIRED, User } from "../calls.ts";
import { someEngines } from "../engines.ts";
import { accessesOf, rowsFetched, told, wide } from "../plans.ts";
import { createdId, LARGE, LARGE_APPLICATIONS, largeOf, SMALL, userId } from "./large.ts";

const USERS = 4000;
const FEW = 1000;
/** Users who are in no group. */
const ALONE = 100;
/** Who is in no group at any size. */
const NEWCOMER = userId(0);
const ALL = { includes: () => true };
const MANAGER = `${EnterpriseUserSchema.id}:manager`;

type Asked = Awaited<ReturnType<typeof largeOf>>;

/** A kind of statement, by what is asked of storage. */
interface Kind {
  readonly name: string;
  run(asked: Asked): Promise<unknown>;
  /** What a search must not be bounded by alone. */
  readonly of?: string;
}

const one: Page = { startIndex: 1, count: 100 };
const find =
  (resourceType: CompiledResourceType, filter: string, page: Page = one): Kind["run"] =>
  ({ calls }) =>
    calls.find(resourceType, filter, page, undefined, resourceType === User ? ALL : NOTHING);

/** Reads that find what they are asked for by its own name. */
const LOOK_UPS: readonly Kind[] = [
  { name: "GET of a user, with groups", run: ({ calls }) => calls.get(User, userId(2)) },
  { name: "GET of a group without members", run: ({ calls }) => calls.get(Group, LARGE, NOTHING) },
  { name: "userName eq", run: find(User, 'userName eq "USER7@example.com"') },
  { name: "userName eq and another", run: find(User, 'userName eq "user7@example.com" and title eq "x"') },
  { name: "id eq", run: find(User, `id eq "${userId(3)}"`) },
  { name: "manager.value eq", run: find(User, `${MANAGER}.value eq "${userId(3)}"`) },
  { name: "displayName eq of a group", run: find(Group, 'displayName eq "SMALL"') },
  { name: "groups.value eq", run: find(User, `groups.value eq "${SMALL}"`) },
  { name: "groups.value eq and another", run: find(User, `title pr and groups.value eq "${SMALL}"`) },
  { name: "groups.display eq", run: find(User, 'groups.display eq "small"') },
  { name: "a value path of groups", run: find(User, 'groups[display eq "small" and type eq "direct"]') },
  { name: "members.value eq", run: find(Group, `members.value eq "${userId(3)}"`) },
  { name: "a value path of members", run: find(Group, `members[value eq "${userId(3)}" and type eq "User"]`) },
  {
    name: "the name of a group and a member",
    run: find(Group, `displayName eq "small" and members.value eq "${userId(3)}"`),
  },
  { name: "id of a group and a member", run: find(Group, `id eq "${LARGE}" and members.value eq "${userId(3)}"`) },
];

/** What is counted at two sizes. */
const GROWING: readonly (Kind & { readonly undo?: Kind["run"] })[] = [
  ...LOOK_UPS.filter(({ name }) =>
    ["GET of a user, with groups", "userName eq", "groups.display eq", "members.value eq"].includes(name),
  ),
  {
    name: "addition of a member",
    run: ({ calls }) => calls.delta(LARGE, [NEWCOMER]),
    undo: ({ calls }) => calls.delta(LARGE, [], [NEWCOMER]),
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
    run: ({ calls }) =>
      calls.find(User, undefined, { cursor: JSON.stringify([">", userId(900)]), count: 100 }, undefined, ALL),
  },
];

const write = { at: AT, notify: () => {}, checkReferences: REQUIRED };

async function replace(
  { storage, context }: Asked,
  type: CompiledResourceType,
  id: string,
  change: object,
  isKnown: boolean,
) {
  const before = await storage.get({ resourceType: type, id, select: ALL }, context);
  if (before === undefined) throw new Error(`${id} is not there`);
  const { groups: _, ...kept } = before;
  const resource = { ...kept, ...change, id, meta: { ...before.meta, lastModified: "2026-01-02T00:00:00Z" } };
  const known = isKnown ? { before, ifVersion: before.meta.version } : {};
  await storage.replace(
    { resourceType: type, id, resource, secrets: { password: "y" }, select: ALL, ...known, ...write },
    context,
  );
}

const WRITES: readonly Kind[] = [
  {
    name: "create of a user with a manager and a password",
    run: ({ storage, context }) => {
      const resource = {
        schemas: [User.urn, EnterpriseUserSchema.id],
        id: createdId(1),
        userName: "worker",
        [EnterpriseUserSchema.id]: { manager: { value: userId(1) } },
        meta: { resourceType: "User", created: AT, lastModified: AT },
      };
      return storage.create(
        { resourceType: User, resource, secrets: { password: "x" }, select: ALL, ...write },
        context,
      );
    },
  },
  {
    name: "create of a group with members",
    run: ({ calls }) =>
      calls.group(
        createdId(2),
        Array.from({ length: 20 }, (_, index) => userId(index + 1)),
      ),
  },
  {
    name: "create of what is taken",
    run: ({ calls }) => expect(calls.user(createdId(3), { userName: "WORKER" })).rejects.toThrow(),
  },
  { name: "addition of a member", of: "team_id", run: ({ calls }) => calls.delta(LARGE, [userId(3950)]) },
  {
    name: "addition of 50 members",
    of: "team_id",
    run: ({ calls }) =>
      calls.delta(
        LARGE,
        Array.from({ length: 50 }, (_, index) => userId(3901 + index)),
      ),
  },
  { name: "addition of who is there", of: "team_id", run: ({ calls }) => calls.delta(LARGE, [userId(3950)]) },
  { name: "removal of a member", of: "team_id", run: ({ calls }) => calls.delta(LARGE, [], [userId(3950)]) },
  { name: "both at once", of: "team_id", run: ({ calls }) => calls.delta(LARGE, [userId(3950)], [userId(9)]) },
  { name: "both of the same member", of: "team_id", run: ({ calls }) => calls.delta(LARGE, [userId(8)], [userId(8)]) },
  {
    name: "replace of a user",
    run: (asked) => replace(asked, User, createdId(1), { userName: "worker2", displayName: "W" }, true),
  },
  {
    name: "replace of a user whose state is not known",
    run: (asked) => replace(asked, User, createdId(1), { userName: "worker3" }, false),
  },
  {
    name: "replace of members",
    run: (asked) => {
      const members = Array.from({ length: 25 }, (_, index) => ({ value: userId(index + 11), type: "User" }));
      return replace(asked, Group, createdId(2), { members }, true);
    },
  },
  { name: "deletion of a member", run: ({ calls }) => calls.remove(User, userId(4)) },
  { name: "deletion of a manager", run: ({ calls }) => calls.remove(User, userId(1)) },
  { name: "deletion of a group", run: ({ calls }) => calls.remove(Group, createdId(2)) },
];

for (const application of LARGE_APPLICATIONS)
  for (const engine of someEngines())
    describe(`${engine.name}, ${application.name}`, () => {
      let asked: Asked;
      let few: Asked;
      beforeAll(async () => {
        asked = await largeOf(application, engine, USERS, USERS - ALONE);
        if (engine.isPostgres) few = await largeOf(application, engine, FEW, FEW - ALONE);
      }, 60_000);
      afterAll(() => engine.close());

      const sentBy = async (kind: Kind, of = asked) => {
        of.sent.length = 0;
        await kind.run(of);
        return [...of.sent];
      };

      test.each(LOOK_UPS)("$name is a search of an index for it, without statistics [G-13]", async (kind) => {
        const sent = await sentBy(kind);
        const accesses = await accessesOf(asked.place, sent);
        expect(accesses).not.toEqual([]);
        expect(told(wide(accesses))).toBe("");
        if (!engine.isPostgres) return;
        expect(await rowsFetched(asked.place, sent)).toBeLessThan(60);
        expect(told(wide(await accessesOf(asked.place, sent, true)))).toBe("");
      });

      if (engine.isPostgres)
        test.each(GROWING)("$name reads no more rows among 4,000 users than among 1,000 [G-13]", async (kind) => {
          const rows: number[] = [];
          for (const loaded of [few, asked]) {
            const sent = await sentBy(kind, loaded);
            await kind.undo?.(loaded);
            rows.push(await rowsFetched(loaded.place, sent));
          }
          expect(rows[0]).toBeGreaterThan(0);
          expect(rows[1]).toBe(rows[0]);
        });

      test.each(PAGES)("$name walks the index of its order, without statistics [G-13]", async (kind) => {
        const accesses = await accessesOf(asked.place, await sentBy(kind));
        expect(accesses).not.toEqual([]);
        const isOfOrder = ({ step }: (typeof accesses)[number]) => /users|teams|SCAN t USING COVERING/.test(step);
        expect(told(wide(accesses).filter((access) => !isOfOrder(access)))).toBe("");
      });

      test.each(WRITES)("$name looks at what it names, without statistics [G-1]", async (kind) => {
        const accesses = await accessesOf(asked.place, await sentBy(kind));
        expect(told(wide(accesses, kind.of === undefined ? [] : [kind.of]))).toBe("");
      });
    });
