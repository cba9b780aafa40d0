import { once } from "node:events";
import type { RequestListener, Server, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import type { Scim, ScimEvent, StoredResource } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { GROUP } from "../support/directory.ts";
import { AUTHORIZED, closed, listening, send, smallScim } from "./wire.ts";

const HOSTS: Readonly<Record<string, (scim: Scim) => RequestListener>> = {
  "node:http": (scim) => nodeHandler(scim),
  "the fetch handler": (scim) => getRequestListener(fetchHandler(scim), { overrideGlobalObjects: false }),
};

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

/** One group with so many members that no buffer on the way holds them, made as they are asked for. */
function largeGroup(size: number, failAt = Number.POSITIVE_INFINITY) {
  const probe = { asked: 0 };
  let free: () => void;
  const freed = new Promise<void>((resolve) => {
    free = resolve;
  });
  const members: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (probe.asked === failAt) throw new Error("the cursor is gone");
        if (probe.asked === size) return { done: true, value: undefined };
        return { done: false, value: { value: `user-${probe.asked++}`, display: "x".repeat(200) } };
      },
      async return() {
        free();
        return { done: true, value: undefined };
      },
    }),
  };
  const at = "2026-01-31T09:30:00.000Z";
  const group: StoredResource = {
    schemas: [GROUP],
    id: "g",
    displayName: "large",
    members,
    meta: { resourceType: "Group", created: at, lastModified: at, version: "1" },
  };
  const events: ScimEvent[] = [];
  const scim = smallScim({
    storage: { ...memoryStorage(), get: async () => group },
    onChange: (event) => events.push(event),
    onNotice: (event) => events.push(event),
  });
  return { scim, probe, freed, events };
}

async function serve(listener: RequestListener): Promise<number> {
  const { port, server } = await listening(listener);
  servers.push(server);
  return port;
}

/** A client that has sent its request and reads nothing of the answer. */
function silent(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.pause().on("error", () => undefined);
  socket.write(`GET /scim/v2/Groups/g HTTP/1.1\r\nHost: x\r\nAuthorization: ${AUTHORIZED.Authorization}\r\n\r\n`);
  return socket;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until the condition holds, turn by turn of the event loop; the runner's own limit ends a wait in vain. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

describe.each(Object.entries(HOSTS))("a streamed body over %s", (_name, listenerOf) => {
  test("is the whole JSON, without a Content-Length, and the next request on the connection is served", async () => {
    const { scim, probe } = largeGroup(20_000);
    const port = await serve(listenerOf(scim));
    const received = await send(port, { path: "/scim/v2/Groups/g", headers: AUTHORIZED });
    expect(received).toMatchObject({ status: 200, headers: { "content-type": "application/scim+json" } });
    expect(received.headers["content-length"]).toBeUndefined();
    expect(received.json.members.length).toBe(20_000);
    expect(received.json.members.at(-1).$ref).toBeUndefined();
    expect(received.json.members[7].value).toBe("user-7");
    expect(probe.asked).toBe(20_000);
  });

  test("is not produced while the client does not read, and is again when it does; a client that leaves frees it [T-J1]", async () => {
    const { scim, probe, freed, events } = largeGroup(5_000_000);
    let response: ServerResponse | undefined;
    const listener = listenerOf(scim);
    const port = await serve((request, answer) => {
      response = answer;
      listener(request, answer);
    });
    const socket = silent(port);
    // All buffers between storage and the client fill; then nothing more is asked for, however long it takes.
    let still = 0;
    let last = -1;
    await until(() => {
      const isStill = response?.writableNeedDrain === true && probe.asked === last;
      still = isStill ? still + 1 : 0;
      last = probe.asked;
      return still > 200;
    });
    const full = probe.asked;
    // 240 bytes each: less than the group by far.
    expect(full).toBeLessThan(500_000);
    socket.resume();
    await until(() => probe.asked > full);
    socket.destroy();
    await freed;
    const { asked } = probe;
    for (let turns = 0; turns < 200; turns++) await turn();
    expect(probe.asked).toBe(asked);
    expect(events.filter(({ type }) => type === "fault")).toEqual([]);
  });

  test("whose client never reads on is cut and freed by the timeout of Node's server", async () => {
    const { scim, freed, events } = largeGroup(5_000_000);
    const { port, server } = await listening(listenerOf(scim));
    servers.push(server);
    server.timeout = 50;
    const socket = silent(port);
    await freed;
    // Whoever reads again finds out.
    socket.resume();
    await once(socket, "close");
    expect(events.filter(({ type }) => type === "fault")).toEqual([]);
  });

  test("that fails half-way ends as a broken connection, never as an answer that looks complete", async () => {
    const { scim, events } = largeGroup(20_000, 10_000);
    const port = await serve(listenerOf(scim));
    const socket = silent(port);
    let text = "";
    socket.on("data", (data) => {
      text += data;
    });
    socket.resume();
    await once(socket, "close");
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(text).toContain("user-5");
    // Neither the end of the JSON nor the last, empty chunk that ends a chunked body.
    expect(text).not.toContain('],"meta"');
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(events.filter(({ type }) => type === "fault")).toMatchObject([{ error: new Error("the cursor is gone") }]);
  });

  test("is freed for HEAD, and where the host cannot send the headers", async () => {
    const head = largeGroup(20_000);
    const received = await send(await serve(listenerOf(head.scim)), {
      method: "HEAD",
      path: "/scim/v2/Groups/g",
      headers: AUTHORIZED,
    });
    expect(received).toMatchObject({ status: 200, text: "" });
    await head.freed;
    expect(head.probe.asked).toBe(0);

    const { scim, freed } = largeGroup(20_000);
    const broken: Scim = {
      ...scim,
      handle: async (request) => {
        const answer = await scim.handle(request);
        return { ...answer, headers: { ...answer.headers, Location: "a\r\nb" } };
      },
    };
    expect(
      await send(await serve(listenerOf(broken)), { path: "/scim/v2/Groups/g", headers: AUTHORIZED }),
    ).toMatchObject({ status: 500, json: { status: "500" } });
    await freed;
  });
});

test("a streamed body is freed when something else has answered, or the client has left in the meantime", async () => {
  for (const prepare of [
    (response: ServerResponse) => void response.writeHead(503).end("busy"),
    (response: ServerResponse) => void response.destroy(),
  ]) {
    const { scim, freed } = largeGroup(20_000);
    const port = await serve((request, response) => {
      const handle: Scim["handle"] = async (sent) => {
        const answer = await scim.handle(sent);
        prepare(response);
        return answer;
      };
      void nodeHandler({ ...scim, handle })(request, response);
    });
    await send(port, { path: "/scim/v2/Groups/g", headers: AUTHORIZED }).catch(() => undefined);
    await freed;
  }
});

test("a streamed body that something else ends in the middle is freed, and the process goes on", async () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on("uncaughtException", note);
  onTestFinished(() => void process.off("uncaughtException", note));
  const { scim, freed } = largeGroup(20_000);
  const handle = nodeHandler(scim);
  const port = await serve((request, response) => {
    const { write } = response;
    let count = 0;
    // A limiter of a framework, say, between two chunks.
    response.write = ((...given: Parameters<typeof write>) => {
      if (count++ === 2) response.end();
      return write.apply(response, given);
    }) as typeof write;
    return handle(request, response);
  });
  const received = await send(port, { path: "/scim/v2/Groups/g", headers: AUTHORIZED }).catch(String);
  await freed;
  await turn();
  expect(received).toBeDefined();
  expect(uncaught).toEqual([]);
  expect((await send(port, { path: "/scim/v2/Groups/none" })).status).toBe(401);
});
