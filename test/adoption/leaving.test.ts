import type { Context, LifecycleOptions, ScimOptions, StorageAdapter } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENTERPRISE, KINDS, type Kind, serve } from "../support/adopting.ts";

const YEAR = 365 * 24 * 3600;

/** The ways of leaving that the table of docs/leaving.md has, and what each leaves behind. */
const WAYS: readonly {
  readonly name: string;
  readonly lifecycle: LifecycleOptions;
  /** Whether the id comes back, and whether the attributes do. */
  readonly comesBack: "new" | "id" | "whole";
}[] = [
  { name: "DELETE", lifecycle: {}, comesBack: "new" },
  { name: "DELETE that is remembered", lifecycle: { remember: YEAR }, comesBack: "id" },
  { name: "DELETE that deactivates", lifecycle: { delete: "deactivate", remember: YEAR }, comesBack: "whole" },
];

describe.each(
  KINDS.filter(({ name }) => name !== "mapped tables on PostgreSQL"),
)("leaving over $name", (kind: Kind) => {
  let storage: StorageAdapter;
  beforeAll(async () => {
    storage = await kind.open();
  });
  afterAll(() => kind.close());

  /** A boss with a report, and a group of both. */
  async function company(options: Partial<ScimOptions<Context>>) {
    const served = serve(storage, options);
    const { send, user } = served;
    const { body: chief } = await user({ userName: "chief" });
    const manages = (value: string) => ({ [ENTERPRISE]: { manager: { value } } });
    const { body: ada } = await user({
      userName: "ada",
      externalId: "x1",
      title: "Countess",
      password: "old secret",
      ...manages(chief.id),
    });
    const { body: bea } = await user({ userName: "bea", ...manages(ada.id) });
    const members = [ada, bea].map(({ id }) => ({ value: id }));
    const { body: group } = await send("POST", "/Groups", { displayName: "Engines", externalId: "g1", members });
    return { ...served, chief, ada, bea, group };
  }

  describe.each(WAYS)("$name", ({ lifecycle, comesBack }) => {
    const options = { lifecycle, adopt: () => "restore" as const };

    test("is 404 for every verb, out of lists, groups and references, and told as one change; the names are free", async () => {
      const { ada, bea, group, send, patch, names, user, events } = await company(options);
      const path = `/Users/${ada.id}`;
      events.length = 0;
      expect((await send("DELETE", path)).status).toBe(204);
      expect(events).toMatchObject([{ type: "deleted", id: ada.id, externalId: "x1", before: { userName: "ada" } }]);
      for (const answer of [
        await send("GET", path),
        await send("DELETE", path),
        await send("PUT", path, { userName: "ada" }),
        await patch(path, { op: "replace", path: "active", value: true }),
      ])
        expect(answer.status).toBe(404);
      expect(await names()).toEqual(["bea", "chief"]);
      for (const filter of [`id eq "${ada.id}"`, 'userName eq "ada"', 'externalId eq "x1"', 'title co "count"']) {
        const { body } = await send("GET", `/Users?filter=${encodeURIComponent(filter)}`);
        expect([filter, body.totalResults]).toEqual([filter, 0]);
      }
      expect((await send("GET", "/Users?sortBy=userName")).body.totalResults).toBe(2);

      const after = (await send("GET", `/Groups/${group.id}`)).body;
      expect(after.members).toMatchObject([{ value: bea.id }]);
      expect(after.members).toHaveLength(1);
      expect(after.meta.version).not.toBe(group.meta.version);
      const report = (await send("GET", `/Users/${bea.id}`)).body;
      expect(report[ENTERPRISE]?.manager).toBeUndefined();
      expect(report.meta.version).not.toBe(bea.meta.version);
      const added = await patch(`/Groups/${group.id}`, { op: "add", path: "members", value: [{ value: ada.id }] });
      expect(added.status).toBe(400);

      const other = await user({ userName: "ADA", externalId: "x9" });
      expect(other.status).toBe(201);
      expect(other.body.id).not.toBe(ada.id);
      for (const attribute of ["title", "groups"]) expect(other.body).not.toHaveProperty(attribute);
    });

    test("gives back who returns as much as the table says, and no membership, report or secret", async () => {
      const { ada, bea, chief, group, send, user, types, tenant } = await company(options);
      expect(await secretOf(storage, ada.id, tenant)).toMatch(/^hash|^$/);
      await send("DELETE", `/Users/${ada.id}`);
      const { status, body: back } = await user({ userName: "ada.l", externalId: "x1" });
      expect(status).toBe(201);
      expect(back.id === ada.id).toBe(comesBack !== "new");
      expect(back.title).toBe(comesBack === "whole" ? "Countess" : undefined);
      expect(back[ENTERPRISE]?.manager?.value).toBe(comesBack === "whole" ? chief.id : undefined);
      if (comesBack !== "new") expect(back.meta).toMatchObject({ created: ada.meta.created });
      if (comesBack !== "new") expect(back.meta.version).not.toBe(ada.meta.version);
      expect((await send("GET", `/Groups/${group.id}`)).body.members).toMatchObject([{ value: bea.id }]);
      expect((await send("GET", `/Users/${bea.id}`)).body[ENTERPRISE]?.manager).toBeUndefined();
      expect((await send("GET", `/Users/${back.id}`)).body.groups).toBeUndefined();
      expect((await secretOf(storage, back.id, tenant)) ?? "").toBe("");
      expect(types().at(-1)).toBe(comesBack === "new" ? "created" : "restored");
    });

    test("gives back no reference to who has gone meanwhile, and a group without its members", async () => {
      const { ada, bea, chief, group, send, user } = await company(options);
      await send("DELETE", `/Users/${ada.id}`);
      expect((await send("DELETE", `/Users/${chief.id}`)).status).toBe(204);
      const { status, body } = await user({ userName: "ada", externalId: "x1" });
      expect(status).toBe(201);
      expect(body[ENTERPRISE]?.manager).toBeUndefined();

      await send("DELETE", `/Groups/${group.id}`);
      expect((await send("GET", `/Groups/${group.id}`)).status).toBe(404);
      expect((await send("GET", `/Users/${bea.id}`)).body.groups).toBeUndefined();
      const back = await send("POST", "/Groups", { displayName: "Engines", externalId: "g1" });
      expect(back.status).toBe(201);
      expect(back.body.id === group.id).toBe(comesBack !== "new");
      expect(back.body.members).toBeUndefined();
      expect((await send("GET", `/Users/${bea.id}`)).body.groups).toBeUndefined();
    });

    test("is over with the tenant", async () => {
      const { ada, send, user, tenant, bea, chief } = await company(options);
      await send("DELETE", `/Users/${ada.id}`);
      const upkeep = storage as { deleteTenant?: (tenant: string) => Promise<unknown> };
      await upkeep.deleteTenant?.(tenant);
      const { body: next } = await user({ userName: "ada", externalId: "x1" });
      expect([ada.id, bea.id, chief.id]).not.toContain(next.id);
      expect(next.title).toBeUndefined();
    });
  });

  test("a tombstone that is over gives nothing back, and a kept row stays out of sight", async () => {
    const clock = { ahead: 0 };
    const now = () => new Date(Date.now() + clock.ahead);
    for (const how of ["delete", "deactivate"] as const) {
      const { ada, send, user } = await company({
        adopt: () => "restore",
        lifecycle: { remember: 60, delete: how },
        clock: { now },
      });
      await send("DELETE", `/Users/${ada.id}`);
      clock.ahead += 61_000;
      const { status, body } = await user({ userName: "ada", externalId: "x1" });
      expect(status).toBe(201);
      expect(body.id).not.toBe(ada.id);
      expect(body.title).toBeUndefined();
      expect((await send("GET", `/Users/${ada.id}`)).status).toBe(404);
    }
  });

  test("what is deactivated without a time comes back after any time", async () => {
    const clock = { ahead: 0 };
    const now = () => new Date(Date.now() + clock.ahead);
    const { ada, send, user } = await company({
      adopt: () => "restore",
      lifecycle: { delete: "deactivate" },
      clock: { now },
    });
    await send("DELETE", `/Users/${ada.id}`);
    clock.ahead = 10 * YEAR * 1000;
    expect((await user({ userName: "ada", externalId: "x1" })).body).toMatchObject({ id: ada.id, title: "Countess" });
  });

  test("`active: false` leaves everything where it is, and nobody else gets the name", async () => {
    const { ada, group, send, patch, user, types } = await company({ lifecycle: { delete: "deactivate" } });
    await patch(`/Users/${ada.id}`, { op: "replace", path: "active", value: false });
    const { body } = await send("GET", `/Users/${ada.id}`);
    expect(body).toMatchObject({ active: false, title: "Countess", groups: [{ value: group.id }] });
    expect((await send("GET", `/Groups/${group.id}`)).body.meta.version).toBe(group.meta.version);
    expect((await user({ userName: "ada" })).status).toBe(409);
    await patch(`/Users/${ada.id}`, { op: "replace", path: "active", value: true });
    expect(types().slice(-4)).toEqual(["patched", "deactivated", "patched", "activated"]);
  });

  test("of a bulk request that deletes and creates, who returns gets the id back", async () => {
    const { ada, send } = await company({ adopt: () => "restore", lifecycle: { remember: YEAR } });
    const { body } = await send("POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [
        { method: "DELETE", path: `/Users/${ada.id}` },
        { method: "POST", path: "/Users", bulkId: "a", data: { userName: "ada", externalId: "x1" } },
      ],
    });
    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(["204", "201"]);
    expect(body.Operations[1].location).toBe(ada.meta.location);
  });

  test("a veto of decide leaves who was to go, and remembers nobody", async () => {
    const vetoes = { on: true };
    const { ada, send, user } = await company({
      adopt: () => "restore",
      lifecycle: { remember: YEAR },
      decide({ operation }) {
        if (operation === "delete" && vetoes.on) throw new Error("not now");
      },
    });
    expect((await send("DELETE", `/Users/${ada.id}`)).status).toBe(500);
    expect((await send("GET", `/Users/${ada.id}`)).body.id).toBe(ada.id);
    expect((await user({ userName: "eve", externalId: "x1" })).body.id).not.toBe(ada.id);
  });
});

/** What storage keeps of the password; empty where it shows that to nobody. */
async function secretOf(storage: StorageAdapter, id: string, tenant: string): Promise<unknown> {
  const { readSecret } = storage as {
    readSecret?: (type: string, id: string, attribute: string, context: Context) => unknown;
  };
  return readSecret === undefined ? "" : readSecret("User", id, "password", { tenant });
}

describe("lifecycle", () => {
  test("is refused where storage has no place for what is to be remembered", () => {
    const { ledger: _, ...without } = memoryStorage();
    expect(() => serve(without, { lifecycle: { remember: 60 } })).toThrow(
      /lifecycle\.remember needs .* ledger; .* User/,
    );
    expect(() => serve(without, { lifecycle: { delete: "deactivate" } })).toThrow(
      /lifecycle\.delete: "deactivate" needs/,
    );
    expect(() => serve(without, { lifecycle: { remember: 0 } })).toThrow(/lifecycle/);
    expect(() => serve(without, { lifecycle: {} })).not.toThrow();
  });
});
