import { expect, test } from "vitest";
import { Group, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, filtered, GROUP, USER } from "../support/directory.ts";
import { PATCH } from "../support/patching.ts";
import { THING, Thing } from "../support/thing.ts";

const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

test("sorting by a secret is answered as by an attribute that does not exist [T-F2]", async () => {
  const { ask } = directory({ storage: memoryStorage({ hashSecret: String }) });
  for (const [userName, password] of [
    ["a", "z"],
    ["b", "y"],
  ])
    await ask("POST", "/Users", { schemas: [USER], userName, password });
  for (const by of ["password", "PASSWORD", `${USER}:password`]) {
    const unknown = by.replace(/password/i, "nosuch");
    const blank = (text: string | undefined) => text?.replaceAll(/password|nosuch/gi, "?");
    for (const order of ["ascending", "descending"]) {
      const url = await ask("GET", `/Users?sortBy=${by}&sortOrder=${order}`);
      expect(url.status).toBe(400);
      expect(blank(url.body)).toBe(blank((await ask("GET", `/Users?sortBy=${unknown}&sortOrder=${order}`)).body));
      expect((await ask("POST", "/Users/.search", { schemas: [SEARCH], sortBy: by, sortOrder: order })).status).toBe(
        400,
      );
    }
  }
});

test("what is never returned is in no answer, whoever asks for it by whatever verb and spelling [T-F3]", async () => {
  const { ask } = directory({
    resourceTypes: [User, Group, Thing],
    storage: memoryStorage({ hashSecret: (value) => `canary-hash-${value}` }),
  });
  const user = { schemas: [USER], userName: "ada", password: "canary-word" };
  const thing = { schemas: [THING], name: "t", secret: "canary-secret", never: "canary-never" };
  for (const [endpoint, body, names] of [
    ["/Users", user, ["password", "PassWord", `${USER}:Password`]],
    ["/Things", thing, ["secret,never", "SECRET,NEVER", `${THING}:secret,${THING}:never`]],
  ] as const)
    for (const name of names) {
      const asked = `attributes=${encodeURIComponent(name)}`;
      const unique = { ...body, ...("userName" in body ? { userName: crypto.randomUUID() } : {}) };
      const created = await ask("POST", `${endpoint}?${asked}`, unique);
      const path = `${endpoint}/${created.json.id}`;
      const operations = Object.entries(body)
        .filter(([key]) => /password|secret|never/.test(key))
        .map(([key, value]) => ({ op: "replace", path: key, value: `${value}2` }));
      for (const answer of [
        created,
        await ask("GET", `${path}?${asked}`),
        await ask("GET", `${endpoint}?${asked}`),
        await ask("GET", `/?${asked}`),
        await ask("PUT", `${path}?${asked}`, unique),
        await ask("PATCH", `${path}?${asked}`, { schemas: [PATCH], Operations: operations }),
        await ask("POST", `${endpoint}/.search`, { schemas: [SEARCH], attributes: name.split(",") }),
        await ask("POST", `/Bulk?${asked}`, { schemas: [BULK], Operations: [{ method: "PUT", path, data: unique }] }),
      ]) {
        expect(answer.status).toBeLessThan(300);
        expect(answer.body).not.toContain("canary");
      }
    }
});

test("each kind of returned keeps its rule under every parameter and verb [T-F5]", async () => {
  const { ask } = directory({ resourceTypes: [User, Group, Thing] });
  const thing = { schemas: [THING], name: "t", always: "a", asked: "k", never: "n", exact: "e" };
  const { id } = (await ask("POST", "/Things", thing)).json;
  const shown = async (method: string, parameters: string) => {
    const where = method === "POST" || method === "LIST" ? "/Things" : `/Things/${id}`;
    const body = method === "POST" || method === "PUT" ? thing : undefined;
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", path: "exact", value: crypto.randomUUID() }] };
    const { json } = await ask(
      method === "LIST" ? "GET" : method,
      `${where}${parameters}`,
      method === "PATCH" ? patch : body,
    );
    const { schemas: _schemas, ...rest } = method === "LIST" ? json.Resources[0] : json;
    return Object.keys(rest).sort().join();
  };
  for (const method of ["GET", "LIST", "POST", "PUT", "PATCH"]) {
    // A write also shows by name what it was given by name.
    const asked = method === "POST" || method === "PUT" ? "asked," : "";
    expect(await shown(method, ""), method).toBe(`always,${asked}exact,id,label,meta,name`);
    for (const parameters of ["?attributes=asked,never", "?attributes=ASKED"])
      expect(await shown(method, parameters), method).toBe("always,asked,id");
    expect(await shown(method, "?excludedAttributes=id,always,name,meta,label"), method).toBe(
      `always,${asked}exact,id`,
    );
  }
});

