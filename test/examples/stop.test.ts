import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { describe, expect, onTestFinished, test } from "vitest";
import { withHealth } from "../../examples/health.ts";
import { createLog } from "../../examples/log.ts";
import { type Patience, serveUntilStopped } from "../../examples/stop.ts";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import type { Scim, StoredResource } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { AUTHORIZED, smallScim } from "../hosts/wire.ts";
import { GROUP } from "../support/directory.ts";

const HOSTS: Readonly<Record<string, (scim: Scim) => RequestListener>> = {
  "node:http": (scim) => nodeHandler(scim),
  Express: (scim) => express().use("/scim/v2", nodeHandler(scim)),
  Hono: (scim) => {
    const handle = fetchHandler(scim);
    const app = new Hono().all("/scim/v2/*", (context) => handle(context.req.raw));
    return getRequestListener(app.fetch, { overrideGlobalObjects: false });
  },
};

const get = (path: string): string =>
  `GET /scim/v2${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${AUTHORIZED.Authorization}\r\n\r\n`;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** A service whose reads of users wait until they are let go, and whose group has members that wait as well. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const seen = { begun: 0, aborted: 0 };
  const storage: ReturnType<typeof memoryStorage> = {
    ...memoryStorage(),
    async get({ resourceType, signal }) {
      if (resourceType.name === "Group") return groupThatWaits(gate.promise);
      seen.begun += 1;
      signal?.addEventListener("abort", () => {
        seen.aborted += 1;
      });
      await gate.promise;
      return undefined;
    },
  };
  return { scim: smallScim({ storage }), seen, letGo: gate.resolve };
}

function groupThatWaits(gate: Promise<void>): StoredResource {
  const members: AsyncIterable<unknown> = {
    async *[Symbol.asyncIterator]() {
      for (let index = 0; index < 2000; index++) yield { value: `user-${index}`, display: "x".repeat(100) };
      await gate;
      yield { value: "the last one" };
    },
  };
  const at = "2026-01-31T09:30:00.000Z";
  const meta = { resourceType: "Group", created: at, lastModified: at, version: "1" } as const;
  return { schemas: [GROUP], id: "g", displayName: "large", members, meta };
}

/** A server that can be stopped, and the sockets of its clients as it sees them. */
async function serve(application: RequestListener, patience: Patience = {}) {
  // Node's own end of connections that do nothing is far away.
  const server = createServer({ keepAliveTimeout: 60_000 });
  const stop = serveUntilStopped(server, application, { drain: 50, ...patience });
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => server.closeAllConnections());
  return { server, stop, sockets, port: (server.address() as AddressInfo).port };
}

/** A client that keeps its connection; what it has got, and how its connection ended. */
function client(port: number, text = "") {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const state = { text: "", error: undefined as Error | undefined };
  socket.on("data", (data) => {
    state.text += data;
  });
  socket.on("error", (error) => {
    state.error = error;
  });
  if (text !== "") socket.write(text);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  const answers = (): readonly (string | undefined)[] =>
    state.text.split(/(?=HTTP\/1\.1 )/).map((answer) => {
      const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
      return /^connection: close\r$/im.test(answer) ? `${status}, close` : status;
    });
  return { socket, state, closed, answers };
}

describe.each(Object.entries(HOSTS))("a stop of %s", (_name, listenerOf) => {
  test("answers what is at work, pipelined requests too, and the last answer of each connection says that it ends", async () => {
    const { scim, seen, letGo } = gated();
    const { port, stop } = await serve(listenerOf(scim));
    const lone = Array.from({ length: 12 }, () => client(port, get("/Users/1")));
    const pipelined = Array.from({ length: 6 }, () => client(port, get("/Users/1") + get("/Users/2")));
    await until(() => seen.begun === 24);
    const stopped = stop();
    letGo();
    expect(await stopped).toBe(0);
    await Promise.all([...lone, ...pipelined].map(({ closed }) => closed));
    for (const { answers, state } of lone) expect([answers(), state.error]).toEqual([["404, close"], undefined]);
    for (const { answers, state } of pipelined)
      expect([answers(), state.error]).toEqual([["404", "404, close"], undefined]);
    expect(seen.aborted).toBe(0);
  });

  test("lets an answer that is under way come to its end, and then ends the connection", async () => {
    const { scim, letGo } = gated();
    const { port, stop, server } = await serve(listenerOf(scim), { within: 60_000 });
    const { state, closed } = client(port, get("/Groups/g"));
    await until(() => state.text.includes("user-5"));
    const stopped = stop();
    // Until then, Node ends the connections that have nothing to do.
    await until(() => !server.listening);
    letGo();
    expect(await stopped).toBe(0);
    await closed;
    expect(state.text).toContain("the last one");
    expect(state.text).toMatch(/\r\n0\r\n\r\n$/);
    expect(state.error).toBeUndefined();
  });

  test("cuts what takes longer than the bound, and says how much that was", async () => {
    const { scim, seen } = gated();
    const { port, stop } = await serve(listenerOf(scim), { drain: 1, within: 20 });
    const clients = [client(port, get("/Users/1")), client(port, get("/Users/1"))];
    await until(() => seen.begun === 2);
    expect(await stop()).toBe(2);
    await Promise.all(clients.map(({ closed }) => closed));
    expect(clients.map(({ state }) => state.text)).toEqual(["", ""]);
    await until(() => seen.aborted === 2);
  });
});

