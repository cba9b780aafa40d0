import { describe, expect, test } from "vitest";
import {
  createScim,
  defineProfile,
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  errors,
  Group,
  type OperationFacts,
  type Quirk,
  type ScimOptions,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { sendBulk, statuses } from "../support/bulk.ts";
import { directory, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const ROLE = [{ value: "owner" }];
/** Other names of a client's own, in bodies, paths and filters. */
const MEANT: Readonly<Record<string, string>> = { badges: "roles", boss: `${ENTERPRISE}:manager` };
const names: Quirk = {
  id: "own-names",
  description: "Reads badges as roles, and boss as manager.",
  clients: ["our own"],
  bends: "RFC 7643 §2.1",
  attribute: (name, type) => type.resolve(MEANT[name.toLowerCase()] ?? "")?.attribute,
  alias: (name) => MEANT[name.toLowerCase()],
};
const profile = defineProfile({ extends: "lenient", quirks: [names] });

/** Every way that we know of to name the roles of a user, as members of a body. */
const SPELLINGS: readonly object[] = [
  { roles: ROLE },
  { Roles: ROLE },
  { ROLES: ROLE },
  { rOlEs: ROLE[0] },
  { roles: "owner" },
  { roles: [] },
  { roles: null },
  { [`${USER}:roles`]: ROLE },
  { [`${USER.toUpperCase()}:ROLES`]: ROLE },
  { badges: ROLE },
  { BADGES: ROLE },
];

/** The same as the operations of a PATCH. */
const PATCHES: readonly (readonly object[])[] = [
  [{ op: "add", path: "roles", value: ROLE }],
  [{ op: "Replace", path: "ROLES", value: ROLE }],
  [{ op: "remove", path: "roles" }],
  [{ op: "remove", path: "Roles", value: ROLE }],
  [{ op: "remove", path: 'roles[value eq "owner"]' }],
  [{ op: "replace", path: 'ROLES[Value EQ "owner"].PRIMARY', value: true }],
  [{ op: "replace", path: "roles.value", value: "owner" }],
  [{ op: "add", path: `${USER}:roles`, value: ROLE }],
  [{ op: "add", path: `${USER.toUpperCase()}:Roles`, value: ROLE }],
  [{ op: "add", path: "badges", value: ROLE }],
  [{ op: "add", path: USER, value: { roles: ROLE } }],
  [{ op: "add", path: "", value: { roles: ROLE } }],
  [{ op: "add", value: { 'roles[value eq "owner"].primary': "True" } }],
  [
    { op: "replace", path: "title", value: "x" },
    { op: "add", value: { title: "y", Roles: ROLE } },
  ],
  ...SPELLINGS.filter((body) => JSON.stringify(Object.values(body)[0]).length > 4).map((value) => [
    { op: "add", value },
  ]),
];

/** A service whose guard refuses who touches what is guarded, unless it is off. */
async function guarded(paths: readonly string[], given: Partial<ScimOptions> = {}) {
  let isOn = false;
  const service = directory({
    profile,
    authorize: (operation) => {
      if (isOn && operation.access === "write" && paths.some((path) => operation.touches(path)))
        throw errors.forbidden();
    },
    ...given,
  });
  const { id } = (await service.ask("POST", "/Users", { schemas: [USER], userName: "ada", roles: ROLE })).json;
  isOn = true;
  return { ...service, path: `/Users/${id}`, id };
}

describe("a guard that looks for roles", () => {
  test.each(
    SPELLINGS,
  )("sees them in the body of a create, alone and within a bulk request: %j [T-A11]", async (spelling) => {
    const service = await guarded(["roles"]);
    const body = { schemas: [USER], userName: "eve", ...spelling };
    expect((await service.ask("POST", "/Users", body)).status).toBe(403);
    expect(statuses(await sendBulk(service, [{ method: "POST", path: "/Users", bulkId: "1", data: body }]))).toEqual([
      "403",
    ]);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(1);
  });

  test.each(SPELLINGS)("sees them in the body of a PUT that keeps what it omits: %j [T-A11]", async (spelling) => {
    const service = await guarded(["roles"], {
      profile: defineProfile({ extends: profile, settings: { putOmitted: "keep" } }),
    });
    const body = { schemas: [USER], userName: "ada", ...spelling };
    expect((await service.ask("PUT", service.path, body)).status).toBe(403);
    expect(statuses(await sendBulk(service, [{ method: "PUT", path: service.path, data: body }]))).toEqual(["403"]);
    expect((await service.ask("GET", service.path)).json.roles).toEqual(ROLE);
  });

  test.each(PATCHES.map((operations) => ({ operations })))("sees them in a PATCH: $operations [T-A11]", async ({
    operations,
  }) => {
    const service = await guarded(["roles"]);
    const body = patchOf(...operations);
    expect((await service.ask("PATCH", service.path, body)).status).toBe(403);
    expect(statuses(await sendBulk(service, [{ method: "PATCH", path: service.path, data: body }]))).toEqual(["403"]);
    expect((await service.ask("GET", service.path)).json.roles).toEqual(ROLE);
  });

  test("sees those that a PUT would clear, and none where it keeps what it omits or names all else", async () => {
    const put = { schemas: [USER], userName: "ada", title: "x" };
    const clearing = await guarded(["roles"]);
    expect((await clearing.ask("PUT", clearing.path, put)).status).toBe(403);
    const keeping = await guarded(["roles"], {
      profile: defineProfile({ extends: profile, settings: { putOmitted: "keep" } }),
    });
    expect((await keeping.ask("PUT", keeping.path, put)).status).toBe(200);
  });

  test("sees a DELETE, which takes them along", async () => {
    const service = await guarded(["roles"]);
    expect((await service.ask("DELETE", service.path)).status).toBe(403);
  });

  test("lets through what has nothing to do with them", async () => {
    const service = await guarded(["roles"]);
    const others = [
      { op: "replace", path: "title", value: "roles" },
      { op: "add", value: { displayName: "roles", entitlements: ROLE } },
      { op: "replace", path: "nosuch", value: ROLE },
      { op: "add", path: `${ENTERPRISE}:department`, value: "roles" },
    ];
    expect((await service.ask("PATCH", service.path, patchOf(...others))).status).toBeLessThan(300);
    const created = {
      schemas: [USER],
      userName: "roles",
      entitlements: ROLE,
      x: { roles: ROLE },
      [ENTERPRISE]: { roles: ROLE },
    };
    expect((await service.ask("POST", "/Users", created)).status).toBe(201);
    expect((await service.ask("GET", filtered("/Users", "roles pr"))).status).toBe(200);
  });
});

describe("what an operation touches", () => {
  /** What a request touches, of some paths. */
  async function touchedBy(
    [method, path, body]: readonly [string, string, object?],
    paths: readonly string[],
    given: Partial<ScimOptions> = {},
  ): Promise<readonly string[]> {
    const seen: OperationFacts[] = [];
    const { ask } = directory({ profile, authorize: (operation) => void seen.push(operation), ...given });
    await ask(method, path, body);
    expect(seen.length).toBeGreaterThan(0);
    return paths.filter((one) => seen.some((operation) => operation.touches(one)));
  }
  const user = (body: object) => ["POST", "/Users", { schemas: [USER], userName: "a", ...body }] as const;
  const NAMES = ["name", "name.givenName", "NAME.familyName"];

  test("is a part where the whole is, and the whole where a part is", async () => {
    expect(await touchedBy(user({ Name: { GIVENNAME: "A" } }), NAMES)).toEqual(["name", "name.givenName"]);
    expect(await touchedBy(user({ emails: [{ value: "a@example.com" }] }), ["emails", "emails.type"])).toEqual([
      "emails",
      "emails.type",
    ]);
    const patch = (path: string, value: unknown) =>
      ["PATCH", "/Users/1", patchOf({ op: "replace", path, value })] as const;
    expect(await touchedBy(patch("name.familyname", "B"), NAMES)).toEqual(["name", "NAME.familyName"]);
    expect(await touchedBy(patch("name", { givenName: "B" }), NAMES)).toEqual(NAMES);
    expect(
      await touchedBy(["PUT", "/Users/1", { schemas: [USER], userName: "a", name: { givenName: "A" } }], NAMES),
    ).toEqual(NAMES);
  });

  test("is an attribute of an extension by its URN, the extension as a whole, and the reference by its URL", async () => {
    const manager = `${ENTERPRISE}:manager`;
    const paths = [
      manager,
      manager.toUpperCase(),
      `${manager}.value`,
      "manager",
      ENTERPRISE,
      `${ENTERPRISE}:department`,
    ];
    const boss = paths.slice(0, 5);
    expect(await touchedBy(user({ [ENTERPRISE]: { Manager: { value: "1" } } }), paths)).toEqual(boss);
    expect(await touchedBy(user({ [ENTERPRISE]: { manager: { $ref: "../Users/1" } } }), paths)).toEqual(boss);
    expect(await touchedBy(user({ [ENTERPRISE]: { manager: "1" } }), paths)).toEqual(boss);
    expect(await touchedBy(user({ [manager]: "1" }), paths)).toEqual(boss);
    expect(await touchedBy(user({ boss: "1" }), paths)).toEqual(boss);
    expect(await touchedBy(user({ [ENTERPRISE.toUpperCase()]: null }), paths)).toEqual(paths);
    for (const operation of [
      { op: "remove", path: ENTERPRISE },
      { op: "remove", path: "schemas", value: [ENTERPRISE] },
      { op: "replace", path: "schemas", value: [USER] },
    ])
      expect(await touchedBy(["PATCH", "/Users/1", patchOf(operation)], paths), JSON.stringify(operation)).toEqual(
        paths,
      );
    expect(await touchedBy(user({}), [USER, ENTERPRISE])).toEqual([USER]);
  });

  test("is no readOnly attribute, unless the service lets clients write it", async () => {
    const body = { groups: [{ value: "1" }], id: "1", meta: { created: "2020-01-01T00:00:00Z" } };
    const paths = ["groups", "id", "meta", "meta.created"];
    expect(await touchedBy(user(body), paths)).toEqual([]);
    expect(await touchedBy(["PUT", "/Users/1", { schemas: [USER], userName: "a", ...body }], paths)).toEqual([]);
    expect(await touchedBy(user(body), paths, { writableGroups: true })).toEqual(["groups"]);
    const patch = patchOf({ op: "add", path: "groups", value: [{ value: "1" }] });
    expect(await touchedBy(["PATCH", "/Users/1", patch], paths, { writableGroups: true })).toEqual(["groups"]);
  });

  test("is more of a create that may become an account which exists: whether it is in service, and what it would clear", async () => {
    const paths = ["userName", "active", "roles", "name.givenName", "groups"];
    const decide = () => "link" as const;
    expect(await touchedBy(user({}), paths)).toEqual(["userName"]);
    expect(await touchedBy(user({}), paths, { adopt: decide })).toEqual(["userName", "active"]);
    expect(await touchedBy(user({}), paths, { adopt: { decide, take: "put" } })).toEqual(paths.slice(0, 4));
  });

  test("is a secret where it is set, and not where a quirk leaves it alone", async () => {
    expect(await touchedBy(user({ PassWord: "correct horse" }), ["password"])).toEqual(["password"]);
    expect(await touchedBy(user({ password: "" }), ["password"])).toEqual([]);
    expect(await touchedBy(user({ password: "" }), ["password"], { profile: "strict" })).toEqual(["password"]);
    const put = (body: object) => ["PUT", "/Users/1", { schemas: [USER], userName: "a", ...body }] as const;
    expect(await touchedBy(put({ password: "correct horse" }), ["password"])).toEqual(["password"]);
    expect(await touchedBy(put({}), ["password"])).toEqual([]);
  });

  test("is, of a read, what the answer shows and what it is filtered or sorted by", async () => {
    const paths = ["userName", "title", "emails.value", "emails.type", "password", "groups"];
    const plain = ["userName", "title", "emails.value", "emails.type", "groups"];
    expect(await touchedBy(["GET", "/Users"], paths)).toEqual(plain);
    expect(await touchedBy(["GET", "/Users/1"], paths)).toEqual(plain);
    expect(await touchedBy(["GET", "/Users?attributes=userName"], paths)).toEqual(["userName"]);
    expect(await touchedBy(["GET", "/Users?attributes=EMAILS.value"], paths)).toEqual(["emails.value"]);
    expect(await touchedBy(["GET", "/Users?excludedAttributes=title,emails"], paths)).toEqual(["userName", "groups"]);
    expect(await touchedBy(["GET", "/Users?attributes=id&sortBy=Title"], paths)).toEqual(["title"]);
    const filter = encodeURIComponent('EMAILS[type eq "work" and value pr] or badges pr');
    expect(await touchedBy(["GET", `/Users?attributes=id&filter=${filter}`], [...paths, "roles"])).toEqual([
      "emails.value",
      "emails.type",
      "roles",
    ]);
    const hidden = { isReadable: ({ path }: { readonly path: string }) => path !== "title" };
    expect(await touchedBy(["GET", "/Users"], ["title"], hidden)).toEqual([]);
    const search = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
      attributes: ["id"],
      filter: "TITLE pr",
    };
    expect(await touchedBy(["POST", "/Users/.search", search], paths)).toEqual(["title"]);
    expect(await touchedBy(["POST", "/.search", search], paths)).toEqual(["title"]);
    expect(await touchedBy(["GET", "/?attributes=members"], [...paths, "members"])).toEqual(["members"]);
  });

  test("is nothing of discovery, nor of a bulk request as a whole", async () => {
    const closed = { discovery: { anonymous: false } };
    expect(await touchedBy(["GET", "/Schemas"], ["userName"], closed)).toEqual([]);
    const seen: OperationFacts[] = [];
    const { ask } = directory({
      authorize: (operation) => {
        seen.push(operation);
        if (operation.touches("title")) throw errors.forbidden();
      },
    });
    const data = { schemas: [USER], userName: "a", title: "x" };
    const Operations = [
      { method: "POST", path: "/users", bulkId: "1", data },
      { method: "POST", path: "/Groups", bulkId: "2", data: { schemas: [GROUP], displayName: "g" } },
      { method: "POST", path: "/%2e%2e/Nope", bulkId: "3", data },
    ];
    const bulk = await ask("POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations,
    });
    expect(bulk.status).toBe(200);
    expect(seen.map(({ type, resourceTypes }) => [type, resourceTypes])).toEqual([
      ["bulk", ["User", "Group"]],
      ["create", ["User"]],
      ["create", ["Group"]],
    ]);
    expect(statuses(bulk.json.Operations)).toEqual(["403", "201", "404"]);
  });
});