test("count and startIndex are numbers within bounds, or 400 [T-F7 T-F8]", async () => {
  const { ask } = directory({ limits: { results: 3 } });
  for (const userName of ["a", "b", "c", "d", "e"]) await ask("POST", "/Users", { schemas: [USER], userName });
  for (const [count, found] of [
    ["-1", 0],
    ["-9999999999", 0],
    ["0", 0],
    ["1", 1],
    ["3", 3],
    ["4", 3],
    ["2147483647", 3],
    ["99999999999999999999", 3],
  ] as const) {
    const { json } = await ask("GET", `/Users?count=${count}`);
    // A number that no double holds may be refused, and never lifts the bound.
    if (json.status === undefined) expect([json.Resources?.length ?? 0, json.totalResults], count).toEqual([found, 5]);
    else expect([json.status, count.length > 15]).toEqual(["400", true]);
  }
  for (const [startIndex, found] of [
    ["0", 3],
    ["-5", 3],
    ["1", 3],
    ["5", 1],
    ["6", 0],
    ["9007199254740991", 0],
    ["9000000000000000", 0],
  ] as const) {
    const { status, json } = await ask("GET", `/Users?startIndex=${startIndex}`);
    expect(status, startIndex).toBe(200);
    expect([json.Resources?.length ?? 0, json.totalResults], startIndex).toEqual([found, 5]);
  }
  for (const name of ["count", "startIndex"])
    for (const odd of ["1e309", "0x10", "1.5", "%D9%A3", "", "1e1", "NaN", "Infinity", "null", "1;2", "٣"]) {
      const { json } = await ask("GET", `/Users?${name}=${odd}`);
      expect(json.status, `${name}=${odd}`).toBe("400");
    }
});

test("a pattern longer than any value can be is 400 before a database sees it [T-F14]", async () => {
  const { ask } = directory();
  for (const operator of ["eq", "co", "sw", "ew"])
    for (const length of [9000, 60_000]) {
      const filter = `userName ${operator} "${"x".repeat(length)}"`;
      expect((await ask("GET", filtered("/Users", filter))).json.scimType).toBe("invalidFilter");
      expect((await ask("POST", "/Users/.search", { schemas: [SEARCH], filter })).json.scimType).toBe("invalidFilter");
    }
});

test("sortBy names an attribute and nothing else: what looks like SQL is 400 and reaches no storage [T-F15]", async () => {
  const memory = memoryStorage();
  const sorts: unknown[] = [];
  const { ask } = directory({
    storage: {
      ...memory,
      query(request, context) {
        sorts.push(request.sort?.path.text);
        return memory.query(request, context);
      },
    },
  });
  for (const by of [
    "id) desc; drop table users",
    "(select 1)",
    "userName desc",
    "userName,id",
    "1",
    "id--",
    "'id'",
    '"id"',
    "userName;",
    "a`b",
    "id/**/",
    'emails[type eq "work"]',
  ]) {
    expect((await ask("GET", `/Users?sortBy=${encodeURIComponent(by)}`)).status, by).toBe(400);
    expect((await ask("POST", "/Users/.search", { schemas: [SEARCH], sortBy: by })).status, by).toBe(400);
  }
  expect(sorts).toEqual([]);
  await ask("GET", "/Users?sortBy=USERNAME");
  expect(sorts).toHaveLength(1);
});

test("more names in attributes than the limit are 400, and a page whose members are excluded reads none [T-F16]", async () => {
  const memory = memoryStorage();
  const isRead: boolean[] = [];
  const { ask } = directory({
    storage: {
      ...memory,
      query(request, context) {
        isRead.push(request.resourceType.attributes.some((one) => one.collection && request.select.includes(one)));
        return memory.query(request, context);
      },
    },
  });
  await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" });
  const names = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`).join();
  for (const parameter of ["attributes", "excludedAttributes"]) {
    expect((await ask("GET", `/Groups?${parameter}=${names(100)}`)).status).toBe(200);
    expect((await ask("GET", `/Groups?${parameter}=${names(101)}`)).json.status).toBe("400");
    expect((await ask("GET", `/Groups?${parameter}=${names(2000)}`)).json.status).toBe("400");
  }
  isRead.length = 0;
  await ask("GET", "/Groups?excludedAttributes=members");
  await ask("GET", "/Groups?attributes=displayName");
  await ask("GET", "/Groups");
  expect(isRead).toEqual([false, false, true]);
});
