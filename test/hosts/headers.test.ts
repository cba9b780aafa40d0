import type { Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { USER } from "../support/directory.ts";
import { LISTENERS } from "./listeners.ts";
import { AUTHORIZED, closed, JSON_BODY, listening, send, smallScim } from "./wire.ts";

const ada = JSON.stringify({ schemas: [USER], userName: "ada@example.com" });

describe.each(Object.entries(LISTENERS))("%s", (_name, listenerOf) => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    ({ server, port } = await listening(await listenerOf(smallScim())));
  });
  afterAll(() => closed(server));

  test("a header that comes more than once has all of its values [P-3.14-09]", async () => {
    const { json, headers } = await send(port, {
      method: "POST",
      path: "/scim/v2/Users",
      headers: JSON_BODY,
      body: ada,
    });
    const path = `/scim/v2/Users/${json.id}`;
    const tag = String(headers.etag);
    for (const several of [
      ['W/"none"', tag],
      [tag, 'W/"none"'],
    ])
      expect((await send(port, { path, headers: { ...AUTHORIZED, "If-None-Match": several } })).status).toBe(304);
    const others = { ...AUTHORIZED, "If-None-Match": ['W/"none"', 'W/"neither"'] };
    expect((await send(port, { path, headers: others })).status).toBe(200);
  });
});

test("what middleware of Hono has made of a header is what arrives, over @hono/node-server as elsewhere", async () => {
  const handle = fetchHandler(smallScim());
  const app = new Hono()
    .use("/scim/v2/Users", async (context, next) => {
      context.req.raw.headers.set("Authorization", AUTHORIZED.Authorization);
      await next();
    })
    .all("/scim/v2/*", (context) => handle(context.req.raw, context.env));
  const { server, port } = await listening(getRequestListener(app.fetch));
  try {
    const headers = { Authorization: "Bearer another" };
    expect((await send(port, { path: "/scim/v2/Users", headers })).status).toBe(200);
    expect((await send(port, { path: "/scim/v2/Groups", headers })).status).toBe(401);
  } finally {
    await closed(server);
  }
});

test("a host of one's own may give the values of a header as a list: all of them count, in any letter case [P-3.14-09]", async () => {
  const scim = smallScim();
  const url = "/scim/v2/Users";
  const created = await scim.handle({ method: "POST", url, headers: JSON_BODY, body: ada });
  const { id } = JSON.parse(String(created.body));
  const tag = String(created.headers.ETag);
  const read = async (name: string, value: readonly string[]) => {
    const headers = { ...AUTHORIZED, [name]: value };
    return (await scim.handle({ method: "GET", url: `${url}/${id}`, headers })).status;
  };
  for (const name of ["if-none-match", "If-None-Match"]) {
    expect(await read(name, ['W/"none"', tag])).toBe(304);
    expect(await read(name, [tag, 'W/"none"'])).toBe(304);
    expect(await read(name, ['W/"none"', 'W/"neither"'])).toBe(200);
  }
});
