import { describe, expect, test } from "vitest";
import {
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  Group,
  type ResourceTypeDefinition,
  type ScimOptions,
  User,
} from "../../src/index.ts";
import { idOf, PATCH_OP, patchOf, postGroup, postUser, sendBulk, statuses } from "../support/bulk.ts";
import { BASE_URL, type Directory, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";

/** The members of a group by their values. */
async function membersOf(service: Directory, id: string): Promise<string[]> {
  const { json } = await service.ask("GET", `/Groups/${id}`);
  return (json.members ?? []).map(({ value }: { value: string }) => value).sort();
}

describe("a bulkId reference is replaced by the id of what was created", () => {
  test("in the members of a group, to a POST before it and to one behind it [P-3.7.2-01 P-3.7-16 R-47]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      postUser("ada"),
      postGroup("staff", ["bulkId:ada", "bulkId:grace"]),
      postUser("grace"),
    ]);
    expect(statuses(results)).toEqual(["201", "201", "201"]);
    const [ada, staff, grace] = results.map(idOf) as [string, string, string];
    expect(await membersOf(service, staff)).toEqual([ada, grace].sort());
  });

  test("in attributes of extensions, by their URN and, as Entra sends it, without [P-3.7.2-02]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      postUser("bob", { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager: { value: "bulkId:ada" } } }),
      postUser("carl", { schemas: [USER, ENTERPRISE], [ENTERPRISE.toUpperCase()]: { MANAGER: "bulkId:ada" } }),
      postUser("dora", { manager: { VALUE: "bulkId:ada" } }),
      postUser("ada"),
    ]);
    expect(statuses(results)).toEqual(["201", "201", "201", "201"]);
    for (const result of results.slice(0, 3)) {
      const { json: user } = await service.ask("GET", `/Users/${idOf(result)}`);
      expect(user[ENTERPRISE].manager).toEqual({ value: idOf(results[3]), $ref: results[3].location });
    }
  });

  test("in the body of a PUT, and in the id that it repeats from its path [P-3.7.2-01 P-3.7.2-03]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      postGroup("staff"),
      {
        method: "PUT",
        path: "/Groups/bulkId:staff",
        data: { schemas: [GROUP], id: "bulkId:staff", displayName: "Staff", members: [{ value: "bulkId:ada" }] },
      },
      postUser("ada"),
    ]);
    expect(statuses(results)).toEqual(["201", "200", "201"]);
    expect(results[1].location).toBe(results[0].location);
    expect(await membersOf(service, idOf(results[0]))).toEqual([idOf(results[2])]);
  });

  test.each([
    ["of a path", { op: "add", path: "members", value: [{ value: "bulkId:ada" }] }],
    ["of a path, alone", { op: "add", path: "members", value: { value: "bulkId:ada" } }],
    ["of a path, as bare id", { op: "add", path: "members", value: ["bulkId:ada"] }],
    ["of no path", { op: "add", value: { members: [{ value: "bulkId:ada" }] } }],
    ["of the path of the schema", { op: "add", path: GROUP, value: { members: [{ value: "bulkId:ada" }] } }],
    ["of a qualified path", { OP: "Add", PATH: `${GROUP}:members`, VALUE: [{ value: "bulkId:ada" }] }],
    ["of a replace", { op: "replace", path: "members", value: [{ value: "bulkId:ada" }] }],
  ])("in the value %s of a PATCH [P-3.7.2-02 R-47]", async (_, operation) => {
    const service = directory();
    const [staff] = await sendBulk(service, [postGroup("staff")]);
    const results = await sendBulk(service, [patchOf(`/Groups/${idOf(staff)}`, [operation]), postUser("ada")]);
    expect(results[0].status).toMatch(/^20[04]$/);
    expect(await membersOf(service, idOf(staff))).toEqual([idOf(results[1])]);
  });

  test.each([
    ["by path", { op: "add", path: `${ENTERPRISE}:manager`, value: { value: "bulkId:ada" } }],
    ["by path to the id", { op: "replace", path: `${ENTERPRISE}:manager.value`, value: "bulkId:ada" }],
    ["by path, as bare id", { op: "add", path: `${ENTERPRISE}:manager`, value: "bulkId:ada" }],
    ["by bare path", { op: "add", path: "manager", value: "bulkId:ada" }],
    ["by the path of the extension", { op: "add", path: ENTERPRISE, value: { manager: { value: "bulkId:ada" } } }],
    ["without a path", { op: "add", value: { [ENTERPRISE]: { manager: { value: "bulkId:ada" } } } }],
    ["by a name that is a path", { op: "add", value: { [`${ENTERPRISE}:manager`]: "bulkId:ada" } }],
    ["by its URL", { op: "add", path: `${ENTERPRISE}:manager`, value: { $ref: "bulkId:ada" } }],
  ])("in the manager that a PATCH sets %s [P-3.7.2-02 R-47]", async (_, operation) => {
    const service = directory();
    const results = await sendBulk(service, [
      postUser("bob"),
      patchOf("/Users/bulkId:bob", [operation]),
      postUser("ada"),
    ]);
    expect(statuses(results)).toEqual(["201", "200", "201"]);
    const { json: bob } = await service.ask("GET", `/Users/${idOf(results[0])}`);
    expect(bob[ENTERPRISE].manager.value).toBe(idOf(results[2]));
  });

  test("in the filter of a PATCH path, and the rest of the filter stays [P-3.7.2-02 R-47]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      postUser("ada"),
      postUser("grace"),
      postGroup("staff", ["bulkId:ada", "bulkId:grace"]),
      patchOf("/Groups/bulkId:staff", [
        { op: "remove", path: 'members[value eq "bulkId:ada" and not (value eq "bulkId:grace")]' },
      ]),
    ]);
    expect(results[3].status).toMatch(/^20[04]$/);
    expect(await membersOf(service, idOf(results[2]))).toEqual([idOf(results[1])]);
  });

  test("in the path of an operation, encoded or not, and the operations on it keep their order [P-3.7.2-03 P-3.7-16]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      patchOf("/Users/bulkId:ada", [{ op: "add", path: "title", value: "first" }]),
      patchOf("/Users/bulkId%3Aada", [{ op: "replace", path: "title", value: "second" }]),
      { method: "DELETE", path: "/Users/bulkId:grace" },
      postUser("ada"),
      postUser("grace"),
    ]);
    expect(statuses(results)).toEqual(["200", "200", "204", "201", "201"]);
    expect(results.slice(0, 2).map(({ location }) => location)).toEqual([results[3].location, results[3].location]);
    expect(results[2].location).toBe(results[4].location);
    expect((await service.ask("GET", `/Users/${idOf(results[3])}`)).json.title).toBe("second");
    expect((await service.ask("GET", `/Users/${idOf(results[4])}`)).status).toBe(404);
  });

  test("with any characters that a bulkId may have [P-3.7.2-01]", async () => {
    for (const bulkId of ["a/b", "bulkId:x", "__proto__", "constructor", "toString", '"', "ü😀", " ", "%2F"]) {
      const service = directory();
      const results = await sendBulk(service, [
        postGroup("staff", [`bulkId:${bulkId}`]),
        patchOf(`/Users/${encodeURIComponent(`bulkId:${bulkId}`)}`, [{ op: "add", path: "title", value: "Dr" }]),
        { ...postUser("ada"), bulkId },
      ]);
      expect(statuses(results), bulkId).toEqual(["201", "200", "201"]);
      expect(await membersOf(service, idOf(results[0]))).toEqual([idOf(results[2])]);
    }
  });

  test("in a path as it stands in the POST, whatever characters it has, and before an escaped one [P-3.7.2-03 R-85]", async () => {
    const given = [
      "100% staff",
      "a?b",
      "x/y",
      "#1",
      "a b",
      "a%20b",
      "%zz",
      "a://b",
      "../Groups",
      ".search",
      "/",
      "bulkId:x",
    ];
    const service = directory();
    const posts = given.map((bulkId, index) => ({ ...postGroup(`g${index}`), bulkId }));
    const results = await sendBulk(service, [
      ...given.map((bulkId) =>
        patchOf(`/Groups/bulkId:${bulkId}`, [{ op: "replace", path: "displayName", value: bulkId }]),
      ),
      ...posts,
    ]);
    expect(statuses(results)).toEqual([...given.map(() => "200"), ...given.map(() => "201")]);
    for (const [index, bulkId] of given.entries()) {
      const { location } = results[index + given.length];
      expect(results[index].location).toBe(location);
      expect((await service.ask("GET", `/Groups/${idOf({ location })}`)).json.displayName).toBe(bulkId);
    }
  });

  test("in a path without its slash in front, and escaped where no POST has it to the letter [P-3.7.2-03 R-85]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      { ...postUser("ada"), bulkId: "a b" },
      patchOf("Users/bulkId:a b", [{ op: "add", path: "title", value: "Dr" }]),
      patchOf("/Users/bulkId:a%20b", [{ op: "add", path: "nickName", value: "A" }]),
      patchOf("/Users/bulkId:a%20b/", [{ op: "add", path: "displayName", value: "Ada" }]),
    ]);
    expect(statuses(results)).toEqual(["201", "200", "200", "200"]);
    const { json } = await service.ask("GET", `/Users/${idOf(results[0])}`);
    expect(json).toMatchObject({ title: "Dr", nickName: "A", displayName: "Ada" });
  });

  test("as its URL in attributes of type reference, as its id in the value of any complex attribute [P-3.7.2-02]", async () => {
    const Badge = defineResourceType({
      name: "Badge",
      schema: defineSchema({
        id: "urn:example:Badge",
        name: "Badge",
        attributes: {
          holder: { type: "reference", referenceTypes: ["User"] },
          photo: { type: "reference", referenceTypes: ["external"] },
          rights: { type: "complex", multiValued: true, subAttributes: { value: {}, note: {} } },
        },
      }),
    });
    const service = directory({ resourceTypes: [User, Group, Badge] });
    const data = {
      schemas: ["urn:example:Badge"],
      holder: "bulkId:ada",
      photo: "bulkId:ada",
      rights: [{ value: "bulkId:ada", note: "bulkId:ada" }],
    };
    const results = await sendBulk(service, [
      { method: "POST", path: "/Badges", bulkId: "badge", data },
      postUser("ada"),
    ]);
    const { json: badge } = await service.ask("GET", `/Badges/${idOf(results[0])}`);
    expect(badge).toMatchObject({
      holder: results[1].location,
      photo: "bulkId:ada",
      rights: [{ value: idOf(results[1]), note: "bulkId:ada" }],
    });
  });
});

