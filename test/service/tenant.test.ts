import { describe, expect, test } from "vitest";
import {
  type CompiledResourceType,
  createScim,
  defineProfile,
  defineSchema,
  EnterpriseUserSchema,
  errors,
  Group,
  type Scim,
  type ScimEvent,
  type ScimOptions,
  type TenantOptions,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BASE_URL, bodyText, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BADGE = "urn:example:params:scim:schemas:Badge";
const Badge = defineSchema({ id: BADGE, name: "Badge", attributes: { number: { caseExact: true, required: true } } });
const AcmeUser = User.extend(EnterpriseUserSchema).extend(Badge);

interface Caller {
  readonly tenant: string;
}

/** A service for tenants, whose tokens are their names. */
function service(given: Partial<ScimOptions<Caller>> = {}) {
  const events: ScimEvent[] = [];
  const scim: Scim = createScim<Caller>({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: BASE_URL,
    authenticate: ({ headers }) => {
      const { authorization } = headers;
      if (typeof authorization !== "string") throw errors.unauthorized();
      return { tenant: authorization };
    },
    onChange: (event) => events.push(event as ScimEvent),
    onNotice: (event) => events.push(event as ScimEvent),
    ...given,
  });
  const as =
    (tenant: string | undefined, base = "/scim/v2") =>
    async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
      const authorization = tenant === undefined ? {} : { authorization: tenant };
      const response = await scim.handle({
        method,
        url: `${base}${path}`,
        headers: { ...authorization, ...headers },
        body,
      });
      const text = await bodyText(response);
      return { ...response, body: text, json: text === undefined ? undefined : JSON.parse(text) };
    };
  return { as, events };
}

