import { describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { errors } from "../../src/index.ts";
import { BULK_RESPONSE, bulkOf, idOf, patchOf, postGroup, postUser, sendBulk, statuses } from "../support/bulk.ts";
import { BASE_URL, directory, ERROR, USER } from "../support/directory.ts";

describe("the message", () => {
  test("a bulk request is answered with 200 and a BulkResponse of one result for each operation, in request order [P-3.7-02 P-3.7-11 P-3.7-17 P-3.7.3-01]", async () => {
    const service = directory();
    const names = ["ada", "grace", "edsger"];
    const answer = await service.ask("POST", "/Bulk", bulkOf(names.map((name) => postUser(name))));
    expect(answer.status).toBe(200);
    expect(answer.headers["Content-Type"]).toBe("application/scim+json");
    expect(Object.keys(answer.json).sort()).toEqual(["Operations", "schemas"]);
    expect(answer.json.schemas).toEqual([BULK_RESPONSE]);
    expect(answer.json.Operations.map(({ bulkId }: { bulkId: string }) => bulkId)).toEqual(names);
    for (const [index, result] of answer.json.Operations.entries()) {
      const { json: found } = await service.ask("GET", `/Users/${idOf(result)}`);
      expect(found.userName).toBe(names[index]);
    }
  });

  test.each([
    ["another message", { schemas: [USER], Operations: [postUser("a")] }, "invalidSyntax"],
    ["no Operations", { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"] }, "invalidSyntax"],
    ["an empty list of Operations", bulkOf([]), "invalidSyntax"],
    ["Operations that are no list", { ...bulkOf([]), Operations: postUser("a") }, "invalidSyntax"],
    ["an operation that is no object", bulkOf([postUser("a"), "DELETE /Users/1"]), "invalidSyntax"],
    ["a member named twice", bulkOf([{ ...postUser("a"), METHOD: "DELETE" }]), "invalidSyntax"],
  ])("%s is 400, and nothing is done [P-3.7-02]", async (_, body, scimType) => {
    const service = directory();
    const answer = await service.ask("POST", "/Bulk", body);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ schemas: [ERROR], status: "400", scimType, detail: expect.any(String) });
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test("schemas may be missing under lenient, which leaves a note, and must not under strict [P-3.7-02]", async () => {
    const { Operations } = bulkOf([postUser("ada")]) as { Operations: unknown };
    const service = directory();
    expect((await service.ask("POST", "/Bulk", { Operations })).status).toBe(200);
    expect(service.events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "missing-schemas" }));
    const strict = await directory({ profile: "strict" }).ask("POST", "/Bulk", { Operations });
    expect(strict.json).toMatchObject({ status: "400", scimType: "invalidSyntax" });
  });

  test("member names and methods may be in any letter case, and methods come back in capitals [P-3.7-03]", async () => {
    const { method: _, ...operation } = postUser("ada") as Record<string, unknown>;
    const answer = await directory().ask("POST", "/Bulk", {
      SCHEMAS: ["URN:ietf:params:scim:api:messages:2.0:bulkrequest"],
      operations: [{ ...operation, Method: "post" }],
    });
    expect(answer.json.Operations[0]).toMatchObject({ method: "POST", status: "201" });
  });

  test.each(["GET", "PUT", "PATCH", "DELETE"])("%s /Bulk is 405 and says that POST is allowed", async (method) => {
    const answer = await directory().ask(method, "/Bulk", method === "GET" ? undefined : bulkOf([postUser("ada")]));
    expect(answer.status).toBe(405);
    expect(answer.headers.Allow).toBe("POST");
  });

  test("bulk can be switched off: then it is 501, and announced as unsupported with every member there [P-3.7-01 Q95]", async () => {
    const service = directory({ bulk: false });
    const answer = await service.ask("POST", "/Bulk", bulkOf([postUser("ada")]));
    expect(answer.status).toBe(501);
    expect(answer.json).toMatchObject({ schemas: [ERROR], status: "501" });
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
    const { json: config } = await service.ask("GET", "/ServiceProviderConfig");
    expect(config.bulk).toEqual({ supported: false, maxOperations: 0, maxPayloadSize: 0 });
  });

  test("a request without credentials is 401 before its body is read", async () => {
    const { scim } = directory();
    const answer = await scim.handle({ method: "POST", url: "/scim/v2/Bulk", headers: {}, body: "not even JSON" });
    expect(answer.status).toBe(401);
  });
});

describe("the operations", () => {
  test("create, replace, change and delete as single requests do, with their statuses as text [P-3.7.3-02 R-45]", async () => {
    const service = directory();
    const [ada, grace, linus] = await sendBulk(service, [postUser("ada"), postUser("grace"), postUser("linus")]);
    const results = await sendBulk(service, [
      postUser("edsger"),
      { method: "PUT", path: `/Users/${idOf(ada)}`, data: { schemas: [USER], userName: "ada", nickName: "Countess" } },
      patchOf(`/Users/${idOf(grace)}`, [{ op: "add", path: "nickName", value: "Amazing" }]),
      { method: "DELETE", path: `/Users/${idOf(linus)}` },
    ]);
    expect(statuses(results)).toEqual(["201", "200", "200", "204"]);
    expect((await service.ask("GET", `/Users/${idOf(ada)}`)).json.nickName).toBe("Countess");
    expect((await service.ask("GET", `/Users/${idOf(grace)}`)).json.nickName).toBe("Amazing");
    expect((await service.ask("GET", `/Users/${idOf(linus)}`)).status).toBe(404);
  });

  test("each error has the status of the single request: 400, 404, 409, 412 [P-3.7.3-02]", async () => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const path = `/Users/${idOf(ada)}`;
    const results = await sendBulk(service, [
      { ...postUser("b"), data: { schemas: [USER], userName: 7.5 } },
      { method: "DELETE", path: "/Users/nobody" },
      { ...postUser("c"), data: { schemas: [USER], userName: "ADA" } },
      { method: "DELETE", path, version: 'W/"stale"' },
    ]);
    expect(statuses(results)).toEqual(["400", "404", "409", "412"]);
  });

  test("an error comes with a SCIM error as response: same status, a detail for people, the keyword [P-3.7-09 P-3.7.3-03]", async () => {
    const service = directory();
    const operation = { ...postUser("b"), data: { schemas: [USER], userName: 7.5 } };
    const [result] = await sendBulk(service, [operation]);
    const single = await service.ask("POST", "/Users", (operation as { data: unknown }).data);
    expect(result.response).toEqual(single.json);
    expect(result.response).toMatchObject({ schemas: [ERROR], status: "400", scimType: "invalidValue" });
    expect(result.response.detail).toBe("userName must be a string, not a number.");
  });

  test("what went well comes without a body [P-3.7-10 T-G11]", async () => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const put = { method: "PUT", path: `/Users/${idOf(ada)}`, data: { schemas: [USER], userName: "ada", title: "Dr" } };
    const results = await sendBulk(service, [put, put, { method: "DELETE", path: `/Users/${idOf(ada)}` }]);
    for (const result of [ada, ...results]) expect(result).not.toHaveProperty("response");
    expect(statuses(results)).toEqual(["200", "200", "204"]);
  });

  test("every result has the location of its resource, a failed POST alone has none [P-3.7-08]", async () => {
    const service = directory();
    const [ada, failed] = await sendBulk(service, [postUser("ada"), postUser("ada", { userName: "ada" })].map(rename));
    expect(ada.location).toMatch(`${BASE_URL}/Users/`);
    expect(failed.status).toBe("409");
    expect(failed).not.toHaveProperty("location");
    const path = `/Users/${idOf(ada)}`;
    const changes = await sendBulk(service, [
      { method: "PUT", path, data: { schemas: [USER], userName: "ada" } },
      patchOf(path, [{ op: "add", path: "title", value: "Dr" }]),
      { method: "PUT", path, data: { schemas: [USER] } },
      patchOf(path, [{ op: "add", path: "title", value: 1.5 }]),
      { method: "PUT", path: "/Users/nobody", data: { schemas: [USER], userName: "x" } },
      { method: "DELETE", path: "/Users/nobody" },
      { method: "DELETE", path },
    ]);
    expect(statuses(changes)).toEqual(["200", "200", "400", "400", "404", "404", "204"]);
    expect(changes.map(({ location }) => location)).toEqual([
      ada.location,
      ada.location,
      ada.location,
      ada.location,
      `${BASE_URL}/Users/nobody`,
      `${BASE_URL}/Users/nobody`,
      ada.location,
    ]);
  });

  test("the bulkId comes back with each POST, and with other operations that have one [P-3.7-15 R-47]", async () => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const results = await sendBulk(service, [
      { method: "DELETE", path: `/Users/${idOf(ada)}`, bulkId: "goodbye" },
      { ...postUser("grace"), bulkId: "a b/c?%d😀" },
      { ...postUser("grace"), bulkId: "second" },
    ]);
    expect(statuses(results)).toEqual(["204", "201", "409"]);
    expect(results.map(({ bulkId }) => bulkId)).toEqual(["goodbye", "a b/c?%d😀", "second"]);
  });

  test("the version after the change comes back, equal to the ETag of a GET [P-3.7.3-04]", async () => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const path = `/Users/${idOf(ada)}`;
    const etag = async (): Promise<string | undefined> => (await service.ask("GET", path)).headers.ETag;
    expect(ada.version).toBe(await etag());
    const [put] = await sendBulk(service, [
      { method: "PUT", path, data: { schemas: [USER], userName: "ada", title: "Dr" } },
    ]);
    expect(put.version).toBe(await etag());
    const [patched] = await sendBulk(service, [patchOf(path, [{ op: "remove", path: "title" }])]);
    expect(patched.version).toBe(await etag());
    expect(new Set([ada.version, put.version, patched.version]).size).toBe(3);
    const [group] = await sendBulk(service, [postGroup("staff")]);
    const add = patchOf(`/Groups/${idOf(group)}`, [{ op: "add", path: "members", value: [{ value: idOf(ada) }] }]);
    const [delta] = await sendBulk(service, [add]);
    expect(delta.status).toBe("204");
    expect(delta.version).toBe((await service.ask("GET", `/Groups/${idOf(group)}`)).headers.ETag);
    const [gone] = await sendBulk(service, [{ method: "DELETE", path }]);
    expect(gone).not.toHaveProperty("version");
  });

  test("version is the If-Match of a PUT, PATCH or DELETE: stale it is 412 and nothing changes, current it is obeyed [P-3.7-07 T-G10]", async () => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const path = `/Users/${idOf(ada)}`;
    const put = { method: "PUT", path, data: { schemas: [USER], userName: "ada", title: "Dr" } };
    const patch = patchOf(path, [{ op: "add", path: "title", value: "Prof" }]);
    const stale = [put, patch, { method: "DELETE", path }].map((operation) => ({ ...operation, version: 'W/"0"' }));
    expect(statuses(await sendBulk(service, stale))).toEqual(["412", "412", "412"]);
    const untouched = await service.ask("GET", path);
    expect(untouched.headers.ETag).toBe(ada.version);
    expect(untouched.json).not.toHaveProperty("title");
    const [replaced] = await sendBulk(service, [{ ...put, version: ada.version }]);
    expect(replaced.status).toBe("200");
    const [patched] = await sendBulk(service, [{ ...patch, version: replaced.version }]);
    expect(patched.status).toBe("200");
    const [deleted] = await sendBulk(service, [{ method: "DELETE", path, version: patched.version }]);
    expect(deleted.status).toBe("204");
  });

  test.each([
    ["GET", { method: "GET", path: "/Users" }],
    ["HEAD", { method: "HEAD", path: "/Users" }],
    ["no method", { path: "/Users", bulkId: "b", data: {} }],
    ["a method that is no string", { method: ["POST"], path: "/Users", bulkId: "b", data: {} }],
  ])("%s fails that operation with 400 invalidSyntax, and the others go on [P-3.7-03]", async (_, operation) => {
    const results = await sendBulk(directory(), [postUser("ada"), operation, postUser("grace")]);
    expect(statuses(results)).toEqual(["201", "400", "201"]);
    expect(results[1].response).toMatchObject({ schemas: [ERROR], status: "400", scimType: "invalidSyntax" });
  });

  test.each([
    ["missing", undefined],
    ["empty", ""],
    ["no string", 7],
    ["longer than 255 characters", "x".repeat(256)],
  ])("a POST whose bulkId is %s fails with 400, and the others go on [P-3.7-04 T-G4]", async (_, bulkId) => {
    const service = directory();
    const results = await sendBulk(service, [{ ...postUser("ada"), bulkId }, postUser("grace")]);
    expect(statuses(results)).toEqual(["400", "201"]);
    expect(JSON.stringify(results[0]).length).toBeLessThan(500);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(1);
  });

  test("two POSTs of one bulkId make the whole request 400 before anything is done [P-3.7-04 T-G4]", async () => {
    const service = directory();
    const twice = [postUser("ada"), postUser("grace"), { ...postUser("edsger"), bulkId: "ada" }];
    const answer = await service.ask("POST", "/Bulk", bulkOf(twice));
    expect(answer.json).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect(answer.json.detail).toContain("Operations[2]");
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test.each([
    ["a POST to a resource", { ...postUser("b"), path: "/Users/1" }, "400"],
    ["a PUT to an endpoint", { method: "PUT", path: "/Users", data: { schemas: [USER], userName: "b" } }, "400"],
    ["a PATCH to an endpoint", patchOf("/Users", []), "400"],
    ["a DELETE to an endpoint", { method: "DELETE", path: "/Users" }, "400"],
    ["no path", { ...postUser("b"), path: undefined }, "400"],
    ["a path that is no string", { ...postUser("b"), path: { Users: 1 } }, "400"],
    ["an unknown endpoint", { ...postUser("b"), path: "/Robots" }, "404"],
  ])("%s fails that operation alone [P-3.7-05]", async (_, operation, status) => {
    const service = directory();
    const results = await sendBulk(service, [operation, postUser("ada")]);
    expect(statuses(results)).toEqual([status, "201"]);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(1);
  });

  test("a path may come without its first slash, and in the letter case of a tolerant profile [P-3.7-05]", async () => {
    const service = directory();
    const results = await sendBulk(service, [
      { ...postUser("ada"), path: "Users" },
      { ...postUser("grace"), path: "/users" },
    ]);
    expect(statuses(results)).toEqual(["201", "201"]);
    const [strict] = await sendBulk(directory({ profile: "strict" }), [{ ...postUser("ada"), path: "/users" }]);
    expect(strict.status).toBe("404");
  });

  test.each([
    ["POST", undefined],
    ["POST", "text"],
    ["PUT", null],
    ["PUT", []],
    ["PATCH", undefined],
    ["PATCH", 3],
  ])("a %s whose data is %j is 400 invalidSyntax [P-3.7-06]", async (method, data) => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const path = method === "POST" ? "/Users" : `/Users/${idOf(ada)}`;
    const [result] = await sendBulk(service, [{ method, path, bulkId: "b", data }]);
    expect(result).toMatchObject({ status: "400", response: { scimType: "invalidSyntax" } });
  });

  test("the data of a PATCH is a PatchOp message; its bare list of operations is read under lenient, with a note, and refused under strict [P-3.7-06 R-45]", async () => {
    const bare = [{ op: "add", path: "title", value: "Dr" }];
    for (const [profile, status] of [
      ["lenient", "200"],
      ["strict", "400"],
    ] as const) {
      const service = directory({ profile });
      const [ada] = await sendBulk(service, [postUser("ada")]);
      const [result] = await sendBulk(service, [{ method: "PATCH", path: `/Users/${idOf(ada)}`, data: bare }]);
      expect(result.status).toBe(status);
      const notes = service.events.filter(({ type }) => type === "quirk");
      expect(notes).toEqual(
        profile === "strict" ? [] : [expect.objectContaining({ quirk: "bare-operations", path: "Operations[0].data" })],
      );
    }
  });

  test("operations on one resource keep their order [P-3.7-16]", async () => {
    const service = directory();
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const path = `/Users/${idOf(ada)}`;
    const title = (value: string) => patchOf(path, [{ op: "replace", path: "title", value }]);
    const put = { method: "PUT", path, data: { schemas: [USER], userName: "ada", title: "third" } };
    const results = await sendBulk(service, [title("first"), title("second"), put, title("last")]);
    expect(statuses(results)).toEqual(["200", "200", "200", "200"]);
    expect((await service.ask("GET", path)).json.title).toBe("last");
    expect(statuses(await sendBulk(service, [put, { method: "DELETE", path }, put]))).toEqual(["200", "204", "404"]);
  });
});