describe("a reference that leads nowhere", () => {
  const places: readonly (readonly [string, object])[] = [
    ["the members of a group", postGroup("staff", ["bulkId:nope"])],
    ["the manager of a user", postUser("bob", { [ENTERPRISE]: { manager: { value: "bulkId:nope" } } })],
    ["a PATCH value", patchOf("/Groups/1", [{ op: "add", path: "members", value: [{ value: "bulkId:nope" }] }])],
    ["a PATCH filter", patchOf("/Groups/1", [{ op: "remove", path: 'members[value eq "bulkId:nope"]' }])],
    ["a path", { method: "DELETE", path: "/Users/bulkId:nope" }],
    ["a reference without a name", postGroup("staff", ["bulkId:"])],
  ];

  test.each(
    places,
  )("to no POST of the request, in %s, is that operation's 400 invalidValue [P-3.7.2-04 T-G4]", async (_, operation) => {
    const service = directory();
    const results = await sendBulk(service, [operation, postUser("ada")]);
    expect(statuses(results)).toEqual(["400", "201"]);
    expect(results[0].response.scimType).toBe("invalidValue");
    expect(results[0].response.detail).toContain('"bulkId:');
    expect((await service.ask("GET", "/Groups")).json.totalResults).toBe(0);
  });

  test("to an operation that is no POST is 400 as well [P-3.7.2-04]", async () => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const results = await sendBulk(service, [
      { ...patchOf(`/Users/${idOf(ada)}`, [{ op: "add", path: "title", value: "Dr" }]), bulkId: "label" },
      postGroup("staff", ["bulkId:label"]),
    ]);
    expect(statuses(results)).toEqual(["200", "400"]);
  });

  test("to a POST that failed is 409 that names it, for each operation that depends on it, however far [P-3.7.2-04 R-47]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      { method: "DELETE", path: "/Groups/bulkId:outer" },
      postGroup("outer", ["bulkId:inner"]),
      postGroup("inner", ["bulkId:ada"]),
      { ...postUser("ada"), data: { schemas: [USER] } },
      postUser("grace"),
    ]);
    expect(statuses(results)).toEqual(["409", "409", "409", "400", "201"]);
    expect(results.slice(0, 3).map(({ response }) => response.detail)).toEqual([
      expect.stringContaining('"bulkId:outer" (Operations[1])'),
      expect.stringContaining('"bulkId:inner" (Operations[2])'),
      expect.stringContaining('"bulkId:ada" (Operations[3])'),
    ]);
    expect((await service.ask("GET", "/Groups")).json.totalResults).toBe(0);
  });

  test("stores no literal bulkId, not even where references are not checked [P-3.7.2-04]", async () => {
    const service = directory({ settings: { references: "ignore" } });
    const results = await sendBulk(service, [
      postGroup("a", ["bulkId:nope"]),
      postGroup("b", ["bulkId:bad"]),
      { ...postUser("bad"), data: {} },
      postGroup("c", ["bulkId:good"]),
      postUser("good"),
    ]);
    expect(statuses(results)).toEqual(["400", "409", "400", "201", "201"]);
    expect((await service.ask("GET", "/Groups")).body).not.toContain("bulkId");
  });

  test("to a resource of another type than the path says is 404 [P-3.7.2-03]", async () => {
    const results = await sendBulk(directory(), [postUser("ada"), { method: "DELETE", path: "/Groups/bulkId:ada" }]);
    expect(statuses(results)).toEqual(["201", "404"]);
  });

  test("an operation that fails by its reference has the location that its path says, where it has one [P-3.7-08]", async () => {
    const [deleted] = await sendBulk(directory(), [{ method: "DELETE", path: "/Users/bulkId:nope" }]);
    expect(deleted.location).toBe(`${BASE_URL}/Users/bulkId%3Anope`);
  });
});

