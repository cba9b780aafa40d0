import {
  defineResourceType,
  defineSchema,
  Group,
  type ResourceOperation,
  type ResourceTypeDefinition,
  SchemaError,
  User,
} from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { describe, expect, test } from "vitest";
import { idOf, patchOf, postGroup, postUser, sendBulk, statuses } from "../support/bulk.ts";
import { type Directory, directory, filtered, GROUP, LIST, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const ROLE = "urn:example:params:scim:schemas:Role";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ALL: readonly ResourceOperation[] = ["create", "read", "query", "replace", "patch", "delete"];

const RoleSchema = defineSchema({
  id: ROLE,
  name: "Role",
  attributes: {
    displayName: { required: true },
    code: { mutability: "immutable" },
    pin: { mutability: "writeOnly" },
    grants: { type: "complex", multiValued: true, subAttributes: { value: {}, since: { mutability: "readOnly" } } },
  },
});

const roles = (operations?: readonly ResourceOperation[]): ResourceTypeDefinition =>
  defineResourceType({ name: "Role", schema: RoleSchema, operations });

/** A service in which one role was made by other means than those that clients have. */
async function serving(operations: readonly ResourceOperation[], more: Parameters<typeof directory>[0] = {}) {
  const storage = memoryStorage();
  const host = directory({ resourceTypes: [User, Group, roles()], storage });
  const { json: role } = await host.ask("POST", "/Roles", { schemas: [ROLE], displayName: "Porter" });
  const service = directory({ resourceTypes: [User, Group, roles(operations)], storage, ...more });
  return { ...service, path: `/Roles/${role.id}`, id: role.id as string };
}

/** What each operation asks for, with the status of its success. */
const requests = (path: string): Readonly<Record<string, readonly [string, string, unknown?]>> => ({
  query: ["GET", "/Roles"],
  search: ["POST", "/Roles/.search", { schemas: [SEARCH] }],
  create: ["POST", "/Roles", { schemas: [ROLE], displayName: "Warden" }],
  read: ["GET", path],
  head: ["HEAD", path],
  replace: ["PUT", path, { schemas: [ROLE], displayName: "Guard" }],
  patch: ["PATCH", path, { schemas: [PATCH], Operations: [{ op: "replace", path: "displayName", value: "Clerk" }] }],
  delete: ["DELETE", path],
});

async function outcomes(service: Directory, path: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, [method, url, body]] of Object.entries(requests(path)))
    found[name] = (await service.ask(method, url, body)).status;
  return found;
}

const DONE = { query: 200, search: 200, create: 201, read: 200, head: 200, replace: 200, patch: 200, delete: 204 };

describe("a resource type with operations", () => {
  test("that says nothing of them has all, and so has one that lists all", async () => {
    expect(roles().operations).toEqual(ALL);
    const service = await serving(ALL);
    expect(await outcomes(service, service.path)).toEqual(DONE);
  });

  test.each([
    [["read", "query"], { create: 405, replace: 405, patch: 405, delete: 405 }],
    [["create"], { query: 405, search: 501, read: 501, head: 501, replace: 501, patch: 501, delete: 501 }],
    [["query"], { create: 405, read: 501, head: 501, replace: 501, patch: 501, delete: 501 }],
    [["read"], { query: 501, search: 501, create: 501, replace: 405, patch: 405, delete: 405 }],
    [["query", "read", "patch"], { create: 405, replace: 405, delete: 405 }],
  ] as const)("%j refuses all else, and does what is listed [R-100 P-3.2-03]", async (operations, refused) => {
    const service = await serving(operations);
    expect(await outcomes(service, service.path)).toEqual({ ...DONE, ...refused });
  });

  test("names in Allow what is left, and reads no body for a refusal [R-100]", async () => {
    const { ask, path } = await serving(["read", "query"]);
    const create = await ask("POST", "/Roles", "{ no JSON");
    expectRefusal(create, 405, undefined, /POST.*GET, HEAD/);
    expect(create.headers.Allow).toBe("GET, HEAD");
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      const answer = await ask(method, path, method === "DELETE" ? undefined : "{ no JSON");
      expectRefusal(answer, 405, undefined, new RegExp(method));
      expect(answer.headers.Allow).toBe("GET, HEAD");
    }
    expectRefusal(await (await serving(["create"])).ask("GET", path), 501, undefined, /does not serve this endpoint/);
  });

  test("asks authorize for nothing that is refused", async () => {
    const asked: string[] = [];
    const { ask, path } = await serving(["read"], { authorize: ({ type }) => void asked.push(type) });
    await ask("DELETE", path);
    await ask("GET", path);
    expect(asked).toEqual(["read"]);
  });

  test("is bound by them within a bulk request, one operation at a time [R-100 P-3.7-12]", async () => {
    const service = await serving(["read", "query", "patch"]);
    const results = await sendBulk(service, [
      { method: "POST", path: "/Roles", bulkId: "r", data: { schemas: [ROLE], displayName: "Warden" } },
      patchOf(service.path, [{ op: "replace", path: "displayName", value: "Clerk" }]),
      { method: "DELETE", path: service.path },
      postUser("ada"),
    ]);
    expect(statuses(results)).toEqual(["405", "200", "405", "201"]);
    expect(results[0].response).toMatchObject({ status: "405", detail: expect.stringContaining("POST") });
    expect((await service.ask("GET", service.path)).json.displayName).toBe("Clerk");
  });

  test("may be created in a circle though clients cannot change it afterwards [R-100 P-3.7.1-01]", async () => {
    const Fixed = defineResourceType({ ...Group, operations: ["create", "read"] });
    const service = directory({ resourceTypes: [User, Fixed] });
    const results = await sendBulk(service, [postGroup("a", ["bulkId:b"]), postGroup("b", ["bulkId:a"])]);
    expect(statuses(results)).toEqual(["201", "201"]);
    const { json } = await service.ask("GET", `/Groups/${idOf(results[0])}`);
    expect(json.members).toMatchObject([{ value: idOf(results[1]) }]);
  });

  test("is left out of queries over all types where it cannot be queried [R-100 R-75]", async () => {
    const without = await serving(["read"]);
    await without.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    const all = (await without.ask("GET", "/")).json;
    expect([all.totalResults, all.Resources[0].userName]).toEqual([1, "ada"]);
    const search = { schemas: [SEARCH], filter: 'meta.resourceType eq "Role"' };
    expect((await without.ask("POST", "/.search", search)).json).toMatchObject({ schemas: [LIST], totalResults: 0 });
    // An attribute that no queried type has is a mistake, as ever.
    expectRefusal(await without.ask("GET", filtered("/", "grants pr")), 400, "invalidFilter");
    const none = await serving(["read"], { resourceTypes: [roles(["read"])] });
    expectRefusal(await none.ask("GET", "/"), 501);
    const listed = await serving(["query"]);
    expect((await listed.ask("POST", "/.search", search)).json.totalResults).toBe(1);
  });

  test("is bound by them at /Me [R-100 P-3.11-01]", async () => {
    const mine = { resourceType: "Role", id: "" };
    const own = await serving(["read", "query"], { resolveMe: () => mine });
    mine.id = own.id;
    expect((await own.ask("GET", "/Me")).json).toMatchObject({ id: own.id, displayName: "Porter" });
    const refused = await own.ask("DELETE", "/Me");
    expectRefusal(refused, 405, undefined, /DELETE/);
    expect(refused.headers.Allow).toBe("GET, HEAD");
  });

  test("has no members written through its users where it cannot be changed [R-100]", async () => {
    const Fixed = defineResourceType({ ...Group, operations: ["create", "read"] });
    const service = directory({ resourceTypes: [User, Fixed], writableGroups: true });
    const group = (await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "A" })).json;
    const body = { schemas: [USER], userName: "ada", groups: [{ value: group.id }] };
    const user = await service.ask("POST", "/Users", body);
    expect([user.status, user.json.groups]).toEqual([201, undefined]);
    expect((await service.ask("GET", `/Groups/${group.id}`)).json.members).toBeUndefined();
  });

  test("keeps them through extend, unique and refer, and needs at least one that is there", () => {
    const extension = defineSchema({ id: "urn:example:More", name: "More", attributes: { x: {} } });
    const role = defineResourceType({ name: "Role", schema: RoleSchema, operations: ["query", "read"] });
    expect(role.extend(extension).unique("code").operations).toEqual(["read", "query"]);
    expect(() => roles([])).toThrow(SchemaError);
    expect(() => roles(["qurey" as "query"])).toThrow('the operation "qurey", which is none of create, read, query');
    expect(() => roles(["qurey" as "query"])).toThrow("Did you mean query?");
  });
});

