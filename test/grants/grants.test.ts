import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decideInTurn, defineGrants, type GrantChange, type GrantGroup } from "../../src/grants/index.ts";
import {
  type AnyPendingChange,
  createScim,
  errors,
  Group,
  type Scim,
  type ScimOptions,
  User,
} from "../../src/index.ts";
import type { Context, StorageAdapter } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { bodyText, GROUP, USER } from "../support/directory.ts";
import { pickSeed } from "../support/size.ts";
import { type Kind, kinds } from "../transfer/storages.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const GROUPS: readonly GrantGroup[] = [
  { displayName: "Admins", roles: ["admin", "editor"] },
  { externalId: "e-writers", roles: ["editor"] },
  { displayName: "Readers", roles: ["reader"] },
];

/** The roles that a host keeps as it is told, by `user role group`. */
class Rows {
  readonly all = new Set<string>();
  readonly suspended = new Set<string>();
  readonly told: GrantChange[] = [];

  apply = (change: GrantChange): void => {
    this.told.push(change);
    for (const { user, role, source } of change.revoked)
      for (const row of [...this.all]) {
        const [who, what, from] = row.split(" ");
        if ((user === undefined || who === user) && what === role && from === source.id) this.all.delete(row);
      }
    for (const { user, role, source } of change.granted) this.all.add(`${user} ${role} ${source.id}`);
    for (const user of change.suspended) this.suspended.add(user);
    for (const user of change.resumed) this.suspended.delete(user);
  };
}

