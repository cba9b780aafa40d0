import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { defineResourceType, Group, User } from "scimkit";
import { startTestServer, type TestServer, type TestServerOptions } from "scimkit/testing";
import { afterEach, describe, expect, test } from "vitest";

const SEED = {
  users: [
    { id: "ada", userName: "ada@example.com", active: true, password: "a-Secret-of-Ada-1" },
    { id: "grace", userName: "grace@example.com" },
  ],
  groups: [{ id: "pioneers", displayName: "Pioneers", members: [{ value: "ada" }] }],
};

const open: TestServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(options?: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options);
  open.push(server);
  return server;
}

/** Asks a server as a client does: over its socket, or by its `fetch`. */
function asker(server: TestServer, way: "a socket" | "fetch") {
  const ask = way === "fetch" ? server.fetch : fetch;
  return (method: string, path: string, body?: unknown, signal?: AbortSignal) =>
    ask(server.url + path, {
      method,
      headers: { authorization: `Bearer ${server.token}`, "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
}

const user = (userName: string) => ({ schemas: [User.schema.id], userName });

describe.each(["a socket", "fetch"] as const)("a test server that is asked by %s", (way) => {
  const listen = way === "a socket";

  test("has what the seed says, under the ids that it gives", async () => {
    const server = await start({ listen, seed: SEED });
    const ask = asker(server, way);
    const ada = await (await ask("GET", "/Users/ada")).json();
    expect(ada).toMatchObject({ userName: "ada@example.com", groups: [{ value: "pioneers" }] });
    expect(ada).not.toHaveProperty("password");
    expect(ada.meta.location).toBe(`${server.url}/Users/ada`);
    expect((await ask("GET", "/Groups/pioneers")).status).toBe(200);
    expect((await server.resources("User")).map(({ id }) => id)).toEqual(["ada", "grace"]);
  });

  test("says what it was asked, and what it answered", async () => {
    const server = await start({ listen });
    const ask = asker(server, way);
    await ask("POST", "/Users", user("alan"));
    await ask("GET", "/Users?count=1");
    await ask("GET", "/Users/nobody");
    expect(server.requests).toMatchObject([
      { method: "POST", path: "/Users", body: { userName: "alan" }, status: 201, isFailed: false },
      { method: "GET", path: "/Users?count=1", body: undefined, status: 200 },
      { method: "GET", path: "/Users/nobody", status: 404 },
    ]);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${server.token}`);
  });

  test("goes back to its seed", async () => {
    const server = await start({ listen, seed: () => SEED });
    const ask = asker(server, way);
    await ask("POST", "/Users", user("alan"));
    await ask("DELETE", "/Groups/pioneers");
    server.fail({ status: 500, times: Infinity });
    await server.reset();
    expect(server.requests).toEqual([]);
    expect((await ask("GET", "/Groups/pioneers")).status).toBe(200);
    expect(await server.resources("User")).toHaveLength(2);
  });

  test("fails with a status, and then no more", async () => {
    const server = await start({ listen });
    const ask = asker(server, way);
    const planned = server.fail({ status: 429, retryAfter: 1, headers: { "x-rate-limit-remaining": "0" } });
    const refused = await ask("POST", "/Users", user("alan"));
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("x-rate-limit-remaining")).toBe("0");
    expect(await refused.json()).toMatchObject({ status: "429", schemas: [expect.stringContaining("Error")] });
    expect(await server.resources("User")).toEqual([]);
    expect(server.requests).toMatchObject([{ status: 429, isFailed: true, body: { userName: "alan" } }]);
    expect((await ask("POST", "/Users", user("alan"))).status).toBe(201);
    expect(planned.hits).toBe(1);
  });

  test("does what it was asked, and says that it has failed", async () => {
    const server = await start({ listen });
    const ask = asker(server, way);
    server.fail({ status: 503, when: "after", body: "<h1>Bad gateway</h1>" });
    const answer = await ask("POST", "/Users", user("alan"));
    expect([answer.status, await answer.text()]).toEqual([503, "<h1>Bad gateway</h1>"]);
    expect(await server.resources("User")).toMatchObject([{ userName: "alan" }]);
  });

  test.each([
    { when: "before", left: 0 },
    { when: "after", left: 1 },
  ] as const)("cuts the connection $when the work is done", async ({ when, left }) => {
    const server = await start({ listen });
    const ask = asker(server, way);
    server.fail({ cut: true, when });
    await expect(ask("POST", "/Users", user("alan"))).rejects.toBeInstanceOf(TypeError);
    expect(await server.resources("User")).toHaveLength(left);
    expect(server.requests).toMatchObject([{ status: undefined, isFailed: true }]);
    expect((await ask("GET", "/Users")).status).toBe(200);
  });

  test("answers late, and whoever has no patience may leave", async () => {
    const server = await start({ listen, seed: SEED });
    const ask = asker(server, way);
    const planned = server.fail({ delay: 3_600_000, path: "/Users" });
    const leaving = new AbortController();
    const asked = ask("GET", "/Users/ada", undefined, leaving.signal);
    const late = expect(asked).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => planned.hits).toBe(1);
    leaving.abort();
    await late;
    server.fail({ delay: 1 });
    expect(await (await ask("GET", "/Users/ada")).json()).toMatchObject({ id: "ada" });
  });

  test("lets those fail alone that are like it was said", async () => {
    const server = await start({ listen, seed: SEED });
    const ask = asker(server, way);
    server.fail({ status: 503, method: "patch", times: 2 });
    server.fail({ status: 500, path: "/Groups", times: 1 });
    const teapot = server.fail({ status: 418, path: /filter=/, times: Infinity });
    const statuses = [];
    for (const [method, path] of [
      ["GET", "/Users/ada"],
      ["PATCH", "/Users/ada"],
      ["PATCH", "/Groups/pioneers"],
      ["GET", "/Groupshare"],
      ["GET", "/Groups/pioneers"],
      ["GET", "/Groups/pioneers"],
      ["GET", "/Users?filter=active%20pr"],
      ["GET", "/Users?filter=active%20pr"],
    ] as const)
      statuses.push((await ask(method, path)).status);
    expect(statuses).toEqual([200, 503, 503, 404, 500, 200, 418, 418]);
    teapot.stop();
    expect((await ask("GET", "/Users?filter=active%20pr")).status).toBe(200);
    expect(teapot.hits).toBe(2);
  });

  test("takes the options of a service", async () => {
    const events: string[] = [];
    const server = await start({
      listen,
      resourceTypes: [User],
      token: "another-token-of-tests",
      bulk: false,
      limits: { results: 2 },
      paging: { index: false },
      seed: { users: ["a", "b", "c"].map((userName) => ({ userName })) },
      onChange: ({ type }) => events.push(type),
    });
    const ask = asker(server, way);
    expect((await ask("POST", "/Bulk", {})).status).toBe(501);
    expect((await (await ask("GET", "/Users?count=9")).json()).Resources).toHaveLength(2);
    expect((await ask("GET", "/Groups")).status).toBe(404);
    expect(await server.resources("User")).toHaveLength(3);
    await ask("POST", "/Users", user("d"));
    expect(events).toEqual(["created"]);
    expect(server.resourceTypes.map(({ name }) => name)).toEqual(["User"]);
    await expect(server.resources("Group")).rejects.toThrow("there is no resource type Group; there are User");
  });
});

test("refuses the wrong token, and reads it from `authenticate` where there is one", async () => {
  const server = await start({ listen: false, authenticate: () => ({}) });
  expect((await server.fetch(`${server.url}/Users`)).status).toBe(200);
  const other = await start({ listen: false });
  expect((await other.fetch(`${other.url}/Users`)).status).toBe(401);
});

test("seeds resource types of the host's own, and extensions", async () => {
  const Team = defineResourceType({ name: "Team", endpoint: "/Teams", schema: Group.schema });
  const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  const server = await start({
    listen: false,
    seed: { users: [{ userName: "ada", [enterprise]: { department: "Research" } }] },
  });
  expect(await server.resources("User")).toMatchObject([{ [enterprise]: { department: "Research" } }]);
  const teams = await start({
    listen: false,
    resourceTypes: [Team],
    seed: { others: { Team: [{ displayName: "One" }] } },
  });
  expect(await teams.resources("Team")).toMatchObject([{ displayName: "One" }]);
});

test("says which body of a seed is refused, and why; and leaves no port open", async () => {
  await expect(start({ seed: { users: [{ userName: "ada" }, { userName: "ADA" }] } })).rejects.toThrow(
    /the seed's User {"userName":"ADA"} is refused: 409 .*userName/,
  );
});

test("says what is wrong with a failure", async () => {
  const server = await start({ listen: false });
  expect(() => server.fail({ status: 500, cut: true })).toThrow(/not both; leave one of them out/);
  expect(() => server.fail({})).toThrow(/give a status, cut or a delay/);
});

test("frees its port, with connections open, as soon as its scope is left", async () => {
  let url: string;
  {
    await using server = await startTestServer();
    url = server.url;
    expect((await fetch(url)).status).toBe(401);
  }
  await expect(fetch(url)).rejects.toBeInstanceOf(TypeError);
});

test("runs under node:test as well", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const args = ["--import", "./test/examples/source.ts", "--test-reporter=tap", "test/testing/runners/test-server.mjs"];
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, env, encoding: "utf8" });
  expect(stdout).toMatch(/^# pass 2$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(status).toBe(0);
});