describe("text is text", () => {
  test("bulkId: in attributes that hold no ids is stored as it stands, and nothing depends on it [T-G5]", async () => {
    const service = directory();
    const texts = {
      displayName: "bulkId:ada",
      externalId: "bulkId:nope",
      nickName: "bulkId:",
      name: { formatted: "bulkId:ada", givenName: "bulkId:nope" },
      emails: [{ value: "ada@example.com", display: "bulkId:ada" }],
      profileUrl: "bulkId:ada",
    };
    const results = await sendBulk(service, [postUser("bulkId:bob", texts), postUser("ada")]);
    expect(statuses(results)).toEqual(["201", "201"]);
    const { json: stored } = await service.ask("GET", `/Users/${idOf(results[0])}`);
    expect(stored).toMatchObject({ userName: "bulkId:bob", ...texts });
  });

  test("what only contains bulkId: is no reference, wherever it stands [R-47]", async () => {
    const service = directory({ settings: { references: "ignore" } });
    const values = ["xbulkId:ada", "BULKID:ada", "bulkid:ada", " bulkId:ada"];
    const results = await sendBulk(service, [postUser("ada"), postGroup("staff", values)]);
    expect(await membersOf(service, idOf(results[1]))).toEqual([...values].sort());
  });

  test("values that a client cannot write refer to nothing [R-47]", async () => {
    const service = directory();
    const data = { schemas: [USER], userName: "ada", id: "bulkId:nope", groups: [{ value: "bulkId:nope" }] };
    const results = await sendBulk(service, [{ method: "POST", path: "/Users", bulkId: "ada", data }]);
    expect(statuses(results)).toEqual(["201"]);
  });

  test("the text of a PATCH value stays, and a PATCH that does not parse keeps its own error [T-G5]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      postUser("ada"),
      patchOf("/Users/bulkId:ada", [{ op: "add", path: "displayName", value: "bulkId:ada" }]),
      patchOf("/Users/bulkId:ada", [{ op: "remove", path: 'emails[value eq "bulkId:ada"' }]),
      patchOf("/Users/bulkId:ada", [{ op: "move", path: 'emails[value eq "bulkId:ada"]' }]),
      { method: "PATCH", path: "/Users/bulkId:ada", data: { schemas: [PATCH_OP], Operations: "bulkId:nope" } },
    ]);
    expect(statuses(results)).toEqual(["201", "200", "400", "400", "400"]);
    expect(results[2].response.scimType).toMatch(/^invalid(Path|Filter)$/);
    expect((await service.ask("GET", `/Users/${idOf(results[0])}`)).json.displayName).toBe("bulkId:ada");
  });

  test("an operand without quotes is a reference where the profile reads it [R-47 R-30]", async () => {
    const service = directory({ profile: "entra" });
    const results = await sendBulk(service, [
      postUser("ada"),
      postGroup("staff", ["bulkId:ada"]),
      patchOf("/Groups/bulkId:staff", [{ op: "remove", path: "members[value eq bulkId:ada]" }]),
    ]);
    expect(results[2].status).toMatch(/^20[04]$/);
    expect(await membersOf(service, idOf(results[1]))).toEqual([]);
  });
});