function serve(
  storage: StorageAdapter,
  resourceTypes: Kind["resourceTypes"],
  options: Partial<ScimOptions>,
  context: Context,
) {
  const scim = createScim({
    resourceTypes,
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => context,
    ...options,
  });
  const ask = async (method: string, path: string, body?: object) => {
    const response = await scim.handle({
      method,
      url: `https://example.com/scim/v2${path}`,
      headers: { "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await bodyText(response);
    return { status: response.status, json: text === undefined ? undefined : JSON.parse(text) };
  };
  return {
    scim,
    ask,
    user: async (userName: string, more: object = {}): Promise<string> =>
      (await ask("POST", "/Users", { schemas: [USER], userName, ...more })).json.id,
    group: async (displayName: string, members: readonly string[] = [], more: object = {}): Promise<string> =>
      (
        await ask("POST", "/Groups", {
          schemas: [GROUP],
          displayName,
          members: members.map((value) => ({ value })),
          ...more,
        })
      ).json.id,
    patch: (path: string, ...Operations: readonly object[]) => ask("PATCH", path, { schemas: [PATCH], Operations }),
  };
}

/** What the memberships of this moment come to. */
async function derived(grants: ReturnType<typeof defineGrants>, scim: Scim, context: Context): Promise<string[]> {
  const rows: string[] = [];
  for (const role of ["admin", "editor", "reader"])
    for await (const { user, source } of grants.holders(scim, role, context)) rows.push(`${user} ${role} ${source.id}`);
  return rows.toSorted();
}

const seed = pickSeed();

describe.each(kinds())("grants on $name", (kind) => {
  let storage: Awaited<ReturnType<Kind["open"]>>;
  let tenants = 0;
  beforeAll(async () => {
    storage = await kind.open();
  });
  afterAll(() => kind.close());

  async function opened() {
    if (storage.capabilities?.tenants !== true) storage = await kind.open();
    const context: Context = storage.capabilities?.tenants === true ? { tenant: `grants-${++tenants}` } : {};
    const rows = new Rows();
    const grants = defineGrants({ groups: GROUPS, apply: rows.apply });
    return { ...serve(storage, kind.resourceTypes, { decide: grants.decide }, context), context, rows, grants };
  }

  test("end with one group of two that give a role only where it was the other one", async () => {
    const { scim, ask, user, group, patch, context, rows, grants } = await opened();
    const ada = await user("ada");
    const admins = await group("Admins", [ada]);
    const writers = await group("W", [ada], { externalId: "e-writers" });
    const explained = await grants.explain(scim, ada, context);
    expect(explained).toMatchObject({ user: ada, isActive: true, roles: { admin: [{ id: admins }] } });
    expect(explained?.roles.editor?.map(({ id }) => id).toSorted()).toEqual([admins, writers].toSorted());
    await patch(`/Groups/${admins}`, { op: "remove", path: `members[value eq "${ada}"]` });
    expect((await grants.explain(scim, ada, context))?.roles).toEqual({
      editor: [{ id: writers, externalId: "e-writers", displayName: "W" }],
    });
    expect([...rows.all]).toEqual([`${ada} editor ${writers}`]);
    await ask("DELETE", `/Users/${ada}`);
    expect(rows.all.size).toBe(0);
    expect(await grants.explain(scim, ada, context)).toBeUndefined();
  });

  test("follow a group that is renamed, given another externalId and deleted", async () => {
    const { ask, user, group, patch, rows } = await opened();
    const ids = [await user("ada"), await user("bea")];
    const id = await group("Nobodies", ids);
    expect(rows.told).toEqual([]);
    await patch(`/Groups/${id}`, { op: "replace", path: "displayName", value: "aDMINS" });
    const all = (...roles: readonly string[]) => ids.flatMap((user) => roles.map((role) => `${user} ${role} ${id}`));
    expect([...rows.all].toSorted()).toEqual(all("admin", "editor").toSorted());
    await patch(`/Groups/${id}`, { op: "replace", value: { displayName: "X", externalId: "e-writers" } });
    expect([...rows.all].toSorted()).toEqual(all("editor").toSorted());
    await ask("DELETE", `/Groups/${id}`);
    expect([...rows.all]).toEqual([]);
  });

  test("say who goes out of service and comes back, and who is created so", async () => {
    const { scim, user, patch, context, rows, grants } = await opened();
    const [ada, eve] = [await user("ada"), await user("eve", { active: false })];
    await patch(`/Users/${ada}`, { op: "replace", path: "active", value: false });
    expect([...rows.suspended].toSorted()).toEqual([ada, eve].toSorted());
    expect(await grants.explain(scim, ada, context)).toMatchObject({ isActive: false });
    await patch(`/Users/${ada}`, { op: "replace", path: "active", value: true });
    expect([...rows.suspended]).toEqual([eve]);
  });

  test.runIf(kind.hasLedger)("say as well who comes back after a deletion out of service", async () => {
    const { context, rows, grants } = await opened();
    const options: Partial<ScimOptions> = {
      decide: grants.decide,
      lifecycle: { remember: 60 },
      adopt: () => "restore",
    };
    const { ask, user } = serve(storage, kind.resourceTypes, options, context);
    const ada = await user("ada", { externalId: "e-ada" });
    await ask("DELETE", `/Users/${ada}`);
    const back = await user("ada", { externalId: "e-ada", active: false });
    expect([...rows.suspended]).toEqual([back]);
  });

  test("are what the memberships come to, whatever was done in whatever order", async () => {
    const { scim, ask, user, group, patch, context, rows, grants } = await opened();
    let state = seed;
    const below = (most: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % most;
    };
    const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
    const users = [await user("u0"), await user("u1"), await user("u2")];
    const groups = [await group("Admins"), await group("Readers", users.slice(0, 2)), await group("Other")];
    const names = ["Admins", "readers", "Other", "Writers"];
    const steps: readonly (() => Promise<unknown>)[] = [
      () => patch(`/Groups/${pick(groups)}`, { op: "add", path: "members", value: [{ value: pick(users) }] }),
      () => patch(`/Groups/${pick(groups)}`, { op: "remove", path: `members[value eq "${pick(users)}"]` }),
      () => patch(`/Groups/${pick(groups)}`, { op: "replace", path: "members", value: [{ value: pick(users) }] }),
      () =>
        patch(
          `/Groups/${pick(groups)}`,
          { op: "replace", path: "displayName", value: pick(names) },
          { op: "add", path: "members", value: [{ value: pick(users) }] },
        ),
      () => patch(`/Groups/${pick(groups)}`, { op: "replace", value: { externalId: pick(["e-writers", "e-other"]) } }),
      () =>
        ask("PUT", `/Groups/${pick(groups)}`, {
          schemas: [GROUP],
          displayName: pick(names),
          members: [...new Set([pick(users), pick(users)])].map((value) => ({ value })),
        }),
      async () => {
        await ask("DELETE", `/Groups/${groups.shift()}`);
        groups.push(await group(pick(names), [pick(users)], { externalId: pick(["e-writers", "e-other"]) }));
      },
      async () => {
        await ask("DELETE", `/Users/${users.shift()}`);
        users.push(await user(`u${below(1e9)}`));
      },
    ];
    for (let step = 0; step < 24; step++) {
      await pick(steps)();
      expect([...rows.all].toSorted(), `step ${step}, seed ${seed}`).toEqual(await derived(grants, scim, context));
    }
  });
});

describe("grants", () => {
  test("read no member for who joins or leaves a group", async () => {
    const memory = memoryStorage();
    let members = 0;
    const watched: StorageAdapter = {
      ...memory,
      get(request, context) {
        if (request.resourceType.attributes.some((one) => one.path === "members" && request.select.includes(one)))
          members++;
        return memory.get(request, context);
      },
      transaction: (work, context) =>
        (memory.transaction as NonNullable<StorageAdapter["transaction"]>)(
          (inner) =>
            work({
              ...inner,
              get(request, own) {
                const { attributes } = request.resourceType;
                if (attributes.some((one) => one.path === "members" && request.select.includes(one))) members++;
                return inner.get(request, own);
              },
            }),
          context,
        ),
    };
    const rows = new Rows();
    const grants = defineGrants({ groups: GROUPS, apply: rows.apply });
    const { user, group, patch } = serve(watched, [User, Group], { decide: grants.decide }, {});
    const [ada, bea] = [await user("ada"), await user("bea")];
    const id = await group("Admins", [ada]);
    members = 0;
    await patch(`/Groups/${id}`, { op: "add", path: "members", value: [{ value: bea }] });
    await patch(`/Groups/${id}`, { op: "remove", path: `members[value eq "${ada}"]` });
    expect([...rows.all].toSorted()).toEqual([`${bea} admin ${id}`, `${bea} editor ${id}`]);
    expect(members).toBe(0);
    await patch(`/Groups/${id}`, { op: "replace", path: "displayName", value: "Readers" });
    expect(members).toBeGreaterThan(0);
  });

  test("stand or fall with the change: who vetoes it keeps the roles as they were", async () => {
    const grants = defineGrants({
      groups: GROUPS,
      apply({ revoked }) {
        if (revoked.length > 0) throw errors.conflict("The last administrator stays.");
      },
    });
    const { scim, ask, user, group, patch } = serve(memoryStorage(), [User, Group], { decide: grants.decide }, {});
    const ada = await user("ada");
    const id = await group("Admins", [ada]);
    for (const answer of [
      await patch(`/Groups/${id}`, { op: "remove", path: "members" }),
      await ask("DELETE", `/Groups/${id}`),
      await ask("DELETE", `/Users/${ada}`),
      await patch(`/Groups/${id}`, { op: "replace", path: "displayName", value: "X" }),
    ])
      expect(answer).toMatchObject({ status: 409, json: { detail: "The last administrator stays." } });
    expect((await grants.explain(scim, ada, {}))?.roles).toHaveProperty("admin");
  });

  test("are decided on with others in turn: any of them vetoes, and what they set is set together", async () => {
    const asked: string[] = [];
    const change: AnyPendingChange = Object.create(null);
    const decide = decideInTurn(
      async () => void asked.push("first"),
      () => ({ nickName: "a", title: "a" }),
      async () => ({ title: "b" }),
    );
    expect(await decide(change, {})).toEqual({ nickName: "a", title: "b" });
    const vetoed = decideInTurn(
      () => {
        throw errors.conflict("No.");
      },
      async () => void asked.push("never"),
    );
    await expect(Promise.resolve().then(() => vetoed(change, {}))).rejects.toThrow("No.");
    expect(asked).toEqual(["first"]);
  });

  test("may be other ones for each tenant", async () => {
    const grants = defineGrants<Context>({
      groups: ({ tenant }) => [{ displayName: "Staff", roles: [`${tenant}-staff`] }],
    });
    const storage = memoryStorage();
    for (const tenant of ["a", "b"]) {
      const { scim, user, group } = serve(storage, [User, Group], { decide: grants.decide }, { tenant });
      const ada = await user("ada");
      await group("Staff", [ada]);
      expect(Object.keys((await grants.explain(scim, ada, { tenant }))?.roles ?? {})).toEqual([`${tenant}-staff`]);
      expect(await grants.explain(scim, ada, { tenant: "c" })).toBeUndefined();
    }
  });

  test("are not of groups within groups", async () => {
    const rows = new Rows();
    const grants = defineGrants({ groups: GROUPS, apply: rows.apply });
    const { scim, user, group } = serve(memoryStorage(), [User, Group], { decide: grants.decide }, {});
    const ada = await user("ada");
    const inner = await group("Inner", [ada]);
    await group("Admins", [inner]);
    expect(rows.told).toEqual([]);
    expect((await grants.explain(scim, ada, {}))?.roles).toEqual({});
    expect(await derived(grants, scim, {})).toEqual([]);
  });

  test.each([
    [[{ roles: ["a"] }], /groups\[0\] must be named by one/],
    [[{ id: "1", displayName: "x", roles: ["a"] }], /must be named by one/],
    [[{ id: "1", roles: [] }], /groups\[0\]\.roles/],
  ])("refuses the definition %j", (groups, message) => {
    expect(() => defineGrants({ groups })).toThrow(message);
  });
});
