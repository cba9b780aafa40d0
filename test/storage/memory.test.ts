import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { parseFilter } from "../../src/filter/parser.ts";
import { resolveFilter } from "../../src/filter/resolve.ts";
import type { Attribute } from "../../src/schema/attribute.ts";
import { schemasOf } from "../../src/schema/canonical.ts";
import { EnterpriseUserSchema } from "../../src/schema/core/enterprise-user.ts";
import { Group as GroupDefinition } from "../../src/schema/core/group.ts";
import { User as UserDefinition } from "../../src/schema/core/user.ts";
import { type CompiledResourceType, compileResourceType, defineResourceType } from "../../src/schema/resource-type.ts";
import { defineSchema } from "../../src/schema/schema.ts";
import {
  type Context,
  type NewResource,
  SELECT_ALL,
  type StorageNotice,
  type StoredResource,
  type WriteRequest,
} from "../../src/storage/adapter.ts";
import { type MemoryStorage, type MemoryStorageOptions, memoryStorage } from "../../src/storage/memory/index.ts";
import { referencesIn, settleReference } from "../../src/storage/reference.ts";
import { queryByScan } from "../../src/storage/scan.ts";

const ENTERPRISE = EnterpriseUserSchema.id;
const User = compileResourceType(UserDefinition.extend(EnterpriseUserSchema));
const Group = compileResourceType(GroupDefinition);
const Badge = compileResourceType(
  defineResourceType({
    name: "Badge",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Badge",
      name: "Badge",
      attributes: {
        chip: { uniqueness: "global", caseExact: true },
        codes: { multiValued: true, uniqueness: "server" },
        doors: {
          type: "complex",
          multiValued: true,
          subAttributes: { value: { uniqueness: "server" }, floor: { type: "integer" } },
        },
        guests: {
          type: "complex",
          multiValued: true,
          subAttributes: {
            value: { caseExact: true },
            $ref: { type: "reference", referenceTypes: ["User"] },
            type: {},
          },
        },
      },
    }),
  }),
);
/** Another resource type with the schema of User. */
const Contractor = compileResourceType(defineResourceType({ name: "Contractor", schema: UserDefinition.schema }));
const KNOWN: WriteRequest["checkReferences"] = Object.fromEntries(
  [User, Group, Badge].flatMap(({ references }) => references.map(({ name }) => [name, "refuse"] as const)),
);
const AT = "2026-01-01T00:00:00Z";
const LATER = "2026-02-02T00:00:00Z";

let storage: MemoryStorage;
beforeEach(() => {
  storage = memoryStorage();
});

function resourceOf(
  resourceType: CompiledResourceType,
  id: string,
  attributes: Record<string, unknown>,
  at = AT,
): NewResource {
  const meta = { resourceType: resourceType.name, created: AT, lastModified: at };
  return { ...attributes, schemas: schemasOf(resourceType, attributes), id, meta };
}

interface WriteOptions {
  readonly check?: WriteRequest["checkReferences"];
  readonly secrets?: Record<string, unknown>;
  readonly context?: Context;
  readonly notices?: StorageNotice[];
  readonly ifVersion?: string;
}

function create(
  resourceType: CompiledResourceType,
  id: string,
  attributes: Record<string, unknown>,
  options: WriteOptions = {},
): Promise<StoredResource> {
  const { check = KNOWN, secrets = {}, context = {}, notices = [] } = options;
  const notify = (notice: StorageNotice): void => void notices.push(notice);
  const resource = resourceOf(resourceType, id, attributes);
  return storage.create(
    { resourceType, resource, secrets, select: SELECT_ALL, at: AT, checkReferences: check, notify },
    context,
  );
}

function replace(
  resourceType: CompiledResourceType,
  id: string,
  attributes: Record<string, unknown>,
  options: WriteOptions = {},
): Promise<StoredResource | undefined> {
  const { check = KNOWN, secrets = {}, context = {}, notices = [], ifVersion } = options;
  const notify = (notice: StorageNotice): void => void notices.push(notice);
  const resource = resourceOf(resourceType, id, attributes, LATER);
  return storage.replace(
    { resourceType, id, resource, secrets, ifVersion, select: SELECT_ALL, at: LATER, checkReferences: check, notify },
    context,
  );
}

function remove(
  resourceType: CompiledResourceType,
  id: string,
  { context = {}, ifVersion }: WriteOptions = {},
): Promise<boolean> {
  return storage.delete({ resourceType, id, ifVersion, at: LATER, checkReferences: KNOWN, notify: () => {} }, context);
}

function get(
  resourceType: CompiledResourceType,
  id: string,
  context: Context = {},
): Promise<StoredResource | undefined> {
  return storage.get({ resourceType, id, select: SELECT_ALL }, context);
}

async function find(resourceType: CompiledResourceType, filter: string, context: Context = {}): Promise<string[]> {
  const resolved = resolveFilter(parseFilter(filter), resourceType);
  const found = await storage.query(
    { resourceType, filter: resolved, page: { startIndex: 1, count: 1000 }, select: SELECT_ALL },
    context,
  );
  expect(found.totalResults).toBe(found.resources.length);
  return found.resources.map(({ id }) => id);
}