describe("discovery says of restricted types what it has words for", () => {
  const mutabilities = async (types: readonly ResourceTypeDefinition[]) => {
    const { json } = await directory({ resourceTypes: types }).ask("GET", `/Schemas/${ROLE}`);
    const flat = (attributes: readonly { name: string; mutability: string; subAttributes?: [] }[]): string[] =>
      attributes.flatMap(({ name, mutability, subAttributes = [] }) => [
        `${name} ${mutability}`,
        ...flat(subAttributes),
      ]);
    return flat(json.attributes);
  };

  test("what no client can set is readOnly, and what none can change is immutable [R-100]", async () => {
    const hashed = ["displayName", "code", "grants", "value"];
    const of = async (types: readonly ResourceTypeDefinition[]) =>
      (await mutabilities(types)).filter((text) => hashed.includes(text.split(" ")[0] ?? ""));
    const open = ["displayName readWrite", "code immutable", "grants readWrite", "value readWrite"];
    expect(await of([roles()])).toEqual(open);
    expect(await of([roles(["read", "patch"])])).toEqual(open);
    expect(await of([roles(["read", "query", "delete"])])).toEqual(hashed.map((name) => `${name} readOnly`));
    expect(await of([roles(["create", "read"])])).toEqual(hashed.map((name) => `${name} immutable`));
    const Second = defineResourceType({ name: "Second", schema: RoleSchema });
    expect(await of([roles(["read"]), Second])).toEqual(open);
  });

  test("patch, bulk, filter, sort and changePassword are supported where some type has them [R-100 S-5-01]", async () => {
    const config = async (types: readonly ResourceTypeDefinition[]) => {
      const service = directory({ resourceTypes: types, storage: memoryStorage({ hashSecret: (text) => text }) });
      const { json } = await service.ask("GET", "/ServiceProviderConfig");
      const bulk = (await service.ask("POST", "/Bulk", { schemas: [], Operations: [] })).status;
      const names = ["patch", "bulk", "filter", "sort", "changePassword"] as const;
      return [...names.filter((name) => json[name].supported), bulk === 501 ? "no /Bulk" : "/Bulk"];
    };
    const user = (operations: readonly ResourceOperation[]) => defineResourceType({ ...User, operations });
    expect(await config([User, roles(["read"])])).toEqual([
      "patch",
      "bulk",
      "filter",
      "sort",
      "changePassword",
      "/Bulk",
    ]);
    expect(await config([user(["read", "query"])])).toEqual(["filter", "sort", "no /Bulk"]);
    expect(await config([user(["create", "read"])])).toEqual(["bulk", "/Bulk"]);
    expect(await config([user(["replace"])])).toEqual(["bulk", "changePassword", "/Bulk"]);
  });
});