test("behind an answer that says that the connection ends, no request is begun", async () => {
  const { scim, seen, letGo } = gated();
  const handle = nodeHandler(scim);
  const begun: unknown[] = [];
  const application: RequestListener = (request, response) => {
    begun.push(request.url);
    return handle(request, response);
  };
  const { port, stop, sockets } = await serve(application, { within: 60_000 });
  const { socket, answers, closed } = client(port, get("/Users/1"));
  await until(() => seen.begun === 1);
  const stopped = stop();
  socket.write(get("/Users/2"));
  await until(() => sockets[0]?.bytesRead === get("/Users/1").length * 2);
  letGo();
  await Promise.all([stopped, closed]);
  expect(answers()).toEqual(["404, close"]);
  expect(begun).toEqual(["/scim/v2/Users/1"]);
});

test("for a moment it still listens, so that what is on its way is answered; then nobody gets in", async () => {
  const { scim, seen, letGo } = gated();
  const { port, stop, server } = await serve(nodeHandler(scim), { drain: 500 });
  const kept = client(port, get("/Nothing"));
  await once(kept.socket, "data");
  const stopped = stop();
  kept.socket.write(get("/Users/1"));
  const late = client(port, get("/Users/1"));
  await until(() => seen.begun === 2);
  letGo();
  expect(await stopped).toBe(0);
  await Promise.all([kept.closed, late.closed]);
  expect([kept.answers(), late.answers()]).toEqual([["404", "404, close"], ["404, close"]]);
  expect(server.listening).toBe(false);
  const refused = client(port);
  await refused.closed;
  expect(refused.state.error).toMatchObject({ code: "ECONNREFUSED" });
});

test("what came in while the process was busy is answered, however long that was", async () => {
  const { port, stop } = await serve((_request, response) => response.end("fine"), { drain: 20 });
  const kept = client(port, get("/"));
  await once(kept.socket, "data");
  const stopped = stop();
  kept.socket.write(get("/"));
  const begin = performance.now();
  while (performance.now() - begin < 40);
  expect(await stopped).toBe(0);
  await kept.closed;
  expect(kept.answers()).toEqual(["200", "200, close"]);
});

test("connections on which nothing is asked do not hold it up, whether anything ever was or not", async () => {
  const { port, stop, sockets } = await serve((_request, response) => response.end("fine"), { within: 60_000 });
  const silent = client(port);
  const idle = client(port, get("/"));
  await once(idle.socket, "data");
  await until(() => sockets.length === 2);
  expect(await stop()).toBe(0);
  await Promise.all([silent.closed, idle.closed]);
  expect(idle.answers()).toEqual(["200"]);
});

test("a connection that has become something else than HTTP does not outlast the bound", async () => {
  const { port, stop, server } = await serve((_request, response) => response.end(), { drain: 1, within: 20 });
  server.on("upgrade", (_request, socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  const { socket, closed } = client(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  await once(socket, "data");
  expect(await stop()).toBe(0);
  await closed;
});

test("while it stops, /healthz says so", async () => {
  let isStopping = false;
  const log = createLog("text", () => undefined);
  const application = (_request: IncomingMessage, response: { end(): unknown }) => response.end();
  const health = { storage: memoryStorage(), log, isStopping: () => isStopping };
  const { port, stop } = await serve(withHealth(health, application));
  const { origin } = new URL(`http://127.0.0.1:${port}`);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  isStopping = true;
  const answer = await fetch(`${origin}/healthz`);
  expect([answer.status, await answer.text()]).toEqual([503, "stopping\n"]);
  await stop();
});
