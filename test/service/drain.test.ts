import { CompiledQuery } from "kysely";
import {
  type ChangeEvent,
  createScim,
  EnterpriseUserSchema,
  errors,
  Group,
  type Outbox,
  type OutboxEvent,
  type ScimNotice,
  type ScimOptions,
  type StorageAdapter,
  User,
} from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { mappedStorage, mapTable, openSqlite, sqlStorage } from "scimkit/sql";
import { afterAll, describe, expect, test } from "vitest";
import { hasPostgres, postgresEngine } from "../storage/sql/engines.ts";

const TYPES = [User.extend(EnterpriseUserSchema), Group] as const;
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

const postgres = postgresEngine();
afterAll(() => postgres.close());

const STORAGES: readonly (readonly [name: string, make: () => Promise<StorageAdapter>])[] = [
  ["memory", async () => memoryStorage()],
  ["SQLite", sqlite],
  ["the tables of an application", mapped],
  ...(hasPostgres ? [["PostgreSQL", async () => (await postgres.open()).storage] as const] : []),
];

async function sqlite(): Promise<StorageAdapter> {
  const storage = sqlStorage({ db: await openSqlite(":memory:") });
  await storage.prepare();
  return storage;
}

async function mapped(): Promise<StorageAdapter> {
  const db = await openSqlite(":memory:");
  const columns = "name TEXT, version INTEGER, created_at TEXT, updated_at TEXT, scim TEXT";
  for (const table of [
    `users (id INTEGER PRIMARY KEY, ${columns})`,
    `teams (id INTEGER PRIMARY KEY, ${columns})`,
    "memberships (team_id INTEGER REFERENCES teams, user_id INTEGER REFERENCES users, PRIMARY KEY (team_id, user_id))",
  ])
    await db.executeQuery(CompiledQuery.raw(`CREATE TABLE ${table}`));
  const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
  const members = { table: "memberships", holder: "team_id", value: "user_id", resourceType: "User" } as const;
  const storage = mappedStorage({
    db,
    outbox: "scim_outbox",
    tables: [
      mapTable(TYPES[0], {
        table: "users",
        id: { column: "id", type: "integer", prefix: "u" },
        ...meta,
        columns: { userName: "name" },
        rest: "scim",
      }),
      mapTable(TYPES[1], {
        table: "teams",
        id: { column: "id", type: "integer", prefix: "t" },
        ...meta,
        columns: { displayName: "name" },
        rest: "scim",
        collections: { members },
      }),
    ],
  });
  await storage.prepare();
  await storage.prepare();
  return storage;
}

