import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subject } from "../harness/subject.ts";
import type { Work } from "../harness/work.ts";
import { sqlDirectoryByHand } from "../limit/sql-directory.ts";

// What the SQL adapter costs by itself, next to prepared statements over the same driver: on a file of SQLite, where every write waits for
// the disk, and in memory, where there is nothing but what a processor does.

const AT = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-02T00:00:00.000Z";
const USERS = 1000;
const GROUPS = 2000;
/** Users have a group each, and these have nothing else. */
const FIRST_GROUPS = 50;

const padded = (at: number): string => String(at).padStart(12, "0");
const userId = (at: number): string => `0b1c8a54-5b6f-4c7a-9f1e-${padded(at)}`;
const groupId = (at: number): string => `7d2f1b90-1c3e-4d5a-8b7c-${padded(at)}`;
const userName = (at: number): string => `user${at}@example.com`;

/** A user as providers send them. */
const documentOf = (at: number) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: userName(at),
  externalId: `ext-${at}`,
  name: { givenName: "Ada", familyName: `Lovelace ${at}`, formatted: `Ada Lovelace ${at}` },
  displayName: `Ada Lovelace ${at}`,
  title: "Engineer",
  emails: [{ value: userName(at), type: "work", primary: true }],
  phoneNumbers: [{ value: "+49 30 1234567", type: "work" }],
  active: true,
});

/** Which user and which group a turn is about, so that no group gets a member twice. */
const userAt = (turn: number): number => (turn * 7) % USERS;
const groupAt = (turn: number): number => FIRST_GROUPS + (Math.floor(turn / USERS) % (GROUPS - FIRST_GROUPS));

/** The adapter with users and groups in it, and what its requests have in common. */
async function adapterOf(subject: Subject, path: string) {
  const [{ compileResourceType, User, Group }, { openSqlite, sqlStorage }, { SELECT_ALL }] = await Promise.all([
    subject.load("scimkit"),
    subject.load("scimkit/sql"),
    subject.load("scimkit/storage"),
  ]);
  const [user, group] = [compileResourceType(User), compileResourceType(Group)];
  const storage = sqlStorage({ db: await openSqlite(path) });
  await storage.prepare();
  const members = group.attribute("members");
  const attribute = user.attribute("userName");
  assert.ok(members !== undefined && attribute !== undefined);
  const write = { at: AT, checkReferences: { "Group.members": "refuse" }, notify: () => undefined } as const;
  const read = { resourceType: user, select: SELECT_ALL } as const;
  const metaOf = (resourceType: string) => ({ resourceType, created: AT, lastModified: AT });
  const adapter = {
    create(at: number) {
      const resource = { ...documentOf(at), id: userId(at), meta: metaOf("User") };
      return storage.create({ ...read, ...write, resource, secrets: {} }, {});
    },
    get: (id: string) => storage.get({ ...read, id }, {}),
    find(value: string) {
      const filter = {
        type: "compare",
        path: { text: "userName", attribute, sub: undefined },
        operator: "eq",
        value,
      } as const;
      return storage.query({ ...read, filter, page: { startIndex: 1, count: 100 } }, {});
    },
    list: () => storage.query({ ...read, page: { startIndex: 1, count: 100 } }, {}),
    async setActive(id: string, active: boolean) {
      const before = await storage.get({ ...read, id }, {});
      assert.ok(before !== undefined);
      const resource = { ...before, active, meta: { ...before.meta, lastModified: LATER } };
      const ifVersion = before.meta.version;
      return storage.replace({ ...read, ...write, id, resource, before, ifVersion, secrets: {} }, {});
    },
    addMember: (group_: string, value: string) =>
      storage.applyDelta?.(
        { ...write, resourceType: group, id: group_, attribute: members, add: [{ value }], remove: [], at: LATER },
        {},
      ),
  };
  for (let at = 0; at < USERS; at++) await adapter.create(at);
  for (let at = 0; at < GROUPS; at++) {
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
    const resource = { schemas, displayName: `Group ${at}`, id: groupId(at), meta: metaOf("Group") };
    await storage.create({ ...read, ...write, resourceType: group, resource, secrets: {} }, {});
  }
  for (let at = 0; at < USERS; at++) await adapter.addMember(groupId(at % FIRST_GROUPS), userId(at));
  return adapter;
}

function byHand(path: string) {
  const directory = sqlDirectoryByHand(path);
  for (let at = 0; at < USERS; at++) directory.createUser(userId(at), documentOf(at), AT);
  for (let at = 0; at < GROUPS; at++) directory.createGroup(groupId(at), `Group ${at}`, AT);
  for (let at = 0; at < USERS; at++) directory.addMember(groupId(at % FIRST_GROUPS), userId(at), LATER);
  return directory;
}

interface User {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  readonly name: unknown;
  readonly emails: unknown;
  readonly groups?: readonly { readonly value: string; readonly display: string }[];
  readonly meta: { readonly version: string; readonly lastModified: string };
}

interface Found {
  readonly resources: readonly User[];
  readonly totalResults: number;
}

