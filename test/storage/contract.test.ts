import { describe, expect, test } from "vitest";
import { createScim, defineResourceType, defineSchema, Group, User } from "../../src/index.ts";
import type { StorageAdapter } from "../../src/storage/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { mappedStorage, mapTable, openSqlite } from "../../src/storage/sql/index.ts";
import { directory } from "../support/directory.ts";

const Device = defineResourceType({
  name: "Device",
  schema: defineSchema({ id: "urn:example:Device", name: "Device", attributes: { label: {} } }),
});
const create = (storage: unknown, more: object = {}) =>
  createScim({
    resourceTypes: [User, Group],
    storage: storage as StorageAdapter,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({}),
    ...more,
  });

describe("createScim refuses storage", () => {
  test.each([
    [
      { contract: 2 },
      /the storage "memory" is written to the contract 2, and this release of scimkit keeps the contract 1/,
    ],
    [{ contract: undefined }, /the storage "memory" says no contract.*say contract: 1/],
    [{ name: "" }, /the storage of the resource type User has no name/],
    [{ name: undefined }, /the storage of the resource type User has no name/],
  ])("with %o, and says what to change", (wrong, said) => {
    expect(() => create({ ...memoryStorage(), ...wrong })).toThrow(said);
  });

  test("of one resource type only by its own name", () => {
    const storage = { User: memoryStorage(), Group: { ...memoryStorage(), name: "teams", contract: 3 } };
    expect(() => create(storage)).toThrow('the storage "teams" is written to the contract 3');
  });
});

describe("accepts", () => {
  const picky: StorageAdapter = {
    ...memoryStorage(),
    name: "picky",
    accepts({ name }) {
      if (name === "Device") throw new Error("There is no shelf for devices: put one up.");
    },
  };

  test("is asked when the service is made, and its sentence is told with the storage and the type", () => {
    expect(() => create(picky)).not.toThrow();
    expect(() => create(picky, { resourceTypes: [User, Device] })).toThrow(
      'createScim: the storage "picky" does not take the resource type Device: There is no shelf for devices: put one up.',
    );
  });

  test("is asked of a tenant's resource types when the tenant is first seen: 500, and a fault says why", async () => {
    const { ask, events } = directory({
      storage: picky,
      authenticate: () => ({ tenant: "acme" }),
      tenant: () => ({ resourceTypes: [User, Device] }),
    });
    expect((await ask("GET", "/Users")).status).toBe(500);
    expect(events).toMatchObject([
      { type: "fault", error: { message: expect.stringContaining("no shelf for devices") } },
    ]);
  });

  test("of mapped tables fails for a type without a table, and for an attribute without a place", async () => {
    const db = await openSqlite(":memory:");
    const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
    const tables = [
      mapTable(User, { table: "users", id: "id", ...meta, columns: { userName: "email" }, rest: "rest" }),
      mapTable(Device, { table: "devices", id: "id", ...meta, columns: { label: "label", externalId: "external" } }),
    ];
    const storage = mappedStorage({ db, tables });
    expect(() => create(storage, { resourceTypes: [User, Device] })).not.toThrow();
    expect(() => create(storage)).toThrow(
      /the storage "mappedStorage on SQLite" does not take the resource type Group: .*Group has no table: name it in tables, by mapTable, beside User, Device/,
    );
    const More = defineResourceType({
      name: "Device",
      schema: defineSchema({ id: "urn:example:Device", name: "Device", attributes: { label: {}, owner: {} } }),
    });
    expect(() => create(storage, { resourceTypes: [User, More] })).toThrow(
      /does not take the resource type Device: .*these attributes have no column: owner/,
    );
    const Less = defineResourceType({
      name: "Device",
      schema: defineSchema({
        id: "urn:example:Device",
        name: "Device",
        attributes: { other: { mutability: "readOnly" } },
      }),
    });
    expect(() => create(storage, { resourceTypes: [User, Less] })).not.toThrow();
    await db.destroy();
  });
});

describe("an adapter that says nothing of what it can do", () => {
  const { capabilities: _, ...silent } = memoryStorage();

  test("is never asked for a tenant, so that it shows nobody another one's users", async () => {
    const { ask, events } = directory({ storage: silent, authenticate: () => ({ tenant: "acme" }) });
    expect((await ask("GET", "/Users")).status).toBe(500);
    expect(events).toMatchObject([
      { type: "fault", error: { message: expect.stringMatching(/"memory" has one tenant only.*tenants: true/) } },
    ]);
  });

  test("is given no filter and no sort, and announces none", async () => {
    const { ask } = directory({ storage: silent, authenticate: () => ({}) });
    expect((await ask("GET", "/Users?filter=userName%20pr")).json.scimType).toBe("invalidFilter");
    expect((await ask("GET", "/ServiceProviderConfig")).json).toMatchObject({
      filter: { supported: false },
      sort: { supported: false },
    });
  });
});

describe("the name of a storage", () => {
  test("stands in faults that came from it, and in no others", async () => {
    const broken = { ...memoryStorage(), name: "people", get: () => Promise.reject(new Error("disk full")) };
    const { ask, events } = directory({ storage: { User: broken, Group: memoryStorage() } });
    await ask("GET", "/Users/1");
    const refusing = directory({ authenticate: () => Promise.reject(new Error("no directory")) });
    await refusing.ask("GET", "/Users/1");
    expect(events).toMatchObject([{ type: "fault", storage: "people" }]);
    expect(refusing.events).toMatchObject([{ type: "fault" }]);
    expect(refusing.events[0]).not.toHaveProperty("storage");
  });

  test("stands in what it told", async () => {
    const { ask, events } = directory({ storage: { ...memoryStorage(), name: "people" } });
    await ask("POST", "/Users", { schemas: [User.schema.id], userName: "ada", password: "s3cret!" });
    expect(events).toMatchObject([{ type: "secretDropped", storage: "people" }, { type: "created" }]);
  });
});