function serve(storage: StorageAdapter, more: Partial<ScimOptions> = {}) {
  const told: ChangeEvent[] = [];
  const notices: ScimNotice[] = [];
  const scim = createScim({
    resourceTypes: TYPES,
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: ({ headers }) => (headers["x-tenant"] === undefined ? {} : { tenant: String(headers["x-tenant"]) }),
    outbox: true,
    onChange: (event) => void told.push(event),
    onNotice: (notice) => void notices.push(notice),
    ...more,
  });
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers: { "content-type": "application/scim+json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await new Response(response.body as BodyInit).text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  const create = async (userName: string, headers: Record<string, string> = {}): Promise<string> =>
    (await send("POST", "/Users", { schemas: [User.schema.id], userName }, headers)).body.id;
  const patch = (path: string, ...Operations: readonly unknown[]) =>
    send("PATCH", path, { schemas: [PATCH], Operations });
  return { scim, told, notices, send, create, patch };
}

/** Hands out all that can be, and gives it. */
async function drained(scim: ReturnType<typeof createScim>): Promise<readonly OutboxEvent[]> {
  const events: OutboxEvent[] = [];
  await scim.drain((event) => void events.push(event), { until: "empty" });
  return events;
}

/** A promise, and what settles it. */
function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** As it is in JSON, without what the outbox adds or leaves out. */
function bare({
  context: _,
  tenant: __,
  position: ___,
  attempts: ____,
  ...event
}: Partial<ChangeEvent & OutboxEvent>): unknown {
  return JSON.parse(JSON.stringify(event));
}

function byResource<E extends { readonly id: string }>(events: readonly E[]): Readonly<Record<string, readonly E[]>> {
  return Object.groupBy(events, ({ id }) => id) as Record<string, E[]>;
}

describe.each(STORAGES)("the outbox over %s", (_, make) => {
  test("every event that is told is handed out once, in its order for each resource, with its tenant", async () => {
    const { scim, told, send, create, patch } = serve(await make());
    const [ada, bea] = [await create("ada"), await create("bea")];
    const group = (
      await send("POST", "/Groups", { schemas: [Group.schema.id], displayName: "g", members: [{ value: ada }] })
    ).body.id;
    await patch(`/Groups/${group}`, { op: "add", path: "members", value: [{ value: bea }] });
    await patch(
      `/Groups/${group}`,
      { op: "replace", path: "displayName", value: "h" },
      { op: "remove", path: `members[value eq "${ada}"]` },
    );
    await send("PUT", `/Users/${ada}`, { schemas: [User.schema.id], userName: "ada", displayName: "Ada" });
    await patch(`/Users/${ada}`, { op: "replace", path: "active", value: false });
    await patch(`/Users/${ada}`, { op: "replace", path: "active", value: false });
    await send("POST", "/Bulk", {
      schemas: [BULK],
      Operations: [
        { method: "POST", path: "/Users", bulkId: "c", data: { schemas: [User.schema.id], userName: "cy" } },
        { method: "PATCH", path: `/Users/${ada}`, data: { Operations: [{ op: "add", value: { active: true } }] } },
        { method: "DELETE", path: `/Users/${bea}` },
      ],
    });
    await send("DELETE", `/Groups/${group}`);
    const events = await drained(scim);
    expect(told.length).toBeGreaterThan(10);
    expect(byResource(events.map(bare) as ChangeEvent[])).toEqual(byResource(told.map(bare) as ChangeEvent[]));
    expect(new Set(events.map(({ position }) => position)).size).toBe(events.length);
    expect(events.every(({ attempts }) => attempts === 0)).toBe(true);
    expect(await drained(scim)).toEqual([]);
    expect(await scim.lag()).toEqual({ waiting: 0, oldest: undefined });
  });

  test("what a decision vetoes leaves no event", async () => {
    const { scim, create, patch } = serve(await make(), {
      decide: ({ operation }) => {
        if (operation === "patch") throw errors.conflict("Not now.");
      },
    });
    const id = await create("ada");
    expect((await patch(`/Users/${id}`, { op: "replace", path: "displayName", value: "x" })).status).toBe(409);
    expect((await drained(scim)).map(({ type }) => type)).toEqual(["created"]);
  });

  test("an event that fails comes again, later each time, before those behind it and beside all others", async () => {
    const { scim, notices, create, patch } = serve(await make());
    const [ada, bea] = [await create("ada"), await create("bea")];
    await patch(`/Users/${ada}`, { op: "replace", path: "displayName", value: "Ada" });
    const seen: string[] = [];
    const stopping = new AbortController();
    const handler = ({ id, type, attempts }: OutboxEvent): void => {
      seen.push(`${id === ada ? "ada" : "bea"} ${type} ${attempts}`);
      if (id === ada && type === "created" && attempts < 3) throw new Error("The receiver is down.");
      if (type === "patched") stopping.abort();
    };
    await scim.drain(handler, { signal: stopping.signal, interval: 1, retry: { first: 2, longest: 5 } });
    expect(seen.filter((one) => one.startsWith("ada"))).toEqual([
      "ada created 0",
      "ada created 1",
      "ada created 2",
      "ada created 3",
      "ada patched 0",
    ]);
    expect(seen.indexOf("bea created 0")).toBeLessThan(2);
    expect(notices.map((one) => (one.type === "undelivered" ? [one.id, one.attempts, one.error] : one))).toEqual(
      [1, 2, 3].map((attempts) => [ada, attempts, new Error("The receiver is down.")]),
    );
    const times = notices.map((one) => (one.type === "undelivered" ? one.retryIn : 0));
    for (const [index, [least, most]] of [
      [1, 2],
      [2, 4],
      [2, 5],
    ].entries())
      expect(times[index]).toSatisfy((time: number) => time >= Number(least) && time <= Number(most));
    expect(bea).not.toBe(ada);
  });

  test("what is under way is finished when it is stopped, and nothing else is begun", async () => {
    const { scim, create } = serve(await make());
    await create("ada");
    await create("bea");
    const [begun, finish] = [latch(), latch()];
    const stopping = new AbortController();
    const seen: string[] = [];
    let hasEnded = false;
    const ended = scim
      .drain(
        async ({ id }) => {
          seen.push(id);
          begun.open();
          await finish.opened;
        },
        { signal: stopping.signal, concurrency: 1 },
      )
      .then(() => {
        hasEnded = true;
      });
    await begun.opened;
    stopping.abort();
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    finish.open();
    await ended;
    expect(seen).toHaveLength(1);
    expect((await scim.lag()).waiting).toBe(1);
  });

  test("who waits is woken by a change of this process, however long the interval is", async () => {
    const { scim, create } = serve(await make());
    const stopping = new AbortController();
    const seen: string[] = [];
    const ended = scim.drain(
      ({ id }) => {
        seen.push(id);
        if (seen.length === 2) stopping.abort();
      },
      { signal: stopping.signal, interval: 3_600_000 },
    );
    const ids = [await create("ada"), await create("bea")];
    await ended;
    expect(seen).toEqual(ids);
  });

  test("several that drain at once share the events, and never two events of a resource are under way", async () => {
    const storage = await make();
    const servers = [serve(storage), serve(storage)];
    const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => servers[0]?.create(`u${index}`)));
    for (const id of ids) await servers[1]?.patch(`/Users/${id}`, { op: "replace", path: "displayName", value: "x" });
    const seen: string[] = [];
    const running = new Set<string>();
    let most = 0;
    const handler = async ({ id, type }: OutboxEvent): Promise<void> => {
      expect(running.has(id)).toBe(false);
      running.add(id);
      most = Math.max(most, running.size);
      await new Promise(setImmediate);
      running.delete(id);
      seen.push(`${id} ${type}`);
    };
    const stopping = new AbortController();
    const options = { concurrency: 4, interval: 2, signal: stopping.signal };
    const ended = Promise.all(servers.map(({ scim }) => scim.drain(handler, options)));
    while ((await servers[0]?.scim.lag())?.waiting !== 0) await new Promise(setImmediate);
    stopping.abort();
    await ended;
    expect(seen.toSorted()).toEqual(ids.flatMap((id) => [`${id} created`, `${id} patched`]).toSorted());
    for (const id of ids) expect(seen.indexOf(`${id} created`)).toBeLessThan(seen.indexOf(`${id} patched`));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  test("when the lease ends the handler is told, and the event is handed out again", async () => {
    const { scim, create } = serve(await make());
    await create("ada");
    const seen: number[] = [];
    const stopping = new AbortController();
    const handler = async ({ attempts }: OutboxEvent, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
      seen.push(attempts);
      if (attempts > 0) stopping.abort();
      else await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    await scim.drain(handler, { lease: 30, interval: 1, retry: { first: 0 }, signal: stopping.signal });
    expect(seen).toEqual([0, 1]);
    expect((await scim.lag()).waiting).toBe(0);
  });
});

/** Memory whose outbox has some functions of its own. */
function withOutbox(change: (outbox: Outbox) => Partial<Outbox>): StorageAdapter {
  const memory = memoryStorage();
  const { outbox } = memory;
  if (outbox === undefined) throw new TypeError("Memory has an outbox.");
  return {
    ...memory,
    outbox: {
      append: (entries, context) => outbox.append(entries, context),
      take: (request) => outbox.take(request),
      settle: (outcome) => outbox.settle(outcome),
      lag: () => outbox.lag(),
      ...change(outbox),
    },
  };
}

describe("drain", () => {
  test("tells each tenant's events with the tenant", async () => {
    const { scim, create } = serve(memoryStorage());
    await create("ada", { "x-tenant": "acme" });
    await create("ada");
    expect((await drained(scim)).map(({ tenant }) => tenant)).toEqual(["acme", undefined]);
  });

  test("goes on after a fault of storage, which is told", async () => {
    const faults = [new Error("take"), undefined, new Error("settle")];
    const next = (): void => {
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
    };
    const storage = withOutbox((outbox) => ({
      async take(request) {
        next();
        return outbox.take(request);
      },
      async settle(outcome) {
        next();
        await outbox.settle(outcome);
      },
    }));
    const { scim, notices, create } = serve(storage);
    await create("ada");
    const stopping = new AbortController();
    const seen: string[] = [];
    await scim.drain(
      ({ type }) => {
        seen.push(type);
        stopping.abort();
      },
      { interval: 1, signal: stopping.signal },
    );
    expect(seen).toEqual(["created"]);
    expect(notices).toMatchObject([
      { type: "fault", error: { message: "take" } },
      { type: "fault", error: { message: "settle" } },
    ]);
    expect((await scim.lag()).waiting).toBe(0);
  });

  test("rejects with what storage threw where it is to end by itself", async () => {
    const storage = withOutbox(() => ({ take: () => Promise.reject(new Error("The database is gone.")) }));
    await expect(serve(storage).scim.drain(() => undefined, { until: "empty" })).rejects.toThrow(
      "The database is gone.",
    );
  });

  test("ends with what is empty, though something waits for its time", async () => {
    const { scim, create } = serve(memoryStorage());
    await create("ada");
    await scim.drain(() => Promise.reject(new Error("no")), { until: "empty" });
    expect((await scim.lag()).waiting).toBe(1);
  });

  test("counts the events of all adapters, each once", async () => {
    const [users, groups] = [memoryStorage(), memoryStorage()];
    const { scim, create, send } = serve(memoryStorage(), { storage: { User: users, Group: groups } });
    await create("ada");
    await send("POST", "/Groups", { schemas: [Group.schema.id], displayName: "g" });
    expect((await scim.lag()).waiting).toBe(2);
    expect((await drained(scim)).map(({ resourceType }) => resourceType).toSorted()).toEqual(["Group", "User"]);
  });

  test("says what is wrong with its options", async () => {
    const { scim } = serve(memoryStorage());
    for (const [options, message] of [
      [{ concurrency: 0 }, "concurrency"],
      [{ interval: 0 }, "interval"],
      [{ lease: -1 }, "lease"],
      [{ retry: { first: -1 } }, "retry.first"],
      [{ until: "later" }, 'until: must be one of "stopped", "empty"'],
      [{ every: 1 }, 'there is no "every"'],
    ] as const)
      await expect(scim.drain(() => undefined, options as object)).rejects.toThrow(message);
    await expect(scim.drain(undefined as never)).rejects.toThrow("drain: the handler must be a function.");
  });

  test("needs the option outbox, and that needs storage with an outbox", async () => {
    const { scim } = serve(memoryStorage(), { outbox: false });
    await expect(scim.drain(() => undefined)).rejects.toThrow("set outbox: true");
    await expect(scim.lag()).rejects.toThrow("set outbox: true");
    const { outbox: _, ...without } = memoryStorage();
    expect(() => serve(without)).toThrow("createScim: outbox needs storage that keeps one");
  });

  test("without the option nothing is kept", async () => {
    const storage = memoryStorage();
    await serve(storage, { outbox: false }).create("ada");
    expect(await storage.outbox?.lag()).toEqual({ waiting: 0, oldest: undefined });
  });
});
