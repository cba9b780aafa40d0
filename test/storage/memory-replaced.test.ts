import { createScim, Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { expect, test, vi } from "vitest";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

function service() {
  const storage = memoryStorage();
  const scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  });
  const send = async (method: string, path: string, body?: object) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await scim.handle({ method, url: `/scim/v2${path}`, headers: {}, ...text });
    return { status: response.status, json: response.body === undefined ? {} : JSON.parse(String(response.body)) };
  };
  return { storage, send };
}

const ADA = { schemas: [User.schema.id], userName: "ada" };

test("a call of storage in memory goes to what the host has put in the place of its function", async () => {
  const { storage, send } = service();
  const names = ["get", "query", "create", "replace", "applyDelta"] as const;
  const called: string[] = [];
  for (const name of names) {
    const own = storage[name] as (...given: readonly unknown[]) => unknown;
    vi.spyOn(storage, name).mockImplementation(((...given: readonly unknown[]) => {
      called.push(name);
      return own(...given);
    }) as never);
  }
  const after = async (...request: Parameters<typeof send>) => {
    called.length = 0;
    const { json } = await send(...request);
    return { json, called: [...new Set(called)].sort() };
  };
  const created = await after("POST", "/Users", ADA);
  const path = `/Users/${created.json.id}`;
  expect(created.called).toEqual(["create"]);
  expect((await after("GET", path)).called).toEqual(["get"]);
  expect((await after("GET", '/Users?filter=userName eq "ada"')).called).toEqual(["query"]);
  expect((await after("PUT", path, { ...ADA, title: "Countess" })).called).toEqual(["get", "replace"]);
  const group = await after("POST", "/Groups", { schemas: [Group.schema.id], displayName: "Staff" });
  const Operations = [{ op: "add", path: "members", value: [{ value: created.json.id }] }];
  const patched = await after("PATCH", `/Groups/${group.json.id}`, { schemas: [PATCH], Operations });
  expect(patched.called).toEqual(["applyDelta"]);
});

test("storage in memory that a host lets fail, fails: nothing is read or written past what it has put there", async () => {
  const { storage, send } = service();
  const { id } = (await send("POST", "/Users", ADA)).json;
  const failing: readonly (readonly ["get" | "query" | "create", ...Parameters<typeof send>])[] = [
    ["get", "GET", `/Users/${id}`],
    ["query", "GET", "/Users"],
    ["create", "POST", "/Users", { ...ADA, userName: "bo" }],
  ];
  for (const [name, ...request] of failing) {
    const spy = vi.spyOn(storage, name).mockRejectedValue(new Error("The disk is full."));
    expect((await send(...request)).status, name).toBe(500);
    spy.mockRestore();
  }
  expect((await send("GET", "/Users")).json.totalResults).toBe(1);
});
