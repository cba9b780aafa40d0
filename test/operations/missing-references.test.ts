import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema, Group, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { openSqlite, sqlStorage } from "../../src/storage/sql/index.ts";
import { directory, ENTERPRISE, type Given, GROUP, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const MANAGER = `${ENTERPRISE}:manager`;
const operations = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });
const person = (userName: string, manager: unknown, more: object = {}) => ({
  schemas: [USER, ENTERPRISE],
  userName,
  [ENTERPRISE]: { department: "d", manager },
  ...more,
});

const STORAGES = [
  ["memory", async () => memoryStorage()],
  [
    "tables of scimkit's own",
    async () => {
      const storage = sqlStorage({ db: await openSqlite(":memory:") });
      await storage.prepare();
      return storage;
    },
  ],
] as const;

describe.each(STORAGES)("in %s", (_name, storageOf) => {
  async function service(given: Given = {}) {
    const ids = { next: undefined as string | undefined };
    const made = directory({
      storage: await storageOf(),
      newId: () => {
        const { next = crypto.randomUUID() } = ids;
        ids.next = undefined;
        return next;
      },
      ...given,
    });
    const createAs = async (id: string, userName: string) => {
      ids.next = id;
      const answer = await made.ask("POST", "/Users", { schemas: [USER], userName });
      expect(answer.json.id).toBe(id);
    };
    const create = async (path: string, body: object) => {
      const answer = await made.ask("POST", path, body);
      expect(answer.status, answer.body).toBe(201);
      return answer.json;
    };
    const missing = () =>
      made.events
        .splice(0)
        .flatMap((event) => (event.type === "missingReference" ? [[event.attribute, event.value, event.outcome]] : []));
    return { ...made, createAs, create, missing };
  }

  test("a manager who is not there is kept without $ref, told of once, and becomes a true one [R-80]", async () => {
    const { ask, create, createAs, missing } = await service();
    const ada = await create("/Users", person("ada", { value: "hr-17" }));
    expect(ada[ENTERPRISE]).toEqual({ department: "d", manager: { value: "hr-17" } });
    expect(missing()).toEqual([[MANAGER, "hr-17", "kept"]]);
    const path = `/Users/${ada.id}`;
    const put = await ask("PUT", path, person("ada", { value: "hr-17" }, { active: false }));
    expect([put.status, put.json.active]).toEqual([200, false]);
    const again = await ask("PUT", path, person("ada", { value: "hr-17" }, { active: false }));
    expect(again.json.meta.version).toBe(put.json.meta.version);
    expect(missing()).toEqual([]);
    expect(
      (await ask("GET", `/Users?filter=${encodeURIComponent(`${MANAGER}.value eq "hr-17"`)}`)).json.totalResults,
    ).toBe(1);
    await createAs("hr-17", "boss");
    const $ref = "https://example.com/scim/v2/Users/hr-17";
    expect((await ask("GET", path)).json[ENTERPRISE].manager).toEqual({ value: "hr-17", $ref });
    expect((await ask("GET", '/Users?filter=userName eq "ada"')).json.Resources[0][ENTERPRISE].manager.$ref).toBe($ref);
    expect((await ask("DELETE", "/Users/hr-17")).status).toBe(204);
    expect((await ask("GET", path)).json[ENTERPRISE]).toEqual({ department: "d" });
  });

  test("a leaver is deactivated whoever the manager is, by PUT, PATCH and bulk [R-80]", async () => {
    const { ask, create, events } = await service();
    for (const [index, send] of [
      (id: string) => ask("PUT", `/Users/${id}`, person("ada0", { value: "hr-1" }, { active: false })),
      (id: string) =>
        ask(
          "PATCH",
          `/Users/${id}`,
          operations({ op: "replace", value: { active: false, [MANAGER]: { value: "hr-1" } } }),
        ),
      (id: string) =>
        ask("POST", "/Bulk", {
          schemas: [BULK],
          Operations: [
            {
              method: "PATCH",
              path: `/Users/${id}`,
              data: operations(
                { op: "replace", path: "active", value: false },
                { op: "replace", path: `${MANAGER}.value`, value: "hr-1" },
              ),
            },
          ],
        }),
    ].entries()) {
      const { id } = await create("/Users", { schemas: [USER], userName: `ada${index}` });
      events.length = 0;
      expect((await send(id)).status).toBe(200);
      expect((await ask("GET", `/Users/${id}`)).json).toMatchObject({
        active: false,
        [ENTERPRISE]: { manager: { value: "hr-1" } },
      });
      expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["missingReference", "deactivated"]));
      expect(JSON.stringify(events)).not.toContain("$ref");
    }
  });

  test("a group is no manager, and a manager of no type is none for strict [R-80]", async () => {
    const { ask, create } = await service();
    const group = await create("/Groups", { schemas: [GROUP], displayName: "g" });
    const ada = await create("/Users", person("ada", { value: group.id }));
    expect(ada[ENTERPRISE].manager).toEqual({ value: group.id });
    const strict = await service({ profile: "strict" });
    expect((await strict.ask("POST", "/Users", person("ada", { value: "hr-1" }))).json).toMatchObject({
      status: "400",
      scimType: "invalidValue",
    });
    expect((await ask("GET", "/Users")).json.totalResults).toBe(1);
  });

  test('"drop" leaves out the members that are not there, in POST, PUT, PATCH and bulk, and does the rest [R-80]', async () => {
    const { ask, create, missing, events } = await service({ settings: { references: { "Group.members": "drop" } } });
    const [ada, bob] = [
      await create("/Users", person("ada", undefined)),
      await create("/Users", person("bob", undefined)),
    ];
    const members = (...ids: readonly string[]) => ids.map((value) => ({ value }));
    const told = ["members", "stale", "dropped"];
    missing();
    const group = await create("/Groups", { schemas: [GROUP], displayName: "g", members: members("stale", ada.id) });
    const path = `/Groups/${group.id}`;
    const ids = async () => ((await ask("GET", path)).json.members ?? []).map(({ value }: { value: string }) => value);
    expect(JSON.stringify(events.find(({ type }) => type === "created"))).not.toContain("stale");
    expect([await ids(), missing()]).toEqual([[ada.id], [told]]);
    const put = await ask("PUT", path, { schemas: [GROUP], displayName: "g", members: members(ada.id, "stale") });
    expect([put.status, put.json.meta.version]).toEqual([200, group.meta.version]);
    expect(events.filter(({ type }) => type === "replaced")).toEqual([]);
    expect(missing()).toEqual([told]);
    const added = await ask("PATCH", path, operations({ op: "add", path: "members", value: members("stale", bob.id) }));
    expect(added.status).toBe(204);
    expect(new Set(await ids())).toEqual(new Set([ada.id, bob.id]));
    expect(missing()).toEqual([told]);
    const full = operations(
      { op: "replace", path: "displayName", value: "h" },
      { op: "replace", path: "members", value: members("stale", bob.id) },
    );
    expect((await ask("PATCH", path, full)).json).toMatchObject({ displayName: "h", members: [{ value: bob.id }] });
    expect(missing()).toEqual([told]);
    const removed = operations({ op: "remove", path: 'members[value eq "stale"]' });
    expect((await ask("PATCH", path, removed)).status).toBeLessThan(300);
    expect(missing()).toEqual([]);
    const bulk = {
      method: "PATCH",
      path,
      data: operations({ op: "add", path: "members", value: members("stale", ada.id) }),
    };
    await ask("POST", "/Bulk", { schemas: [BULK], Operations: [bulk] });
    expect([new Set(await ids()), missing()]).toEqual([new Set([ada.id, bob.id]), [told]]);
  });

  test('"ignore" for the manager checks members all the same, and invents no $ref [R-80]', async () => {
    const one = await service({ settings: { references: { "User.manager": "ignore" } } });
    expect((await one.create("/Users", person("ada", { value: "hr-1" })))[ENTERPRISE].manager).toEqual({
      value: "hr-1",
    });
    expect(one.missing()).toEqual([]);
    const body = { schemas: [GROUP], displayName: "g", members: [{ value: "stale", type: "User" }] };
    expect((await one.ask("POST", "/Groups", body)).json).toMatchObject({ status: "400", scimType: "invalidValue" });
    const all = await service({ settings: { references: "ignore" } });
    expect((await all.create("/Groups", body)).members).toEqual([{ value: "stale", type: "User" }]);
  });

  test("an empty manager is none, wherever it stands, and 400 under strict [R-55a]", async () => {
    const { ask, create, events } = await service();
    const boss = await create("/Users", { schemas: [USER], userName: "boss" });
    for (const [index, operation] of [
      { op: "replace", path: MANAGER, value: { value: "" } },
      { op: "add", path: MANAGER, value: { value: " " } },
      { op: "replace", path: `${MANAGER}.value`, value: "" },
      { op: "add", path: `${MANAGER}.value`, value: "" },
      { op: "replace", path: `${MANAGER}.value`, value: null },
      { op: "replace", path: MANAGER, value: "" },
      { op: "replace", value: { [MANAGER]: { value: "" } } },
      { op: "replace", value: { [ENTERPRISE]: { manager: { value: "", displayName: "" } } } },
      { op: "replace", path: ENTERPRISE, value: { manager: { value: "" } } },
    ].entries()) {
      const { id } = await create("/Users", person(`u${index}`, { value: boss.id }));
      events.length = 0;
      const answer = await ask("PATCH", `/Users/${id}`, operations(operation));
      expect(answer.json[ENTERPRISE], JSON.stringify(operation)).toEqual({ department: "d" });
    }
    const created = await create("/Users", person("ada", { value: "" }));
    expect(created[ENTERPRISE]).toEqual({ department: "d" });
    expect(events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "reference-strings" }));
    const put = await ask("PUT", `/Users/${created.id}`, person("ada", { value: "", $ref: "" }));
    expect(put.json[ENTERPRISE]).toEqual({ department: "d" });
    const strict = await service({ profile: "strict" });
    const { id } = await strict.create("/Users", { schemas: [USER], userName: "eve" });
    for (const answer of [
      await strict.ask("POST", "/Users", person("ada", { value: "" })),
      await strict.ask("PATCH", `/Users/${id}`, operations({ op: "replace", path: `${MANAGER}.value`, value: "" })),
    ])
      expect(answer.json).toMatchObject({ status: "400", scimType: "invalidValue" });
  });

  test("a member that is nobody is 400 under every option, and never a $ref to the collection [R-55a R-51]", async () => {
    for (const references of ["check", "ignore", "drop"] as const) {
      const { ask, create } = await service({ settings: { references } });
      const { id } = await create("/Groups", { schemas: [GROUP], displayName: "g" });
      for (const members of [[{ value: "" }], [{ value: " " }], [""]])
        for (const answer of [
          await ask("POST", "/Groups", { schemas: [GROUP], displayName: "h", members }),
          await ask("PUT", `/Groups/${id}`, { schemas: [GROUP], displayName: "h", members }),
          await ask("PATCH", `/Groups/${id}`, operations({ op: "add", path: "members", value: members })),
        ])
          expect(answer.json, JSON.stringify(members)).toMatchObject({ status: "400", scimType: "invalidValue" });
    }
  });

  test("a client's display of a member is neither stored nor shown, in any verb [R-51a]", async () => {
    const { ask, create, events } = await service();
    const ada = await create("/Users", { schemas: [USER], userName: "ada" });
    const bob = await create("/Users", { schemas: [USER], userName: "bob" });
    const wrong = (id: string) => ({ value: id, display: "Mallory" });
    const group = await create("/Groups", { schemas: [GROUP], displayName: "g", members: [wrong(ada.id)] });
    const path = `/Groups/${group.id}`;
    await ask("PATCH", path, operations({ op: "add", path: "members", value: [wrong(bob.id)] }));
    await ask("PATCH", path, operations({ op: "replace", value: { displayName: "h", members: [wrong(bob.id)] } }));
    await ask("PUT", path, { schemas: [GROUP], displayName: "i", members: [wrong(ada.id), wrong(bob.id)] });
    const { body, json } = await ask("GET", path);
    expect(json.members).toHaveLength(2);
    expect(body).not.toContain("Mallory");
    expect(JSON.stringify(events)).not.toContain("Mallory");
    expect((await ask("GET", '/Groups?filter=members.display eq "Mallory"')).json.totalResults).toBe(0);
    const set = operations({ op: "replace", path: `members[value eq "${ada.id}"].display`, value: "Mallory" });
    expect((await ask("PATCH", path, set)).json).toMatchObject({ status: "400", scimType: "mutability" });
  });

  test("a reference of a host's own says itself how firm it is, and is required unless it does [R-80 R-55a]", async () => {
    const reference = (integrity?: "optional") =>
      ({
        type: "complex",
        ...(integrity === undefined ? {} : { scimkit: { integrity } }),
        subAttributes: { value: { caseExact: true }, $ref: { type: "reference", referenceTypes: ["User"] }, note: {} },
      }) as const;
    const urn = "urn:example:params:scim:schemas:Device";
    const schema = defineSchema({
      id: urn,
      name: "Device",
      attributes: { owner: reference(), user: reference("optional") },
    });
    const Device = defineResourceType({ name: "Device", schema });
    const { ask, create } = await service({ resourceTypes: [User, Group, Device] });
    const kept = await create("/Devices", {
      schemas: [urn],
      user: { value: "x", note: "n" },
      owner: { value: "", note: "n" },
    });
    expect([kept.user, kept.owner]).toEqual([{ value: "x", note: "n" }, { note: "n" }]);
    expect((await ask("POST", "/Devices", { schemas: [urn], owner: { value: "x" } })).json).toMatchObject({
      scimType: "invalidValue",
    });
    const Listed = (await ask("GET", "/Schemas")).body;
    expect(Listed).not.toContain("integrity");
  });
});

