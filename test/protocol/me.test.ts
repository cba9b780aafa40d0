import { describe, expect, test } from "vitest";
import {
  createScim,
  EnterpriseUserSchema,
  errors,
  Group,
  type Me,
  type OperationFacts,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BASE_URL, directory, ERROR, GROUP, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const replace = (path: string, value: unknown) => ({ schemas: [PATCH], Operations: [{ op: "replace", path, value }] });

/** A service in which the caller is ada. */
async function asAda(given: Parameters<typeof directory>[0] = {}) {
  const me: { id: string | undefined } = { id: undefined };
  const resolveMe = (): Me | undefined => (me.id === undefined ? undefined : { resourceType: "User", id: me.id });
  const service = directory({ resolveMe, ...given });
  const { id } = (await service.ask("POST", "/Users", { schemas: [USER], userName: "ada", displayName: "Ada" })).json;
  me.id = id;
  return { ...service, id: id as string, me, location: `${BASE_URL}/Users/${id}` };
}

describe("without resolveMe", () => {
  test("/Me is 501, whatever the verb [P-3.11-01 R-57 T-A12]", async () => {
    const { ask } = directory();
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await ask(method, "/Me", method === "GET" ? undefined : { schemas: [USER] });
      expect(answer.status).toBe(501);
      if (method !== "HEAD") expect(answer.json).toMatchObject({ schemas: [ERROR], status: "501" });
    }
  });

  test("nobody is told so before it is known who asks [P-3.11-04 R-57 T-A1]", async () => {
    expect((await directory().ask("GET", "/Me", undefined, { authorization: "" })).status).toBe(401);
  });
});

