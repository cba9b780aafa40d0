import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import { type Context, errors, type Scim, type ScimOptions } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, USER } from "../support/directory.ts";
import { AUTHORIZED, closed, expectScimError, JSON_BODY, listening, send, smallScim } from "./wire.ts";

const HOSTS: Readonly<Record<string, (scim: Scim) => RequestListener>> = {
  "node:http": (scim) => nodeHandler(scim),
  Hono: (scim) => {
    const handle = fetchHandler(scim);
    return getRequestListener(new Hono().all("/scim/v2/*", (context) => handle(context.req.raw)).fetch);
  },
};

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

/** A limiter as hosts have them: so many requests a tenant, then none for a while. */
function bucket(size: number, seconds: number): NonNullable<ScimOptions<Context>["throttle"]> {
  const left = new Map<string, number>();
  return (_request, context) => {
    const key = context?.tenant ?? "";
    const tokens = left.get(key) ?? size;
    if (tokens === 0) throw errors.tooManyRequests(seconds);
    left.set(key, tokens - 1);
  };
}

describe.each(Object.entries(HOSTS))("%s", (_name, listenerOf) => {
  async function serve(given: Partial<ScimOptions<Context>>): Promise<number> {
    const { port, server } = await listening(listenerOf(smallScim(given)));
    servers.push(server);
    return port;
  }

  test("a limiter's refusal is 429 with whole seconds in Retry-After and a SCIM error [P-7.6-01 Q12 T-H12]", async () => {
    const port = await serve({ throttle: bucket(2, 7.2) });
    for (const status of [200, 200]) {
      expect((await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED })).status).toBe(status);
    }
    const refused = await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED });
    expectScimError(refused, 429, /8 s/);
    expect(refused.headers["retry-after"]).toBe("8");
  });

  test("the limiter is asked after authentication: a bad token is 401 and costs nobody a token [P-7.6-01 T-A1]", async () => {
    const port = await serve({ throttle: bucket(1, 60) });
    for (let round = 0; round < 3; round++) {
      expectScimError(await send(port, { path: "/scim/v2/Users", headers: { Authorization: "Bearer wrong" } }), 401);
    }
    expect((await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED })).status).toBe(200);
  });

  test.each([
    ["a client that nobody knows", {}, {}, 401],
    ["a client that the limiter refuses", AUTHORIZED, { throttle: bucket(0, 60) }, 429],
  ] as const)("%s is answered before its body has come [T-A1 T-J3]", async (_who, credentials, given, status) => {
    const port = await serve(given);
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    const authorization = "Authorization" in credentials ? `Authorization: ${credentials.Authorization}\r\n` : "";
    socket.write(`POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\n${authorization}Content-Length: 900\r\n\r\n{`);
    const [received] = (await once(socket, "data")) as [Buffer];
    expect(received.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    socket.destroy();
  });

  test("a connection whose small body was left unread serves the next request", async () => {
    const port = await serve({
      throttle: (request) => (request.method === "POST" ? bucket(0, 1)(request, {}, undefined) : undefined),
    });
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    const head = `Host: x\r\nAuthorization: ${AUTHORIZED.Authorization}\r\n`;
    let received = "";
    socket.on("data", (data) => {
      received += data;
    });
    const ended = once(socket, "close");
    const body = JSON.stringify({ schemas: [USER], userName: "ada@example.com" });
    socket.write(`POST /scim/v2/Users HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n`);
    await once(socket, "data");
    socket.write(`${body}GET /scim/v2/Users HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
    await ended;
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 429", "HTTP/1.1 200"]);
    expect(received).toContain('"totalResults":0');
  });

  test("an unread body that may be endless is dropped with its connection, after the answer", async () => {
    const port = await serve({ throttle: bucket(0, 1) });
    const body = Buffer.alloc(5_000_000, 32);
    for (const chunked of [false, true]) {
      const refused = await send(port, { method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body, chunked });
      expectScimError(refused, 429);
    }
  });
});

test("storage, authorize and resolveMe are not asked for what the limiter refuses", async () => {
  const asked: string[] = [];
  const memory = memoryStorage();
  const { ask } = directory({
    throttle: () => {
      throw errors.tooManyRequests(1);
    },
    authorize: () => void asked.push("authorize"),
    resolveMe: () => void asked.push("resolveMe"),
    storage: {
      ...memory,
      query: (request, context) => {
        asked.push("query");
        return memory.query(request, context);
      },
    },
  });
  for (const path of ["/Users", "/Me", "/ServiceProviderConfig", "/none"])
    expect((await ask("GET", path)).status).toBe(429);
  expect(asked).toEqual([]);
});

test("the limiter knows who asks; of anonymous discovery it knows that nobody does", async () => {
  const seen: unknown[] = [];
  const { ask } = directory({
    authenticate: () => ({ tenant: "acme" }),
    throttle: (request, context) => void seen.push([request.url, context]),
  });
  await ask("GET", "/Users");
  await ask("GET", "/Schemas");
  expect(seen).toEqual([
    ["/scim/v2/Users", { tenant: "acme" }],
    ["/scim/v2/Schemas", undefined],
  ]);
});

test("Retry-After is a whole number of seconds, whatever a limiter computes [Q12]", () => {
  for (const [given, seconds] of [
    [0.2, "1"],
    [0, "0"],
    [-3, "0"],
    [59.01, "60"],
    [Number.NaN, "1"],
    [Number.POSITIVE_INFINITY, "86400"],
    [1e21, "86400"],
  ] as const) {
    expect(errors.tooManyRequests(given).headers["Retry-After"]).toBe(seconds);
    expect(errors.tooManyRequests(given).detail).not.toMatch(/NaN|Infinity|e\+/);
  }
});

test("a limiter that fails is a 500 that tells nothing, and an error event", async () => {
  const { ask, events } = directory({
    throttle: () => {
      throw new Error("redis://limiter:6379 is down");
    },
  });
  const answer = await ask("GET", "/Users");
  expect(answer.status).toBe(500);
  expect(answer.body).not.toContain("redis");
  expect(events).toMatchObject([{ type: "fault" }]);
});

test("429 and 503 of a storage adapter reach the client as they are [T-H12]", async () => {
  const memory = memoryStorage();
  const { ask, events } = directory({ storage: { ...memory, query: () => Promise.reject(errors.tooManyRequests(3)) } });
  const answer = await ask("GET", "/Users");
  expect(answer).toMatchObject({ status: 429, headers: { "Retry-After": "3" } });
  expect(events).toEqual([]);
});
