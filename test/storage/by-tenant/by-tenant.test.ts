import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import {
  createScim,
  errors,
  Group,
  type ScimOptions,
  type StorageAdapter,
  type StorageCapabilities,
  User,
} from "../../../src/index.ts";
import { storageByTenant } from "../../../src/storage/by-tenant.ts";
import { type MemoryStorage, memoryStorage } from "../../../src/storage/memory/index.ts";
import { wrapStorage } from "../../../src/storage/wrap.ts";
import { KIT_RESOURCE_TYPES, testClient } from "../../../src/testing/index.ts";

/** Tenants whose name begins with "us" live there, all others in "eu". */
const placed =
  <S>(servers: { readonly eu: S; readonly us: S }) =>
  (tenant = ""): S =>
    tenant.startsWith("us") ? servers.us : servers.eu;

function serve(storage: StorageAdapter, options: Partial<ScimOptions> = {}) {
  const scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: ({ headers }) => ({ tenant: String(headers.authorization) }),
    ...options,
  });
  const as = (tenant: string) => testClient(scim, { headers: { authorization: tenant } });
  return { scim, as };
}

function pair() {
  const servers = { eu: memoryStorage(), us: memoryStorage() };
  return { servers, storage: storageByTenant(placed(servers), servers) };
}

const ada = { schemas: [User.schema.id], userName: "ada" };
const broken = async () => {
  throw errors.unavailable("The server is gone.");
};