test("references names attributes that are there, and policies that there are [R-80]", () => {
  for (const references of [{ "Group.membres": "drop" }, { members: "drop" }, { "Device.owner": "drop" }] as const)
    expect(() => directory({ settings: { references } })).toThrow("which is none of: User.");
  expect(() => directory({ settings: { references: { "Group.members": "refuse" as "drop" } } })).toThrow(TypeError);
});

test("across storages, an optional reference to nothing is kept and a dropped one left out, with an event; the next write makes it a true one [R-80]", async () => {
  const DEVICE = "urn:example:params:scim:schemas:Device";
  const Device = defineResourceType({
    name: "Device",
    schema: defineSchema({
      id: DEVICE,
      name: "Device",
      attributes: {
        label: {},
        owner: {
          type: "complex",
          scimkit: { integrity: "optional" },
          subAttributes: { value: { caseExact: true }, $ref: { type: "reference", referenceTypes: ["User"] } },
        },
      },
    }),
  });
  const ids = ["device", "late"];
  const { ask, events } = directory({
    resourceTypes: [User, Group, Device],
    storage: { User: memoryStorage(), Group: memoryStorage(), Device: memoryStorage() },
    settings: { references: { "Group.members": "drop" } },
    newId: () => ids.shift() ?? crypto.randomUUID(),
  });
  const told = () =>
    events.flatMap((event) => (event.type === "missingReference" ? [[event.value, event.outcome]] : []));
  const device = { schemas: [DEVICE], label: "one", owner: { value: "late" } };
  expect((await ask("POST", "/Devices", device)).json.owner).toEqual({ value: "late" });
  expect((await ask("GET", "/Devices/device")).json.owner).toEqual({ value: "late" });
  expect(told()).toEqual([["late", "kept"]]);

  const { id, meta } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
  expect(id).toBe("late");
  const put = await ask("PUT", "/Devices/device", { ...device, label: "two" });
  expect(put.json.owner).toEqual({ value: "late", $ref: meta.location });
  expect((await ask("GET", "/Devices/device")).json.owner).toEqual({ value: "late", $ref: meta.location });

  const group = await ask("POST", "/Groups", {
    schemas: [GROUP],
    displayName: "g",
    members: [{ value: "stale" }, { value: id }],
  });
  expect(group.json.members.map(({ value }: { value: string }) => value)).toEqual([id]);
  expect(told()).toEqual([
    ["late", "kept"],
    ["stale", "dropped"],
  ]);
});

test("what a resource cannot be without is refused and not left out, in one storage and across storages [R-80]", async () => {
  const DEVICE = "urn:example:params:scim:schemas:Device";
  const owner = {
    type: "complex",
    required: true,
    subAttributes: { value: { caseExact: true }, $ref: { type: "reference", referenceTypes: ["User"] } },
  } as const;
  const Device = defineResourceType({
    name: "Device",
    schema: defineSchema({ id: DEVICE, name: "Device", attributes: { owner } }),
  });
  for (const storage of [memoryStorage(), { User: memoryStorage(), Device: memoryStorage() }]) {
    const { ask } = directory({ resourceTypes: [User, Device], storage, settings: { references: "drop" } });
    const refused = await ask("POST", "/Devices", { schemas: [DEVICE], owner: { value: "stale" } });
    expect(refused.json).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect(refused.json.detail).toContain("owner.value names no User");
    expect((await ask("GET", "/Devices")).json.totalResults).toBe(0);
  }
});
