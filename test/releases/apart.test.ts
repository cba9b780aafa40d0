import * as core from "scimkit";
import * as memoryModule from "scimkit/memory";
import * as sql from "scimkit/sql";
import { afterEach, describe, expect, test } from "vitest";
import { hasPostgres, POSTGRES_URL } from "../storage/sql/engines.ts";
import type { Change } from "./changes.ts";
import { bodyOf, EXTENSION, type Package, type Release, SCHEMA, type Store, startRelease } from "./server.ts";
import { type Kind, mapped, memory, postgres, sqlite } from "./stores.ts";

const pack: Package = { core, memory: memoryModule, sql };
const kinds: readonly Kind[] = [memory, sqlite, ...(hasPostgres ? [postgres(POSTGRES_URL)] : []), mapped];

let open: Store | undefined;
afterEach(async () => open?.close());

const change = (before: Change["before"], after: Change["after"]): Change => ({
  name: "",
  verdict: "safe",
  before,
  after,
  written: [],
  shown: [],
});

async function patch(release: Release, id: string, value: Record<string, unknown>): Promise<void> {
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
  const { status } = await release.send("PATCH", `/Items/${id}`, { schemas, Operations: [{ op: "replace", value }] });
  expect(status).toBeLessThan(300);
}

describe.each(kinds)("$name", (kind) => {
  test("An attribute is renamed", async () => {
    open = await kind.make();
    const first = await startRelease(pack, open, change({ old: {} }, { old: {}, now: {} }), "before");
    const both = await startRelease(
      pack,
      open,
      change({ old: {} }, { old: {}, now: { uniqueness: "server" } }),
      "after",
    );
    const { body } = await first.send("POST", "/Items", { ...bodyOf(first.change, "n", undefined), old: "v" });
    await patch(both, body.id, { now: "v" });
    expect((await first.send("GET", `/Items/${body.id}`)).body).toMatchObject({ old: "v" });
    const last = await startRelease(pack, open, change({}, { now: { uniqueness: "server" } }), "after");
    const found = await last.send("GET", `/Items?filter=${encodeURIComponent('now eq "V"')}`);
    expect(found.body.Resources).toMatchObject([{ name: "n", now: "v" }]);
    expect(found.body.Resources[0]).not.toHaveProperty("old");
  });

  test("The URN of a schema changes", async () => {
    open = await kind.make();
    const inExtension = { inExtension: true } as const;
    const before = await startRelease(pack, open, { ...change({ x: {} }, { x: {} }), ...inExtension }, "before");
    const { body } = await before.send("POST", "/Items", bodyOf(before.change, "n", "v"));
    const urn = `${EXTENSION}:2`;
    const after = await startRelease(pack, open, { ...change({ x: {} }, { x: {} }), ...inExtension }, "after", urn);
    const { body: seen } = await after.send("GET", `/Items/${body.id}`);
    expect([seen[EXTENSION], seen[urn], seen.schemas.includes(EXTENSION)]).toEqual([undefined, undefined, false]);
    await patch(after, body.id, { [urn]: { x: "w" } });
    // Each is a schema of its own.
    expect((await before.send("GET", `/Items/${body.id}`)).body[EXTENSION]).toEqual({ x: "v" });
    expect((await after.send("GET", `/Items/${body.id}`)).body[urn]).toEqual({ x: "w" });
  });
});

const ofOwnTables = [sqlite, ...(hasPostgres ? [postgres(POSTGRES_URL)] : [])];

/** A release that serves the resources of `Item` under another name, or none of them. */
async function startOther(store: Store, name: string) {
  const schema = core.defineSchema({
    id: name === "Other" ? `${SCHEMA}:other` : SCHEMA,
    name,
    attributes: { name: { required: true, uniqueness: "server" } },
  });
  const type = core.defineResourceType({ name, schema });
  const opening = { resourceTypes: [type], comparisonKey: undefined, unique: [], secret: [] };
  const storage = (await store.open(pack, opening)) as sql.SqlStorage;
  const scim = core.createScim({
    resourceTypes: [type],
    storage,
    baseUrl: "https://example.com",
    unsafeNoAuthentication: true,
  });
  const send = async (method: string, path: string, body?: object) => {
    const { status, body: text } = await scim.handle({ method, url: path, headers: {}, body: JSON.stringify(body) });
    return { status, body: JSON.parse(String(text)) };
  };
  return { storage, send, type };
}

describe.each(ofOwnTables)("$name", (kind) => {
  test("A resource type is renamed", async () => {
    open = await kind.make();
    const before = await startRelease(pack, open, change({}, {}), "before");
    const { body } = await before.send("POST", "/Items", bodyOf(before.change, "n", undefined));
    const { storage, send, type } = await startOther(open, "Thing");
    expect((await send("GET", `/Things/${body.id}`)).status).toBe(404);
    expect(await storage.unknownTypes({ resourceTypes: [type] })).toMatchObject([{ resourceType: "Item" }]);
    expect(await storage.renameType("Item", "Thing")).toBe(1);
    expect((await send("GET", `/Things/${body.id}`)).body).toMatchObject({
      name: "n",
      meta: { resourceType: "Thing" },
    });
    expect((await send("POST", "/Things", { schemas: [SCHEMA], name: "N" })).status).toBe(409);
    expect(await storage.unknownTypes({ resourceTypes: [type] })).toEqual([]);
  });

  test("A resource type is taken out", async () => {
    open = await kind.make();
    const before = await startRelease(pack, open, change({}, {}), "before");
    await before.send("POST", "/Items", bodyOf(before.change, "n", undefined));
    const { storage, type } = await startOther(open, "Other");
    expect(await storage.unknownTypes({ resourceTypes: [type] })).toMatchObject([{ resourceType: "Item" }]);
    expect(await storage.dropType("Item")).toBe(1);
    expect(await storage.unknownTypes({ resourceTypes: [type] })).toEqual([]);
    expect((await before.send("GET", "/Items")).body.totalResults).toBe(0);
    expect((await before.send("POST", "/Items", bodyOf(before.change, "n", undefined))).status).toBe(201);
  });
});
