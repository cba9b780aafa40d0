import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import { createScim, errors, type RequestEvent, type Scim, type StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { AUTHORIZED, closed, listening, smallScim } from "../hosts/wire.ts";
import { BASE_URL, directory, ENTERPRISE, ERROR, GROUP, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const patch = (op: string, path: string, value: unknown) => ({ schemas: [PATCH], Operations: [{ op, path, value }] });
const reply = async (
  { scim }: { readonly scim: Scim },
  method: string,
  path: string,
  signal: AbortSignal,
  body?: unknown,
) => scim.handle({ method, url: `/scim/v2${path}`, headers: { authorization: "Bearer good" }, body, signal });

/** One call of an adapter. */
interface Call {
  readonly name: string;
  readonly signal: AbortSignal | undefined;
}

/** Memory that tells of each call before it is made, and may hold it up. */
function observed(before: (call: Call) => void | Promise<void> = () => undefined) {
  const memory = memoryStorage();
  const calls: Call[] = [];
  const storage = new Proxy<StorageAdapter>(memory, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return async (request: { readonly signal?: AbortSignal }, ...rest: readonly unknown[]) => {
        const call = { name: String(name), signal: request.signal };
        calls.push(call);
        await before(call);
        return Reflect.apply(value, target, [request, ...rest]);
      };
    },
  });
  return { storage, calls };
}

/** Requests that between them make every call that an adapter has; `id` is of a user, `team` of a group. */
const requests = (id: string, team: string) =>
  [
    ["GET", `/Users/${id}`],
    ["GET", "/Users?sortBy=userName"],
    ["GET", "/Users?cursor="],
    ["POST", "/Users", { schemas: [USER], userName: "grace" }],
    ["PUT", `/Users/${id}`, { schemas: [USER], userName: "ada", title: "x" }],
    ["PATCH", `/Users/${id}`, patch("replace", "displayName", "x")],
    ["PATCH", `/Groups/${team}?attributes=displayName`, patch("add", "members", [{ value: id }])],
    ["DELETE", `/Users/${id}`],
  ] as const;

async function filled(storage: StorageAdapter) {
  const service = directory({ storage, paging: { cursorSecret: "a secret of the tests, long enough to be one" } });
  const { id } = (await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
  const team = (await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "x" })).json.id;
  service.events.length = 0;
  return { ...service, id: id as string, team: team as string };
}

