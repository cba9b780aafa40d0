import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import type { Scim, ScimEvent, ScimOptions } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { LISTENERS } from "./listeners.ts";
import { AUTHORIZED, closed, listening, smallScim } from "./wire.ts";

/** Targets that a URL parser makes others of, with what it makes of them. */
const DOTTED: Readonly<Record<string, string>> = {
  "/scim/v2/Users/../Groups": "/scim/v2/Groups",
  "/scim/v2/Users/%2e%2e/Groups": "/scim/v2/Groups",
  "/scim/v2/Users/.%2E/Groups?count=1": "/scim/v2/Groups?count=1",
  "/scim/v2/Users/%2E./Groups/": "/scim/v2/Groups/",
  "/scim/v2/./Groups": "/scim/v2/Groups",
  "/scim/v2/%2e/Groups": "/scim/v2/Groups",
  "/scim/v2/Users/1/../../Groups": "/scim/v2/Groups",
  "/scim/v2/../v2/Groups": "/scim/v2/Groups",
  "/scim/v2/Schemas/../Groups": "/scim/v2/Groups",
  "/scim/v2/Users/..": "/scim/v2/",
  "/scim/v2/Users/%2e": "/scim/v2/Users/",
};

/** Targets that look like those and are none, and the status of each. */
const LITERAL: Readonly<Record<string, number>> = {
  "/scim/v2/Users/..%2fGroups": 404,
  "/scim/v2/Users/..%2FGroups%2F1": 404,
  "/scim/v2/Users/%252e%252e/Groups": 404,
  "/scim/v2/Users/%252e%252e": 404,
  "/scim/v2/Users%2f1": 404,
  "/scim/v2/Users/...": 404,
  "/scim/v2/Groups?attributes=/../Users": 200,
  "/scim/v2/Groups?attributes=http://example.com/scim/v2/Nothing": 200,
};

/** Hosts that have the target as it came in, where the service stands among their routes, and where `path` says that it does. */
const HOSTS: Readonly<Record<string, { readonly path?: string; readonly listenerOf: (scim: Scim) => unknown }>> = {
  ...Object.fromEntries(
    Object.entries(LISTENERS)
      .filter(([name]) => !name.includes("a request of its own"))
      .map(([name, listenerOf]) => [name, { listenerOf }]),
  ),
  "an Express router, and path says that all is gone": {
    path: "/",
    listenerOf: (scim) => express().use("/scim/v2", nodeHandler(scim)),
  },
  "Express behind middleware that resolves": {
    path: "/scim/v2",
    listenerOf: (scim) =>
      express()
        .use((request, _response, next) => {
          const { pathname, search } = new URL(request.url, "http://localhost");
          request.url = pathname + search;
          next();
        })
        .use("/scim/v2", nodeHandler(scim)),
  },
  "Hono mount": { path: "/", listenerOf: (scim) => listenerOf(new Hono().mount("/scim/v2", fetchHandler(scim)).fetch) },
  "@hono/node-server without Hono": { listenerOf: (scim) => listenerOf(fetchHandler(scim)) },
};

const listenerOf = (handle: Parameters<typeof getRequestListener>[0]): RequestListener =>
  getRequestListener(handle, { overrideGlobalObjects: false });

/** A service, what its host is told, and how often its storage is asked. */
function told(given: Partial<ScimOptions> = {}) {
  const events: ScimEvent[] = [];
  const seen = { calls: 0 };
  const storage = new Proxy(memoryStorage(), {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        seen.calls += 1;
        return value.apply(target, given);
      };
    },
  });
  const scim = smallScim({
    storage,
    onChange: (event) => void events.push(event),
    onNotice: (event) => void events.push(event),
    ...given,
  });
  return { scim, events, seen };
}

/** The status of an answer, and whether it is SCIM's. Written by hand: clients resolve dot segments themselves. */
async function ask(port: number, target: string): Promise<{ readonly status: number; readonly type?: string }> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (data) => {
    text += data;
  });
  const head = `Host: localhost\r\nAuthorization: ${AUTHORIZED.Authorization}\r\nConnection: close\r\n`;
  socket.write(`GET ${target} HTTP/1.1\r\n${head}\r\n`);
  await once(socket, "close");
  const type = /^content-type: (.*)\r$/im.exec(text)?.[1];
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), ...(type === undefined ? {} : { type }) };
}

describe.each(Object.entries(HOSTS))("%s", (_name, { path, listenerOf }) => {
  let server: Server;
  let port: number;
  const { scim, events, seen } = told(path === undefined ? {} : { path });
  beforeAll(async () => {
    ({ server, port } = await listening((await listenerOf(scim)) as RequestListener));
  });
  afterAll(() => closed(server));

  test.each(
    Object.keys(DOTTED),
  )("%s leads nowhere, which the host is told, and storage is not asked [T-H3]", async (target) => {
    events.length = 0;
    seen.calls = 0;
    expect(await ask(port, target)).toEqual({ status: 404, type: "application/scim+json" });
    expect(events).toContainEqual(expect.objectContaining({ type: "refused", status: 404 }));
    expect(seen.calls).toBe(0);
  });

  test.each(Object.entries(LITERAL))("%s is what it says, and is %i [T-H3]", async (target, status) => {
    expect(await ask(port, target)).toMatchObject({ status, type: "application/scim+json" });
  });

  test.each([
    "/scim/v2/Users/..\\Groups",
    "/scim/v2/Users/%2e%2e\\Groups",
  ])("%s leads nowhere either, if the host lets it in at all, and storage is not asked [T-H3]", async (target) => {
    seen.calls = 0;
    expect([400, 404]).toContain((await ask(port, target)).status);
    expect(seen.calls).toBe(0);
  });

  test("a target in absolute form is one of those too [T-H3]", async () => {
    expect((await ask(port, "http://localhost/scim/v2/Groups")).status).toBe(200);
    expect((await ask(port, "http://localhost/scim/v2/Users/../Groups")).status).toBe(404);
  });
});

describe("where nobody has the target as it came in", () => {
  const ways: Readonly<Record<string, (scim: Scim, target: string) => Response | Promise<Response>>> = {
    fetchHandler: (scim, target) =>
      fetchHandler(scim)(new Request(`https://example.com${target}`, { headers: AUTHORIZED })),
    "fetchHandler, with the second argument of another runtime": (scim, target) =>
      fetchHandler(scim)(new Request(`https://example.com${target}`, { headers: AUTHORIZED }), {
        incoming: { url: () => target },
      }),
    "request() of Hono": (scim, target) => {
      const handle = fetchHandler(scim);
      const app = new Hono().all("/scim/v2/*", (context) => handle(context.req.raw, context.env));
      return app.request(target, { headers: AUTHORIZED });
    },
    "a request made anew on the way": (scim, target) => {
      const handle = fetchHandler(scim);
      const request = new Request(`https://example.com${target}`, { headers: AUTHORIZED });
      return handle(new Request(request));
    },
  };

  test.each(Object.entries(ways))("%s: a target is what the URL standard makes of it [T-H3]", async (_name, send) => {
    for (const [target, resolved] of Object.entries(DOTTED)) {
      const { scim } = told();
      const answers = await Promise.all([send(scim, target), send(scim, resolved)]);
      const [dotted, plain] = await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]));
      expect(dotted).toEqual(plain);
      expect(dotted?.[0]).toBe(200);
    }
    for (const [target, status] of Object.entries(LITERAL))
      expect((await send(told().scim, target)).status).toBe(status);
  });
});
