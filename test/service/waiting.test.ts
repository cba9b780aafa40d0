import type { ChangeEvent, ScimNotice, StorageAdapter } from "scimkit";
import { fetchHandler } from "scimkit/fetch";
import { memoryStorage } from "scimkit/memory";
import { nodeHandler } from "scimkit/node";
import { describe, expect, test } from "vitest";
import { closed, listening, send } from "../hosts/wire.ts";
import { BASE_URL, directory, USER } from "../support/directory.ts";

const HEADERS = { authorization: "Bearer good", "content-type": "application/scim+json" };
const ada = JSON.stringify({ schemas: [USER], userName: "ada" });
const create = { method: "POST", url: "/scim/v2/Users", headers: HEADERS, body: ada };

/** Collects what goes on after the answer, and waits until nothing is left of it. */
function collector() {
  const works: Promise<unknown>[] = [];
  const settled = async (): Promise<void> => {
    for (let count = -1; count !== works.length; ) {
      count = works.length;
      await Promise.all(works);
    }
  };
  return { works, settled, waitUntil: (work: Promise<unknown>): void => void works.push(work) };
}

/** A listener that takes its time: it is through when it is let through. */
function slow() {
  const gate = Promise.withResolvers<void>();
  const done: string[] = [];
  const listener = async ({ type }: { readonly type: string }): Promise<void> => {
    await gate.promise;
    done.push(type);
  };
  return { listener, done, go: gate.resolve };
}

describe("a host that waits", () => {
  test("is given each promise that a listener returns, while the answer waits for none", async () => {
    const [change, notice] = [slow(), slow()];
    let requests = 0;
    const { scim } = directory({
      onChange: change.listener,
      onNotice: notice.listener,
      onRequest: async () => {
        await change.listener({ type: "request" });
        requests++;
      },
    });
    const { works, settled, waitUntil } = collector();
    expect((await scim.handle({ ...create, waitUntil })).status).toBe(201);
    expect((await scim.handle({ ...create, url: "/scim/v2/Nowhere", waitUntil })).status).toBe(404);
    expect(works).toHaveLength(4);
    expect([change.done, notice.done, requests]).toEqual([[], [], 0]);
    change.go();
    notice.go();
    await settled();
    expect([change.done, notice.done, requests]).toEqual([["created", "request", "request"], ["refused"], 2]);
  });

  test("is given nothing by listeners that are done when they return", async () => {
    const { scim } = directory({ onRequest: () => 1 });
    const { works, waitUntil } = collector();
    await scim.handle({ ...create, waitUntil });
    expect(works).toEqual([]);
  });

  test("is given the promises of every operation of a bulk request", async () => {
    const { listener, done, go } = slow();
    const { scim } = directory({ onChange: listener });
    const { settled, waitUntil } = collector();
    const body = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: ["a", "b"].map((userName) => ({
        method: "POST",
        path: "/Users",
        bulkId: userName,
        data: { schemas: [USER], userName },
      })),
    };
    await scim.handle({ ...create, url: "/scim/v2/Bulk", body, waitUntil });
    go();
    await settled();
    expect(done).toEqual(["created", "created"]);
  });

  test("waits for a request whose time was up, and so for the event of its write", async () => {
    const memory = memoryStorage();
    const gate = Promise.withResolvers<void>();
    const storage: StorageAdapter = {
      ...memory,
      create: async (request, context) => {
        await gate.promise;
        return memory.create({ ...request, signal: undefined }, context);
      },
    };
    const { scim, events } = directory({ storage, timeout: 20 });
    const { settled, waitUntil } = collector();
    expect((await scim.handle({ ...create, waitUntil })).status).toBe(503);
    gate.resolve();
    await settled();
    expect(events.map(({ type }) => type)).toEqual(["fault", "created"]);
  });

  test("that cannot wait fails no request, and onNotice is told of its fault", async () => {
    const { scim, events } = directory({ onChange: async () => undefined });
    const error = new Error("the context has ended");
    const response = await scim.handle({
      ...create,
      waitUntil: () => {
        throw error;
      },
    });
    expect(response.status).toBe(201);
    expect(events).toEqual([expect.objectContaining({ type: "fault", error })]);
  });
});

