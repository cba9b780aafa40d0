import fastify from "fastify";
import { afterEach, expect, test } from "vitest";
import { nodeHandler } from "../../src/hosts/node.ts";
import { BASE_URL, directory, USER } from "../support/directory.ts";

const apps: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

/** A Fastify application with the handler mounted without a route for the base URL itself; `keepParsers` forgets to leave the body alone. */
async function serve({ keepParsers = false } = {}): Promise<string> {
  const handle = nodeHandler(directory().scim);
  const app = fastify();
  apps.push(app);
  app.get("/own", async () => ({ own: true }));
  app.register(async (scope) => {
    if (!keepParsers) {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    }
    scope.all("/scim/v2/*", (request, reply) => {
      reply.hijack();
      return handle(request.raw, reply.raw);
    });
  });
  return app.listen({ port: 0, host: "127.0.0.1" });
}

const create = (url: string, type: string, userName: string): Promise<Response> =>
  fetch(`${url}/scim/v2/Users`, {
    method: "POST",
    headers: { authorization: "Bearer good", "content-type": type },
    body: JSON.stringify({ schemas: [USER], userName }),
  });

test("Fastify serves SCIM beside its own routes, with bodies of either media type [Q05]", async () => {
  const url = await serve();
  for (const [type, userName] of [
    ["application/scim+json", "ada@example.com"],
    ["application/json; charset=utf-8", "grace@example.com"],
  ] as const) {
    const response = await create(url, type, userName);
    expect(response.status).toBe(201);
    expect(response.headers.get("location")?.startsWith(`${BASE_URL}/Users/`)).toBe(true);
    expect(await response.json()).toMatchObject({ userName });
  }
  expect(await (await fetch(`${url}/own`)).json()).toEqual({ own: true });
});

test("where Fastify has read the body first, the answer says what is wrong with the server", async () => {
  const response = await create(await serve({ keepParsers: true }), "application/json", "ada@example.com");
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    status: "500",
    detail: expect.stringContaining("before scimkit could"),
  });
});
