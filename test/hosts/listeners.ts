import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { nodeHandler } from "../../src/hosts/node.ts";
import type { Scim } from "../../src/index.ts";

/** Nobody declares types for both versions at once; what is used of them is the same. */
const express4 = createRequire(import.meta.url)("express4") as typeof express;

/** The service below `/scim/v2` of an application of each framework. */
export const LISTENERS: Readonly<Record<string, (scim: Scim) => RequestListener | Promise<RequestListener>>> = {
  "node:http": (scim) => nodeHandler(scim),
  Hono: (scim) => {
    const handle = fetchHandler(scim);
    return getRequestListener(new Hono().all("/scim/v2/*", (context) => handle(context.req.raw, context.env)).fetch);
  },
  "Hono behind middleware that makes a request of its own": (scim) => {
    const handle = fetchHandler(scim);
    return getRequestListener((request) => handle(new Request(request)));
  },
  "Express 5": (scim) => express().use("/scim/v2", nodeHandler(scim)),
  "Express 4": (scim) => express4().use("/scim/v2", nodeHandler(scim)),
  Fastify: async (scim) => {
    const handle = nodeHandler(scim);
    const app = fastify();
    app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
      scope.all("/scim/v2/*", (request, reply) => {
        reply.hijack();
        return handle(request.raw, reply.raw);
      });
    });
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  Koa: (scim) => {
    const handle = nodeHandler(scim);
    const app = new Koa().use(async (context) => {
      context.respond = false;
      await handle(context.req, context.res);
    });
    // It writes clients that leave to the console.
    app.silent = true;
    return app.callback();
  },
};