describe("the signal of a request", () => {
  test("reaches every call of storage [T-J6]", async () => {
    const { storage, calls } = observed();
    const service = await filled(storage);
    calls.length = 0;
    const { signal } = new AbortController();
    for (const [method, path, body] of requests(service.id, service.team)) {
      expect((await reply(service, method, path, signal, body)).status).toBeLessThan(300);
    }
    expect(new Set(calls.map(({ name }) => name))).toEqual(
      new Set(["get", "query", "create", "replace", "applyDelta", "delete"]),
    );
    for (const call of calls) expect(call.signal, call.name).toBe(signal);
  });

  test("reaches storage that holds what a resource refers to", async () => {
    const { storage, calls } = observed();
    const given = { resourceTypes: directory().scim.resourceTypes.map(({ definition }) => definition) };
    const service = directory({ ...given, storage: { User: storage, Group: memoryStorage() } });
    const { signal } = new AbortController();
    await reply(service, "POST", "/Groups", signal, {
      schemas: [GROUP],
      displayName: "x",
      members: [{ value: "none" }],
    });
    expect(calls).toEqual([{ name: "get", signal }]);
  });

  test("aborted before the request, storage is not asked at all", async () => {
    const { storage, calls } = observed();
    const service = await filled(storage);
    calls.length = 0;
    for (const [method, path, body] of requests(service.id, service.team)) {
      const response = await reply(service, method, path, AbortSignal.abort(), body);
      expect(response.status).toBe(503);
    }
    expect(calls).toEqual([]);
    expect(service.events).toEqual([]);
  });

  test("aborted at any call, no other one begins; the call is finished or undone, and nobody is told of a fault [G-4]", async () => {
    let interleavings = 0;
    for (const index of requests("", "").keys()) {
      for (let at = 1; ; at++) {
        let leave: AbortController | undefined;
        const { storage, calls } = observed(() => {
          if (calls.length === at) leave?.abort();
        });
        const service = await filled(storage);
        const [method, path, body] = requests(service.id, service.team)[index] ?? ["GET", "/none"];
        const before = await everything(service);
        calls.length = 0;
        leave = new AbortController();
        const response = await reply(service, method, path, leave.signal, body);
        if (!leave.signal.aborted) break;
        interleavings++;
        expect(calls.length, `${method} ${path} at call ${at}`).toBe(at);
        const changes = service.events.filter(({ type }) => type !== "quirk");
        const isChanged = (await everything(service)) !== before;
        // What was changed was told, and what was told was changed.
        expect(changes.length > 0).toBe(isChanged);
        expect(changes.every(({ type }) => type !== "fault")).toBe(true);
        if (response.status !== 503) expect(response.status).toBeLessThan(300);
      }
    }
    console.log(`abort: ${interleavings} requests were left at every one of their calls`);
    expect(interleavings).toBeGreaterThan(requests("", "").length);
  });

  test("an adapter's own fault is told, also when the client has gone", async () => {
    const leave = new AbortController();
    const { storage } = observed(() => {
      if (leave.signal.aborted) return;
      leave.abort();
      throw new Error("disk full");
    });
    const service = directory({ storage });
    expect((await reply(service, "GET", "/Users", leave.signal)).status).toBe(500);
    expect(service.events).toMatchObject([{ type: "fault", error: { message: "disk full" } }]);
  });

  test("a reason that is a SCIM error is the answer", async () => {
    const service = directory();
    const reason = errors.unavailable("The server is about to stop. Try again in a moment.");
    const response = await reply(service, "GET", "/Users", AbortSignal.abort(reason));
    expect(response.status).toBe(503);
    expect(String(response.body)).toContain("about to stop");
    expect(service.events).toMatchObject([{ type: "fault", status: 503, error: reason }]);
  });
});

async function everything({ scim }: { readonly scim: Scim }): Promise<string> {
  const headers = { authorization: "Bearer good" };
  const lists = [];
  for (const url of ["/scim/v2/Users", "/scim/v2/Groups"])
    lists.push((await scim.handle({ method: "GET", url, headers })).body);
  return JSON.stringify(lists);
}

