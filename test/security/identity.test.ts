import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema, errors, Group, type StorageAdapter, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type Directory, directory, filtered, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const ada = { schemas: [USER], userName: "ada" };

async function state({ ask }: Directory): Promise<unknown> {
  return [(await ask("GET", "/Users")).json.Resources, (await ask("GET", "/Groups")).json.Resources];
}

/** One change of the work address, in every spelling that the protocol has. */
const SPELLINGS: readonly object[] = [
  { op: "replace", path: 'emails[type eq "work"].value', value: "x@evil" },
  { op: "Replace", path: 'EMAILS[TYPE EQ "work"].VALUE', value: "x@evil" },
  { op: "add", path: 'emails[type eq "work"].value', value: "x@evil" },
  { op: "replace", path: `${USER}:emails[type eq "work"].value`, value: "x@evil" },
  { op: "replace", path: "emails", value: [{ type: "work", value: "x@evil" }] },
  { op: "replace", path: 'emails[type eq "work"]', value: { type: "work", value: "x@evil" } },
  { op: "replace", value: { emails: [{ type: "work", value: "x@evil" }] } },
  { op: "replace", value: { [`${USER}:emails`]: [{ type: "work", value: "x@evil" }] } },
  { op: "replace", value: { 'emails[type eq "work"].value': "x@evil" } },
];

describe("ids", () => {
  test("are the server's own: an externalId or id of the client's is never one, and never a way to a resource [T-B1]", async () => {
    const { ask } = directory();
    const first = (await ask("POST", "/Users", ada)).json;
    const ids = new Set([first.id]);
    for (const claimed of [first.id, "0", "1", "admin", "../1"]) {
      const { json } = await ask("POST", "/Users", {
        schemas: [USER],
        userName: `u${ids.size}`,
        id: claimed,
        externalId: claimed,
      });
      expect(json.id).toMatch(/^[0-9a-f-]{36}$/);
      ids.add(json.id);
      if (claimed !== first.id)
        expect((await ask("GET", `/Users/${encodeURIComponent(claimed)}`)).status, claimed).toBe(404);
    }
    expect(ids.size).toBe(6);
    expect((await ask("GET", `/Users/${first.id}`)).json).toEqual(first);
  });

  test("of a body never turn a write to another resource than the URL names [T-B2]", async () => {
    const made = directory();
    const { ask } = made;
    const victim = (await ask("POST", "/Users", { schemas: [USER], userName: "victim" })).json;
    const own = (await ask("POST", "/Users", ada)).json;
    for (const [method, body] of [
      ["PUT", { ...ada, id: victim.id, title: "x" }],
      ["PATCH", patchOf({ op: "replace", path: "id", value: victim.id })],
      ["PATCH", patchOf({ op: "replace", value: { id: victim.id, title: "x" } })],
    ] as const) {
      await ask(method, `/Users/${own.id}`, body);
      expect((await ask("GET", `/Users/${victim.id}`)).json).toEqual(victim);
      expect((await ask("GET", `/Users/${own.id}`)).json).toMatchObject({ id: own.id, userName: "ada" });
    }
    expect((await ask("GET", "/Users")).json.totalResults).toBe(2);
  });
});

describe("a create", () => {
  test("never adopts and never changes who is there: 409, and everything stays as it was [T-B3]", async () => {
    const made = directory();
    await made.ask("POST", "/Users", { ...ada, title: "first", externalId: "1" });
    const before = await state(made);
    for (const userName of ["ada", "ADA", "Ada"]) {
      const again = await made.ask("POST", "/Users", { ...ada, userName, title: "second", active: false });
      expect(again.json).toMatchObject({ status: "409", scimType: "uniqueness" });
      expect(await state(made)).toEqual(before);
    }
    expect(made.events.map(({ type }) => type)).toEqual(["created"]);
  });

  test("of a user who was deleted is somebody new: another id, and no group of the old one [T-B6]", async () => {
    const { ask } = directory();
    const old = (await ask("POST", "/Users", { ...ada, title: "old" })).json;
    await ask("POST", "/Groups", { schemas: [GROUP], displayName: "admins", members: [{ value: old.id }] });
    await ask("DELETE", `/Users/${old.id}`);
    const { json } = await ask("POST", "/Users", ada);
    expect(json.id).not.toBe(old.id);
    const read = (await ask("GET", `/Users/${json.id}`)).json;
    expect(read).not.toHaveProperty("groups");
    expect(read).not.toHaveProperty("title");
    expect((await ask("GET", "/Groups")).json.Resources[0]).not.toHaveProperty("members");
    expect((await ask("GET", `/Users/${old.id}`)).status).toBe(404);
  });

  test("of a group with a name that is taken makes another group, and joins none [T-B13]", async () => {
    const { ask } = directory();
    const { id } = (await ask("POST", "/Users", ada)).json;
    const first = await ask("POST", "/Groups", { schemas: [GROUP], displayName: "Admins", members: [{ value: id }] });
    const second = await ask("POST", "/Groups", { schemas: [GROUP], displayName: "Admins" });
    expect(second.status).toBe(201);
    expect(second.json.id).not.toBe(first.json.id);
    const read = (await ask("GET", `/Groups/${second.json.id}`)).json;
    expect(read).not.toHaveProperty("members");
    expect((await ask("GET", `/Users/${id}`)).json.groups).toHaveLength(1);
  });
});

