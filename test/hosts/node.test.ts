import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import { connect } from "node:net";
import express from "express";
import { afterEach, expect, test } from "vitest";
import { nodeHandler } from "../../src/hosts/node.ts";
import type { Scim, ScimRequest } from "../../src/index.ts";
import { USER } from "../support/directory.ts";
import { AUTHORIZED, closed, expectScimError, JSON_BODY, listening, send, smallScim } from "./wire.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

async function serve(...listener: Parameters<typeof listening>): Promise<number> {
  const { port, server } = await listening(...listener);
  servers.push(server);
  return port;
}

/** A service that shows the request it was given. */
function spied(): { readonly scim: Scim; readonly seen: ScimRequest[] } {
  const scim = smallScim();
  const seen: ScimRequest[] = [];
  return {
    scim: {
      ...scim,
      handle: async (request) => {
        const body = typeof request.body === "function" ? await request.body() : request.body;
        seen.push({ ...request, body });
        return scim.handle({ ...request, body });
      },
    },
    seen,
  };
}

const ada = JSON.stringify({ schemas: [USER], userName: "ada@example.com" });

test("under an Express mount the whole URL is seen, not what is left of it", async () => {
  const { scim, seen } = spied();
  const port = await serve(express().use("/scim/v2", nodeHandler(scim)));
  expect((await send(port, { path: "/scim/v2/Users?count=1", headers: AUTHORIZED })).status).toBe(200);
  expect(seen[0]?.url).toBe("/scim/v2/Users?count=1");
});

test("what express.json() has parsed is taken; what it left alone is read", async () => {
  const { scim, seen } = spied();
  const port = await serve(express().use(express.json(), nodeHandler(scim)));
  const post = (type: string, body: string) =>
    send(port, { method: "POST", path: "/scim/v2/Users", headers: { ...AUTHORIZED, "Content-Type": type }, body });
  expect((await post("application/json", ada)).status).toBe(201);
  expect(seen[0]?.body).toEqual(JSON.parse(ada));
  expect((await post("application/scim+json", ada.replace("ada", "grace"))).status).toBe(201);
  expect(seen[1]?.body).toBeInstanceOf(Uint8Array);
});

test("the empty object that Express 4 sets does not hide the body", async () => {
  const { scim, seen } = spied();
  const handle = nodeHandler(scim);
  const port = await serve((request, response) => handle(Object.assign(request, { body: {} }), response));
  const received = await send(port, { method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body: ada });
  expect(received.status).toBe(201);
  expect(seen[0]?.body).toBeInstanceOf(Uint8Array);
});

test("a body that is set without the stream being read is taken: text, bytes or an object", async () => {
  for (const body of [ada, Buffer.from(ada), JSON.parse(ada)]) {
    const { scim, seen } = spied();
    const handle = nodeHandler(scim);
    const port = await serve((request, response) => handle(Object.assign(request, { body }), response));
    const received = await send(port, { method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body: "ignored" });
    expect(received.status).toBe(201);
    expect(seen[0]?.body).toBe(body);
  }
});

test("a body that something ahead has read, and kept nothing of, is the server's fault and said so", async () => {
  const handle = nodeHandler(smallScim());
  const port = await serve((request, response) => {
    request.resume().on("end", () => void handle(request, response));
  });
  const post = (body: string) =>
    send(port, { method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body, chunked: true });
  expectScimError(await post(ada), 500, /read the request body before scimkit could/);
  expectScimError(await post(""), 400, /needs a JSON body/);
});

test("a parsed body is bounded by its Content-Length [P-3.7.4-02]", async () => {
  const port = await serve(express().use(express.json({ limit: "1mb" }), nodeHandler(smallScim())));
  const headers = { ...AUTHORIZED, "Content-Type": "application/json" };
  const body = JSON.stringify({ schemas: [USER], userName: "ada@example.com", displayName: "x".repeat(1000) });
  expectScimError(await send(port, { method: "POST", path: "/scim/v2/Users", headers, body }), 413);
});

test("headers that middleware set before neither add an ETag nor a charset", async () => {
  const handle = nodeHandler(smallScim());
  const port = await serve((request, response) => {
    response.setHeader("ETag", '"of the framework"');
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.setHeader("X-Request-Id", "7");
    void handle(request, response);
  });
  const received = await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED });
  expect(received.headers).toMatchObject({ "content-type": "application/scim+json", "x-request-id": "7" });
  expect(received.headers.etag).toBeUndefined();
});

test("a header that Node refuses becomes a 500, not a rejection [T-H2]", async () => {
  const broken: Scim = {
    ...smallScim(),
    handle: async () => ({ status: 201, headers: { Location: "a\r\nSet-Cookie: b" }, body: "{}" }),
  };
  const port = await serve(nodeHandler(broken));
  const received = await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED });
  expectScimError(received, 500);
  expect(received.headers["set-cookie"]).toBeUndefined();
});

test("the signal of a request that was answered never aborts", async () => {
  const { scim, seen } = spied();
  const handle = nodeHandler(scim);
  const closed = Promise.withResolvers<void>();
  const port = await serve((request, response) => {
    response.on("close", closed.resolve);
    return handle(request, response);
  });
  expect((await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED })).status).toBe(200);
  await closed.promise;
  await new Promise(setImmediate);
  expect(seen[0]?.signal?.aborted).toBe(false);
});

test("a response that something else has sent is left alone", async () => {
  const handle = nodeHandler(smallScim());
  const port = await serve(async (request, response) => {
    response.writeHead(503).end("busy");
    await handle(request, response);
  });
  expect(await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED })).toMatchObject({
    status: 503,
    text: "busy",
  });
});

test("the promise settles for a client that had left before the handler ran", async () => {
  const handle = nodeHandler(smallScim());
  const settled = new Promise<string>((resolve, reject) => {
    serve((request: IncomingMessage, response) => {
      request.destroy();
      request.on("close", () => handle(request, response).then(() => resolve("settled"), reject));
    }).then((port) =>
      send(port, { method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body: ada }).catch(() => undefined),
    );
  });
  expect(await settled).toBe("settled");
});

test("a refused body in chunks that has no end is answered at once, and its connection ends", async () => {
  const port = await serve(nodeHandler(smallScim()));
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (data) => {
    text += data;
  });
  socket.on("error", () => undefined);
  socket.write("POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const chunk = `1000\r\n${" ".repeat(0x1000)}\r\n`;
  const go = (): void => void (socket.writable && socket.write(chunk, () => setImmediate(go)));
  go();
  await once(socket, "close");
  expect(text).toMatch(/^HTTP\/1\.1 401 .*\r\nConnection: close\r\n/is);
  expect(text).toContain('"status":"401"');
});

test("a refused body's connection is closed after the answer, also when the client goes on sending [P-3.7.4-02]", async () => {
  const port = await serve(nodeHandler(smallScim()));
  const refused = { method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, keepAlive: true };
  const received = await send(port, { ...refused, body: Buffer.alloc(20_000_000) });
  expectScimError(received, 413);
  expect(received.headers.connection).toBe("close");
  // Node itself would keep it, as it does where the rest is little enough to be dropped.
  const headers = { ...JSON_BODY, "Content-Encoding": "gzip" };
  const kept = await send(port, { ...refused, headers, body: Buffer.alloc(900) });
  expectScimError(kept, 415);
  expect(kept.headers.connection).toBe("keep-alive");
});