function checkUser(user: unknown, at: number): void {
  const { id, userName: name, emails, groups, name: parts } = user as User;
  const wanted = documentOf(at);
  assert.deepEqual([id, name, emails, parts], [userId(at), wanted.userName, wanted.emails, wanted.name]);
  assert.equal(
    groups?.some(({ value, display }) => value === groupId(at % FIRST_GROUPS) && display !== ""),
    true,
  );
}

const sqlGet = (newPath: NewPath): Work => ({
  name: "sql GET",
  about: "Reads a user by its id out of SQLite, with its groups.",
  target: 1.5,
  input: (turn) => userId(userAt(turn)),
  limit: () => byHand(newPath()).get,
  scimkit: async (subject) => (await adapterOf(subject, newPath())).get,
  check: (answer, turn) => checkUser(answer, userAt(turn)),
});

const sqlEq = (newPath: NewPath): Work => ({
  name: "sql eq",
  about: "Finds a user by its userName in SQLite, with its groups.",
  target: 1.5,
  input: (turn) => userName(userAt(turn)),
  limit: () => byHand(newPath()).findByUserName,
  scimkit: async (subject) => (await adapterOf(subject, newPath())).find,
  check: (answer, turn) => {
    assert.equal((answer as Found).totalResults, 1);
    checkUser((answer as Found).resources[0], userAt(turn));
  },
});

const sqlList = (newPath: NewPath): Work => ({
  name: "sql list 100",
  about: "Reads the first 100 of 1,000 users out of SQLite, with their groups and how many there are.",
  target: 1.8,
  limit: () => {
    const { list } = byHand(newPath());
    return () => list(100);
  },
  scimkit: async (subject) => (await adapterOf(subject, newPath())).list,
  check: (answer) => {
    const { resources, totalResults } = answer as Found;
    assert.deepEqual([resources.length, totalResults], [100, USERS]);
    for (const [at, user] of resources.entries()) checkUser(user, at);
  },
});

const sqlPost = (newPath: NewPath): Work => ({
  name: "sql POST",
  about: "Stores a new user in SQLite.",
  target: 2.5,
  limit: () => {
    const { createUser } = byHand(newPath());
    return (_, turn) => createUser(userId(USERS + turn), documentOf(USERS + turn), AT);
  },
  scimkit: async (subject) => {
    const { create } = await adapterOf(subject, newPath());
    return (_, turn) => create(USERS + turn);
  },
  check: (answer, turn) => {
    const { id, userName: name, emails, meta } = answer as User;
    const wanted = documentOf(USERS + turn);
    assert.deepEqual([id, name, emails, meta.version], [userId(USERS + turn), wanted.userName, wanted.emails, "1"]);
  },
});

const sqlPatch = (newPath: NewPath): Work => ({
  name: "sql PATCH active",
  about: "Reads a user out of SQLite, and stores it with another value of active.",
  target: 2.5,
  limit: () => {
    const { setActive } = byHand(newPath());
    return (_, turn) => setActive(userId(userAt(turn)), Math.floor(turn / USERS) % 2 === 1, LATER);
  },
  scimkit: async (subject) => {
    const { setActive } = await adapterOf(subject, newPath());
    return (_, turn) => setActive(userId(userAt(turn)), Math.floor(turn / USERS) % 2 === 1);
  },
  check: (answer, turn) => {
    checkUser(answer, userAt(turn));
    const { active, meta } = answer as User;
    assert.deepEqual([active, meta.lastModified], [Math.floor(turn / USERS) % 2 === 1, LATER]);
  },
});

const sqlMember = (newPath: NewPath): Work => ({
  name: "sql add member",
  about: "Adds a member to a group in SQLite.",
  target: 2,
  limit: () => {
    const { addMember } = byHand(newPath());
    return (_, turn) => addMember(groupId(groupAt(turn)), userId(userAt(turn)), LATER);
  },
  scimkit: async (subject) => {
    const { addMember } = await adapterOf(subject, newPath());
    return (_, turn) => addMember(groupId(groupAt(turn)), userId(userAt(turn)));
  },
  check: (answer, turn) => {
    const { added } = answer as { readonly added: readonly { readonly value: string }[] };
    assert.deepEqual(
      added.map(({ value }) => value),
      [userId(userAt(turn))],
    );
  },
});

const WORKS: readonly ((newPath: NewPath) => Work)[] = [sqlGet, sqlEq, sqlList, sqlPost, sqlPatch, sqlMember];

/** Where a directory lies: a file of its own, or memory. */
type NewPath = () => string;

let made = 0;

const FOLDERS: string[] = [];
process.once("exit", () => {
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true });
});

/** The path of a database that is removed when the process ends. */
export function newSqliteFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-bench-"));
  FOLDERS.push(folder);
  return join(folder, `${made++}.db`);
}

/** Not in the short form, which has the same in memory: discs differ more than what is measured. */
const onFile = WORKS.map((make): Work => ({ ...make(newSqliteFile), isLong: true }));
const inMemory = WORKS.map((make) => make(() => ":memory:")).map(
  (work): Work => ({
    ...work,
    name: `${work.name}, in memory`,
    about: work.about.replace("SQLite", "SQLite in memory"),
  }),
);

/** The rows of SQL, on a file and in memory. */
export const SQL_WORKS: readonly Work[] = [...onFile, ...inMemory];
