import { once } from "node:events";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import type { Scim } from "../../src/index.ts";
import { USER } from "../support/directory.ts";
import {
  AUTHORIZED,
  closed,
  expectScimError,
  JSON_BODY,
  listening,
  type Received,
  type Sent,
  send,
  smallScim,
} from "./wire.ts";

const HOSTS: Readonly<Record<string, (scim: Scim) => RequestListener>> = {
  "node:http": (scim) => nodeHandler(scim),
  Express: (scim) => express().use("/scim/v2", nodeHandler(scim)),
  "Express behind express.json()": (scim) =>
    express()
      .use(express.json({ type: ["application/json", "application/scim+json"], limit: "10mb" }))
      .use("/scim/v2", nodeHandler(scim)),
  "Express behind express.raw()": (scim) =>
    express().use(express.raw({ type: "*/*", limit: "10mb" }), nodeHandler(scim)),
  Hono: (scim) => {
    const handle = fetchHandler(scim);
    return getRequestListener(new Hono().all("/scim/v2/*", (context) => handle(context.req.raw)).fetch);
  },
};

const user = (userName: string): string => JSON.stringify({ schemas: [USER], userName });

describe.each(Object.entries(HOSTS))("%s", (name, listenerOf) => {
  let server: Server;
  let port: number;
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const answers: Promise<unknown>[] = [];
  const ask = (sent: Sent): Promise<Received> => send(port, sent);
  const parsesFirst = name.includes("express.json()");

  beforeAll(async () => {
    const scim = smallScim({
      onNotice: (event) => {
        if (event.type === "fault") throw event.error;
      },
    });
    const handle: Scim["handle"] = async (request) => {
      if (request.url.endsWith("/Slow")) {
        arrived.resolve();
        await new Promise((resolve) => request.signal?.addEventListener("abort", resolve));
        gone.resolve();
      }
      const answer = scim.handle(request);
      answers.push(answer);
      return answer;
    };
    ({ server, port } = await listening(listenerOf({ ...scim, handle })));
  });
  afterAll(() => closed(server));

  test("a resource is created, read, replaced and deleted over HTTP [P-3.8-02 P-3.1-01]", async () => {
    const created = await ask({
      method: "POST",
      path: "/scim/v2/Users",
      headers: JSON_BODY,
      body: user("ada@example.com"),
    });
    expect(created).toMatchObject({
      status: 201,
      headers: { "content-type": "application/scim+json" },
      json: { userName: "ada@example.com" },
    });
    expect(created.headers.location).toBe(`https://example.com/scim/v2/Users/${created.json.id}`);
    const path = `/scim/v2/Users/${created.json.id}`;
    const read = await ask({ path, headers: AUTHORIZED });
    expect(read).toMatchObject({ status: 200, headers: { etag: created.headers.etag } });
    const replaced = await ask({ method: "PUT", path, headers: JSON_BODY, body: user("ada.king@example.com") });
    expect(replaced).toMatchObject({ status: 200, json: { userName: "ada.king@example.com" } });
    const deleted = await ask({ method: "DELETE", path, headers: AUTHORIZED });
    expect(deleted).toMatchObject({ status: 204, text: "" });
    expect(deleted.headers["content-type"]).toBeUndefined();
    expectScimError(await ask({ path, headers: AUTHORIZED }), 404);
  });

  test("the query arrives as it was sent, with + for a space [Q03]", async () => {
    await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body: user("query@example.com") });
    const found = await ask({
      path: "/scim/v2/Users?filter=userName+eq+%22query%40example.com%22",
      headers: AUTHORIZED,
    });
    expect(found.json).toMatchObject({ totalResults: 1, Resources: [{ userName: "query@example.com" }] });
  });

  test("UTF-8 of several bytes survives, even when it is cut into chunks [P-3.8-01]", async () => {
    const body = JSON.stringify({
      schemas: [USER],
      userName: `ü-${name}@example.com`,
      displayName: "Ærøskøbing 東京 🚀".repeat(20),
    });
    const created = await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body, chunked: true });
    expect(created).toMatchObject({ status: 201, json: { displayName: "Ærøskøbing 東京 🚀".repeat(20) } });
    expect(Number(created.headers["content-length"] ?? Buffer.byteLength(created.text))).toBe(
      Buffer.byteLength(created.text),
    );
  });

  test("HEAD has the status and headers of GET, and no body [T-H4]", async () => {
    const path = "/scim/v2/Users";
    const [head, get] = [
      await ask({ method: "HEAD", path, headers: AUTHORIZED }),
      await ask({ path, headers: AUTHORIZED }),
    ];
    expect(head).toMatchObject({ status: 200, text: "", headers: { "content-type": get.headers["content-type"] } });
    const missing = await ask({ method: "HEAD", path: "/scim/v2/Users/none", headers: AUTHORIZED });
    expect(missing).toMatchObject({ status: 404, text: "" });
  });

  test("a request without credentials is 401 with a challenge [P-2-01 P-3.12-01 P-3.12-02 T-A1]", async () => {
    const received = await ask({ path: "/scim/v2/Users" });
    expectScimError(received, 401);
    expect(received.headers["www-authenticate"]).toBe("Bearer");
  });

  test("a wrong token is 401 invalid_token [P-2-01 T-A3]", async () => {
    const received = await ask({ path: "/scim/v2/Users", headers: { Authorization: "Bearer not-the-right-token" } });
    expectScimError(received, 401);
    expect(received.headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    expect(received.text).not.toContain("not-the-right-token");
  });

  test("two Authorization headers are 401, even if one or both are right [T-A4]", async () => {
    for (const Authorization of [[AUTHORIZED.Authorization, "Bearer x"], Array(2).fill(AUTHORIZED.Authorization)]) {
      expectScimError(await ask({ path: "/scim/v2/Users", headers: { Authorization } }), 401);
    }
  });

  test("an unknown path below the base URL is a SCIM error 404 [P-3.12-01 Q10]", async () => {
    for (const path of ["/scim/v2/Nothing", "/scim/v2/Users/1/2", "/scim/v2/none?x=1"]) {
      expectScimError(await ask({ path, headers: AUTHORIZED }), 404);
    }
  });

  test("a verb that the endpoint does not have is a SCIM error with Allow [P-3.12-05 T-H4]", async () => {
    const received = await ask({ method: "DELETE", path: "/scim/v2/Users", headers: AUTHORIZED });
    expectScimError(received, 405);
    expect(received.headers.allow).toMatch(/GET/);
  });

  if (!parsesFirst)
    test("JSON that breaks off is 400 invalidSyntax [P-3.12-06]", async () => {
      const received = await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body: '{"userName":' });
      expectScimError(received, 400);
      expect(received.json.scimType).toBe("invalidSyntax");
    });

  test("a body that is missing is 400, said so [P-3.12-06]", async () => {
    expectScimError(await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY }), 400, /body/);
    expectScimError(
      await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body: "", chunked: true }),
      400,
      /body/,
    );
  });

  test("a media type that is not JSON is 415 [P-3.8-06 Q10 T-H10]", async () => {
    const headers = { ...AUTHORIZED, "Content-Type": "text/plain" };
    expectScimError(
      await ask({ method: "POST", path: "/scim/v2/Users", headers, body: user("text@example.com") }),
      415,
    );
  });

  if (!name.includes("behind"))
    test("a compressed body is 415, and nothing is stored [T-D9]", async () => {
      const headers = { ...JSON_BODY, "Content-Encoding": "gzip" };
      const received = await ask({ method: "POST", path: "/scim/v2/Users", headers, body: user("gzip@example.com") });
      expectScimError(received, 415, /compressed/);
      const accepted = await ask({
        method: "POST",
        path: "/scim/v2/Users",
        headers: { ...headers, "Content-Encoding": "identity" },
        body: user("gzip@example.com"),
      });
      expect(accepted.status).toBe(201);
    });

  test("a body that announces more bytes than limits.body is 413 and names the limit [P-3.7.4-01 P-3.7.4-02 P-3.12-04]", async () => {
    const body = JSON.stringify({ schemas: [USER], userName: "large@example.com", displayName: "x".repeat(1000) });
    const received = await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body });
    expectScimError(received, 413, /maxPayloadSize \(1000\).*limits\.body/);
    expect(received.json).not.toHaveProperty("scimType");
  });

  if (!parsesFirst)
    test("a chunked body that grows beyond limits.body is 413 too [P-3.7.4-02 P-3.7.4-03]", async () => {
      const body = JSON.stringify({ schemas: [USER], userName: "large@example.com", displayName: "ü".repeat(600) });
      expect(body.length).toBeLessThan(1000);
      expectScimError(
        await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body, chunked: true }),
        413,
        /limits\.body/,
      );
    });

  test("a client that sends megabytes gets to read its 413, and the next client is served [P-3.7.4-02]", async () => {
    const body = JSON.stringify({ schemas: [USER], userName: "x".repeat(5 * 1024 * 1024) });
    for (const chunked of name.includes("behind") ? [false] : [false, true]) {
      expectScimError(await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body, chunked }), 413);
    }
    expect((await ask({ path: "/scim/v2/Users", headers: AUTHORIZED })).status).toBe(200);
  });

  test("a body of exactly limits.body bytes is taken [P-3.7.4-01]", async () => {
    const rest = JSON.stringify({ schemas: [USER], userName: `exact-${name}@example.com`, displayName: "" }).length;
    const body = JSON.stringify({
      schemas: [USER],
      userName: `exact-${name}@example.com`,
      displayName: "x".repeat(1000 - rest),
    });
    expect(Buffer.byteLength(body)).toBe(1000);
    expect((await ask({ method: "POST", path: "/scim/v2/Users", headers: JSON_BODY, body })).status).toBe(201);
  });

  test("a GET or DELETE with a body or its headers is answered as without [Q01 Q04]", async () => {
    for (const body of [undefined, "this is not JSON"]) {
      // As text, so that a parser in front does not refuse it on its own.
      const headers = { ...AUTHORIZED, "Content-Type": "text/plain", "Content-Encoding": "identity" };
      const sent = body === undefined ? { headers } : { headers, body };
      expect((await ask({ path: "/scim/v2/Users", ...sent })).status).toBe(200);
      expectScimError(await ask({ method: "DELETE", path: "/scim/v2/Users/none", ...sent }), 404);
    }
  });

  test("the Host header and its friends change nothing in the answer [T-H1]", async () => {
    const headers = {
      ...JSON_BODY,
      Host: "evil.example",
      "X-Forwarded-Host": "evil.example",
      "X-Forwarded-Proto": "gopher",
    };
    const created = await ask({
      method: "POST",
      path: "/scim/v2/Users",
      headers,
      body: user(`host-${name}@example.com`),
    });
    expect(created.status).toBe(201);
    expect(JSON.stringify(created)).not.toMatch(/evil|gopher/);
  });

  test("a client that leaves while it waits aborts the request's signal, and others are served", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(`GET /scim/v2/Slow HTTP/1.1\r\nHost: x\r\nAuthorization: ${AUTHORIZED.Authorization}\r\n\r\n`);
    await arrived.promise;
    socket.destroy();
    await gone.promise;
    expect((await ask({ path: "/scim/v2/Users", headers: AUTHORIZED })).status).toBe(200);
  });

  test("a client that leaves in the middle of its body stores nothing, and others are served", async () => {
    const half = user("half@example.com");
    for (const headers of ["Content-Length: 500", "Transfer-Encoding: chunked"]) {
      const chunk = headers.startsWith("T") ? `${half.length.toString(16)}\r\n${half}\r\n` : half;
      const text = `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: ${AUTHORIZED.Authorization}\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${chunk}`;
      const received = once(server, "request");
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined).write(text);
      const [request] = (await received) as [IncomingMessage];
      while (request.socket.bytesRead < text.length) await new Promise((resolve) => setImmediate(resolve));
      const closed = new Promise((resolve) => request.on("close", resolve));
      socket.destroy();
      await closed;
    }
    await Promise.allSettled(answers);
    const found = await ask({
      path: `/scim/v2/Users?filter=${encodeURIComponent('userName eq "half@example.com"')}`,
      headers: AUTHORIZED,
    });
    expect(found.json.totalResults).toBe(0);
  });

  test("a keep-alive connection serves the next request after one that was refused unread", async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      let received = "";
      socket.on("data", (data) => {
        received += data;
      });
      socket.on("close", () => resolve(received));
      const head = `Host: x\r\nAuthorization: ${AUTHORIZED.Authorization}\r\nContent-Type: text/plain\r\n`;
      socket.write(`DELETE /scim/v2/Users/none HTTP/1.1\r\n${head}Content-Length: 4\r\n\r\nbody`);
      socket.write(`GET /scim/v2/Groups HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
    });
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 404", "HTTP/1.1 200"]);
  });
});

test("an ETag of the framework's own never replaces the resource's", async () => {
  const handle = fetchHandler(smallScim());
  const app = new Hono().use(etag()).all("/scim/v2/*", (context) => handle(context.req.raw));
  const request = { method: "POST", headers: JSON_BODY, body: user("etag@example.com") };
  const created = await app.request("/scim/v2/Users", request);
  const { id, meta } = (await created.json()) as { id: string; meta: { version: string } };
  const read = await app.request(`/scim/v2/Users/${id}`, { headers: AUTHORIZED });
  expect(read.headers.get("etag")).toBe(meta.version);
});
