import type { RequestListener, Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import mount from "koa-mount";
import { afterEach, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import type { Context, Scim, ScimEvent, ScimOptions } from "../../src/index.ts";
import { LIST, USER } from "../support/directory.ts";
import { AUTHORIZED, closed, expectScimError, JSON_BODY, listening, send, smallScim } from "./wire.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

interface Mount {
  /** The option, where one is needed. */
  readonly path?: NonNullable<ScimOptions["path"]>;
  /** The path that a client's request comes in with, at the server if not at the proxy in front of it. */
  readonly at: string;
  readonly listenerOf: (scim: Scim) => RequestListener | Promise<RequestListener>;
}

/** A service that clients see below `https://example.com/scim/v2`, behind everything that changes paths. */
const MOUNTS: Readonly<Record<string, Mount>> = {
  "node:http at the path of the base URL": { at: "/scim/v2", listenerOf: nodeHandler },
  "node:http behind a proxy that takes the path off": { path: "/", at: "", listenerOf: nodeHandler },
  "node:http behind a proxy that takes a part off": { path: "/v2/", at: "/v2", listenerOf: nodeHandler },
  "node:http behind a proxy that puts something in front": {
    path: "/internal/scim",
    at: "/internal/scim",
    listenerOf: nodeHandler,
  },
  "node:http with a tenant in the path": {
    path: ({ url }) => `/${url.split("/")[1]}/scim`,
    at: "/acme/scim",
    listenerOf: nodeHandler,
  },
  "Express use": { at: "/scim/v2", listenerOf: (scim) => express().use("/scim/v2", nodeHandler(scim)) },
  "Express use, and path says where": {
    path: "/scim/v2",
    at: "/scim/v2",
    listenerOf: (scim) => express().use("/scim/v2", nodeHandler(scim)),
  },
  "Express use, and path says that all is gone": {
    path: "/",
    at: "/scim/v2",
    listenerOf: (scim) => express().use("/scim/v2", nodeHandler(scim)),
  },
  "Express use at another path than clients see": {
    path: "/directory",
    at: "/directory",
    listenerOf: (scim) => express().use("/directory", nodeHandler(scim)),
  },
  "an Express router in a router": {
    path: "/api/directory",
    at: "/api/directory",
    listenerOf: (scim) => express().use("/api", express.Router().use("/directory", nodeHandler(scim))),
  },
  "Express with a URL that middleware has rewritten": {
    path: "/scim/v2",
    at: "/outside/scim/v2",
    listenerOf: (scim) =>
      express()
        .use((request, _response, next) => {
          request.url = request.url.replace(/^\/outside/, "");
          next();
        })
        .use("/scim/v2", nodeHandler(scim)),
  },
  "Koa with koa-mount": {
    path: "/",
    at: "/scim/v2",
    listenerOf: (scim) => {
      const handle = nodeHandler(scim);
      const app = new Koa().use(async (context) => {
        context.respond = false;
        await handle(context.req, context.res);
      });
      return new Koa().use(mount("/scim/v2", app)).callback();
    },
  },
  "Hono mount": {
    path: "/",
    at: "/scim/v2",
    listenerOf: (scim) => getRequestListener(new Hono().mount("/scim/v2", fetchHandler(scim)).fetch),
  },
  "a Hono application in another": {
    at: "/scim/v2",
    listenerOf: (scim) => {
      const handle = fetchHandler(scim);
      const inner = new Hono().all("/*", (context) => handle(context.req.raw));
      return getRequestListener(new Hono().route("/scim/v2", inner).fetch);
    },
  },
  "a Fastify plugin with a prefix": {
    at: "/scim/v2",
    listenerOf: (scim) => fastifyListener(scim, "/scim/v2"),
  },
  "Fastify with rewriteUrl": {
    path: "/scim/v2",
    at: "/outside/scim/v2",
    listenerOf: (scim) => fastifyListener(scim, "/scim/v2"),
  },
};

async function fastifyListener(scim: Scim, prefix: string): Promise<RequestListener> {
  const handle = nodeHandler(scim);
  const app = fastify({ rewriteUrl: ({ url = "/" }) => url.replace(/^\/outside/, "") });
  app.register(
    async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
      for (const url of ["", "/*"]) {
        scope.all(url, (request, reply) => {
          reply.hijack();
          return handle(request.raw, reply.raw);
        });
      }
    },
    { prefix },
  );
  await app.ready();
  return (request, response) => app.routing(request, response);
}

async function serve({ listenerOf, path }: Mount, given: Partial<ScimOptions<Context>> = {}) {
  const warnings: ScimEvent[] = [];
  const scim = smallScim({
    ...given,
    ...(path === undefined ? {} : { path }),
    onNotice: (event) => {
      if (event.type === "warning") warnings.push(event);
    },
  });
  const { port, server } = await listening(await listenerOf(scim));
  servers.push(server);
  return { port, warnings };
}

describe.each(Object.entries(MOUNTS))("%s", (_name, mounted) => {
  test("every endpoint is found, the base URL with and without its slash, and what clients see is the base URL", async () => {
    const { port, warnings } = await serve(mounted);
    const body = JSON.stringify({ schemas: [USER], userName: "ada@example.com" });
    const created = await send(port, { method: "POST", path: `${mounted.at}/Users`, headers: JSON_BODY, body });
    expect(created.status).toBe(201);
    expect(created.headers.location).toBe(`https://example.com/scim/v2/Users/${created.json.id}`);
    for (const path of [`${mounted.at || "/"}`, `${mounted.at}/`, `${mounted.at}/?count=1`])
      expect(await send(port, { path, headers: AUTHORIZED })).toMatchObject({ status: 200, json: { schemas: [LIST] } });
    // Anonymous discovery is found by the same path.
    expect((await send(port, { path: `${mounted.at}/ServiceProviderConfig` })).status).toBe(200);
    expectScimError(await send(port, { path: `${mounted.at}/Nothing`, headers: AUTHORIZED }), 404);
    expect(warnings).toEqual([]);
  });
});

describe("a request that is not below the service", () => {
  test("is told to the host once, with the path of the request and the one that was looked for", async () => {
    const { port, warnings } = await serve({ at: "/", listenerOf: nodeHandler });
    for (const path of ["/Users/2819c223?filter=userName%20eq%20%22ada%22", "/v2/Users", "/scim/v22"]) {
      expectScimError(
        await send(port, { path, headers: AUTHORIZED }),
        404,
        /^No such endpoint\. The endpoints of this service are below https:\/\/example\.com\/scim\/v2\/\.$/,
      );
    }
    expect(warnings).toEqual([
      {
        type: "warning",
        code: "outsideBaseUrl",
        message: expect.stringMatching(
          /for \/Users\/2819c223 got a 404.*not below \/scim\/v2 \(the path of baseUrl\).*option path/,
        ),
        context: {},
      },
    ]);
  });

  test("is measured by the option path where that is given, of which the client hears nothing [T-A1]", async () => {
    const { port, warnings } = await serve({ at: "/", path: "/internal/scim", listenerOf: nodeHandler });
    const received = await send(port, { path: "/scim/v2/Users", headers: AUTHORIZED });
    expectScimError(received, 404, /below https:\/\/example\.com\/scim\/v2\//);
    expect(received.text).not.toContain("internal");
    expect(warnings).toMatchObject([
      { message: expect.stringMatching(/for \/scim\/v2\/Users .*below \/internal\/scim \(the option path\)/) },
    ]);
  });

  test("of somebody who is not known is 401, and no warning: anybody can ask for anything", async () => {
    const { port, warnings } = await serve({ at: "/", listenerOf: nodeHandler });
    expectScimError(await send(port, { path: "/Users" }), 401);
    expectScimError(await send(port, { path: "/ServiceProviderConfig" }), 401);
    // As long as the base path, but another: what is behind it is no discovery endpoint.
    for (const path of ["/scim/v3/Schemas", "/other/v/ServiceProviderConfig", "/scim/v2Schemas"])
      expectScimError(await send(port, { path }), 401);
    expect(warnings).toEqual([]);
  });

  test("an unknown endpoint below it is no such thing", async () => {
    const { port, warnings } = await serve({ at: "/", listenerOf: nodeHandler });
    expectScimError(await send(port, { path: "/scim/v2/Nothing", headers: AUTHORIZED }), 404);
    expect(warnings).toEqual([]);
  });
});

test("a tenant with a base URL of its own is found where path says, and sees its own URLs", async () => {
  const { port } = await serve(
    { at: "/", path: "/", listenerOf: nodeHandler },
    {
      authenticate: () => ({ tenant: "globex" }),
      tenant: () => ({ baseUrl: "https://globex.example.com/directory" }),
    },
  );
  const body = JSON.stringify({ schemas: [USER], userName: "ada@example.com" });
  const created = await send(port, { method: "POST", path: "/Users", headers: JSON_BODY, body });
  expect(created.headers.location).toBe(`https://globex.example.com/directory/Users/${created.json.id}`);
});