describe("a guard with a slip in it", () => {
  const Tool = defineResourceType({
    name: "Tool",
    schema: defineSchema({ id: "urn:example:params:scim:schemas:Tool", name: "Tool", attributes: { kind: {} } }),
  });

  test.each([
    "rolse",
    "name.givnName",
    `${USER}:rolse`,
    `${ENTERPRISE}:managr`,
    "roles.nosuch",
    "",
  ])("refuses every operation, says what is wrong, and lets nothing through: %j", async (path) => {
    const service = directory({ authorize: (operation) => void operation.touches(path) });
    expect((await service.ask("POST", "/Users", { schemas: [USER], userName: "a" })).status).toBe(500);
    expect(service.events).toMatchObject([
      { type: "fault", error: { message: expect.stringContaining("is not an attribute of") } },
    ]);
  });

  test("is told what is meant", async () => {
    const service = directory({ authorize: (operation) => void operation.touches("rolse") });
    await service.ask("GET", "/Groups");
    expect(service.events).toMatchObject([{ error: { message: expect.stringContaining("Did you mean roles?") } }]);
  });

  test("has none in an attribute that another resource type of the service has, nor under the URN of a schema that it has not", async () => {
    const seen: boolean[] = [];
    const scim = createScim({
      resourceTypes: [User.extend(EnterpriseUserSchema), Group, Tool],
      storage: memoryStorage(),
      baseUrl: "https://example.com/scim/v2",
      authenticate: () => ({}),
      authorize: ({ touches }) => {
        seen.push(
          touches("kind"),
          touches("urn:example:params:scim:schemas:Tool:kind"),
          touches("urn:example:other:x"),
        );
      },
    });
    const send = (path: string, body: object) =>
      scim.handle({ method: "POST", url: `/scim/v2${path}`, headers: {}, body });
    expect((await send("/Users", { schemas: [USER], userName: "a" })).status).toBe(201);
    expect((await send("/Tools", { schemas: [Tool.schema.id], KIND: "saw" })).status).toBe(201);
    expect(seen).toEqual([false, false, false, true, true, false]);
  });
});