describe("the fault of a listener", () => {
  test.each([
    ["thrown", true],
    ["rejected", false],
  ])("of onChange, %s, carries the change, so that it can be tried again", async (_how, throws) => {
    const error = new Error("no licence server");
    const told: ScimNotice[] = [];
    const seen: ChangeEvent[] = [];
    const onChange = (event: ChangeEvent): unknown => {
      seen.push(event);
      if (throws) throw error;
      return Promise.reject(error);
    };
    const { scim } = directory({ onChange, onNotice: (notice) => told.push(notice) });
    const { settled, waitUntil } = collector();
    expect((await scim.handle({ ...create, waitUntil })).status).toBe(201);
    await settled();
    expect(told).toEqual([{ type: "fault", error, event: seen[0], context: {} }]);
    expect(told).toMatchObject([{ event: { type: "created", after: { userName: "ada" } } }]);
  });

  test("is waited for by the host as well, and where onNotice fails at it, that is the end", async () => {
    let told = 0;
    const { scim } = directory({
      onChange: () => Promise.reject(new Error("no licence server")),
      onNotice: async () => {
        told++;
        throw new Error("no log either");
      },
    });
    const { works, settled, waitUntil } = collector();
    await scim.handle({ ...create, waitUntil });
    await settled();
    expect([works.length, told]).toEqual([2, 1]);
  });
});

test("what onNotice throws at a fault is dropped, and it is told of nothing more", async () => {
  let told = 0;
  const storage = { ...memoryStorage(), create: () => Promise.reject(new Error("disk full")) };
  const { scim } = directory({
    storage,
    onNotice: async () => {
      told++;
      throw new Error("no log");
    },
  });
  const { settled, waitUntil } = collector();
  expect((await scim.handle({ ...create, waitUntil })).status).toBe(500);
  await settled();
  expect(told).toBe(1);
});

/** A context as Workers have it: `waitUntil` must be called as its own. */
class ExecutionContext {
  readonly #works: Promise<unknown>[] = [];

  waitUntil(work: Promise<unknown>): void {
    this.#works.push(work);
  }

  get works(): readonly Promise<unknown>[] {
    return this.#works;
  }
}

describe("fetchHandler", () => {
  const request = () => new Request(`${BASE_URL}/Users`, { method: "POST", headers: HEADERS, body: ada });

  test.each([
    ["third", (context: ExecutionContext) => [{ BINDING: "value" }, context]],
    ["second", (context: ExecutionContext) => [context]],
  ])("keeps the runtime alive by the context that it gives as %s argument", async (_which, argumentsOf) => {
    const { listener, done, go } = slow();
    const { scim } = directory({ onChange: listener });
    const context = new ExecutionContext();
    expect((await fetchHandler(scim)(request(), ...argumentsOf(context))).status).toBe(201);
    expect([context.works.length, done]).toEqual([1, []]);
    go();
    await Promise.all(context.works);
    expect(done).toEqual(["created"]);
  });

  test("uses waitUntil of its options before that of the runtime", async () => {
    const { listener, go } = slow();
    const { scim } = directory({ onChange: listener });
    const context = new ExecutionContext();
    const { works, waitUntil } = collector();
    await fetchHandler(scim, { waitUntil })(request(), {}, context);
    go();
    expect([works.length, context.works.length]).toEqual([1, 0]);
  });
});

describe("nodeHandler", () => {
  test("gives the promises of listeners to waitUntil of its options", async () => {
    const { listener, done, go } = slow();
    const { scim } = directory({ onChange: listener });
    const { works, settled, waitUntil } = collector();
    const { port, server } = await listening(nodeHandler(scim, { waitUntil }));
    const { status } = await send(port, { method: "POST", path: "/scim/v2/Users", headers: HEADERS, body: ada });
    expect([status, works.length, done]).toEqual([201, 1, []]);
    go();
    await settled();
    expect(done).toEqual(["created"]);
    await closed(server);
  });
});