describe("tenant", () => {
  const own: Readonly<Record<string, TenantOptions>> = {
    acme: { resourceTypes: [AcmeUser, Group], profile: "strict" },
    globex: { baseUrl: "https://globex.example.com/api/scim" },
  };
  const tenant = (context: Caller) => own[context.tenant];

  test("has resource types of its own, in what is stored and in what is published", async () => {
    const { as } = service({ tenant });
    const body = { schemas: [USER, BADGE], userName: "ada", [BADGE]: { number: "7" } };
    expect((await as("acme")("POST", "/Users", body)).json).toMatchObject({
      schemas: [USER, BADGE],
      [BADGE]: { number: "7" },
    });
    const plain = await as("initech")("POST", "/Users", body);
    expect(plain.json).toMatchObject({ schemas: [USER] });
    expect(plain.json).not.toHaveProperty([BADGE]);
    expect((await as("acme")("GET", filtered("/Users", `${BADGE}:number eq "7"`))).json.totalResults).toBe(1);
    expect((await as("initech")("GET", filtered("/Users", `${BADGE}:number eq "7"`))).json.scimType).toBe(
      "invalidFilter",
    );
    expect((await as("acme")("GET", `/Schemas/${BADGE}`)).status).toBe(200);
    expect((await as("initech")("GET", `/Schemas/${BADGE}`)).status).toBe(404);
    expect((await as("acme")("GET", "/ResourceTypes/User")).json.schemaExtensions).toHaveLength(2);
    expect((await as("initech")("GET", "/ResourceTypes/User")).json.schemaExtensions).toHaveLength(1);
  });

  test("has a profile of its own", async () => {
    const { as } = service({ tenant });
    expect((await as("acme")("GET", "/users")).status).toBe(404);
    expect((await as("initech")("GET", "/users")).status).toBe(200);
  });

  test("has settings of its own: for one a PUT keeps what it omits, and for the others not", async () => {
    const keeping = defineProfile({ extends: "lenient", settings: { putOmitted: "keep", etags: false } });
    const { as } = service({ tenant: (context: Caller) => (context.tenant === "acme" ? { profile: keeping } : {}) });
    for (const [name, title] of [
      ["acme", "Lead"],
      ["globex", undefined],
    ] as const) {
      const body = { schemas: [USER], userName: "ada" };
      const created = await as(name)("POST", "/Users", { ...body, title: "Lead" });
      const replaced = await as(name)("PUT", `/Users/${created.json.id}`, body);
      expect([replaced.status, replaced.json.title]).toEqual([200, title]);
      expect("ETag" in replaced.headers).toBe(name !== "acme");
      expect((await as(name)("GET", "/ServiceProviderConfig")).json.etag.supported).toBe(name !== "acme");
    }
  });

  test("has references, restrictions and announcements by its profile, beside what the host announces", async () => {
    const announce = { "urn:example:Service": { region: "eu-1" }, rolesAndEntitlements: { roles: { enabled: true } } };
    const { as } = service({
      discovery: { announce },
      tenant: ({ tenant }: Caller) => ({ profile: tenant === "acme" ? "ietf-interop" : "lenient" }),
    });
    const config = async (name: string) => (await as(name)("GET", "/ServiceProviderConfig")).json;
    expect(await config("acme")).toMatchObject({ interopProfileConformant: true, ...announce });
    expect(await config("globex")).toMatchObject(announce);
    expect(await config("globex")).not.toHaveProperty("interopProfileConformant");
    const managed = { schemas: [USER, ENTERPRISE], userName: "ada", [ENTERPRISE]: { manager: { value: "nobody" } } };
    expect((await as("acme")("POST", "/Users", managed)).status).toBe(400);
    expect((await as("globex")("POST", "/Users", managed)).status).toBe(201);
  });

  test("whose profile needs what the options lack is a fault of the host that names it", async () => {
    const { as, events } = service({ tenant: () => ({ profile: "ipsie-al" }) });
    expect((await as("acme")("GET", "/Users")).status).toBe(500);
    expect(String((events[0] as { error: unknown }).error)).toMatch(/the profile ipsie-al needs throttle/);
  });

  test("has a base URL of its own: links are made of it, and no other path leads to its data [T-A5]", async () => {
    const { as } = service({ tenant });
    const created = await as("globex", "/api/scim")("POST", "/Users", { schemas: [USER], userName: "ada" });
    const location = `https://globex.example.com/api/scim/Users/${created.json.id}`;
    expect(created).toMatchObject({ status: 201, headers: { Location: location }, json: { meta: { location } } });
    for (const path of [`/Users/${created.json.id}`, "/Users", "/Groups", "/Schemas"]) {
      expect((await as("globex")("GET", path)).status).toBe(404);
      expect((await as("acme", "/api/scim")("GET", path)).status).toBe(404);
    }
  });

  test("is shown to who proves to be of it; to others discovery shows what all have in common", async () => {
    const { as } = service({ tenant });
    expect((await as(undefined)("GET", `/Schemas/${BADGE}`)).status).toBe(404);
    expect((await as(undefined)("GET", `/Schemas/${ENTERPRISE}`)).status).toBe(200);
    expect((await as(undefined)("GET", "/Users")).status).toBe(401);
    const closed = service({ tenant, discovery: { anonymous: false } });
    expect((await closed.as(undefined)("GET", "/Schemas")).status).toBe(401);
    expect((await closed.as("acme")("GET", `/Schemas/${BADGE}`)).status).toBe(200);
  });

  test("is what authentication says and nothing else: no header, parameter, body or path names it [T-A5]", async () => {
    const asked: Caller[] = [];
    const { as } = service({
      tenant: (context) => {
        asked.push(context);
        return undefined;
      },
    });
    const initech = as("initech");
    const body = { schemas: [USER], userName: "ada", tenant: "acme", organization: "acme", tenantId: "acme" };
    const headers = {
      "x-tenant": "acme",
      "x-forwarded-host": "acme.example.com",
      host: "acme.example.com",
      cookie: "tenant=acme",
    };
    const created = await initech("POST", "/Users?tenant=acme", body, headers);
    expect(created.json).not.toHaveProperty("tenant");
    await initech("GET", "/Users?tenant=acme", undefined, headers);
    expect(asked).toEqual([{ tenant: "initech" }, { tenant: "initech" }]);
    expect((await as("acme")("GET", `/Users/${created.json.id}`)).status).toBe(404);
    expect((await as("acme")("GET", "/Users")).json.totalResults).toBe(0);
  });

  test("may be looked up later, and what the look-up throws is the answer", async () => {
    const { as } = service({
      tenant: async ({ tenant }) => {
        if (tenant === "closed") throw errors.unauthorized("This tenant is closed.");
        return { resourceTypes: [Group] };
      },
    });
    expect((await as("acme")("GET", "/Groups")).status).toBe(200);
    expect((await as("acme")("GET", "/Users")).status).toBe(404);
    expect((await as("closed")("GET", "/Groups")).json).toMatchObject({
      status: "401",
      detail: "This tenant is closed.",
    });
  });

  test("is compiled when it is first seen, and not again for the same definitions", async () => {
    const types = new Set<CompiledResourceType>();
    const memory = memoryStorage();
    const { as } = service({
      storage: {
        ...memory,
        query: (request, context) => {
          types.add(request.resourceType);
          return memory.query(request, context);
        },
      },
      // A new list and a new object each time, of definitions that stay.
      tenant: () => ({ resourceTypes: [AcmeUser, Group], profile: "strict" }),
    });
    for (const name of ["acme", "globex", "initech"])
      for (const path of ["/Users", "/Groups"]) await as(name)("GET", path);
    expect(types.size).toBe(2);
  });

  test.each([
    ["a misspelt member", { resourcetypes: [User] }, /resourcetypes/],
    ["no resource type", { resourceTypes: [] }, /resourceTypes/],
    ["two resource types of one name", { resourceTypes: [User, User] }, /two resource types/],
    ["an unknown profile", { profile: "lax" }, /profile/],
    ["a relative base URL", { baseUrl: "/scim" }, /baseUrl/],
    ["a base URL with a query", { baseUrl: "https://example.com/scim?x=1" }, /baseUrl/],
  ])("with %s is a fault of the host: 500, and an error event that names it", async (_what, wrong, problem) => {
    const { as, events } = service({ tenant: () => wrong as never });
    for (let round = 0; round < 2; round++) expect((await as("acme")("GET", "/Users")).status).toBe(500);
    expect(events).toMatchObject([{ type: "fault" }, { type: "fault" }]);
    expect(String((events[0] as { error: unknown }).error)).toMatch(problem);
  });
});

