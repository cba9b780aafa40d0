import * as core from "scimkit";
import * as memoryModule from "scimkit/memory";
import * as sql from "scimkit/sql";
import { afterEach, describe, expect, test } from "vitest";
import { hasPostgres, POSTGRES_URL } from "../storage/sql/engines.ts";
import type { Change } from "./changes.ts";
import { bodyOf, EXTENSION, type Package, type Release, type Store, startRelease } from "./server.ts";
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
