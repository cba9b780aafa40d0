import { describe, expect, test } from "vitest";
import { type Context, ScimError, type StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { account, device, patching, patchOf } from "../support/patching.ts";

const nick = (value: unknown) => ({ op: "replace", path: "nickName", value });

describe("PATCH", () => {
  test("is supported, says so, and so is PUT [P-3.5-01 P-3.5-02]", async () => {
    const { ask, path, patch } = await account();
    expect((await ask("GET", "/ServiceProviderConfig")).json.patch).toEqual({ supported: true });
    expect((await patch(nick("a"))).status).toBe(200);
    expect((await ask("PUT", path, { schemas: [USER], userName: "ada", nickName: "b" })).json).toMatchObject({
      nickName: "b",
    });
  });

  test("applies its operations in order, each to the outcome of the one before [P-3.5.2-18]", async () => {
    const { patch, read } = await account();
    await patch({ op: "add", path: "nickName", value: "a" }, nick("b"), { op: "remove", path: "nickName" });
    expect(await read()).toEqual({ userName: "ada" });
    await patch(
      { op: "add", path: "emails", value: { value: "a@x", type: "work" } },
      { op: "replace", path: 'emails[value eq "a@x"].type', value: "home" },
      { op: "add", path: 'emails[type eq "home"].display', value: "d" },
    );
    expect((await read()).emails).toEqual([{ value: "a@x", type: "home", display: "d" }]);
  });

  test("is all or nothing: after an error the resource, its version and its date are as before [P-3.5.2-21]", async () => {
    const { ask, path, patch, events } = await account({
      emails: [{ value: "a@x" }],
      [ENTERPRISE]: { department: "d" },
    });
    const before = await ask("GET", path);
    for (const failing of [
      { op: "replace", path: "id", value: "y" },
      { op: "remove", path: "userName" },
      { op: "replace", path: 'emails[type sw "w"].value', value: "x" },
      { op: "add", path: "emails", value: true },
      { op: "add", path: "schemas", value: "urn:x" },
    ]) {
      const answer = await patch(
        nick("x"),
        { op: "add", path: "emails", value: [{ value: "b@x" }] },
        { op: "remove", path: 'emails[value eq "a@x"]' },
        { op: "remove", path: ENTERPRISE },
        { op: "replace", path: "password", value: "secret" },
        failing,
      );
      expect.soft(answer.status, JSON.stringify(failing)).toBe(400);
      expect.soft(answer.json.detail).toContain("Operations[5]");
    }
    const after = await ask("GET", path);
    expect(after.json).toEqual(before.json);
    expect(after.headers).toEqual(before.headers);
    expect(events.filter(({ type }) => type === "patched")).toEqual([]);
  });

  test("of a required attribute removed and added again fails at its first step [P-3.5.2-22 R-13]", async () => {
    const { patch, read } = await account();
    expect(await patch({ op: "remove", path: "userName" }, { op: "add", path: "userName", value: "b" })).toMatchObject({
      status: 400,
      json: { scimType: "mutability" },
    });
    expect(await read()).toEqual({ userName: "ada" });
  });

  test("is answered with 200 and what a GET gives, its ETag and location [P-3.5.2-23 R-66]", async () => {
    const { ask, path, patch } = await account();
    const answer = await patch(nick("N"));
    const read = await ask("GET", path);
    expect(answer).toMatchObject({ status: 200, json: read.json });
    expect(answer.headers.etag ?? answer.headers.ETag).toBe(read.headers.etag ?? read.headers.ETag);
    expect(read.json.meta.version).toBeTruthy();
    expect(answer.headers.location ?? answer.headers.Location).toBe(read.json.meta.location);
  });

  test("with attributes is answered with 200 and the projection, for a delta too [P-3.5.2-24 R-66]", async () => {
    const { ask, path } = await account();
    expect(await ask("PATCH", `${path}?attributes=userName`, patchOf(nick("N")))).toMatchObject({
      status: 200,
      json: { schemas: [USER], id: expect.any(String), userName: "ada" },
    });
    const projected = (await ask("PATCH", `${path}?attributes=userName`, patchOf(nick("M")))).json;
    expect(Object.keys(projected).sort()).toEqual(["id", "schemas", "userName"]);
    const member = path.split("/").at(-1);
    const group = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "G" })).json;
    const add = patchOf({ op: "add", path: "members", value: [{ value: member }] });
    const answer = await ask("PATCH", `/Groups/${group.id}?attributes=displayName`, add);
    expect(answer).toMatchObject({ status: 200, json: { displayName: "G" } });
    expect(answer.json).not.toHaveProperty("members");
    expect((await ask("PATCH", `/Groups/${group.id}?excludedAttributes=members`, add)).status).toBe(200);
  });

  test("of an unknown id is 404, and of a taken unique value 409 uniqueness, with nothing changed [P-3.5.2-25 R-38]", async () => {
    const { ask, path, patch, read } = await account();
    expect((await ask("PATCH", "/Users/nobody", patchOf(nick("x")))).status).toBe(404);
    await ask("POST", "/Users", { schemas: [USER], userName: "bob" });
    for (const operation of [
      { op: "replace", path: "userName", value: "BOB" },
      { op: "add", value: { userName: "bob", nickName: "x" } },
    ]) {
      const answer = await patch(operation);
      expect(answer).toMatchObject({ status: 409, json: { scimType: "uniqueness" } });
      expect(answer.json.detail).toMatch(/Operations\[0\].*userName/);
    }
    expect(await read()).toEqual({ userName: "ada" });
    expect((await ask("PATCH", path, patchOf({ op: "replace", path: "userName", value: "ADA" }))).json.userName).toBe(
      "ADA",
    );
  });

  test("that changes nothing keeps version and date and tells nobody [P-3.5.2-26 R-67]", async () => {
    const { ask, path, patch, events } = await account({
      nickName: "N",
      emails: [{ value: "a@x", type: "work" }],
      name: { givenName: "A" },
    });
    const before = (await ask("GET", path)).json;
    for (const operations of [
      [nick("N")],
      [nick("M"), nick("N")],
      [{ op: "replace", value: { nickName: "N", name: { givenName: "A" }, emails: [{ type: "work", value: "a@x" }] } }],
      [
        { op: "add", path: "title", value: "T" },
        { op: "remove", path: "title" },
      ],
      [{ op: "replace", path: 'emails[type eq "work"].value', value: "a@x" }],
      [{ op: "replace", path: 'emails[type eq "work"]', value: { value: "a@x", type: "work" } }],
      [
        { op: "add", path: "emails", value: [{ value: "b@x" }] },
        { op: "remove", path: 'emails[value eq "b@x"]' },
      ],
    ])
      expect((await patch(...operations)).json).toEqual(before);
    expect(events).toEqual([]);
  });

  test("of a password counts as change, and the password is in no answer and no event [R-67]", async () => {
    const storage = memoryStorage({ hashSecret: async (_attribute, secret) => `hash:${String(secret).length}` });
    const { patch, ask, path, events } = await account({ password: "first-secret" }, { storage });
    const before = (await ask("GET", path)).json.meta.version;
    const answer = await patch({ op: "replace", path: "password", value: "second-secret" }, nick("N"));
    expect(answer.json.meta.version).not.toBe(before);
    const again = await patch({ op: "replace", path: "password", value: "second-secret" });
    expect(again.json.meta.version).not.toBe(answer.json.meta.version);
    expect(storage.readSecret("User", answer.json.id, "password")).toBe("hash:13");
    expect(events.filter(({ type }) => type === "patched")).toEqual([
      expect.objectContaining({ attributes: ["nickName", "password"] }),
      expect.objectContaining({ attributes: ["password"], changes: [] }),
    ]);
    expect(JSON.stringify([events, answer.json])).not.toContain("second-secret");
    await patch({ op: "remove", path: "password" });
    expect(storage.readSecret("User", answer.json.id, "password")).toBeUndefined();
  });

  test("of a password that storage does not keep is no change [R-67]", async () => {
    const { patch, ask, path, events } = await account();
    const before = (await ask("GET", path)).json;
    expect((await patch({ op: "replace", path: "password", value: "secret" })).json).toEqual(before);
    expect(events.map(({ type }) => type)).toEqual(["secretDropped"]);
  });

  test("tells what it changed in operations that lead from the old state to the new", async () => {
    const { patch, events } = await account({
      emails: [{ value: "a@x", type: "work", primary: true }, { value: "b@x" }],
      title: "T",
    });
    await patch(
      { op: "add", path: "emails", value: { value: "c@x", primary: true } },
      { op: "remove", path: 'emails[value eq "b@x"]' },
      { op: "replace", path: `${ENTERPRISE}:department`, value: "d" },
      { op: "remove", path: "title" },
    );
    const [event] = events.filter(({ type }) => type === "patched");
    expect(event).toMatchObject({
      attributes: ["title", "emails", `${ENTERPRISE}:department`],
      changes: [
        { op: "add", path: `/${ENTERPRISE}`, value: {} },
        { op: "add", path: `/${ENTERPRISE}/department`, value: "d" },
        { op: "remove", path: "/title" },
        { op: "replace", path: "/emails/0/primary", value: false },
        { op: "remove", path: "/emails/1" },
        { op: "add", path: "/emails/-", value: { value: "c@x", primary: true } },
      ],
    });
  });

  test("of a resource that lacks what its schema now requires is not refused for it", async () => {
    const storage = memoryStorage();
    const { ask, path, patch } = await device({}, { storage });
    const id = path.split("/").at(-1) as string;
    const holed: StorageAdapter = {
      ...storage,
      async get(request, context) {
        const found = await storage.get(request, context);
        if (found === undefined) return undefined;
        const { label: _, ...rest } = found as Record<string, unknown>;
        return rest as never;
      },
    };
    const later = await patching(
      "/Devices",
      {
        schemas: ["urn:example:params:scim:schemas:Device"],
        label: "x",
        owners: ["y"],
        "urn:example:params:scim:schemas:extension:Cost": { center: "1" },
      },
      { storage: holed },
    );
    expect((await later.ask("PATCH", `/Devices/${id}`, patchOf({ op: "add", path: "tags", value: "t" }))).status).toBe(
      200,
    );
    expect((await patch({ op: "add", path: "label", value: "again" })).status).toBe(200);
    expect((await ask("GET", path)).json).toMatchObject({ label: "again", tags: ["t"] });
  });

  test("never changes what storage handed out", async () => {
    const storage = memoryStorage();
    const frozen: StorageAdapter = {
      ...storage,
      get: async (request, context) => deepFreeze(await storage.get(request, context)),
    };
    const { patch, read } = await device(
      {
        tags: ["a"],
        place: { site: "s", notes: ["n"] },
        ports: [{ value: "1", primary: true, notes: ["n"] }, { value: "2" }],
        maker: { brand: "b" },
      },
      { storage: frozen },
    );
    const answer = await patch(
      { op: "add", path: "tags", value: ["b"] },
      { op: "add", path: "place.notes", value: ["m"] },
      { op: "replace", path: "place", value: { site: "t", floor: 2 } },
      { op: "add", path: 'ports[value eq "2"]', value: { primary: true, notes: ["o"] } },
      { op: "add", path: 'ports[value eq "1"].notes', value: ["p"] },
      { op: "remove", path: 'ports[value eq "1"].primary' },
      { op: "replace", path: "urn:example:params:scim:schemas:extension:Cost:center", value: "2" },
      { op: "remove", path: 'tags[value eq "a"]' },
    );
    expect(answer.status).toBe(200);
    expect(await read()).toMatchObject({
      tags: ["b"],
      place: { site: "t", floor: 2, notes: ["n", "m"] },
      ports: [
        { value: "1", notes: ["n", "p"] },
        { value: "2", primary: true, notes: ["o"] },
      ],
    });
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}

describe("members", () => {
  /** A group of users over storage that counts what is read. */
  async function group(
    members: number,
    given: { readonly hasDelta?: boolean; readonly profile?: "lenient" | "strict" } = {},
  ) {
    const memory = memoryStorage();
    const counts = { get: 0, query: 0, replace: 0, applyDelta: 0 };
    // In a transaction the adapter's own calls are made, which nobody counts.
    const { applyDelta, transaction: _, ...others } = memory;
    const counted =
      <Request, Result>(name: keyof typeof counts, call: (request: Request, context: Context) => Result) =>
      (request: Request, context: Context): Result => {
        counts[name]++;
        return call(request, context);
      };
    const storage: StorageAdapter = {
      ...others,
      get: counted("get", memory.get),
      query: counted("query", memory.query),
      replace: counted("replace", memory.replace),
      ...(given.hasDelta === false || applyDelta === undefined
        ? {}
        : { applyDelta: counted("applyDelta", applyDelta) }),
    };
    const ids: string[] = [];
    const made = directory({
      storage,
      newId: () => ids.shift() ?? crypto.randomUUID(),
      ...(given.profile === undefined ? {} : { profile: given.profile }),
    });
    const users = Array.from({ length: 12 }, (_, index) => `u${index}`);
    for (const id of users) {
      ids.push(id);
      await made.ask("POST", "/Users", { schemas: [USER], userName: id });
    }
    ids.push("g");
    await made.ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "G",
      members: users.slice(0, members).map((value) => ({ value })),
    });
    made.events.length = 0;
    Object.assign(counts, { get: 0, query: 0, replace: 0, applyDelta: 0 });
    const patch = (...operations: readonly object[]) => made.ask("PATCH", "/Groups/g", patchOf(...operations));
    const members_ = async () =>
      ((await made.ask("GET", "/Groups/g")).json.members ?? []).map(({ value }: { value: string }) => value);
    return { ...made, counts, patch, members: members_ };
  }

  const add = (...ids: readonly string[]) => ({ op: "add", path: "members", value: ids.map((value) => ({ value })) });
  const removeOne = (id: string) => ({ op: "remove", path: `members[value eq "${id}"]` });

  test.each([
    ["one added", [add("u5")], ["u0", "u1", "u2", "u5"]],
    ["several added by several operations", [add("u5"), add("u6", "u7")], ["u0", "u1", "u2", "u5", "u6", "u7"]],
    ["one removed by its value", [removeOne("u1")], ["u0", "u2"]],
    [
      "several removed by or",
      [{ op: "remove", path: 'members[value eq "u1" or value eq "u2" or value eq "u9"]' }],
      ["u0"],
    ],
    [
      "several removed by a list",
      [{ op: "Remove", path: "members", value: [{ value: "u0" }, { $ref: null, value: "u2" }] }],
      ["u1"],
    ],
    [
      "one object added",
      [{ op: "Add", path: "members", value: { value: "u5", display: "d" } }],
      ["u0", "u1", "u2", "u5"],
    ],
    ["added without a path", [{ op: "add", value: { members: [{ value: "u5" }] } }], ["u0", "u1", "u2", "u5"]],
    ["added twice", [add("u5", "u5"), add("u5")], ["u0", "u1", "u2", "u5"]],
    ["added and removed", [add("u5"), removeOne("u5")], ["u0", "u1", "u2"]],
    ["removed and added", [removeOne("u0"), add("u0")], ["u0", "u1", "u2"]],
    ["added, removed and added", [add("u5"), removeOne("u5"), add("u5"), removeOne("u0")], ["u1", "u2", "u5"]],
    ["present ones added and absent ones removed", [add("u0", "u1"), removeOne("u9")], ["u0", "u1", "u2"]],
    ["removed by the URN of the schema", [{ op: "remove", path: `${GROUP}:members[VALUE eq "u1"]` }], ["u0", "u2"]],
  ])("%s: storage takes it as a delta, is asked once and reads nothing [P-3.5.2.1-06 P-3.5.2.2-04 P-3.5.2.2-08 P-3.5.2-23 G-21 R-66]", async (_, operations, expected) => {
    const { patch, counts, members } = await group(3);
    const answer = await patch(...operations);
    expect(answer).toMatchObject({
      status: 204,
      body: undefined,
      headers: { "Content-Type": "application/scim+json" },
    });
    expect(counts).toEqual({ get: 0, query: 0, replace: 0, applyDelta: 1 });
    expect((await members()).sort()).toEqual(expected);
    // The same operations on storage without deltas, and with everything read, come to the same.
    const slow = await group(3, { hasDelta: false });
    const same = await slow.patch(...operations);
    expect(same.status).toBe(200);
    expect((await slow.members()).sort()).toEqual(expected);
  });

  test.each([
    ["everything removed", [{ op: "remove", path: "members" }], []],
    [
      "everything replaced",
      [{ op: "replace", path: "members", value: [{ value: "u2" }, { value: "u7" }] }],
      ["u2", "u7"],
    ],
    ["everything removed and some added", [{ op: "remove", path: "members" }, add("u8")], ["u8"]],
    ["replaced by nothing", [{ op: "replace", path: "members", value: [] }], []],
    ["removed by another filter", [{ op: "remove", path: 'members[value sw "u1"]' }], ["u0", "u2"]],
    ["removed by two conditions", [{ op: "remove", path: 'members[value eq "u1" and type eq "User"]' }], ["u0", "u2"]],
    [
      "changed together with something else",
      [add("u5"), { op: "replace", path: "displayName", value: "H" }],
      ["u0", "u1", "u2", "u5"],
    ],
  ])("%s: the group is read, and written once [P-3.5.2.3-04 P-3.5.2.2-03]", async (_, operations, expected) => {
    const { patch, counts, members } = await group(3);
    expect((await patch(...operations)).status).toBe(200);
    expect(counts).toMatchObject({ get: 1, replace: 1, applyDelta: 0 });
    expect((await members()).sort()).toEqual(expected);
  });

  test("a full list is told as who joined and who left, by key and in no order [P-3.5.2.3-04]", async () => {
    const { ask, patch, events } = await group(3);
    await patch({ op: "replace", path: "members", value: [{ value: "u7" }, { value: "u2" }, { value: "u0" }] });
    expect(events.filter(({ type }) => type === "patched")).toEqual([
      expect.objectContaining({
        changes: [],
        deltas: [{ attribute: "members", joined: [expect.objectContaining({ value: "u7" })], left: ["u1"] }],
      }),
    ]);
    events.length = 0;
    const { version } = (await ask("GET", "/Groups/g")).json.meta;
    const reordered = await patch({
      op: "replace",
      path: "members",
      value: [{ value: "u0" }, { value: "u2" }, { value: "u7" }],
    });
    expect(reordered.json.meta.version).toBe(version);
    expect(events).toEqual([]);
  });

  test("a delta that changes nothing keeps version and date and tells nobody [P-3.5.2.1-08 P-3.5.2.2-06 P-3.5.2-26 R-51]", async () => {
    const { ask, patch, events } = await group(3);
    const before = (await ask("GET", "/Groups/g")).json;
    for (const operations of [
      [add("u0")],
      [{ op: "add", path: "members", value: [{ value: "u0", display: "other" }] }],
      [removeOne("u9")],
      [add("u5"), removeOne("u5")],
    ])
      expect((await patch(...operations)).status).toBe(204);
    expect((await ask("GET", "/Groups/g")).json).toEqual(before);
    expect(events).toEqual([]);
  });

  test("members are told apart by value in its own letter case, and their value does not change [R-51]", async () => {
    const { patch, members } = await group(3);
    await patch({ op: "remove", path: 'members[value eq "U1"]' });
    expect(await members()).toEqual(["u0", "u1", "u2"]);
    expect(await patch({ op: "replace", path: 'members[value eq "u1"].value', value: "u5" })).toMatchObject({
      status: 400,
      json: { scimType: "mutability" },
    });
  });

  test("a member without a value is 400 invalidValue, because nothing tells it from others [R-51]", async () => {
    const { ask, patch, members } = await group(3);
    for (const value of [[{ display: "x" }], [{ value: "u5" }, { type: "User" }]]) {
      const answer = await patch({ op: "add", path: "members", value });
      expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
      expect(answer.json.detail).toContain("].value is required");
      expect((await ask("POST", "/Groups", { schemas: [GROUP], displayName: "H", members: value })).status).toBe(400);
    }
    expect(await members()).toEqual(["u0", "u1", "u2"]);
  });

  test("under strict, and where the host says so, a delta is answered with the resource as well [R-66]", async () => {
    const { patch } = await group(3, { profile: "strict" });
    expect(await patch(add("u5"))).toMatchObject({ status: 200, json: { displayName: "G" } });
  });

  test("a reference to nothing is 400 invalidValue and says where; an unknown group is 404 [P-3.5.2-25]", async () => {
    const { ask, patch, members } = await group(3);
    const answer = await patch(add("u5", "nobody"));
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(answer.json.detail).toMatch(/Operations\[0\]: members\[1\]/);
    expect(await members()).toEqual(["u0", "u1", "u2"]);
    expect((await ask("PATCH", "/Groups/nobody", patchOf(add("u5")))).status).toBe(404);
    expect((await ask("PATCH", "/Groups/nobody", patchOf(removeOne("u5")))).status).toBe(404);
  });

  test("storage that declines a delta is read and written instead", async () => {
    const memory = memoryStorage();
    const { ask } = directory({ storage: { ...memory, applyDelta: async () => "declined" } });
    const user = (await ask("POST", "/Users", { schemas: [USER], userName: "u" })).json;
    const made = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "G" })).json;
    const answer = await ask("PATCH", `/Groups/${made.id}`, patchOf(add(user.id)));
    expect(answer).toMatchObject({ status: 200, json: { members: [{ value: user.id }] } });
  });
});