describe("a resource of another tenant", () => {
  const fixed = { clock: { now: () => new Date("2026-01-02T03:04:05Z") }, newId: () => "of-acme" };

  test("is answered to the byte like one that never was, whatever the verb [P-3.6-01 T-A6]", async () => {
    const { as } = service(fixed);
    await as("acme")("POST", "/Users", { schemas: [USER], userName: "ada" });
    const foreign = as("globex");
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", path: "displayName", value: "x" }] };
    const member = { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: "x" }] }] };
    const requests = (id: string) =>
      [
        ["GET", `/Users/${id}`],
        ["HEAD", `/Users/${id}`],
        ["GET", `/Users/${id}?attributes=userName`],
        ["PUT", `/Users/${id}`, { schemas: [USER], userName: "eve" }],
        ["PATCH", `/Users/${id}`, patch],
        ["PATCH", `/Groups/${id}`, member],
        ["DELETE", `/Users/${id}`],
        ["POST", `/Users/${id}`, {}],
      ] as const;
    const conditions = [
      {},
      { "if-match": "*" },
      { "if-match": 'W/"1"' },
      { "if-none-match": 'W/"1"' },
      { "if-none-match": "*" },
    ];
    for (const headers of conditions) {
      const answers = [];
      for (const id of ["of-acme", "never-was"]) {
        const round = [];
        for (const [method, path, body] of requests(id)) {
          const answer = await foreign(method, path, body, headers as Record<string, string>);
          round.push([answer.status, answer.headers, answer.body]);
        }
        answers.push(round);
      }
      expect(answers[0]).toEqual(answers[1]);
      expect(JSON.stringify(answers)).not.toContain("of-acme");
    }
    expect((await as("acme")("GET", "/Users/of-acme")).json).toMatchObject({
      userName: "ada",
      meta: { version: 'W/"1"' },
    });
  });

  test("does not keep a unique value from anybody else [T-A7]", async () => {
    const { as } = service();
    const body = { schemas: [USER], userName: "ada", externalId: "7" };
    expect((await as("acme")("POST", "/Users", body)).status).toBe(201);
    expect((await as("globex")("POST", "/Users", body)).status).toBe(201);
    expect((await as("acme")("POST", "/Users", body)).status).toBe(409);
  });

  test("cannot be a member or a manager: the one is refused, the other leads nowhere, as if it never was [T-A8 R-80]", async () => {
    let made = 0;
    const { as } = service({ newId: () => `id-${made++}` });
    await as("acme")("POST", "/Users", { schemas: [USER], userName: "ada" });
    const globex = as("globex");
    for (const value of ["id-0", "never-was"]) {
      const group = await globex("POST", "/Groups", { schemas: [GROUP], displayName: "x", members: [{ value }] });
      expect(group.json).toMatchObject({ status: "400", scimType: "invalidValue" });
      expect(group.json.detail).toBe(
        "members[0].value names no User or Group; create the resource first, or leave the reference out.",
      );
      const manager = { manager: { value } };
      const user = await globex("POST", "/Users", {
        schemas: [USER, ENTERPRISE],
        userName: `of-${value}`,
        [ENTERPRISE]: manager,
      });
      expect(user.status).toBe(201);
      const read = await globex("GET", `/Users/${user.json.id}`);
      expect([user.json[ENTERPRISE], read.json[ENTERPRISE]]).toEqual([manager, manager]);
    }
  });
});
