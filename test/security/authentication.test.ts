import { afterEach, expect, test, vi } from "vitest";
import { BASE_URL, directory, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

afterEach(() => vi.unstubAllGlobals());

test("a URL that a client gives is never fetched, and the $ref of an answer is the server's own [T-A10]", async () => {
  const fetched = vi.fn();
  vi.stubGlobal("fetch", fetched);
  const { ask } = directory();
  const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
  for (const $ref of [
    "http://169.254.169.254/latest",
    "//evil.example/Users/1",
    "file:///etc/passwd",
    "../../Users/x",
  ]) {
    const created = await ask("POST", "/Groups?attributes=members", {
      schemas: [GROUP],
      displayName: "x",
      members: [{ value: id, $ref }],
    });
    expect(created.json).toMatchObject({ members: [{ value: id, $ref: `${BASE_URL}/Users/${id}` }] });
    const group = `/Groups/${created.json.id}`;
    await ask("PATCH", group, patchOf({ op: "add", path: "members", value: [{ value: id, $ref }] }));
    expect((await ask("GET", group)).json.members).toEqual([{ ...created.json.members[0], type: "User" }]);
    const byUrlAlone = { schemas: [GROUP], displayName: "x", members: [{ $ref }] };
    expect((await ask("POST", "/Groups", byUrlAlone)).json).toMatchObject({ status: "400", scimType: "invalidValue" });
  }
  expect(fetched).not.toHaveBeenCalled();
});

test("a tenant may have any name, that of an object's inherited members too, and shares nothing [T-B16]", async () => {
  const { ask } = directory({ authenticate: ({ headers }) => ({ tenant: String(headers["x-test-tenant"]) }) });
  const tenants = ["__proto__", "constructor", "toString", "hasOwnProperty", "credential", "acme"];
  for (const tenant of tenants) {
    const as = { "x-test-tenant": tenant };
    expect((await ask("GET", "/Users", undefined, as)).json.totalResults, tenant).toBe(0);
    expect((await ask("POST", "/Users", { schemas: [USER], userName: "ada" }, as)).status).toBe(201);
  }
  for (const tenant of tenants)
    expect((await ask("GET", "/Users", undefined, { "x-test-tenant": tenant })).json.totalResults).toBe(1);
});
