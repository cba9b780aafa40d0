import { describe, expectTypeOf, test } from "vitest";
import {
  type Client,
  type ClientFetch,
  createClient,
  isScimClientError,
  ScimClientError,
} from "../../src/client/index.ts";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import {
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  Group,
  type Resource,
  type ResourceInput,
  type Scim,
  User,
} from "../../src/index.ts";

const Employee = User.extend(EnterpriseUserSchema);
const Device = defineResourceType({
  name: "Device",
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:Device",
    name: "Device",
    attributes: { serialNumber: { required: true }, ports: { type: "integer" } },
  }),
});
const baseUrl = "https://example.com/scim/v2";
const client = createClient({ baseUrl, resourceTypes: [Employee, Group] });

describe("client.resource", () => {
  test("is typed by the literal of its type, extensions and all", async () => {
    const users = client.resource(Employee);
    expectTypeOf(users.get("1")).resolves.toEqualTypeOf<Resource<typeof Employee> | undefined>();
    const user = await users.get("1");
    expectTypeOf(user?.userName).toEqualTypeOf<string | undefined>();
    expectTypeOf(user?.[EnterpriseUserSchema.id]?.department).toEqualTypeOf<string | undefined>();
    // @ts-expect-error: there is no such attribute
    user?.mail;
    for await (const one of users.list({ filter: "active eq true" }))
      expectTypeOf(one).toEqualTypeOf<Resource<typeof Employee>>();
    expectTypeOf(users.create).parameter(0).toEqualTypeOf<ResourceInput<typeof Employee>>();
    // @ts-expect-error: userName is required
    void users.create({ displayName: "Ada" });
    // @ts-expect-error: the server gives ids
    void users.create({ userName: "ada", id: "1" });
    void users.replace("1", { userName: "ada", [EnterpriseUserSchema.id]: { department: "R&D" } });
    // @ts-expect-error: a department is a text
    void users.replace("1", { userName: "ada", [EnterpriseUserSchema.id]: { department: 1 } });
  });

  test("knows that a part was asked for, and that a change may be answered by nothing", async () => {
    const users = client.resource(Employee);
    const selected = await users.get("1", { attributes: ["userName"] });
    expectTypeOf(selected).toEqualTypeOf<Partial<Resource<typeof Employee>> | undefined>();
    for await (const one of users.list({ attributes: ["userName"] }))
      expectTypeOf(one.userName).toEqualTypeOf<string | undefined>();
    expectTypeOf(users.replace("1", { userName: "a" })).resolves.toEqualTypeOf<Resource<typeof Employee> | undefined>();
    expectTypeOf(users.patch("1", [], { read: true })).resolves.toEqualTypeOf<Resource<typeof Employee>>();
    // @ts-expect-error: operations are written in lower case
    void users.patch("1", [{ op: "Replace", path: "active", value: false }]);
    expectTypeOf(users.delete("1")).resolves.toEqualTypeOf<boolean>();
  });

  test("takes the types of the client and no other", () => {
    // @ts-expect-error: the client has no devices
    void (() => client.resource(Device));
    const none = createClient({ baseUrl });
    // @ts-expect-error: the client has no resource types
    void (() => none.resource(User));
    const any: Client = createClient({ baseUrl, resourceTypes: [Device] as const }) as never;
    void any;
    expectTypeOf(
      createClient({ baseUrl, resourceTypes: [Device] })
        .resource(Device)
        .get("1"),
    ).resolves.toEqualTypeOf<Resource<typeof Device> | undefined>();
  });
});

describe("the options of a client", () => {
  test("take fetch of the platform, and scimkit itself in its place", () => {
    expectTypeOf<typeof fetch>().toExtend<ClientFetch>();
    const scim = {} as Scim<Request>;
    void (() => createClient({ baseUrl, fetch: fetchHandler(scim) }));
    void (() => createClient({ baseUrl, token: async ({ isRefused }) => (isRefused ? "new" : "old") }));
    void (() => createClient({ baseUrl, authenticate: ({ method, url }) => ({ "x-signature": method + url }) }));
    // @ts-expect-error: there is no such option
    void (() => createClient({ baseUrl, tokens: "a" }));
  });
});

describe("isScimClientError", () => {
  test("narrows what was caught", () => {
    const caught: unknown = undefined;
    if (isScimClientError(caught)) {
      expectTypeOf(caught).toEqualTypeOf<ScimClientError>();
      expectTypeOf(caught.status).toEqualTypeOf<number | undefined>();
      expectTypeOf(caught.code).toExtend<string>();
    }
    expectTypeOf(ScimClientError).toBeConstructibleWith("x", { code: "cut", method: "GET", url: baseUrl });
  });
});