describe("a host's veto", () => {
  /** Storage that lets no change through which `refuses` names, asked with the state before and after. */
  function guarded(refuses: (before: unknown, after: unknown) => boolean): StorageAdapter {
    const { applyDelta: _fast, ...memory } = memoryStorage();
    return {
      ...memory,
      async replace(request, context) {
        if (refuses(request.before, request.resource)) throw errors.forbidden("This account is managed elsewhere.");
        return memory.replace(request, context);
      },
    };
  }

  test("of a new address is asked whatever way the change is spelled, with both states, and leaves resource and version alone [T-B4]", async () => {
    const refused: [unknown, unknown][] = [];
    const emailOf = (resource: unknown) => (resource as { emails: { value: string }[] }).emails[0]?.value;
    const made = directory({
      storage: guarded((before, after) => {
        if (emailOf(before) === emailOf(after)) return false;
        refused.push([emailOf(before), emailOf(after)]);
        return true;
      }),
    });
    const { ask } = made;
    const emails = [{ type: "work", value: "ada@home" }];
    const { id } = (await ask("POST", "/Users", { ...ada, emails })).json;
    const before = await state(made);
    for (const operation of SPELLINGS) {
      const answer = await ask(
        "PATCH",
        `/Users/${id}`,
        patchOf({ op: "replace", path: "title", value: "x" }, operation),
      );
      expect(answer.json, JSON.stringify(operation)).toMatchObject({ status: "403" });
    }
    const put = { ...ada, emails: [{ type: "work", value: "x@evil" }] };
    expect((await ask("PUT", `/Users/${id}`, put)).status).toBe(403);
    expect(refused).toEqual(Array(SPELLINGS.length + 1).fill(["ada@home", "x@evil"]));
    expect(await state(made)).toEqual(before);
    expect(made.events.filter(({ type }) => type === "patched" || type === "replaced")).toEqual([]);
    // What is not refused goes through.
    const other = patchOf({ op: "replace", path: "title", value: "x" });
    expect((await ask("PATCH", `/Users/${id}`, other)).status).toBe(200);
  });

  test("keeps the last administrator in service, against a PATCH, a PUT and a DELETE [T-B14]", async () => {
    const storage = guarded(
      (before, after) =>
        (before as { active?: boolean }).active === true && (after as { active?: boolean }).active !== true,
    );
    const made = directory({
      storage: { ...storage, delete: () => Promise.reject(errors.forbidden("The last administrator stays.")) },
    });
    const { ask } = made;
    const { id } = (await ask("POST", "/Users", { ...ada, active: true })).json;
    const before = await state(made);
    const path = `/Users/${id}`;
    for (const answer of [
      await ask("PATCH", path, patchOf({ op: "replace", path: "active", value: false })),
      await ask("PATCH", path, patchOf({ op: "replace", value: { Active: "False" } })),
      await ask("PUT", path, { ...ada, active: false }),
      await ask("DELETE", path),
    ])
      expect(answer.json).toMatchObject({ status: "403", schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"] });
    expect(await state(made)).toEqual(before);
    expect(made.events.map(({ type }) => type)).not.toContain("deactivated");
  });
});

describe("passwords", () => {
  test("are dropped without a hash function; with one only the hash is kept, and neither is ever shown [T-B5]", async () => {
    for (const hashSecret of [undefined, () => "canary-hash"]) {
      const storage = memoryStorage(hashSecret === undefined ? {} : { hashSecret });
      const { ask, events } = directory({ storage });
      const created = await ask("POST", "/Users", { ...ada, password: "canary-word" });
      const path = `/Users/${created.json.id}`;
      const answers = [
        created,
        await ask("PATCH", path, patchOf({ op: "replace", path: "password", value: "canary-next" })),
        await ask("GET", `${path}?attributes=password`),
      ];
      expect(JSON.stringify([answers, events])).not.toContain("canary");
      const kept = storage.readSecret("User", created.json.id, "password");
      expect(kept).toBe(hashSecret === undefined ? undefined : "canary-hash");
      expect(events.some(({ type }) => type === "secretDropped")).toBe(hashSecret === undefined);
    }
  });
});

describe("names that look alike", () => {
  test("in another letter case, width or composition are one userName, to creates, renames and filters [T-B7]", async () => {
    const { ask } = directory();
    await ask("POST", "/Users", { schemas: [USER], userName: "Ädmin@x" });
    const { id } = (await ask("POST", "/Users", ada)).json;
    for (const userName of ["ÄDMIN@X", "ädmin@x", "A\u0308dmin@x", "a\u0308DMIN@X", "Äｄｍｉｎ@x"]) {
      expect((await ask("POST", "/Users", { schemas: [USER], userName })).status, userName).toBe(409);
      expect((await ask("PUT", `/Users/${id}`, { schemas: [USER], userName })).status).toBe(409);
      expect((await ask("GET", filtered("/Users", `userName eq ${JSON.stringify(userName)}`))).json.totalResults).toBe(
        1,
      );
    }
  });

  test("by an invisible, control or reserved character, or a blank at an end, are refused or the same name [T-B10]", async () => {
    const { ask } = directory();
    await ask("POST", "/Users", { schemas: [USER], userName: "admin" });
    for (const odd of [
      "\u200b",
      "\u202e",
      "\u2066",
      "\ufeff",
      "\u0000",
      "\t",
      "\n",
      "\u007f",
      "\ue000",
      "\u0378",
      " ",
      "\u00a0",
    ])
      for (const userName of [`admin${odd}`, `${odd}admin`]) {
        const { json } = await ask("POST", "/Users", { schemas: [USER], userName });
        expect(json, JSON.stringify(userName)).toMatchObject({ status: expect.stringMatching(/^4(00|09)$/) });
      }
    const nul = await ask("POST", "/Users", { ...ada, title: "a\u0000b" });
    expect(nul.json).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect((await ask("GET", "/Users")).json.totalResults).toBe(1);
  });

  test("as halves of a surrogate pair do are no text: 400, wherever they stand [T-B11]", async () => {
    const made = directory();
    const { ask } = made;
    const { id } = (await ask("POST", "/Users", ada)).json;
    const before = await state(made);
    for (const half of ["\\ud800", "x\\udfff", "\\ude00\\ud83d"])
      for (const [method, path, body] of [
        ["POST", "/Users", `{"schemas":["${USER}"],"userName":"${half}"}`],
        ["POST", "/Users", `{"schemas":["${USER}"],"userName":"b","emails":[{"value":"${half}"}]}`],
        ["PUT", `/Users/${id}`, `{"schemas":["${USER}"],"userName":"ada","externalId":"${half}"}`],
        ["PATCH", `/Users/${id}`, `{"Operations":[{"op":"add","path":"title","value":"${half}"}]}`],
      ] as const)
        expect((await ask(method, path, body)).status, body).toBe(400);
    expect(await state(made)).toEqual(before);
    expect((await ask("POST", "/Users", `{"schemas":["${USER}"],"userName":"\\ud83d\\ude00"}`)).status).toBe(201);
  });
});

describe("attributes that a host keeps for itself", () => {
  const { roles, userName } = User.schema.attributes;
  const HostsUser = defineResourceType({
    name: "User",
    schema: defineSchema({
      ...User.schema,
      attributes: {
        ...User.schema.attributes,
        roles: { ...roles, mutability: "readOnly" },
        userName: { ...userName, mutability: "immutable" },
      },
    }),
  });
  const mine = { resourceTypes: [HostsUser, Group] };
  const role = [{ value: "super_admin" }];

  test.each([
    "lenient",
    "strict",
  ] as const)("cannot be written by any verb and any spelling once the schema says readOnly, under %s [T-B12]", async (profile) => {
    const { ask } = directory({ ...mine, profile });
    const { id } = (await ask("POST", "/Users", { ...ada, roles: role })).json;
    const path = `/Users/${id}`;
    await ask("PUT", path, { ...ada, ROLES: role });
    for (const operation of [
      { op: "add", path: "roles", value: role },
      { op: "Replace", path: "ROLES", value: role },
      { op: "replace", path: `${USER}:roles`, value: role },
      { op: "replace", path: 'roles[value eq "x"].value', value: "super_admin" },
      { op: "add", path: "roles.value", value: "super_admin" },
      { op: "add", value: { roles: role } },
      { op: "add", value: { [`${USER}:roles`]: role } },
      { op: "add", value: { "roles.value": "super_admin" } },
    ]) {
      const { status } = await ask("PATCH", path, patchOf(operation));
      // Without a path, lenient leaves out what may not be written.
      if (profile === "strict" || "path" in operation) expect(status, JSON.stringify(operation)).toBe(400);
    }
    const bulk = [{ method: "PUT", path, data: { ...ada, roles: role } }];
    await ask("POST", "/Bulk", { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations: bulk });
    const read = await ask("GET", path);
    expect(read.json).not.toHaveProperty("roles");
    expect(read.json.meta.version).toBe('W/"1"');
  });

  test("cannot be renamed, by PUT and by PATCH, once the schema says immutable [T-B17]", async () => {
    const { ask } = directory(mine);
    const { id } = (await ask("POST", "/Users", ada)).json;
    for (const [method, body] of [
      ["PUT", { ...ada, userName: "grace" }],
      ["PATCH", patchOf({ op: "replace", path: "userName", value: "grace" })],
      ["PATCH", patchOf({ op: "replace", value: { USERNAME: "grace" } })],
      ["PATCH", patchOf({ op: "replace", path: `${USER}:userName`, value: "grace" })],
    ] as const)
      expect((await ask(method, `/Users/${id}`, body)).json).toMatchObject({ status: "400", scimType: "mutability" });
    expect((await ask("GET", `/Users/${id}`)).json.userName).toBe("ada");
  });
});
