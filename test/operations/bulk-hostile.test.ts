import { describe, expect, test } from "vitest";
import type { StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { OF_A_TEST } from "../support/able.ts";
import { bulkOf, idOf, patchOf, postGroup, postUser, sendBulk, statuses } from "../support/bulk.ts";
import { BASE_URL, type Directory, directory, ENTERPRISE, ERROR, GROUP, USER } from "../support/directory.ts";

/** A service that tells how often storage was asked. */
function counted(given: Parameters<typeof directory>[0] = {}): Directory & { readonly calls: () => number } {
  const memory = memoryStorage();
  let calls = 0;
  const count =
    <A extends readonly unknown[], R>(call: (...given: A) => R) =>
    (...given: A): R => {
      calls++;
      return call(...given);
    };
  const storage: StorageAdapter = {
    ...OF_A_TEST,
    get: count(memory.get),
    query: count(memory.query),
    create: count(memory.create),
    replace: count(memory.replace),
    delete: count(memory.delete),
  };
  return { ...directory({ storage, ...given }), calls: () => calls };
}

const large = { limits: { bulkOperations: 20_000, body: 20_000_000 } } as const;

describe("size", () => {
  test("10,000 operations are 413 before storage is asked once [P-3.7.4-02 T-G1]", async () => {
    const service = counted();
    const operations = Array.from({ length: 10_000 }, (_, index) => postUser(`u${index}`));
    const answer = await service.ask("POST", "/Bulk", bulkOf(operations));
    expect(answer.status).toBe(413);
    expect(answer.json.detail).toContain("maxOperations (1000)");
    expect(service.calls()).toBe(0);
  });

  test("a list of hundreds of thousands of empty operations is 413 as well [T-G1]", async () => {
    const service = counted();
    const answer = await service.ask("POST", "/Bulk", bulkOf(Array.from({ length: 400_000 }, () => ({}))));
    expect(answer.status).toBe(413);
    expect(service.calls()).toBe(0);
  });

  test("results are small, whatever was sent: no echo of long bulkIds, paths, versions and values [T-G4 T-G11]", async () => {
    const long = "x".repeat(200_000);
    const answer = await directory().ask(
      "POST",
      "/Bulk",
      bulkOf([
        { ...postUser("a"), bulkId: long },
        { method: "DELETE", path: `/Users/${long}` },
        { method: "DELETE", path: "/Users/1", version: long },
        postGroup("b", [`bulkId:${long}`]),
        { method: long, path: "/Users" },
        postUser("c", { displayName: "y".repeat(8000) }),
      ]),
    );
    expect(statuses(answer.json.Operations)).toEqual(["400", "400", "400", "400", "400", "201"]);
    expect(answer.body?.length).toBeLessThan(3000);
  });

  test("1,000 changes of a large group come back in a few hundred bytes each [T-G11]", async () => {
    const service = directory(large);
    const names = Array.from({ length: 1000 }, (_, index) => `u${index}`);
    const results = await sendBulk(service, [
      ...names.map((name) => postUser(name)),
      postGroup(
        "staff",
        names.map((name) => `bulkId:${name}`),
      ),
    ]);
    expect(results.at(-1).status).toBe("201");
    const path = `/Groups/${idOf(results.at(-1))}`;
    const changes = names.map((name) => patchOf(path, [{ op: "replace", path: "displayName", value: name }]));
    const answer = await service.ask("POST", "/Bulk", bulkOf(changes));
    expect(new Set(statuses(answer.json.Operations))).toEqual(new Set(["200"]));
    expect(answer.body?.length).toBeLessThan(1000 * 300);
  });
});

describe("references of every shape are resolved without recursion", () => {
  const length = 3000;
  const manager = (index: number) => ({ [ENTERPRISE]: { manager: { value: `bulkId:u${index}` } } });
  const chain = Array.from({ length }, (_, index) =>
    postUser(`u${index}`, index + 1 < length ? manager(index + 1) : {}),
  );

  test.each([
    ["each to the next one", chain],
    ["each to the one before", [...chain].reverse()],
  ])(`a chain of ${length}, %s [T-G3]`, async (_, operations) => {
    const service = directory(large);
    const results = await sendBulk(service, operations);
    expect(new Set(statuses(results))).toEqual(new Set(["201"]));
    const [first] = operations as readonly { readonly bulkId: string }[];
    const top = results.find(({ bulkId }) => bulkId === "u0");
    const { json } = await service.ask("GET", `/Users/${idOf(top)}`);
    expect(json[ENTERPRISE].manager.$ref).toBe(results.find(({ bulkId }) => bulkId === "u1").location);
    expect(results[0].bulkId).toBe(first?.bulkId);
  });

  test(`one circle of ${length} [P-3.7.1-01 T-G2]`, async () => {
    const service = directory(large);
    const operations = Array.from({ length }, (_, index) => postUser(`u${index}`, manager((index + 1) % length)));
    const results = await sendBulk(service, operations);
    expect(new Set(statuses(results))).toEqual(new Set(["201"]));
    for (const index of [0, 1, length - 1]) {
      const { json } = await service.ask("GET", `/Users/${idOf(results[index])}`);
      expect(json[ENTERPRISE].manager.value).toBe(idOf(results[(index + 1) % length]));
    }
  });

  test("many small circles, and every resource to itself [T-G2]", async () => {
    const service = directory(large);
    const pairs = Array.from({ length: 2000 }, (_, index) => postUser(`u${index}`, manager(index ^ 1)));
    const selves = Array.from({ length: 1000 }, (_, index) => ({
      ...postUser(`s${index}`, { [ENTERPRISE]: { manager: { value: `bulkId:s${index}` } } }),
    }));
    const results = await sendBulk(service, [...pairs, ...selves]);
    expect(new Set(statuses(results))).toEqual(new Set(["201"]));
  });

  test("all to one, and one to all", async () => {
    const service = directory(large);
    const users = Array.from({ length: 2000 }, (_, index) => postUser(`u${index}`, manager(1999)));
    const group = postGroup(
      "all",
      Array.from({ length: 2000 }, (_, index) => `bulkId:u${index}`),
    );
    const results = await sendBulk(service, [group, ...users]);
    // The last user is its own manager.
    expect(new Set(statuses(results))).toEqual(new Set(["201"]));
    expect((await service.ask("GET", `/Groups/${idOf(results[0])}`)).json.members).toHaveLength(2000);
  });

  test("everyone to everyone [T-G2]", async () => {
    const service = directory(large);
    const names = Array.from({ length: 60 }, (_, index) => `g${index}`);
    const others = (name: string) => names.filter((other) => other !== name).map((other) => `bulkId:${other}`);
    const results = await sendBulk(
      service,
      names.map((name) => postGroup(name, others(name))),
    );
    expect(new Set(statuses(results))).toEqual(new Set(["201"]));
    for (const result of results)
      expect((await service.ask("GET", `/Groups/${idOf(result)}`)).json.members).toHaveLength(59);
  });

  test("a chain whose end fails is 409 all along", async () => {
    const operations = [...chain.slice(0, -1), { ...postUser(`u${length - 1}`), data: {} }];
    const results = await sendBulk(directory(large), operations);
    expect(statuses(results)).toEqual([...Array.from({ length: length - 1 }, () => "409"), "400"]);
  });
});

describe("depth", () => {
  const nested = (levels: number): unknown => {
    let value: unknown = "bulkId:x";
    for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
    return value;
  };

  test("a text that is nested deeper than anything in SCIM is 400 for the request [T-D1]", async () => {
    const text = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
    expect((await directory().ask("POST", "/Bulk", text)).json).toMatchObject({
      status: "400",
      scimType: "invalidSyntax",
    });
  });

  test("a body that the host has parsed may be nested as deep as it likes: each operation has its own result", async () => {
    const { scim } = directory();
    const operations = ["members", "unknown", "displayName", GROUP].map((name, index) => ({
      method: "POST",
      path: "/Groups",
      bulkId: `b${index}`,
      data: { schemas: [GROUP], displayName: "g", [name]: nested(20_000) },
    }));
    const body = { ...bulkOf([...operations, postUser("ada")]), unknown: nested(20_000) };
    const response = await scim.handle({
      method: "POST",
      url: "/scim/v2/Bulk",
      headers: { authorization: "Bearer good" },
      body,
    });
    expect(response.status).toBe(200);
    const results = JSON.parse(String(response.body)).Operations;
    expect(results.at(-1).status).toBe("201");
    for (const { status } of results.slice(0, -1)) expect(status).toMatch(/^(201|400)$/);
  });

  test("a filter of a PATCH that is too long, too deep or too wide is that operation's 400 [T-C16]", async () => {
    const or = (count: number) => Array.from({ length: count }, () => 'value eq "bulkId:ada"').join(" or ");
    const results = await sendBulk(directory({ limits: { filterLength: 100_000 } }), [
      postUser("ada"),
      postGroup("staff", ["bulkId:ada"]),
      ...[
        or(300),
        `${"(".repeat(40)}value eq "bulkId:ada"${")".repeat(40)}`,
        `value eq "${"x".repeat(100_000)}bulkId:"`,
      ].map((filter) => patchOf("/Groups/bulkId:staff", [{ op: "remove", path: `members[${filter}]` }])),
      patchOf("/Groups/bulkId:staff", [{ op: "remove", path: `members[${or(250)}]` }]),
    ]);
    expect(statuses(results)).toEqual(["201", "201", "400", "400", "400", "204"]);
  });
});

describe("paths", () => {
  const corpus = [
    "/Bulk",
    "Bulk",
    "/bulk",
    "/Bulk/1",
    "/Me",
    "/.search",
    "/Users/.search",
    "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    "/ServiceProviderConfig",
    "/ResourceTypes/User",
    "/Users/../Groups/1",
    "/Users/..",
    "/Users/.",
    "/Users/%2e%2e",
    "/Users/%2e%2e/Groups/1",
    "/../Users/1",
    "/../../etc/passwd",
    "//evil/Users",
    "//Users/1",
    "///Users/1",
    "https://evil.example/Users/1",
    `${BASE_URL}/Users/1`,
    "/scim/v2/Users/1",
    "file:///Users/1",
    "/Users/1?attributes=password",
    "/Users?filter=userName%20eq%20%22a%22",
    "/Users/1#x",
    "/Users/a%2Fb",
    "/Users/%252e%252e",
    "/Users/1/groups",
    "/Users//1",
    "/Users/%zz",
    "/Users/%ff",
    "/Users/\ud800",
    "/Users/\u0000",
    "/Users/\r\nSet-Cookie: a=b",
    "\\Users\\1",
    "/Users\\1",
    "",
    "/",
    " /Users/1",
    "/__proto__/1",
    "/constructor/1",
    `/Users/${"a".repeat(3000)}`,
  ];

  test.each(corpus)("%j leads nowhere, by no method, and the response is in order [P-3.7-05 T-G6]", async (path) => {
    const service = counted();
    await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    const before = JSON.stringify((await service.ask("GET", "/Users")).json);
    const answer = await service.ask(
      "POST",
      "/Bulk",
      bulkOf([
        { method: "POST", path, bulkId: "b", data: { schemas: [USER], userName: "eve" } },
        { method: "PUT", path, data: { schemas: [USER], userName: "eve" } },
        patchOf(path, [{ op: "replace", path: "userName", value: "eve" }]),
        { method: "DELETE", path },
      ]),
    );
    expect(answer.status).toBe(200);
    for (const { status, response, location = BASE_URL } of answer.json.Operations) {
      expect(status).toMatch(/^40[04]$/);
      expect(response).toMatchObject({ schemas: [ERROR], status });
      expect(new URL(location).href).toBe(location);
      expect(location.startsWith(BASE_URL)).toBe(true);
    }
    expect(JSON.stringify((await service.ask("GET", "/Users")).json)).toBe(before);
  });

  test.each([
    "/Users/1/bulkId:b",
    "/Users/../bulkId:b",
    "//Users/bulkId:b",
    "https://evil.example/Users/bulkId:b",
    "/Bulk/bulkId:b",
    "/Me/bulkId:b",
    "/.search/bulkId:b",
    "/Schemas/bulkId:b",
    "/Users/bulkid:b",
    "/Users/bulkId:c?d",
    "/Users/bulkId:c/d",
    "/Users/bulkId:../Groups/1",
    "/Users/bulkId:\ud800",
  ])("%j is no reference to a POST of the request, and leads nowhere [R-85 T-G6]", async (path) => {
    const service = directory();
    const results = await sendBulk(service, [
      { ...postUser("ada"), bulkId: "b" },
      { ...postUser("bob"), bulkId: "\ud800" },
      patchOf(path, [{ op: "replace", path: "userName", value: "eve" }]),
      { method: "DELETE", path },
    ]);
    expect(results.slice(2).map(({ status }) => status)).toEqual([
      expect.stringMatching(/^40[04]$/),
      expect.stringMatching(/^40[04]$/),
    ]);
    for (const [index, userName] of ["ada", "bob"].entries())
      expect((await service.ask("GET", `/Users/${idOf(results[index])}`)).json.userName).toBe(userName);
  });

  test("an operation never acts on another resource than its path names, whatever id its body has [T-B2]", async () => {
    const service = directory();
    const [victim, own] = await sendBulk(service, [postUser("victim"), postUser("own")]);
    const before = await service.ask("GET", `/Users/${idOf(victim)}`);
    await sendBulk(service, [
      { method: "PUT", path: `/Users/${idOf(own)}`, data: { schemas: [USER], id: idOf(victim), userName: "own" } },
      patchOf(`/Users/${idOf(own)}`, [{ op: "replace", value: { id: idOf(victim), title: "x" } }]),
      postUser("third", { id: idOf(victim) }),
    ]);
    expect((await service.ask("GET", `/Users/${idOf(victim)}`)).body).toBe(before.body);
  });
});

describe("odd values", () => {
  test.each([
    ["a version that is no string", { version: 1 }],
    ["a version that is a list", { version: ['W/"1"'] }],
  ])("%s is 400, and does not count as none [T-G10]", async (_, more) => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const [result] = await sendBulk(service, [{ method: "DELETE", path: `/Users/${idOf(ada)}`, ...more }]);
    expect(result.status).toBe("400");
    expect((await service.ask("GET", `/Users/${idOf(ada)}`)).status).toBe(200);
  });

  test("names of JavaScript's own are names like others", async () => {
    const text = JSON.stringify(bulkOf([postUser("ada"), postGroup("staff", ["bulkId:ada"])])).replace(
      '"data":{',
      '"__proto__":{"method":"DELETE"},"constructor":1,"data":{"__proto__":{"userName":"eve"},',
    );
    const answer = await directory().ask("POST", "/Bulk", text);
    expect(statuses(answer.json.Operations)).toEqual(["201", "201"]);
    expect(({} as { method?: unknown }).method).toBeUndefined();
  });

  test("null is as good as nothing for members that may be left out, and not for those that may not", async () => {
    const service = directory();
    const { json } = await service.ask("POST", "/Bulk", {
      ...bulkOf([
        { ...postUser("ada"), version: null },
        { ...postUser("b"), bulkId: null },
        { ...postUser("c"), path: null },
        { ...postUser("d"), data: null },
      ]),
      failOnErrors: null,
    });
    expect(statuses(json.Operations)).toEqual(["201", "400", "400", "400"]);
  });
});
