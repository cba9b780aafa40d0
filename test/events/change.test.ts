import { describe, expect, test, vi } from "vitest";
import {
  type ChangeEvent,
  defineResourceType,
  defineSchema,
  type ScimEvent,
  type ScimOptions,
  User,
  UserSchema,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type Directory, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";

const isChange = (event: ScimEvent): event is ChangeEvent => "transaction" in event;
const changes = ({ events }: Directory): ChangeEvent[] => events.filter(isChange);
const types = (service: Directory): string[] => changes(service).map(({ type }) => type);
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const patchOf = (...Operations: object[]) => ({ schemas: [PATCH], Operations });

async function withUser(given: object = {}, options: Partial<ScimOptions> = {}) {
  const service = directory(options);
  const { json } = await service.ask("POST", "/Users", {
    schemas: [USER],
    userName: "ada",
    externalId: "e-1",
    ...given,
  });
  const created = changes(service);
  service.events.length = 0;
  return { service, id: json.id as string, created };
}

async function withGroup(options: Partial<ScimOptions> = {}) {
  const { service, id } = await withUser({}, options);
  const { json: bob } = await service.ask("POST", "/Users", { schemas: [USER], userName: "bob" });
  const { json: group } = await service.ask("POST", "/Groups", {
    schemas: [GROUP],
    displayName: "Sales",
    members: [{ value: id }],
  });
  service.events.length = 0;
  return { service, ada: id, bob: bob.id as string, group: group.id as string };
}

describe("each committed change is told once", () => {
  test("a create is created, with who, what and when, and not activated besides", async () => {
    const now = () => new Date("2026-01-02T03:04:05.678Z");
    const { id, created } = await withUser(
      { name: { givenName: "Ada" } },
      { clock: { now }, authenticate: () => ({ tenant: "acme" }) },
    );
    expect(created).toEqual([
      {
        type: "created",
        resourceType: "User",
        endpoint: "/Users",
        id,
        externalId: "e-1",
        version: "1",
        attributes: expect.arrayContaining(["externalId", "userName", "name", "active"]),
        changes: expect.arrayContaining([{ op: "add", path: "/userName", value: "ada" }]),
        deltas: [],
        transaction: expect.stringMatching(/^[0-9a-f-]{36}$/),
        after: expect.objectContaining({ id, userName: "ada", name: { givenName: "Ada" }, active: true }),
        at: "2026-01-02T03:04:05.678Z",
        context: { tenant: "acme" },
      },
    ]);
    expect(created[0]?.after?.meta).toEqual({
      resourceType: "User",
      created: "2026-01-02T03:04:05.678Z",
      lastModified: "2026-01-02T03:04:05.678Z",
      version: "1",
    });
  });

  test("a PUT is replaced, with the state before and after and RFC 6902 changes between them", async () => {
    const { service, id } = await withUser({ title: "Analyst", nickName: "Ad" });
    await service.ask("PUT", `/Users/${id}`, {
      schemas: [USER, ENTERPRISE],
      userName: "ada",
      externalId: "e-1",
      title: "Countess",
      [ENTERPRISE]: { department: "Engines" },
    });
    const [event] = changes(service);
    expect(types(service)).toEqual(["replaced"]);
    expect(event).toMatchObject({
      id,
      externalId: "e-1",
      version: "2",
      before: { title: "Analyst", nickName: "Ad" },
      after: { title: "Countess", [ENTERPRISE]: { department: "Engines" } },
    });
    expect([...(event?.attributes ?? [])].sort()).toEqual(["nickName", "title", `${ENTERPRISE}:department`]);
    expect(event?.changes).toEqual(
      expect.arrayContaining([
        { op: "remove", path: "/nickName" },
        { op: "replace", path: "/title", value: "Countess" },
        { op: "add", path: `/${ENTERPRISE}/department`, value: "Engines" },
      ]),
    );
  });

  test("a PATCH is patched, with what was done", async () => {
    const { service, id } = await withUser({ title: "Analyst" });
    await service.ask("PATCH", `/Users/${id}`, patchOf({ op: "replace", path: "title", value: "Countess" }));
    expect(changes(service)).toMatchObject([
      {
        type: "patched",
        attributes: ["title"],
        changes: [{ op: "replace", path: "/title", value: "Countess" }],
        before: { title: "Analyst" },
        after: { title: "Countess" },
      },
    ]);
  });

  test("active false is deactivated and true activated, after the patched or replaced of the same transaction [Q112]", async () => {
    const { service, id } = await withUser();
    await service.ask("PATCH", `/Users/${id}`, patchOf({ op: "Replace", path: "active", value: "False" }));
    await service.ask("PUT", `/Users/${id}`, { schemas: [USER], userName: "ada", externalId: "e-1", active: true });
    expect(types(service)).toEqual(["patched", "deactivated", "replaced", "activated"]);
    const [patched, deactivated, replaced, activated] = changes(service).map(({ transaction }) => transaction);
    expect(deactivated).toBe(patched);
    expect(activated).toBe(replaced);
    expect(replaced).not.toBe(patched);
  });

  test("a resource that never said whether it is active counts as active: active true afterwards activates nothing", async () => {
    const { scimkit, type } = UserSchema.attributes.active;
    const attributes = { ...UserSchema.attributes, active: { scimkit: { lifecycle: scimkit.lifecycle }, type } };
    const Stateless = defineResourceType({ ...User, schema: defineSchema({ ...UserSchema, attributes }) });
    const { service, id } = await withUser({}, { resourceTypes: [Stateless] });
    await service.ask("PATCH", `/Users/${id}`, patchOf({ op: "add", path: "active", value: true }));
    expect(types(service)).toEqual(["patched"]);
  });

  test("a DELETE is deleted, with who is gone and the groups that this took the user out of, and no event for the groups [Q107]", async () => {
    const { service, ada, group } = await withGroup();
    await service.ask("DELETE", `/Users/${ada}`);
    const [event] = changes(service);
    expect(types(service)).toEqual(["deleted"]);
    expect(event).toMatchObject({
      resourceType: "User",
      id: ada,
      externalId: "e-1",
      before: { userName: "ada", groups: [{ value: group, display: "Sales" }] },
    });
    expect(event).not.toHaveProperty("version");
    expect(event).not.toHaveProperty("after");
    const { json } = await service.ask("GET", `/Groups/${group}`);
    expect(json.members ?? []).toEqual([]);
  });
});

describe("who joined and who left a group is told", () => {
  test("by a delta that never read the group, with those alone who were not there before [Q14 Q78]", async () => {
    const storage = memoryStorage();
    const { service, ada, bob, group } = await withGroup({ storage });
    const get = vi.spyOn(storage, "get");
    const answer = await service.ask(
      "PATCH",
      `/Groups/${group}`,
      patchOf({ op: "add", path: "members", value: [{ value: ada }, { value: bob }] }),
    );
    expect(answer.status).toBe(204);
    expect(get).not.toHaveBeenCalled();
    await service.ask("PATCH", `/Groups/${group}`, patchOf({ op: "remove", path: `members[value eq "${ada}"]` }));
    expect(changes(service)).toMatchObject([
      {
        type: "patched",
        attributes: ["members"],
        deltas: [{ attribute: "members", joined: [{ value: bob }], left: [] }],
      },
      { type: "patched", attributes: ["members"], deltas: [{ attribute: "members", joined: [], left: [ada] }] },
    ]);
    expect(changes(service).map(({ deltas }) => deltas[0]?.joined.length)).toEqual([1, 0]);
  });

  test("by a PUT and a replace of the whole list, by difference [Q102]", async () => {
    const { service, ada, bob, group } = await withGroup();
    await service.ask("PUT", `/Groups/${group}`, { schemas: [GROUP], displayName: "Sales", members: [{ value: bob }] });
    await service.ask(
      "PATCH",
      `/Groups/${group}`,
      patchOf({ op: "replace", path: "members", value: [{ value: ada }, { value: bob }] }),
    );
    const [put, patch] = changes(service);
    expect(put?.deltas).toMatchObject([{ attribute: "members", joined: [{ value: bob }], left: [ada] }]);
    expect(patch?.deltas).toMatchObject([{ attribute: "members", joined: [{ value: ada }], left: [] }]);
    for (const event of [put, patch]) expect(event?.changes.map(({ path }) => path)).not.toContain("/members");
  });

  test("by a create and by emptying the group", async () => {
    const { service, ada, group } = await withGroup();
    await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "New", members: [{ value: ada }] });
    await service.ask("PATCH", `/Groups/${group}`, patchOf({ op: "remove", path: "members" }));
    expect(changes(service)).toMatchObject([
      { type: "created", deltas: [{ joined: [{ value: ada }], left: [] }] },
      { type: "patched", deltas: [{ joined: [], left: [ada] }] },
    ]);
  });
});

