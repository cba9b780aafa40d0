import { describe, expect, test } from "vitest";
import type { IdRequest } from "../../src/index.ts";
import { BASE_URL, directory, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (more: object = {}): object => ({ schemas: [USER], userName: "ada", ...more });

describe("idFor", () => {
  test("gives a new resource the id that the host has for it, and leaves the others to newId", async () => {
    const asked: IdRequest[] = [];
    const service = directory({
      newId: () => "made",
      idFor: (request) => {
        asked.push(request);
        return request.resource.externalId === "7" ? Promise.resolve("kept-7") : undefined;
      },
    });
    const kept = await service.ask("POST", "/Users", user({ EXTERNALID: "7", password: "p" }));
    expect(kept).toMatchObject({ status: 201, headers: { Location: `${BASE_URL}/Users/kept-7` } });
    expect((await service.ask("GET", "/Users/kept-7")).json).toEqual(kept.json);
    expect(service.events.filter(({ type }) => type === "created")).toMatchObject([{ id: "kept-7" }]);
    expect((await service.ask("POST", "/Users", user({ userName: "bea" }))).json.id).toBe("made");
    expect(asked[0]).toEqual({
      resourceType: "User",
      endpoint: "/Users",
      resource: { userName: "ada", externalId: "7" },
    });
  });

  test("is asked in the context of the request", async () => {
    const service = directory({
      authenticate: () => ({ tenant: "acme" }),
      idFor: (_, { tenant }) => `of-${tenant}`,
    });
    expect((await service.ask("POST", "/Users", user())).json.id).toBe("of-acme");
  });

  test("of an id that is taken is 409 uniqueness, and changes nothing", async () => {
    const { ask } = directory({ idFor: () => "one" });
    const { json } = await ask("POST", "/Users", user());
    expectRefusal(await ask("POST", "/Users", user({ userName: "bea" })), 409, "uniqueness", /\bid\b/);
    expectRefusal(await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" }), 409, "uniqueness", /\bid\b/);
    expect((await ask("GET", "/Users")).json.Resources).toEqual([json]);
  });

  test.each([
    ["is empty", ""],
    ["is too long", "x".repeat(256)],
    ["has a control character", "a\u0007b"],
    ["has half a character", "a\ud800"],
    ["has the reserved word in it", "my-bulkId-1"],
  ])("that gives what %s is a fault of the host, and nothing is stored [S-3.1-08]", async (_, id) => {
    const service = directory({ idFor: () => id });
    expect((await service.ask("POST", "/Users", user())).status).toBe(500);
    const faults = service.events.filter((event) => event.type === "fault");
    expect(faults).toMatchObject([{ error: { message: expect.stringContaining("idFor must give an id") } }]);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test("is asked once of a create that joins groups, whose members have that id", async () => {
    let asked = 0;
    const service = directory({
      writableGroups: true,
      idFor: ({ resourceType }) => (resourceType === "User" ? `user-${++asked}` : undefined),
    });
    const group = (await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" })).json.id;
    const { json } = await service.ask("POST", "/Users", user({ groups: [{ value: group }], nickName: "n" }));
    expect(json).toMatchObject({ id: "user-1", groups: [{ value: group }] });
    expect((await service.ask("GET", `/Groups/${group}`)).json.members).toMatchObject([{ value: "user-1" }]);
    expect(asked).toBe(1);
  });
});