describe("timeout", () => {
  test("is answered with 503 when storage hangs, however deaf it is [T-J6]", async () => {
    const observations: RequestEvent[] = [];
    const { storage } = observed(({ name }) => (name === "query" ? new Promise(() => undefined) : undefined));
    const { ask, events } = directory({ storage, timeout: 20, onRequest: (event) => observations.push(event) });
    const answer = await ask("GET", "/Users");
    expect(answer).toMatchObject({ status: 503, json: { schemas: [ERROR], status: "503" } });
    expect(events).toMatchObject([{ type: "fault", status: 503, error: { name: "TimeoutError" }, path: "/Users" }]);
    expect(observations).toMatchObject([{ status: 503, aborted: true, operation: "query", storageCalls: 1 }]);
  });

  test("aborts the signal that storage was given", async () => {
    let reason: unknown;
    const { storage } = observed(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () => {
            reason = signal.reason;
            reject(signal.reason);
          });
        }),
    );
    const { ask, events } = directory({ storage, timeout: 20 });
    expect((await ask("GET", "/Users")).status).toBe(503);
    expect(reason).toMatchObject({ name: "TimeoutError" });
    expect(events).toMatchObject([{ type: "fault", error: { name: "TimeoutError" } }]);
  });

  test("a write that has begun is finished, and told, after the answer [G-18]", async () => {
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const told = new Promise((resolve) => {
      const memory = memoryStorage();
      const storage: StorageAdapter = {
        ...memory,
        create: async (request, context) => {
          await held;
          return memory.create({ ...request, signal: undefined }, context);
        },
      };
      const { ask } = directory({ storage, timeout: 20, onChange: resolve });
      ask("POST", "/Users", { schemas: [USER], userName: "ada" }).then(async ({ status }) => {
        expect(status).toBe(503);
        go();
      });
    });
    expect(await told).toMatchObject({ type: "created", resourceType: "User" });
  });

  test("frees what storage hands out too late", async () => {
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const memory = memoryStorage();
    const freed = new Promise<number>((resolve) => {
      async function* members() {
        let given = 0;
        try {
          for (; ; given++) yield { value: `user-${given}`, type: "User" };
        } finally {
          resolve(given);
        }
      }
      const storage: StorageAdapter = {
        ...memory,
        get: async (request, context) => {
          const group = await memory.get({ ...request, signal: undefined }, context);
          await held;
          return group && { ...group, members: members() };
        },
      };
      const { ask } = directory({ storage, timeout: 20 });
      const patient = directory({ storage });
      patient.ask("POST", "/Groups", { schemas: [GROUP], displayName: "endless" }).then(async ({ json }) => {
        expect((await ask("GET", `/Groups/${json.id}`)).status).toBe(503);
        go();
      });
    });
    expect(await freed).toBeGreaterThan(0);
  });

  test("ends with the answer: none is late that is in time, and no timer is left", async () => {
    // Counted here, where the runner's own timers do not come and go among them.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const atWork: number[] = [];
    const { storage } = observed(() => void atWork.push(vi.getTimerCount()));
    const { ask } = directory({ storage, timeout: 60_000 });
    for (let round = 0; round < 5; round++) expect((await ask("GET", "/Users")).status).toBe(200);
    expect(atWork).toEqual([1, 1, 1, 1, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([0, -1, 1.5, 2 ** 31, "1"])("of %j is refused when the server starts", (timeout) => {
    expect(() => directory({ timeout: timeout as number })).toThrow(/timeout/);
  });
});

describe.each(
  Object.entries({
    "node:http": (scim: Scim): RequestListener => nodeHandler(scim),
    Hono: (scim: Scim): RequestListener => {
      const handle = fetchHandler(scim);
      return getRequestListener(new Hono().all("/scim/v2/*", (context) => handle(context.req.raw)).fetch);
    },
  }),
)("a client of %s that leaves", (_name, listenerOf) => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await closed(server);
  });

  test("while storage is at work ends it there: no other call, no fault, no crash [T-J6]", async () => {
    const observations: RequestEvent[] = [];
    const events: unknown[] = [];
    let arrived: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { storage, calls } = observed(
      ({ signal }) =>
        new Promise((resolve) => {
          arrived();
          signal?.addEventListener("abort", () => resolve());
        }),
    );
    const observedOnce = new Promise<void>((resolve) => {
      const scim = smallScim({
        storage,
        onChange: (event) => events.push(event),
        onNotice: (event) => events.push(event),
        onRequest: (event) => {
          observations.push(event);
          resolve();
        },
      });
      listening(listenerOf(scim)).then(async ({ port, server }) => {
        servers.push(server);
        const socket = connect(port, "127.0.0.1").on("error", () => undefined);
        const body = JSON.stringify({ schemas: [USER, ENTERPRISE], userName: "ada", title: "x" });
        const head = `PUT /scim/v2/Users/1 HTTP/1.1\r\nHost: x\r\nAuthorization: ${AUTHORIZED.Authorization}\r\n`;
        socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
        await waiting;
        socket.destroy();
        await once(socket, "close");
      });
    });
    await observedOnce;
    expect(calls.map(({ name }) => name)).toEqual(["get"]);
    expect(observations).toMatchObject([{ operation: "replace", aborted: true, storageCalls: 1 }]);
    expect(events).toEqual([]);
  });
});

test("a service whose requests have no signal works without one", async () => {
  const scim = createScim({
    resourceTypes: directory().scim.resourceTypes.map(({ definition }) => definition),
    storage: memoryStorage(),
    baseUrl: BASE_URL,
    authenticate: () => ({}),
    timeout: 1000,
  });
  expect((await scim.handle({ method: "GET", url: "/scim/v2/Users", headers: {} })).status).toBe(200);
});