describe("nothing is told of what did not happen", () => {
  test("a PUT, a PATCH or a delta that changes nothing, and one that is refused, leave no event [R-67]", async () => {
    const { service, ada, bob, group } = await withGroup();
    const same = { schemas: [USER], userName: "ada", externalId: "e-1", active: true };
    const answers = [
      await service.ask("PUT", `/Users/${ada}`, same),
      await service.ask("PATCH", `/Users/${ada}`, patchOf({ op: "replace", path: "userName", value: "ada" })),
      await service.ask("PATCH", `/Groups/${group}`, patchOf({ op: "add", path: "members", value: [{ value: ada }] })),
      await service.ask("PATCH", `/Groups/${group}`, patchOf({ op: "remove", path: `members[value eq "${bob}"]` })),
      await service.ask("PUT", `/Users/${ada}`, { ...same, userName: "bob" }),
      await service.ask(
        "PATCH",
        `/Users/${ada}`,
        patchOf({ op: "replace", path: "title", value: "x" }, { op: "remove", path: "userName" }),
      ),
      await service.ask("DELETE", "/Users/nobody"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 204, 204, 409, 400, 404]);
    expect(changes(service)).toEqual([]);
  });

  test("an event comes when storage has committed, never before", async () => {
    const storage = memoryStorage();
    const seen: unknown[] = [];
    const service = directory({
      storage: { ...storage, create: () => Promise.reject(new Error("the disk is full")) },
      onChange: (event) => seen.push(event.type),
      onNotice: (event) => seen.push(event.type),
    });
    expect((await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" })).status).toBe(500);
    expect(seen).toEqual(["fault"]);
  });
});

describe("secrets are told by name alone", () => {
  test("a password is in attributes and nowhere else [Q44]", async () => {
    const password = "correct horse battery";
    const options = { storage: memoryStorage({ hashSecret: async () => "hash-of-it" }) };
    const { service, id, created } = await withUser({ password }, options);
    await service.ask("PATCH", `/Users/${id}`, patchOf({ op: "replace", path: "password", value: `${password}2` }));
    await service.ask("PUT", `/Users/${id}`, {
      schemas: [USER],
      userName: "ada",
      externalId: "e-1",
      password: `${password}3`,
    });
    const told = [...created, ...changes(service)];
    expect(told.map(({ type, attributes }) => [type, attributes.includes("password")])).toEqual([
      ["created", true],
      ["patched", true],
      ["replaced", true],
    ]);
    expect(JSON.stringify([told, service.events])).not.toMatch(/correct horse|hash-of-it/);
  });

  test("so is an attribute that is never returned, at any depth", async () => {
    const Badge = defineResourceType({
      name: "Badge",
      schema: defineSchema({
        id: "urn:example:Badge",
        name: "Badge",
        attributes: {
          label: {},
          pin: { returned: "never" },
          chip: { type: "complex", subAttributes: { serial: {}, key: { returned: "never" } } },
        },
      }),
    });
    const service = directory({ resourceTypes: [User, Badge] });
    const body = {
      schemas: ["urn:example:Badge"],
      label: "a",
      pin: "0000-secret",
      chip: { serial: "s", key: "k-secret" },
    };
    const { json } = await service.ask("POST", "/Badges", body);
    await service.ask(
      "PATCH",
      `/Badges/${json.id}`,
      patchOf({ op: "replace", value: { pin: "1111-secret", label: "b" } }),
    );
    await service.ask("PATCH", `/Badges/${json.id}`, patchOf({ op: "replace", path: "chip.key", value: "m-secret" }));
    await service.ask("DELETE", `/Badges/${json.id}`);
    expect(changes(service).map(({ type, attributes }) => [type, attributes])).toEqual([
      ["created", ["label", "pin", "chip"]],
      ["patched", ["label", "pin"]],
      ["patched", ["chip"]],
      ["deleted", []],
    ]);
    expect(changes(service)[1]?.changes).toEqual([{ op: "replace", path: "/label", value: "b" }]);
    expect(JSON.stringify(service.events)).not.toContain("secret");
  });
});

describe("a listener that fails cannot fail the request", () => {
  test.each([
    [
      "at once",
      (error: Error) => {
        throw error;
      },
    ],
    ["later", (error: Error) => Promise.reject(error)],
  ])("%s: the client is answered, and the listener is told of its fault", async (_when, fail) => {
    const fault = new Error("no licence server");
    const told: ScimEvent[] = [];
    const listener = (event: ScimEvent) => {
      told.push(event);
      return fail(fault);
    };
    const service = directory({ onChange: listener, onNotice: listener });
    expect((await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" })).status).toBe(201);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.map(({ type }) => type)).toEqual(["created", "fault"]);
    expect(told[1]).toMatchObject({ error: fault });
  });
});