describe("concurrent writers", () => {
  /** Storage in which another writer is faster, `times` over: between the read and the write of each PATCH. */
  function contested(times: number) {
    const memory = memoryStorage();
    let left = times;
    let writes = 0;
    const storage: StorageAdapter = {
      ...memory,
      async replace(request, context: Context) {
        writes++;
        if (left > 0) {
          left--;
          const current = await memory.get({ ...request, select: { includes: () => true } }, context);
          if (current !== undefined)
            await memory.replace(
              {
                ...request,
                secrets: {},
                resource: { ...current, title: `other ${left}` },
                ifVersion: undefined,
                before: undefined,
              },
              context,
            );
        }
        return memory.replace(request, context);
      },
    };
    return { storage, writes: () => writes };
  }

  test("without If-Match the operations are applied again to the new state, and no change is lost [P-3.5.2-21]", async () => {
    const { storage, writes } = contested(3);
    const { patch, read } = await account({ emails: [{ value: "a@x" }] }, { storage });
    expect((await patch({ op: "add", path: "emails", value: { value: "b@x" } })).status).toBe(200);
    expect(writes()).toBe(4);
    expect(await read()).toEqual({ userName: "ada", title: "other 0", emails: [{ value: "a@x" }, { value: "b@x" }] });
  });

  test("without If-Match a writer who never wins gets 409 after a bounded number of tries", async () => {
    const { storage, writes } = contested(1000);
    const { patch, read } = await account({}, { storage });
    const answer = await patch(nick("N"));
    expect(answer.status).toBe(409);
    expect(answer.json).not.toHaveProperty("scimType");
    expect(writes()).toBeLessThanOrEqual(20);
    expect(await read()).not.toHaveProperty("nickName");
  });

  test("with If-Match the faster writer's version is 412, at the first try [P-3.5.2-21]", async () => {
    const { storage, writes } = contested(1);
    const { ask, path, read } = await account({}, { storage });
    const { version } = (await ask("GET", path)).json.meta;
    const answer = await ask("PATCH", path, patchOf(nick("N")), { "if-match": version });
    expect(answer.status).toBe(412);
    expect(writes()).toBe(1);
    expect(await read()).toEqual({ userName: "ada", title: "other 0" });
  });

  test("with If-Match: * the operations are applied again, since every version will do", async () => {
    const { storage, writes } = contested(2);
    const { ask, path } = await account({}, { storage });
    expect((await ask("PATCH", path, patchOf(nick("N")), { "if-match": "*" })).json).toMatchObject({
      nickName: "N",
      title: "other 0",
    });
    expect(writes()).toBe(3);
  });

  test("a stale If-Match is 412 before anything is applied, for deltas too; of several tags one may match; of nothing it is 404 [R-39a]", async () => {
    const { ask, path, patch } = await account();
    const { version } = (await ask("GET", path)).json.meta;
    await patch(nick("first"));
    const late = patchOf(nick("late"));
    expect((await ask("PATCH", path, late, { "if-match": version })).status).toBe(412);
    const current = (await ask("GET", path)).json;
    expect(current.nickName).toBe("first");
    expect((await ask("PATCH", path, late, { "if-match": `${version}, ${current.meta.version}` })).status).toBe(200);

    const group = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "G" })).json;
    const add = patchOf({ op: "add", path: "members", value: [{ value: current.id }] });
    expect((await ask("PATCH", `/Groups/${group.id}`, add, { "if-match": 'W/"no"' })).status).toBe(412);
    expect(
      (await ask("PATCH", `/Groups/${group.id}`, add, { "if-match": `W/"no", ${group.meta.version}` })).status,
    ).toBe(204);
    expect((await ask("PATCH", `/Groups/${group.id}`, add, { "if-match": "*" })).status).toBe(204);
    expect((await ask("PATCH", "/Groups/nobody", add, { "if-match": "*" })).status).toBe(404);
  });

  test("another fault of storage's is not retried: it is 500, or the error that storage throws", async () => {
    for (const [fault, status] of [
      [new Error("disk"), 500],
      [new ScimError(503, "later"), 503],
    ] as const) {
      let writes = 0;
      const memory = memoryStorage();
      const storage: StorageAdapter = {
        ...memory,
        replace: async () => {
          writes++;
          throw fault;
        },
      };
      const { patch } = await account({}, { storage });
      expect((await patch(nick("N"))).status).toBe(status);
      expect(writes).toBe(1);
    }
  });

  test("many PATCHes at once are all in the outcome [P-3.5.2-18]", async () => {
    const { ask, path, read } = await account();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        ask("PATCH", path, patchOf({ op: "add", path: "roles", value: { value: `r${index}` } })),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await read()).roles).toHaveLength(8);
  });
});
