import { describe, expect, test } from "vitest";
import type { ScimOptions } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const add = (...ids: readonly string[]) => ({
  schemas: [PATCH],
  Operations: [{ op: "add", path: "members", value: ids.map((value) => ({ value })) }],
});

describe.each([
  ["one storage for all", () => memoryStorage()],
  ["a storage for each resource type", () => ({ User: memoryStorage(), Group: memoryStorage() })],
] as const)("with %s", (_name, storageOf) => {
  async function filled(given: Partial<ScimOptions> = {}) {
    const service = directory({ storage: storageOf(), ...given });
    const user = (await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json.id as string;
    const group = (await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "inner" })).json.id as string;
    return { ...service, user, group };
  }

  test("members may be users and groups, wherever each of them is kept [S-4.2-01 R-51]", async () => {
    const { ask, user, group } = await filled();
    const members = [{ value: user }, { value: group }];
    const created = await ask("POST", "/Groups", { schemas: [GROUP], displayName: "outer", members });
    expect(created.status, created.body).toBe(201);
    expect(created.json.members.map(({ value }: { value: string }) => value)).toEqual([user, group]);
    const path = `/Groups/${created.json.id}`;
    expect((await ask("PATCH", path, add(group, user))).status).toBe(204);
    const put = await ask("PUT", path, { schemas: [GROUP], displayName: "new", members });
    expect(put.json).toMatchObject({ displayName: "new", members });
    const body = { schemas: [USER, ENTERPRISE], userName: "eve", [ENTERPRISE]: { manager: { value: user } } };
    expect((await ask("POST", "/Users", body)).status).toBe(201);
  });

  test("under strict a member or manager that does not exist is 400 invalidValue, and nothing is stored [T-I5 R-80]", async () => {
    const { ask, user, group } = await filled({ profile: "strict" });
    const refused = [
      await ask("POST", "/Groups", {
        schemas: [GROUP],
        displayName: "x",
        members: [{ value: user }, { value: "none" }],
      }),
      await ask("PUT", `/Groups/${group}`, { schemas: [GROUP], displayName: "x", members: [{ value: "none" }] }),
      await ask("PATCH", `/Groups/${group}`, add(user, "none")),
      await ask("POST", "/Users", {
        schemas: [USER, ENTERPRISE],
        userName: "x",
        [ENTERPRISE]: { manager: { value: "none" } },
      }),
    ];
    for (const answer of refused) expect(answer.json).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect((await ask("GET", `/Groups/${group}`)).json).toMatchObject({
      displayName: "inner",
      meta: { version: 'W/"1"' },
    });
    expect((await ask("GET", "/Groups")).json.totalResults).toBe(1);
    expect((await ask("GET", "/Users")).json.totalResults).toBe(1);
  });

  test("a group that would be its own member is 400 invalidValue [T-I6]", async () => {
    const { ask, user, group } = await filled();
    for (const answer of [
      await ask("PUT", `/Groups/${group}`, { schemas: [GROUP], displayName: "x", members: [{ value: group }] }),
      await ask("PATCH", `/Groups/${group}`, add(user, group)),
    ]) {
      expect(answer.json).toMatchObject({ status: "400", scimType: "invalidValue" });
    }
    expect((await ask("GET", `/Groups/${group}`)).json).not.toHaveProperty("members");
  });
});