describe("references within the tenant", () => {
  const twoTenants: Partial<ScimOptions> = {
    authenticate: ({ headers }) => ({ tenant: String(headers.authorization) }),
  };

  test("what one tenant creates in bulk is not there for another, and a foreign id is as unknown as any", async () => {
    const service = directory(twoTenants);
    const send = async (tenant: string, operations: readonly object[]) => {
      const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations: operations };
      return (await service.ask("POST", "/Bulk", body, { authorization: tenant })).json.Operations;
    };
    const [ada] = await send("acme", [postUser("ada")]);
    const foreign = await send("globex", [
      { method: "DELETE", path: `/Users/${idOf(ada)}` },
      postGroup("staff", [idOf(ada)]),
      postGroup("nobody", ["unknown"]),
    ]);
    expect(statuses(foreign)).toEqual(["404", "400", "400"]);
    expect(foreign[1].response).toEqual(foreign[2].response);
    expect((await service.ask("GET", `/Users/${idOf(ada)}`, undefined, { authorization: "acme" })).status).toBe(200);
  });

  test("extensions that a tenant has of its own hold references as well", async () => {
    const types: readonly ResourceTypeDefinition[] = [User.extend(EnterpriseUserSchema), Group];
    const service = directory({
      ...twoTenants,
      resourceTypes: [User, Group],
      tenant: () => ({ resourceTypes: types }),
    });
    const results = await sendBulk(service, [
      postUser("bob", { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager: { value: "bulkId:ada" } } }),
      postUser("ada"),
    ]);
    const { json: bob } = await service.ask("GET", `/Users/${idOf(results[0])}`);
    expect(bob[ENTERPRISE].manager.value).toBe(idOf(results[1]));
  });
});