const uniquenessOf = (attribute: string) => ({
  status: 409,
  scimType: "uniqueness",
  detail: expect.stringContaining(attribute),
});
const members = (...ids: string[]) => ({ members: ids.map((value) => ({ value })) });
const elementsOf = (resource: StoredResource | undefined, attribute = "members") =>
  resource?.[attribute] as Record<string, unknown>[] | undefined;

describe("uniqueness", () => {
  test.each([
    ["ADMIN", "admin"],
    ["ADMİN", "admi\u0307n"],
    ["ａｄｍｉｎ", "ADMIN"],
    ["\u212Aelvin", "kelvin"],
    ["Ä", "a\u0308"],
    ["Ω", "\u2126"],
  ])("%s and %s are the same userName, on create and on replace [P-3.3-09 T-B8]", async (left, right) => {
    await create(User, "u1", { userName: left });
    await expect(create(User, "u2", { userName: right })).rejects.toMatchObject(uniquenessOf("userName"));
    await create(User, "u3", { userName: "other" });
    await expect(replace(User, "u3", { userName: right })).rejects.toMatchObject(uniquenessOf("userName"));
    expect(await get(User, "u3")).toMatchObject({ userName: "other", meta: { version: "1" } });
    expect(await get(User, "u1")).toMatchObject({ userName: left });
    expect(await replace(User, "u1", { userName: right })).toMatchObject({ userName: right });
  });

  test.each([
    ["ADMİN", "admin"],
    ["straße", "STRASSE"],
    ["ﬁnn", "finn"],
    ["ſam", "sam"],
  ])("%s and %s are two userNames [T-B8]", async (left, right) => {
    await create(User, "u1", { userName: left });
    await create(User, "u2", { userName: right });
    expect(await find(User, `userName eq "${left}"`)).toEqual(["u1"]);
    expect(await find(User, `userName eq "${right}"`)).toEqual(["u2"]);
  });

  test("of many creates at once with one userName exactly one wins [G-3]", async () => {
    storage = memoryStorage({ hashSecret: async () => "hash" });
    const creates = Array.from({ length: 8 }, (_, index) =>
      create(User, `u${index}`, { userName: index % 2 ? "Bo" : "bO" }, { secrets: { password: "p" } }),
    );
    const outcomes = await Promise.allSettled(creates);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await find(User, 'userName eq "bo"')).toHaveLength(1);
  });

  test("a deleted user frees its userName, a renamed one the old name [P-3.6-04]", async () => {
    await create(User, "u1", { userName: "bo" });
    await replace(User, "u1", { userName: "jo" });
    await create(User, "u2", { userName: "BO" });
    await remove(User, "u1");
    await create(User, "u3", { userName: "jo" });
    expect(await find(User, 'userName eq "jo"')).toEqual(["u3"]);
  });

  test("spans the resource types that share the schema [S-7-24]", async () => {
    await create(User, "u1", { userName: "bo" });
    await expect(create(Contractor, "c1", { userName: "Bo" })).rejects.toMatchObject(uniquenessOf("userName"));
    await create(Contractor, "c2", { userName: "jo" });
    expect(await find(User, 'userName eq "jo"')).toEqual([]);
    expect(await find(Contractor, 'userName eq "jo"')).toEqual(["c2"]);
  });

  test("ends at the tenant, except where it is global", async () => {
    await create(User, "u1", { userName: "bo" }, { context: { tenant: "a" } });
    await create(User, "u1", { userName: "bo" }, { context: { tenant: "b" } });
    await create(Badge, "b1", { chip: "X" }, { context: { tenant: "a" } });
    await expect(create(Badge, "b2", { chip: "X" }, { context: { tenant: "b" } })).rejects.toMatchObject(
      uniquenessOf("chip"),
    );
    expect(await find(Badge, 'chip eq "X"', { tenant: "b" })).toEqual([]);
    await remove(Badge, "b1", { context: { tenant: "a" } });
    await create(Badge, "b2", { chip: "X" }, { context: { tenant: "b" } });
    expect(await find(Badge, 'chip eq "X"', { tenant: "b" })).toEqual(["b2"]);
  });

  test("holds for each value of a multi-valued attribute and of a sub-attribute", async () => {
    await create(Badge, "b1", {
      codes: ["a", "b"],
      doors: [
        { value: "north", floor: 1 },
        { value: "NORTH", floor: 2 },
      ],
    });
    await expect(create(Badge, "b2", { codes: ["c", "B"] })).rejects.toMatchObject(uniquenessOf("codes"));
    await expect(create(Badge, "b2", { doors: [{ value: "North" }] })).rejects.toMatchObject(
      uniquenessOf("doors.value"),
    );
    await replace(Badge, "b1", { codes: ["a"] });
    await create(Badge, "b2", { codes: ["b"], doors: [{ value: "north" }] });
  });

  test("an id is taken for all types of the tenant, and a create never adopts a resource [S-3.1-05]", async () => {
    await create(User, "x", { userName: "bo" });
    await expect(create(Group, "x", { displayName: "g" })).rejects.toMatchObject(uniquenessOf("id"));
    expect(await get(Group, "x")).toBeUndefined();
    expect(await get(User, "x", { tenant: "other" })).toBeUndefined();
  });
});

