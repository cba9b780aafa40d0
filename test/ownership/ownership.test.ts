import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScim, EnterpriseUserSchema, errors, Group, type Scim, type ScimOptions, User } from "../../src/index.ts";
import { type Ownership, ownershipOf } from "../../src/ownership/index.ts";
import type { StorageAdapter } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { wrapStorage } from "../../src/storage/wrap.ts";
import { bodyText, GROUP, USER } from "../support/directory.ts";
import { type Kind, kinds } from "../transfer/storages.ts";

interface Caller {
  readonly tenant?: string;
  readonly connection?: string;
}

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

function serve(storage: StorageAdapter, resourceTypes: Kind["resourceTypes"], more: Partial<ScimOptions<Caller>> = {}) {
  let caller: Caller = {};
  const scim = createScim<Caller>({
    resourceTypes,
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => caller,
    ownership: { owner: ({ connection = "okta" }) => (connection === "admin" ? undefined : connection) },
    ...more,
  });
  const ask = async (context: Caller, method: string, path: string, body?: object) => {
    caller = context;
    const response = await scim.handle({
      method,
      url: `https://example.com/scim/v2${path}`,
      headers: { "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await bodyText(response);
    return { status: response.status, json: text === undefined ? undefined : JSON.parse(text) };
  };
  return { scim: scim as Scim, ask };
}

async function listed(ownership: Ownership<Caller>, context: Caller, options = {}): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of ownership.list(context, options)) ids.push(id);
  return ids;
}

const withLedger = kinds();

describe.each(withLedger)("ownership on $name", (kind) => {
  let storage: Awaited<ReturnType<Kind["open"]>>;
  let ownership: Ownership<Caller>;
  let ask: ReturnType<typeof serve>["ask"];
  let tenants = 0;
  beforeAll(async () => {
    storage = await kind.open();
    if (storage.ledger !== undefined) open();
  });
  afterAll(() => kind.close());

  function open(more: Partial<ScimOptions<Caller>> = {}): void {
    const service = serve(storage, kind.resourceTypes, more);
    ({ ask } = service);
    ownership = ownershipOf<Caller>(service.scim);
  }
  async function context(): Promise<Caller> {
    if (storage.capabilities?.tenants === true) return { tenant: `owned-${++tenants}` };
    storage = await kind.open();
    open();
    return {};
  }
  const post = async (own: Caller, userName: string, more: object = {}): Promise<string> =>
    (await ask(own, "POST", "/Users", { schemas: [USER], userName, ...more })).json.id;

  test.runIf(kind.hasLedger)("comes with what a provider creates or writes, and ends with it", async () => {
    const own = await context();
    const made = await post(own, "made");
    const local = await post({ ...own, connection: "admin" }, "local");
    expect(await ownership.isManaged("User", made, own)).toBe(true);
    expect(await ownership.find("User", made, own)).toMatchObject({ owner: "okta", since: expect.any(String) });
    expect(await ownership.isManaged("User", local, own)).toBe(false);
    expect(await ownership.isManaged("Group", made, own)).toBe(false);
    const rename = { schemas: [PATCH], Operations: [{ op: "replace", path: "name.givenName", value: "A" }] };
    await ask({ ...own, connection: "admin" }, "PATCH", `/Users/${local}`, rename);
    expect(await listed(ownership, own)).toEqual([made]);
    const again = { ...rename, Operations: [{ op: "replace", path: "name.givenName", value: "B" }] };
    await ask({ ...own, connection: "entra" }, "PATCH", `/Users/${local}`, again);
    expect(await listed(ownership, own)).toEqual([local, made].toSorted());
    expect(await listed(ownership, own, { owner: "entra" })).toEqual([local]);
    expect(await listed(ownership, own, { resourceType: "Group" })).toEqual([]);
    await ask(own, "DELETE", `/Users/${made}`);
    expect(await ownership.isManaged("User", made, own)).toBe(false);
  });

  test.runIf(kind.hasLedger)(
    "comes with each operation of a bulk request, and not with one that is refused",
    async () => {
      const own = await context();
      const Operations = ["a", "a", "b"].map((userName, index) => ({
        method: "POST",
        path: "/Users",
        bulkId: String(index),
        data: { schemas: [USER], userName },
      }));
      const { json } = await ask(own, "POST", "/Bulk", { schemas: [BULK], Operations });
      expect(json.Operations.map(({ status }: { status: string }) => status)).toEqual(["201", "409", "201"]);
      expect(await listed(ownership, own)).toHaveLength(2);
    },
  );

  test.runIf(kind.hasLedger)("comes with what a provider asserts, whether that changes anything or not", async () => {
    const own = await context();
    const admin = { ...own, connection: "admin" };
    const local = await post(admin, "local", { name: { givenName: "A" } });
    const other = await post(admin, "other");
    const group = (
      await ask(admin, "POST", "/Groups", { schemas: [GROUP], displayName: "g", members: [{ value: local }] })
    ).json.id;
    const there = (await ask(admin, "GET", `/Users/${local}`)).json;
    expect(await listed(ownership, own)).toEqual([]);
    expect((await ask(own, "PUT", `/Users/${local}`, there)).json.meta).toEqual(there.meta);
    const same = { op: "replace", path: "userName", value: "other" };
    await ask(own, "PATCH", `/Users/${other}`, { schemas: [PATCH], Operations: [same] });
    const member = { op: "add", path: "members", value: [{ value: local }] };
    await ask(own, "PATCH", `/Groups/${group}`, { schemas: [PATCH], Operations: [member] });
    expect(await listed(ownership, own)).toEqual([...[local, other].toSorted(), group]);
    await ask({ ...own, connection: "entra" }, "GET", `/Users/${local}`);
    expect(await listed(ownership, own, { owner: "entra" })).toEqual([]);
  });

  test.runIf(kind.hasLedger)("that is kept is marked, and is connected again by the next write", async () => {
    const own = await context();
    const id = await post(own, "ada", { externalId: "e-ada" });
    expect(await ownership.disconnect(own, "keep")).toEqual({ done: 1, refused: [] });
    expect(await ownership.find("User", id, own)).toMatchObject({ owner: "okta", disconnected: expect.any(String) });
    expect(await ownership.disconnect(own, "keep")).toEqual({ done: 0, refused: [] });
    expect(await ownership.formerId("User", "e-ada", own)).toBe(id);
    const off = { schemas: [PATCH], Operations: [{ op: "replace", path: "active", value: false }] };
    expect((await ask(own, "PATCH", `/Users/${id}`, off)).status).toBeLessThan(300);
    expect(await ownership.find("User", id, own)).not.toHaveProperty("disconnected");
  });

  test.runIf(kind.hasLedger)("that is converted leaves all as it is, and the old ids are found again", async () => {
    const own = await context();
    const ids = await Promise.all([1, 2, 3, 4, 5].map((n) => post(own, `u${n}`, { externalId: `e${n}` })));
    const other = await post({ ...own, connection: "entra" }, "other");
    const before = (await ask(own, "GET", "/Users?sortBy=userName")).json;
    const told: number[] = [];
    const breaking = (done: number): void => {
      told.push(done);
      if (done >= 2) throw new Error("The power went.");
    };
    const options = { owner: "okta", batchSize: 2, onProgress: breaking };
    await expect(ownership.disconnect(own, "convert", options)).rejects.toThrow("The power went.");
    const { done } = await ownership.disconnect(own, "convert", { owner: "okta", batchSize: 2 });
    expect([told, done]).toEqual([[2], 3]);
    expect(await listed(ownership, own)).toEqual([other]);
    expect((await ask(own, "GET", "/Users?sortBy=userName")).json).toEqual(before);
    const former = await Promise.all([1, 2, 3, 4, 5].map((n) => ownership.formerId("User", `e${n}`, own)));
    expect(former).toEqual(ids);
  });

  test.runIf(kind.hasLedger)("that is removed deletes, and who comes back gets the old id by idFor", async () => {
    const own = await context();
    open({
      idFor: ({ resourceType, resource: { externalId } }, caller) =>
        typeof externalId === "string" ? ownership.formerId(resourceType, externalId, caller) : undefined,
    });
    const id = await post(own, "ada", { externalId: "e-ada" });
    const group = { schemas: [GROUP], displayName: "g", members: [{ value: id }] };
    await ask(own, "POST", "/Groups", group);
    const local = await post({ ...own, connection: "admin" }, "local");
    expect(await ownership.disconnect(own, "remove")).toEqual({ done: 2, refused: [] });
    expect((await ask(own, "GET", "/Users")).json.Resources).toMatchObject([{ id: local }]);
    expect((await ask(own, "GET", "/Groups")).json.totalResults).toBe(0);
    expect(await listed(ownership, own)).toEqual([]);
    const back = await post(own, "ada", { externalId: "e-ada" });
    if (kind.keepsIds) expect(back).toBe(id);
    expect(await ownership.isManaged("User", back, own)).toBe(true);
  });

  test.runIf(kind.hasLedger)("does not come with a write that decide vetoes", async () => {
    const own = await context();
    const refuse = (): never => {
      throw errors.conflict("No seat is left.");
    };
    open({ decide: refuse });
    expect((await ask(own, "POST", "/Users", { schemas: [USER], userName: "ada" })).status).toBe(409);
    expect(await listed(ownership, own)).toEqual([]);
    open();
  });
});

describe("ownership", () => {
  test.each([
    "keep",
    "convert",
  ] as const)("that is let go (%s) beside live traffic is neither what is deleted nor what is taken over meanwhile", async (policy) => {
    const storage = memoryStorage();
    const { ask } = serve(storage, [User]);
    const post = async (userName: string): Promise<string> =>
      (await ask({}, "POST", "/Users", { schemas: [USER], userName })).json.id;
    const [kept, taken, gone] = [await post("a"), await post("b"), await post("c")];
    const rename = { schemas: [PATCH], Operations: [{ op: "replace", path: "name.givenName", value: "A" }] };
    let traffic: Promise<unknown> | undefined;
    // Comes when all are listed, and none is marked.
    const meanwhile = wrapStorage(storage, (next) => ({
      async get(...call) {
        traffic ??= ask({}, "DELETE", `/Users/${gone}`).then(() =>
          ask({ connection: "entra" }, "PATCH", `/Users/${taken}`, rename),
        );
        await traffic;
        return next.get(...call);
      },
    }));
    const ownership = ownershipOf<Caller>(serve(meanwhile, [User]).scim);
    expect(await ownership.disconnect({}, policy, { owner: "okta" })).toEqual({ done: 1, refused: [] });
    expect(await ownership.find("User", gone, {})).toBeUndefined();
    expect(await ownership.find("User", taken, {})).toEqual({
      resourceType: "User",
      id: taken,
      owner: "entra",
      since: expect.any(String),
    });
    expect(await ownership.isManaged("User", kept, {})).toBe(policy === "keep");
  });

  test.each(["with", "without"])("does not come with a circle that fails in storage %s transactions", async (which) => {
    const { transaction: _, ...storage } = memoryStorage();
    const { scim, ask } = serve(which === "with" ? memoryStorage() : storage, [User.extend(EnterpriseUserSchema)]);
    const { json: there } = await ask({}, "POST", "/Users", { schemas: [USER], userName: "b" });
    const manager = (value: string) => ({ [EnterpriseUserSchema.id]: { manager: { value: `bulkId:${value}` } } });
    const Operations = [
      ["a", "b"],
      ["b", "a"],
    ].map(([userName = "", other = ""]) => ({
      method: "POST",
      path: "/Users",
      bulkId: userName,
      data: { schemas: [USER, EnterpriseUserSchema.id], userName, ...manager(other) },
    }));
    const { json } = await ask({}, "POST", "/Bulk", { schemas: [BULK], Operations });
    expect(json.Operations.map(({ status }: { status: string }) => status)).toEqual(["409", "409"]);
    expect(await listed(ownershipOf<Caller>(scim), {})).toEqual([there.id]);
  });

  test("knows nothing of other tenants", async () => {
    const { scim, ask } = serve(memoryStorage(), [User]);
    const ownership = ownershipOf<Caller>(scim);
    const { json } = await ask({ tenant: "a" }, "POST", "/Users", { schemas: [USER], userName: "ada" });
    expect(await ownership.isManaged("User", json.id, { tenant: "a" })).toBe(true);
    expect(await ownership.isManaged("User", json.id, { tenant: "b" })).toBe(false);
    expect(await listed(ownership, { tenant: "b" })).toEqual([]);
    expect(await ownership.disconnect({ tenant: "b" }, "remove")).toEqual({ done: 0, refused: [] });
  });

  test("says which attributes a host's own people are not to edit", async () => {
    const ownership = { hostOwned: ["User.nickName", "User.timezone"] };
    const locked = await ownershipOf(serve(memoryStorage(), [User, Group], { ownership }).scim).lockedAttributes(
      "User",
    );
    expect(locked).toEqual(expect.arrayContaining(["userName", "active", "emails", "password", "externalId"]));
    for (const path of ["nickName", "timezone", "groups", "id", "meta"]) expect(locked).not.toContain(path);
    const own = ownershipOf(serve(memoryStorage(), [User, Group], { ownership: true }).scim);
    expect(await own.lockedAttributes("Group")).toEqual(["externalId", "displayName", "members"]);
    await expect(own.lockedAttributes("Robot")).rejects.toThrow("There is no resource type Robot.");
  });

  test("that decide will not let go is told of, and stays", async () => {
    const decide: ScimOptions<Caller>["decide"] = ({ operation }) => {
      if (operation === "delete") throw errors.conflict("The last administrator stays.");
    };
    const { scim, ask } = serve(memoryStorage(), [User], { decide });
    const ownership = ownershipOf<Caller>(scim);
    const { json } = await ask({}, "POST", "/Users", { schemas: [USER], userName: "ada" });
    expect(await ownership.disconnect({}, "remove")).toEqual({
      done: 0,
      refused: [{ resourceType: "User", id: json.id, reason: "The last administrator stays." }],
    });
    expect(await ownership.isManaged("User", json.id, {})).toBe(true);
  });

  test("is refused where storage remembers nothing, for names that are none, and where nobody asked for it", async () => {
    const { ledger: _, ...memory } = memoryStorage();
    expect(() => serve(memory, [User])).toThrow(/ownership needs storage that keeps a ledger.*User/);
    expect(() => serve(memoryStorage(), [User], { ownership: { hostOwned: ["User.shoe"] } })).toThrow(/User.shoe/);
    const { scim } = serve(memoryStorage(), [User], { ownership: false });
    await expect(ownershipOf(scim).isManaged("User", "x", {})).rejects.toThrow(/option ownership/);
    await expect(ownershipOf(scim).disconnect({}, "burn" as "keep")).rejects.toThrow(/policy must be/);
  });

  test("finds the old id of an externalId of any length", async () => {
    const { scim, ask } = serve(memoryStorage(), [User]);
    const ownership = ownershipOf<Caller>(scim);
    const externalId = "x".repeat(2000);
    const { json } = await ask({}, "POST", "/Users", { schemas: [USER], userName: "ada", externalId });
    await ownership.disconnect({}, "convert");
    expect(await ownership.formerId("User", externalId, {})).toBe(json.id);
    expect(await ownership.formerId("User", `${externalId}y`, {})).toBeUndefined();
  });
});
