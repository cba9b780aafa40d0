import { afterAll, describe, expect, test } from "vitest";
import { Group, type StorageAdapter, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { someEngines, sqliteEngine } from "../storage/sql/engines.ts";
import { made, organizations, storageOf } from "../storage/sql/map/tables.ts";
import { directory, filtered, GROUP, USER } from "../support/directory.ts";
import { PATCH } from "../support/quirk.ts";

const sql = someEngines();
const mapped = sqliteEngine("SQLite in memory");
afterAll(() => Promise.all([...sql, mapped].map((engine) => engine.close())));

const storages: readonly (readonly [name: string, open: () => Promise<StorageAdapter>])[] = [
  ["memory", async () => memoryStorage()],
  ...sql.map((engine) => [engine.name, async () => (await engine.open()).storage] as const),
  ["mapped tables", async () => storageOf((await made(organizations, mapped)).options)],
];

describe.each(storages)("the profile ipsie-al over %s", (_name, open) => {
  test("refuses, overwrites, leaves passwords out, and takes fifty members in and out [A-01 A-05 A-06 N-04 N-06]", async () => {
    const { ask } = directory({
      resourceTypes: [User, Group],
      storage: await open(),
      authenticate: () => ({ tenant: "acme" }),
      profile: "ipsie-al",
      throttle: () => undefined,
    });
    const patch = (path: string, ...Operations: object[]) => ask("PATCH", path, { schemas: [PATCH], Operations });
    const body = { schemas: [USER], userName: "ada@x.example", name: { givenName: "Ada", familyName: "King" } };
    expect((await ask("POST", "/Users", { ...body, password: "s3cret-s3cret" })).json.scimType).toBe("invalidSyntax");
    const created = await ask("POST", "/Users", body);
    expect(created.status).toBe(201);
    const path = `/Users/${created.json.id}`;
    expect((await patch(path, { op: "replace", value: { active: false } })).json.scimType).toBe("invalidSyntax");
    const renamed = await patch(path, { op: "replace", path: "name", value: { givenName: "Eve" } });
    expect(renamed.json.name).toEqual({ givenName: "Eve" });
    expect((await patch(path, { op: "replace", path: "active", value: false })).json.active).toBe(false);

    const ids: string[] = [];
    for (let index = 0; index < 50; index++)
      ids.push((await ask("POST", "/Users", { schemas: [USER], userName: `u${index}@x.example` })).json.id);
    const group = `/Groups/${(await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" })).json.id}`;
    const joined = await patch(group, ...ids.map((value) => ({ op: "add", path: "members", value: [{ value }] })));
    expect(joined.json.members).toHaveLength(50);
    const left = await patch(group, ...ids.map((id) => ({ op: "remove", path: `members[value eq "${id}"]` })));
    expect([left.status, left.json.members]).toEqual([200, undefined]);

    expect((await ask("DELETE", path)).status).toBe(204);
    expect((await ask("GET", path)).status).toBe(404);
    expect((await ask("GET", filtered("/Users", 'userName eq "ada@x.example"'))).json.totalResults).toBe(0);
    expect((await ask("POST", "/Users", body)).status).toBe(201);
  });
});