describe("failOnErrors", () => {
  const bad = { method: "DELETE", path: "/Users/nobody" };

  test("without it, failures stop nothing: everything that can be done is done [P-3.7-12]", async () => {
    const service = directory();
    const results = await sendBulk(service, [postUser("ada"), bad, bad, postUser("grace"), bad]);
    expect(statuses(results)).toEqual(["201", "404", "404", "201", "404"]);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(2);
  });

  test.each([
    [1, ["201", "404"], 1],
    [2, ["201", "404", "404"], 1],
    [3, ["201", "404", "404", "201", "404"], 2],
    [4, ["201", "404", "404", "201", "404", "201"], 3],
  ])("%i stops after that many errors: the results end with the last of them, and what follows is not done [P-3.7-13 R-46 T-G8]", async (failOnErrors, expected, users) => {
    const service = directory();
    const operations = [postUser("ada"), bad, bad, postUser("grace"), bad, postUser("edsger")];
    const results = await sendBulk(service, operations, { failOnErrors });
    expect(statuses(results)).toEqual(expected);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(users);
  });

  test.each([
    0,
    -1,
    1.5,
    "1",
    true,
    [1],
  ])("%j is 400 invalidValue, and nothing is done [P-3.7-14 R-46 T-G8]", async (failOnErrors) => {
    const service = directory();
    const answer = await service.ask("POST", "/Bulk", bulkOf([postUser("ada")], { failOnErrors }));
    expect(answer.json).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect(answer.json.detail).toContain("failOnErrors");
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test("it never comes back in the response [P-3.7-14]", async () => {
    const answer = await directory().ask("POST", "/Bulk", bulkOf([postUser("ada")], { failOnErrors: 1 }));
    expect(answer.body).not.toContain("failOnErrors");
  });
});

describe("the limits", () => {
  test("are announced, and are those of the options [P-3.7.4-01]", async () => {
    const { json: standard } = await directory().ask("GET", "/ServiceProviderConfig");
    expect(standard.bulk).toEqual({ supported: true, maxOperations: 1000, maxPayloadSize: 2_097_152 });
    const { json: own } = await directory({ limits: { bulkOperations: 3, body: 5000 } }).ask(
      "GET",
      "/ServiceProviderConfig",
    );
    expect(own.bulk).toEqual({ supported: true, maxOperations: 3, maxPayloadSize: 5000 });
  });

  test("as many operations as maxOperations are done, one more is 413 that names it, and nothing is done [P-3.7.4-01 P-3.7.4-02 R-48 T-G1]", async () => {
    const service = directory({ limits: { bulkOperations: 3 } });
    const users = ["a", "b", "c", "d"].map((name) => postUser(name));
    const refused = await service.ask("POST", "/Bulk", bulkOf(users));
    expect(refused.status).toBe(413);
    expect(refused.json).toMatchObject({ schemas: [ERROR], status: "413" });
    expect(refused.json).not.toHaveProperty("scimType");
    expect(refused.json.detail).toContain("maxOperations (3)");
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
    expect(statuses(await sendBulk(service, users.slice(0, 3)))).toEqual(["201", "201", "201"]);
  });

  test("maxPayloadSize counts the bytes of the body, not its characters: one too many is 413 that names it [P-3.7.4-01 P-3.7.4-02 P-3.7.4-03 R-48 T-G1]", async () => {
    const text = JSON.stringify(bulkOf([postUser("ada", { displayName: "é".repeat(200) })]));
    const bytes = new TextEncoder().encode(text).length;
    expect(bytes).toBeGreaterThan(text.length);
    const service = directory({ limits: { body: bytes - 1 } });
    for (const body of [text, new TextEncoder().encode(text)]) {
      const refused = await service.ask("POST", "/Bulk", body);
      expect(refused.status).toBe(413);
      expect(refused.json.detail).toContain(`maxPayloadSize (${bytes - 1})`);
    }
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
    expect((await directory({ limits: { body: bytes } }).ask("POST", "/Bulk", text)).status).toBe(200);
  });

  test("a body that a host refuses while reading it is 413 that names maxPayloadSize as well [P-3.7.4-02 P-3.7.4-03]", async () => {
    const { scim } = directory({ limits: { body: 1000 } });
    const answer = await fetchHandler(scim)(
      new Request(`${BASE_URL}/Bulk`, {
        method: "POST",
        headers: { authorization: "Bearer good", "content-type": "application/scim+json" },
        body: JSON.stringify(bulkOf([postUser("ada", { displayName: "é".repeat(900) })])),
      }),
    );
    expect(answer.status).toBe(413);
    expect((await answer.json()).detail).toContain("maxPayloadSize (1000)");
  });

  test("data may be as deep as the body of a single request, and no deeper", async () => {
    const nested = (levels: number): unknown => (levels === 0 ? "x" : { x: nested(levels - 1) });
    const service = directory({ limits: { depth: 8 } });
    const deep = (levels: number) => ({ schemas: [USER], userName: `u${levels}`, unknown: nested(levels) });
    expect((await service.ask("POST", "/Users", deep(7))).status).toBe(201);
    expect((await service.ask("POST", "/Users", deep(8))).status).toBe(400);
    const bulk = (levels: number) => bulkOf([{ ...postUser("u"), data: { ...deep(levels), userName: "other" } }]);
    expect((await service.ask("POST", "/Bulk", bulk(7))).json.Operations[0].status).toBe("201");
    expect((await service.ask("POST", "/Bulk", bulk(8))).status).toBe(400);
  });
});

describe("authorisation", () => {
  test("each operation is decided on as the single request would be, and a refusal is its 403 alone [T-A11 T-G7]", async () => {
    const service = directory({
      authorize: (operation) => {
        if (operation.type === "delete") throw errors.forbidden("No deletions.");
      },
    });
    const [ada] = await sendBulk(service, [postUser("ada")]);
    const path = `/Users/${idOf(ada)}`;
    expect((await service.ask("DELETE", path)).status).toBe(403);
    const results = await sendBulk(service, [{ method: "DELETE", path }, postUser("grace")]);
    expect(statuses(results)).toEqual(["403", "201"]);
    expect(results[0].response.detail).toBe("No deletions.");
    expect((await service.ask("GET", path)).status).toBe(200);
  });

  test("the request as a whole is decided on first, and refused it is 403 with nothing done [T-A11]", async () => {
    const seen: string[] = [];
    const service = directory({
      authorize: (operation) => {
        seen.push(`${operation.access} by ${operation.type} of ${operation.resourceTypes}`);
        if (operation.type === "bulk") throw errors.forbidden();
      },
    });
    const answer = await service.ask("POST", "/Bulk", bulkOf([postUser("ada"), postUser("grace")]));
    expect(answer.status).toBe(403);
    expect(seen).toEqual(["write by bulk of User"]);
    expect((await service.ask("GET", "/Users")).status).toBe(200);
  });

  test("it sees ids where bulkIds were [P-3.7.2-01 T-A11]", async () => {
    const seen: unknown[] = [];
    const service = directory({
      authorize: (operation) => {
        if (operation.id !== undefined) seen.push([operation.type, operation.id]);
      },
    });
    const results = await sendBulk(service, [
      postGroup("staff", ["bulkId:ada"]),
      postUser("ada"),
      patchOf("/Groups/bulkId:staff", [{ op: "replace", path: "displayName", value: "all" }]),
      { method: "DELETE", path: "/Users/bulkId:ada" },
    ]);
    expect(seen).toEqual([
      ["patch", idOf(results[0])],
      ["delete", idOf(results[1])],
    ]);
  });

  test("a fault of the host's is that operation's 500, told as an event, and says nothing of the inside", async () => {
    const fault = new Error("secret inside");
    let asked = 0;
    const service = directory({
      authorize: (operation) => {
        if (operation.type === "create" && asked++ === 0) throw fault;
      },
    });
    const answer = await service.ask("POST", "/Bulk", bulkOf([postUser("ada"), postUser("grace")]));
    expect(statuses(answer.json.Operations)).toEqual(["500", "201"]);
    expect(answer.body).not.toContain("secret inside");
    expect(service.events).toContainEqual(expect.objectContaining({ type: "fault", error: fault }));
  });
});

/** Gives operations bulkIds of their own. */
function rename(operation: object, index: number): object {
  return { ...operation, bulkId: `b${index}` };
}
