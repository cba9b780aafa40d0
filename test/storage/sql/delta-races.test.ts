import { createScim, Group, User } from "scimkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stepsEngine } from "./engines/steps.ts";
import { hasPostgres, postgresEngine } from "./engines.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const engines = hasPostgres ? [postgresEngine(), stepsEngine()] : [];

describe.each(
  engines.map((engine) => [engine.name, engine] as const),
)("on %s, a member that is deleted while a delta adds it,", (_, engine) => {
  let send: (method: string, path: string, body?: object) => Promise<{ readonly status: number; readonly id?: string }>;
  beforeAll(async () => {
    const { storage } = await engine.open();
    const scim = createScim({
      resourceTypes: [User, Group],
      storage,
      baseUrl: "https://example.com/scim/v2",
      authenticate: () => ({}),
      decide: () => undefined,
    });
    send = async (method, path, body) => {
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const { status, body: answer } = await scim.handle({ method, url: `/scim/v2${path}`, headers: {}, ...text });
      return { status, id: status === 201 ? JSON.parse(String(answer)).id : undefined };
    };
  });
  afterAll(() => engine.close());

  test("is a member that is not there, within the transaction of decide as well", async () => {
    const { id: group } = await send("POST", "/Groups", { schemas: [Group.schema.id], displayName: "Staff" });
    const add = (value = "") => ({
      schemas: [PATCH],
      Operations: [{ op: "add", path: "members", value: [{ value }] }],
    });
    const seen = new Set<number>();
    for (let round = 0; round < 60; round++) {
      const { id } = await send("POST", "/Users", { schemas: [User.schema.id], userName: `user${round}` });
      const [added, deleted] = await Promise.all([
        send("PATCH", `/Groups/${group}`, add(id)),
        send("DELETE", `/Users/${id}`),
      ]);
      seen.add(added.status);
      expect(deleted.status).toBe(204);
    }
    expect([204, 400]).toEqual(expect.arrayContaining([...seen]));
  });
});
