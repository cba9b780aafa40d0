import {
  type ChangeEvent,
  createScim,
  EnterpriseUserSchema,
  errors,
  Group,
  type PendingChange,
  type StorageAdapter,
  User,
} from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { openSqlite, sqlStorage } from "scimkit/sql";
import { describe, expect, test } from "vitest";
import { withoutTransactions } from "../support/without-transactions.ts";

const TYPES = [User.extend(EnterpriseUserSchema), Group];
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

async function sqlite(): Promise<StorageAdapter> {
  const storage = sqlStorage({ db: await openSqlite(":memory:") });
  await storage.prepare();
  return storage;
}

const STORAGES: readonly (readonly [name: string, isWritten: boolean, make: () => Promise<StorageAdapter>])[] = [
  ["memory", true, async () => memoryStorage()],
  ["storage without transactions", false, async () => withoutTransactions(memoryStorage())],
  ["SQLite", true, sqlite],
];

function serve(storage: StorageAdapter, decide: (change: PendingChange) => unknown) {
  const events: ChangeEvent[] = [];
  const scim = createScim({
    resourceTypes: TYPES,
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({}),
    decide: (change) => decide(change) as undefined,
    onChange: (event) => void events.push(event),
  });
  const send = async (method: string, path: string, body?: unknown, signal?: AbortSignal) => {
    const response = await scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers: { "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
    const text = await new Response(response.body as BodyInit).text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  return { events, send };
}

describe.each(STORAGES)("decide over %s", (_, isWritten, make) => {
  test("a veto leaves nothing of the change, and the client reads its sentence", async () => {
    const asked: PendingChange[] = [];
    const { send, events } = serve(await make(), (change) => {
      asked.push(change);
      if (change.operation !== "create") throw errors.conflict("No seat is left.");
      return undefined;
    });
    const { body: user } = await send("POST", "/Users", { schemas: [User.schema.id], userName: "ada" });
    for (const [method, data] of [
      ["PUT", { schemas: [User.schema.id], userName: "eve" }],
      ["PATCH", { schemas: [PATCH], Operations: [{ op: "replace", path: "active", value: false }] }],
      ["DELETE", undefined],
    ] as const) {
      expect(await send(method, `/Users/${user.id}`, data)).toMatchObject({
        status: 409,
        body: { detail: "No seat is left." },
      });
    }
    const { body: now } = await send("GET", `/Users/${user.id}`);
    expect(now).toEqual(user);
    expect(asked.map(({ operation }) => operation)).toEqual(["create", "replace", "patch", "delete"]);
    expect(asked.every((change) => change.isWritten === isWritten)).toBe(true);
    expect(asked[2]?.turned).toBe("deactivated");
    expect(events.map(({ type }) => type)).toEqual(["created"]);
  });

  test("what decide returns is set with the change, readOnly or not, and told with it in one event", async () => {
    const { send, events } = serve(await make(), ({ operation, resourceType }) =>
      resourceType === "User" && operation !== "delete"
        ? { title: operation, [EnterpriseUserSchema.id]: { costCenter: "4130" } }
        : undefined,
    );
    const { status, body: user } = await send("POST", "/Users", { schemas: [User.schema.id], userName: "ada" });
    expect(status).toBe(201);
    expect(user).toMatchObject({ title: "create", [EnterpriseUserSchema.id]: { costCenter: "4130" } });
    const { body: patched } = await send("PATCH", `/Users/${user.id}`, {
      schemas: [PATCH],
      Operations: [{ op: "replace", path: "nickName", value: "Countess" }],
    });
    expect(patched).toMatchObject({ title: "patch", nickName: "Countess" });
    const { body: put } = await send("PUT", `/Users/${user.id}`, { schemas: [User.schema.id], userName: "ada" });
    expect(put).toMatchObject({ title: "replace", [EnterpriseUserSchema.id]: { costCenter: "4130" } });
    expect((await send("GET", `/Users/${user.id}`)).body).toEqual(put);
    expect(events.map(({ type }) => type)).toEqual(["created", "patched", "replaced"]);
    expect(events[1]).toMatchObject({ version: patched.meta.version.slice(3, -1), after: { title: "patch" } });
    expect("attributes" in (events[1] ?? {}) && events[1]?.attributes).toEqual(
      expect.arrayContaining(["nickName", "title"]),
    );
  });

  test("what decide unassigns is in no event any more, whether the change has just set it or not", async () => {
    const { send, events } = serve(await make(), () => ({
      title: null,
      [EnterpriseUserSchema.id]: { costCenter: null },
    }));
    const given = { title: "Dr.", [EnterpriseUserSchema.id]: { costCenter: "4130" } };
    const { body: user } = await send("POST", "/Users", { schemas: [User.schema.id], userName: "ada", ...given });
    await send("PATCH", `/Users/${user.id}`, {
      schemas: [PATCH],
      Operations: [{ op: "add", value: { nickName: "Countess", ...given } }],
    });
    await send("PUT", `/Users/${user.id}`, { schemas: [User.schema.id], userName: "ada", nickName: "Ada", ...given });
    expect(events.map(({ type }) => type)).toEqual(["created", "patched", "replaced"]);
    for (const event of events) {
      expect(event.after).toMatchObject({ userName: "ada", schemas: [User.schema.id] });
      expect(event.after).not.toHaveProperty("title");
      expect(event.after).not.toHaveProperty([EnterpriseUserSchema.id]);
    }
  });

  test("it hears that the client has left, so that no other waits for what it waits for", async () => {
    const leaving = new AbortController();
    const { send, events } = serve(await make(), ({ signal }) => {
      if (leaving.signal.aborted) return undefined;
      return new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(errors.unavailable("The seats could not be counted.")));
        leaving.abort();
      });
    });
    const eve = { schemas: [User.schema.id], userName: "eve" };
    expect((await send("POST", "/Users", eve, leaving.signal)).status).toBe(503);
    expect((await send("POST", "/Users", eve)).status).toBe(201);
    expect(events.map(({ type }) => type)).toEqual(["created"]);
  });

  test.each([
    { emails: "ada@example.com" },
    { active: "true" },
    { nickname: { value: "Ada" } },
    [{ title: "x" }],
    "title",
    5,
  ])("what it returns is read as the schema has it, whatever a client is forgiven: %j is a fault", async (returned) => {
    const { send, events } = serve(await make(), () => returned);
    const { status } = await send("POST", "/Users", { schemas: [User.schema.id], userName: "ada" });
    expect([status, (await send("GET", "/Users")).body.totalResults, events]).toEqual([500, 0, []]);
  });

  test("of a membership delta it is told who joins and leaves, and no member is read", async () => {
    const asked: PendingChange[] = [];
    const storage = await make();
    const looked: string[] = [];
    const { send } = serve(watched(storage, looked), async (change) => {
      if (change.resourceType !== "Group" || change.operation !== "patch") return;
      asked.push(change);
      looked.push(JSON.stringify([await change.before(), await change.after()]));
    });
    const { body: ada } = await send("POST", "/Users", { schemas: [User.schema.id], userName: "ada" });
    const { body: group } = await send("POST", "/Groups", { schemas: [Group.schema.id], displayName: "Admins" });
    const add = { op: "add", path: "members", value: [{ value: ada.id }] };
    expect((await send("PATCH", `/Groups/${group.id}`, { schemas: [PATCH], Operations: [add] })).status).toBe(204);
    const remove = { op: "remove", path: `members[value eq "${ada.id}"]` };
    expect((await send("PATCH", `/Groups/${group.id}`, { schemas: [PATCH], Operations: [remove] })).status).toBe(204);
    expect(asked.map(({ deltas }) => deltas)).toEqual([
      [{ attribute: "members", joined: [expect.objectContaining({ value: ada.id })], left: [] }],
      [{ attribute: "members", joined: [], left: [ada.id] }],
    ]);
    expect(looked.filter((text) => text.includes("members"))).toEqual([]);
    expect(looked.filter((text) => text.includes("Admins"))).toHaveLength(2);
  });
});

/** Notes which reads ask for members. */
function watched(storage: StorageAdapter, looked: string[]): StorageAdapter {
  const { transaction } = storage;
  return {
    ...storage,
    get(request, context) {
      const members = request.resourceType.attribute("members");
      if (members !== undefined && request.select.includes(members)) looked.push("get of members");
      return storage.get(request, context);
    },
    ...(transaction === undefined
      ? {}
      : { transaction: (work, context) => transaction((inner) => work(watched(inner, looked)), context) }),
  };
}
