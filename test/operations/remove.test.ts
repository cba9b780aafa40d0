import { describe, expect, test } from "vitest";
import { directory, filtered, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (userName: string): object => ({ schemas: [USER], userName });
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

describe("DELETE", () => {
  test("answers 204 without a body [P-3.6-01]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user("ada"));
    const { status, body, headers } = await ask("DELETE", `/Users/${json.id}`);
    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expect(headers).not.toHaveProperty("Content-Type");
  });

  test("makes every later operation on the resource 404, a second DELETE too [P-3.6-02 P-3.6-05]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user("ada"));
    const path = `/Users/${json.id}`;
    await ask("DELETE", path);
    expectRefusal(await ask("GET", path), 404);
    expectRefusal(await ask("PUT", path, user("ada")), 404);
    expectRefusal(
      await ask("PATCH", path, { schemas: [PATCH], Operations: [{ op: "replace", path: "title", value: "t" }] }),
      404,
    );
    expectRefusal(await ask("DELETE", path), 404);
    expectRefusal(await ask("DELETE", "/Users/never-was"), 404);
  });

  test("takes the resource out of lists, filters and searches, and frees its unique values [P-3.6-03 P-3.6-04]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user("ada"));
    await ask("POST", "/Users", user("grace"));
    await ask("DELETE", `/Users/${json.id}`);
    expect((await ask("GET", "/Users")).json).toMatchObject({ totalResults: 1, Resources: [{ userName: "grace" }] });
    for (const filter of ['userName eq "ada"', `id eq "${json.id}"`, 'userName sw "a"']) {
      expect((await ask("GET", filtered("/Users", filter))).json.totalResults).toBe(0);
      expect((await ask("POST", "/Users/.search", { schemas: [SEARCH], filter })).json.totalResults).toBe(0);
    }
    expect((await ask("POST", "/Users", user("ada"))).status).toBe(201);
  });

  test("takes the resource out of the groups that name it, which get a new version, and says so in an event [R-67]", async () => {
    const service = directory();
    const { json } = await service.ask("POST", "/Users", user("ada"));
    const group = await service.ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "g",
      members: [{ value: json.id }],
    });
    service.events.length = 0;
    await service.ask("DELETE", `/Users/${json.id}`);
    const after = await service.ask("GET", `/Groups/${group.json.id}`);
    expect(after.json).not.toHaveProperty("members");
    expect(after.json.meta.version).not.toBe(group.json.meta.version);
    expect(service.events).toMatchObject([
      { type: "deleted", resourceType: "User", id: json.id, before: { userName: "ada" } },
    ]);
  });
});
