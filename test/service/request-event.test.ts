import { describe, expect, test } from "vitest";
import type { RequestEvent } from "../../src/index.ts";
import { queryByScan, type StorageAdapter, type StoredResource } from "../../src/storage/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, filtered, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/** A service, what it tells `onRequest`, and a clock that gains 5 ms at each look. */
function observed(given: Parameters<typeof directory>[0] = {}) {
  const told: RequestEvent[] = [];
  let time = 0;
  const service = directory({
    onRequest: (event) => told.push(event),
    clock: {
      timer: () => {
        time += 5;
        return time;
      },
    },
    ...given,
  });
  return { ...service, told, last: () => told.at(-1) };
}

describe("onRequest", () => {
  test("is told of each request once: what it asked for, of which type, and how it went", async () => {
    const { ask, told } = observed();
    const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
    const rename = { schemas: [PATCH], Operations: [{ op: "replace", path: "displayName", value: "x" }] };
    for (const [method, path, body] of [
      ["GET", `/Users/${id}`],
      ["HEAD", `/Users/${id}`],
      ["GET", "/Groups"],
      ["POST", "/Users/.search", { schemas: [SEARCH] }],
      ["PUT", `/Users/${id}`, { schemas: [USER], userName: "ada" }],
      ["PATCH", `/Users/${id}`, rename],
      ["DELETE", `/Users/${id}`],
      ["GET", "/Schemas"],
    ] as const)
      await ask(method, path, body);
    expect(
      told.map(({ method, operation, resourceType, status }) => [method, operation, resourceType, status]),
    ).toEqual([
      ["POST", "create", "User", 201],
      ["GET", "read", "User", 200],
      ["HEAD", "read", "User", 200],
      ["GET", "query", "Group", 200],
      ["POST", "query", "User", 200],
      ["PUT", "replace", "User", 200],
      ["PATCH", "patch", "User", 200],
      ["DELETE", "delete", "User", 204],
      ["GET", "discover", undefined, 200],
    ]);
  });

  test("is told of what was refused, and why", async () => {
    const { ask, told } = observed();
    await ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    told.length = 0;
    await ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    await ask("GET", filtered("/Users", "userName zz"));
    await ask("GET", "/Users/none");
    await ask("GET", "/none");
    await ask("GET", "/Users", undefined, { authorization: "" });
    await ask("BREW", "/Users");
    expect(told).toMatchObject([
      { method: "POST", operation: "create", status: 409, scimType: "uniqueness" },
      { method: "GET", resourceType: "User", status: 400, scimType: "invalidFilter" },
      { method: "GET", operation: "read", status: 404 },
      { method: "GET", status: 404 },
      { method: "GET", status: 401 },
      { method: "OTHER", status: 405 },
    ]);
    expect(told[1]).not.toHaveProperty("operation");
    expect(told[3]).not.toHaveProperty("resourceType");
    expect(told[4]).not.toHaveProperty("context");
    expect(told[5]).not.toHaveProperty("scimType");
  });

  test("is told how long it took, by the clock that it is given", async () => {
    const { ask, last } = observed();
    await ask("GET", "/Users");
    expect(last()?.duration).toBe(5);
    const { ask: askReal, last: lastReal } = observed({ clock: { timer: () => performance.now() } });
    await askReal("GET", "/Users");
    expect(lastReal()?.duration).toBeGreaterThan(0);
  });

  test("is told which rules fired, each once, and who asked", async () => {
    const { ask, last } = observed({ authenticate: () => ({ tenant: "acme" }) });
    const email = (value: string) => ({ value, primary: "True" });
    await ask("POST", "/users", { userName: "ada", active: "False", emails: [email("a@b.c"), { value: "d@e.f" }] });
    expect(last()).toMatchObject({ status: 201, context: { tenant: "acme" } });
    expect(last()?.quirks.filter((id) => id === "boolean-strings")).toEqual(["boolean-strings"]);
    expect(last()?.quirks).toContain("missing-schemas");
    await ask("GET", "/Users");
    expect(last()?.quirks).toEqual([]);
  });

  test("is told what storage was asked for, and how many rows it looked at", async () => {
    const rows: StoredResource[] = [];
    const memory = memoryStorage();
    const storage: StorageAdapter = {
      ...memory,
      create: async (request, context) => {
        const stored = await memory.create(request, context);
        rows.push(stored);
        return stored;
      },
      query: (request) => queryByScan(rows, request),
    };
    const { ask, last } = observed({ storage });
    for (const userName of ["a", "b", "c"]) await ask("POST", "/Users", { schemas: [USER], userName });
    expect(last()).toMatchObject({ storageCalls: 1, scanned: 0 });
    await ask("GET", filtered("/Users", 'userName eq "a"'));
    expect(last()).toMatchObject({ storageCalls: 1, scanned: 3 });
    await ask("GET", filtered("/Users", "userName zz"));
    expect(last()).toMatchObject({ storageCalls: 0, scanned: 0 });
    const { id } = rows[0] as StoredResource;
    await ask("PUT", `/Users/${id}`, { schemas: [USER], userName: "a", title: "x" });
    expect(last()).toMatchObject({ storageCalls: 2 });
  });

  test("a listener that throws, at once or later, fails no request", async () => {
    for (const onRequest of [
      () => {
        throw new Error("the counter is broken");
      },
      () => Promise.reject(new Error("the counter is broken")) as never,
    ]) {
      const { ask, events } = directory({ onRequest });
      expect((await ask("GET", "/Users")).status).toBe(200);
      expect(events).toEqual([]);
    }
  });

  test("is told nothing that a client wrote but the name of an attribute that a refusal is about: no id, no operand, no value [P-7.5.2-02 T-L2]", async () => {
    const { ask, told } = observed({ profile: "entra" });
    const canary = "canary";
    const title = { op: "add", path: "title", value: canary };
    const { id } = (
      await ask("POST", "/Users", { schemas: [USER], userName: canary, password: canary, nosuch: canary })
    ).json;
    for (const [method, path, body] of [
      [canary, "/Users"],
      ["GET", `/Users/${canary}`],
      ["GET", `/${canary}`],
      ["GET", `/Users?attributes=${canary}&sortBy=${canary}`],
      ["GET", filtered("/Users", `externalId eq ${canary}`)],
      ["PATCH", `/Users/${id}`, { schemas: [PATCH], Operations: [title, { op: "add", path: canary, value: canary }] }],
      ["PUT", `/Users/${id}`, canary],
    ] as const)
      await ask(method, path, body);
    expect(told).toHaveLength(8);
    // The sentence that the client reads names what there is none of.
    const named = `"${canary}" is not an attribute of User`;
    const text = JSON.stringify(told.map(({ detail, ...rest }) => ({ ...rest, detail: detail?.replace(named, "") })));
    expect(text).not.toContain(canary);
    expect(text).not.toContain(id);
  });
});