describe("versions", () => {
  test("a stale ifVersion writes nothing and deletes nothing [G-2]", async () => {
    await create(User, "u1", { userName: "bo" });
    await replace(User, "u1", { userName: "jo" }, { ifVersion: "1" });
    await expect(replace(User, "u1", { userName: "mo" }, { ifVersion: "1" })).rejects.toMatchObject({ status: 412 });
    await expect(remove(User, "u1", { ifVersion: "1" })).rejects.toMatchObject({ status: 412 });
    expect(await get(User, "u1")).toMatchObject({
      userName: "jo",
      meta: { version: "2", created: AT, lastModified: LATER },
    });
    expect(await remove(User, "u1", { ifVersion: "2" })).toBe(true);
  });

  test("of two conditional writes at once one wins [G-2]", async () => {
    storage = memoryStorage({ hashSecret: async () => "hash" });
    await create(User, "u1", { userName: "bo" });
    const write = (userName: string) =>
      replace(User, "u1", { userName }, { ifVersion: "1", secrets: { password: "p" } });
    const outcomes = await Promise.allSettled([write("jo"), write("mo")]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("a write that changes nothing keeps version and lastModified [G-9]", async () => {
    await create(User, "u1", { userName: "u1" });
    await create(User, "u2", { userName: "u2" });
    await create(Group, "g1", { displayName: "g", ...members("u1", "u2") });
    await replace(User, "u1", { userName: "u1" }, { secrets: { password: null } });
    await replace(Group, "g1", { displayName: "g", ...members("u2", "u1") });
    expect(await get(User, "u1")).toMatchObject({ meta: { version: "1", lastModified: AT } });
    expect(await get(Group, "g1")).toMatchObject({ meta: { version: "1", lastModified: AT } });
    await replace(Group, "g1", { displayName: "g", members: [{ value: "u1", display: "new" }, { value: "u2" }] });
    expect(await get(Group, "g1")).toMatchObject({ meta: { version: "2", lastModified: LATER } });
  });

  test("an unknown id is not created by replace, and not deleted [G-7]", async () => {
    expect(await replace(User, "u1", { userName: "bo" })).toBeUndefined();
    expect(await remove(User, "u1")).toBe(false);
    expect(await get(User, "u1")).toBeUndefined();
    await create(User, "u1", { userName: "bo" });
    expect(await replace(Group, "u1", { displayName: "g" })).toBeUndefined();
    expect(await remove(Group, "u1")).toBe(false);
    expect(await find(User, 'userName eq "bo"')).toEqual(["u1"]);
  });

  test("replace puts all attributes and all collections aside that are not named", async () => {
    await create(User, "u1", { userName: "bo", title: "x", [ENTERPRISE]: { department: "d" } });
    await create(Group, "g1", { displayName: "g", ...members("u1") });
    expect(await replace(User, "u1", { userName: "bo" })).not.toHaveProperty("title");
    expect((await get(User, "u1"))?.[ENTERPRISE]).toBeUndefined();
    expect(await replace(Group, "g1", { displayName: "g" })).not.toHaveProperty("members");
    expect(await find(Group, 'members.value eq "u1"')).toEqual([]);
  });

  test("a write of a client that has gone does not begin", async () => {
    const gone = AbortSignal.abort();
    const resource = resourceOf(User, "u1", { userName: "bo" });
    const request = {
      resourceType: User,
      resource,
      secrets: {},
      select: SELECT_ALL,
      at: AT,
      checkReferences: {},
      notify: () => {},
      signal: gone,
    };
    await expect(storage.create(request, {})).rejects.toThrow();
    expect(await get(User, "u1")).toBeUndefined();
  });
});

describe("copies", () => {
  test("what goes in and what comes out are not the stored objects", async () => {
    await create(User, "u0", { userName: "u0" });
    const name = { givenName: "Bo" };
    const list = [{ value: "u0" }];
    const created = await create(User, "u1", {
      userName: "bo",
      name,
      emails: [{ value: "a@example.com" }],
      [ENTERPRISE]: { department: "d" },
    });
    const group = await create(Group, "g1", { displayName: "g", members: list });
    name.givenName = "changed";
    (list[0] as { value: string }).value = "changed";
    (group.members as unknown[]).length = 0;
    for (const resource of [created, await get(User, "u1")]) {
      if (resource === undefined) throw new Error("u1 is gone");
      for (const value of [resource.name, resource[ENTERPRISE], resource.meta]) {
        for (const key of Object.keys(value as object)) (value as Record<string, unknown>)[key] = "changed";
      }
      (resource.emails as unknown[]).length = 0;
    }
    const found = await storage.query(
      { resourceType: User, page: { startIndex: 2, count: 1 }, select: SELECT_ALL },
      {},
    );
    for (const resource of [await get(User, "u1"), found.resources[0]]) {
      expect(resource).toMatchObject({
        name: { givenName: "Bo" },
        emails: [{ value: "a@example.com" }],
        [ENTERPRISE]: { department: "d" },
        meta: { version: "1" },
      });
    }
    expect(elementsOf(await get(Group, "g1"))).toEqual([{ value: "u0", type: "User" }]);
  });

  test("collections and computed attributes come only when selected", async () => {
    await create(User, "u1", { userName: "bo" });
    await create(Group, "g1", { displayName: "g", ...members("u1") });
    const select = { includes: () => false };
    expect(await storage.get({ resourceType: Group, id: "g1", select }, {})).not.toHaveProperty("members");
    expect(await storage.get({ resourceType: User, id: "u1", select }, {})).not.toHaveProperty("groups");
    const filter = resolveFilter(parseFilter('members.value eq "u1"'), Group);
    const found = await storage.query({ resourceType: Group, filter, page: { startIndex: 1, count: 1 }, select }, {});
    expect(found.resources).toEqual([expect.not.objectContaining({ members: expect.anything() })]);
  });
});

describe("references", () => {
  beforeEach(async () => {
    for (const id of ["u1", "u2", "u3"]) await create(User, id, { userName: id });
  });

  test("a reference to nothing is 400 and names the place, not the value [S-4.2-03]", async () => {
    await create(User, "foreign", { userName: "f" }, { context: { tenant: "other" } });
    const refused = create(Group, "g1", { displayName: "g", ...members("u1", "foreign") });
    await expect(refused).rejects.toMatchObject({
      status: 400,
      scimType: "invalidValue",
      detail: expect.stringMatching(/^members\[1\]\.value names no User or Group;/),
    });
    await expect(refused).rejects.toMatchObject({ detail: expect.not.stringContaining("foreign") });
    expect(await get(Group, "g1")).toBeUndefined();
    await expect(
      replace(User, "u1", { userName: "u1", [ENTERPRISE]: { manager: { value: "x" } } }),
    ).rejects.toMatchObject({
      detail: expect.stringContaining(`${ENTERPRISE}:manager.value names no User`),
    });
    await create(Group, "g2", { displayName: "g2" });
    await expect(
      replace(User, "u1", { userName: "u1", [ENTERPRISE]: { manager: { value: "g2" } } }),
    ).rejects.toMatchObject({ status: 400 });
  });

  test("a group cannot contain itself [G-6]", async () => {
    await expect(create(Group, "g1", { displayName: "g", ...members("g1") })).rejects.toMatchObject({ status: 400 });
    await create(Group, "g1", { displayName: "g" });
    await expect(replace(Group, "g1", { displayName: "g", ...members("g1") })).rejects.toMatchObject({ status: 400 });
  });

  test("a user may be its own manager, as the head of an organization is in many directories", async () => {
    const self = { userName: "u1", [ENTERPRISE]: { manager: { value: "u1" } } };
    expect(await replace(User, "u1", self)).toMatchObject({ [ENTERPRISE]: { manager: { value: "u1" } } });
    expect(await remove(User, "u1")).toBe(true);
  });

  test("nothing is checked where the types are not asked for", async () => {
    await create(Group, "g1", { displayName: "g", ...members("nobody", "u1") }, { check: {} });
    expect(elementsOf(await get(Group, "g1"))).toEqual([{ value: "nobody" }, { value: "u1", type: "User" }]);
  });

  test("storage fills in the type of what it found, whatever the client says [S-4.2-05]", async () => {
    await create(Group, "g1", { displayName: "g" });
    const list = [{ value: "u1", type: "Group" }, { value: "g1" }, { value: "u2", type: "User", display: "d" }];
    const created = await create(Group, "g2", { displayName: "g", members: list });
    expect(elementsOf(created)).toEqual([
      { value: "u1", type: "User" },
      { value: "g1", type: "Group" },
      { value: "u2", type: "User", display: "d" },
    ]);
    const badge = await create(Badge, "b1", { guests: [{ value: "u1" }] });
    expect(badge.guests).toEqual([{ value: "u1", type: "User" }]);
  });

  test("a member twice is a member once, the first counts [S-2.4-09]", async () => {
    const list = [{ value: "u1", display: "first" }, { value: "u2" }, { value: "u1", display: "second" }];
    expect(elementsOf(await create(Group, "g1", { displayName: "g", members: list }))).toEqual([
      { value: "u1", display: "first", type: "User" },
      { value: "u2", type: "User" },
    ]);
  });

  test("a user shows its groups, without being written itself", async () => {
    await create(Group, "g1", { displayName: "One", ...members("u1", "u2") });
    await create(Group, "g2", { displayName: "Two", ...members("u1") });
    expect(await get(User, "u1")).toMatchObject({
      groups: [
        { value: "g1", display: "One", type: "direct" },
        { value: "g2", display: "Two", type: "direct" },
      ],
      meta: { version: "1" },
    });
    await replace(Group, "g1", { displayName: "Uno", ...members("u2") });
    expect((await get(User, "u1"))?.groups).toEqual([{ value: "g2", display: "Two", type: "direct" }]);
    expect((await get(User, "u2"))?.groups).toEqual([{ value: "g1", display: "Uno", type: "direct" }]);
    await remove(Group, "g1");
    expect(await get(User, "u2")).not.toHaveProperty("groups");
    expect(await find(User, 'groups.value eq "g2"')).toEqual(["u1"]);
    expect(await find(User, 'groups.display sw "t"')).toEqual(["u1"]);
    expect(await find(User, "not (groups pr)")).toEqual(["u2", "u3"]);
  });

  test("deleting a user takes it out of groups, managers and lists, and each holder changes [P-3.6-06 G-6 G-8]", async () => {
    await create(Group, "g1", { displayName: "g", ...members("u1", "u2") });
    await create(Group, "g2", { displayName: "untouched", ...members("u2") });
    await create(Badge, "b1", { guests: [{ value: "u1" }, { value: "u3" }] });
    await create(Badge, "b2", { guests: [{ value: "u1" }] });
    await replace(User, "u2", { userName: "u2", [ENTERPRISE]: { manager: { value: "u1" } } });
    await replace(User, "u3", { userName: "u3", [ENTERPRISE]: { department: "d", manager: { value: "u1" } } });
    expect(await remove(User, "u1")).toBe(true);
    expect(await get(Group, "g1")).toMatchObject({
      members: [{ value: "u2" }],
      meta: { version: "2", lastModified: LATER },
    });
    expect(await get(Group, "g2")).toMatchObject({ meta: { version: "1", lastModified: AT } });
    expect(await get(Badge, "b1")).toMatchObject({ guests: [{ value: "u3" }], meta: { version: "2" } });
    expect(await get(Badge, "b2")).not.toHaveProperty("guests");
    expect(await get(User, "u2")).toMatchObject({ schemas: [User.urn], meta: { version: "3" } });
    expect(await get(User, "u2")).not.toHaveProperty([ENTERPRISE]);
    expect(await get(User, "u3")).toMatchObject({ schemas: [User.urn, ENTERPRISE], [ENTERPRISE]: { department: "d" } });
    expect(await find(Group, 'members.value eq "u1"')).toEqual([]);
    await create(User, "u1", { userName: "u1" });
    expect(await get(User, "u1")).not.toHaveProperty("groups");
  });
});

describe("deltas", () => {
  const attribute = Group.attribute("members") as Attribute;
  type Element = { readonly value: string; readonly display?: string; readonly type?: string };
  const delta = (add: readonly Element[], remove: readonly string[], options: WriteOptions = {}) => {
    const { check = KNOWN, context = {}, ifVersion } = options;
    const request = { resourceType: Group, id: "g1", attribute, add, remove, ifVersion };
    return storage.applyDelta?.({ ...request, at: LATER, checkReferences: check, notify: () => {} }, context);
  };
  const elements = (...ids: string[]): Element[] => ids.map((value) => ({ value }));

  beforeEach(async () => {
    for (const id of ["u1", "u2", "u3"]) await create(User, id, { userName: id });
    await create(Group, "g1", { displayName: "g", ...members("u1", "u2") });
  });

  test("remove, then add, and tell what really changed [P-3.5.2.1-01 G-1]", async () => {
    expect(await delta(elements("u2", "u3"), ["u1", "nobody"])).toEqual({
      meta: { resourceType: "Group", created: AT, lastModified: LATER, version: "2" },
      added: [{ value: "u3", type: "User" }],
      removed: ["u1"],
    });
    expect(elementsOf(await get(Group, "g1"))).toEqual([
      { value: "u2", type: "User" },
      { value: "u3", type: "User" },
    ]);
    expect(await find(User, 'groups.value eq "g1"')).toEqual(["u2", "u3"]);
    expect(await find(Group, 'members.value eq "u1"')).toEqual([]);
    expect(await get(User, "u1")).not.toHaveProperty("groups");
  });

  test("that change nothing keep the version [G-9]", async () => {
    const unchanged = { meta: { version: "1", lastModified: AT }, added: [], removed: [] };
    expect(await delta([{ value: "u1", display: "other" }], ["nobody"])).toMatchObject(unchanged);
    expect(await delta([{ value: "u1", type: "User" }], ["u1"])).toMatchObject(unchanged);
    expect(await delta([], [])).toMatchObject(unchanged);
  });

  test("are refused whole for a reference to nothing, to the group itself, and a stale version [G-2 G-4]", async () => {
    await expect(delta(elements("u3", "nobody"), ["u1"])).rejects.toMatchObject({
      status: 400,
      detail: expect.stringContaining("members[1].value names no User or Group"),
    });
    await expect(delta(elements("g1"), [])).rejects.toMatchObject({ status: 400 });
    await expect(delta(elements("u3"), [], { ifVersion: "0" })).rejects.toMatchObject({ status: 412 });
    expect(await get(Group, "g1")).toMatchObject({ meta: { version: "1" } });
    expect(elementsOf(await get(Group, "g1"))).toHaveLength(2);
    expect(await delta(elements("u3"), [], { ifVersion: "1" })).toMatchObject({ meta: { version: "2" } });
  });

  test("of an unknown id, or another tenant's, give undefined [G-7]", async () => {
    expect(await delta(elements("u3"), [], { context: { tenant: "other" } })).toBeUndefined();
    await remove(Group, "g1");
    expect(await delta(elements("u3"), [])).toBeUndefined();
  });

  test("neither take nor give live objects", async () => {
    const added = { value: "u3", display: "d" };
    const done = await delta([added], []);
    added.display = "changed";
    if (typeof done === "object") for (const element of done.added) Object.assign(element, { display: "changed" });
    expect(elementsOf(await get(Group, "g1"))?.at(-1)).toEqual({ value: "u3", display: "d", type: "User" });
  });

  test("from many clients at once are all kept [G-1]", async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `m${index}`);
    for (const id of ids) await create(User, id, { userName: id });
    await Promise.all(ids.map((id) => delta(elements(id), [])));
    expect(elementsOf(await get(Group, "g1"))).toHaveLength(52);
    expect(await get(Group, "g1")).toMatchObject({ meta: { version: "51" } });
  });

  test("give what a replace of the whole list gives", async () => {
    const id = fc.constantFrom("u1", "u2", "u3", "u4", "u5");
    const list = fc.uniqueArray(id);
    const steps = fc.array(fc.record({ add: list, remove: list }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(list, steps, async (start, deltas) => {
        const model = new Set<string>(start);
        storage = memoryStorage();
        await create(Group, "g1", { displayName: "g", ...members(...start) }, { check: {} });
        let version = 1;
        for (const { add, remove: removed } of deltas) {
          const before = [...model].sort().join();
          const done = await delta(elements(...add), removed, { check: {} });
          for (const value of removed) model.delete(value);
          for (const value of add) model.add(value);
          if ([...model].sort().join() !== before) version++;
          expect(done).toMatchObject({ meta: { version: String(version) } });
        }
        const found = (elementsOf(await get(Group, "g1")) ?? []).map(({ value }) => value);
        expect(found.toSorted()).toEqual([...model].sort());
        for (const value of ["u1", "u2", "u3", "u4", "u5"]) {
          expect(await find(Group, `members.value eq "${value}"`)).toEqual(model.has(value) ? ["g1"] : []);
        }
      }),
    );
  });

  test("replace leaves untouched collections alone, and what hangs on them", async () => {
    const request = { resourceType: Group, id: "g1", secrets: {}, select: SELECT_ALL, at: LATER, notify: () => {} };
    const write = (displayName: string) => {
      const resource = resourceOf(Group, "g1", { displayName }, LATER);
      return storage.replace({ ...request, resource, checkReferences: KNOWN, untouched: [attribute] }, {});
    };
    expect(await write("renamed")).toMatchObject({ displayName: "renamed", meta: { version: "2" } });
    expect(elementsOf(await get(Group, "g1"))).toHaveLength(2);
    expect(await find(Group, 'members.value eq "u1"')).toEqual(["g1"]);
    expect((await get(User, "u1"))?.groups).toEqual([{ value: "g1", display: "renamed", type: "direct" }]);
    expect(await write("renamed")).toMatchObject({ meta: { version: "2" } });
    await remove(User, "u1");
    expect(elementsOf(await get(Group, "g1"))).toEqual([{ value: "u2", type: "User" }]);
  });
});

describe("helpers for adapter authors", () => {
  const [first, second] = [...referencesIn(Group, members("u1", "g1"))];
  const options = { holder: "g1", checkReferences: { "Group.members": "refuse" } as const };

  test("list the references of a resource, in extensions as well", () => {
    expect([first, second].map((held) => [held?.reference.attribute.path, held?.index, held?.id])).toEqual([
      ["members", 0, "u1"],
      ["members", 1, "g1"],
    ]);
    const user = { userName: "bo", [ENTERPRISE]: { manager: { value: "u1" } } };
    expect([...referencesIn(User, user)].map(({ id, index }) => [id, index])).toEqual([["u1", undefined]]);
  });

  test("settle a reference by what was found [S-4.2-03 S-4.2-05]", () => {
    if (first === undefined || second === undefined) throw new Error("no references");
    expect(settleReference(first, "User", options)).toEqual({ value: "u1", type: "User" });
    expect(() => settleReference(first, undefined, options)).toThrow("members[0].value names no User or Group");
    expect(() => settleReference(first, "Badge", options)).toThrow("members[0].value names no User or Group");
    expect(() => settleReference(second, "Group", options)).toThrow("members[1].value names the resource itself");
    expect(settleReference(first, undefined, { holder: "g1", checkReferences: {} })).toEqual({ value: "u1" });
  });
});

describe("secrets", () => {
  test("are never part of a resource, and kept only as what the host's hash function makes of them", async () => {
    storage = memoryStorage({ hashSecret: async (attribute, value) => `${attribute}#${String(value).length}` });
    const created = await create(User, "u1", { userName: "bo" }, { secrets: { password: "s3cret" } });
    expect(JSON.stringify([created, await get(User, "u1")])).not.toContain("s3cret");
    expect(created).not.toHaveProperty("password");
    expect(storage.readSecret("User", "u1", "password")).toBe("password#6");
    expect(storage.readSecret("User", "u1", "password", { tenant: "other" })).toBeUndefined();
  });

  test("that a replace does not name stay, null removes them, and both keep to the version rule", async () => {
    storage = memoryStorage({ hashSecret: (_, value) => `#${value}` });
    await create(User, "u1", { userName: "bo" }, { secrets: { password: "a" } });
    await replace(User, "u1", { userName: "jo" });
    expect(storage.readSecret("User", "u1", "password")).toBe("#a");
    await replace(User, "u1", { userName: "jo" }, { secrets: { password: "b" } });
    expect(storage.readSecret("User", "u1", "password")).toBe("#b");
    await replace(User, "u1", { userName: "jo" }, { secrets: { password: null } });
    expect(storage.readSecret("User", "u1", "password")).toBeUndefined();
    expect(await get(User, "u1")).toMatchObject({ meta: { version: "4" } });
  });

  test("that stray into the resource itself are not kept", async () => {
    expect(JSON.stringify(await create(User, "u1", { userName: "bo", password: "s3cret" }))).not.toContain("s3cret");
    expect(await get(User, "u1")).not.toHaveProperty("password");
  });

  test("are dropped without a hash function, and a notice says so", async () => {
    const notices: StorageNotice[] = [];
    await create(User, "u1", { userName: "bo" }, { secrets: { password: "a" }, notices });
    await replace(User, "u1", { userName: "bo" }, { secrets: { password: null }, notices });
    expect(notices).toEqual([{ type: "secretDropped", attribute: "password" }]);
    expect(storage.readSecret("User", "u1", "password")).toBeUndefined();
  });

  test("a write that is refused keeps the secret as it was", async () => {
    storage = memoryStorage({ hashSecret: (_, value) => value } satisfies MemoryStorageOptions);
    await create(User, "u1", { userName: "bo" }, { secrets: { password: "old" } });
    await create(User, "u2", { userName: "jo" });
    await expect(replace(User, "u1", { userName: "jo" }, { secrets: { password: "new" } })).rejects.toMatchObject({
      status: 409,
    });
    expect(storage.readSecret("User", "u1", "password")).toBe("old");
  });
});

describe("queries", () => {
  test("without filter and sort give a page in the order of creation [P-3.4.2.3-08]", async () => {
    for (const id of ["c", "a", "b", "d"]) await create(User, id, { userName: id });
    const page = (startIndex: number, count: number) =>
      storage.query({ resourceType: User, page: { startIndex, count }, select: SELECT_ALL }, {});
    expect((await page(2, 2)).resources.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await page(9, 2)).toEqual({ resources: [], totalResults: 4 });
    expect(await page(1, 0)).toEqual({ resources: [], totalResults: 4 });
    await remove(User, "a");
    await replace(User, "c", { userName: "z" });
    expect((await page(1, 9)).resources.map(({ id }) => id)).toEqual(["c", "b", "d"]);
  });

  test("of a tenant see nothing of another one", async () => {
    await create(User, "u1", { userName: "bo" }, { context: { tenant: "a" } });
    for (const filter of ['id eq "u1"', 'userName eq "bo"', "userName pr"]) {
      expect(await find(User, filter, { tenant: "b" })).toEqual([]);
      expect(await find(User, filter)).toEqual([]);
      expect(await find(User, filter, { tenant: "a" })).toEqual(["u1"]);
    }
  });

  test("work for a second server over the same storage, whose resource types were compiled anew", async () => {
    const again = {
      User: compileResourceType(UserDefinition.extend(EnterpriseUserSchema)),
      Group: compileResourceType(GroupDefinition),
    };
    await create(User, "u1", { userName: "bo", externalId: "e" });
    await create(Group, "g1", { displayName: "g", ...members("u1") });
    expect(await get(again.Group, "g1")).toMatchObject({ members: [{ value: "u1" }] });
    expect(
      elementsOf(
        await storage.get(
          {
            resourceType: again.Group,
            id: "g1",
            select: { includes: (attribute) => again.Group.attributes.includes(attribute) },
          },
          {},
        ),
      ),
    ).toHaveLength(1);
    expect(
      elementsOf(
        await storage.get(
          {
            resourceType: again.User,
            id: "u1",
            select: { includes: (attribute) => again.User.attributes.includes(attribute) },
          },
          {},
        ),
        "groups",
      ),
    ).toHaveLength(1);
    for (const filter of [
      'userName eq "bo"',
      'id eq "u1"',
      'externalId eq "e"',
      'groups.value eq "g1"',
      'groups.display eq "g"',
    ]) {
      expect(await find(again.User, filter)).toEqual(["u1"]);
    }
    for (const filter of ['members.value eq "u1"', 'members[type eq "User"]'])
      expect(await find(again.Group, filter)).toEqual(["g1"]);
    await replace(again.Group, "g1", { displayName: "g2" });
    expect(await get(User, "u1")).not.toHaveProperty("groups");
  });

  /** Pure scan over everything that `get` shows: the reference for what the indexes may answer. */
  async function scan(resourceType: CompiledResourceType, filter: string, sorted: boolean): Promise<string[]> {
    const all = await storage.query({ resourceType, page: { startIndex: 1, count: 1000 }, select: SELECT_ALL }, {});
    const id = resourceType.resolve("id");
    const sort = sorted && id !== undefined ? { path: id, descending: true } : undefined;
    const resolved = resolveFilter(parseFilter(filter), resourceType);
    const request = { resourceType, filter: resolved, sort, page: { startIndex: 1, count: 1000 }, select: SELECT_ALL };
    const [expected, found] = [await queryByScan(all.resources, request), await storage.query(request, {})];
    const { scanned: _, ...answer } = expected;
    expect(found).toEqual(answer);
    return found.resources.map((resource) => resource.id);
  }

  const id = fc.constantFrom("u0", "u1", "U1", "u2", "u3", "g0", "g1", "g2", "\u212A", "K", "nobody");
  const userTerm = fc.oneof(
    fc
      .tuple(
        fc.constantFrom(
          "id",
          "userName",
          "externalId",
          "groups.value",
          "groups",
          "displayName",
          `${ENTERPRISE}:manager.value`,
        ),
        id,
      )
      .map(([path, value]) => `${path} eq "${value}"`),
    id.map((value) => `groups[value eq "${value}" and type eq "direct"]`),
    fc.constantFrom(
      "groups pr",
      "externalId pr",
      'groups.display eq "one"',
      "externalId eq null",
      'groups.value ne "g1"',
    ),
  );
  const groupTerm = fc.oneof(
    fc
      .tuple(fc.constantFrom("id", "members.value", "members", "displayName", "externalId"), id)
      .map(([path, value]) => `${path} eq "${value}"`),
    id.map((value) => `members[type eq "User" and value eq "${value}"]`),
    id.map((value) => `members[value eq "${value}" or type eq "Group"]`),
    fc.constantFrom("members pr", 'members.type eq "Group"', "members.value eq null"),
  );
  const nested = (term: fc.Arbitrary<string>) =>
    fc.oneof(
      { withCrossShrink: true },
      term,
      fc
        .tuple(fc.array(term, { minLength: 2, maxLength: 3 }), fc.constantFrom(" and ", " or "))
        .map(([terms, operator]) => terms.join(operator)),
      fc.tuple(term, term, term).map(([a, b, c]) => `${a} and (${b} or ${c})`),
      fc.tuple(term, term).map(([a, b]) => `not (${a}) and ${b}`),
    );

  test("by an index give what a scan gives, after any history of writes [P-3.4.2.2-01]", async () => {
    const user = fc.record({
      name: id,
      externalId: fc.option(id, { nil: undefined }),
      manager: fc.option(id, { nil: undefined }),
    });
    const group = fc.record({ name: fc.constantFrom("one", "two", "K"), members: fc.array(id, { maxLength: 4 }) });
    const command = fc.oneof(
      fc.record({ type: fc.constant("user" as const), id, value: user }),
      fc.record({ type: fc.constant("group" as const), id, value: group }),
      fc.record({ type: fc.constant("delete" as const), id }),
    );
    const write = async (
      resourceType: CompiledResourceType,
      resourceId: string,
      attributes: Record<string, unknown>,
    ): Promise<void> => {
      const isKnown = (await get(resourceType, resourceId)) !== undefined;
      await (isKnown ? replace : create)(resourceType, resourceId, attributes, { check: {} }).catch(
        (error: { status?: number }) => {
          if (error.status !== 409) throw error;
        },
      );
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 25 }),
        nested(userTerm),
        nested(groupTerm),
        fc.boolean(),
        async (commands, userFilter, groupFilter, sorted) => {
          storage = memoryStorage();
          for (const step of commands) {
            if (step.type === "user") {
              const { name, externalId, manager } = step.value;
              const extension = manager === undefined ? {} : { [ENTERPRISE]: { manager: { value: manager } } };
              await write(User, step.id, {
                userName: name,
                displayName: name,
                ...(externalId === undefined ? {} : { externalId }),
                ...extension,
              });
            } else if (step.type === "group") {
              await write(Group, step.id, {
                displayName: step.value.name,
                ...(step.value.members.length === 0 ? {} : members(...step.value.members)),
              });
            } else {
              await remove(User, step.id);
              await remove(Group, step.id);
            }
          }
          await scan(User, userFilter, sorted);
          await scan(Group, groupFilter, sorted);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