test("a deny-list by what an operation is for covers every verb, and none slips between the three", async () => {
  const seen = new Map<string, string>();
  const service = directory({
    discovery: { anonymous: false },
    authorize: ({ type, access }) => void seen.set(type, access),
  });
  const { ask } = service;
  const user = { schemas: [USER], userName: "a" };
  const { id } = (await ask("POST", "/Users", user)).json;
  for (const [method, path, body] of [
    ["GET", `/Users/${id}`],
    ["GET", "/Users"],
    ["GET", "/"],
    ["PUT", `/Users/${id}`, user],
    ["PATCH", `/Users/${id}`, patchOf({ op: "add", path: "title", value: "x" })],
    ["DELETE", `/Users/${id}`],
    ["GET", "/Schemas"],
  ] as const)
    expect((await ask(method, path, body)).status).toBeLessThan(300);
  await sendBulk(service, [{ method: "DELETE", path: "/Users/none" }]);
  expect(Object.fromEntries(seen)).toEqual({
    create: "write",
    read: "read",
    query: "read",
    rootQuery: "read",
    replace: "write",
    patch: "write",
    delete: "write",
    bulk: "write",
    discover: "discover",
  });
});

test("nothing of a request can be reached from what the guard is given, and nothing of it can be changed", async () => {
  const seen: object[] = [];
  const { ask } = directory({ authorize: (operation) => void seen.push(operation) });
  await ask("POST", "/Users", { schemas: [USER], userName: "ada-canary", password: "secret-canary" });
  for (const operation of seen) {
    expect(Reflect.ownKeys(operation).sort()).toEqual(["access", "id", "resourceTypes", "touches", "type"]);
    expect(Object.isFrozen(operation)).toBe(true);
    expect(JSON.stringify(operation)).not.toContain("canary");
  }
});
