import { CompiledQuery, type Kysely } from "kysely";
import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { mappedStorage, mapTable, openSqlite, sqlStorage } from "../../src/storage/sql/index.ts";
import { directory, USER } from "../support/directory.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ACCOUNT = "urn:example:params:scim:schemas:Account";
const hashSecret = (_: string, value: unknown) => `hash of ${value}`;
const resourceTypes = [User];

const own = async (options: object) => {
  const storage = sqlStorage({ db: await openSqlite(":memory:"), resourceTypes, ...options });
  await storage.prepare();
  return storage;
};

/** Tables of an application, with a column for the hash of a password or without one. */
const mapped = async (secret: { readonly password: string } | undefined) => {
  const db: Kysely<unknown> = await openSqlite(":memory:");
  await db.executeQuery(
    CompiledQuery.raw(
      "CREATE TABLE users (id integer PRIMARY KEY, email text, hash text, rest text, version integer, created text, updated text)",
    ),
  );
  const columns = { userName: "email", ...secret };
  const meta = { version: "version", created: "created", lastModified: "updated" };
  const id = { column: "id", type: "integer" } as const;
  const tables = [mapTable(User, { table: "users", id, ...meta, columns, rest: "rest" })];
  return mappedStorage({ db, tables, ...(secret === undefined ? {} : { hashSecret }) });
};

const STORAGES = [
  ["memory with hashSecret", true, async () => memoryStorage({ hashSecret })],
  ["memory without", false, async () => memoryStorage()],
  ["tables of its own with hashSecret", true, () => own({ hashSecret })],
  ["tables of its own without", false, () => own({})],
  ["tables of an application with a column for it", true, () => mapped({ password: "hash" })],
  ["tables of an application without one", false, () => mapped(undefined)],
] as const;

describe("a password is offered where it is kept, and refused altogether where it is not", () => {
  test.each(STORAGES)("%s: %s [R-83 T-L6]", async (_name, isKept, open) => {
    const { ask, events } = directory({ resourceTypes, storage: await open() });
    const names = (json: { attributes: { name: string }[] }) => json.attributes.map(({ name }) => name);
    const { json: schema } = await ask("GET", `/Schemas/${USER}`);
    const { json: list } = await ask("GET", "/Schemas");
    expect(names(schema).includes("password")).toBe(isKept);
    expect(names(list.Resources[0])).toEqual(names(schema));
    expect((await ask("GET", "/ServiceProviderConfig")).json.changePassword).toEqual({ supported: isKept });

    const body = { schemas: [USER], userName: "ada", password: "s3cret!" };
    const { status, json } = await ask("POST", "/Users", body);
    expect(status).toBe(201);
    const path = `/Users/${json.id}`;
    expect((await ask("PUT", path, { ...body, title: "Dr" })).status).toBe(200);
    for (const operation of [
      { op: "replace", path: "password", value: "n3w" },
      { op: "add", value: { password: "n3wer" } },
    ])
      expect((await ask("PATCH", path, { schemas: [PATCH], Operations: [operation] })).status).toBeLessThan(300);
    const told = events.filter(({ type }) => type === "secretDropped");
    expect(told).toHaveLength(isKept ? 0 : 4);
    expect(JSON.stringify(events)).not.toMatch(/s3cret|n3w/);
  });

  test.each(STORAGES)("%s: an empty one is told of and changes nothing [R-83]", async (_name, _isKept, open) => {
    const { ask, events } = directory({ resourceTypes, storage: await open() });
    const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", password: "s3cret!" });
    events.length = 0;
    const path = `/Users/${json.id}`;
    const Operations = [{ op: "replace", path: "password", value: "" }];
    const { json: after } = await ask("PATCH", path, { schemas: [PATCH], Operations });
    expect(after.meta.version).toBe(json.meta.version);
    expect(events).toMatchObject([{ type: "quirk", quirk: "empty-passwords", path: "password" }]);
  });
});

test("a password that is required cannot be unassigned, in a PUT as little as in a PATCH; a PUT that omits it keeps it [R-18 R-83 S-7-27]", async () => {
  const Account = defineResourceType({
    name: "Account",
    schema: defineSchema({
      id: ACCOUNT,
      name: "Account",
      attributes: { label: {}, password: { required: true, mutability: "writeOnly" } },
    }),
  });
  for (const storage of [memoryStorage({ hashSecret }), await own({ hashSecret, resourceTypes: [Account] })]) {
    const { ask } = directory({ resourceTypes: [Account], storage });
    const body = { schemas: [ACCOUNT], label: "a", password: "s3cret!" };
    const { json } = await ask("POST", "/Accounts", body);
    const path = `/Accounts/${json.id}`;
    for (const password of [null, ""])
      expect(await ask("PUT", path, { ...body, password }), String(password)).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue", detail: expect.stringContaining("password") },
      });
    const Operations = [{ op: "replace", path: "password", value: null }];
    expect((await ask("PATCH", path, { schemas: [PATCH], Operations })).status).toBe(400);
    const { password: _, ...without } = body;
    const put = await ask("PUT", path, without);
    expect([put.status, put.json.meta.version]).toEqual([200, json.meta.version]);
  }
});

test("where storage keeps the secrets of one type and drops those of another, each is offered as it is [R-83 S-7-01]", async () => {
  const Robot = defineResourceType({
    name: "Robot",
    schema: defineSchema({
      id: ACCOUNT,
      name: "Robot",
      attributes: { label: {}, pin: { mutability: "writeOnly" }, key: { mutability: "writeOnly" } },
    }),
  });
  const db: Kysely<unknown> = await openSqlite(":memory:");
  for (const table of ["users", "robots"])
    await db.executeQuery(
      CompiledQuery.raw(
        `CREATE TABLE ${table} (id integer PRIMARY KEY, name text, hash text, rest text, version integer, created text, updated text)`,
      ),
    );
  const meta = { version: "version", created: "created", lastModified: "updated" };
  const id = (prefix: string) => ({ column: "id", type: "integer", prefix }) as const;
  const tables = [
    mapTable(User, { table: "users", id: id("u"), ...meta, columns: { userName: "name" }, rest: "rest" }),
    mapTable(Robot, { table: "robots", id: id("r"), ...meta, columns: { label: "name", pin: "hash" }, rest: "rest" }),
  ];
  const storage = mappedStorage({ db, tables, hashSecret });
  expect(storage.capabilities?.secrets).toEqual(["Robot.pin"]);
  const { ask, events } = directory({ resourceTypes: [User, Robot], storage });
  const names = async (urn: string) =>
    (await ask("GET", `/Schemas/${urn}`)).json.attributes.map(({ name }: { name: string }) => name);
  expect(await names(USER)).not.toContain("password");
  expect(await names(ACCOUNT)).toEqual(["label", "pin"]);
  expect((await ask("GET", "/ServiceProviderConfig")).json.changePassword).toEqual({ supported: false });
  await ask("POST", "/Users", { schemas: [USER], userName: "ada", password: "s3cret!" });
  await ask("POST", "/Robots", { schemas: [ACCOUNT], label: "r", pin: "1234", key: "k3y" });
  expect(events.flatMap((event) => (event.type === "secretDropped" ? [event.attribute] : []))).toEqual([
    "password",
    "key",
  ]);
});