describe("storageByTenant", () => {
  test("lets each tenant live where the function says, and nowhere else", async () => {
    const { servers, storage } = pair();
    const { as } = serve(storage);
    for (const tenant of ["us1", "eu1"]) expect((await as(tenant).post("/Users", ada)).status).toBe(201);
    const namesIn = async ({ exportTenant }: MemoryStorage, tenant: string) => {
      const names: unknown[] = [];
      for await (const { resource } of exportTenant(tenant)) names.push(resource.userName);
      return names;
    };
    expect(await namesIn(servers.us, "us1")).toEqual(["ada"]);
    expect(await namesIn(servers.eu, "us1")).toEqual([]);
    expect(await namesIn(servers.eu, "eu1")).toEqual(["ada"]);
    expect(await namesIn(servers.us, "eu1")).toEqual([]);
  });

  test("waits for a function that looks the tenant up, and answers with what it throws", async () => {
    const servers = { eu: memoryStorage(), us: memoryStorage() };
    const moving = new Set(["us2"]);
    const storage = storageByTenant(async (tenant = "") => {
      if (moving.has(tenant)) throw errors.unavailable();
      return placed(servers)(tenant);
    }, servers);
    const { as } = serve(storage);
    expect((await as("us1").post("/Users", ada)).status).toBe(201);
    const turnedAway = await as("us2").post("/Users", ada);
    expect([turnedAway.status, turnedAway.headers["retry-after"]]).toEqual([503, expect.any(String)]);
  });

  test("gives the function no tenant where the context has none", async () => {
    const asked: (string | undefined)[] = [];
    const only = memoryStorage();
    const storage = storageByTenant(
      (tenant) => {
        asked.push(tenant);
        return only;
      },
      { only },
    );
    const scim = createScim({ ...OPTIONS, storage, unsafeNoAuthentication: true });
    expect((await testClient(scim).post("/Users", ada)).status).toBe(201);
    expect(new Set(asked)).toEqual(new Set([undefined]));
  });

  test.each([
    ["nothing", () => undefined, /no storage is named for the tenant "x"/],
    ["a storage that is not among the given", () => memoryStorage(), /for the tenant "x" is not among/],
  ])("answers 500 where the function gives %s, and tells the host which tenant it was", async (_, storageOf, said) => {
    const faults: unknown[] = [];
    const storage = storageByTenant(storageOf, { eu: memoryStorage() });
    const { as } = serve(storage, { onNotice: (notice) => notice.type === "fault" && faults.push(notice.error) });
    const answer = await as("x").get("/Users");
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain("storage");
    expect(faults.map(String).join()).toMatch(said);
  });

  test("can do what all of its storages can", () => {
    const can = (capabilities: StorageCapabilities) => ({ ...memoryStorage(), capabilities });
    const both = { filter: true, sort: true, tenants: true, cursor: true } as const;
    const servers = {
      a: can({ ...both, secrets: ["User.password", "User.pin"], keepsDeleted: true, unordered: ["User.emails"] }),
      b: can({ ...both, cursor: false, atomic: false, secrets: ["User.pin", "Device.key"], keepsDeleted: ["User"] }),
    };
    const { applyDelta: _, ledger: __, ...less } = servers.b;
    const storage = storageByTenant(() => undefined, { ...servers, b: less });
    expect(storage.capabilities).toEqual({
      filter: true,
      sort: true,
      cursor: false,
      tenants: true,
      danglingReferences: false,
      secrets: ["User.pin"],
      keepsDeleted: ["User"],
      unordered: ["User.emails"],
      atomic: false,
    });
    expect([storage.ledger, storage.applyDelta === undefined]).toEqual([undefined, false]);
  });

  test("lets storages without deltas decline them where others have them", async () => {
    const { applyDelta: _, ...us } = memoryStorage();
    const servers: { eu: StorageAdapter; us: StorageAdapter } = { eu: memoryStorage(), us };
    const { as } = serve(storageByTenant(placed(servers), servers));
    for (const tenant of ["us1", "eu1"]) {
      const client = as(tenant);
      const { id: value } = (await client.post("/Users", ada)).body;
      const group = (await client.post("/Groups", { schemas: [Group.schema.id], displayName: "g" })).body;
      await client.patch(`/Groups/${group.id}`, [{ op: "add", path: "members", value: [{ value }] }]);
      expect((await client.get(`/Groups/${group.id}`)).body.members).toMatchObject([{ value }]);
    }
  });

  test("refuses storages that do not keep tenants apart, names with slashes, and no storage at all", () => {
    const apart = memoryStorage();
    const alone = { ...apart, capabilities: { ...apart.capabilities, tenants: false } };
    expect(() => storageByTenant(() => alone, { alone })).toThrow(/alone \("memory"\) does not keep tenants apart/);
    expect(() => storageByTenant(() => apart, { "a/b": apart })).toThrow(/without slashes/);
    expect(() => storageByTenant(() => undefined, {})).toThrow(/at least one/);
  });

  test("is refused a resource type with an attribute that is unique over all tenants [S-7-23]", () => {
    const { storage } = pair();
    const options = { ...OPTIONS, storage, unsafeNoAuthentication: true } as const;
    expect(() => createScim({ ...options, resourceTypes: KIT_RESOURCE_TYPES })).toThrow(
      /resource type Asset: license is unique over all tenants .*"server"/,
    );
  });

  test("is refused a resource type that one of the storages has no place for, by its name", () => {
    const us = {
      ...memoryStorage(),
      accepts: () => {
        throw new Error("there is no table for it.");
      },
    };
    const servers: { eu: StorageAdapter; us: StorageAdapter } = { eu: memoryStorage(), us };
    const options = { ...OPTIONS, storage: storageByTenant(placed(servers), servers), unsafeNoAuthentication: true };
    expect(() => createScim(options as never)).toThrow(/the storage us: there is no table for it/);
  });

  test("says in a fault which storage it came from, and serves the tenants of the others", async () => {
    const faults: unknown[] = [];
    const servers: { eu: StorageAdapter; us: StorageAdapter } = {
      eu: memoryStorage(),
      us: wrapStorage(memoryStorage(), () => ({ query: broken })),
    };
    const { as } = serve(storageByTenant(placed(servers), servers), {
      onNotice: (notice) => notice.type === "fault" && faults.push(notice.storage),
    });
    expect((await as("us1").get("/Users")).status).toBe(503);
    expect((await as("eu1").get("/Users")).status).toBe(200);
    expect(faults).toEqual(["memory (us)"]);
  });

  test("does not let a transaction reach a tenant of another storage", async () => {
    const { storage } = pair();
    const query = { page: { startIndex: 1, count: 1 }, select: { includes: () => true } };
    const [resourceType] = createScim({ ...OPTIONS, storage, unsafeNoAuthentication: true }).resourceTypes;
    const within = (tenant: string) =>
      storage.transaction?.((inner) => inner.query({ ...query, resourceType } as never, { tenant }), { tenant: "us1" });
    expect((await within("us2"))?.totalResults).toBe(0);
    await expect(within("eu1")).rejects.toThrow(
      /a transaction is of one storage, and the tenant "eu1" lives in another/,
    );
  });

  test("renames a tenant within a storage, and between two says how it is moved", async () => {
    const { storage } = pair();
    await serve(storage).as("us1").post("/Users", ada);
    await expect(storage.renameTenant("us1", "eu1")).rejects.toThrow(
      /us1" lives in us and "eu1" in eu.*Moving a tenant/,
    );
    expect(await storage.renameTenant("us1", "us2")).toEqual({ User: 1 });
  });

  test("reindexes all storages, or that of one tenant", async () => {
    const { storage } = pair();
    const { as } = serve(storage);
    for (const tenant of ["us1", "eu1", "eu2"]) await as(tenant).post("/Users", ada);
    const seen = async (options: object) => {
      const { resourceTypes, isComplete } = await storage.reindex({ resourceTypes: [User], ...options });
      return [resourceTypes.map((type) => type.seen), isComplete];
    };
    expect(await seen({})).toEqual([[3], true]);
    expect(await seen({ tenant: "us1" })).toEqual([[1], true]);
  });
});

