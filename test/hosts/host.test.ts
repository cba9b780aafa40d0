import type { IncomingMessage, RequestListener, Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono, type Context as HonoContext } from "hono";
import Koa from "koa";
import { afterEach, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import { createScim, errors, type Scim, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { closed, expectScimError, listening, send } from "./wire.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

/** A service that asks nobody but its host who asks; `found` looks into what the host gives. */
function scimOf<H>(found: (host: H) => string | undefined): Scim<H> {
  return createScim({
    resourceTypes: [User],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    authenticate: (_request, host: H) => {
      const tenant = found(host);
      if (tenant === undefined) throw errors.unauthorized();
      return { tenant };
    },
  });
}

/** What middleware ahead of the service finds of the session. */
const tenantIn = (headers: IncomingMessage["headers"]): string | undefined => headers["x-session"]?.toString();

type Found = HonoContext<{ Variables: { tenant: string | undefined } }>;

/** Each framework, with middleware that puts who asks where such middleware does. */
const FRAMEWORKS: Readonly<Record<string, () => RequestListener | Promise<RequestListener>>> = {
  "node:http": () => {
    const handle = nodeHandler(scimOf((request: IncomingMessage) => tenantIn(request.headers)));
    return (request, response) => handle(request, response);
  },
  Express: () => {
    const scim = scimOf((request: express.Request & { readonly user?: string | undefined }) => request.user);
    return express()
      .use((request, _response, next) => {
        Object.assign(request, { user: tenantIn(request.headers) });
        next();
      })
      .use("/scim/v2", nodeHandler(scim));
  },
  Fastify: async () => {
    const scim = scimOf((request: { readonly session: string | undefined }) => request.session);
    const app = fastify().decorateRequest("session", undefined);
    app.addHook("onRequest", async (request) => {
      Object.assign(request, { session: tenantIn(request.headers) });
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    app.all("/scim/v2/*", (request, reply) => {
      reply.hijack();
      const host = () => ({ session: "session" in request ? (request.session as string | undefined) : undefined });
      return nodeHandler(scim, { host })(request.raw, reply.raw);
    });
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  Koa: () => {
    const scim = scimOf((context: Koa.Context) => context.state.tenant as string | undefined);
    return new Koa()
      .use((context, next) => {
        context.state.tenant = tenantIn(context.req.headers);
        return next();
      })
      .use(async (context) => {
        context.respond = false;
        await nodeHandler(scim, { host: () => context })(context.req, context.res);
      })
      .callback();
  },
  Hono: () => {
    const scim = scimOf((context: Found) => context.get("tenant"));
    const app = new Hono<{ Variables: { tenant: string | undefined } }>()
      .use((context, next) => {
        context.set("tenant", context.req.header("x-session"));
        return next();
      })
      .all("/scim/v2/*", (context) => fetchHandler(scim, { host: () => context })(context.req.raw, context.env));
    return getRequestListener(app.fetch);
  },
  fetch: () =>
    getRequestListener(fetchHandler(scimOf((request: Request) => request.headers.get("x-session") ?? undefined))),
};

describe.each(Object.keys(FRAMEWORKS))("what %s knows of a request", (name) => {
  test("reaches authenticate as it is, and decides who asks", async () => {
    const { port, server } = await listening((await FRAMEWORKS[name]?.()) as RequestListener);
    servers.push(server);
    const path = "/scim/v2/Users";
    expectScimError(await send(port, { path }), 401);
    const acme = { "X-Session": "acme", "Content-Type": "application/json" };
    const body = JSON.stringify({ schemas: [User.schema.id], userName: "ada" });
    expect((await send(port, { method: "POST", path, headers: acme, body })).status).toBe(201);
    expect((await send(port, { path, headers: acme })).json.totalResults).toBe(1);
    expect((await send(port, { path, headers: { "X-Session": "globex" } })).json.totalResults).toBe(0);
  });
});

describe("what a host gives beside a request", () => {
  test("reaches authenticate, tenant and throttle, the same object each time, and no other function", async () => {
    const unit = { work: "unit" };
    const seen: unknown[] = [];
    const others: unknown[][] = [];
    const scim = createScim({
      resourceTypes: [User],
      storage: memoryStorage(),
      baseUrl: (...given) => {
        others.push(given);
        return "https://example.com/scim/v2";
      },
      authenticate: (_request, host: typeof unit) => {
        seen.push(host);
        return { tenant: "acme" };
      },
      throttle: (_request, _context, host) => void seen.push(host),
      tenant: (_context, host) => {
        seen.push(host);
        return undefined;
      },
      authorize: (...given) => void others.push(given),
    });
    const request = { method: "GET", url: "/scim/v2/Users", headers: {} };
    expect((await scim.handle(request, unit)).status).toBe(200);
    expect(seen).toEqual([unit, unit, unit]);
    for (const host of seen) expect(host).toBe(unit);
    expect(others.flat()).not.toContain(unit);
  });

  test("may be missing where nobody asks for it", async () => {
    const hosts: unknown[] = [];
    const scim = createScim({
      resourceTypes: [User],
      storage: memoryStorage(),
      baseUrl: "https://example.com/scim/v2",
      authenticate: (_request, host) => {
        hosts.push(host);
        return {};
      },
    });
    expect((await scim.handle({ method: "GET", url: "/scim/v2/Users", headers: {} })).status).toBe(200);
    expect(hosts).toEqual([undefined]);
  });

  test.each([
    ["a ScimError is the answer", () => errors.forbidden("No session."), 403],
    ["anything else is a 500 that says nothing of it", () => new Error("canary"), 500],
  ] as const)("and is thrown while it is made: %s", async (_what, made, status) => {
    const host = (): never => {
      throw made();
    };
    const scim = scimOf((found: string) => found);
    const { port, server } = await listening(nodeHandler(scim, { host }));
    servers.push(server);
    const overNode = await send(port, { path: "/scim/v2/Users" });
    const overFetch = await fetchHandler(scim, { host })(new Request("https://example.com/scim/v2/Users"));
    expect([overNode.status, overFetch.status]).toEqual([status, status]);
    expect(overNode.text + (await overFetch.text())).not.toContain("canary");
  });
});