describe("/Me", () => {
  test("is read as the caller's resource, whose permanent location it names [P-3.11-03 P-3.11-05]", async () => {
    const { ask, id, location } = await asAda();
    const [mine, plain] = [await ask("GET", "/Me"), await ask("GET", `/Users/${id}`)];
    expect(mine).toEqual(plain);
    expect(mine.headers.Location).toBe(location);
    expect(mine.json.meta.location).toBe(location);
    expect(await ask("GET", "/Me/")).toEqual(plain);
    expect(await ask("GET", "/me")).toEqual(plain);
    const head = await ask("HEAD", "/Me");
    expect(head).toMatchObject({ status: 200, headers: mine.headers, body: undefined });
  });

  test("is replaced, patched and deleted as the caller's resource [P-3.11-03 P-3.11-05]", async () => {
    const { ask, id, location } = await asAda();
    const replaced = await ask("PUT", "/Me", { schemas: [USER], userName: "ada", nickName: "A" });
    expect(replaced).toMatchObject({ status: 200, headers: { Location: location }, json: { id, nickName: "A" } });
    const patched = await ask("PATCH", "/Me", replace("displayName", "Ada King"));
    expect(patched).toMatchObject({ status: 200, headers: { Location: location }, json: { displayName: "Ada King" } });
    expect((await ask("GET", `/Users/${id}`)).json).toEqual(patched.json);
    expect(await ask("DELETE", "/Me")).toMatchObject({ status: 204, headers: { Location: location } });
    expect((await ask("GET", `/Users/${id}`)).status).toBe(404);
    expect((await ask("GET", "/Me")).status).toBe(404);
  });

  test("names the permanent location in answers without a body and in errors too [P-3.11-03]", async () => {
    const { ask, location } = await asAda();
    const { ETag = "" } = (await ask("GET", "/Me")).headers;
    for (const [answer, status] of [
      [await ask("GET", "/Me", undefined, { "if-none-match": ETag }), 304],
      [await ask("PUT", "/Me", { schemas: [USER], userName: "ada" }, { "if-match": 'W/"none"' }), 412],
      [await ask("PATCH", "/Me", replace("id", "other")), 400],
      [await ask("PUT", "/Me", "{"), 400],
    ] as const) {
      expect(answer).toMatchObject({ status, headers: { Location: location } });
    }
  });

  test("obeys the rules of the resource: mutability, selection, versions, media types [P-3.11-05]", async () => {
    const { ask, id } = await asAda();
    expect((await ask("PATCH", "/Me", replace("id", "other"))).json).toMatchObject({ scimType: "mutability" });
    expect((await ask("GET", "/Me?attributes=userName")).json).toEqual({ schemas: [USER], id, userName: "ada" });
    expect((await ask("GET", "/Me?excludedAttributes=displayName")).json).not.toHaveProperty("displayName");
    expect((await ask("DELETE", "/Me", undefined, { "if-match": 'W/"none"' })).status).toBe(412);
    expect((await ask("PUT", "/Me", "x", { "content-type": "text/plain" })).status).toBe(415);
  });

  test("is authorised as the operation that it is [P-3.11-05 P-2-03 T-A11]", async () => {
    const seen: OperationFacts[] = [];
    const { ask, id, events } = await asAda({
      authorize: (operation) => {
        seen.push(operation);
        if (operation.type === "delete") throw errors.forbidden();
      },
    });
    seen.length = 0;
    const patch = replace("displayName", "x");
    const direct = [await ask("PATCH", `/Users/${id}`, patch), await ask("DELETE", `/Users/${id}`)];
    const [byId, byMe] = [seen.splice(0), seen];
    events.length = 0;
    const mine = [await ask("PATCH", "/Me", patch), await ask("DELETE", "/Me")];
    expect(mine.map(({ status }) => status)).toEqual([200, 403]);
    expect(mine.map(({ status, body }) => [status, body])).toEqual(direct.map(({ status, body }) => [status, body]));
    expect(byMe.map(({ type }) => type)).toEqual(["patch", "delete"]);
    const subject = (operation: OperationFacts) => [
      operation.resourceTypes,
      operation.id,
      operation.touches("displayName"),
      operation.touches("title"),
    ];
    expect(byMe.map(subject)).toEqual([
      [["User"], id, true, false],
      [["User"], id, true, true],
    ]);
    expect(byMe.map(subject)).toEqual(byId.map(subject));
  });

  test("cannot be created: POST is 405 and says what there is", async () => {
    const { ask } = await asAda();
    const answer = await ask("POST", "/Me", { schemas: [USER], userName: "eve" });
    expect(answer).toMatchObject({ status: 405, headers: { Allow: "GET, HEAD, PUT, PATCH, DELETE" } });
  });

  test("is 404 for a caller without a resource, and for one whose resource is gone [P-3.11-04 R-57]", async () => {
    const { ask, me } = await asAda();
    me.id = undefined;
    const unmapped = await ask("GET", "/Me");
    expect(unmapped).toMatchObject({ status: 404, json: { schemas: [ERROR], status: "404" } });
    expect(unmapped.headers).not.toHaveProperty("Location");
    me.id = "gone";
    expect((await ask("GET", "/Me")).status).toBe(404);
  });

  test("is 401 for an anonymous caller, and resolveMe is not asked [P-3.11-04 R-57]", async () => {
    let asked = 0;
    const { ask } = directory({
      resolveMe: () => {
        asked++;
        return undefined;
      },
    });
    for (const method of ["GET", "PUT", "PATCH", "DELETE", "POST"])
      expect((await ask(method, "/Me", undefined, { authorization: "Bearer bad" })).status).toBe(401);
    expect(asked).toBe(0);
  });

  test("is nothing but itself: no path below it, no detour through it [T-A12 T-H3]", async () => {
    const { ask, id } = await asAda();
    for (const path of [
      `/Me/../Users/${id}`,
      "/Me/.search",
      "/Me/x",
      `/Me/%2e%2e/Users/${id}`,
      "/Users/Me",
      "/Me%2F",
      "//Me/x",
    ]) {
      expect((await ask("GET", path)).status).toBe(404);
    }
  });

  test("stands for a resource of another type as well, and may be resolved later", async () => {
    const scim = createScim({
      resourceTypes: [User.extend(EnterpriseUserSchema), Group],
      storage: memoryStorage(),
      baseUrl: BASE_URL,
      authenticate: () => ({ tenant: "acme", team: "7" }),
      newId: () => "7",
      resolveMe: async ({ team }) => ({ resourceType: "Group", id: team }),
    });
    const ask = (method: string, path: string, body?: unknown) =>
      scim.handle({ method, url: `/scim/v2${path}`, headers: {}, body });
    await ask("POST", "/Groups", { schemas: [GROUP], displayName: "Staff" });
    const { headers, body } = await ask("GET", "/Me");
    expect(headers.Location).toBe(`${BASE_URL}/Groups/7`);
    expect(JSON.parse(String(body))).toMatchObject({ id: "7", displayName: "Staff" });
  });

  test.each([
    ["an unknown resource type", { resourceType: "Robot", id: "1" }],
    ["an empty id", { resourceType: "User", id: "" }],
    ["an id that is no string", { resourceType: "User", id: 7 }],
    ["nothing that says so", null],
  ])("%s from resolveMe is a fault of the host: 500 and an error event", async (_what, me) => {
    const { ask, events } = directory({ resolveMe: () => me as never });
    expect((await ask("GET", "/Me")).status).toBe(500);
    expect(events).toMatchObject([{ type: "fault" }]);
  });

  test("what resolveMe throws is the answer", async () => {
    const { ask } = directory({
      resolveMe: async () => {
        throw errors.unauthorized("The session is over.");
      },
    });
    expect((await ask("GET", "/Me")).json).toMatchObject({ status: "401", detail: "The session is over." });
  });
});