const OPTIONS = { resourceTypes: [User, Group], baseUrl: "https://example.com/scim/v2" };

describe("the outbox of storageByTenant", () => {
  test("is drained of all storages, with positions that none of them shares", async () => {
    const { storage } = pair();
    const { scim, as } = serve(storage, { outbox: true });
    for (const tenant of ["us1", "eu1"]) await as(tenant).post("/Users", ada);
    expect(await scim.lag()).toMatchObject({ waiting: 2 });
    const got: string[] = [];
    await scim.drain(({ position, tenant }) => got.push(`${tenant} ${position}`), { until: "empty" });
    expect(got.sort()).toEqual(["eu1 eu/1", "us1 us/1"]);
    expect(await scim.lag()).toMatchObject({ waiting: 0 });
  });

  test("is drained of the others while one is out of reach, which is told", async () => {
    const servers: { eu: StorageAdapter; us: StorageAdapter } = { eu: memoryStorage(), us: memoryStorage() };
    const gone = { ...servers.us, outbox: { ...servers.us.outbox, append: broken, take: broken } };
    const storages = { eu: servers.eu, us: gone } as typeof servers;
    const { scim, as } = serve(storageByTenant(placed(storages), storages), { outbox: true });
    await as("eu1").post("/Users", ada);
    const got: unknown[] = [];
    const draining = scim.drain((event) => got.push(event.tenant), { until: "empty" });
    await expect(draining).rejects.toThrow("The server is gone.");
    expect(got).toEqual(["eu1"]);
  });

  test("gives, asked as one, what there is where one of them is out of reach", async () => {
    const servers = { eu: memoryStorage(), us: memoryStorage() };
    const gone = { ...servers.us, outbox: { ...servers.us.outbox, take: broken } } as MemoryStorage;
    const storages = { eu: servers.eu, us: gone };
    const { outbox } = storageByTenant(placed(storages), storages);
    const entry = { resourceType: "User", id: "1", event: "{}", at: "2026-01-01T00:00:00Z" };
    await outbox?.append([entry], { tenant: "eu1" });
    const taken = await outbox?.take({ count: 10, lease: 1000 });
    expect(taken?.map(({ position }) => position)).toEqual(["eu/1"]);
    await expect(outbox?.take({ count: 10, lease: 1000 })).rejects.toThrow("The server is gone.");
  });
});

describe("the recipe of docs/scaling.md", () => {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-shards-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("moves a tenant whole: ids, versions, members, hashes, and what is remembered", async () => {
    const page = readFileSync(new URL("../../../docs/scaling.md", import.meta.url), "utf8");
    const [, code = ""] = /```ts\n\/\/ shards\.ts\n([\s\S]*?)```/.exec(page) ?? [];
    writeFileSync(join(folder, "shards.ts"), code);
    const { storageOver, moveTenant } = await import(/* @vite-ignore */ pathToFileURL(join(folder, "shards.ts")).href);
    const hashSecret = (_: string, value: unknown) => `hash of ${String(value).length}`;
    const servers = { eu: memoryStorage({ hashSecret }), us: memoryStorage({ hashSecret }) };
    const homes = new Map([["acme", { server: "eu", isMoving: false }]]);
    const { as } = serve(storageOver(servers, homes), { lifecycle: { remember: 3600 } });
    const client = as("acme");

    const { id } = (await client.post("/Users", { ...ada, password: "secret" })).body;
    const members = [{ value: id }];
    const group = (await client.post("/Groups", { schemas: [Group.schema.id], displayName: "g", members })).body;
    await client.patch(`/Users/${id}`, [{ op: "replace", path: "title", value: "Countess" }]);
    await servers.eu.ledger?.write([{ kind: "managed", key: `User ${id}`, value: { owner: "x" } }], { tenant: "acme" });
    const state = async () => [(await client.get(`/Users/${id}`)).body, (await client.get(`/Groups/${group.id}`)).body];
    const before = await state();

    homes.set("acme", { server: "eu", isMoving: true });
    expect((await client.get("/Users")).status).toBe(503);
    await moveTenant("acme", servers.eu, servers.us);
    homes.set("acme", { server: "us", isMoving: false });
    expect(await servers.eu.deleteTenant("acme")).toEqual({ Group: 1, User: 1 });

    expect(await state()).toEqual(before);
    expect(servers.us.readSecret("User", String(id), "password", { tenant: "acme" })).toBe("hash of 6");
    const remembered = await servers.us.ledger?.read("managed", [`User ${id}`], { tenant: "acme" });
    expect(remembered).toMatchObject([{ value: { owner: "x" } }]);
  });
});
