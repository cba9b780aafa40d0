import { describe, expect, test } from "vitest";
import { errors, type ScimOptions, type StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { openSqlite, sqlStorage } from "../../src/storage/sql/index.ts";
import { directory, GROUP, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const operations = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });

describe.each([
  ["memory", async () => memoryStorage()],
  [
    "tables of scimkit's own",
    async () => {
      const storage = sqlStorage({ db: await openSqlite(":memory:") });
      await storage.prepare();
      return storage;
    },
  ],
] as const)("with writableGroups, in %s", (_name, storageOf) => {
  async function service(given: Partial<ScimOptions> = {}) {
    const made = directory({ storage: await storageOf(), writableGroups: true, ...given });
    const group = async (displayName: string): Promise<string> =>
      (await made.ask("POST", "/Groups", { schemas: [GROUP], displayName })).json.id;
    const [a, b, c] = [await group("a"), await group("b"), await group("c")] as const;
    const groupsOf = async (id: string): Promise<readonly string[]> =>
      ((await made.ask("GET", `/Users/${id}`)).json.groups ?? [])
        .map(({ display }: { display: string }) => display)
        .sort();
    const create = async (userName: string, ...groups: readonly unknown[]) =>
      (await made.ask("POST", "/Users", { schemas: [USER], userName, groups })).json;
    return { ...made, a, b, c, groupsOf, create };
  }

  test("a user joins and leaves groups by POST, PUT and PATCH, and each group's PATCH is told [R-76]", async () => {
    const { ask, a, b, c, groupsOf, create, events } = await service();
    events.length = 0;
    const ada = await create("ada", { value: a }, b);
    expect(ada.groups.map(({ value }: { value: string }) => value).sort()).toEqual([a, b].sort());
    expect(events.map((event) => ("id" in event ? [event.type, event.id] : [event.type])).slice(0, 3)).toEqual([
      ["created", ada.id],
      ["patched", a],
      ["patched", b],
    ]);
    const path = `/Users/${ada.id}`;
    const put = await ask("PUT", path, { schemas: [USER], userName: "ada", groups: [{ value: b }, { value: c }] });
    expect([put.status, put.json.groups.length]).toEqual([200, 2]);
    expect(await groupsOf(ada.id)).toEqual(["b", "c"]);
    await ask("PUT", path, { schemas: [USER], userName: "ada", title: "t" });
    expect(await groupsOf(ada.id)).toEqual(["b", "c"]);
    for (const [operation, expected] of [
      [{ op: "add", path: "groups", value: [{ value: a }] }, ["a", "b", "c"]],
      [{ op: "remove", path: `groups[value eq "${b}"]` }, ["a", "c"]],
      [{ op: "remove", path: "groups", value: [{ value: c }] }, ["a"]],
      [{ op: "replace", value: { title: "u", groups: [{ value: b }] } }, ["b"]],
      [{ op: "add", path: `${USER}:groups`, value: { value: c } }, ["b", "c"]],
      [{ op: "remove", path: "groups", value: [] }, ["b", "c"]],
      [{ op: "remove", path: "groups" }, []],
    ] as const) {
      expect((await ask("PATCH", path, operations(operation))).status, JSON.stringify(operation)).toBe(200);
      expect(await groupsOf(ada.id), JSON.stringify(operation)).toEqual(expected);
    }
    expect((await ask("GET", path)).json.title).toBe("u");
  });

  test("a group that is not there, or that is none, is 400 and nothing is written", async () => {
    const { ask, a, create } = await service();
    for (const groups of [[{ value: a }, { value: "none" }], [{ value: "" }], [{}], [1]]) {
      const answer = await ask("POST", "/Users", { schemas: [USER], userName: "ada", groups });
      expect(answer.json, JSON.stringify(groups)).toMatchObject({ status: "400", scimType: "invalidValue" });
    }
    expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
    expect((await ask("GET", `/Groups/${a}`)).json.members).toBeUndefined();
    const { id } = await create("ada");
    const rename = operations(
      { op: "replace", path: "groups", value: [{ value: "none" }] },
      { op: "replace", path: "userName", value: "eve" },
    );
    expect((await ask("PATCH", `/Users/${id}`, rename)).json).toMatchObject({ scimType: "invalidValue" });
    expect((await ask("GET", `/Users/${id}`)).json.userName).toBe("ada");
    const strange = operations({ op: "replace", path: `groups[value eq "${a}"]`, value: { value: a } });
    expect((await ask("PATCH", `/Users/${id}`, strange)).json).toMatchObject({ scimType: "invalidPath" });
  });

  test("authorize is asked for the PATCH of each group, and one that is refused fails the whole request [R-76]", async () => {
    const asked: string[] = [];
    let closed = "";
    const { ask, a, b, create, groupsOf } = await service({
      authorize: (operation) => {
        asked.push(
          "id" in operation && operation.id !== undefined ? `${operation.type} ${operation.id}` : operation.type,
        );
        if (operation.type === "patch" && operation.id === closed) throw errors.forbidden("no");
      },
    });
    closed = b;
    asked.length = 0;
    expect((await ask("POST", "/Users", { schemas: [USER], userName: "ada", groups: [a, b] })).status).toBe(403);
    expect(asked).toEqual(["create", `patch ${a}`, `patch ${b}`]);
    expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
    const { id } = await create("ada", a);
    expect((await ask("PUT", `/Users/${id}`, { schemas: [USER], userName: "eve", groups: [b] })).status).toBe(403);
    expect([(await ask("GET", `/Users/${id}`)).json.userName, await groupsOf(id)]).toEqual(["ada", ["a"]]);
  });

  test("a bulk request joins groups like single ones", async () => {
    const { ask, a, b, groupsOf } = await service();
    const answer = await ask("POST", "/Bulk", {
      schemas: [BULK],
      Operations: [
        {
          method: "POST",
          path: "/Users",
          bulkId: "u",
          data: { schemas: [USER], userName: "ada", groups: [{ value: a }] },
        },
        { method: "PATCH", path: "/Users/bulkId:u", data: operations({ op: "add", path: "groups", value: [b] }) },
      ],
    });
    const [created, patched] = answer.json.Operations;
    expect([created.status, patched.status], answer.body).toEqual(["201", "200"]);
    expect(await groupsOf(created.location.split("/").at(-1))).toEqual(["a", "b"]);
  });

  test("a change of groups is something that a PATCH is about, and its other operations keep their positions [R-37a R-76]", async () => {
    const { ask, a, b, groupsOf, create, events } = await service();
    const { id } = await create("ada");
    const path = `/Users/${id}`;
    const slip = { op: "replace", path: "actve", value: false };
    const join = { op: "add", path: "groups", value: [{ value: a }] };
    events.length = 0;
    expect((await ask("PATCH", path, operations(join, slip))).status).toBe(200);
    expect(await groupsOf(id)).toEqual(["a"]);
    expect(events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "unknown-paths", path: "actve" }));
    for (const nothing of [
      { ...join, value: [] },
      { op: "remove", path: "groups", value: [] },
    ]) {
      const { json } = await ask("PATCH", path, operations(nothing, slip));
      expect([json.scimType, json.detail]).toEqual(["invalidPath", expect.stringContaining("Operations[1]: ")]);
    }
    const wrong = { op: "replace", path: "active", value: "perhaps" };
    const { json } = await ask("PATCH", path, operations(join, { op: "add", value: { groups: [b] } }, wrong));
    expect(json.detail).toMatch(/^Operations\[2\]: active/);
    expect(await groupsOf(id)).toEqual(["a"]);
    const whole = { op: "add", path: USER, value: { groups: [b], title: "Dr" } };
    expect((await ask("PATCH", path, operations(whole))).json.title).toBe("Dr");
    expect(await groupsOf(id)).toEqual(["a", "b"]);
    // What selects groups to leave is read to the letter, as in every path of a PATCH.
    const bare = operations({ op: "remove", path: `groups[value eq ${a}]` });
    expect((await ask("PATCH", path, bare)).json.scimType).toBe("invalidFilter");
    expect(await groupsOf(id)).toEqual(["a", "b"]);
  });
});

test("where storage has transactions, a fault at a group undoes the write of the user", async () => {
  const storage = sqlStorage({ db: await openSqlite(":memory:") });
  await storage.prepare();
  const broken = async () => {
    throw new Error("the group's table is gone");
  };
  const faulty: StorageAdapter = {
    ...storage,
    transaction: (work, context) =>
      storage.transaction?.((inner) => work({ ...inner, applyDelta: broken }), context) ?? broken(),
  };
  const { ask } = directory({ storage: faulty, writableGroups: true });
  const group = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "a" })).json.id;
  expect((await ask("POST", "/Users", { schemas: [USER], userName: "ada", groups: [group] })).status).toBe(500);
  expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
});

test("without writableGroups, groups is readOnly: ignored in a body, 400 as a path [R-16]", async () => {
  const { ask } = directory();
  const group = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "a" })).json.id;
  const user = await ask("POST", "/Users", { schemas: [USER], userName: "ada", groups: [{ value: group }] });
  expect([user.status, user.json.groups]).toEqual([201, undefined]);
  const add = operations({ op: "add", path: "groups", value: [{ value: group }] });
  expect((await ask("PATCH", `/Users/${user.json.id}`, add)).json).toMatchObject({ scimType: "mutability" });
});
